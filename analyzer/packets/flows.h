/*
 * flows.h: packets by flow: one direction of a 5-tuple.
 *
 * Those with most packets (base/heavy.h); what is forgotten is counted.
 *
 * The gaps of a flow are the times between the first sights of its consecutive packets. What TCP sends again, and a packet
 * that comes by once more elsewhere, is no new one for them.
 */
#ifndef ANALYZER_FLOWS_H
#define ANALYZER_FLOWS_H

#include <stdbool.h>
#include "analyzer/read/gaps.h"
#include "analyzer/store/store.h"
#include "format/record.h"

enum { FLOWS = 1 << 14 };

struct flow_key {
	__u8 saddr[16], daddr[16];
	__u16 sport, dport, ethertype, proto;
};

enum { FLOW_KEY_WORDS = sizeof(struct flow_key) / sizeof(__u64) };

struct flow_key flow_key__of(const struct rec_packet *p);

struct flow_ref {
	__u32 index; /* 0: none */
	__u32 generation;
};

struct flows;

/* NULL when out of memory. A flow's gap in which packet records were lost is uncertain. */
struct flows *flows__new(const struct gaps *lost);
void flows__free(struct flows *f);

/* Counts a packet with these headers, at `ts`: when they are first seen, or it first passes a device that was asked for. */
struct flow_ref flows__count(struct flows *f, const struct rec_packet *p, __u64 ts);

/* A packet of it is lost. */
void flows__lose(struct flows *f, struct flow_ref ref);

/* A packet of it took so long, first stage to last. */
void flows__end(struct flows *f, struct flow_ref ref, __u64 total_ns);

/* Packets of flows that were forgotten. */
__u64 flows__forgotten(const struct flows *f);

/* Stores all flows. Returns 0, or -ENOMEM when counts were lost. */
int flows__store(struct flows *f, struct store *s);

#endif
