/*
 * stage.h: records of a packet at a stage (format/stages.def).
 *
 * An ENTRY or ORIGIN records the packet with its headers, a STEP only who passes. Device and namespace are part
 * of every record, so that a packet's way needs no other source. `typed`: see typed.h.
 */
#ifndef BPF_STAGE_H
#define BPF_STAGE_H

#include "packet_filter.h"

static __always_inline void packet__meta(const bool typed, struct rec_packet *p, struct sk_buff *skb, __u8 stage)
{
	struct net_device *dev = GET(skb, dev);
	struct skb_shared_info *shinfo = (void *)(GET(skb, head) + GET(skb, end));
	__u16 gso[2]; /* gso_size and gso_segs are neighbours */

	p->skb = (__u64)skb;
	p->stage = stage;
	p->vlan = skb__vlan(typed, skb);
	p->queue = GET(skb, queue_mapping);
	p->len = GET(skb, len);
	p->netns = dev__netns(typed, dev);
	p->ifindex = dev__ifindex(typed, dev);
	p->mark = GET(skb, mark);
	p->hash = GET(skb, hash);
	p->tid = bpf_get_current_pid_tgid();
	bpf_core_read(gso, sizeof(gso), &shinfo->gso_size);
	p->gso_size = gso[0];
	p->gso_segs = gso[1];
}

/* Headers from `l3` (address) on, with the protocol the packet claims; see packet__parse(). `side`: packet_filter.h. */
static __always_inline int stage__packet(const bool typed, struct sk_buff *skb, __u8 stage, __u64 l3, __u16 proto,
					 enum filter_side side)
{
	struct rec_packet *p;

	if (!filter__packet(skb, l3, proto, side, typed))
		return 0;
	p = EMIT(packet);
	if (!p)
		return 0;
	packet__meta(typed, p, skb, stage);
	packet__parse(p, l3, skb__linear_end(typed, skb), proto);
	emit__submit(p);
	return 0;
}

static __always_inline int stage__step(const bool typed, struct sk_buff *skb, struct net_device *dev, __u8 stage, __u32 aux)
{
	struct rec_hop *h;

	if (!filter__followed(skb))
		return 0;
	h = EMIT(hop);
	if (!h)
		return 0;
	h->skb = (__u64)skb;
	h->netns = dev__netns(typed, dev);
	h->ifindex = dev__ifindex(typed, dev);
	h->len = GET(skb, len);
	h->aux = aux;
	h->queue = GET(skb, queue_mapping);
	h->stage = stage;
	emit__submit(h);
	return 0;
}

/* A STEP at a function that is given the address of a pointer to the packet. */
static __always_inline int stage__step_at_address(__u64 pskb, __u8 stage)
{
	struct sk_buff *skb = NULL;

	bpf_probe_read_kernel(&skb, sizeof(skb), (void *)pskb);
	return skb ? stage__step(false, skb, BPF_CORE_READ(skb, dev), stage, 0) : 0;
}

#endif
