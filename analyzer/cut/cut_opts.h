/* cut_opts.h: what can be asked of a cut. */
#ifndef ANALYZER_CUT_OPTS_H
#define ANALYZER_CUT_OPTS_H

#include <linux/types.h>

struct filter;

struct cut_opts {
	unsigned threads;        /* that decode; at least 1 */
	__u64 from, to;          /* CLOCK_MONOTONIC ns, both included; 0: no limit */
	struct filter *filter;   /* only packets that match; NULL: all */
	const char *filter_text; /* as it was given */
	const char *finding;     /* what it was cut to, in words; NULL: no finding */
};

#endif
