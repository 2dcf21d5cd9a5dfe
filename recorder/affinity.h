/* affinity.h: on which CPUs threads may run, and with which policy. */
#ifndef RECORDER_AFFINITY_H
#define RECORDER_AFFINITY_H

#include "sink.h"

struct affinity;

/* NULL when out of memory. */
struct affinity *affinity__new(void);
void affinity__free(struct affinity *a);

/* Appends what holds for this thread, if it changed since it was last looked at. With the sink locked. */
void affinity__look(struct affinity *a, struct sink *s, __u32 tid, __u32 tgid);

/* Looks once more at every thread it was asked about, and forgets those that have ended. Takes the lock itself. */
void affinity__look_again(struct affinity *a, struct sink *s);

/* How many threads it looks at. */
__u32 affinity__n(const struct affinity *a);

#endif
