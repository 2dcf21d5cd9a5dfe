/*
 * test_recent.c: what is under way is found again, the oldest makes room, all can be forgotten.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "analyzer/base/recent.h"

static void test_begin_and_end(void **state)
{
	struct recent *r = recent__new(64);

	(void)state;
	assert_null(recent__find(r, 5));
	recent__begin(r, 5, 100)->word[1] = 7;
	assert_int_equal(recent__find(r, 5)->ts, 100);
	assert_int_equal(recent__find(r, 5)->word[1], 7);
	assert_int_equal(recent__begin(r, 5, 200)->word[1], 0); /* anew */
	assert_int_equal(recent__find(r, 5)->ts, 200);
	recent__end(r, 5);
	recent__end(r, 5);
	recent__end(r, 6);
	assert_null(recent__find(r, 5));
	assert_int_equal(recent__forget(r), 0);
	recent__free(r);
	recent__free(NULL);
}

static void test_limit(void **state)
{
	struct recent *r = recent__new(64);
	unsigned found = 0;

	(void)state;
	for (__u64 key = 1; key <= 1000; key++)
		recent__begin(r, key, key);
	for (__u64 key = 1; key <= 1000; key++)
		found += recent__find(r, key) != NULL;
	assert_int_equal(found, 64);
	assert_int_equal(recent__evicted(r), 1000 - 64);
	assert_non_null(recent__find(r, 1000)); /* the oldest of a set goes, never the one just begun */
	assert_int_equal(recent__forget(r), 64);
	assert_null(recent__find(r, 1000));
	recent__free(r);
}

/* In a full table of one set, what began first makes room, wherever it stands and however often others began anew. */
static void test_oldest_goes(void **state)
{
	struct recent *r = recent__new(8);

	(void)state;
	for (__u64 key = 1; key <= 8; key++)
		recent__begin(r, key, 100 + key * 3 % 8); /* key 8 first, then 3, 6, 1, … */
	recent__begin(r, 3, 200);
	for (__u64 i = 0; i < 3; i++) {
		static const __u64 gone[] = { 8, 6, 1 };

		assert_non_null(recent__find(r, gone[i]));
		recent__begin(r, 100 + i, 300 + i);
		assert_null(recent__find(r, gone[i]));
		assert_int_equal(recent__evicted(r), i + 1);
	}
	assert_int_equal(recent__find(r, 3)->ts, 200);
	recent__free(r);
}

/* An address of 0 in a damaged trace must not be taken for a free place. */
static void test_zero(void **state)
{
	struct recent *r = recent__new(8);

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		recent__begin(r, 0, i);
	assert_null(recent__find(r, 0));
	recent__end(r, 0);
	assert_int_equal(recent__forget(r), 1);
	recent__free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_begin_and_end),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_oldest_goes),
		cmocka_unit_test(test_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
