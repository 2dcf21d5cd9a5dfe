/*
 * resample.h: is there a difference between two series of windows, and how large can it be?
 *
 * What happens to packets within a second hangs together, so that a test over packets calls everything significant.
 * Here a window is one observation, and windows that hang together are drawn together: the circular block bootstrap
 * (Politis and Romano 1992), with blocks as long as the series' autocorrelation asks for (Politis and White, Econometric
 * Reviews 23 (2004) 53-70, with the correction of Patton, Politis and White, 28 (2009) 372-375). It gives the standard
 * error of a side, which is made larger where blocks are too short for how much windows hang together; intervals and
 * p-values are Student's, with Welch's degrees of freedom counted in blocks, or in windows that tell something of their
 * own: those of the bootstrap itself are too small for series of a few seconds (Efron and Tibshirani, An Introduction to
 * the Bootstrap, 1993, 12.5 and 13.3). Where there are at least MIN_RUNS runs on both sides, a run is one observation
 * instead. Where there are fewer, how much runs differ anyway cannot be seen in them, however long they are: what is known
 * of it from elsewhere (`varies`) is a component of the variance of its own, and the degrees of freedom are
 * Satterthwaite's (Biometrics Bulletin 2 (1946) 110-114).
 */
#ifndef ANALYZER_RESAMPLE_H
#define ANALYZER_RESAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "analyzer/base/hist.h"

/* Of a standard error some hundred replicates are enough (Efron and Tibshirani 1993, 6.4): it is within 4 %. */
enum { MIN_RUNS = 3, MIN_WINDOWS = 4, REPLICATES = 400 };

struct window {
	unsigned run;
	double num, den;  /* of a rate */
	struct hist hist; /* of a latency */
};

/* Windows in which there was something to be seen, by run and in the order of time. */
struct series {
	struct window *windows;
	size_t n;
};

enum statistic_kind {
	STATISTIC_RATE,       /* sum of num / sum of den, compared by difference */
	STATISTIC_MEAN,       /* of all values, compared by ratio */
	STATISTIC_PERCENTILE, /* likewise */
};

struct statistic {
	enum statistic_kind kind;
	double percent; /* of a percentile */
	bool counted;   /* of a rate: num counts events, so that chance alone varies it (Poisson) */
	double varies;  /* of what is compared by ratio: standard deviation of its logarithm from one recording to the next
			   of the same thing; 0: none. For where there are not enough recordings to see it */
};

struct difference {
	double before, after;
	double low, high; /* 95 % interval of after - before */
	double p;         /* that chance alone makes them differ as much; both ways */
	double error;     /* standard error: of after - before; of what is compared by ratio: of its logarithm */
	double df;        /* degrees of freedom */
	size_t block[2];  /* windows that were drawn together, of either side; 0: runs were compared */
};

/*
 * Compares; the same seed gives the same result. Returns 0; -ENODATA when a side has too few windows for how they hang
 * together to tell anything: then only before and after are set; -ENOMEM.
 */
int resample__compare(const struct series *before, const struct series *after, const struct statistic *what,
		      __u64 seed, struct difference *d);

/*
 * The same of one more run, after, and those before it: is it beyond what they vary among themselves? Its interval, of
 * after - before, is that of a single run (a prediction interval), with as many degrees of freedom as there are runs
 * before, less one. -ENODATA when these are fewer than MIN_RUNS.
 */
int resample__next_run(const struct series *before, const struct series *after, const struct statistic *what,
		       struct difference *d);

/* The smallest change, in the same unit as low and high, that a test at this level would have found in 8 of 10 cases. */
double resample__least(const struct difference *d, const struct statistic *what, double level);

/*
 * P(a value after > one before), equal ones count half: of the values of all windows of a latency, of the windows of
 * a rate. Returns 0 or -ENOMEM.
 */
int resample__effect(const struct series *before, const struct series *after, const struct statistic *what,
		     double *effect);

#endif
