/* netlink.h: devices and qdiscs of the calling thread's network namespace, into the trace. */
#ifndef RECORDER_NETLINK_H
#define RECORDER_NETLINK_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include "wanted_devices.h"
#include "namespaces.h"
#include "sink.h"

struct netlink {
	struct sink *sink;
	const struct namespaces *all;  /* the known ones, to say where the other end of a device is */
	struct wanted_devices *wanted; /* is told of every device; may be NULL */
	__u64 *dumped;                 /* devices that netlink__sample() has shown in this round; the caller frees it */
	size_t n_dumped, room;
};

/* The number that a namespace gave to another one, and that one's inode. */
struct peer {
	__s32 id;
	__u32 inum; /* 0: not known */
};

/* Attributes and their length, behind a message's body of this type. */
#define NETLINK_BODY(h, type) \
	(struct rtattr *)((char *)NLMSG_DATA(h) + NLMSG_ALIGN(sizeof(type))), \
	(int)(h)->nlmsg_len - (int)NLMSG_SPACE(sizeof(type))

/* The last attribute of each type up to `max`; NULL where there is none. */
void netlink__attributes(struct rtattr **table, int max, struct rtattr *a, int len);

/* The number that the namespace of socket `fd` gave to `ns`; -1 when it gave none. */
__s32 netlink__id_of(int fd, const struct namespace *ns);

/* Another look at all namespaces begins, and no news of before wait. */
void netlink__begin_round(struct netlink *n);

/*
 * Reads all devices and qdiscs of the namespace the calling thread is in; `inum` is its inode. Defines interfaces,
 * appends netdev and qdisc rows, and link_state rows where this namespace is looked at for the first time (`found`).
 * Takes the sink's lock itself. -errno when the kernel does not answer.
 */
int netlink__sample(struct netlink *n, __u32 inum, bool found);

/*
 * A message that the kernel sent by itself: a device of namespace `inum` (0: not known) came, changed or went. `peers`:
 * the numbers that this namespace gave. With the sink locked.
 */
void netlink__link_news(struct netlink *n, __u32 inum, const struct peer *peers, int n_peers, const struct nlmsghdr *h);

#endif
