/*
 * packet.h: fills the header fields of a packet record.
 *
 * One bounded copy of the first bytes, the Ethernet header included, serves nearly every packet; IPv4
 * options, fragments' extension headers and inline VLAN tags cost a second one. Only bytes of the
 * linear part count: what lies in page fragments is not looked at and its fields stay 0.
 *
 * A filter can ask for any byte. Of packets whose headers have more than there are fields for, the first bytes are
 * recorded as well, in a head record.
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

enum { ETH_HEADER = 14, INLINE_TAGS = 3, NO_HEADER = 0xffff };

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

/* A frame without a tag in it, from byte 2 on: so that the layer 3 header is aligned. */
union head_frame {
	__u64 macs[2]; /* pad, destination; source, type */
	struct {
		__u8 pad[2], ethernet[ETH_HEADER];
		union {
			union head_l3 l3;
			struct head_vlan tags[INLINE_TAGS]; /* of another frame: each with the type behind it */
		};
	};
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

/* The tag kept beside the packet, TPID << 16 | TCI; 0 without one. */
static __always_inline __u32 skb__tag(const bool typed, struct sk_buff *skb)
{
	struct sk_buff___vlan_present *old = (void *)skb;
	__u32 tpid = ntoh16(GET(skb, vlan_proto));

	if (bpf_core_field_exists(old->vlan_present) && !(typed ? BPF_CORE_READ_BITFIELD(old, vlan_present) :
								BPF_CORE_READ_BITFIELD_PROBED(old, vlan_present)))
		return 0;
	return tpid ? tpid << 16 | GET(skb, vlan_tci) : 0;
}

/*
 * Where the Ethernet header in front of a layer 3 header begins, with at most two tags between them; 0: there is none.
 * A packet that ovs-vswitchd sends has one that is not marked.
 */
static __always_inline __u64 skb__ethernet(const bool typed, struct sk_buff *skb, __u64 l3)
{
	__u64 data = (__u64)GET(skb, data);
	__u16 mac_header = GET(skb, mac_header);
	__u64 mac = (__u64)GET(skb, head) + mac_header;

	if (mac_header != NO_HEADER &&
	    (l3 - mac == ETH_HEADER || l3 - mac == ETH_HEADER + 4 || l3 - mac == ETH_HEADER + 8))
		return mac;
	return l3 - data == ETH_HEADER ? data : 0;
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
	p->flow_label = 0;
}

/*
 * `left`: how many bytes of the layer 4 header are linear. True when the fields hold all of it that is not a checksum
 * or a window: then they are the packet as far as filters can ask.
 */
static __always_inline bool packet__l4(struct rec_packet *p, const struct head_l4 *h, __s64 left)
{
	__u8 proto = p->proto;

	if (proto == L4_TCP && left >= 14) {
		p->sport = ntoh16(h->a);
		p->dport = ntoh16(h->b);
		p->seq = ntoh32(h->c);
		p->ack = ntoh32(h->d);
		p->tcp_flags = h->flags;
		return left >= 20;
	}
	if (proto == L4_TCP || proto == L4_UDP || proto == L4_SCTP || proto == L4_UDPLITE) {
		if (left >= 4) {
			p->sport = ntoh16(h->a);
			p->dport = ntoh16(h->b);
		}
		return left >= 8;
	}
	if (proto == L4_ICMP || proto == L4_ICMPV6) {
		__u16 type_code = ntoh16(h->a);
		__u8 type = type_code >> 8;

		if (left < 8)
			return false;
		p->dport = type_code;
		if ((proto == L4_ICMP && (type == 8 || type == 0)) || type == 128 || type == 129) {
			p->sport = ntoh32(h->c) >> 16;
			p->seq = ntoh32(h->c) & 0xffff;
			return true;
		}
		return false;
	}
	return true;
}

static __always_inline void packet__l4_at(struct rec_packet *p, __u64 at, __u64 end)
{
	struct head_l4 h = {};

	if (at + 4 <= end && !bpf_probe_read_kernel(&h, sizeof(h), (void *)at))
		packet__l4(p, &h, end - at);
}

/* This and its like: true when the fields hold all of the headers, as packet__l4(). */
static __always_inline bool packet__ip4(struct rec_packet *p, const union head_l3 *h, __u64 l3, __u64 end)
{
	__u32 ihl = (h->v4.ip.ihl & 15) * 4;

	if (l3 + sizeof(h->v4.ip) > end || h->v4.ip.ihl >> 4 != 4)
		return false;
	addr__mapped(p->saddr, h->v4.ip.saddr);
	addr__mapped(p->daddr, h->v4.ip.daddr);
	p->proto = h->v4.ip.proto;
	p->ttl = h->v4.ip.ttl;
	p->tos = h->v4.ip.tos;
	p->frag = ntoh16(h->v4.ip.frag_off);
	p->ip_id = ntoh16(h->v4.ip.id);
	p->ip_len = ntoh16(h->v4.ip.tot_len);
	if (p->frag & 0x1fff)
		return ihl == sizeof(h->v4.ip); /* not the first fragment: no layer 4 header in here */
	if (ihl == sizeof(h->v4.ip))
		return packet__l4(p, &h->v4.l4, end - l3 - ihl);
	if (ihl > sizeof(h->v4.ip))
		packet__l4_at(p, l3 + ihl, end);
	return false;
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

static __always_inline bool packet__ip6(struct rec_packet *p, const union head_l3 *h, __u64 l3, __u64 end)
{
	__u64 at = l3 + sizeof(h->v6.ip);
	__u32 flow = ntoh32(h->v6.ip.flow);

	if (at > end || flow >> 28 != 6)
		return false;
	__builtin_memcpy(p->saddr, h->v6.ip.saddr, 16);
	__builtin_memcpy(p->daddr, h->v6.ip.daddr, 16);
	p->proto = h->v6.ip.nexthdr;
	p->ttl = h->v6.ip.hop_limit;
	p->tos = flow >> 20;
	p->flow_label = flow & 0xfffff;
	p->ip_len = ntoh16(h->v6.ip.payload_len) + sizeof(h->v6.ip);
	if (!ext__known(p->proto))
		return packet__l4(p, &h->v6.l4, end - at);
	if (packet__ext(p, &at, end) && packet__ext(p, &at, end) && !ext__known(p->proto))
		packet__l4_at(p, at, end);
	return false;
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

/* `h`: the bytes at `l3` (address). */
static __always_inline bool packet__headers(struct rec_packet *p, const union head_l3 *h, __u64 l3, __u64 end,
					    __u16 proto)
{
	if (proto == P_IP)
		return packet__ip4(p, h, l3, end);
	if (proto == P_IPV6)
		return packet__ip6(p, h, l3, end);
	if (proto == P_ARP)
		packet__arp(p, h, l3, end);
	return false;
}

static __always_inline bool packet__headers_at(struct rec_packet *p, union head_l3 *h, __u64 l3, __u64 end, __u16 proto)
{
	p->ethertype = proto;
	packet__clear(p);
	if (proto != P_IP && proto != P_IPV6 && proto != P_ARP)
		return false;
	return !bpf_probe_read_kernel(h, sizeof(*h), (void *)l3) && packet__headers(p, h, l3, end, proto);
}

/*
 * Parses from `l3` (address) with the protocol the packet claims, `proto`. While that is a VLAN tag,
 * the tag is what `l3` points at. Sets no field that is about the frame, but vlan where it is 0.
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
	packet__headers_at(p, &h, l3, end, proto);
}

#endif
