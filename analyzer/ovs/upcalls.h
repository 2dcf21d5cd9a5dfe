/*
 * upcalls.h: the packets that were sent up to Open vSwitch's user space and wait for an answer.
 *
 * Found by the packet's own headers, because what comes back is another skb, and by the flow a command installs for
 * them. A table of fixed size; the one that waits longest makes room for a new one.
 *
 * One table for all passes (struct sweep): pass_ovs fills and empties it, from records that say when an upcall begins
 * and when a command of user space has returned. Between the two the packet itself comes back, as another sk_buff and
 * in the thread whose command it is; whoever follows packets asks for the upcall that it is the answer to, and by
 * that very answer the command is told later. Every upcall is in it, whatever the filter wants: of packets with the
 * same headers the one that waits longest is answered.
 */
#ifndef ANALYZER_UPCALLS_H
#define ANALYZER_UPCALLS_H

#include <stdbool.h>
#include "analyzer/ovs/ovs_flow.h"

enum {
	UPCALLS = 1 << 15,               /* waiting at a time */
	UPCALL_UNFINISHED_NS = 1000000000, /* sent up later than this before the end: an answer could still have come */
};

/*
 * A packet comes back right behind the command about its flow, if at all, unless that command was for another of its
 * flow. Of two with the same headers the one that has waited longer than this since was answered by the command.
 */
enum { UPCALL_FLOW_TO_PACKET_NS = 1000000000 };

/* What does not change between the way up and the way back. */
struct upcall_id {
	__u8 saddr[16], daddr[16];
	__u32 ip_id, seq, ack, ip_len;
	__u16 sport, dport, ethertype, frag;
	__u16 vlan;
	__u8 proto, tcp_flags;
	__u8 pad[4];
};

struct upcall {
	struct upcall_id id;
	struct ovs_tuple tuple;
	__u64 serial;   /* no other ever has it; from 1 */
	__u64 ts, skb;
	__u64 whole;    /* of a part: the sk_buff that it is a segment of */
	__u64 back;     /* when the packet came back; 0: not yet, or not seen */
	__u64 back_skb; /* as which sk_buff */
	__u64 win;      /* of ts */
	__u64 flow_put; /* time of a command that was about its flow; 0: none came */
	__u32 put_tid;  /* whose */
	__u32 tid;      /* thread that has sent the packet back: valid with back, and once its command has returned */
	__u32 portid;   /* netlink port of the socket it went to */
	__u32 netns, ifindex;
	__u16 cpu;
	__u8 cmd;
	bool part;     /* a segment of a GSO packet beyond its first: not an upcall of its own */
	bool split;    /* a GSO packet whose first segment is known: it goes by the headers of that */
	bool indexed;  /* can be found by its headers: a GSO packet only once its first segment is known */
	bool gap;      /* records that may have been about it were lost */
	bool wanted;   /* by the filter */
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
 * A new one, filled from the record but for win, gap and wanted. When another must make room, `evict` is called with it
 * and has to remove it. Pointers hold until then.
 */
struct upcall *upcalls__add(struct upcalls *t, const struct rec_upcall *r, void (*evict)(void *arg, struct upcall *u),
			    void *arg);
void upcalls__remove(struct upcalls *t, struct upcall *u);

/* The first segment of a GSO packet: what comes back for the packet has its headers. */
void upcalls__split(struct upcalls *t, struct upcall *u, const struct rec_upcall *segment);

/* The upcall that was added last, while it waits; else NULL. */
struct upcall *upcalls__newest(struct upcalls *t);

/* The one with this serial number, if it still waits and this is where it was; else NULL. */
struct upcall *upcalls__at(struct upcalls *t, __u32 place, __u64 serial);
__u32 upcalls__place(const struct upcalls *t, const struct upcall *u);

/*
 * This packet came back (stage ovs_flow_key_extract_userspace): the upcall that it answers, marked so; NULL: it was
 * not seen going up. Of several with the same headers the one that waits longest and was not answered yet, by a
 * command about its flow or by its own return: see UPCALL_FLOW_TO_PACKET_NS.
 */
struct upcall *upcalls__back(struct upcalls *t, const struct rec_packet *r);

/*
 * The same when the command has returned, begun at `began`: the one whose packet came back meanwhile in its thread.
 * Where that was not seen, the headers alone tell.
 */
struct upcall *upcalls__executed(struct upcalls *t, const struct rec_upcall_execute *r, __u64 began);

/*
 * A command of this thread about the flow of this tuple came at `now`: marks all that wait for one. Returns the time of
 * the oldest of them, 0 when there was none.
 */
__u64 upcalls__flow_put(struct upcalls *t, const struct ovs_tuple *tuple, __u64 now, __u32 tid);

/* Calls fn for each, longest wait first; it may remove the one it is given. */
void upcalls__each(struct upcalls *t, void (*fn)(void *arg, struct upcall *u), void *arg);

#endif
