/*
 * walk.c: finding the blocks of a file.
 *
 * A block says how long it is, so intact blocks are found by stepping from header to header. Where no
 * intact header stands, the file is searched for the next one and what lies between is damage. A file
 * that ends in an end block is opened by its index instead, if that tiles the file without a gap and says what
 * the blocks themselves say.
 */
#include <stdint.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "error.h"
#include "reader_int.h"

#define NO_START UINT64_MAX

/* How often a file's size is looked at for blocks that may be cut off: headers can be made so that all of them seem to be. */
enum { PATIENCE = 16 };

struct walk {
	struct trace *t;
	__u32 file;
	int fd;
	__u64 size;
	size_t segment; /* current; SIZE_MAX: none yet */
	__u64 looked_at;    /* bytes of blocks that might have been cut off */
	struct buf index;   /* checked: what the index of the segment has to say */
	__u64 start;        /* checked: where the segment starts; NO_START: that does not show */
	__u64 index_at;     /* checked: where its index stands; 0: none yet */
	size_t n_damages;   /* checked: that were there before it */
};

void *array__push(void *array_ptr, size_t *n, size_t size)
{
	void **array = array_ptr;

	/* Capacity is the next power of two: grow when n is one. */
	if ((*n & (*n - 1)) == 0) {
		void *p = realloc(*array, (*n ? *n * 2 : 1) * size);

		if (!p)
			return NULL;
		*array = p;
	}
	memset((char *)*array + *n * size, 0, size);
	return (char *)*array + (*n)++ * size;
}

int read_at(int fd, void *p, size_t n, __u64 offset)
{
	char *to = p;

	while (n) {
		ssize_t got = pread(fd, to, n, offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -EIO;
		if (!got)
			return -EBADMSG;
		to += got;
		n -= got;
		offset += got;
	}
	return 0;
}

int read_payload(int fd, __u64 offset, const struct block_header *h, struct buf *raw, const char **what)
{
	ZSTD_DCtx *dctx;
	__u8 *stored;
	int err;

	*what = "payload is larger than the format allows";
	if (h->raw_len > BLOCK_LIMIT_RAW || h->stored_len > ZSTD_compressBound(BLOCK_LIMIT_RAW))
		return -EBADMSG;
	stored = malloc(h->stored_len + 1);
	dctx = ZSTD_createDCtx();
	err = stored && dctx ? 0 : -ENOMEM;
	*what = "payload is cut off";
	if (!err)
		err = read_at(fd, stored, h->stored_len, offset + BLOCK_HEADER);
	if (!err)
		err = block__unpack(h, stored, dctx, raw, what);
	ZSTD_freeDCtx(dctx);
	free(stored);
	return err;
}

static int add_damage(struct walk *w, __u64 offset, __u64 length, const char *what)
{
	struct trace_damage *d = array__push(&w->t->damages, &w->t->n_damages, sizeof(*d));

	if (!d)
		return -ENOMEM;
	*d = (struct trace_damage){ w->file, offset, length, what };
	return 0;
}

static struct trace_segment *add_segment(struct walk *w, __u64 offset)
{
	struct trace_segment *s = array__push(&w->t->segments, &w->t->n_segments, sizeof(*s));

	if (!s)
		return NULL;
	w->segment = w->t->n_segments - 1;
	s->file = w->file;
	s->offset = offset;
	s->headless = true;
	return s;
}

static int see_segment(struct walk *w, __u64 offset, const struct block_header *h)
{
	struct trace_segment *s = add_segment(w, offset);
	struct buf raw = { 0 };
	const char *what;
	__u16 n_cpus;
	int err;

	if (!s)
		return -ENOMEM;
	err = read_payload(w->fd, offset, h, &raw, &what);
	if (err == -EBADMSG || (!err && raw.len < SEGMENT_PAYLOAD)) {
		err = add_damage(w, offset, BLOCK_HEADER + (__u64)h->stored_len, "segment block is damaged");
	} else if (!err) {
		memcpy(s->uuid, raw.p, 16);
		memcpy(&s->number, raw.p + 16, 4);
		memcpy(&n_cpus, raw.p + 20, 2);
		memcpy(&s->created_ns, raw.p + 24, 8);
		s->n_cpus = n_cpus;
		memcpy(&s->minor, raw.p + 22, 2);
		s->headless = false;
	}
	buf__free(&raw);
	return err;
}

static bool have_schema(const struct trace *t, __u32 crc)
{
	for (size_t i = 0; i < t->n_schemas; i++)
		if (t->schemas[i].crc == crc)
			return true;
	return false;
}

/* A recording has one, a set of several from different versions a few. */
enum { MAX_SCHEMAS = 256 };

static int see_schema(struct walk *w, __u64 offset, const struct block_header *h)
{
	static const char damaged[] = "schema block is damaged";
	struct buf raw = { 0 };
	struct layout *layout;
	const char *what;
	bool have = have_schema(w->t, h->schema);
	int err;

	/* Equal schemas are read once; a damaged one is missed only where no other segment has it. */
	if (have && !w->t->checked)
		return 0;
	err = read_payload(w->fd, offset, h, &raw, &what);
	if (!err && crc32(0, raw.p, raw.len) != h->schema)
		err = -EBADMSG;
	if (!err && !have)
		err = layout__parse(&layout, raw.p, raw.len);
	if (!err && !have && w->t->n_schemas >= MAX_SCHEMAS) {
		layout__free(layout);
		err = add_damage(w, offset, BLOCK_HEADER + (__u64)h->stored_len, "one more schema than a recording can have");
	} else if (!err && !have) {
		struct known_schema *s = array__push(&w->t->schemas, &w->t->n_schemas, sizeof(*s));

		if (s)
			*s = (struct known_schema){ h->schema, layout };
		else
			layout__free(layout);
		err = s ? 0 : -ENOMEM;
	} else if (err == -EBADMSG) {
		err = add_damage(w, offset, BLOCK_HEADER + (__u64)h->stored_len, damaged);
	}
	buf__free(&raw);
	return err;
}

static struct trace_block listed(const struct walk *w, __u64 offset, const struct block_header *h)
{
	return (struct trace_block){
		.offset = offset, .ts_min = h->ts_min, .ts_max = h->ts_max, .lost = h->lost,
		.file = w->file, .segment = w->segment == SIZE_MAX ? NO_SEGMENT : w->segment, .stream = h->stream, .seq = h->seq,
		.rows = h->rows, .stored_len = h->stored_len, .raw_len = h->raw_len,
		.kind = h->kind, .flags = h->flags,
	};
}

/* Is the segment of a later minor version, so that what is not known is no damage? */
static bool is_later(const struct walk *w)
{
	return w->segment != SIZE_MAX && w->t->segments[w->segment].minor > FORMAT_MINOR;
}

static int see_rows(struct walk *w, __u64 offset, const struct block_header *h)
{
	__u32 *schema;
	struct trace_block *b;
	size_t n = w->t->n_blocks;

	if (h->raw_len > BLOCK_LIMIT_RAW || h->stored_len > ZSTD_compressBound(BLOCK_LIMIT_RAW))
		return add_damage(w, offset, BLOCK_HEADER + (__u64)h->stored_len, "block is larger than the format allows");
	if (w->segment == SIZE_MAX && !add_segment(w, offset))
		return -ENOMEM;
	schema = array__push(&w->t->block_schema, &n, sizeof(*schema));
	b = array__push(&w->t->blocks, &w->t->n_blocks, sizeof(*b));
	if (!schema || !b)
		return -ENOMEM;
	*schema = h->schema;
	*b = listed(w, offset, h);
	b->unknown = h->codec > BLOCK_ZSTD && is_later(w);
	w->t->n_unknown += b->unknown;
	return 0;
}

/* Whether an intact segment and its index, the last block that was noted, agree. */
static int check_index(struct walk *w, __u64 offset, const struct block_header *h)
{
	struct buf raw = { 0 };
	const char *what = NULL;
	int err;

	if (!w->t->checked)
		return 0;
	err = read_payload(w->fd, offset, h, &raw, &what);
	if (err == -EBADMSG)
		what = "index block is damaged";
	else if (!err && w->start != NO_START && w->n_damages == w->t->n_damages &&
		 (raw.len + INDEX_ENTRY != w->index.len || memcmp(raw.p, w->index.p, raw.len)))
		what = "the index says something else than the blocks";
	else
		what = NULL;
	buf__free(&raw);
	w->index_at = offset;
	return what ? add_damage(w, offset, BLOCK_HEADER + (__u64)h->stored_len, what) : err;
}

static int check_end(struct walk *w, __u64 offset, const struct block_header *h)
{
	if (!w->t->checked || !w->index_at || w->start == NO_START || w->n_damages != w->t->n_damages ||
	    (h->ts_min == w->index_at - w->start && h->ts_max == offset + BLOCK_HEADER - w->start))
		return 0;
	return add_damage(w, offset, BLOCK_HEADER, "the end block says something else than where the segment ends");
}

/* When everything is checked: lists a block that holds no rows, and what an index has to say about any. */
static int note_block(struct walk *w, __u64 offset, const struct block_header *h)
{
	struct trace_block *other;

	if (!w->t->checked)
		return 0;
	if (h->kind != BLOCK_ROWS) {
		other = array__push(&w->t->others, &w->t->n_others, sizeof(*other));
		if (!other)
			return -ENOMEM;
		*other = listed(w, offset, h);
	}
	TRY(buf__reserve(&w->index, INDEX_ENTRY));
	block_header__pack_entry(h, offset - w->start, w->index.p + w->index.len);
	w->index.len += INDEX_ENTRY;
	return 0;
}

static void begin_check(struct walk *w, __u64 start)
{
	w->index.len = 0;
	w->start = start;
	w->index_at = 0;
	w->n_damages = w->t->n_damages;
}

static int see_block(struct walk *w, __u64 offset, const struct block_header *h)
{
	if (h->major > FORMAT_MAJOR) {
		w->t->newer_major = h->major;
		return 0;
	}
	if (h->kind == BLOCK_SEGMENT) {
		begin_check(w, offset);
		TRY(see_segment(w, offset, h));
	}
	TRY(note_block(w, offset, h));
	switch (h->kind) {
	case BLOCK_SEGMENT:
		return 0;
	case BLOCK_SCHEMA:
		return see_schema(w, offset, h);
	case BLOCK_ROWS:
		return see_rows(w, offset, h);
	case BLOCK_END:
		TRY(check_end(w, offset, h));
		begin_check(w, NO_START);
		if (w->segment != SIZE_MAX)
			w->t->segments[w->segment].closed = true;
		w->segment = SIZE_MAX;
		return 0;
	case BLOCK_INDEX:
		return check_index(w, offset, h);
	default:
		if (!is_later(w))
			return add_damage(w, offset, BLOCK_HEADER + (__u64)h->stored_len,
					  "block of a kind that its version does not have");
		w->t->n_unknown++;
		return 0;
	}
}

/* The next intact header at or behind `from`; w->size when there is none. */
static int search_header(struct walk *w, __u64 from, __u64 *found)
{
	enum { LARGEST = 1 << 20 };
	__u8 *p = malloc(LARGEST + BLOCK_HEADER);
	size_t chunk = BLOCK_HEADER; /* grows: often the next one is near */
	int err = p ? 0 : -ENOMEM;

	*found = w->size;
	while (!err && from + BLOCK_HEADER <= w->size) {
		size_t n = w->size - from < chunk + BLOCK_HEADER ? w->size - from : chunk + BLOCK_HEADER;
		const __u8 *hit = p;
		struct block_header h;

		err = read_at(w->fd, p, n, from);
		while (!err && (hit = memmem(hit, p + n - hit, BLOCK_MAGIC, 8)) && hit + BLOCK_HEADER <= p + n) {
			if (block_header__unpack(&h, hit)) {
				*found = from + (hit - p);
				free(p);
				return 0;
			}
			hit++;
		}
		from += n > chunk ? chunk : n;
		chunk = chunk * 4 < LARGEST ? chunk * 4 : LARGEST;
	}
	free(p);
	return err;
}

/* Where a block ends, does something else begin? Then it may be cut off, and what follows is not its own. */
static int is_cut_off(struct walk *w, __u64 offset, const struct block_header *h, bool *cut)
{
	__u64 next = offset + BLOCK_HEADER + h->stored_len;
	struct buf raw = { 0 };
	struct block_header other;
	__u8 bytes[BLOCK_HEADER];
	const char *what;
	int err;

	*cut = false;
	if (next + BLOCK_HEADER > w->size)
		return 0;
	TRY(read_at(w->fd, bytes, sizeof(bytes), next));
	if (block_header__unpack(&other, bytes) || !h->stored_len || w->looked_at > PATIENCE * w->size + BLOCK_LIMIT_RAW)
		return 0;
	w->looked_at += (__u64)h->stored_len + h->raw_len;
	err = read_payload(w->fd, offset, h, &raw, &what);
	buf__free(&raw);
	*cut = err == -EBADMSG;
	return *cut ? 0 : err;
}

static int walk_headers(struct walk *w)
{
	__u64 offset = 0;

	while (offset < w->size) {
		struct block_header h;
		__u8 bytes[BLOCK_HEADER];
		__u64 next;
		bool cut;

		if (w->size - offset < BLOCK_HEADER)
			return add_damage(w, offset, w->size - offset, "the file ends inside a block header");
		TRY(read_at(w->fd, bytes, sizeof(bytes), offset));
		if (!block_header__unpack(&h, bytes)) {
			TRY(search_header(w, offset + 1, &next));
			TRY(add_damage(w, offset, next - offset, "no intact block header"));
			offset = next;
			continue;
		}
		next = offset + BLOCK_HEADER + h.stored_len;
		if (next > w->size) {
			/* Cut off, or a damaged length that happens to check out: look for more behind it. */
			TRY(search_header(w, offset + 1, &next));
			TRY(add_damage(w, offset, next - offset, "the file ends inside a block"));
		} else {
			TRY(is_cut_off(w, offset, &h, &cut));
			if (cut) {
				TRY(search_header(w, offset + 1, &next));
				TRY(add_damage(w, offset, next - offset, "block is cut off or damaged"));
			} else {
				TRY(see_block(w, offset, &h));
			}
		}
		offset = next;
	}
	return 0;
}

/* Does the block at this offset say what its entry in the index does? */
static bool is_as_listed(const struct walk *w, const __u8 *entry, __u64 offset)
{
	__u8 bytes[BLOCK_HEADER], own[INDEX_ENTRY];
	struct block_header h;

	if (read_at(w->fd, bytes, sizeof(bytes), offset) || !block_header__unpack(&h, bytes))
		return false;
	block_header__pack_entry(&h, offset, own);
	return !memcmp(own, entry, sizeof(own));
}

/*
 * Opens the file's only segment by its index. Returns 1 when that worked, 0 when there is no usable
 * index (several segments, unfinished, damaged): the file is then walked.
 */
static int by_index(struct walk *w)
{
	struct block_header end, index, h;
	__u8 bytes[BLOCK_HEADER];
	struct buf raw = { 0 };
	const char *what;
	__u64 expect = 0, offset;
	int err;

	if (w->size < 2 * BLOCK_HEADER || read_at(w->fd, bytes, sizeof(bytes), w->size - BLOCK_HEADER))
		return 0;
	if (!block_header__unpack(&end, bytes) || end.kind != BLOCK_END || end.major != FORMAT_MAJOR ||
	    end.ts_max != w->size || end.ts_min > w->size - 2 * BLOCK_HEADER)
		return 0;
	if (read_at(w->fd, bytes, sizeof(bytes), end.ts_min) || !block_header__unpack(&index, bytes) ||
	    index.kind != BLOCK_INDEX || end.ts_min + BLOCK_HEADER + index.stored_len + BLOCK_HEADER != w->size)
		return 0;
	err = read_payload(w->fd, end.ts_min, &index, &raw, &what);
	for (size_t i = 0; !err && i + INDEX_ENTRY <= raw.len; i += INDEX_ENTRY) {
		block_header__unpack_entry(&h, &offset, raw.p + i);
		if (offset != expect || h.major != FORMAT_MAJOR || !is_as_listed(w, raw.p + i, offset))
			err = -EBADMSG;
		expect += BLOCK_HEADER + h.stored_len;
	}
	if (!err && (raw.len % INDEX_ENTRY || expect != end.ts_min))
		err = -EBADMSG;
	for (size_t i = 0; !err && i + INDEX_ENTRY <= raw.len; i += INDEX_ENTRY) {
		block_header__unpack_entry(&h, &offset, raw.p + i);
		err = see_block(w, offset, &h);
	}
	if (!err)
		err = see_block(w, w->size - BLOCK_HEADER, &end);
	buf__free(&raw);
	return !err ? 1 : err == -EBADMSG ? 0 : err;
}

int walk__file(struct trace *t, __u32 file)
{
	struct walk w = { .t = t, .file = file, .fd = t->files[file].fd, .size = t->files[file].pub.size,
			  .segment = SIZE_MAX, .start = NO_START };
	int done = t->checked ? 0 : by_index(&w);

	if (!done)
		done = walk_headers(&w);
	buf__free(&w.index);
	return done < 0 ? done : 0;
}
