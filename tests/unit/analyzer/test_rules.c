/*
 * test_rules.c: what severity a finding has, and that many threads do not take the judgement for ever.
 */
#include "fixture.h"
#include "analyzer/print/sqlfn.h"
#include "analyzer/rules/rules.h"

static struct fixture f;

static int setup(void **state)
{
	(void)state;
	fixture__begin(&f, 2);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture__end(&f);
	return 0;
}

/* Twelve packets that stay in a queue for so long, and others that do not. */
static void analyze(__u64 slow_ns, unsigned others)
{
	static const struct sqlfn_context context = { 0 };
	struct trace_error err;
	__u64 ts = 100;

	for (unsigned i = 0; i < 12; i++, ts += slow_ns + 100) {
		add_packet(&f, ts, 0, 0x100 + i, STAGE_net_dev_queue, 2, i);
		add_hop(&f, ts + 1, 0, 0x100 + i, STAGE_qdisc_enqueue, 2, 1);
		add_hop(&f, ts + 1 + slow_ns, 0, 0x100 + i, STAGE_qdisc_dequeue, 2, 0);
	}
	for (unsigned i = 0; i < others; i++, ts += 10)
		add_packet(&f, ts, 0, 0x1000 + i, STAGE_net_dev_queue, 3, i);
	fixture__analyze(&f);
	assert_int_equal(sqlfn__add(f.db, &context, &err), 0);
	assert_int_equal(rules__judge(f.db, &err), 0);
	sqlfn__remove(f.db);
}

#define FOUND "SELECT severity, packets FROM finding WHERE cause <> 'harmless'"

static void test_few_and_little(void **state)
{
	(void)state;
	analyze(20000000, 1300);
	assert_rows(&f, FOUND, "info|12");
}

static void test_many_of_all(void **state)
{
	(void)state;
	analyze(20000000, 1100);
	assert_rows(&f, FOUND, "suspect|12");
}

static void test_so_late_that_it_is_noticed(void **state)
{
	(void)state;
	analyze(60000000, 1300);
	assert_rows(&f, FOUND, "suspect|12");
}

static int count_step(void *arg)
{
	return --*(int *)arg <= 0;
}

/* Many threads that wait for CPUs which many others have: judged row by row, not each row against all. */
static void test_many_threads(void **state)
{
	enum { EACH = 1000 }; /* instructions of SQLite's machine */
	static const struct sqlfn_context context = { 0 };
	struct trace_error err;
	int left = 50000;

	(void)state;
	add_packet(&f, 100, 0, 0x100, STAGE_net_dev_queue, 2, 1);
	fixture__analyze(&f);
	assert_int_equal(sqlite3_exec(f.db,
		"WITH RECURSIVE i(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM i WHERE i < 3000) "
		"INSERT INTO cpu_thread SELECT 0, 1000 + i, i % 2, 1000000, 0, 0 FROM i;"
		"WITH RECURSIVE i(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM i WHERE i < 100) "
		"INSERT INTO blame SELECT 7, 66, 1, 2, i, 'queue', 0, 1000 + i, '', 10, 10, 10, 600000000, 60000000, 0, 0, 0 FROM i;"
		"INSERT INTO runq SELECT 0, tid, tid % 2, 0, 10, 600000000, 60000000, 60000000, x'' FROM blame;"
		"INSERT INTO record_count VALUES(201, 'offcpu', 1, 1, 0), (202, 'thread', 1, 1, 0), (203, 'cputime', 1, 1, 0) "
		"ON CONFLICT DO NOTHING",
		NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlfn__add(f.db, &context, &err), 0);
	sqlite3_progress_handler(f.db, EACH, count_step, &left);
	if (rules__judge(f.db, &err))
		fail_msg("%s", err.text);
	sqlfn__remove(f.db);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_few_and_little), TEST(test_many_of_all), TEST(test_so_late_that_it_is_noticed),
		TEST(test_many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
