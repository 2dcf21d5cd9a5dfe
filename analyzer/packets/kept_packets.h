/*
 * kept_packets.h: which packets are kept with their timeline: the first, dropped ones, late ones, the slowest.
 */
#ifndef ANALYZER_KEPT_PACKETS_H
#define ANALYZER_KEPT_PACKETS_H

#include "analyzer/packets/journeys.h"
#include "analyzer/sweep/pass.h"

enum fate { FATE_CONSUMED, FATE_DROPPED, FATE_REUSED, FATE_EVICTED, FATE_UNFINISHED, FATE_UPCALL, FATE_MERGED, N_FATES };

extern const char *const fate_names[N_FATES];

/* How a journey ended. */
struct ending {
	__u64 ts;
	enum fate fate;
	__u16 cpu;      /* the rest: consumed and dropped only */
	__u64 location;
	__u32 reason;
	__u32 stack;
};

struct kept_packets;

struct kept_packets *kept_packets__new(struct sweep *s); /* NULL when out of memory */

/* Keeps the packet if it qualifies. Returns its id when it is stored already, else 0. */
__s64 kept_packets__offer(struct kept_packets *k, const struct journey *j, const struct ending *end);

/* Stores the slowest, and reports what was left out. */
void kept_packets__store(struct kept_packets *k);

void kept_packets__free(struct kept_packets *k); /* NULL is allowed */

#endif
