/*
 * test_clock_fit.c: two clocks whose truth is known, and packets between them whose delays are known to nobody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <math.h>
#include <cmocka.h>
#include "analyzer/merge/clock_fit.h"

/* The clock there is `offset` ns ahead when the one here shows 0, and gains `drift`. */
struct truth {
	__s64 offset;
	double drift;
	double least_there, least_back; /* ns that packets take at least, */
	double more;                    /* and more than that on average */
	__s64 start, length;
	int n;                          /* each way */
};

static __u64 state = 88172645463325252ull;

static double uniform(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) / 9007199254740992.0;
}

static __s64 there_at(const struct truth *t, __s64 here)
{
	return here + t->offset + (__s64)llround(t->drift * (double)here);
}

static __s64 delay(const struct truth *t, double least)
{
	return (__s64)llround(least - t->more * log(1 - uniform()));
}

static void send_there(struct clock_fit *f, const struct truth *t, __s64 here, bool mirrored)
{
	__s64 seen = there_at(t, here + delay(t, t->least_there));

	assert_int_equal(mirrored ? clock_fit__back(f, seen, here) : clock_fit__there(f, here, seen), 0);
}

/* Leaves when the clock here shows `here`. */
static void send_back(struct clock_fit *f, const struct truth *t, __s64 here, bool mirrored)
{
	__s64 sent = there_at(t, here), seen = here + delay(t, t->least_back);

	assert_int_equal(mirrored ? clock_fit__there(f, sent, seen) : clock_fit__back(f, seen, sent), 0);
}

static struct clock_fit *traffic(const struct truth *t, bool mirrored, bool there, bool back)
{
	struct clock_fit *f = clock_fit__new();

	assert_non_null(f);
	state = 88172645463325252ull;
	for (int i = 0; i < t->n; i++) {
		__s64 here = t->start + (__s64)(uniform() * (double)t->length);

		if (there)
			send_there(f, t, here, mirrored);
		if (back)
			send_back(f, t, here, mirrored);
	}
	return f;
}

static struct clock_line solve(struct clock_fit *f)
{
	struct clock_line l;

	assert_int_equal(clock_fit__solve(f, &l), 0);
	clock_fit__free(f);
	return l;
}

static double line_at(const struct clock_line *l, __s64 here)
{
	return (double)l->offset_ns + l->drift * (double)(here - l->at_ns);
}

/* What is stated holds: at both ends and between, and of the drift. */
static void holds(const struct truth *t, const struct clock_line *l)
{
	for (int i = 0; i <= 10; i++) {
		__s64 here = t->start + t->length / 10 * i;

		assert_true(fabs(line_at(l, here) - (double)(there_at(t, here) - here)) <= l->error_ns + 2);
	}
	assert_true(fabs(l->drift - t->drift) <= l->drift_error + 1e-12);
	assert_false(l->one_way);
	assert_true(l->bend_ns < 2);
}

static void test_known(void **arg)
{
	static const struct truth cases[] = {
		{ -529000000000, 36e-6, 50e3, 50e3, 1e6, 800000000000, 26000000000, 500 },
		{ 5000000000, -20e-6, 50e3, 2e6, 300e3, 1000000, 600000000000, 2000 }, /* much longer back than there */
		{ 0, 0, 1e6, 10e3, 5e6, 0, 10000000000, 100 },
		{ 3600000000000000, 400e-6, 100, 100, 20e3, 86400000000000, 3600000000000, 5000 },
		{ -1, 1e-9, 20e3, 20e3, 50e3, 50, 500000000, 3 },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct clock_line l = solve(traffic(&cases[i], false, true, true));

		holds(&cases[i], &l);
	}
}

/* The more packets, the better: half of what the quickest take there and back, and at the ends not much more. */
static void test_tight(void **arg)
{
	static const struct truth t = { 7000000000, 10e-6, 40e3, 60e3, 100e3, 0, 100000000000, 50000 };
	struct clock_line l = solve(traffic(&t, false, true, true));

	(void)arg;
	holds(&t, &l);
	assert_true(l.error_ns >= 49e3 && l.error_ns < 60e3);
	assert_true(l.drift_error < 2e-6);
}

/* Seen from there it is the other way round. */
static void test_mirrored(void **arg)
{
	static const struct truth t = { -12345678901, 55e-6, 80e3, 900e3, 400e3, 3000000000, 60000000000, 1000 };
	struct clock_line l = solve(traffic(&t, false, true, true)), m = solve(traffic(&t, true, true, true));

	(void)arg;
	holds(&t, &l);
	for (int i = 0; i <= 4; i++) {
		__s64 here = t.start + t.length / 4 * i;
		double there = (double)here + line_at(&l, here);

		assert_true(fabs(line_at(&m, (__s64)there) + line_at(&l, here)) < 0.01 * l.error_ns);
	}
	assert_true(fabs(l.error_ns - m.error_ns) < 0.01 * l.error_ns);
	assert_true(fabs(l.drift + m.drift) < 1e-8);
	assert_true(fabs(l.drift_error - m.drift_error) < 1e-8);
}

/* One way only, there is one bound: the true offset is below, or above, and how far is not said. */
static void test_one_way(void **arg)
{
	static const struct truth t = { 1000000000, 30e-6, 70e3, 70e3, 200e3, 0, 120000000000, 5000 };
	struct clock_line l = solve(traffic(&t, false, true, false)), m = solve(traffic(&t, false, false, true));

	(void)arg;
	assert_true(l.one_way && m.one_way);
	assert_true(fabs(l.drift - t.drift) < 1e-7 && fabs(m.drift - t.drift) < 1e-7);
	for (int i = 0; i <= 4; i++) {
		__s64 here = t.length / 4 * i;
		double truth = (double)(there_at(&t, here) - here);

		assert_true(line_at(&l, here) > truth && line_at(&l, here) < truth + 75e3);
		assert_true(line_at(&m, here) < truth && line_at(&m, here) > truth - 75e3);
	}
}

static void test_few(void **arg)
{
	struct truth t = { 1000, 0, 10, 10, 10, 0, 1000000000, CLOCK_FIT_ENOUGH - 1 };
	struct clock_fit *f = traffic(&t, false, true, true);
	struct clock_line l;

	(void)arg;
	assert_int_equal(clock_fit__solve(f, &l), -ENODATA);
	send_there(f, &t, 5, false);
	assert_int_equal(clock_fit__solve(f, &l), 0);
	assert_true(l.one_way);
	clock_fit__free(f);
	f = clock_fit__new();
	assert_int_equal(clock_fit__solve(f, &l), -ENODATA);
	clock_fit__free(f);
}

/* A clock that is set by 80 ms in the middle is on no line: half of that is in the error. */
static void test_bend(void **arg)
{
	struct truth t = { 0, 0, 50e3, 50e3, 10e3, 0, 1000000000, 200 };
	struct clock_fit *f = traffic(&t, false, true, true);
	struct clock_line l;

	(void)arg;
	t.offset = 80000000;
	t.start = 1000000000;
	for (int i = 0; i < t.n; i++) {
		send_there(f, &t, t.start + i * 5000000, false);
		send_back(f, &t, t.start + i * 5000000, false);
	}
	l = solve(f);
	assert_true(l.bend_ns > 30e6 && l.bend_ns < 41e6);
	assert_true(l.error_ns >= l.bend_ns);
	t.start = 0;
	for (int i = 0; i <= 20; i++) {
		t.offset = i < 10 ? 0 : 80000000;
		assert_true(fabs(line_at(&l, i * 100000000ll) - (double)t.offset) <= l.error_ns + 100e3);
	}
}

/* Whatever a recording says, there is an answer. */
static void test_odd(void **arg)
{
	static const __s64 times[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX };
	struct clock_fit *f = clock_fit__new();
	struct clock_line l;

	(void)arg;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		for (size_t k = 0; k < sizeof(times) / sizeof(*times); k++) {
			assert_int_equal(clock_fit__there(f, times[i], times[k]), 0);
			assert_int_equal(clock_fit__back(f, times[k], times[i]), 0);
		}
	}
	assert_int_equal(clock_fit__solve(f, &l), 0);
	clock_fit__free(f);
	/* All at one moment. */
	f = clock_fit__new();
	for (int i = 0; i < 5; i++) {
		assert_int_equal(clock_fit__there(f, 100, 250), 0);
		assert_int_equal(clock_fit__back(f, 100, 150), 0);
	}
	l = solve(f);
	assert_true(l.offset_ns == 100 && l.error_ns >= 50 && l.error_ns < 51);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known), cmocka_unit_test(test_tight), cmocka_unit_test(test_mirrored),
		cmocka_unit_test(test_one_way), cmocka_unit_test(test_few), cmocka_unit_test(test_bend),
		cmocka_unit_test(test_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
