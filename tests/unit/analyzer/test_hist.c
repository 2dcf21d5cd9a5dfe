/*
 * test_hist.c: histograms against exact percentiles, merging, the BLOB form, hostile BLOBs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>
#include "analyzer/base/hist.h"

enum { N = 20000 };

static __u64 random64(void)
{
	static __u64 x = 88172645463325252ull;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* Spread over all magnitudes, as latencies are. */
static __u64 random_value(void)
{
	return random64() >> (random64() % 64);
}

static int ascending(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

static __u64 exact(const __u64 *sorted, size_t n, double percent)
{
	size_t rank = (size_t)((long double)percent / 100 * n);

	if (rank < (long double)percent / 100 * n)
		rank++;
	return sorted[rank ? rank - 1 : 0];
}

static void test_percentiles(void **state)
{
	static const double percents[] = { 0, 0.1, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100 };
	static __u64 values[N];
	struct hist h = { 0 };
	unsigned char blob[HIST_BLOB_MAX];

	(void)state;
	for (int i = 0; i < N; i++) {
		values[i] = random_value() >> 20;
		assert_int_equal(hist__add(&h, values[i]), 0);
	}
	qsort(values, N, sizeof(*values), ascending);
	for (size_t i = 0; i < sizeof(percents) / sizeof(*percents); i++) {
		double want = exact(values, N, percents[i]), got = hist__percentile(&h, percents[i]);

		if (got < want * (1 - 1.0 / 64) - 0.5 || got > want * (1 + 1.0 / 64) + 0.5)
			fail_msg("P%g: %g, exactly it is %g", percents[i], got, want);
	}
	assert_int_equal(hist__percentile(&h, 0), values[0]);
	assert_int_equal(hist__percentile(&h, 100), values[N - 1]);
	assert_true(hist__encode(&h, blob) < 12000);
	hist__free(&h);
}

static void test_small_values_are_exact(void **state)
{
	struct hist h = { 0 };

	(void)state;
	for (__u64 v = 0; v < 64; v++)
		hist__add(&h, v);
	for (__u64 v = 0; v < 64; v++)
		assert_int_equal(hist__percentile(&h, (v + 1) * 100.0 / 64), v);
	hist__free(&h);
}

static void test_extremes(void **state)
{
	struct hist h = { 0 };

	(void)state;
	assert_int_equal(hist__percentile(&h, 50), 0);
	assert_int_equal(hist__add(&h, ~0ull), 0);
	assert_int_equal(hist__percentile(&h, 50), ~0ull);
	assert_int_equal(hist__add(&h, ~0ull), 0);
	assert_int_equal(h.sum, ~0ull); /* does not wrap */
	assert_int_equal(hist__add(&h, 0), 0);
	assert_int_equal(h.min, 0);
	assert_int_equal(h.max, ~0ull);
	assert_int_equal(hist__percentile(&h, 1), 0);
	assert_int_equal(hist__percentile(&h, 0.0 / 0.0), 0);
	hist__free(&h);
}

static void test_counts(void **state)
{
	struct hist h = { 0 };
	__u64 pow2[64];

	(void)state;
	hist__add(&h, 0);
	hist__add(&h, 1);
	hist__add(&h, 2);
	hist__add(&h, 1023);
	hist__add(&h, 1024);
	hist__add(&h, 1ull << 63);
	hist__pow2(&h, pow2);
	assert_int_equal(pow2[0], 2);
	assert_int_equal(pow2[1], 1);
	assert_int_equal(pow2[9], 1);
	assert_int_equal(pow2[10], 1);
	assert_int_equal(pow2[63], 1);
	assert_int_equal(hist__count_from(&h, 1024), 2);
	assert_int_equal(hist__count_from(&h, 2), 4);
	assert_int_equal(hist__count_from(&h, 0), 6);
	hist__free(&h);
}

static void assert_same(const struct hist *a, const struct hist *b)
{
	unsigned char x[HIST_BLOB_MAX], y[HIST_BLOB_MAX];
	size_t nx = hist__encode(a, x), ny = hist__encode(b, y);

	assert_int_equal(nx, ny);
	assert_memory_equal(x, y, nx);
}

static void test_merge_is_addition(void **state)
{
	struct hist all = { 0 }, part[3] = { 0 }, merged = { 0 };

	(void)state;
	for (int i = 0; i < N; i++) {
		__u64 v = random_value() >> 16;

		hist__add(&all, v);
		hist__add(&part[i % 3], v);
	}
	for (int i = 2; i >= 0; i--)
		assert_int_equal(hist__merge(&merged, &part[i]), 0);
	assert_same(&all, &merged);
	hist__reset(&merged);
	assert_int_equal(hist__percentile(&merged, 50), 0);
	assert_int_equal(hist__merge(&merged, &part[0]), 0);
	assert_same(&merged, &part[0]);
	hist__free(&all);
	hist__free(&merged);
	for (int i = 0; i < 3; i++)
		hist__free(&part[i]);
}

static void test_blob_round_trip(void **state)
{
	unsigned char blob[HIST_BLOB_MAX];

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct hist h = { 0 }, back = { 0 };
		unsigned n = random64() % 300;
		size_t len;

		for (unsigned i = 0; i < n; i++)
			hist__add(&h, random_value());
		len = hist__encode(&h, blob);
		assert_int_equal(hist__decode(&back, blob, len), 0);
		assert_same(&h, &back);
		hist__free(&h);
		hist__free(&back);
	}
}

/* Whatever the bytes are: refused, or a histogram that encodes to the same meaning. Sanitizers watch. */
static void check_hostile(const unsigned char *blob, size_t len)
{
	unsigned char *copy = malloc(len ? len : 1); /* exact size: reading behind it is caught */
	struct hist h = { 0 }, again = { 0 };
	unsigned char out[HIST_BLOB_MAX];

	memcpy(copy, blob, len);
	if (hist__decode(&h, copy, len) == 0) {
		assert_int_equal(hist__decode(&again, out, hist__encode(&h, out)), 0);
		assert_true(hist__percentile(&h, 50) >= h.min && hist__percentile(&h, 50) <= h.max);
	} else {
		assert_int_equal(h.n, 0);
	}
	hist__free(&h);
	hist__free(&again);
	free(copy);
}

static void test_hostile_blobs(void **state)
{
	unsigned char blob[HIST_BLOB_MAX], bad[HIST_BLOB_MAX];
	struct hist h = { 0 };
	size_t len;

	(void)state;
	for (int i = 0; i < 40; i++)
		hist__add(&h, random_value());
	len = hist__encode(&h, blob);
	for (size_t cut = 0; cut < len; cut++) {
		struct hist back = { 0 };

		check_hostile(blob, cut);
		assert_int_equal(hist__decode(&back, blob, cut), -EBADMSG);
	}
	for (size_t i = 0; i < len; i++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(bad, blob, len);
			bad[i] ^= 1 << bit;
			check_hostile(bad, len);
		}
	for (int round = 0; round < 20000; round++) {
		size_t n = random64() % 64;

		for (size_t i = 0; i < n; i++)
			bad[i] = random64();
		if (n)
			bad[0] = 1;
		check_hostile(bad, n);
	}
	blob[0] = 2;
	assert_int_equal(hist__decode(&h, blob, len), -EPROTONOSUPPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_percentiles), cmocka_unit_test(test_small_values_are_exact),
		cmocka_unit_test(test_extremes),    cmocka_unit_test(test_counts),
		cmocka_unit_test(test_merge_is_addition), cmocka_unit_test(test_blob_round_trip),
		cmocka_unit_test(test_hostile_blobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
