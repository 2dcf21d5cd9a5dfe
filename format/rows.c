/* rows.c: one block's rows. A struct trace_rows owns all buffers, so threads only share the files. */
#include <stdio.h>
#include <zstd.h>

#include "error.h"
#include "reader_int.h"

struct trace_rows_priv {
	struct buf stored, raw;
	struct decoder decoder;
	ZSTD_DCtx *dctx;
};

/* The number of its schema; n_schemas: there is none. */
static size_t schema_of(const struct trace *t, size_t block)
{
	size_t i = 0;

	while (i < t->n_schemas && t->schemas[i].crc != t->block_schema[block])
		i++;
	return i;
}

/* Does the header on disk say what the block list says? An index may be wrong where the block is right. */
static bool same_block(const struct block_header *h, const struct trace_block *b, __u32 schema)
{
	return h->kind == b->kind && h->stored_len == b->stored_len && h->raw_len == b->raw_len &&
	       h->rows == b->rows && h->stream == b->stream && h->schema == schema;
}

/* Blocks are put in order by the times in their headers. */
static bool in_time(const struct trace_block *b, const struct decoder *d)
{
	bool in = true;

	for (size_t i = 0; i < d->n; i++)
		in &= d->ts[i] >= b->ts_min && d->ts[i] <= b->ts_max;
	return in;
}

static int load(const struct trace *t, size_t block, const struct block_place *at, struct trace_rows_priv *p, const char **what)
{
	const struct trace_block *b = &t->blocks[block];
	size_t schema = schema_of(t, block);
	struct block_header h;
	int fd = t->files[at->file].fd;
	__u16 cpu = b->stream >= STREAM_CPUS ? STREAM_RECORDER : b->stream;

	*what = "its schema block is damaged or missing";
	if (schema == t->n_schemas || schema > 0xffff)
		return -EBADMSG;
	p->decoder.schema = schema;
	p->decoder.unknown = t->unknown;
	*what = "the file ends inside it";
	p->stored.len = 0;
	TRY(buf__reserve(&p->stored, BLOCK_HEADER + (size_t)b->stored_len));
	TRY(read_at(fd, p->stored.p, BLOCK_HEADER + (size_t)b->stored_len, at->offset));
	*what = "its header is damaged";
	if (!block_header__unpack(&h, p->stored.p) || !same_block(&h, b, t->block_schema[block]))
		return -EBADMSG;
	TRY(block__unpack(&h, p->stored.p + BLOCK_HEADER, p->dctx, &p->raw, what));
	TRY(decoder__run(&p->decoder, t->schemas[schema].layout, cpu, b->rows, p->raw.p, p->raw.len, what));
	*what = "its rows are of another time than its header says";
	return in_time(b, &p->decoder) ? 0 : -EBADMSG;
}

/* The first copy that can be read, or why the one that is listed cannot. */
static int load_any(const struct trace *t, size_t block, struct trace_rows_priv *p, const char **what)
{
	const struct trace_block *b = &t->blocks[block];
	const struct block_place here = { b->offset, b->file, t->block_copy[block] }, *at = &here;
	int code = load(t, block, at, p, what);

	while (code == -EBADMSG && at->next) {
		const char *other;

		at = &t->places[at->next - 1];
		if (load(t, block, at, p, &other) == 0)
			return 0;
	}
	return code;
}

static struct trace_rows_priv *priv_of(struct trace_rows *rows)
{
	struct trace_rows_priv *p = rows->priv;

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (p)
		p->dctx = ZSTD_createDCtx();
	if (!p || !p->dctx) {
		free(p);
		return NULL;
	}
	rows->priv = p;
	return p;
}

int trace__decode(const struct trace *t, size_t block, struct trace_rows *rows, struct trace_error *err)
{
	const struct trace_block *b = &t->blocks[block];
	struct trace_rows_priv *p = priv_of(rows);
	const char *what = "", *path = t->files[b->file].pub.path;
	int code;

	if (!p)
		return trace_error__set(err, -ENOMEM, "out of memory while reading %s", path);
	code = load_any(t, block, p, &what);
	rows->what = code ? what : NULL;
	if (code == -ENOMEM)
		return trace_error__set(err, code, "out of memory while reading %s", path);
	if (code == -EIO)
		return trace_error__set(err, code, "cannot read %s at offset %llu", path, b->offset);
	if (code)
		return trace_error__set(err, code, "%s: block at offset %llu (stream %u, %u rows): %s", path, b->offset,
					b->stream, b->rows, what);
	rows->n = p->decoder.n;
	rows->skipped = p->decoder.skipped;
	rows->ts = p->decoder.ts;
	rows->at = p->decoder.at;
	rows->base = p->decoder.arena;
	return 0;
}

void trace_rows__free(struct trace_rows *rows)
{
	if (rows->priv) {
		buf__free(&rows->priv->stored);
		buf__free(&rows->priv->raw);
		decoder__free(&rows->priv->decoder);
		ZSTD_freeDCtx(rows->priv->dctx);
		free(rows->priv);
	}
	*rows = (struct trace_rows){ 0 };
}
