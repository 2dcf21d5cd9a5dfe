/*
 * upcalled.h: packets that wait for ovs-vswitchd.
 *
 * Open vSwitch frees a packet whose flow it does not know once ovs-vswitchd has been sent a copy; what comes back is
 * another sk_buff. Only the headers tell that it is the same packet. Of several with the same headers the one that
 * waits longest is taken.
 */
#ifndef ANALYZER_UPCALLED_H
#define ANALYZER_UPCALLED_H

#include "analyzer/packets/journeys.h"

enum { UPCALLED = 1 << 13 }; /* waiting at a time */

struct upcalled;

struct upcalled *upcalled__new(void); /* NULL when out of memory */
void upcalled__free(struct upcalled *u);

/* The packet of `j` was just sent up. `give_up` is called with a parked journey that has to make room. */
void upcalled__begin(struct upcalled *u, const struct journey *j, void (*give_up)(void *arg, struct journey *j), void *arg);

/* The sk_buff of `j`, which was sent up, is freed: keeps a copy if the packet still waits. Returns whether it does. */
bool upcalled__park(struct upcalled *u, const struct journey *j);

/*
 * The journey of the packet that came back with these headers, or NULL: then it was never sent up. It is one of
 * `live` or a parked one; the caller removes it from where it is, by upcalled__done() or from `live`.
 */
struct journey *upcalled__find(struct upcalled *u, const struct rec_packet *p, struct journeys *live, bool *parked);

/* Forgets the wait that upcalled__find() found last. */
void upcalled__done(struct upcalled *u);

/* Calls fn for each journey that is still parked, and removes it. */
void upcalled__drain(struct upcalled *u, void (*fn)(void *arg, struct journey *j), void *arg);

#endif
