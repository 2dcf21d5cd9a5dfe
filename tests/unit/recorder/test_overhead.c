/* test_overhead.c: which class of records goes next when a recording costs too much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "recorder/overhead.h"

static void test_within(void **state)
{
	static const __u64 costs[OVERHEAD_CLASSES] = { 40, 30, 20, 10 };

	(void)state;
	assert_int_equal(overhead__choose(costs, 0, 100, 100), -1);
	assert_int_equal(overhead__choose(costs, 0, 99, 100), -1);
	assert_int_equal(overhead__choose(costs, 0, 0, 0), -1);
}

/* One after the other, in their order, until all are gone. */
static void test_in_order(void **state)
{
	static const __u64 costs[OVERHEAD_CLASSES] = { 1000, 3000, 2000, 9000 };
	unsigned gone = 0;

	(void)state;
	for (int i = 0; i < OVERHEAD_CLASSES; i++) {
		assert_int_equal(overhead__choose(costs, gone, 50000, 10000), i);
		gone |= 1u << i;
	}
	assert_int_equal(overhead__choose(costs, gone, 50000, 10000), -1);
}

/* What makes no difference stays: its evidence would be lost for nothing. */
static void test_worth(void **state)
{
	static const __u64 costs[OVERHEAD_CLASSES] = { 0, 799, 800, 30000 };

	(void)state;
	assert_int_equal(overhead__choose(costs, 0, 50000, 10000), 2);
	assert_int_equal(overhead__choose(costs, 1u << 2, 50000, 10000), 3);
	assert_int_equal(overhead__choose(costs, 1u << 3 | 1u << 2, 50000, 10000), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_worth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
