/*
 * losses.h: turns loss counters into gap rows.
 *
 * Losses that go on are one gap until they pause or 100 ms have passed, so a gap's time range is as
 * narrow as the counters were read and an overload does not flood the trace. Call with the sink locked.
 */
#ifndef RECORDER_LOSSES_H
#define RECORDER_LOSSES_H

#include "sink.h"

struct losses;

enum { LOSSES_ANYWHERE = 0xffffffff };

struct losses *losses__new(__u32 n_cpus);
void losses__free(struct losses *l);

/*
 * Compares the ring counters, [cpu * LOST_TYPES + type], with the last look. `last`: the final look,
 * which closes every gap.
 */
void losses__look(struct losses *l, struct sink *s, const volatile __u64 *counters, __u64 now, bool last);

/* Adds a gap that was found elsewhere. */
void losses__add(struct losses *l, struct sink *s, __u32 where, __u16 type, __u8 why, __u64 from, __u64 to, __u64 lost);

/* Lost so far, of one record type. */
__u64 losses__of(const struct losses *l, __u16 type);

#endif
