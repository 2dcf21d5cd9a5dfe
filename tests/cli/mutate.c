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
 *   B:copy=1      one more copy of it, behind it
 *   B:drop=1      without it
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

static void bomb(struct part *b, size_t n)
{
	__u8 *zeros = room(n);

	pack(b, zeros, n);
	free(zeros);
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

/* Of the form B:NAME=VALUE? */
static bool edit_block(const char *edit)
{
	char name[16];
	size_t number;
	int value_at = 0;
	const char *value;
	struct part *b;

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

/* ---- doing it ----------------------------------------------------------------------------------- */

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
