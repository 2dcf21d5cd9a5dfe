/*
 * sampler.h: the thread that reads the kernel's own counters, clocks and inventory, once a second.
 *
 * A snapshot before the probes are enabled and one after they are disabled bracket the recording, so
 * that the kernel's counters can be held against the trace.
 */
#ifndef RECORDER_SAMPLER_H
#define RECORDER_SAMPLER_H

#include "attach.h"
#include "wanted_devices.h"
#include "drain.h"
#include "late.h"
#include "losses.h"
#include "overhead.h"
#include "sink.h"

struct sampler;

/*
 * Takes the first snapshot. Other threads do not run yet. `wanted` is told of every device, may be NULL; `late` of what
 * is to be attached, which the sampler's thread goes on with.
 */
int sampler__open(struct sampler **s, const struct late *late, struct sink *sink, struct losses *l, struct wanted_devices *wanted,
		  __u64 interval_ns, struct trace_error *err);

/* Goes on every interval, in a thread. Call once the probes are enabled. `o` has a look each time; NULL: no limit. */
int sampler__start(struct sampler *s, struct drain *d, struct overhead *o, struct trace_error *err);

/* Ends the thread: from then on nobody attaches programs. */
void sampler__stop(struct sampler *s);

/* Takes the last snapshot: after the probes are stopped, before they are detached. */
void sampler__finish(struct sampler *s);
void sampler__close(struct sampler *s);

#endif
