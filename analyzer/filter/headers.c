/*
 * headers.c: reads Ethernet, VLAN, ARP, IPv4, IPv6, TCP, UDP, SCTP, ICMP and ICMPv6 headers.
 *
 * Reading goes through take(), which is the only place that knows where the bytes end.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <netinet/in.h>
#include <linux/if_ether.h>
#include "analyzer/filter/headers.h"

enum {
	ARP_ETHER = 1,
	ICMP_ECHO_REPLY = 0,
	ICMP_ECHO_REQUEST = 8,
	ICMPV6_ECHO_REQ = 128,
	ICMPV6_ECHO_REP = 129,
	IP_OFFSET_MASK = 0x1fff,
	IPV6_OFFSET_MASK = 0xfff8,
	MAX_TAGS = 4,
	MAX_EXTENSIONS = 8,
};

/* ---- parsing ----------------------------------------------------------------------------------- */

struct bytes {
	const uint8_t *at;
	size_t len;
	size_t pos;
};

/* The next n bytes, or NULL when fewer are left. */
static const uint8_t *take(struct bytes *b, size_t n)
{
	const uint8_t *p = b->at + b->pos;

	if (b->pos > b->len || n > b->len - b->pos)
		return NULL;
	b->pos += n;
	return p;
}

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static void map_v4(__u8 *addr, const uint8_t *v4)
{
	memset(addr, 0, 10);
	addr[10] = addr[11] = 0xff;
	memcpy(addr + 12, v4, 4);
}

static bool is_tag(uint16_t ethertype)
{
	return ethertype == ETH_P_8021Q || ethertype == ETH_P_8021AD || ethertype == 0x9100;
}

static void parse_icmp(struct bytes *b, struct rec_packet *out)
{
	const uint8_t *h = take(b, 2);

	if (!h)
		return;
	out->dport = be16(h);
	bool echo = out->proto == IPPROTO_ICMPV6 ? h[0] == ICMPV6_ECHO_REQ || h[0] == ICMPV6_ECHO_REP
						 : h[0] == ICMP_ECHO_REQUEST || h[0] == ICMP_ECHO_REPLY;
	h = echo ? take(b, 6) : NULL;
	if (!h)
		return;
	out->sport = be16(h + 2);
	out->seq = be16(h + 4);
}

static void parse_ports(struct bytes *b, struct rec_packet *out)
{
	const uint8_t *h = take(b, 4);

	if (!h)
		return;
	out->sport = be16(h);
	out->dport = be16(h + 2);
	h = out->proto == IPPROTO_TCP ? take(b, 10) : NULL;
	if (!h)
		return;
	out->seq = be32(h);
	out->ack = be32(h + 4);
	out->tcp_flags = h[9];
}

static void parse_l4(struct bytes *b, struct rec_packet *out)
{
	switch (out->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
		parse_ports(b, out);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		parse_icmp(b, out);
		break;
	}
}

static int parse_ipv4(struct bytes *b, struct rec_packet *out)
{
	const uint8_t *h = take(b, 20);

	if (!h)
		return -ENODATA;
	unsigned header = (h[0] & 0xf) * 4;
	if (h[0] >> 4 != 4 || header < 20)
		return -EPROTONOSUPPORT;
	out->tos = h[1];
	out->ip_len = be16(h + 2);
	out->ip_id = be16(h + 4);
	out->frag = be16(h + 6);
	out->ttl = h[8];
	out->proto = h[9];
	map_v4(out->saddr, h + 12);
	map_v4(out->daddr, h + 16);
	if (!(out->frag & IP_OFFSET_MASK) && take(b, header - 20))
		parse_l4(b, out);
	return 0;
}

/* Walks extension headers to the layer 4 protocol; false when the bytes behind are not a layer 4 header. */
static bool parse_ipv6_extensions(struct bytes *b, uint8_t next, struct rec_packet *out)
{
	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		const uint8_t *h;

		out->proto = next;
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS &&
		    next != IPPROTO_FRAGMENT)
			return true;
		h = take(b, 8);
		if (!h)
			return false;
		if (next == IPPROTO_FRAGMENT) {
			out->frag = be16(h + 2);
			out->ip_id = be32(h + 4);
			out->proto = h[0];
			if (out->frag & IPV6_OFFSET_MASK)
				return false;
		} else if (!take(b, h[1] * 8u)) {
			return false;
		}
		next = h[0];
	}
	return false;
}

static int parse_ipv6(struct bytes *b, struct rec_packet *out)
{
	const uint8_t *h = take(b, 40);

	if (!h)
		return -ENODATA;
	if (h[0] >> 4 != 6)
		return -EPROTONOSUPPORT;
	out->tos = (uint8_t)(be16(h) >> 4);
	out->ip_len = be16(h + 4) + 40u;
	out->ttl = h[7];
	memcpy(out->saddr, h + 8, 16);
	memcpy(out->daddr, h + 24, 16);
	if (parse_ipv6_extensions(b, h[6], out))
		parse_l4(b, out);
	return 0;
}

static int parse_arp(struct bytes *b, struct rec_packet *out)
{
	const uint8_t *h = take(b, 28);

	if (!h)
		return -ENODATA;
	if (be16(h) != ARP_ETHER || be16(h + 2) != ETH_P_IP || h[4] != 6 || h[5] != 4)
		return -EPROTONOSUPPORT;
	out->dport = be16(h + 6);
	map_v4(out->saddr, h + 14);
	map_v4(out->daddr, h + 24);
	return 0;
}

static void clear(struct rec_packet *out)
{
	memset(out->saddr, 0, sizeof(out->saddr));
	memset(out->daddr, 0, sizeof(out->daddr));
	out->sport = out->dport = out->frag = 0;
	out->proto = out->ttl = out->tos = out->tcp_flags = 0;
	out->ip_id = out->seq = out->ack = out->ip_len = 0;
}

/* Tags in the bytes: the one before layer 3 that the kernel has stepped over, and those it has not. */
static uint16_t parse_tags(struct bytes *b, uint16_t ethertype, struct rec_packet *out)
{
	if (!out->vlan && b->pos >= ETH_HLEN + 4 && b->len >= ETH_HLEN + 4 && is_tag(be16(b->at + 12)))
		out->vlan = be16(b->at + 14);
	for (int i = 0; i < MAX_TAGS && is_tag(ethertype); i++) {
		const uint8_t *h = take(b, 4);

		if (!h)
			break;
		if (!out->vlan)
			out->vlan = be16(h);
		ethertype = be16(h + 2);
	}
	return ethertype;
}

int headers__parse(const uint8_t *bytes, size_t len, unsigned l3_off, uint16_t ethertype, uint16_t vlan,
		   struct rec_packet *out)
{
	struct bytes b = { .at = bytes, .len = len, .pos = l3_off };

	clear(out);
	out->vlan = vlan;
	out->ethertype = parse_tags(&b, ethertype, out);
	switch (out->ethertype) {
	case ETH_P_IP:
		return parse_ipv4(&b, out);
	case ETH_P_IPV6:
		return parse_ipv6(&b, out);
	case ETH_P_ARP:
	case ETH_P_RARP:
		return parse_arp(&b, out);
	default:
		return -EPROTONOSUPPORT;
	}
}
