/*
 * journeys.h: the packets that are on their way, by skb address.
 *
 * When there are too many, the one of which nothing was heard for the longest time is evicted (base/lru.h).
 */
#ifndef ANALYZER_JOURNEYS_H
#define ANALYZER_JOURNEYS_H

#include <stdbool.h>
#include <stddef.h>
#include "analyzer/base/interval.h"
#include "format/record.h"

enum {
	JOURNEYS = 1 << 17,  /* live at a time */
	JOURNEY_HOPS = 40,   /* kept of each; all are counted */
};

struct hop {
	__u64 ts;
	__u32 netns, ifindex, len, aux;
	__u16 cpu, queue;
	__u8 stage;
};

struct journey {
	__u64 skb;
	__u64 begin;          /* first stage */
	__u64 last;           /* last stage that moved it on */
	__u64 queued;         /* at stage skb_consume_udp: the one before, since when it lay in the socket */
	__u32 netns, ifindex; /* there */
	__u32 first_netns, first_ifindex;
	__u32 flow, flow_generation; /* see flows.h */
	__u32 hops;           /* seen */
	__u8 n_timeline;      /* kept of them */
	__u8 first_stage, last_stage;
	__u8 queued_stage;    /* the one at `queued` */
	bool orphan;          /* head is not known */
	bool gap;             /* packet records were lost on its way */
	bool matched;         /* the filter wants it */
	bool passed;          /* one of the devices that are asked for; always when none are */
	bool branch;          /* a clone, copy or segment of a packet that is counted itself */
	bool apart;           /* it has passed a stage that it does not have from that packet */
	__u32 family;         /* its copies (copies.h); 0: none is known */
	bool wrapped;         /* outer is known */
	bool upcall_doubled;  /* of its upcall both the stage and the record were seen */
	__u32 upcall_place;   /* at stage ovs_dp_upcall: in the table of those that wait (ovs/upcalls.h) */
	__u64 upcall;         /* its serial number there; 0: not known */
	__u8 n_first;           /* of the bytes below; 0: the head's fields are all */
	struct rec_packet head; /* at its first stage, its frame at the first one with an Ethernet header; in a tunnel: of
				   the packet inside */
	__u8 first[sizeof(((struct rec_head *)0)->bytes)]; /* its first bytes */
	struct rec_packet outer; /* the headers that a tunnel put before it */
	struct hop timeline[JOURNEY_HOPS];
};

/*
 * Time from the first stage to the last, ns. What follows, waiting in a socket for its reader and being
 * freed, is not the network's doing.
 */
static inline __u64 journey__total(const struct journey *j)
{
	return since(j->begin, j->last);
}

struct journeys;

/*
 * For `size` live at a time, at least 8. `evict` is called with the one that must make room for another. NULL when out of
 * memory.
 */
struct journeys *journeys__new(__u32 size, void (*evict)(void *arg, struct journey *j), void *arg);
void journeys__free(struct journeys *t);

/* The live journey of this skb, or NULL. Pointers hold until the next journeys__add(). */
struct journey *journeys__find(struct journeys *t, __u64 skb);

/* A place for a new journey of this skb, which must have none; one of 0 is never found. All fields but skb, head, outer and timeline are zero. */
struct journey *journeys__add(struct journeys *t, __u64 skb);

void journeys__remove(struct journeys *t, __u64 skb);

/* Calls fn for each live journey, and removes it. */
void journeys__drain(struct journeys *t, void (*fn)(void *arg, struct journey *j), void *arg);

#endif
