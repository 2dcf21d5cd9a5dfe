/*
 * resample.c: is there a difference between two series of windows, and how large can it be?
 */
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "analyzer/compare/resample.h"
#include "analyzer/compare/student.h"

/* No rate is known better than to a thousandth, however steady its windows are. */
static const double SURE = 1e-3;

/* How well struct statistic's `varies` is known: as of so many pairs of recordings, less one. */
static const double VARIES_FREE = 10;

/* A side: its windows, a scratch histogram, and what came of it. */
struct side {
	const struct series *s;
	const struct statistic *what;
	struct hist merged;
	double value, error;
	double free; /* observations that count, less one */
	size_t block;
	bool failed;
};

/* SplitMix64 (Steele, Lea and Flood 2014). */
static __u64 next_random(__u64 *state)
{
	__u64 z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* ---- the statistic ------------------------------------------------------------------------------- */

static bool by_ratio(const struct statistic *what)
{
	return what->kind != STATISTIC_RATE;
}

/* Of the windows chosen[0..n), which are indexes. */
static double statistic_of(struct side *side, const size_t *chosen, size_t n)
{
	double num = 0, den = 0;

	hist__reset(&side->merged);
	for (size_t i = 0; i < n; i++) {
		const struct window *w = &side->s->windows[chosen[i]];

		if (side->what->kind == STATISTIC_PERCENTILE) {
			side->failed |= hist__merge(&side->merged, &w->hist) != 0;
		} else {
			num += by_ratio(side->what) ? (double)w->hist.sum : w->num;
			den += by_ratio(side->what) ? (double)w->hist.n : w->den;
		}
	}
	if (side->what->kind == STATISTIC_PERCENTILE)
		return (double)hist__percentile(&side->merged, side->what->percent);
	return den > 0 ? num / den : 0;
}

/* What is compared: times on a logarithmic scale; a time of 0 is one below the clock's resolution. */
static double scaled(const struct statistic *what, double value)
{
	return by_ratio(what) ? log(fmax(value, 1)) : value;
}

/* ---- how windows hang together ------------------------------------------------------------------- */

static double window_value(const struct statistic *what, const struct window *w)
{
	return by_ratio(what) ? scaled(what, hist__mean(&w->hist)) : w->den > 0 ? w->num / w->den : 0;
}

static double covariance(const double *x, size_t n, double mean, size_t lag)
{
	double sum = 0;

	for (size_t i = lag; i < n; i++)
		sum += (x[i] - mean) * (x[i - lag] - mean);
	return sum / (double)n;
}

/* The lag from which on nothing is correlated, as far as can be told (Politis and White 2004, 3.2). */
static size_t last_correlated(const double *x, size_t n, double mean, double variance)
{
	double limit = 2 * sqrt(log10((double)n) / (double)n);
	size_t quiet = 0, max = n / 2, last = 0;

	for (size_t lag = 1; lag < max && quiet < 5; lag++) {
		bool correlated = fabs(covariance(x, n, mean, lag) / variance) >= limit;

		quiet = correlated ? 0 : quiet + 1;
		last = correlated ? lag : last;
	}
	return last;
}

/*
 * For how many windows one stays with the next, were the series autoregressive: n windows tell as much as n / that many
 * that do not hang together (Bayley and Hammersley, Supplement to the Journal of the Royal Statistical Society 8 (1946)
 * 184-197). Of few windows the covariances above say too little of it, and blocks cannot be long enough. The correlation
 * is estimated too small by (1 + 3 r) / n (Marriott and Pope, Biometrika 41 (1954) 390), and counts where it is more than
 * its standard error were there none. Of less than 16 windows it is too uncertain to be of use; at most a quarter of the
 * windows are together, as in blocks.
 */
static double time_together(const double *x, size_t n, double mean, double variance)
{
	double r;

	if (n < 4 * MIN_WINDOWS || variance <= 0)
		return 1;
	r = fmin(((double)n * covariance(x, n, mean, 1) / variance + 1) / ((double)n - 3), 0.9);
	return r > 1 / sqrt((double)n) ? fmin((1 + r) / (1 - r), (double)n / 4) : 1;
}

/* Of how much of that blocks of this length keep, in the same unit: what the bootstrap's variance has in it. */
static double kept_together(const double *x, size_t n, double mean, double variance, size_t length)
{
	double sum = 1;

	for (size_t lag = 1; lag < length && variance > 0; lag++)
		sum += 2 * (1 - (double)lag / (double)length) * covariance(x, n, mean, lag) / variance;
	return fmax(sum, 0.1);
}

/*
 * The length of blocks that suits the circular block bootstrap: at most a quarter of the windows. So few windows that
 * nothing can be said of how they hang together are taken one by one.
 */
static size_t block_length(const double *x, size_t n, double mean, double variance)
{
	double g = 0, spectrum = variance, length;
	size_t m;

	if (n < 2 * MIN_WINDOWS || variance <= 0)
		return 1;
	m = 2 * last_correlated(x, n, mean, variance);
	for (size_t lag = 1; lag <= m && lag < n; lag++) {
		double t = (double)lag / (double)m, taper = t <= 0.5 ? 1 : 2 * (1 - t), c = covariance(x, n, mean, lag);

		g += 2 * taper * (double)lag * c;
		spectrum += 2 * taper * c;
	}
	length = ceil(cbrt(2 * g * g / (4.0 / 3 * spectrum * spectrum) * (double)n));
	return !(length > 1) ? 1 : length < (double)n / 4 ? (size_t)length : n / 4;
}

/* ---- one side ------------------------------------------------------------------------------------- */

/* Windows of run after run: where the run that begins at `from` ends. */
static size_t run_end(const struct series *s, size_t from)
{
	size_t end = from;

	while (end < s->n && s->windows[end].run == s->windows[from].run)
		end++;
	return end;
}

static size_t count_runs(const struct series *s)
{
	size_t runs = 0;

	for (size_t i = 0; i < s->n; i = run_end(s, i))
		runs++;
	return runs;
}

/* Draws as many windows as there are, in blocks that do not leave their run. */
static void draw(const struct side *side, __u64 *random, size_t *chosen)
{
	for (size_t from = 0, end; from < side->s->n; from = end) {
		size_t n, at = 0;

		end = run_end(side->s, from);
		n = end - from;
		for (size_t i = 0; i < n; i++) {
			at = i % side->block ? at + 1 : (size_t)(next_random(random) % n);
			chosen[from + i] = from + at % n;
		}
	}
}

static double deviation(const double *x, size_t n, double *mean)
{
	double m = 0, sum = 0;

	for (size_t i = 0; i < n; i++)
		m += x[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		sum += (x[i] - m) * (x[i] - m);
	*mean = m;
	return n > 1 ? sqrt(sum / (double)(n - 1)) : 0;
}

/* Chance alone makes a count vary by its root, and one of nothing could have been one. */
static double least_error(const struct side *side, double value)
{
	double num = 0, den = 0;

	for (size_t i = 0; i < side->s->n; i++) {
		num += side->s->windows[i].num;
		den += side->s->windows[i].den;
	}
	if (side->what->counted && den > 0)
		return sqrt(fmax(num, 1)) / den;
	return SURE * (by_ratio(side->what) ? 1 : fabs(value));
}

/*
 * Chooses the blocks, and how many observations that makes; returns by what the variance of what is drawn in them is to be
 * multiplied: it is too small, for blocks hang together, too, and there are few of them.
 */
static double choose_blocks(struct side *side, const double *x)
{
	size_t n = side->s->n;
	double mean = 0, variance, together, blocks, alone;

	for (size_t i = 0; i < n; i++)
		mean += x[i] / (double)n;
	variance = covariance(x, n, mean, 0);
	side->block = block_length(x, n, mean, variance);
	together = time_together(x, n, mean, variance);
	blocks = (double)n / (double)side->block;
	alone = (double)n / together;
	side->free = fmin(blocks, alone) - 1;
	return fmax(blocks / fmax(blocks - 1, 1), together / kept_together(x, n, mean, variance, side->block) *
		    alone / fmax(alone - 1, 1));
}

/* What windows cannot show: another recording would have been another one. */
static void add_varying(struct side *side, size_t runs)
{
	double within = side->error * side->error, between = side->what->varies * side->what->varies / (double)runs,
	       both = within + between;

	if (side->free <= 1 || between <= 0)
		return;
	side->error = sqrt(both);
	side->free = both * both / (within * within / side->free + between * between / VARIES_FREE);
}

static int by_windows(struct side *side, __u64 *random)
{
	size_t n = side->s->n;
	size_t *chosen = calloc(n, sizeof(*chosen));
	double *x = calloc(n > REPLICATES ? n : REPLICATES, sizeof(*x)), mean, larger;

	if (!chosen || !x) {
		free(chosen);
		free(x);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++)
		x[i] = window_value(side->what, &side->s->windows[i]);
	larger = choose_blocks(side, x);
	for (size_t r = 0; r < REPLICATES; r++) {
		draw(side, random, chosen);
		x[r] = scaled(side->what, statistic_of(side, chosen, n));
	}
	side->error = fmax(deviation(x, REPLICATES, &mean) * sqrt(larger), least_error(side, side->value));
	free(chosen);
	free(x);
	return 0;
}

static int by_runs(struct side *side, size_t runs)
{
	double *x = calloc(runs, sizeof(*x)), mean;
	size_t *chosen = calloc(side->s->n, sizeof(*chosen)), run = 0;

	if (x && chosen) {
		for (size_t from = 0, end; from < side->s->n; from = end, run++) {
			end = run_end(side->s, from);
			for (size_t i = from; i < end; i++)
				chosen[i - from] = i;
			x[run] = scaled(side->what, statistic_of(side, chosen, end - from));
		}
		side->error = fmax(deviation(x, runs, &mean) / sqrt((double)runs), least_error(side, side->value));
		side->free = (double)runs - 1;
		side->block = 0;
	}
	free(chosen);
	free(x);
	return x && chosen ? 0 : -ENOMEM;
}

static int set_value(struct side *side)
{
	size_t *all = calloc(side->s->n ? side->s->n : 1, sizeof(*all));

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < side->s->n; i++)
		all[i] = i;
	side->value = statistic_of(side, all, side->s->n);
	free(all);
	return 0;
}

/* ---- both ------------------------------------------------------------------------------------------- */

/* A difference on the scale of the comparison as one of the values themselves. */
static double unscaled(const struct statistic *what, double before, double difference)
{
	return by_ratio(what) ? fmax(before, 1) * (exp(difference) - 1) : difference;
}

/* Welch's degrees of freedom. */
static double freedom(const struct side *b, const struct side *a)
{
	double vb = b->error * b->error, va = a->error * a->error;

	return fmax(1, (vb + va) * (vb + va) / (vb * vb / b->free + va * va / a->free));
}

static void conclude(const struct side *b, const struct side *a, double df, struct difference *d)
{
	double difference = scaled(a->what, a->value) - scaled(b->what, b->value), t95;

	d->error = sqrt(b->error * b->error + a->error * a->error);
	d->df = df;
	d->p = d->error > 0 ? student__p(fabs(difference) / d->error, d->df) : 1;
	t95 = student__t(0.05, d->df);
	d->low = unscaled(a->what, b->value, difference - t95 * d->error);
	d->high = unscaled(a->what, b->value, difference + t95 * d->error);
	d->block[0] = b->block;
	d->block[1] = a->block;
}

int resample__compare(const struct series *before, const struct series *after, const struct statistic *what,
		      __u64 seed, struct difference *d)
{
	struct side sides[] = { { .s = before, .what = what }, { .s = after, .what = what } };
	size_t runs[] = { count_runs(before), count_runs(after) };
	bool many = runs[0] >= MIN_RUNS && runs[1] >= MIN_RUNS;
	int rc = 0;

	*d = (struct difference){ .p = 1 };
	for (int i = 0; i < 2 && rc == 0; i++) {
		rc = set_value(&sides[i]);
		if (rc == 0 && before->n >= MIN_WINDOWS && after->n >= MIN_WINDOWS)
			rc = many ? by_runs(&sides[i], runs[i]) : by_windows(&sides[i], &seed);
		if (rc == 0 && !many)
			add_varying(&sides[i], runs[i]);
		if (sides[i].failed)
			rc = -ENOMEM;
	}
	d->before = sides[0].value;
	d->after = sides[1].value;
	if (rc == 0 && sides[0].free > 1 && sides[1].free > 1)
		conclude(&sides[0], &sides[1], freedom(&sides[0], &sides[1]), d);
	else if (rc == 0)
		rc = -ENODATA;
	for (int i = 0; i < 2; i++)
		hist__free(&sides[i].merged);
	return rc;
}

int resample__next_run(const struct series *before, const struct series *after, const struct statistic *what,
		       struct difference *d)
{
	struct side b = { .s = before, .what = what }, a = { .s = after, .what = what };
	size_t runs = count_runs(before);
	int rc = set_value(&b);

	*d = (struct difference){ .p = 1 };
	rc = rc ? rc : set_value(&a);
	if (rc == 0 && runs >= MIN_RUNS)
		rc = by_runs(&b, runs);
	if (b.failed || a.failed)
		rc = -ENOMEM;
	d->before = b.value;
	d->after = a.value;
	if (rc == 0 && runs >= MIN_RUNS) {
		a.error = fmax(b.error * sqrt((double)runs), least_error(&a, a.value));
		conclude(&b, &a, (double)runs - 1, d);
	} else if (rc == 0) {
		rc = -ENODATA;
	}
	hist__free(&b.merged);
	hist__free(&a.merged);
	return rc;
}

double resample__least(const struct difference *d, const struct statistic *what, double level)
{
	return unscaled(what, d->before, (student__t(level, d->df) + student__t(0.4, d->df)) * d->error);
}

/* ---- effect size --------------------------------------------------------------------------------------- */

static int effect_of_values(const struct series *before, const struct series *after, double *effect)
{
	enum { STEPS = 200 };
	struct hist b = { 0 }, a = { 0 };
	double sum = 0;
	int rc = 0;

	for (size_t i = 0; i < before->n && rc == 0; i++)
		rc = hist__merge(&b, &before->windows[i].hist);
	for (size_t i = 0; i < after->n && rc == 0; i++)
		rc = hist__merge(&a, &after->windows[i].hist);
	for (int i = 0; i < STEPS && rc == 0 && b.n; i++) {
		__u64 value = hist__percentile(&a, (i + 0.5) * 100 / STEPS), above = value + value / HIST_SUB + 1;

		/* Those of the same bucket cannot be told apart. */
		sum += 1 - ((double)hist__count_from(&b, value) + (double)hist__count_from(&b, above)) / 2 / (double)b.n;
	}
	*effect = b.n ? sum / STEPS : 0.5;
	hist__free(&b);
	hist__free(&a);
	return rc;
}

int resample__effect(const struct series *before, const struct series *after, const struct statistic *what,
		     double *effect)
{
	double sum = 0;

	if (by_ratio(what))
		return effect_of_values(before, after, effect);
	for (size_t i = 0; i < before->n; i++) {
		for (size_t k = 0; k < after->n; k++) {
			double b = window_value(what, &before->windows[i]), a = window_value(what, &after->windows[k]);

			sum += a > b ? 1 : a == b ? 0.5 : 0;
		}
	}
	*effect = before->n && after->n ? sum / (double)before->n / (double)after->n : 0.5;
	return 0;
}
