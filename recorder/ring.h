/*
 * ring.h: reads a BPF ring buffer that nobody signals.
 *
 * Like libbpf's consumer without its per-record bookkeeping: the consumer position goes back to the
 * kernel in batches, and one call never reads more than what was there when it began.
 */
#ifndef RECORDER_RING_H
#define RECORDER_RING_H

#include <stddef.h>
#include <linux/types.h>
#include "format/error.h"

struct ring {
	volatile unsigned long *consumer;       /* written by us */
	const volatile unsigned long *producer; /* written by the kernel */
	const unsigned char *data;              /* mapped twice in a row: a record never wraps */
	__u64 size;                             /* of data, a power of two */
	__u64 peak;                             /* fullest it was seen, while draining too; reset it at will */
};

typedef void (*ring_fn)(void *ctx, const void *sample, __u32 len);

/* Maps the ring buffer `fd` of `size` bytes. */
int ring__open(struct ring *r, int fd, __u64 size, struct trace_error *err);
void ring__close(struct ring *r);

/* Bytes waiting. */
__u64 ring__used(const struct ring *r);

/* Hands out what is complete now, oldest first; returns the number of records. */
size_t ring__drain(struct ring *r, ring_fn fn, void *ctx);

#endif
