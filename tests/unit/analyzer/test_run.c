/*
 * test_run.c: CPU time in ticks of 10 ms, and where threads may run.
 */
#include "fixture.h"
#include "analyzer/print/sqlfn.h"

#define MS 1000000ull
#define RUN(at, id, begin, end, time) \
	ADD(&f, run, at, 0, .tid = id, .tgid = 20, .slices = 1, .from = T0 + (begin), .to = T0 + (end), .ran = time)

static struct fixture f;
static struct sqlfn_context context;

static int setup(void **state)
{
	(void)state;
	fixture__begin(&f, 4);
	ADD(&f, task, 0, 0, .tid = 20, .tgid = 20, .comm = "ovs-vswitchd"); /* the recording begins at T0 */
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sqlfn__remove(f.db);
	fixture__end(&f);
	return 0;
}

static void analyze(void)
{
	fixture__analyze(&f);
	assert_int_equal(sqlfn__add_plain(f.db, &context, &f.err), 0);
}

static void test_ticks(void **state)
{
	(void)state;
	RUN(25 * MS, 23, 15 * MS, 25 * MS, 10 * MS);              /* half in each of two ticks */
	RUN(48 * MS, 23, 40 * MS, 48 * MS, 2 * MS);
	RUN(49 * MS, 24, 42 * MS, 49 * MS, 7 * MS);
	analyze();
	assert_rows(&f, "SELECT win, tid, ran_ns, peak_ns, first_tick, run_ticks(ticks) FROM cpu_run ORDER BY tid",
		    "0|23|12000000|5000000|1|[5000000,5000000,0,2000000];0|24|7000000|7000000|4|[7000000]");
	assert_rows(&f, "SELECT win, tgid, ran_ns, peak_ns, first_tick, run_ticks(ticks) FROM cpu_run_process",
		    "0|20|19000000|9000000|1|[5000000,5000000,0,9000000]");
}

/* A thread that did not leave its CPU for five seconds; and one told of in the next window. */
static void test_windows(void **state)
{
	(void)state;
	RUN(1004 * MS, 24, 990 * MS, 1004 * MS, 14 * MS);
	RUN(5500 * MS, 23, 500 * MS, 5500 * MS, 5000 * MS);
	analyze();
	assert_rows(&f, "SELECT win, sum(ran_ns), max(peak_ns) FROM cpu_run WHERE tid = 23 GROUP BY win",
		    "0|500000000|10000000;1|1000000000|10000000;2|1000000000|10000000;3|1000000000|10000000;4|1000000000|10000000;5|500000000|10000000");
	assert_rows(&f, "SELECT win, sum(ran_ns), min(first_tick) FROM cpu_run WHERE tid = 24 GROUP BY win", "0|10000000|99;1|4000000|0");
	assert_rows(&f, "SELECT sum(ran_ns) FROM cpu_run_process", "5014000000");
}

/* Where the time of a damaged trace ends, so does the last window. */
static void test_end_of_time(void **state)
{
	__u64 end = ~0ull - T0;

	(void)state;
	ADD(&f, task, 1 - T0, 0, .tid = 21, .tgid = 21, .comm = "first");
	RUN(end, 23, end - 100 * MS, end - 1, 50 * MS);
	analyze();
	assert_rows(&f, "SELECT count(*), sum(ran_ns) BETWEEN 49000000 AND 51000000 FROM cpu_run", "1|1");
}

/* What began before the recording counts from its start; what cannot be is left out. */
static void test_limits(void **state)
{
	(void)state;
	ADD(&f, run, 20 * MS, 0, .tid = 23, .tgid = 20, .from = T0 - 20 * MS, .to = T0 + 20 * MS, .ran = 40 * MS);
	ADD(&f, run, 30 * MS, 0, .tid = 24, .tgid = 20, .from = T0 + 30 * MS, .to = T0 + 20 * MS, .ran = MS);
	ADD(&f, run, 31 * MS, 0, .tid = 24, .tgid = 20, .from = T0 + 20 * MS, .to = T0 + 30 * MS, .ran = 11 * MS);
	ADD(&f, run, 32 * MS, 0, .tid = 24, .tgid = 20, .from = T0 + 20 * MS, .to = T0 + 20 * MS, .ran = 0);
	ADD(&f, run, 33 * MS, 0, .tid = 24, .tgid = 20, .from = 0, .to = ~0ull, .ran = 1);
	analyze();
	assert_rows(&f, "SELECT tid, sum(ran_ns) FROM cpu_run GROUP BY tid", "23|20000000");
}

static void test_damaged_blob(void **state)
{
	(void)state;
	analyze();
	assert_rows(&f, "SELECT run_ticks(x''), run_ticks(NULL), run_ticks(x'80'), run_ticks(x'0180'), run_ticks(x'ffffffffffffffffffffff')",
		    "[]|[]|[]|[1000]|[]");
}

static void test_affinity(void **state)
{
	(void)state;
	DEFINE(&f, string, .id = 1, .text = TEXT("0-3"));
	DEFINE(&f, string, .id = 2, .text = TEXT("1"));
	ADD(&f, affinity, 0, 0, .tid = 23, .tgid = 20, .cpus = 1);
	ADD(&f, affinity, 10, 0, .tid = 23, .tgid = 20, .cpus = 2, .policy = 1, .prio = 50);
	ADD(&f, affinity, 20, 0, .tid = 24, .tgid = 20, .cpus = 9);
	analyze();
	assert_rows(&f, "SELECT tid, tgid, cpus, policy, prio FROM affinity ORDER BY tid", "23|20|1|1|50;24|20|NULL|0|0");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = { TEST(test_ticks), TEST(test_windows), TEST(test_limits), TEST(test_end_of_time), TEST(test_damaged_blob),
					    TEST(test_affinity) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
