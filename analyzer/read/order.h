/*
 * order.h: all rows of a trace in time order, in slabs.
 *
 * Blocks of one CPU may overlap a little in time, those of different CPUs do all the time, and rows inside
 * are not sorted. A slab ends before the first row of any block not yet loaded, so that what is given out
 * is in order whatever the blocks look like, and takes about the same number of rows however busy the
 * CPUs are. Of rows with the same time, those of a lower CPU come first, and of one CPU those that were written
 * first: how rows were cut into blocks, segments and files makes no difference.
 */
#ifndef ANALYZER_ORDER_H
#define ANALYZER_ORDER_H

#include "analyzer/read/load.h"

struct order;

struct order_stats {
	__u64 rows;     /* given out */
	__u64 skipped;  /* rows of unknown types */
	__u64 late;     /* rows that belonged before rows already given out; given out late */
};

/*
 * `jobs` must be sorted by ts_min, be distinct, and stay until order__free(). Rows before `from` or after
 * `to` are left out (0: no limit). `damaged` is called for each block that cannot be decoded.
 */
int order__start(struct order **o, const struct load_job *jobs, size_t n, unsigned threads, __u64 from, __u64 to,
		 void (*damaged)(void *arg, const struct load_job *job, const struct trace_error *err), void *arg);

/*
 * The next slab: *items in time order, valid until the next call. Returns how many, 0 at the end, or
 * -ENOMEM.
 */
long order__next(struct order *o, const struct item **items);

const struct order_stats *order__stats(const struct order *o);
void order__free(struct order *o);

#endif
