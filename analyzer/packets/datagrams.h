/*
 * datagrams.h: which drops are one lost packet: fragments of one datagram, and parts that are freed with their packet.
 *
 * A datagram is lost when its first fragment is; what the kernel drops of it later (the others, when they have waited in
 * vain to become whole) is no further loss. Fragments are known by addresses and identification; the same piece once
 * more belongs to another datagram, and so does what comes after DATAGRAM_NS.
 */
#ifndef ANALYZER_DATAGRAMS_H
#define ANALYZER_DATAGRAMS_H

#include <stdbool.h>
#include "analyzer/packets/flows.h"
#include "analyzer/read/names.h"
#include "format/record.h"

enum { DATAGRAMS = 1 << 14 }; /* of which fragments were seen, at a time */

#define DATAGRAM_NS 90000000000ULL /* IPv6 waits 60 s for the others */

struct datagrams;

struct datagrams *datagrams__new(void); /* NULL when out of memory */
void datagrams__free(struct datagrams *d); /* NULL is allowed */

/* This packet is of that flow. Kept when it is the fragment that has the ports. */
void datagrams__begin(struct datagrams *d, const struct rec_packet *p, struct flow_ref flow);

/*
 * A packet with these headers was dropped at `ts`. Returns whether that is one more lost packet; then *flow becomes the
 * one of the fragment that has the ports, if that was seen. flow may be NULL.
 */
bool datagrams__lost(struct datagrams *d, const struct rec_packet *p, __u64 ts, struct flow_ref *flow);

/*
 * A packet with these headers has ended, and was not dropped. Returns whether that tells what became of its datagram. Of
 * fragments those that are read as one do, of which the last to come is freed when that has happened; then *flow and *begin
 * become those of the fragment that has the ports. That one does if it was not received: it has left, for instance.
 */
bool datagrams__tells(struct datagrams *d, const struct rec_packet *p, bool read, struct flow_ref *flow, __u64 *begin);

/* Is this another fragment than the first? */
bool datagrams__is_later(const struct rec_packet *p);

/* Lost ones that made room for others. */
__u64 datagrams__forgotten(const struct datagrams *d);

/*
 * Is this where the kernel frees what hangs on a packet, as dropped even when the packet was read? (skb_release_data() in
 * net/core/skbuff.c: the list that reassembly and aggregation made.)
 */
bool datagrams__frees_part(const struct names *names, __u64 location);

#endif
