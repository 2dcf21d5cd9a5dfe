/*
 * frag.bpf.c: fragments on their way to whole packets again: each one that comes, and how it ends.
 *
 * Addresses come from the key of the queue a fragment belongs to: a fragment itself may be freed by then. There is
 * no device either, its place in the packet is used otherwise while it waits.
 */
#include "function.h"
#include "packet.h"

enum { WHAT_FRAGMENT, WHAT_COMPLETE, WHAT_TIMEOUT };
enum { QUEUE_COMPLETE = 4 }; /* INET_FRAG_COMPLETE */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct frag_v4_compare_key {
	__be32 saddr, daddr;
	__u32 user;
	__be16 id;
	__u16 protocol;
};

struct frag_v6_compare_key {
	struct in6_addr saddr, daddr;
	__u32 user;
	__be32 id;
};

struct fqdir {
	struct net *net;
};

struct timer_list {
	unsigned long expires;
};

struct inet_frag_queue {
	union {
		struct frag_v4_compare_key v4;
		struct frag_v6_compare_key v6;
	} key;
	struct timer_list timer;
	int len;
	__u8 flags;
	struct fqdir *fqdir;
};

#pragma clang attribute pop

static __always_inline void frag__v4(struct rec_frag *r, struct inet_frag_queue *q)
{
	addr__mapped(r->saddr, BPF_CORE_READ(q, key.v4.saddr));
	addr__mapped(r->daddr, BPF_CORE_READ(q, key.v4.daddr));
	r->ip_id = ntoh16(BPF_CORE_READ(q, key.v4.id));
	r->proto = BPF_CORE_READ(q, key.v4.protocol);
	r->user = BPF_CORE_READ(q, key.v4.user);
	r->ethertype = P_IP;
}

static __always_inline void frag__v6(struct rec_frag *r, struct inet_frag_queue *q)
{
	bpf_core_read(r->saddr, sizeof(r->saddr), &q->key.v6.saddr);
	bpf_core_read(r->daddr, sizeof(r->daddr), &q->key.v6.daddr);
	r->ip_id = ntoh32(BPF_CORE_READ(q, key.v6.id));
	r->proto = 0;
	r->user = BPF_CORE_READ(q, key.v6.user);
	r->ethertype = P_IPV6;
}

static __always_inline struct rec_frag *frag__begin(struct inet_frag_queue *q, __u8 what, bool v4)
{
	struct rec_frag *r = EMIT(frag);

	if (!r)
		return NULL;
	r->queue = (__u64)q;
	r->what = what;
	r->netns = BPF_CORE_READ(q, fqdir, net, ns.inum);
	r->offset = r->end = r->ret = 0;
	if (v4)
		frag__v4(r, q);
	else
		frag__v6(r, q);
	return r;
}

ON_RETURN(inet_frag_queue_insert, frag, struct inet_frag_queue *q, struct sk_buff *skb, int offset, int end)
{
	struct rec_frag *r = frag__begin(q, WHAT_FRAGMENT, BPF_CORE_READ(skb, protocol) == ntoh16(P_IP));

	if (!r)
		return 0;
	r->offset = offset;
	r->end = end;
	r->ret = returned;
	emit__submit(r);
	return 0;
}

ON_FUNCTION(inet_frag_reasm_finish, struct inet_frag_queue *q, struct sk_buff *skb)
{
	struct rec_frag *r = frag__begin(q, WHAT_COMPLETE, BPF_CORE_READ(skb, protocol) == ntoh16(P_IP));

	if (!r)
		return 0;
	r->end = BPF_CORE_READ(q, len);
	emit__submit(r);
	return 0;
}

/* The timer of a queue that is complete already has nothing to say. */
static __always_inline int frag__expire(struct timer_list *timer, bool v4)
{
	struct inet_frag_queue *q = (void *)timer - bpf_core_field_offset(struct inet_frag_queue, timer);
	struct rec_frag *r;

	if (BPF_CORE_READ(q, flags) & QUEUE_COMPLETE)
		return 0;
	r = frag__begin(q, WHAT_TIMEOUT, v4);
	if (r)
		emit__submit(r);
	return 0;
}

ON_FUNCTION(ip_expire, struct timer_list *timer)
{
	return frag__expire(timer, true);
}

ON_FUNCTION(ip6_frag_expire, struct timer_list *timer)
{
	return frag__expire(timer, false);
}

ON_FUNCTION(nf_ct_frag6_expire, struct timer_list *timer)
{
	return frag__expire(timer, false);
}
