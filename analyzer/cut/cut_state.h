/*
 * cut_state.h: what is known by the time at which a cut begins, as netrec tells it when a recording begins.
 *
 * Threads with the CPUs they may run on, devices, CPU quotas, kernel counters: each is told as it was last seen. What is
 * counted since the recording began is counted since the cut begins.
 */
#ifndef ANALYZER_CUT_STATE_H
#define ANALYZER_CUT_STATE_H

#include "format/record.h"

struct cut_state;

/* A row for the result; returns 0 or a negative errno, which ends the telling. */
typedef int (*cut_state_fn)(void *arg, const struct rec *rec);

struct cut_state *cut_state__new(void); /* NULL when out of memory */
void cut_state__free(struct cut_state *s); /* NULL is allowed */

/* A row from before the cut, in the order of time. */
void cut_state__see(struct cut_state *s, const struct rec *rec);

/* The cut begins: gives a row of this time for each thread and device that is still there. */
int cut_state__begin(struct cut_state *s, __u64 from, cut_state_fn fn, void *arg);

/*
 * Before a row of the cut: the first sample of a quota is told with the time of the cut's beginning, too, so that what
 * happened before then counts nowhere: samples are ten seconds apart. The last sample of a counter before the cut is told
 * likewise: those that do not change are not sampled, and what it counts next is most likely of the cut.
 */
int cut_state__sample(struct cut_state *s, __u64 from, const struct rec *rec, cut_state_fn fn, void *arg);

/* The row as it is told: what a thread counted before the cut is taken off, in *copy; others are themselves. */
const struct rec *cut_state__count(struct cut_state *s, const struct rec *rec, struct rec_futex_total *copy);

/* The cut ends: what was sampled before it only is told with the time of its beginning. */
int cut_state__end(struct cut_state *s, __u64 from, cut_state_fn fn, void *arg);

#endif
