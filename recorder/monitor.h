/*
 * monitor.h: what the kernel tells of devices and neighbours as it happens, by rtnetlink.
 *
 * One socket hears of all network namespaces that our own one has a number for, without keeping any of them alive; a
 * namespace without a number is given one. Nothing of it is on the way of a packet. All from one thread, in netrec's own
 * namespace.
 */
#ifndef RECORDER_MONITOR_H
#define RECORDER_MONITOR_H

#include "losses.h"
#include "netlink.h"

struct monitor;

/* Hears what happens from now on. NULL when out of memory; where the kernel refuses, the trace says so. */
struct monitor *monitor__new(struct sink *s);
void monitor__free(struct monitor *m);

/* Readable when there is news; -1: there never is. */
int monitor__fd(const struct monitor *m);

/* Makes sure that news of this namespace comes. True when it does from now on, and has not before. */
bool monitor__hear(struct monitor *m, const struct namespace *ns);

/* Writes what waits. May look for namespaces that it does not know yet. Takes the sink's lock itself. */
void monitor__read(struct monitor *m, struct netlink *n, struct namespaces *all, struct losses *l);

#endif
