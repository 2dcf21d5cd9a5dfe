/*
 * deliveries.h: what became of a packet on this host, as far as the end of its journey tells.
 *
 * Received packets are in the hands of whoever reads their socket: a UDP datagram has been read when it is freed, a TCP
 * segment may be freed sooner. A packet that was last seen at a port of a switch was not received by a socket.
 */
#ifndef ANALYZER_DELIVERIES_H
#define ANALYZER_DELIVERIES_H

#include "analyzer/packets/journeys.h"
#include "analyzer/packets/kept_packets.h"

/* Of several copies of a packet the best one counts: the last of these. */
enum delivery {
	DELIVERY_NONE,     /* a part of a packet, or of a copy that was not meant to go anywhere */
	DELIVERY_DROPPED,
	DELIVERY_UNSEEN,   /* its end */
	DELIVERY_UPCALL,   /* sent up to ovs-vswitchd, from where it did not come back */
	DELIVERY_GAP,      /* packet records were lost on its way */
	DELIVERY_EDGE,     /* on its way when the recording ended */
	DELIVERY_FORGOTTEN, /* to stay within a limit */
	DELIVERY_LEFT,     /* this host */
	DELIVERY_SOMETIME, /* received, but not known when it was read */
	DELIVERY_READ,     /* received */
	N_DELIVERIES,
};

struct deliveries;

struct deliveries *deliveries__new(const struct names *names); /* NULL when out of memory */
void deliveries__free(struct deliveries *d); /* NULL is allowed */

/* Never DELIVERY_NONE, for which it needs to be known what it is a part of. */
enum delivery deliveries__of(const struct deliveries *d, const struct journey *j, const struct ending *end);

/*
 * Is this where what was read is freed by the CPU that allocated it, when it gets to that (skb_attempt_defer_free)? Neither
 * when nor who says anything about the reader. Who reads a datagram is told before.
 */
bool deliveries__is_deferred(const struct deliveries *d, __u64 location);

/* When it was read, ns. */
__u64 deliveries__read_at(const struct journey *j, const struct ending *end);

#endif
