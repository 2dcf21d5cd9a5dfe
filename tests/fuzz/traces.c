/* traces.c: see traces.h. What is odd in a seed stays odd: rows are taken as they are, whatever they say. */
#include "tests/fuzz/traces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include "format/block.h"
#include "format/codec.h"
#include "tests/rows.h"

enum { MAX_ROWS = 1 << 14, MAX_BLOCKS = 256, MAX_CHANGES = 8, MAX_STREAMS = 8 };

const char *traces__file(const uint8_t *data, size_t size)
{
	static char path[64];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("trace", 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	return ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size ? NULL : path;
}

static __u64 below(__u64 *seed, __u64 n)
{
	return n ? rnd(seed) % n : 0;
}

/* ---- blocks ------------------------------------------------------------------------------------- */

struct found { /* a block in the bytes */
	size_t at, size;
};

static size_t find_blocks(const uint8_t *data, size_t size, struct found found[MAX_BLOCKS])
{
	struct block_header h;
	size_t n = 0;

	for (size_t at = 0; n < MAX_BLOCKS && at + BLOCK_HEADER <= size && block_header__unpack(&h, data + at);) {
		size_t whole = BLOCK_HEADER + (size_t)h.stored_len;

		if (whole > size - at)
			break;
		found[n++] = (struct found){ at, whole };
		at += whole;
	}
	return n;
}

/* What follows the bytes [at, at + was) moves. */
static size_t replace(uint8_t *data, size_t size, size_t max, size_t at, size_t was, const uint8_t *by, size_t n)
{
	if (size - was + n > max)
		return size;
	memmove(data + at + n, data + at + was, size - at - was);
	memcpy(data + at, by, n);
	return size - was + n;
}

static void change_header(uint8_t *at, __u64 *seed)
{
	struct block_header h;
	__u32 *words[] = { &h.stored_len, &h.raw_len, &h.rows, &h.stream, &h.seq, &h.schema };
	__u64 *longs[] = { &h.ts_min, &h.ts_max, &h.lost };

	block_header__unpack(&h, at);
	switch (below(seed, 4)) {
	case 0:
		*words[below(seed, 6)] = rnd_value(seed);
		break;
	case 1:
		*longs[below(seed, 3)] = rnd_value(seed);
		break;
	case 2:
		h.kind = below(seed, 8);
		break;
	default:
		*(below(seed, 2) ? &h.flags : &h.codec) = below(seed, 4);
	}
	block_header__pack(&h, at);
}

/* A schema is known by its checksum: the rows that it explains are to name the changed one. */
static void name_schema(uint8_t *data, size_t size, __u32 was, __u32 is)
{
	struct found found[MAX_BLOCKS];
	struct block_header h;

	for (size_t i = 0, n = find_blocks(data, size, found); i < n; i++) {
		block_header__unpack(&h, data + found[i].at);
		h.schema = h.schema == was ? is : h.schema;
		block_header__pack(&h, data + found[i].at);
	}
}

static size_t change_payload(uint8_t *data, size_t size, size_t max, struct found b)
{
	ZSTD_CCtx *cctx = ZSTD_createCCtx();
	ZSTD_DCtx *dctx = ZSTD_createDCtx();
	struct buf raw = { 0 }, block = { 0 };
	struct block_header h;
	const char *what;

	ZSTD_CCtx_setParameter(cctx, ZSTD_c_checksumFlag, 1);
	block_header__unpack(&h, data + b.at);
	if (!block__unpack(&h, data + b.at + BLOCK_HEADER, dctx, &raw, &what) && !buf__reserve(&raw, 64)) {
		__u8 major = h.major;

		h.raw_len = LLVMFuzzerMutate(raw.p, raw.len, raw.len + 64);
		if (!block__pack(&h, raw.p, cctx, &block)) {
			h.major = major;
			block_header__pack(&h, block.p);
			size = replace(data, size, max, b.at, b.size, block.p, block.len);
			if (h.kind == BLOCK_SCHEMA)
				name_schema(data, size, h.schema, crc32(0, raw.p, h.raw_len));
		}
	}
	buf__free(&raw);
	buf__free(&block);
	ZSTD_freeCCtx(cctx);
	ZSTD_freeDCtx(dctx);
	return size;
}

static size_t copy_block(uint8_t *data, size_t size, size_t max, struct found b, size_t to)
{
	uint8_t *copy = malloc(b.size);

	memcpy(copy, data + b.at, b.size);
	size = replace(data, size, max, to, 0, copy, b.size);
	free(copy);
	return size;
}

size_t traces__mutate_blocks(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	struct found found[MAX_BLOCKS];
	__u64 s = seed * 0x9e3779b97f4a7c15 + 1;
	size_t n = 0;

	for (__u64 left = 1 + below(&s, MAX_CHANGES); left; left--) {
		struct found b;

		n = find_blocks(data, size, found);
		if (!n)
			return 0;
		b = found[below(&s, n)];
		switch (below(&s, 8)) {
		case 0:
			size = replace(data, size, max, b.at, b.size, data, 0);
			break;
		case 1:
			size = copy_block(data, size, max, b, found[below(&s, n)].at);
			break;
		case 2:
		case 3:
			change_header(data + b.at, &s);
			break;
		case 4: /* damage that does not check out */
			data[below(&s, size)] ^= 1 << below(&s, 8);
			break;
		default:
			size = change_payload(data, size, max, b);
		}
	}
	return size;
}

/* ---- rows --------------------------------------------------------------------------------------- */

struct row {
	union any_rec rec;
	__u32 stream;
};

struct rows {
	struct row *row;
	size_t n;
	struct trace *t;
	struct trace_rows *blocks; /* own the texts */
	size_t n_blocks;
};

static void take_block(struct rows *r, size_t i)
{
	if (trace__decode(r->t, i, &r->blocks[i], NULL))
		return;
	for (size_t j = 0; j < r->blocks[i].n && r->n < MAX_ROWS; j++) {
		const struct rec *rec = trace_rows__at(&r->blocks[i], j);
		struct row *row = &r->row[r->n++];

		memset(row, 0, sizeof(*row));
		memcpy(&row->rec, rec, schema__record(rec->type)->size);
		row->stream = trace__block(r->t, i)->stream;
	}
}

static int rows__read(struct rows *r, const uint8_t *data, size_t size)
{
	const char *path = traces__file(data, size);

	memset(r, 0, sizeof(*r));
	if (!path || trace__open(&r->t, path, NULL))
		return -1;
	r->n_blocks = trace__n_blocks(r->t);
	r->blocks = calloc(r->n_blocks + 1, sizeof(*r->blocks));
	r->row = malloc(MAX_ROWS * sizeof(*r->row));
	for (size_t i = 0; i < r->n_blocks; i++)
		take_block(r, i);
	return r->n ? 0 : -1;
}

static void rows__free(struct rows *r)
{
	for (size_t i = 0; r->blocks && i < r->n_blocks; i++)
		trace_rows__free(&r->blocks[i]);
	trace__close(r->t);
	free(r->blocks);
	free(r->row);
}

struct writing {
	struct buf out, raw;
	ZSTD_CCtx *cctx;
	__u32 schema;
	__u64 lost; /* on every stream; grows */
	__u64 *seed;
};

static void put_block(struct writing *w, struct block_header h)
{
	h.schema = w->schema;
	h.raw_len = w->raw.len;
	if (block__pack(&h, w->raw.p, w->cctx, &w->out))
		abort();
	w->raw.len = 0;
}

static void put_head(struct writing *w)
{
	static const char uuid[16] = "0123456789abcdef";
	const __u8 head[SEGMENT_PAYLOAD] = { [20] = MAX_STREAMS, [30] = 1 };
	struct buf schema = { 0 };

	if (buf__reserve(&w->raw, sizeof(head)) || schema__encode(&schema) || buf__reserve(&w->raw, schema.len))
		abort();
	buf__put(&w->raw, head, sizeof(head));
	memcpy(w->raw.p, uuid, sizeof(uuid));
	w->schema = crc32(0, schema.p, schema.len);
	put_block(w, (struct block_header){ .kind = BLOCK_SEGMENT });
	if (buf__reserve(&w->raw, schema.len))
		abort();
	buf__put(&w->raw, schema.p, schema.len);
	put_block(w, (struct block_header){ .kind = BLOCK_SCHEMA });
	buf__free(&schema);
}

/* The rows of one stream, in one block or several. */
static void put_stream(struct writing *w, const struct rows *r, __u32 stream)
{
	struct encoder *e = encoder__new();
	struct block_header h = { .kind = BLOCK_ROWS, .stream = stream };

	h.flags = stream == STREAM_DEFINITIONS ? BLOCK_DEFINITIONS : 0;
	for (size_t i = 0; i <= r->n; i++) {
		bool ends = i == r->n || (w->seed && below(w->seed, 1000) == 0);

		if (i < r->n && r->row[i].stream == stream && encoder__add(e, &r->row[i].rec.rec))
			abort();
		if (!encoder__rows(e) || !ends)
			continue;
		h.rows = encoder__rows(e);
		h.ts_min = encoder__ts_min(e);
		h.ts_max = encoder__ts_max(e);
		h.lost = w->lost;
		if (encoder__finish(e, &w->raw))
			abort();
		put_block(w, h);
		h.seq++;
	}
	encoder__free(e);
}

static size_t rows__write(const struct rows *r, uint8_t *data, size_t max, __u64 *seed)
{
	struct writing w = { .cctx = ZSTD_createCCtx(), .seed = seed };
	size_t size;

	ZSTD_CCtx_setParameter(w.cctx, ZSTD_c_checksumFlag, 1);
	if (seed && below(seed, 8) == 0)
		w.lost = rnd_value(seed);
	put_head(&w);
	put_stream(&w, r, STREAM_DEFINITIONS);
	for (__u32 cpu = 0; cpu < MAX_STREAMS; cpu++)
		put_stream(&w, r, cpu);
	put_stream(&w, r, STREAM_RECORDER);
	size = w.out.len <= max ? w.out.len : 0;
	if (size)
		memcpy(data, w.out.p, size);
	buf__free(&w.out);
	buf__free(&w.raw);
	ZSTD_freeCCtx(w.cctx);
	return size;
}

/* ---- changing rows ------------------------------------------------------------------------------- */

static const struct field_desc *some_field(const struct row *row, __u64 *seed)
{
	const struct record_desc *d = schema__record(row->rec.rec.type);

	return d->n_fields ? &d->fields[below(seed, d->n_fields)] : NULL;
}

static void set_text(void *at, __u64 *seed)
{
	static char large[3000];
	static const char *const odd[] = { "", "\033[2J\033]0;x\a", "\xff\xfe\x80", "%s%n%s", "'; DROP TABLE trace; --",
					   "<script>alert(1)</script>", "../../etc/passwd", "a\tb\nc\rd", "\u202e0",
					   "-1", "18446744073709551616", "\U0001f41b" };
	const char *s = odd[below(seed, sizeof(odd) / sizeof(*odd))];

	memset(large, 'x', sizeof(large));
	*(struct rec_text *)at = below(seed, 8) ? (struct rec_text){ s, strlen(s), 0 } :
						  (struct rec_text){ large, below(seed, sizeof(large)), 0 };
}

/* The value of a field of the same width somewhere: numbers of threads, addresses and devices meet. */
static void set_from_other(const struct rows *r, char *at, const struct field_desc *f, __u64 *seed)
{
	for (int tries = 0; tries < 10; tries++) {
		const struct row *other = &r->row[below(seed, r->n)];
		const struct field_desc *g = some_field(other, seed);

		if (!g || g->kind != f->kind || g->size != f->size)
			continue;
		memcpy(at, other->rec.bytes + g->offset, f->kind == FIELD_TEXT ? sizeof(struct rec_text) : f->size);
		return;
	}
}

static void change_field(const struct rows *r, struct row *row, __u64 *seed)
{
	const struct field_desc *f = some_field(row, seed);
	char *at = f ? row->rec.bytes + f->offset : NULL;
	__u64 v;

	if (!f)
		return;
	if (below(seed, 3) == 0) {
		set_from_other(r, at, f, seed);
	} else if (f->kind == FIELD_TEXT) {
		set_text(at, seed);
	} else if (f->kind == FIELD_BYTES) {
		at[below(seed, f->size)] = rnd(seed);
	} else {
		v = rnd_value(seed);
		memcpy(at, &v, f->size);
	}
}

static void change_time(struct rows *r, struct row *row, __u64 *seed)
{
	__u64 *ts = &row->rec.rec.ts;

	switch (below(seed, 6)) {
	case 0:
		*ts = rnd_value(seed);
		break;
	case 1:
		*ts += rnd_value(seed);
		break;
	case 2:
		*ts = r->row[below(seed, r->n)].rec.rec.ts;
		break;
	case 3: /* all that follows is later */
		for (__u64 by = rnd(seed) >> (20 + below(seed, 40)); row < r->row + r->n; row++)
			row->rec.rec.ts += by;
		break;
	default:
		*ts += (__s64)below(seed, 2000001) - 1000000;
	}
}

/* An event has no place among definitions, nor a definition among events. */
static bool is_definition(const struct row *row)
{
	return schema__record(row->rec.rec.type)->class == RECORD_DEFINITION;
}

static void change_rows(struct rows *r, __u64 *seed)
{
	size_t at = below(seed, r->n), other = below(seed, r->n);
	struct row copy = r->row[at];

	switch (below(seed, 10)) {
	case 0:
		memmove(&r->row[at], &r->row[at + 1], (--r->n - at) * sizeof(copy));
		break;
	case 1:
		if (r->n < MAX_ROWS)
			r->row[r->n++] = copy;
		break;
	case 2:
		r->row[at] = r->row[other];
		r->row[other] = copy;
		break;
	case 3:
		if (!is_definition(&copy))
			r->row[at].stream = below(seed, 10) ? below(seed, MAX_STREAMS) : STREAM_RECORDER;
		break;
	case 4:
	case 5:
		change_time(r, &r->row[at], seed);
		break;
	default:
		change_field(r, &r->row[at], seed);
	}
}

/* Rows of types that a seed has none of. */
static void add_random(struct rows *r, __u64 *seed)
{
	static const char pool[64] = "the quick brown fox jumps over the lazy dog and runs away again";

	for (__u64 n = 1 + below(seed, 20); n && r->n < MAX_ROWS; n--) {
		struct row *row = &r->row[r->n++];
		__u64 ts = r->row[below(seed, r->n - 1)].rec.rec.ts;

		memset(row, 0, sizeof(*row));
		rnd_rec(seed, rnd_type(seed), &row->rec, pool);
		row->rec.rec.ts = ts + below(seed, 1000000);
		row->stream = is_definition(row)      ? STREAM_DEFINITIONS
			      : below(seed, 5) ? below(seed, MAX_STREAMS)
					       : STREAM_RECORDER;
	}
}

size_t traces__mutate_rows(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	__u64 s = seed * 0x9e3779b97f4a7c15 + 1;
	struct rows r;

	if (rows__read(&r, data, size)) {
		size = 0;
	} else {
		if (below(&s, 4) == 0)
			add_random(&r, &s);
		for (__u64 left = below(&s, 3) ? 1 + below(&s, MAX_CHANGES) : below(&s, 500); left && r.n > 1; left--)
			change_rows(&r, &s);
		size = rows__write(&r, data, max, &s);
	}
	rows__free(&r);
	return size;
}

size_t traces__cut(uint8_t *data, size_t size, size_t max, size_t n)
{
	size_t of[REC_TYPE_MAX] = { 0 }, kept = 0;
	struct rows r;

	if (rows__read(&r, data, size)) {
		size = 0;
	} else {
		for (size_t i = 0; i < r.n; i++)
			if (of[r.row[i].rec.rec.type]++ < n)
				r.row[kept++] = r.row[i];
		r.n = kept;
		size = rows__write(&r, data, max, NULL);
	}
	rows__free(&r);
	return size;
}
