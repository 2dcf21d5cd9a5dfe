/*
 * test_resample.c: the statistics of `netanalyze compare`, on windows whose truth is known: what chance alone makes of two
 * sides that are the same, and which shifts of known size are found.
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
#include "analyzer/compare/resample.h"
#include "analyzer/compare/student.h"

enum { WINDOWS = 20, PAIRS = 400 };

static const struct statistic mean = { .kind = STATISTIC_MEAN };
static const struct statistic median = { .kind = STATISTIC_PERCENTILE, .percent = 50 };
static const struct statistic rate = { .kind = STATISTIC_RATE, .counted = true };

static __u64 state = 88172645463325252ull;

/* From 0 to 1. */
static double uniform(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) / 9007199254740992.0;
}

static double normal(void)
{
	return sqrt(-2 * log(uniform() + 1e-300)) * cos(2 * M_PI * uniform());
}

/*
 * Latencies of 30 packets a window, around 100 us; windows hang together by `along` from one to the next, and what they
 * have in common differs by a factor of about 1 + spread. times: of all of them.
 */
static struct series latencies(size_t n, unsigned run, double along, double spread, double times)
{
	struct series s = { calloc(n, sizeof(*s.windows)), n };
	double level = normal();

	for (size_t i = 0; i < n; i++) {
		level = along * level + sqrt(1 - along * along) * normal();
		s.windows[i].run = run;
		for (int k = 0; k < 30; k++)
			hist__add(&s.windows[i].hist, (__u64)(1e5 * times * exp(spread * level + 0.5 * normal())));
	}
	return s;
}

/* Of 100 packets a window, each is lost with this probability, all of a burst of `burst` together. */
static struct series losses(size_t n, double probability, int burst)
{
	struct series s = { calloc(n, sizeof(*s.windows)), n };

	for (size_t i = 0; i < n; i++) {
		s.windows[i].den = 100;
		for (int k = 0; k < 100 / burst; k++)
			s.windows[i].num += uniform() < probability ? burst : 0;
	}
	return s;
}

static void drop(struct series *s)
{
	for (size_t i = 0; i < s->n; i++)
		hist__free(&s->windows[i].hist);
	free(s->windows);
}

/* How many of PAIRS pairs differ at this level; covered: how many intervals hold the true difference, in ns. */
static int found(double along, double times, const struct statistic *what, double level, double truth, int *covered)
{
	int n = 0;

	*covered = 0;
	for (int i = 0; i < PAIRS; i++) {
		struct series b = latencies(WINDOWS, 0, along, 0.2, 1), a = latencies(WINDOWS, 0, along, 0.2, times);
		struct difference d;

		assert_int_equal(resample__compare(&b, &a, what, (__u64)i + 1, &d), 0);
		n += d.p <= level;
		*covered += d.low <= truth && truth <= d.high;
		drop(&b);
		drop(&a);
	}
	return n;
}

static void test_student(void **unused)
{
	(void)unused;
	/* Tables of the t distribution. */
	assert_true(fabs(student__p(12.706, 1) - 0.05) < 1e-5);
	assert_true(fabs(student__p(2.776, 4) - 0.05) < 1e-4);
	assert_true(fabs(student__p(2.228, 10) - 0.05) < 1e-4);
	assert_true(fabs(student__p(3.659, 29) - 0.001) < 1e-5);
	assert_true(fabs(student__t(0.05, 7) - 2.365) < 1e-3);
	assert_true(fabs(student__t(0.05, 1e6) - 1.96) < 5e-3);
	assert_true(student__p(0, 3) == 1);
}

static void test_adjusted(void **unused)
{
	double p[] = { 0.04, 0.001, 0.03, 0.5, 0.008 };
	static const double expected[] = { 0.05, 0.005, 0.05, 0.5, 0.02 };

	(void)unused;
	assert_int_equal(student__adjust(p, 5), 0);
	for (size_t i = 0; i < 5; i++)
		assert_true(fabs(p[i] - expected[i]) < 1e-12);
}

/* Two sides that are the same: of 100 pairs at most 5 and a little differ at 5 %, and the interval holds 0 in 95. */
static void test_same(void **unused)
{
	int covered, n;

	(void)unused;
	n = found(0, 1, &mean, 0.05, 0, &covered);
	print_message("same, independent windows: %d of %d differ\n", n, PAIRS);
	assert_in_range(n, 0, PAIRS * 7 / 100);
	assert_in_range(covered, PAIRS * 93 / 100, PAIRS);
	n = found(0, 1, &median, 0.05, 0, &covered);
	assert_in_range(n, 0, PAIRS * 7 / 100);
	n = found(0, 1, &mean, 0.001, 0, &covered);
	assert_in_range(n, 0, 3);
}

/*
 * Windows that hang together are no more of them for it. Taken one by one, more than a third of these pairs would differ,
 * and 16 of 100 by blocks alone; twenty windows of which one is like the next three or four are too few to get down to 5.
 */
static void test_same_correlated(void **unused)
{
	int covered, n = found(0.7, 1, &mean, 0.05, 0, &covered);

	(void)unused;
	print_message("same, windows that hang together: %d of %d differ\n", n, PAIRS);
	assert_in_range(n, 0, PAIRS * 11 / 100);
}

/* Half as much again, with a standard error of 7 % a side, is found in most cases; the interval tells how much. */
static void test_shifted(void **unused)
{
	/* The mean of exp(spread and noise), as latencies() makes them. */
	double typical = 1e5 * exp((0.2 * 0.2 + 0.5 * 0.5) / 2);
	int covered, n = found(0, 1.5, &mean, 0.001, 0.5 * typical, &covered);

	(void)unused;
	print_message("1.5 times: %d of %d found\n", n, PAIRS);
	assert_in_range(n, PAIRS * 80 / 100, PAIRS);
	assert_in_range(covered, PAIRS * 90 / 100, PAIRS);
	n = found(0, 1 / 1.5, &median, 0.001, 0, &covered);
	assert_in_range(n, PAIRS * 80 / 100, PAIRS);
	n = found(0, 1.1, &mean, 0.001, 0, &covered);
	assert_in_range(n, 0, PAIRS / 2); /* a tenth is not */
}

/*
 * Recordings that differ anyway, each by a factor of about 1.6: windows alone know nothing of it, and most pairs that are the
 * same would differ. Eight times as long is found all the same.
 */
static void test_recordings_vary(void **unused)
{
	const struct statistic alone = { .kind = STATISTIC_MEAN }, varies = { .kind = STATISTIC_MEAN, .varies = 0.5 };
	int by_windows = 0, both = 0, found_times = 0;

	(void)unused;
	for (int i = 0; i < PAIRS; i++) {
		struct series b = latencies(WINDOWS, 0, 0, 0.2, exp(0.5 * normal())),
			      a = latencies(WINDOWS, 0, 0, 0.2, exp(0.5 * normal())),
			      long_one = latencies(WINDOWS, 0, 0, 0.2, 8 * exp(0.5 * normal()));
		struct difference d;

		assert_int_equal(resample__compare(&b, &a, &alone, 1, &d), 0);
		by_windows += d.p <= 0.05;
		assert_int_equal(resample__compare(&b, &a, &varies, 1, &d), 0);
		both += d.p <= 0.05;
		assert_true(d.df > 4);
		assert_int_equal(resample__compare(&b, &long_one, &varies, 1, &d), 0);
		found_times += d.p <= 0.05;
		drop(&b);
		drop(&a);
		drop(&long_one);
	}
	print_message("recordings that differ: %d of %d by windows, %d with what they vary, %d found\n", by_windows, PAIRS,
		      both, found_times);
	assert_in_range(by_windows, PAIRS / 2, PAIRS);
	assert_in_range(both, 0, PAIRS * 7 / 100);
	assert_in_range(found_times, PAIRS * 70 / 100, PAIRS);
}

/* What resample__least() promises: a change as large is found in 8 of 10 cases. */
static void test_power(void **unused)
{
	struct series b = latencies(WINDOWS, 0, 0, 0.2, 1), a = latencies(WINDOWS, 0, 0, 0.2, 1);
	struct difference d;
	double least = 0;
	int covered, n;

	(void)unused;
	for (int i = 0; i < 20; i++) {
		drop(&b);
		drop(&a);
		b = latencies(WINDOWS, 0, 0, 0.2, 1);
		a = latencies(WINDOWS, 0, 0, 0.2, 1);
		assert_int_equal(resample__compare(&b, &a, &mean, 1, &d), 0);
		least += resample__least(&d, &mean, 0.01) / d.before / 20;
	}
	n = found(0, 1 + least, &mean, 0.01, 0, &covered);
	print_message("+%.0f %%, the least that is promised: %d of %d found\n", 100 * least, n, PAIRS);
	assert_in_range(n, PAIRS * 70 / 100, PAIRS * 90 / 100);
	drop(&b);
	drop(&a);
}

static int losses_found(double before, double after, int burst)
{
	int n = 0;

	for (int i = 0; i < PAIRS; i++) {
		struct series b = losses(WINDOWS, before, burst), a = losses(WINDOWS, after, burst);
		struct difference d;

		assert_int_equal(resample__compare(&b, &a, &rate, 1, &d), 0);
		n += d.p <= 0.01;
		drop(&b);
		drop(&a);
	}
	return n;
}

/* Packets are lost in bursts: ten of a kind are one event. */
static void test_losses(void **unused)
{
	(void)unused;
	assert_in_range(losses_found(0.001, 0.001, 1), 0, PAIRS * 3 / 100);
	assert_in_range(losses_found(0.02, 0.02, 10), 0, PAIRS * 3 / 100);
	assert_in_range(losses_found(0.001, 0.05, 1), PAIRS * 90 / 100, PAIRS);
	/* None before and none after is no proof that there are none: one could have been. */
	struct series none = losses(WINDOWS, 0, 1);
	struct difference d;

	assert_int_equal(resample__compare(&none, &none, &rate, 1, &d), 0);
	assert_true(d.p > 0.99 && d.low < 0 && d.high > 0);
	drop(&none);
}

/* The same side twice, the same seed, other seeds. */
static void test_repeatable(void **unused)
{
	struct series b = latencies(WINDOWS, 0, 0.5, 0.2, 1), a = latencies(WINDOWS, 0, 0.5, 0.2, 1.2);
	struct difference one, again, other;
	double effect;

	(void)unused;
	assert_int_equal(resample__compare(&b, &a, &mean, 7, &one), 0);
	assert_int_equal(resample__compare(&b, &a, &mean, 7, &again), 0);
	assert_memory_equal(&one, &again, sizeof(one));
	assert_int_equal(resample__compare(&b, &a, &mean, 8, &other), 0);
	assert_true(other.p != one.p && other.before == one.before);
	assert_int_equal(resample__compare(&b, &b, &mean, 7, &one), 0);
	assert_true(one.p == 1);
	assert_int_equal(resample__effect(&b, &b, &mean, &effect), 0);
	assert_true(fabs(effect - 0.5) < 0.02);
	assert_int_equal(resample__effect(&b, &a, &mean, &effect), 0);
	assert_true(effect > 0.5 && effect < 0.8);
	drop(&b);
	drop(&a);
}

/* Too few windows tell nothing; three runs of a side are three observations, however long they are. */
static void test_runs(void **unused)
{
	struct series few = latencies(MIN_WINDOWS - 1, 0, 0, 0.2, 1), b = { calloc(60, sizeof(*b.windows)), 60 },
		      a = { calloc(60, sizeof(*a.windows)), 60 };
	struct difference d;

	(void)unused;
	assert_int_equal(resample__compare(&few, &few, &mean, 1, &d), -ENODATA);
	assert_true(d.before > 0);
	for (unsigned run = 0; run < 3; run++) {
		/* Runs that differ by more than their windows do: 1.1, 1.3 and 1.5 of one side, 1, 1.2 and 1.4 of the other. */
		struct series rb = latencies(20, run, 0, 0.02, 1 + 0.2 * run), ra = latencies(20, run, 0, 0.02, 1.1 + 0.2 * run);

		memcpy(&b.windows[run * 20], rb.windows, 20 * sizeof(*b.windows));
		memcpy(&a.windows[run * 20], ra.windows, 20 * sizeof(*a.windows));
		free(rb.windows);
		free(ra.windows);
	}
	assert_int_equal(resample__compare(&b, &a, &mean, 1, &d), 0);
	assert_true(d.block[0] == 0 && d.df <= 4 && d.p > 0.3);
	for (size_t i = 0; i < 60; i++)
		b.windows[i].run = a.windows[i].run = 0;
	assert_int_equal(resample__compare(&b, &a, &mean, 1, &d), 0);
	assert_true(d.block[0] > 1); /* what hangs together for twenty windows is seen in one run, too */
	drop(&few);
	drop(&b);
	drop(&a);
}

/* Runs of twenty windows each, at levels that differ by a factor of about 1.1; the last is `times` as long. */
static struct series runs_of(unsigned n, double times)
{
	struct series s = { calloc(n * 20, sizeof(*s.windows)), n * 20 };

	for (unsigned run = 0; run < n; run++) {
		struct series one = latencies(20, run, 0, 0.02, exp(0.1 * normal()) * (run + 1 == n ? times : 1));

		memcpy(&s.windows[run * 20], one.windows, 20 * sizeof(*s.windows));
		free(one.windows);
	}
	return s;
}

/* One more run is as far from those before it as these are from each other: 5 of 100 at 5 %, however few they are. */
static void test_next_run(void **unused)
{
	static const struct { unsigned runs; double times; int least, most; } cases[] = {
		{ 4, 1, 0, PAIRS * 8 / 100 },
		{ 9, 1, PAIRS * 2 / 100, PAIRS * 8 / 100 },
		{ 9, 1.6, PAIRS * 80 / 100, PAIRS },
	};
	struct difference d;

	(void)unused;
	for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		int n = 0, covered = 0;

		for (int i = 0; i < PAIRS; i++) {
			struct series s = runs_of(cases[k].runs, cases[k].times), before = { s.windows, s.n - 20 },
				      next = { &s.windows[s.n - 20], 20 };

			assert_int_equal(resample__next_run(&before, &next, &mean, &d), 0);
			assert_true(d.df == cases[k].runs - 2 && d.before > 0 && d.after > 0);
			n += d.p <= 0.05;
			covered += d.low <= 0 && 0 <= d.high;
			drop(&s);
		}
		print_message("run %u, %.1f times those before: %d of %d differ\n", cases[k].runs, cases[k].times, n, PAIRS);
		assert_in_range(n, cases[k].least, cases[k].most);
		assert_int_equal(covered, PAIRS - n);
	}
	struct series s = runs_of(3, 1), before = { s.windows, 40 }, next = { &s.windows[40], 20 };

	assert_int_equal(resample__next_run(&before, &next, &mean, &d), -ENODATA);
	assert_true(d.before > 0 && d.after > 0);
	drop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_student),	  cmocka_unit_test(test_adjusted), cmocka_unit_test(test_same),
		cmocka_unit_test(test_same_correlated), cmocka_unit_test(test_shifted), cmocka_unit_test(test_power),
		cmocka_unit_test(test_recordings_vary),
		cmocka_unit_test(test_losses),	  cmocka_unit_test(test_repeatable), cmocka_unit_test(test_runs),
		cmocka_unit_test(test_next_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
