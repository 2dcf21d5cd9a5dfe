/*
 * following.h: the packets that pass_journey.c follows: what is known of all of them, and the steps that one takes.
 *
 * pass_journey.c reads records and decides whose they are; what such a step means for counts, latencies, flows, echoes
 * and kept packets is here.
 */
#ifndef ANALYZER_FOLLOWING_H
#define ANALYZER_FOLLOWING_H

#include "analyzer/packets/copies.h"
#include "analyzer/packets/datagrams.h"
#include "analyzer/packets/deliveries.h"
#include "analyzer/packets/echoes.h"
#include "analyzer/packets/flows.h"
#include "analyzer/packets/heads.h"
#include "analyzer/packets/kept_packets.h"
#include "analyzer/packets/tunnels.h"
#include "analyzer/packets/xmits.h"
#include "analyzer/sweep/pass.h"

struct following {
	struct sweep *sweep;
	struct journeys *live;
	struct journeys *parked; /* skb: the serial number of the upcall */
	struct flows *flows;
	struct copies *copies;
	struct datagrams *datagrams;
	struct deliveries *deliveries;
	struct kept_packets *kept;
	struct echoes *echoes;
	struct xmits *xmits;
	struct tunnels *tunnels;
	struct heads *heads;
	struct tally latency, stages, journeys;
	__u64 now; /* record that was seen last */
	__u64 evicted, unparked;
	__u64 cut; /* hops not kept */
	bool queues_seen; /* the recording has packets as they are handed to devices */
};

extern const struct pass_tally following_tallies[]; /* ends with an empty one */

/* ---- steps of one packet ------------------------------------------------------------------------ */

/* A journey that begins at this stage, by a hop: its headers are not known. Others may be evicted for it. */
struct journey *following__begin(struct following *st, __u64 skb, const struct hop *h);

/* It shows its headers: only now it can match the filter, and has a flow. */
void following__introduce(struct following *st, struct journey *j, const struct rec_packet *head);

/* Does the filter want a packet with these headers, and the first bytes that came with them? */
bool following__matches(struct following *st, const struct rec_packet *p);

/* As in netrec, it is followed from the first stage where the filter wants it. */
void following__match_again(struct following *st, struct journey *j, const struct rec_packet *p);

/* Its first bytes are those that came with this record; none, if none did. */
void following__keep_first(struct following *st, struct journey *j, const struct rec_packet *p);

/* It comes to another stage. */
void following__move(struct following *st, struct journey *j, const struct hop *h);

/* The stage goes into its timeline, if that has room. */
void following__note(struct following *st, struct journey *j, const struct hop *h);

/* Its end was seen. Returns the id of the kept packet, 0: it is not kept. The journey is still to be removed. */
__s64 following__end(struct following *st, struct journey *j, const struct ending *end);

/* Its end was not seen: the last sign of life stands for it. */
void following__end_unseen(struct following *st, struct journey *j, enum fate fate);

/* It waited for user space and is not waited for any more. */
void following__give_up_upcall(struct following *st, struct journey *j, enum fate fate);

/* ---- counts ------------------------------------------------------------------------------------- */

/* Were packet records lost between these times? */
bool following__misses_records(const struct following *st, __u64 from_ts, __u64 to_ts);

/* An interval between two stages. Returns whether packet records were lost in it. */
bool following__count_interval(struct following *st, __u64 from_ts, __u64 to_ts, __u8 from, __u8 to,
			       __u32 netns, __u32 ifindex);

/* A packet was at this stage. */
void following__count_hit(struct following *st, const struct hop *h);

/* ---- for tables of journeys: `arg` is the struct following --------------------------------------- */

void following__evict(void *arg, struct journey *j);      /* of those on their way, to make room */
void following__unpark(void *arg, struct journey *j);     /* of those in user space, likewise */
void following__end_parked(void *arg, struct journey *j); /* the recording ends */

#endif
