/*
 * copies.h: packets of which there are several: a bridge floods, Open vSwitch sends to several ports.
 *
 * A packet is lost when none of its copies went on. What is known of the copies of one packet is kept until the last of
 * them has ended. Copies are known by the record of their making (link), or by headers that show up once more while the
 * packet they belong to is still on its way; for that the headers must have a number of their own, an IP identification
 * or that of an echo.
 */
#ifndef ANALYZER_COPIES_H
#define ANALYZER_COPIES_H

#include "analyzer/packets/deliveries.h"

enum { COPIED = 1 << 16 }; /* packets of which copies are on their way, at a time */

struct copies;

struct copies *copies__new(void); /* NULL when out of memory */
void copies__free(struct copies *c); /* NULL is allowed */

/* Do these headers tell their packet from all others that are on their way, and are they the same? */
bool copies__same(const struct rec_packet *a, const struct rec_packet *b);

/*
 * The sk_buff that last showed these headers, or others with their hash: its own tell. 0: none, or they tell nothing. From
 * now on it is p->skb.
 */
__u64 copies__seen(struct copies *c, const struct rec_packet *p);

/*
 * One more copy of a packet. `family`: what is known of its copies; 0: nothing yet, it is the first. Returns the
 * family, for it and the packet, each of which must copies__leave(); 0: there is no room, each stands for itself.
 */
__u32 copies__join(struct copies *c, __u32 family);

/*
 * One has ended. Returns what became of the packet: DELIVERY_READ with the first that was read; else, with the last one, the
 * best that became of any; DELIVERY_NONE: that is told already, or still to come. DELIVERY_DROPPED: the packet is lost.
 */
enum delivery copies__leave(struct copies *c, __u32 family, enum delivery how);

/* How often there was no room. */
__u64 copies__left_out(const struct copies *c);

#endif
