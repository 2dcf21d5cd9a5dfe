/* test_tables.c: interning, kernel symbols, stacks as the trace gets them, and gaps from counters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf/shared.h"
#include "format/reader.h"
#include "recorder/drain.h"
#include "recorder/intern.h"
#include "recorder/ksyms.h"
#include "recorder/losses.h"
#include "recorder/sink.h"

static char dir[] = "/tmp/test_tables_XXXXXX";
static char trace_path[64];

static void interning(void **state)
{
	struct intern *t = intern__new(0);
	char text[32];
	bool is_new;

	(void)state;
	for (__u32 i = 1; i <= 20000; i++) {
		int len = snprintf(text, sizeof(text), "name %u", i);

		assert_int_equal(intern__id(t, text, len, &is_new), i);
		assert_true(is_new);
	}
	for (__u32 i = 1; i <= 20000; i++) {
		int len = snprintf(text, sizeof(text), "name %u", i);

		assert_int_equal(intern__id(t, text, len, &is_new), i);
		assert_false(is_new);
	}
	assert_int_equal(intern__id(t, "name 1", 5, &is_new), 20001); /* a prefix is another string */
	assert_int_equal(intern__id(t, "", 0, &is_new), 20002);
	assert_int_equal(intern__id(t, "", 0, &is_new), 20002);
	intern__free(t);
}

static void note_forgotten(void *ctx, const struct interned *i)
{
	strncat(ctx, i->bytes, i->len);
}

/* At its limit a table forgets what was not asked for for longest, says so, and gives no id twice. */
static void intern_limit(void **state)
{
	struct intern *t = intern__new(2);
	char forgotten[16] = "";
	bool is_new;
	__u64 then;

	(void)state;
	intern__on_forget(t, note_forgotten, forgotten);
	assert_int_equal(intern__id(t, "a", 1, &is_new), 1);
	assert_int_equal(intern__id(t, "b", 1, &is_new), 2);
	assert_int_equal(intern__id(t, "a", 1, &is_new), 1);
	assert_int_equal(intern__id(t, "c", 1, &is_new), 3);
	assert_true(is_new);
	assert_string_equal(forgotten, "b");
	assert_int_equal(intern__id(t, "a", 1, &is_new), 1);
	then = intern__now(t);
	intern__get(t, "c", 1, &is_new)->value = 7;
	intern__forget_unused(t, then);
	assert_string_equal(forgotten, "ba");
	assert_int_equal(intern__count(t), 1);
	assert_int_equal(intern__first(t)->value, 7);
	assert_null(intern__next(intern__first(t)));
	assert_int_equal(intern__id(t, "b", 1, &is_new), 4);
	intern__free(t);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void symbols(void **state)
{
	struct ksyms *k;
	struct ksym s;
	char path[64];
	size_t index;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/kallsyms", dir);
	write_file(path, "ffffffff81000200 t second.isra.0\n"
			 "ffffffff81000100 T first\n"
			 "ffffffff81000100 T alias_of_first\n"
			 "ffffffff81000150 D data\n"
			 "ffffffffc0001000 t in_module\t[veth]\n"
			 "not a line\n");
	f = fopen(path, "r");
	k = ksyms__read(f);
	assert_int_equal(ksyms__count(k), 3);
	assert_int_equal(ksyms__find(k, 0xffffffff810000ff, &s, &index), -ENOENT);
	assert_int_equal(ksyms__find(k, 0xffffffff81000100, &s, &index), 0);
	assert_string_equal(s.name, "first");
	assert_string_equal(s.module, "");
	assert_int_equal(s.size, 0x100);
	assert_int_equal(ksyms__find(k, 0xffffffff810001ff, &s, &index), 0);
	assert_string_equal(s.name, "first");
	assert_int_equal(ksyms__find(k, 0xffffffff81000201, &s, &index), 0);
	assert_string_equal(s.name, "second.isra.0");
	assert_int_equal(ksyms__find(k, 0xffffffffc0001004, &s, &index), 0);
	assert_string_equal(s.name, "in_module");
	assert_string_equal(s.module, "veth");
	assert_int_equal(s.size, 0);
	ksyms__close(k);
	k = ksyms__read(f); /* from the beginning */
	assert_int_equal(ksyms__count(k), 3);
	ksyms__close(k);
	fclose(f);

	write_file(path, "0000000000000000 T hidden\n"); /* kernel.kptr_restrict */
	f = fopen(path, "r");
	k = ksyms__read(f);
	assert_int_equal(ksyms__find(k, 1, &s, &index), -ENOENT);
	ksyms__close(k);
	fclose(f);
	unlink(path);
}

static void open_sink(struct sink *s)
{
	const struct trace_writer_opts opts = { .n_cpus = 2 };
	struct trace_error err = { 0 };

	snprintf(trace_path, sizeof(trace_path), "%s/t.nrec", dir);
	if (sink__open(s, trace_path, &opts, &err))
		fail_msg("%s", err.text);
}

/* Calls fn for every row of the trace just written, and removes it. */
static void each_row(void (*fn)(void *ctx, __u32 stream, const struct rec *rec), void *ctx)
{
	struct trace_rows rows = { 0 };
	struct trace *t;
	char file[96];

	assert_int_equal(trace__open(&t, trace_path, NULL), 0);
	for (size_t b = 0; b < trace__n_blocks(t); b++) {
		assert_int_equal(trace__decode(t, b, &rows, NULL), 0);
		for (size_t i = 0; i < rows.n; i++)
			fn(ctx, trace__block(t, b)->stream, trace_rows__at(&rows, i));
	}
	trace_rows__free(&rows);
	trace__close(t);
	snprintf(file, sizeof(file), "%s/000000.nrs", trace_path);
	unlink(file);
	rmdir(trace_path);
}

struct wire_drop {
	struct rec_drop d;
	__u64 frames[4];
};

struct stacks_seen {
	__u64 frames[3][4]; /* by id, depth */
	__u32 drop_stack[4], n_drops, n_stacks;
};

static void see_stacks(void *ctx, __u32 stream, const struct rec *rec)
{
	struct stacks_seen *seen = ctx;

	(void)stream;
	if (rec->type == REC_stack) {
		const struct rec_stack *s = (const void *)rec;

		assert_true(s->id < 3 && s->depth < 4);
		seen->frames[s->id][s->depth] = s->addr;
		seen->n_stacks++;
	} else if (rec->type == REC_drop) {
		seen->drop_stack[seen->n_drops++] = ((const struct rec_drop *)rec)->stack;
	}
}

/* A drop's stack starts at its location; equal stacks are one; a record that lies about its frames is left out. */
static void stacks(void **state)
{
	struct wire_drop w = { .d = { .rec = { .ts = 1000, .type = REC_drop, .frames = 4 }, .location = 12 },
			       .frames = { 10, 11, 12, 13 } };
	struct stacks_seen seen = { 0 };
	struct sink s;

	(void)state;
	open_sink(&s);
	sink__lock(&s);
	drain__record(&s, 0, &w, sizeof(w));
	drain__record(&s, 1, &w, sizeof(w));
	w.d.location = 99; /* not on the stack: all of it is kept */
	drain__record(&s, 0, &w, sizeof(w));
	drain__record(&s, 0, &w, sizeof(w) - 8);
	w.d.rec.frames = 0;
	drain__record(&s, 0, &w, sizeof(w.d));
	sink__unlock(&s);
	assert_int_equal(sink__close(&s, NULL), 0);
	each_row(see_stacks, &seen);
	assert_int_equal(seen.n_drops, 4);
	assert_int_equal(seen.n_stacks, 2 + 4);
	assert_int_equal(seen.frames[1][0], 12);
	assert_int_equal(seen.frames[1][1], 13);
	assert_int_equal(seen.frames[2][0], 10);
	assert_int_equal(seen.frames[2][3], 13);
	assert_int_equal(seen.drop_stack[0] + seen.drop_stack[1] + seen.drop_stack[2] + seen.drop_stack[3], 1 + 1 + 2 + 0);
}

static void count_stacks(void *ctx, __u32 stream, const struct rec *rec)
{
	(void)stream;
	*(__u32 *)ctx += rec->type == REC_stack;
}

/* Of more stacks than are kept, the one that did not occur for longest has another id when it comes again. */
static void stack_limit(void **state)
{
	struct sink s;
	__u64 frame;
	__u32 n = 0;

	(void)state;
	open_sink(&s);
	sink__lock(&s);
	for (frame = 1; frame <= SINK_MAX_STACKS; frame++)
		assert_int_equal(sink__stack(&s, &frame, 1), frame);
	assert_int_equal(sink__stack(&s, &(__u64){ 1 }, 1), 1);
	assert_int_equal(sink__stack(&s, &frame, 1), frame); /* instead of 2 */
	assert_int_equal(sink__stack(&s, &(__u64){ 1 }, 1), 1);
	assert_int_equal(sink__stack(&s, &(__u64){ 2 }, 1), SINK_MAX_STACKS + 2);
	assert_int_equal(s.stacks_refused, 0);
	sink__unlock(&s);
	assert_int_equal(sink__close(&s, NULL), 0);
	each_row(count_stacks, &n);
	assert_int_equal(n, SINK_MAX_STACKS + 2);
}

struct gaps_seen {
	struct rec_gap gaps[8];
	__u32 n;
};

static void see_gaps(void *ctx, __u32 stream, const struct rec *rec)
{
	struct gaps_seen *seen = ctx;

	if (rec->type != REC_gap)
		return;
	assert_int_equal(stream, STREAM_RECORDER);
	assert_true(seen->n < 8);
	seen->gaps[seen->n++] = *(const struct rec_gap *)rec;
}

/* Losses that go on are one gap, split after 100 ms; a pause ends it; the last look leaves nothing open. */
static void gaps(void **state)
{
	__u64 counters[2 * LOST_TYPES] = { 0 }, t = now_ns() + 1000000;
	__u64 *hop = &counters[LOST_TYPES + REC_hop];
	struct gaps_seen seen = { 0 };
	struct losses *l = losses__new(2);
	struct sink s;

	(void)state;
	open_sink(&s);
	sink__lock(&s);
	losses__look(l, &s, counters, t, false);
	*hop += 5;
	losses__look(l, &s, counters, t + 1000, false);
	*hop += 2;
	losses__look(l, &s, counters, t + 2000, false);
	losses__look(l, &s, counters, t + 3000, false); /* a pause */
	counters[REC_packet] = 1;
	losses__look(l, &s, counters, t + 4000, true);
	losses__add(l, &s, LOSSES_ANYWHERE, REC_hop, GAP_REENTERED, t, t + 5000, 3);
	assert_int_equal(losses__of(l, REC_hop), 10);
	assert_int_equal(losses__of(l, REC_packet), 1);
	assert_int_equal(s.lost, 11);
	sink__unlock(&s);
	assert_int_equal(sink__close(&s, NULL), 0);
	losses__free(l);
	each_row(see_gaps, &seen);
	assert_int_equal(seen.n, 3);
	assert_int_equal(seen.gaps[0].where, 1);
	assert_int_equal(seen.gaps[0].type, REC_hop);
	assert_int_equal(seen.gaps[0].why, GAP_RING_FULL);
	assert_int_equal(seen.gaps[0].lost, 7);
	assert_int_equal(seen.gaps[0].from, t);
	assert_int_equal(seen.gaps[0].to, t + 2000);
	assert_int_equal(seen.gaps[1].where, 0);
	assert_int_equal(seen.gaps[1].lost, 1);
	assert_int_equal(seen.gaps[1].from, t + 3000);
	assert_int_equal(seen.gaps[1].to, t + 4000);
	assert_int_equal(seen.gaps[2].why, GAP_REENTERED);
}

static void long_gaps_are_split(void **state)
{
	__u64 counters[LOST_TYPES] = { 0 }, t = now_ns() + 1000000, sum = 0;
	struct gaps_seen seen = { 0 };
	struct losses *l = losses__new(1);
	struct sink s;

	(void)state;
	open_sink(&s);
	sink__lock(&s);
	for (int i = 0; i < 25; i++) {
		counters[REC_packet] += 4;
		losses__look(l, &s, counters, t + i * 10000000ULL, i == 24);
	}
	sink__unlock(&s);
	assert_int_equal(sink__close(&s, NULL), 0);
	losses__free(l);
	each_row(see_gaps, &seen);
	assert_int_equal(seen.n, 3);
	for (__u32 i = 0; i < seen.n; i++) {
		sum += seen.gaps[i].lost;
		assert_true(seen.gaps[i].to - seen.gaps[i].from <= 120000000);
	}
	assert_int_equal(sum, 100);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interning), cmocka_unit_test(intern_limit), cmocka_unit_test(symbols),
		cmocka_unit_test(stacks),    cmocka_unit_test(stack_limit),  cmocka_unit_test(gaps),
		cmocka_unit_test(long_gaps_are_split),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
