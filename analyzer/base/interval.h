/*
 * interval.h: the time between two moments of a trace.
 */
#ifndef ANALYZER_INTERVAL_H
#define ANALYZER_INTERVAL_H

#include <linux/types.h>

/*
 * ns from one moment to the other; 0 when the second is not the later one. A row may come late, and a damaged trace may
 * say anything: moments and durations are never subtracted otherwise.
 */
static inline __u64 since(__u64 from, __u64 to)
{
	return to > from ? to - from : 0;
}

#endif
