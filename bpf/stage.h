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

/* ---- the frame ----------------------------------------------------------------------------------- */

/* Outermost first. False when there is no field left for it. */
static __always_inline bool frame__add_tag(struct rec_packet *p, __u32 tag)
{
	if (!p->tpid) {
		p->vlan = tag;
		p->tpid = tag >> 16;
	} else if (!p->tag2) {
		p->tag2 = tag;
	} else if (!p->tag3) {
		p->tag3 = tag;
	} else {
		return false;
	}
	return true;
}

/* A frame with tags in it. */
static __always_inline bool frame__tagged(struct rec_packet *p, union head_frame *f, __u64 mac, __u64 end)
{
	__u64 l3 = mac + ETH_HEADER;
	__u16 proto = ntoh64(f->macs[1]);
	bool whole = true;

#pragma unroll
	for (int i = 0; i < INLINE_TAGS; i++) {
		if (!proto__is_vlan(proto) || l3 + sizeof(struct head_vlan) > end)
			break;
		whole &= frame__add_tag(p, (__u32)proto << 16 | ntoh16(f->tags[i].tci));
		proto = ntoh16(f->tags[i].proto);
		l3 += sizeof(struct head_vlan);
	}
	return packet__headers_at(p, &f->l3, l3, end, proto) && whole;
}

/*
 * `mac`: where the Ethernet header is; 0: there is none. One read has it and the headers behind it. True when the
 * fields hold all of them.
 */
static __always_inline bool frame__read(struct rec_packet *p, __u64 mac, __u64 l3, __u64 end, __u16 proto)
{
	union head_frame f;

	p->dmac = p->smac = 0;
	if (!mac)
		return packet__headers_at(p, &f.l3, l3, end, proto);
	if (bpf_probe_read_kernel(f.ethernet, sizeof(f.ethernet) + sizeof(f.l3), (void *)mac))
		return packet__headers_at(p, &f.l3, l3, end, proto) && false;
	p->dmac = ntoh64(f.macs[0]) & 0xffffffffffff;
	p->smac = ntoh64(f.macs[1]) >> 16;
	if (proto__is_vlan(proto) || l3 - mac != ETH_HEADER)
		return frame__tagged(p, &f, mac, end);
	p->ethertype = proto;
	packet__clear(p);
	return packet__headers(p, &f.l3, l3, end, proto) && (__u16)ntoh64(f.macs[1]) == proto;
}

/* The bytes themselves, with a time before the packet record's: whoever reads that has its head then. */
static __always_inline void head__emit(const struct rec_packet *p, __u64 start, __u64 end)
{
	struct rec_head *h = EMIT(head);
	__u64 len = start < end ? end - start : 0;

	if (!h)
		return;
	h->rec.ts = p->rec.ts - 1;
	h->skb = p->skb;
	__builtin_memset(h->bytes, 0, sizeof(h->bytes));
	if (len > sizeof(h->bytes))
		len = sizeof(h->bytes);
	h->len = bpf_probe_read_kernel(h->bytes, len, (void *)start) ? 0 : len;
	emit__submit(h);
}

static __always_inline void packet__frame(const bool typed, struct rec_packet *p, struct sk_buff *skb, __u64 l3,
					  __u16 proto)
{
	__u64 end = skb__linear_end(typed, skb), mac = skb__ethernet(typed, skb, l3), start = mac ? mac : l3;
	__u32 tag = skb__tag(typed, skb);

	p->l2 = FRAME_KNOWN | (mac ? FRAME_ETHERNET : 0) | (tag ? FRAME_TAG_BESIDE : 0);
	p->pulled = (__u64)GET(skb, data) - start;
	p->vlan = tag;
	p->tpid = tag >> 16;
	p->tag2 = p->tag3 = 0;
	if (frame__read(p, mac, l3, end, proto))
		return;
	p->l2 |= FRAME_HEAD;
	head__emit(p, start, end);
}

/* ---- stages -------------------------------------------------------------------------------------- */

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
	packet__frame(typed, p, skb, l3, proto);
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
