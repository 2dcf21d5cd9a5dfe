/* test_writer.c: segments, rotation, retention, definitions; and the reader's answers to bad input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "format/block.h"
#include "format/writer.h"
#include "tests/rows.h"

static char dir[64];

static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/netrec-writer-%d", getpid());
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}

static struct trace_writer *open_writer(struct trace_writer_opts opts)
{
	struct trace_writer *w;

	opts.n_cpus = 2;
	assert_int_equal(trace_writer__open(&w, dir, &opts, 1, NULL), 0);
	return w;
}

static void append_hop(struct trace_writer *w, __u32 cpu, __u64 ts)
{
	struct rec_hop hop = { .rec = { .ts = ts, .type = REC_hop }, .skb = ts * 7919, .len = ts };

	assert_int_equal(trace_writer__append(w, cpu, &hop.rec), 0);
}

static void define_string(struct trace_writer *w, __u32 id, const char *text)
{
	struct rec_string s = { .rec = { .type = REC_string }, .id = id, .text = { text, strlen(text), 0 } };

	assert_int_equal(trace_writer__define(w, &s.rec), 0);
}

/* Rows of one type in the whole trace, decoded. */
static size_t count(const struct trace *t, unsigned type, size_t segment)
{
	struct trace_rows rows = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < trace__n_blocks(t); i++) {
		if (segment != SIZE_MAX && trace__block(t, i)->segment != segment)
			continue;
		assert_int_equal(trace__decode(t, i, &rows, NULL), 0);
		for (size_t j = 0; j < rows.n; j++)
			n += trace_rows__at(&rows, j)->type == type;
	}
	trace_rows__free(&rows);
	return n;
}

static void every_segment_stands_alone(void **state)
{
	struct trace_writer *w = open_writer((struct trace_writer_opts){ .segment_ns = 10 });
	struct trace *t;

	(void)state;
	define_string(w, 1, "one");
	define_string(w, 1, "one"); /* says nothing new */
	define_string(w, 2, "two");
	for (int i = 0; i < 5; i++) {
		append_hop(w, i % 2, 100 + i);
		define_string(w, 3, i % 2 ? "odd" : "even");
		assert_int_equal(trace_writer__flush(w, (i + 1) * 20, 0), 0);
	}
	assert_int_equal(trace_writer__close(w, NULL), 0);
	assert_int_equal(trace__open(&t, dir, NULL), 0);
	assert_int_equal(trace__n_segments(t), 6);
	assert_int_equal(count(t, REC_hop, SIZE_MAX), 5);
	assert_int_equal(count(t, REC_string, 0), 3);
	for (size_t s = 0; s < 6; s++) {
		assert_int_equal(trace__segment(t, s)->number, s);
		assert_int_equal(trace__segment(t, s)->n_cpus, 2);
		assert_true(trace__segment(t, s)->closed);
		/* All three definitions, and one changed on the way in all but the first and last. */
		assert_int_equal(count(t, REC_string, s), s == 0 || s == 5 ? 3 : 4);
	}
	trace__close(t);
}

/* A definition must precede its use: in a segment's blocks, definitions come first. */
static void definitions_precede_use(void **state)
{
	struct trace_writer *w = open_writer((struct trace_writer_opts){ 0 });
	struct trace *t;

	(void)state;
	for (int i = 0; i < 40000; i++) {
		if (i % 1000 == 0)
			define_string(w, i, "text");
		append_hop(w, 0, i);
	}
	assert_int_equal(trace_writer__close(w, NULL), 0);
	assert_int_equal(trace__open(&t, dir, NULL), 0);
	assert_int_equal(trace__n_blocks(t), 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(trace__block(t, i)->flags & BLOCK_DEFINITIONS, i % 2 == 0);
	assert_int_equal(trace__block(t, 1)->rows, 16384);
	assert_int_equal(trace__block(t, 5)->seq, 2);
	trace__close(t);
}

static void oldest_segments_go_first(void **state)
{
	struct trace_writer *w = open_writer((struct trace_writer_opts){ .max_bytes = 400000 });
	const struct trace_writer_stats *stats = trace_writer__stats(w);
	__u64 seed = 5, on_disk = 0;
	struct trace *t;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		struct rec_free f = { .rec = { .ts = i, .type = REC_free }, .skb = rnd(&seed), .location = rnd(&seed) };

		assert_int_equal(trace_writer__append(w, 0, &f.rec), 0);
		if (i % 1000 == 0)
			assert_int_equal(trace_writer__flush(w, i, 0), 0);
	}
	assert_true(stats->removed > 10);
	assert_true(stats->bytes > 2000000);
	assert_int_equal(trace_writer__close(w, NULL), 0);
	assert_int_equal(trace__open(&t, dir, NULL), 0);
	for (size_t i = 0; i < trace__n_files(t); i++)
		on_disk += trace__file(t, i)->size;
	assert_in_range(on_disk, 250000, 400000);
	assert_true(trace__segment(t, 0)->number > 10);
	trace__close(t);
}

static void losses_are_in_the_headers(void **state)
{
	struct trace_writer *w = open_writer((struct trace_writer_opts){ 0 });
	struct trace *t;

	(void)state;
	append_hop(w, 1, 5);
	trace_writer__set_lost(w, 1, 17);
	assert_int_equal(trace_writer__close(w, NULL), 0);
	assert_int_equal(trace__open(&t, dir, NULL), 0);
	assert_int_equal(trace__n_blocks(t), 1);
	assert_int_equal(trace__block(t, 0)->lost, 17);
	assert_int_equal(trace__block(t, 0)->stream, 1);
	trace__close(t);
}

static void nothing_is_overwritten(void **state)
{
	struct trace_writer_opts opts = { .n_cpus = 1 };
	struct trace_error err = { 0 };
	struct trace_writer *w;

	(void)state;
	assert_int_equal(mkdir(dir, 0755), 0);
	assert_int_equal(trace_writer__open(&w, dir, &opts, 1, &err), -EEXIST);
	assert_non_null(strstr(err.text, dir));
	assert_non_null(strstr(err.text, "-o"));
}

static void put_file(const char *name, const void *bytes, size_t n)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	fwrite(bytes, 1, n, f);
	fclose(f);
}

static int open_fails(const char *name, const char *says)
{
	struct trace_error err = { 0 };
	char path[128];
	struct trace *t;
	int code;

	snprintf(path, sizeof(path), "%s%s", dir, name);
	code = trace__open(&t, path, &err);
	assert_true(code < 0);
	if (!strstr(err.text, says))
		fail_msg("'%s' does not say '%s'", err.text, says);
	return code;
}

static void bad_input_is_named(void **state)
{
	struct block_header newer = { .kind = BLOCK_SEGMENT, .major = FORMAT_MAJOR + 1 };
	__u8 header[BLOCK_HEADER];

	(void)state;
	assert_int_equal(open_fails("", "No such file"), -ENOENT);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(open_fails("", "no segment files"), -ENODATA);
	put_file("empty.nrs", "", 0);
	assert_int_equal(open_fails("", "is empty"), -ENODATA);
	put_file("foreign.nrs", "\177ELF and so on and so forth, for more than sixty-four bytes in all.....", 70);
	assert_int_equal(open_fails("/foreign.nrs", "not a netrec trace"), -EBADMSG);
	block_header__pack(&newer, header);
	put_file("newer.nrs", header, sizeof(header));
	assert_int_equal(open_fails("/newer.nrs", "newer netanalyze"), -EPROTONOSUPPORT);
}

/* Two segments in one file are one trace. */
static void segments_concatenate(void **state)
{
	struct trace_writer *w = open_writer((struct trace_writer_opts){ .segment_ns = 10 });
	char command[300], path[128];
	struct trace *t;

	(void)state;
	append_hop(w, 0, 1);
	assert_int_equal(trace_writer__flush(w, 20, 0), 0);
	append_hop(w, 0, 2);
	assert_int_equal(trace_writer__close(w, NULL), 0);
	snprintf(path, sizeof(path), "%s/all", dir);
	snprintf(command, sizeof(command), "cat %s/*.nrs > %s", dir, path);
	assert_int_equal(system(command), 0);
	assert_int_equal(trace__open(&t, path, NULL), 0);
	assert_int_equal(trace__n_segments(t), 2);
	assert_int_equal(trace__n_damages(t), 0);
	assert_int_equal(count(t, REC_hop, SIZE_MAX), 2);
	trace__close(t);
}

/* One block of rows in each of three streams, one row each. */
static void write_indexed(const char *path)
{
	struct trace_writer *w = open_writer((struct trace_writer_opts){ 0 });
	struct trace *t;

	append_hop(w, 0, 1);
	append_hop(w, 1, 2);
	append_hop(w, STREAM_RECORDER, 3);
	assert_int_equal(trace_writer__close(w, NULL), 0);
	assert_int_equal(trace__open(&t, path, NULL), 0);
	assert_int_equal(trace__n_blocks(t), 3);
	trace__close(t);
}

struct indexed {
	__u8 file[1 << 16];
	size_t size, index; /* where the index block begins */
	struct buf entries;
};

static void read_indexed(struct indexed *x, const char *path)
{
	ZSTD_DCtx *dctx = ZSTD_createDCtx();
	struct block_header end, index;
	const char *what;
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	x->size = fread(x->file, 1, sizeof(x->file), f);
	fclose(f);
	assert_true(block_header__unpack(&end, x->file + x->size - BLOCK_HEADER));
	x->index = end.ts_min;
	assert_true(block_header__unpack(&index, x->file + x->index));
	assert_int_equal(block__unpack(&index, x->file + x->index + BLOCK_HEADER, dctx, &x->entries, &what), 0);
	ZSTD_freeDCtx(dctx);
}

/* The file again, with these entries in an index and an end that are sound by themselves. */
static void put_indexed(const struct indexed *x, const __u8 *entries, size_t n)
{
	ZSTD_CCtx *cctx = ZSTD_createCCtx();
	struct block_header index = { .kind = BLOCK_INDEX, .raw_len = n }, end = { .kind = BLOCK_END };
	struct buf out = { 0 };

	ZSTD_CCtx_setParameter(cctx, ZSTD_c_checksumFlag, 1);
	assert_int_equal(buf__reserve(&out, x->index), 0);
	buf__put(&out, x->file, x->index);
	assert_int_equal(block__pack(&index, entries, cctx, &out), 0);
	end.ts_min = x->index;
	end.ts_max = out.len + BLOCK_HEADER;
	assert_int_equal(block__pack(&end, NULL, cctx, &out), 0);
	put_file("000000.nrs", out.p, out.len);
	buf__free(&out);
	ZSTD_freeCCtx(cctx);
}

static void expect_three_hops(const char *path)
{
	struct trace *t;

	assert_int_equal(trace__open(&t, path, NULL), 0);
	assert_int_equal(trace__n_blocks(t), 3);
	assert_int_equal(count(t, REC_hop, SIZE_MAX), 3);
	assert_int_equal(trace__segment(t, 0)->n_cpus, 2);
	trace__close(t);
}

/* An index that does not lead from block to block without a gap is not believed: the blocks are found without it. */
static void index_must_tile(void **state)
{
	__u8 entries[8 * INDEX_ENTRY];
	static struct indexed x;
	char path[128];
	size_t n;

	(void)state;
	snprintf(path, sizeof(path), "%s/000000.nrs", dir);
	write_indexed(path);
	read_indexed(&x, path);
	n = x.entries.len / INDEX_ENTRY;
	assert_int_equal(n, 6); /* segment, schema, three times rows, schema */
	for (size_t missing = 0; missing < n; missing++) {
		memcpy(entries, x.entries.p, INDEX_ENTRY * missing);
		memcpy(entries + INDEX_ENTRY * missing, x.entries.p + INDEX_ENTRY * (missing + 1), INDEX_ENTRY * (n - missing - 1));
		put_indexed(&x, entries, INDEX_ENTRY * (n - 1));
		expect_three_hops(path);
	}
	for (size_t moved = 1; moved < n; moved++) {
		memcpy(entries, x.entries.p, x.entries.len);
		memset(entries + INDEX_ENTRY * moved + INDEX_ENTRY - 8, 0, 8); /* its offset */
		put_indexed(&x, entries, x.entries.len);
		expect_three_hops(path);
	}
	put_indexed(&x, x.entries.p, INDEX_ENTRY * (n - 2)); /* the last rows are in none */
	expect_three_hops(path);
	put_indexed(&x, x.entries.p, x.entries.len - 1);
	expect_three_hops(path);
	put_indexed(&x, x.entries.p, x.entries.len); /* the real one again */
	expect_three_hops(path);
	buf__free(&x.entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_segment_stands_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(definitions_precede_use, setup, teardown),
		cmocka_unit_test_setup_teardown(oldest_segments_go_first, setup, teardown),
		cmocka_unit_test_setup_teardown(losses_are_in_the_headers, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_overwritten, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_input_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(segments_concatenate, setup, teardown),
		cmocka_unit_test_setup_teardown(index_must_tile, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
