/*
 * overhead.h: keeps what the recording costs below a limit (--max-overhead).
 *
 * The cost is the CPU time of netrec and of its programs, as a share of the time of all CPUs. When it is above the limit
 * twice in a row, one class of records is made no more, for the rest of the recording, and the trace says so
 * (left_out). Packets, drops and what moves them are in no class: their records are worth nothing by half.
 */
#ifndef RECORDER_OVERHEAD_H
#define RECORDER_OVERHEAD_H

#include "attach.h"
#include "sink.h"

struct overhead;

enum { OVERHEAD_CLASSES = 4 };

/* `percent` is the limit. -EPERM and others when the kernel does not measure its programs for us; -ENOMEM. */
int overhead__open(struct overhead **o, double percent, struct attach *a, struct plan *plan, struct sink *s,
		   struct trace_error *err);
void overhead__close(struct overhead *o);

/*
 * A look begins and ends, with the kernel's statistics enabled all the while: may leave out a class. From the thread that
 * attaches, which takes the sink's lock by itself.
 */
void overhead__begin(struct overhead *o);
void overhead__end(struct overhead *o);

/* What was left out, and whether that was enough, on standard error; nothing when nothing was. */
void overhead__say(const struct overhead *o);

/*
 * Which class is to go next, with costs in any unit: the first that is not gone and makes a difference, a fiftieth of
 * what is too much. -1: none, or the limit is kept.
 */
int overhead__choose(const __u64 of_class[OVERHEAD_CLASSES], unsigned gone, __u64 all, __u64 limit);

#endif
