/* netlink.h: devices and qdiscs of the calling thread's network namespace, into the trace. */
#ifndef RECORDER_NETLINK_H
#define RECORDER_NETLINK_H

#include "wanted_devices.h"
#include "namespaces.h"
#include "sink.h"

/*
 * Reads all devices and qdiscs of the namespace the calling thread is in; `inum` is its inode, `all`
 * the known ones, to say where the other end of a device is. Defines interfaces, appends netdev and
 * qdisc rows, tells `wanted` (may be NULL) of every device. Takes the sink's lock itself. -errno when the kernel does not answer.
 */
int netlink__sample(struct sink *s, __u32 inum, const struct namespaces *all, struct wanted_devices *wanted);

#endif
