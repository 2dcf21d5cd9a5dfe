/*
 * gone.h: what comes and goes on a host is repeated in the trace only as long as it is there.
 *
 * Namespaces, devices, ports and virtual machines are defined each time the sampler sees them. Two complete looks at
 * the host, and GONE_NS, after one was seen for the last time, no record is to come that is about it: it is forgotten.
 * So a month of containers takes no more memory, and no more of each segment, than a minute of them.
 */
#ifndef RECORDER_GONE_H
#define RECORDER_GONE_H

#include "sink.h"

#define GONE_NS 10000000000ULL /* more than anything waits in the rings */

struct gone { /* zero at first */
	__u64 look, look_before; /* when the last two complete looks at the host began */
};

/* Another complete look begins. Takes the sink's lock itself. */
void gone__look(struct gone *g, struct sink *s, __u64 now);

#endif
