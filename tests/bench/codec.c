/*
 * codec.c: decodes and encodes a real trace again and again, and prints the best round:
 *   codec TRACE [ROUNDS]
 *   decode: read, decompress and decode; encode: rows to compressed blocks, as netrec does while recording
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zstd.h>

#include "format/block.h"
#include "format/codec.h"

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

struct result {
	double decode, encode; /* CPU seconds */
	size_t rows, bytes;
};

static void encode_block(struct encoder *e, ZSTD_CCtx *cctx, const struct trace_rows *rows, struct result *r)
{
	static struct buf raw, block;
	struct block_header h = { .kind = BLOCK_ROWS, .rows = rows->n };
	double start = seconds();

	for (size_t i = 0; i < rows->n; i++)
		if (encoder__add(e, trace_rows__at(rows, i)))
			abort();
	raw.len = block.len = 0;
	if (encoder__finish(e, &raw))
		abort();
	h.raw_len = raw.len;
	if (block__pack(&h, raw.p, cctx, &block))
		abort();
	r->encode += seconds() - start;
	r->bytes += block.len;
}

static struct result run_round(const struct trace *t)
{
	struct trace_rows rows = { 0 };
	struct trace_error err;
	struct result r = { 0 };
	struct encoder *e = encoder__new();
	ZSTD_CCtx *cctx = ZSTD_createCCtx();

	ZSTD_CCtx_setParameter(cctx, ZSTD_c_compressionLevel, 1);
	ZSTD_CCtx_setParameter(cctx, ZSTD_c_checksumFlag, 1);
	for (size_t i = 0; i < trace__n_blocks(t); i++) {
		double start = seconds();

		if (trace__decode(t, i, &rows, &err)) {
			fprintf(stderr, "%s\n", err.text);
			exit(3);
		}
		r.decode += seconds() - start;
		r.rows += rows.n;
		encode_block(e, cctx, &rows, &r);
	}
	trace_rows__free(&rows);
	encoder__free(e);
	ZSTD_freeCCtx(cctx);
	return r;
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[2]) : 5;
	struct result best = { .decode = 1e9, .encode = 1e9 };
	struct trace_error err;
	struct trace *t;

	if (argc < 2 || trace__open(&t, argv[1], &err)) {
		fprintf(stderr, "%s\n", argc < 2 ? "usage: codec TRACE [ROUNDS]" : err.text);
		return 2;
	}
	for (int i = 0; i < rounds; i++) {
		struct result r = run_round(t);

		best.decode = r.decode < best.decode ? r.decode : best.decode;
		best.encode = r.encode < best.encode ? r.encode : best.encode;
		best.rows = r.rows;
		best.bytes = r.bytes;
	}
	printf("rows %zu bytes_per_row %.2f decode_ns %.1f encode_ns %.1f\n", best.rows, (double)best.bytes / best.rows,
	       best.decode / best.rows * 1e9, best.encode / best.rows * 1e9);
	trace__close(t);
	return 0;
}
