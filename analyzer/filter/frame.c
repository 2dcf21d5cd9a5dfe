/*
 * frame.c: see frame.h. Building goes through put(), which writes a byte and what it is worth together, so that the two
 * cannot disagree.
 */
#include "analyzer/filter/frame.h"

#include <string.h>
#include <netinet/in.h>
#include <linux/if_ether.h>

enum { ARP_ETHER = 1, IP_OFFSET_MASK = 0x1fff, IPV6_OFFSET_MASK = 0xfff8, MACS = 12, TAG = 4, MAC_BYTES = 6 };

/* Appends the low n bytes of v, big-endian, all of the same worth. */
static void put(struct frame *f, uint64_t v, unsigned n, enum frame_byte worth)
{
	while (n-- && f->len < FRAME_MAX) {
		f->bytes[f->len] = (uint8_t)(v >> (8 * n));
		f->worth[f->len++] = (uint8_t)worth;
	}
}

static void put_bytes(struct frame *f, const uint8_t *v, size_t n, enum frame_byte worth)
{
	for (size_t i = 0; i < n; i++)
		put(f, v ? v[i] : 0, 1, worth);
}

/* ---- layer 4 ------------------------------------------------------------------------------------- */

static void put_tcp(struct frame *f, const struct rec_packet *p)
{
	put(f, p->sport, 2, BYTE_RECORDED);
	put(f, p->dport, 2, BYTE_RECORDED);
	put(f, p->seq, 4, BYTE_RECORDED);
	put(f, p->ack, 4, BYTE_RECORDED);
	put(f, 0x50, 1, BYTE_UNRECORDED); /* data offset: options are not recorded */
	put(f, p->tcp_flags, 1, BYTE_RECORDED);
	put_bytes(f, NULL, 6, BYTE_UNRECORDED); /* window, checksum, urgent pointer */
}

static void put_l4(struct frame *f, const struct rec_packet *p)
{
	switch (p->proto) {
	case IPPROTO_TCP:
		put_tcp(f, p);
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
		put(f, p->sport, 2, BYTE_RECORDED);
		put(f, p->dport, 2, BYTE_RECORDED);
		put(f, 0, 4, BYTE_UNRECORDED);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		put(f, p->dport, 2, BYTE_RECORDED);
		put(f, 0, 2, BYTE_UNRECORDED);
		put(f, p->sport, 2, BYTE_RECORDED);
		put(f, p->seq, 2, BYTE_RECORDED);
		break;
	}
}

/* ---- layer 3 ------------------------------------------------------------------------------------- */

/* TCP has handed it over: these fields of its IP header are to come. */
static enum frame_byte ip_field(const struct rec_packet *p)
{
	return p->l2 & FRAME_KNOWN && !p->ip_len ? BYTE_UNRECORDED : BYTE_RECORDED;
}

static void put_ipv4(struct frame *f, const struct rec_packet *p)
{
	/* what has options has its first bytes recorded */
	put(f, 0x45, 1, p->l2 & FRAME_KNOWN ? BYTE_SHAPE : BYTE_LENGTH);
	put(f, p->tos, 1, ip_field(p));
	put(f, p->ip_len, 2, p->ip_len ? BYTE_RECORDED : BYTE_UNRECORDED);
	put(f, p->ip_id, 2, ip_field(p));
	put(f, p->frag, 2, BYTE_SHAPE);
	put(f, p->ttl, 1, ip_field(p));
	put(f, p->proto, 1, BYTE_SHAPE);
	put(f, 0, 2, BYTE_UNRECORDED); /* checksum */
	put_bytes(f, p->saddr + 12, 4, BYTE_RECORDED);
	put_bytes(f, p->daddr + 12, 4, BYTE_RECORDED);
	if (!(p->frag & IP_OFFSET_MASK))
		put_l4(f, p);
}

static void put_ipv6(struct frame *f, const struct rec_packet *p)
{
	bool fragment = p->frag || p->ip_id;
	enum frame_byte label = p->l2 & FRAME_KNOWN ? ip_field(p) : BYTE_UNRECORDED;

	put(f, 0x60 | p->tos >> 4, 1, ip_field(p));
	put(f, (uint32_t)(p->tos & 0xf) << 20 | p->flow_label, 3, label);
	put(f, p->ip_len >= 40 ? p->ip_len - 40 : 0, 2, p->ip_len ? BYTE_RECORDED : BYTE_UNRECORDED);
	put(f, fragment ? IPPROTO_FRAGMENT : p->proto, 1, BYTE_SHAPE);
	put(f, p->ttl, 1, ip_field(p));
	put_bytes(f, p->saddr, 16, BYTE_RECORDED);
	put_bytes(f, p->daddr, 16, BYTE_RECORDED);
	if (fragment) {
		put(f, p->proto, 1, BYTE_SHAPE);
		put(f, 0, 1, BYTE_UNRECORDED);
		put(f, p->frag, 2, BYTE_SHAPE);
		put(f, p->ip_id, 4, BYTE_RECORDED);
	}
	if (!(p->frag & IPV6_OFFSET_MASK))
		put_l4(f, p);
}

static void put_arp(struct frame *f, const struct rec_packet *p)
{
	put(f, ARP_ETHER, 2, BYTE_RECORDED);
	put(f, ETH_P_IP, 2, BYTE_RECORDED);
	put(f, 6 << 8 | 4, 2, BYTE_RECORDED);
	put(f, p->dport, 2, BYTE_RECORDED);
	put_bytes(f, NULL, 6, BYTE_UNRECORDED);
	put_bytes(f, p->saddr + 12, 4, BYTE_RECORDED);
	put_bytes(f, NULL, 6, BYTE_UNRECORDED);
	put_bytes(f, p->daddr + 12, 4, BYTE_RECORDED);
}

static void put_l3(struct frame *f, const struct rec_packet *p)
{
	switch (p->ethertype) {
	case ETH_P_IP:
		put_ipv4(f, p);
		break;
	case ETH_P_IPV6:
		put_ipv6(f, p);
		break;
	case ETH_P_ARP:
	case ETH_P_RARP:
		put_arp(f, p);
		break;
	}
}

/* ---- layer 2 ------------------------------------------------------------------------------------- */

static void put_tag(struct frame *f, uint32_t tag)
{
	if (!tag)
		return;
	put(f, tag >> 16, 2, BYTE_SHAPE);
	put(f, tag & 0xffff, 2, BYTE_RECORDED);
}

static uint32_t outer_tag(const struct rec_packet *p)
{
	return (uint32_t)p->tpid << 16 | p->vlan;
}

static void put_fields(struct frame *f, const struct rec_packet *p, bool beside)
{
	if (f->ethernet) {
		put(f, p->dmac, MAC_BYTES, BYTE_RECORDED);
		put(f, p->smac, MAC_BYTES, BYTE_RECORDED);
		put_tag(f, p->l2 & FRAME_TAG_BESIDE && !beside ? 0 : outer_tag(p));
		put_tag(f, p->tag2);
		put_tag(f, p->tag3);
		put(f, p->ethertype, 2, BYTE_SHAPE);
	}
	put_l3(f, p);
}

/* The bytes themselves, with the tag from beside the packet where it would be in it. */
static void put_first(struct frame *f, const struct rec_packet *p, const struct first_bytes *first, bool beside)
{
	size_t macs = f->ethernet && first->len >= MACS ? MACS : 0;

	put_bytes(f, first->at, macs, BYTE_RECORDED);
	if (beside && macs)
		put(f, outer_tag(p), TAG, BYTE_RECORDED);
	put_bytes(f, first->at + macs, first->len - macs, BYTE_RECORDED);
	if (first->len < first->room)
		f->readable = f->len;
}

/* What a record without FRAME_KNOWN has. */
static void put_assumed(struct frame *f, const struct rec_packet *p)
{
	put_bytes(f, NULL, MACS, BYTE_UNRECORDED);
	put_tag(f, p->vlan ? (uint32_t)ETH_P_8021Q << 16 | p->vlan : 0);
	put(f, p->ethertype, 2, BYTE_SHAPE);
	put_l3(f, p);
	f->assumed = p->vlan || p->ethertype == ETH_P_IPV6;
}

void frame__build(struct frame *f, const struct rec_packet *p, const struct first_bytes *first, bool tags)
{
	bool known = p->l2 & FRAME_KNOWN, beside;

	f->len = 0;
	f->assumed = false;
	f->readable = SIZE_MAX;
	f->ethernet = !known || p->l2 & FRAME_ETHERNET;
	beside = tags && known && f->ethernet && p->l2 & FRAME_TAG_BESIDE;
	f->wire = p->len + (known ? (int8_t)p->pulled : 0) + (beside ? TAG : 0);
	if (!known)
		put_assumed(f, p);
	else if (!(p->l2 & FRAME_HEAD))
		put_fields(f, p, beside);
	else if (first)
		put_first(f, p, first, beside);
	else if (f->ethernet)
		put(f, p->dmac, MAC_BYTES, BYTE_RECORDED), put(f, p->smac, MAC_BYTES, BYTE_RECORDED);
	if (f->readable > f->wire && known)
		f->readable = f->wire > f->len ? f->wire : f->len;
}
