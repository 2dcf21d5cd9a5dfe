/*
 * packet_bytes.c: what stays of headers is copied, field by field; the rest of the copy is 0 (packet_bytes.h).
 *
 * keep() is the only place that copies, and knows where the bytes end.
 */
#include "analyzer/anonymize/packet_bytes.h"

#include <string.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

enum { MAX_NESTED = 4, MAX_HEADERS = 16 };

struct copy {
	struct disguise *d;
	const __u8 *in;
	size_t len, pos;
	unsigned nested;
	__u8 out[PACKET_BYTES_MAX];
};

/* Copies the next n bytes. NULL: there are fewer, and none is copied. */
static __u8 *keep(struct copy *c, size_t n)
{
	__u8 *at = c->out + c->pos;

	if (c->pos > c->len || n > c->len - c->pos)
		return NULL;
	memcpy(at, c->in + c->pos, n);
	c->pos += n;
	return at;
}

static bool skip(struct copy *c, size_t n)
{
	c->pos = n > c->len || c->pos > c->len - n ? c->len : c->pos + n;
	return c->pos < c->len;
}

static bool keep_ip4(struct copy *c)
{
	__u8 *p = keep(c, 4);

	if (p)
		disguise__ip4(c->d, p);
	return p;
}

static bool keep_ip6(struct copy *c)
{
	__u8 *p = keep(c, 16);

	if (p)
		disguise__address(c->d, p);
	return p;
}

static bool keep_mac(struct copy *c)
{
	__u8 *p = keep(c, 6);

	if (p)
		disguise__mac(c->d, p);
	return p;
}

static __u16 be16(const __u8 *p)
{
	return (__u16)(p[0] << 8 | p[1]);
}

static void keep_layer3(struct copy *c, __u16 ethertype);
static void keep_ethernet(struct copy *c);

/* ---- ICMP and its kin --------------------------------------------------------------------------- */

static void keep_icmp(struct copy *c)
{
	const __u8 *type = keep(c, 2);

	if (!type || !skip(c, 2))
		return;
	switch (*type) {
	case 0: /* echo */
	case 8:
		keep(c, 4);
		break;
	case 5: /* redirect: to whom */
		if (keep_ip4(c))
			keep_layer3(c, ETH_P_IP);
		break;
	case 3: /* about a packet */
	case 4:
	case 11:
	case 12:
		if (keep(c, 4))
			keep_layer3(c, ETH_P_IP);
	}
}

/* Options of neighbour discovery: addresses of both layers, a prefix, an MTU. */
static void keep_options6(struct copy *c)
{
	const __u8 *o;

	while ((o = keep(c, 2)) && o[1]) {
		size_t end = c->pos - 2 + 8 * o[1];

		if ((o[0] == 1 || o[0] == 2) && o[1] == 1)
			keep_mac(c);
		else if (o[0] == 3 && o[1] == 4 && keep(c, 14))
			keep_ip6(c);
		else if (o[0] == 5 && o[1] == 1)
			keep(c, 6);
		if (end > c->len)
			return;
		c->pos = end;
	}
}

static void keep_listeners(struct copy *c)
{
	const __u8 *r;

	while ((r = keep(c, 4)))
		for (unsigned n = be16(r + 2) + 1; n; n--)
			if (!keep_ip6(c))
				return;
}

static void keep_icmp6(struct copy *c)
{
	const __u8 *type = keep(c, 2);

	if (!type || !skip(c, 2) || !keep(c, 4))
		return;
	switch (*type) {
	case 1: /* about a packet */
	case 2:
	case 3:
	case 4:
		keep_layer3(c, ETH_P_IPV6);
		break;
	case 130: /* listeners */
	case 131:
	case 132:
		keep_ip6(c);
		break;
	case 143:
		keep_listeners(c);
		break;
	case 134: /* a router */
		keep(c, 8);
		keep_options6(c);
		break;
	case 133:
		keep_options6(c);
		break;
	case 135: /* neighbours */
	case 136:
		if (keep_ip6(c))
			keep_options6(c);
		break;
	case 137:
		if (keep_ip6(c) && keep_ip6(c))
			keep_options6(c);
	}
}

static void keep_igmp(struct copy *c)
{
	const __u8 *type = keep(c, 2), *r;

	if (!type || !skip(c, 2))
		return;
	if (*type != 0x22) {
		keep_ip4(c);
		return;
	}
	for (keep(c, 4); (r = keep(c, 4));)
		for (unsigned n = be16(r + 2) + 1; n; n--)
			if (!keep_ip4(c))
				return;
}

/* ---- transport ---------------------------------------------------------------------------------- */

/* Options that tell of the connection only; the others are left out. */
static void keep_tcp_options(struct copy *c, size_t end)
{
	end = end < c->len ? end : c->len;
	while (c->pos < end) {
		__u8 kind = c->in[c->pos];
		size_t n = kind < 2 || c->pos + 1 == end ? 1 : c->in[c->pos + 1];

		if (n < 1 || (kind > 1 && n < 2) || n > end - c->pos)
			return;
		if (kind <= 5 || kind == 8)
			keep(c, n);
		else
			for (memset(c->out + c->pos, 1, n); n; n--) /* nothing, as often as that needs */
				c->pos++;
	}
}

static void keep_tcp(struct copy *c)
{
	size_t begin = c->pos;
	const __u8 *h;

	if (!keep(c, 4) || !keep(c, 4) || !keep(c, 4) || !(h = keep(c, 4)) || !skip(c, 2) || !keep(c, 2))
		return;
	if (h[0] >> 4 > 5)
		keep_tcp_options(c, begin + (h[0] >> 4) * 4);
}

static void keep_udp(struct copy *c)
{
	const __u8 *ports = keep(c, 4), *h;
	unsigned to = ports ? be16(ports + 2) : 0;

	if (!ports || !keep(c, 2) || !skip(c, 2))
		return;
	if (to == 4789 || to == 8472) { /* VXLAN */
		if (keep(c, 8))
			keep_ethernet(c);
	} else if (to == 6081 && (h = keep(c, 8))) { /* Geneve */
		if (!skip(c, (h[0] & 0x3f) * 4))
			return;
		if (be16(h + 2) == ETH_P_TEB)
			keep_ethernet(c);
		else
			keep_layer3(c, be16(h + 2));
	}
}

static void keep_gre(struct copy *c)
{
	const __u8 *h = keep(c, 4);
	unsigned type = h ? be16(h + 2) : 0;

	if (!h || h[0] & 0x40 || (h[0] & 0x80 && !skip(c, 4)) || (h[0] & 0x20 && !keep(c, 4)) ||
	    (h[0] & 0x10 && !keep(c, 4)))
		return;
	if (type == ETH_P_TEB || (type == ETH_P_ERSPAN && (!(h[0] & 0x10) || keep(c, 8))) ||
	    (type == ETH_P_ERSPAN2 && keep(c, 12)))
		keep_ethernet(c);
	else
		keep_layer3(c, type);
}

static void keep_layer4(struct copy *c, __u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		keep_tcp(c);
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		keep_udp(c);
		break;
	case IPPROTO_ICMP:
		keep_icmp(c);
		break;
	case IPPROTO_ICMPV6:
		keep_icmp6(c);
		break;
	case IPPROTO_IGMP:
		keep_igmp(c);
		break;
	case IPPROTO_SCTP:
	case IPPROTO_ESP:
		keep(c, 8); /* ports and tag, or index and number */
		break;
	case IPPROTO_GRE:
		keep_gre(c);
		break;
	case IPPROTO_IPIP:
		keep_layer3(c, ETH_P_IP);
		break;
	case IPPROTO_IPV6:
		keep_layer3(c, ETH_P_IPV6);
	}
}

/* ---- layer 3 ------------------------------------------------------------------------------------ */

static __u16 sum_of(const __u8 *p, size_t n)
{
	__u32 sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += be16(p + i);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)~(sum + (sum >> 16));
}

static void keep_ip4_header(struct copy *c)
{
	size_t begin = c->pos, header;
	__u8 *h = keep(c, 20);
	bool right;
	__u16 sum;

	if (!h || h[0] >> 4 != 4 || (h[0] & 0xf) < 5) {
		if (h)
			memset(h, 0, 20);
		return;
	}
	header = (h[0] & 0xf) * 4;
	disguise__ip4(c->d, h + 12);
	disguise__ip4(c->d, h + 16);
	h[10] = h[11] = 0;
	if (header > c->len - begin)
		return;
	right = !sum_of(c->in + begin, header);
	sum = sum_of(h, header) ^ (right ? 0 : 0x5555);
	h[10] = sum >> 8;
	h[11] = sum & 0xff;
	skip(c, header - 20); /* options */
	if (!(be16(h + 6) & 0x1fff))
		keep_layer4(c, h[9]);
}

/* Headers before layer 4: of most no more than which one follows, and how long they are. */
static void keep_ip6_next(struct copy *c, __u8 next)
{
	for (int i = 0; i < MAX_HEADERS; i++) {
		const __u8 *h;

		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS &&
		    next != IPPROTO_FRAGMENT) {
			keep_layer4(c, next);
			return;
		}
		h = keep(c, next == IPPROTO_FRAGMENT ? 8 : next == IPPROTO_ROUTING ? 4 : 2);
		if (!h || (next == IPPROTO_FRAGMENT && be16(h + 2) & 0xfff8))
			return;
		if (next != IPPROTO_FRAGMENT && !skip(c, h[1] * 8u + (next == IPPROTO_ROUTING ? 4 : 6)))
			return;
		next = h[0];
	}
}

static void keep_ip6_header(struct copy *c)
{
	__u8 *h = keep(c, 40);

	if (!h || h[0] >> 4 != 6) {
		if (h)
			memset(h, 0, 40);
		return;
	}
	disguise__address(c->d, h + 8);
	disguise__address(c->d, h + 24);
	keep_ip6_next(c, h[6]);
}

static void keep_arp(struct copy *c)
{
	const __u8 *h = keep(c, 8);

	if (h && be16(h) == 1 && be16(h + 2) == ETH_P_IP && h[4] == 6 && h[5] == 4 && keep_mac(c) && keep_ip4(c) &&
	    keep_mac(c))
		keep_ip4(c);
}

static void keep_mpls(struct copy *c)
{
	const __u8 *label;

	do
		label = keep(c, 4);
	while (label && !(label[2] & 1));
	if (label && c->pos < c->len)
		keep_layer3(c, c->in[c->pos] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP);
}

static void keep_ppp(struct copy *c)
{
	const __u8 *proto = keep(c, 6) ? keep(c, 2) : NULL;

	if (proto && be16(proto) == 0x21)
		keep_layer3(c, ETH_P_IP);
	else if (proto && be16(proto) == 0x57)
		keep_layer3(c, ETH_P_IPV6);
}

static bool is_tag(__u16 ethertype)
{
	return ethertype == ETH_P_8021Q || ethertype == ETH_P_8021AD || ethertype == ETH_P_QINQ1;
}

static void keep_layer3(struct copy *c, __u16 ethertype)
{
	const __u8 *tag;

	if (c->nested++ >= MAX_NESTED)
		return;
	while (is_tag(ethertype)) {
		tag = keep(c, 4);
		if (!tag)
			return;
		ethertype = be16(tag + 2);
	}
	switch (ethertype) {
	case ETH_P_IP:
		keep_ip4_header(c);
		break;
	case ETH_P_IPV6:
		keep_ip6_header(c);
		break;
	case ETH_P_ARP:
	case ETH_P_RARP:
		keep_arp(c);
		break;
	case ETH_P_MPLS_UC:
	case ETH_P_MPLS_MC:
		keep_mpls(c);
		break;
	case ETH_P_PPP_SES:
		keep_ppp(c);
	}
}

/* Returns what follows; 0: the bytes end before that. */
static __u16 keep_ethernet_header(struct copy *c)
{
	const __u8 *type = keep_mac(c) && keep_mac(c) ? keep(c, 2) : NULL;

	return type ? be16(type) : 0;
}

static void keep_ethernet(struct copy *c)
{
	__u16 type = keep_ethernet_header(c);

	if (type)
		keep_layer3(c, type);
}

/* Tags before layer 3, which begins where the kernel says. */
static void keep_up_to(struct copy *c, size_t l3_off, __u16 type, __u16 ethertype)
{
	const __u8 *tag;

	while (is_tag(type) && c->pos + 4 <= l3_off && (tag = keep(c, 4)))
		type = be16(tag + 2);
	if (c->pos > l3_off)
		return; /* it would lie in what was kept as something else */
	c->pos = l3_off;
	keep_layer3(c, ethertype);
}

void packet_bytes__disguise(struct disguise *d, __u8 *bytes, size_t len, bool ethernet, size_t l3_off, __u16 ethertype)
{
	struct copy c = { .d = d, .in = bytes, .len = len < PACKET_BYTES_MAX ? len : PACKET_BYTES_MAX };
	__u16 type = ethernet ? keep_ethernet_header(&c) : 0;

	if (l3_off)
		keep_up_to(&c, l3_off, type, ethertype);
	else if (!ethernet || type)
		keep_layer3(&c, ethernet ? type : ethertype);
	memcpy(bytes, c.out, sizeof(c.out));
}
