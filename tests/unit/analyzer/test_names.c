/* test_names.c: of more definitions than are kept, the right ones are forgotten, and counted. */
#include "fixture.h"

#include "analyzer/read/names.h"

static struct rec_text text_of(const char *s)
{
	return (struct rec_text){ .s = s, .len = strlen(s) };
}

static void add(struct names *n, const struct rec *rec)
{
	assert_int_equal(names__add(n, rec), 0);
}

static void add_interface(struct names *n, __u32 netns)
{
	struct rec_interface r = { .rec = { .type = REC_interface }, .netns = netns, .ifindex = 1,
				   .name = text_of("eth0"), .kind = text_of("veth") };

	add(n, &r.rec);
}

static void add_stack(struct names *n, __u32 id, __u8 frames)
{
	for (__u8 depth = 0; depth < frames; depth++)
		add(n, &(struct rec_stack){ .rec.type = REC_stack, .id = id, .depth = depth, .addr = 0x1001 }.rec);
}

struct seen {
	__u32 n, first, last;
};

static void see_interface(void *arg, const struct rec *rec)
{
	struct seen *seen = arg;

	seen->last = ((const struct rec_interface *)rec)->netns;
	if (!seen->n++)
		seen->first = seen->last;
}

static void see(void *arg, const struct rec *rec)
{
	(void)rec;
	++*(__u32 *)arg;
}

enum { MORE = 100000 };

/* A month of devices that come and go costs the oldest of them, not one that is repeated, and no other name. */
static void devices_come_and_go(void **state)
{
	struct rec_string s = { .rec = { .type = REC_string }, .id = 7, .text = text_of("ip.InDiscards") };
	struct rec_symbol f = { .rec = { .type = REC_symbol }, .addr = 0x1000, .size = 16, .name = text_of("ip_rcv"),
				.module = text_of("") };
	struct names *n = names__new();
	struct seen seen = { 0 };
	__u32 frames = 0;

	(void)state;
	add(n, &s.rec);
	add(n, &f.rec);
	add_stack(n, 1, 5);
	for (__u32 netns = 1; netns <= NAMES_MAX + MORE; netns++) {
		add_interface(n, netns);
		if (netns % 1000 == 0)
			add_interface(n, 1); /* which is in every segment */
	}
	assert_int_equal(names__prepare(n), 0);
	names__each(n, REC_interface, see_interface, &seen);
	assert_int_equal(seen.n, NAMES_MAX - 7);
	assert_int_equal(seen.first, 1);
	assert_int_equal(seen.last, NAMES_MAX + MORE);
	assert_int_equal(names__left_out(n), MORE + 7);
	assert_memory_equal(names__string(n, 7)->s, "ip.InDiscards", 13);
	assert_memory_equal(names__symbol(n, 0x1001).symbol->name.s, "ip_rcv", 6);
	names__each(n, REC_stack, see, &frames);
	assert_int_equal(frames, 5);
	names__free(n);
}

/* Half of a stack would be another one. */
static void stacks_go_as_a_whole(void **state)
{
	struct names *n = names__new();
	__u32 frames = 0;

	(void)state;
	for (__u32 id = 1; id <= NAMES_MAX / 5 + 1; id++)
		add_stack(n, id, 5);
	names__each(n, REC_stack, see, &frames);
	assert_int_equal(frames % 5, 0);
	assert_int_equal(frames, NAMES_MAX / 5 * 5);
	assert_int_equal(names__left_out(n), 5);
	names__free(n);
}

/* What was left out is a row of the eviction table. */
static void it_is_said(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 1);
	for (__u32 netns = 1; netns <= NAMES_MAX + 10; netns++) {
		struct rec_netns r = { .rec = { .ts = T0, .type = REC_netns }, .inum = netns, .name = text_of("c") };

		assert_int_equal(trace_writer__define(f.w, &r.rec), 0);
	}
	fixture__row(&f, &(struct rec_hop){ .rec = { .ts = T0, .type = REC_hop } }.rec);
	fixture__analyze(&f);
	assert_int_equal(fixture__int(&f, "SELECT n FROM eviction WHERE what = 'definitions'"), 10);
	assert_int_equal(fixture__int(&f, "SELECT count(*) FROM netns"), NAMES_MAX);
	assert_int_equal(fixture__int(&f, "SELECT min(inum) FROM netns"), 11);
	fixture__end(&f);
}

/* One reading of the clocks each second, for a month: they reach to its end, and lie as close as there is room for. */
static void clocks_of_a_month(void **state)
{
	enum { SECONDS = 30 * 24 * 3600 };
	struct fixture f;

	(void)state;
	fixture__begin(&f, 1);
	for (__u32 i = 0; i < SECONDS; i++) {
		struct rec_clock c = { .rec = { .ts = T0 + i * 1000000000ULL, .type = REC_clock }, .realtime = i };

		assert_int_equal(trace_writer__define(f.w, &c.rec), 0);
	}
	fixture__row(&f, &(struct rec_hop){ .rec = { .ts = T0, .type = REC_hop } }.rec);
	fixture__analyze(&f);
	assert_in_range(fixture__int(&f, "SELECT count(*) FROM clock"), 1 << 15, 1 << 16);
	assert_in_range(fixture__int(&f, "SELECT max(real_ns) FROM clock"), SECONDS - 64, SECONDS);
	assert_in_range(fixture__int(&f, "SELECT max(d) FROM (SELECT real_ns - lag(real_ns) OVER (ORDER BY real_ns) "
					 "AS d FROM clock)"), 32, 64);
	fixture__end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices_come_and_go),
		cmocka_unit_test(stacks_go_as_a_whole),
		cmocka_unit_test(it_is_said),
		cmocka_unit_test(clocks_of_a_month),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
