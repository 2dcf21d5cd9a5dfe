/*
 * timefmt.h: times and amounts as people write and read them.
 *
 * Traces count nanoseconds of CLOCK_MONOTONIC; people say 10:28:42.567, +2.5 or 1.23 ms.
 */
#ifndef ANALYZER_TIMEFMT_H
#define ANALYZER_TIMEFMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/error.h"

/* How the clocks of a recording lie. */
struct timebase {
	uint64_t start_mono; /* ns, CLOCK_MONOTONIC, of the first event */
	uint64_t end_mono;
	uint64_t start_real; /* ns, CLOCK_REALTIME, at start_mono; 0: unknown */
	bool utc;            /* read and write UTC instead of local time */
};

enum { TIMEFMT_MAX = 48 }; /* room for any text made here */

/*
 * Parses seconds from the start ("2.5", "+2.5"), a time of day ("10:28:42.567", of the day of the start, or
 * the next one for a recording that runs past midnight) or ISO 8601 ("2026-11-22T10:28:42Z", or without Z in
 * local time). Gives ns of CLOCK_MONOTONIC. -EINVAL names the option and the forms it takes.
 */
int timefmt__parse(const char *option, const char *text, const struct timebase *base, uint64_t *mono,
		   struct trace_error *err);

/*
 * The time from --from to the option `to_option`, each as timefmt__parse() takes it, or NULL: the recording's start, and
 * its end. -EINVAL, too, when no part of the recording is in it.
 */
int timefmt__range(const char *from, const char *to_option, const char *to, const struct timebase *base,
		   uint64_t *from_mono, uint64_t *to_mono, struct trace_error *err);

/* "10:28:42.567123" and "2026-11-22 10:28:42.567 +0100"; both take ns of CLOCK_REALTIME. They return buf. */
char *timefmt__clock(uint64_t real, bool utc, char buf[TIMEFMT_MAX]);
char *timefmt__date(uint64_t real, bool utc, char buf[TIMEFMT_MAX]);

/* "870 ns", "1.23 ms", "2.5 h": at least three digits where there are any. Returns buf. */
char *timefmt__duration(double ns, char buf[TIMEFMT_MAX]);

/* "312 B", "12.3 kB", "1.25 MB": powers of 1000. Returns buf. */
char *timefmt__bytes(double bytes, char buf[TIMEFMT_MAX]);

#endif
