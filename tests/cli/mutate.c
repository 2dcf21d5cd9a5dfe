/*
 * mutate.c: damages a segment on purpose.
 *
 *   mutate SEGMENT               its blocks, one a line: number, offset, kind, bytes of payload, stream, rows
 *   mutate SEGMENT OUT EDIT…     writes it changed to OUT
 *
 * Edits of the file, as it then is: cut=N leaves the first N bytes, flip=N changes one bit of byte N.
 * Edits of block B, whose checksums hold again:
 *   B:NAME=VALUE  a field of the header: kind, codec, flags, major, raw_len, rows, stream, seq, ts_min, ts_max, lost,
 *                 schema
 *   B:flip=N      one bit of byte N of the payload, before it is compressed
 *   B:put=HEX     the payload is these bytes
 *   B:bomb=N      the payload is N zeros, in a block that says what it said before
 *   B:insert=KIND a block without payload before it, which is B from then on
 *   B:copy=1      one more copy of it, behind it
 *   B:drop=1      without it
 * later=1, before them, makes it a segment of a later minor version: a record and a stage that nobody knows, hop.aux
 * by another name, a row of that record, a block of another kind.
 * After these the index and the end are made anew, unless one of them was edited; rows that an edited schema explains
 * name it as it then is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include "format/block.h"

enum { MAX_FILE = 1 << 24, MAX_BLOCKS = 4096 };

struct part {
	struct block_header h;
	__u8 *stored;
	size_t copies;
};

static struct part parts[MAX_BLOCKS];
static size_t n_parts;
static bool edited_tail;

static void die(const char *what)
{
	fprintf(stderr, "mutate: %s\n", what);
	exit(1);
}

static void *room(size_t n)
{
	void *p = calloc(1, n + 1);

	if (!p)
		die("out of memory");
	return p;
}

/* ---- bytes and blocks --------------------------------------------------------------------------- */

static __u8 *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	__u8 *p = room(MAX_FILE);

	if (!f)
		die("cannot open the segment");
	*size = fread(p, 1, MAX_FILE, f);
	fclose(f);
	return p;
}

static void split(const __u8 *p, size_t size)
{
	for (size_t at = 0; at < size; n_parts++) {
		struct part *b = &parts[n_parts];

		if (n_parts == MAX_BLOCKS || at + BLOCK_HEADER > size || !block_header__unpack(&b->h, p + at) ||
		    b->h.stored_len > size - at - BLOCK_HEADER)
			die("the segment is not whole");
		b->stored = room(b->h.stored_len);
		memcpy(b->stored, p + at + BLOCK_HEADER, b->h.stored_len);
		b->copies = 1;
		at += BLOCK_HEADER + b->h.stored_len;
	}
}

static __u8 *unpacked(const struct part *b)
{
	__u8 *raw = room(b->h.raw_len);

	if (b->h.raw_len && ZSTD_decompress(raw, b->h.raw_len, b->stored, b->h.stored_len) != b->h.raw_len)
		die("a payload does not decompress");
	return raw;
}

/* The header's raw_len is left as it is. */
static void pack(struct part *b, const __u8 *raw, size_t n)
{
	size_t bound = ZSTD_compressBound(n);
	ZSTD_CCtx *cctx = ZSTD_createCCtx();

	ZSTD_CCtx_setParameter(cctx, ZSTD_c_checksumFlag, 1);
	free(b->stored);
	b->stored = room(bound);
	b->h.stored_len = n ? ZSTD_compress2(cctx, b->stored, bound, raw, n) : 0;
	b->h.codec = n ? BLOCK_ZSTD : BLOCK_RAW;
	ZSTD_freeCCtx(cctx);
}

static void put_block(__u8 *out, size_t *n, const struct part *b)
{
	if (*n + BLOCK_HEADER + b->h.stored_len > MAX_FILE)
		die("the result is too large");
	block_header__pack(&b->h, out + *n);
	memcpy(out + *n + BLOCK_HEADER, b->stored, b->h.stored_len);
	*n += BLOCK_HEADER + b->h.stored_len;
}

static __u8 *join(size_t *size)
{
	__u8 *out = room(MAX_FILE), *index = room(MAX_BLOCKS * 4 * INDEX_ENTRY);
	size_t n = 0, entries = 0, index_at = 0;

	for (size_t i = 0; i < n_parts; i++) {
		struct part *b = &parts[i];

		if (b->h.kind == BLOCK_INDEX && !edited_tail) {
			b->h.raw_len = entries * INDEX_ENTRY;
			pack(b, index, b->h.raw_len);
			index_at = n;
		}
		if (b->h.kind == BLOCK_END && !edited_tail && index_at) {
			b->h.ts_min = index_at;
			b->h.ts_max = n + BLOCK_HEADER;
		}
		for (size_t c = 0; c < b->copies; c++) {
			block_header__pack_entry(&b->h, n, index + entries++ * INDEX_ENTRY);
			put_block(out, &n, b);
		}
	}
	free(index);
	*size = n;
	return out;
}

/* ---- edits -------------------------------------------------------------------------------------- */

static void name_schema(__u32 was, __u32 is)
{
	for (size_t i = 0; i < n_parts; i++)
		if (parts[i].h.schema == was)
			parts[i].h.schema = is;
}

static void new_payload(struct part *b, const __u8 *raw, size_t n)
{
	pack(b, raw, n);
	b->h.raw_len = n;
	if (b->h.kind == BLOCK_SCHEMA)
		name_schema(b->h.schema, crc32(0, raw, n));
}

static void flip_payload(struct part *b, size_t at)
{
	__u8 *raw = unpacked(b);

	if (at >= b->h.raw_len)
		die("the payload is not that long");
	raw[at] ^= 1 << at % 8;
	new_payload(b, raw, b->h.raw_len);
	free(raw);
}

static void put_payload(struct part *b, const char *hex)
{
	size_t n = strlen(hex) / 2;
	__u8 *raw = room(n);

	for (size_t i = 0; i < n; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &raw[i]) != 1)
			die("not hex");
	new_payload(b, raw, n);
	free(raw);
}

static void bomb(struct part *b, __u64 n)
{
	enum { ROOM = 1 << 22 };
	static __u8 zeros[1 << 20];
	ZSTD_CCtx *cctx = ZSTD_createCCtx();
	ZSTD_outBuffer out = { room(ROOM), ROOM, 0 };

	ZSTD_CCtx_setParameter(cctx, ZSTD_c_checksumFlag, 1);
	for (; n; n -= n < sizeof(zeros) ? n : sizeof(zeros)) {
		ZSTD_inBuffer in = { zeros, n < sizeof(zeros) ? n : sizeof(zeros), 0 };

		if (ZSTD_isError(ZSTD_compressStream2(cctx, &out, &in, n <= sizeof(zeros) ? ZSTD_e_end : ZSTD_e_continue)) ||
		    in.pos != in.size)
			die("the bomb is too large");
	}
	ZSTD_freeCCtx(cctx);
	free(b->stored);
	b->stored = out.dst;
	b->h.stored_len = out.pos;
}

static void set_field(struct part *b, const char *name, __u64 value)
{
	struct block_header *h = &b->h;
	const struct { const char *name; void *at; size_t size; } fields[] = {
		{ "kind", &h->kind, 1 }, { "codec", &h->codec, 1 }, { "flags", &h->flags, 1 }, { "major", &h->major, 1 },
		{ "raw_len", &h->raw_len, 4 }, { "rows", &h->rows, 4 }, { "stream", &h->stream, 4 }, { "seq", &h->seq, 4 },
		{ "ts_min", &h->ts_min, 8 }, { "ts_max", &h->ts_max, 8 }, { "lost", &h->lost, 8 }, { "schema", &h->schema, 4 },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (!strcmp(name, fields[i].name)) {
			memcpy(fields[i].at, &value, fields[i].size);
			return;
		}
	die("no such edit");
}

/* Before block `at`; its fields are those of that one, which name the same schema. */
static struct part *insert(size_t at, unsigned kind)
{
	struct part *b = &parts[at];

	if (n_parts == MAX_BLOCKS)
		die("too many blocks");
	memmove(b + 1, b, (n_parts++ - at) * sizeof(*b));
	*b = (struct part){ .h = { .kind = kind, .schema = b->h.schema }, .stored = room(0), .copies = 1 };
	return b;
}

/* ---- a later version ---------------------------------------------------------------------------- */

enum { LATER_RECORD = 200, LATER_STAGE = 201, LATER_KIND = 77 };

static void skip_text(struct cursor *c)
{
	cursor__bytes(c, cursor__varint(c));
}

/* Moves behind the records. */
static void skip_records(struct cursor *c)
{
	for (__u64 n = cursor__varint(c); n; n--) {
		cursor__varint(c);
		cursor__varint(c);
		skip_text(c);
		skip_text(c);
		for (__u64 fields = cursor__varint(c); fields; fields--) {
			skip_text(c);
			for (int i = 0; i < 3; i++)
				cursor__varint(c);
			skip_text(c);
			skip_text(c);
		}
	}
}

static void extend_schema(struct part *b)
{
	static const __u8 record[] = { 0x80 | (LATER_RECORD & 127), 1, 0, 5, 'l', 'a', 't', 'e', 'r', 0, 1, 1, 'x', 0, 1, 0, 0, 0 };
	static const __u8 stage[] = { 0x80 | (LATER_STAGE & 127), 1, 2, 8, 'l', 'a', 't', 'e', 'r', '_', 'o', 'n', 0, 0 };
	__u8 *raw = unpacked(b), *aux = memmem(raw, b->h.raw_len, "\003aux", 4);
	struct cursor c = { raw, raw + b->h.raw_len, false };
	struct buf out = { 0 };
	const __u8 *from = raw;

	if (!aux || buf__reserve(&out, b->h.raw_len + 100))
		die("no schema to extend");
	aux[3] = 'y';
	buf__put_varint(&out, cursor__varint(&c) + 1);
	from = c.p;
	buf__put(&out, record, sizeof(record));
	c.p = raw;
	skip_records(&c);
	buf__put(&out, from, c.p - from);
	buf__put_varint(&out, cursor__varint(&c) + 1);
	buf__put(&out, stage, sizeof(stage));
	buf__put(&out, c.p, c.end - c.p);
	new_payload(b, out.p, out.len);
	buf__free(&out);
	free(raw);
}

/* One row {x = 21}, at the time of the block before it. */
static void add_later_row(size_t at)
{
	static const __u8 directory[] = { 5, 0, 0, 1, 0, 1, 0, 0xc8, 1, 0, 1, 0xc8, 1, 1, 1, 0xc8, 1, 2, 1 };
	struct block_header was = parts[at - 1].h;
	struct part *b = insert(at, BLOCK_ROWS);
	struct buf raw = { 0 }, time = { 0 };

	if (buf__reserve(&raw, 100) || buf__reserve(&time, VARINT_MAX))
		die("out of memory");
	buf__put_varint(&time, zigzag(was.ts_min));
	buf__put(&raw, directory, sizeof(directory));
	raw.p[6] = time.len;
	buf__put_u8(&raw, LATER_RECORD);
	buf__put(&raw, time.p, time.len);
	buf__put(&raw, (const __u8[]){ 0, 1, 42 }, 3); /* slot, mask, zigzag 21 */
	b->h.stream = was.stream;
	b->h.seq = was.seq + 1;
	b->h.lost = was.lost;
	b->h.rows = 1;
	b->h.ts_min = b->h.ts_max = was.ts_min;
	new_payload(b, raw.p, raw.len);
	buf__free(&raw);
	buf__free(&time);
}

static void make_later(void)
{
	size_t last = 0;
	__u8 *raw = unpacked(&parts[0]);

	raw[22] = 7;
	new_payload(&parts[0], raw, parts[0].h.raw_len);
	free(raw);
	for (size_t i = 0; i < n_parts; i++) {
		if (parts[i].h.kind == BLOCK_SCHEMA)
			extend_schema(&parts[i]);
		if (parts[i].h.kind == BLOCK_ROWS)
			last = i;
	}
	add_later_row(last + 1);
	put_payload(insert(last + 2, LATER_KIND), "c0ffee");
}

/* ---- doing it ----------------------------------------------------------------------------------- */

/* Of the form B:NAME=VALUE? */
static bool edit_block(const char *edit)
{
	char name[16];
	size_t number;
	int value_at = 0;
	const char *value;
	struct part *b;

	if (!strcmp(edit, "later=1")) {
		make_later();
		return true;
	}
	if (sscanf(edit, "%zu:%15[a-z_]=%n", &number, name, &value_at) != 2 || !value_at)
		return false;
	if (number >= n_parts)
		die("no such block");
	b = &parts[number];
	value = edit + value_at;
	edited_tail |= b->h.kind == BLOCK_INDEX || b->h.kind == BLOCK_END;
	if (!strcmp(name, "flip"))
		flip_payload(b, strtoull(value, NULL, 0));
	else if (!strcmp(name, "put"))
		put_payload(b, value);
	else if (!strcmp(name, "bomb"))
		bomb(b, strtoull(value, NULL, 0));
	else if (!strcmp(name, "insert"))
		insert(number, strtoul(value, NULL, 0));
	else if (!strcmp(name, "copy"))
		b->copies++;
	else if (!strcmp(name, "drop"))
		b->copies = 0;
	else
		set_field(b, name, strtoull(value, NULL, 0));
	return true;
}

static size_t edit_bytes(__u8 *p, size_t size, const char *edit)
{
	size_t at;

	if (sscanf(edit, "cut=%zu", &at) == 1 && at <= size)
		return at;
	if (sscanf(edit, "flip=%zu", &at) != 1 || at >= size)
		die("no such edit, or the file is not that long");
	p[at] ^= 1 << at % 8;
	return size;
}

static void list(void)
{
	size_t at = 0;

	for (size_t i = 0; i < n_parts; i++) {
		const struct block_header *h = &parts[i].h;

		printf("%zu %zu %u %u %u %u\n", i, at, h->kind, h->raw_len, h->stream, h->rows);
		at += BLOCK_HEADER + h->stored_len;
	}
}

int main(int argc, char **argv)
{
	size_t size;
	__u8 *p;
	FILE *out;
	int i = 3;

	if (argc != 2 && argc < 4)
		die("usage: mutate SEGMENT [OUT EDIT…]");
	p = read_file(argv[1], &size);
	split(p, size);
	if (argc == 2) {
		list();
		return 0;
	}
	while (i < argc && edit_block(argv[i]))
		i++;
	if (i > 3)
		p = join(&size);
	for (; i < argc; i++)
		size = edit_bytes(p, size, argv[i]);
	out = fopen(argv[2], "wb");
	if (!out || fwrite(p, 1, size, out) != size || fclose(out))
		die("cannot write the result");
	return 0;
}
