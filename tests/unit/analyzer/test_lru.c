/*
 * test_lru.c: keys are found again, the oldest makes room, the newest never has to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "analyzer/base/lru.h"

static __u64 *add(struct lru *l, __u64 key)
{
	return lru__add(l, &key, NULL);
}

static __u64 *find(struct lru *l, __u64 key)
{
	return lru__find(l, &key);
}

static void test_begin_and_end(void **state)
{
	struct lru *l = lru__new(1, sizeof(__u64), 64);
	__u64 keys[] = { 5, 6 };
	bool fresh;

	(void)state;
	assert_null(find(l, 5));
	*add(l, 5) = 7;
	assert_int_equal(*find(l, 5), 7);
	assert_ptr_equal(lru__add(l, &keys[0], &fresh), find(l, 5));
	assert_false(fresh);
	assert_int_equal(lru__n(l), 1);
	lru__remove(l, &keys[0]);
	lru__remove(l, &keys[0]);
	lru__remove(l, &keys[1]);
	assert_null(find(l, 5));
	assert_int_equal(*(__u64 *)lru__add(l, &keys[0], &fresh), 0); /* anew */
	assert_true(fresh);
	assert_int_equal(lru__clear(l), 1);
	assert_int_equal(lru__clear(l), 0);
	assert_null(find(l, 5));
	assert_int_equal(lru__forgotten(l), 0);
	lru__free(l);
	lru__free(NULL);
}

/* Exactly the oldest goes, wherever it stands, and what was used since is not it; being found is no use. */
static void test_oldest_goes(void **state)
{
	static const __u64 gone[] = { 1, 4, 5, 6, 7, 8, 2, 3 };
	struct lru *l = lru__new(1, sizeof(__u64), 8);

	(void)state;
	for (__u64 key = 1; key <= 8; key++)
		*add(l, key) = key * 10;
	find(l, 1);
	assert_int_equal(*(__u64 *)lru__use(l, &(__u64){ 2 }), 20);
	assert_int_equal(*add(l, 3), 30);
	for (__u64 i = 0; i < 8; i++) {
		assert_int_equal(*find(l, gone[i]), gone[i] * 10);
		assert_int_equal(*add(l, 100 + i), 0);
		assert_null(find(l, gone[i]));
		assert_int_equal(lru__forgotten(l), i + 1);
		assert_int_equal(lru__n(l), 8);
	}
	lru__free(l);
}

static __u64 told;

static void tell(void *arg, const __u64 *key, void *value)
{
	assert_ptr_equal(arg, &told);
	assert_int_equal(*(__u64 *)value, *key * 3);
	assert_int_equal(*key, ++told);
}

/* Many keys of three words, through all sizes of the table: the oldest are told and gone, the rest is in order of age. */
static void test_limit(void **state)
{
	enum { LIMIT = 5000, KEYS = 20000 };
	struct lru *l = lru__new(3, sizeof(__u64), LIMIT);

	(void)state;
	told = 0;
	lru__on_forget(l, tell, &told);
	for (__u64 k = 1; k <= KEYS; k++) {
		__u64 key[3] = { k, k % 7, ~0ull }, oldest[3] = { k > LIMIT ? k - LIMIT + 1 : 1, 0, ~0ull };

		*(__u64 *)lru__add(l, key, NULL) = k * 3;
		oldest[1] = oldest[0] % 7;
		assert_int_equal(*(__u64 *)lru__find(l, oldest), oldest[0] * 3);
		oldest[1]++;
		assert_null(lru__find(l, oldest));
	}
	assert_int_equal(told, KEYS - LIMIT);
	assert_int_equal(lru__forgotten(l), KEYS - LIMIT);
	lru__each(l, tell, &told);
	assert_int_equal(told, KEYS);
	assert_int_equal(lru__clear(l), LIMIT);
	lru__free(l);
}

/* Against the plain definition: random adds, uses and removals of few keys in a small table. */
static void test_random(void **state)
{
	enum { KEYS = 40, LIMIT = 20 };
	struct lru *l = lru__new(1, sizeof(__u64), LIMIT);
	__u64 used[KEYS] = { 0 }, x = 88172645463325252ull; /* when; 0: not there */
	unsigned n = 0;

	(void)state;
	for (__u64 now = 1; now <= 100000; now++) {
		unsigned oldest = 0, what;
		__u64 key;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		key = x % KEYS;
		what = x / KEYS % 4;
		assert_int_equal(find(l, key) != NULL, used[key] != 0);
		if (what == 0) {
			lru__remove(l, &key);
			n -= used[key] != 0;
			used[key] = 0;
		} else if (what == 1 && lru__use(l, &key)) {
			used[key] = now;
		} else if (what > 1) {
			if (!used[key] && n == LIMIT) {
				for (unsigned i = 0; i < KEYS; i++)
					if (used[i] && (!used[oldest] || used[i] < used[oldest]))
						oldest = i;
				used[oldest] = 0;
				n--;
			}
			n += !used[key];
			used[key] = now;
			*add(l, key) = key;
		}
		assert_int_equal(lru__n(l), n);
	}
	lru__free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_begin_and_end),
		cmocka_unit_test(test_oldest_goes),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
