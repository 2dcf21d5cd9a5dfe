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
#include "analyzer/packets/deliveries.h"
#include "analyzer/read/gaps.h"
#include "analyzer/store/store.h"
#include "format/record.h"

enum { FLOWS = 1 << 14, FLOW_LOSSES = 1 << 13 };

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

/* Where and why a packet was dropped. */
struct loss {
	__u64 location;
	__u32 netns, ifindex, reason;
};

struct flows;

/* NULL when out of memory. A flow's gap in which packet records were lost is uncertain. */
struct flows *flows__new(const struct gaps *lost);
void flows__free(struct flows *f);

/* Counts a packet with these headers, at `ts`: when they are first seen, or it first passes a device that was asked for. */
struct flow_ref flows__count(struct flows *f, const struct rec_packet *p, __u64 ts);

/* A packet of it is lost. Returns whether that is counted. */
bool flows__lose(struct flows *f, struct flow_ref ref, const struct loss *loss);

/* This became of a packet of it; took: until it was read, of a datagram. */
void flows__tell(struct flows *f, struct flow_ref ref, enum delivery how, __u64 took);

/* What becomes of the packet that was counted is told of another: in a tunnel, or a datagram's first fragment. */
void flows__carry(struct flows *f, struct flow_ref ref);

/* A packet of it took so long, first stage to last. */
void flows__end(struct flows *f, struct flow_ref ref, __u64 total_ns);

/* Packets of flows that were forgotten. */
__u64 flows__forgotten(const struct flows *f);

/* Losses that are missing among those by flow and place. */
__u64 flows__losses_forgotten(const struct flows *f);

/* Stores all flows. Returns 0, or -ENOMEM when counts were lost. */
int flows__store(struct flows *f, struct store *s);

#endif
