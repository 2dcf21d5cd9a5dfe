/*
 * upcalls.h: the packets that were sent up to Open vSwitch's user space and wait for an answer.
 *
 * Found by the packet's own headers, because what comes back is another skb, and by the flow a command
 * installs for them. A table of fixed size; the one that waits longest makes room for a new one.
 */
#ifndef ANALYZER_UPCALLS_H
#define ANALYZER_UPCALLS_H

#include <stdbool.h>
#include "analyzer/ovs/ovs_flow.h"

enum { UPCALLS = 1 << 15 }; /* waiting at a time */

/* What does not change between the way up and the way back. */
struct upcall_id {
	__u8 saddr[16], daddr[16];
	__u32 ip_id, seq, ack, ip_len;
	__u16 sport, dport, ethertype, frag;
	__u8 proto, tcp_flags;
	__u8 pad[6];
};

struct upcall {
	struct upcall_id id;
	struct ovs_tuple tuple;
	__u64 ts, skb;
	__u64 win;      /* of ts */
	__u64 flow_put; /* time of a command that was about its flow; 0: none came */
	__u32 netns, ifindex;
	__u16 cpu;
	__u8 cmd;
	bool part;     /* a segment of a GSO packet beyond its first: not an upcall of its own */
	bool indexed;  /* can be found by its headers: a GSO packet only once its first segment is known */
	bool gap;      /* records that may have been about it were lost */
	/* private */
	__u32 id_hash, tuple_hash;
	struct upcall_link {
		__u32 next, before;
	} links[3];
};

struct upcalls;

struct upcalls *upcalls__new(void); /* NULL when out of memory */
void upcalls__free(struct upcalls *t);

void upcall_id__of_upcall(struct upcall_id *id, const struct rec_upcall *r);
void upcall_id__of_execute(struct upcall_id *id, const struct rec_upcall_execute *r);

/*
 * A new one, filled from the record but for win. When another must make room, `evict` is called with it
 * and has to remove it. Pointers hold until then.
 */
struct upcall *upcalls__add(struct upcalls *t, const struct rec_upcall *r, void (*evict)(void *arg, struct upcall *u),
			    void *arg);
void upcalls__remove(struct upcalls *t, struct upcall *u);

/* Makes one that was not indexed findable, under the headers of this segment. */
void upcalls__index(struct upcalls *t, struct upcall *u, const struct rec_upcall *segment);

/* The one that waits longest with these headers, or NULL. */
struct upcall *upcalls__find(struct upcalls *t, const struct upcall_id *id);

/* The next one with the same headers, which began later, or NULL. */
struct upcall *upcalls__later(struct upcalls *t, const struct upcall *u);

/*
 * A command about the flow of this tuple came at `now`: marks all that wait for one. Returns the time of the
 * oldest of them, 0 when there was none.
 */
__u64 upcalls__flow_put(struct upcalls *t, const struct ovs_tuple *tuple, __u64 now);

/* Calls fn for each, longest wait first; it may remove the one it is given. */
void upcalls__each(struct upcalls *t, void (*fn)(void *arg, struct upcall *u), void *arg);

#endif
