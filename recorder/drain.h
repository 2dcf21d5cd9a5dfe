/*
 * drain.h: the thread that empties the rings into the trace.
 *
 * Comes by every 0.5 to 50 ms, sooner the fuller the rings were; when it sleeps for longer than 10 ms, a ring that is
 * more than a quarter full wakes it. Stacks become ids here, and symbols are defined before the event that needs them.
 * What is older than a second is on disk.
 */
#ifndef RECORDER_DRAIN_H
#define RECORDER_DRAIN_H

#include "attach.h"
#include "losses.h"
#include "sink.h"

struct drain;

int drain__start(struct drain **d, struct attach *a, struct sink *s, struct losses *l, struct trace_error *err);

/* Ends the thread, reads what is left in the rings and the counters, and frees it. Programs must be stopped. */
void drain__stop(struct drain *d);

/* Fullest any ring was since the last call, in bytes. */
__u64 drain__peak(struct drain *d);

/* One record from a ring into the trace, stack and symbols first; the sink is locked. */
void drain__record(struct sink *s, __u32 stream, const void *sample, __u32 len);

#endif
