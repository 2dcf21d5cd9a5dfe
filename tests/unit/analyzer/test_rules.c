/*
 * test_rules.c: what severity a finding has.
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_few_and_little), TEST(test_many_of_all), TEST(test_so_late_that_it_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
