/*
 * clock_fit.h: what one host's clock is ahead of another's, from packets that both saw.
 *
 * No packet comes before it is sent. So one that goes there bounds the offset from above, by what it arrives at there
 * minus when it left here, and one that comes back from below. With clocks that drift apart steadily the offset is a
 * line of time that is below all of the one and above all of the other: the method of convex hulls (Duda, Harrus,
 * Haddad, Bernard: Estimating global time in distributed systems, ICDCS 1987). How long packets take, and whether as long
 * there as back, does not matter: the error is half of the room that all such lines have, and no estimate.
 *
 * Where packets went one way only, the other bound is missing, and the error not known. The line is then the one that
 * is nearest to all of them (Moon, Skelly, Towsley: Estimation and removal of clock skew from network delay
 * measurements, INFOCOM 1999), as if the quickest took no time: others took that much longer than these.
 */
#ifndef ANALYZER_CLOCK_FIT_H
#define ANALYZER_CLOCK_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "format/error.h"

/*
 * How much faster one clock can be than another: either is steered by up to 500 ppm (MAXFREQ in linux/timex.h), and its
 * oscillator is not that far off.
 */
#define CLOCK_FIT_MAX_DRIFT 1e-3

enum { CLOCK_FIT_ENOUGH = 3 }; /* packets each way: with fewer, one that is taken for another would decide */

struct clock_fit;

/* The fit: theta(t) = offset_ns + drift * (t - at_ns), there minus here, t on the clock here. */
struct clock_line {
	__s64 at_ns, offset_ns;
	double drift;       /* ns there gains in each ns here */
	bool one_way;       /* the next two are not known */
	double drift_error; /* at most; the true one is within +- that */
	double error_ns;    /* of theta(t), at most, from the first of the packets to the last */
	double bend_ns;     /* in error_ns: by how much the packets contradict any line; 0: they do not */
};

struct clock_fit *clock_fit__new(void); /* NULL when out of memory */
void clock_fit__free(struct clock_fit *f); /* NULL is allowed */

/* A packet that left here at `sent_ns`, and was there at `seen_ns` of the clock there. Returns 0 or -ENOMEM. */
int clock_fit__there(struct clock_fit *f, __s64 sent_ns, __s64 seen_ns);

/* A packet that was here at `seen_ns`, and had left there at `sent_ns` of the clock there. */
int clock_fit__back(struct clock_fit *f, __s64 seen_ns, __s64 sent_ns);

/*
 * Returns 0, or -ENODATA: there are fewer than CLOCK_FIT_ENOUGH packets in either direction. Fewer in one of them count
 * as none.
 */
int clock_fit__solve(struct clock_fit *f, struct clock_line *line);

#endif
