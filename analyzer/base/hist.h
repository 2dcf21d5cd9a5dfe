/*
 * hist.h: log-linear latency histograms.
 *
 * 32 buckets per octave: a bucket is at most 1/32 of its value wide, so that its middle is within
 * 1.6 % of every value in it; values below 64 are exact. Count, sum, minimum and maximum are exact.
 * Histograms merge by addition and are stored as a BLOB (hist__encode). Integers only: the result
 * does not depend on the order of additions or merges.
 *
 * Zero-initialise (or hist__init), add, and hist__free at the end. Few values take little memory: buckets are
 * allocated when values arrive.
 */
#ifndef ANALYZER_HIST_H
#define ANALYZER_HIST_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

enum {
	HIST_SUB_BITS = 5,
	HIST_SUB = 1 << HIST_SUB_BITS,            /* buckets per octave */
	HIST_OCTAVES = 64 - HIST_SUB_BITS + 1,    /* the first holds 0 .. 31 */
	HIST_BUCKETS = HIST_OCTAVES * HIST_SUB,
	HIST_BLOB_MAX = 1 + 4 * 10 + HIST_BUCKETS * 12, /* no encoding is longer */
};

struct hist {
	__u64 n;
	__u64 sum; /* stays at its maximum when it would overflow */
	__u64 min; /* meaningless when n is 0 */
	__u64 max;
	/* private */
	__u64 **octave; /* HIST_OCTAVES of HIST_SUB counts each, NULL: all 0. NULL: a list */
	__u64 *few;     /* the list */
	__u8 n_few, room;
};

/* Empty. Does not free: for memory that was never a histogram. */
void hist__init(struct hist *h);

/* Empties it and keeps its memory for further use. */
void hist__reset(struct hist *h);

/* Frees its memory; it is empty and usable again. */
void hist__free(struct hist *h);

/* Adds one value. Returns 0, or -ENOMEM: then it is unchanged. */
int hist__add(struct hist *h, __u64 value);

/* Adds all of `from` to `to`. Returns 0, or -ENOMEM: then `to` is unchanged. */
int hist__merge(struct hist *to, const struct hist *from);

/*
 * The value that `percent` of all values are at most (nearest rank): within 1.6 % of the exact one,
 * exact for 0 (minimum) and 100 (maximum). 0 when the histogram is empty.
 */
__u64 hist__percentile(const struct hist *h, double percent);

/* sum / n; 0 when empty. */
double hist__mean(const struct hist *h);

/* How many values are >= limit, as far as buckets can tell: those of limit's own bucket count. */
__u64 hist__count_from(const struct hist *h, __u64 limit);

/* Counts by power of two: out[0] counts 0 and 1, out[k] counts 2^k .. 2^(k+1)-1. */
void hist__pow2(const struct hist *h, __u64 out[64]);

/* Writes the BLOB form into buf (at least HIST_BLOB_MAX bytes); returns its length. */
size_t hist__encode(const struct hist *h, unsigned char *buf);

/*
 * Replaces *h by what the BLOB says. Returns 0, -EBADMSG when it is no valid histogram, -EPROTONOSUPPORT
 * when it is of a newer version, -ENOMEM; on failure *h is empty.
 */
int hist__decode(struct hist *h, const void *blob, size_t len);

#endif
