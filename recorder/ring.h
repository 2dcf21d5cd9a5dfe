/*
 * ring.h: reads a CPU's ring (bpf/cpu_ring.h has its layout, and who may rely on what).
 *
 * What was read is given back in batches, and one call never reads more than what was there when it began.
 */
#ifndef RECORDER_RING_H
#define RECORDER_RING_H

#include <stddef.h>
#include <linux/types.h>
#include "bpf/cpu_ring.h"
#include "format/error.h"

struct ring {
	struct ring_ends *ends; /* not ours */
	const unsigned char *data; /* its chunks, each with RECORD_MOST bytes behind */
	__u64 size;             /* bytes of the chunks, a power of two */
	unsigned chunk_bits;    /* a chunk has 2 to the power of that many */
	__u64 secret;           /* of the heads' marks */
	__u64 peak;             /* fullest it was seen, while draining too; reset it at will */
};

typedef void (*ring_fn)(void *ctx, const void *sample, __u32 len);

/* Maps the chunks, the map `fd`, as *r says: ends, which stay the caller's, size, chunk_bits and secret. */
int ring__open(struct ring *r, int fd, struct trace_error *err);
void ring__close(struct ring *r);

/* Bytes waiting. */
__u64 ring__used(const struct ring *r);

/* Hands out what is complete now, oldest first; returns the number of records. */
size_t ring__drain(struct ring *r, ring_fn fn, void *ctx);

#endif
