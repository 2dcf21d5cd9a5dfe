/*
 * packet.h: fills the header fields of a packet record.
 *
 * One bounded copy of the first bytes from the layer 3 header on serves nearly every packet; IPv4
 * options, fragments' extension headers and inline VLAN tags cost a second one. Only bytes of the
 * linear part count: what lies in page fragments is not looked at and its fields stay 0.
 */
#ifndef BPF_PACKET_H
#define BPF_PACKET_H

#include "typed.h"

enum {
	P_IP = 0x0800,
	P_ARP = 0x0806,
	P_8021Q = 0x8100,
	P_IPV6 = 0x86dd,
	P_8021AD = 0x88a8,
};

enum {
	L4_ICMP = 1,
	L4_TCP = 6,
	L4_UDP = 17,
	L4_ICMPV6 = 58,
	L4_SCTP = 132,
	L4_UDPLITE = 136,
	EXT_HOPOPTS = 0,
	EXT_ROUTING = 43,
	EXT_FRAGMENT = 44,
	EXT_AH = 51,
	EXT_DSTOPTS = 60,
};

struct head_ip4 {
	__u8 ihl, tos;
	__be16 tot_len, id, frag_off;
	__u8 ttl, proto;
	__be16 check;
	__be32 saddr, daddr;
};

struct head_ip6 {
	__be32 flow;
	__be16 payload_len;
	__u8 nexthdr, hop_limit;
	__u64 saddr[2], daddr[2];
} __attribute__((packed, aligned(4)));

struct head_l4 { /* the first 20 bytes: TCP, or enough of anything else */
	__be16 a, b;
	__be32 c, d;
	__u8 off, flags;
	__u8 rest[6];
} __attribute__((packed, aligned(4)));

struct head_arp {
	__be16 hw, proto;
	__u8 hlen, plen;
	__be16 op;
	__u8 sha[6], spa[4], tha[6], tpa[4];
};

struct head_ext {
	__u8 nexthdr, len;
	__be16 frag;
	__be32 id;
};

struct head_vlan {
	__be16 tci, proto;
};

union head_l3 {
	struct {
		struct head_ip4 ip;
		struct head_l4 l4;
	} v4;
	struct {
		struct head_ip6 ip;
		struct head_l4 l4;
	} v6;
	struct head_arp arp;
	__u64 words[8];
};

/* Where the layer 3 header is, as an address. */
static __always_inline __u64 skb__l3(const bool typed, struct sk_buff *skb)
{
	return (__u64)GET(skb, head) + GET(skb, network_header);
}

/* Where the linear data ends, as an address. */
static __always_inline __u64 skb__linear_end(const bool typed, struct sk_buff *skb)
{
	return (__u64)GET(skb, data) + (GET(skb, len) - GET(skb, data_len));
}

static __always_inline bool proto__is_vlan(__u16 proto)
{
	return proto == P_8021Q || proto == P_8021AD;
}

/* The tag kept beside the packet, 0 without one. */
static __always_inline __u16 skb__vlan(const bool typed, struct sk_buff *skb)
{
	struct sk_buff___vlan_present *old = (void *)skb;

	if (bpf_core_field_exists(old->vlan_present) && !(typed ? BPF_CORE_READ_BITFIELD(old, vlan_present) :
								BPF_CORE_READ_BITFIELD_PROBED(old, vlan_present)))
		return 0;
	return GET(skb, vlan_proto) ? GET(skb, vlan_tci) : 0;
}

static __always_inline void addr__mapped(__u8 *to, __be32 addr)
{
	__u32 *words = (__u32 *)to;

	words[0] = 0;
	words[1] = 0;
	words[2] = ntoh32(0xffff);
	words[3] = addr;
}

static __always_inline void addr__zero(__u8 *to)
{
	__u64 *words = (__u64 *)to;

	words[0] = 0;
	words[1] = 0;
}

static __always_inline void packet__clear(struct rec_packet *p)
{
	addr__zero(p->saddr);
	addr__zero(p->daddr);
	p->sport = p->dport = 0;
	p->proto = p->ttl = p->tos = p->tcp_flags = 0;
	p->frag = 0;
	p->ip_id = p->seq = p->ack = p->ip_len = 0;
}

/* `left`: how many bytes of the layer 4 header are linear. */
static __always_inline void packet__l4(struct rec_packet *p, const struct head_l4 *h, __s64 left)
{
	__u8 proto = p->proto;

	if (proto == L4_TCP && left >= 14) {
		p->sport = ntoh16(h->a);
		p->dport = ntoh16(h->b);
		p->seq = ntoh32(h->c);
		p->ack = ntoh32(h->d);
		p->tcp_flags = h->flags;
	} else if (proto == L4_TCP || proto == L4_UDP || proto == L4_SCTP || proto == L4_UDPLITE) {
		if (left >= 4) {
			p->sport = ntoh16(h->a);
			p->dport = ntoh16(h->b);
		}
	} else if ((proto == L4_ICMP || proto == L4_ICMPV6) && left >= 8) {
		__u16 type_code = ntoh16(h->a);
		__u8 type = type_code >> 8;

		p->dport = type_code;
		if ((proto == L4_ICMP && (type == 8 || type == 0)) || type == 128 || type == 129) {
			p->sport = ntoh32(h->c) >> 16;
			p->seq = ntoh32(h->c) & 0xffff;
		}
	}
}

static __always_inline void packet__l4_at(struct rec_packet *p, __u64 at, __u64 end)
{
	struct head_l4 h = {};

	if (at + 4 <= end && !bpf_probe_read_kernel(&h, sizeof(h), (void *)at))
		packet__l4(p, &h, end - at);
}

static __always_inline void packet__ip4(struct rec_packet *p, const union head_l3 *h, __u64 l3, __u64 end)
{
	__u32 ihl = (h->v4.ip.ihl & 15) * 4;

	if (l3 + sizeof(h->v4.ip) > end || h->v4.ip.ihl >> 4 != 4)
		return;
	addr__mapped(p->saddr, h->v4.ip.saddr);
	addr__mapped(p->daddr, h->v4.ip.daddr);
	p->proto = h->v4.ip.proto;
	p->ttl = h->v4.ip.ttl;
	p->tos = h->v4.ip.tos;
	p->frag = ntoh16(h->v4.ip.frag_off);
	p->ip_id = ntoh16(h->v4.ip.id);
	p->ip_len = ntoh16(h->v4.ip.tot_len);
	if (p->frag & 0x1fff)
		return; /* not the first fragment: no layer 4 header in here */
	if (ihl == sizeof(h->v4.ip))
		packet__l4(p, &h->v4.l4, end - l3 - ihl);
	else if (ihl > sizeof(h->v4.ip))
		packet__l4_at(p, l3 + ihl, end);
}

static __always_inline bool ext__known(__u8 nexthdr)
{
	return nexthdr == EXT_HOPOPTS || nexthdr == EXT_ROUTING || nexthdr == EXT_FRAGMENT || nexthdr == EXT_AH ||
	       nexthdr == EXT_DSTOPTS;
}

/* Steps over one extension header at *at. False when the walk ends. */
static __always_inline bool packet__ext(struct rec_packet *p, __u64 *at, __u64 end)
{
	struct head_ext ext = {};
	__u8 kind = p->proto;

	if (!ext__known(kind))
		return true;
	if (*at + sizeof(ext) > end || bpf_probe_read_kernel(&ext, sizeof(ext), (void *)*at))
		return false;
	p->proto = ext.nexthdr;
	if (kind == EXT_FRAGMENT) {
		p->frag = ntoh16(ext.frag);
		p->ip_id = ntoh32(ext.id);
		*at += sizeof(ext);
		return !(p->frag & 0xfff8);
	}
	*at += kind == EXT_AH ? (ext.len + 2) * 4 : (ext.len + 1) * 8;
	return true;
}

static __always_inline void packet__ip6(struct rec_packet *p, const union head_l3 *h, __u64 l3, __u64 end)
{
	__u64 at = l3 + sizeof(h->v6.ip);
	__u32 flow = ntoh32(h->v6.ip.flow);

	if (at > end || flow >> 28 != 6)
		return;
	__builtin_memcpy(p->saddr, h->v6.ip.saddr, 16);
	__builtin_memcpy(p->daddr, h->v6.ip.daddr, 16);
	p->proto = h->v6.ip.nexthdr;
	p->ttl = h->v6.ip.hop_limit;
	p->tos = flow >> 20;
	p->ip_len = ntoh16(h->v6.ip.payload_len) + sizeof(h->v6.ip);
	if (!ext__known(p->proto)) {
		packet__l4(p, &h->v6.l4, end - at);
		return;
	}
	if (packet__ext(p, &at, end) && packet__ext(p, &at, end) && !ext__known(p->proto))
		packet__l4_at(p, at, end);
}

static __always_inline void packet__arp(struct rec_packet *p, const union head_l3 *h, __u64 l3, __u64 end)
{
	__be32 addr;

	if (l3 + sizeof(h->arp) > end)
		return;
	p->dport = ntoh16(h->arp.op);
	if (h->arp.plen != 4 || h->arp.hlen != 6)
		return;
	__builtin_memcpy(&addr, h->arp.spa, sizeof(addr));
	addr__mapped(p->saddr, addr);
	__builtin_memcpy(&addr, h->arp.tpa, sizeof(addr));
	addr__mapped(p->daddr, addr);
}

/*
 * Parses from `l3` (address) with the protocol the packet claims, `proto`. While that is a VLAN tag,
 * the tag is what `l3` points at.
 */
static __always_inline void packet__parse(struct rec_packet *p, __u64 l3, __u64 end, __u16 proto)
{
	union head_l3 h;
	struct head_vlan tag;

#pragma unroll
	for (int i = 0; i < 2; i++) {
		if (!proto__is_vlan(proto))
			break;
		if (l3 + sizeof(tag) > end || bpf_probe_read_kernel(&tag, sizeof(tag), (void *)l3))
			break;
		if (!p->vlan)
			p->vlan = ntoh16(tag.tci);
		proto = ntoh16(tag.proto);
		l3 += sizeof(tag);
	}
	p->ethertype = proto;
	packet__clear(p);
	if (proto != P_IP && proto != P_IPV6 && proto != P_ARP)
		return;
	if (bpf_probe_read_kernel(&h, sizeof(h), (void *)l3))
		return;
	if (proto == P_IP)
		packet__ip4(p, &h, l3, end);
	else if (proto == P_IPV6)
		packet__ip6(p, &h, l3, end);
	else
		packet__arp(p, &h, l3, end);
}

#endif
