/*
 * ovs_key.c: keys of flows in words, as ovs-dpctl puts them.
 *
 * A key is shown as the datapath keeps it: with what its mask does not cover as 0. Fields whose mask is
 * all zero are left out. Most keys are structs, which tables here describe field by field.
 */
#include <arpa/inet.h>
#include <linux/openvswitch.h>
#include <string.h>
#include "analyzer/ovs/ovs_key.h"

enum format { DEC, HEX, HEX4, MAC, IP4, IP6, FRAG, LABEL };

struct field {
	const char *name; /* NULL: the end */
	__u8 offset, size, format;
};

static const struct field ethernet[] = { { "src", 0, 6, MAC }, { "dst", 6, 6, MAC }, { 0 } };
static const struct field ipv4[] = { { "src", 0, 4, IP4 },  { "dst", 4, 4, IP4 },   { "proto", 8, 1, DEC }, { "tos", 9, 1, HEX },
				     { "ttl", 10, 1, DEC }, { "frag", 11, 1, FRAG }, { 0 } };
static const struct field ipv6[] = { { "src", 0, 16, IP6 },   { "dst", 16, 16, IP6 },   { "label", 32, 4, LABEL },
				     { "proto", 36, 1, DEC }, { "tclass", 37, 1, HEX }, { "hlimit", 38, 1, DEC },
				     { "frag", 39, 1, FRAG }, { 0 } };
static const struct field ports[] = { { "src", 0, 2, DEC }, { "dst", 2, 2, DEC }, { 0 } };
static const struct field icmp[] = { { "type", 0, 1, DEC }, { "code", 1, 1, DEC }, { 0 } };
static const struct field arp[] = { { "sip", 0, 4, IP4 },  { "tip", 4, 4, IP4 },  { "op", 8, 2, DEC },
				    { "sha", 10, 6, MAC }, { "tha", 16, 6, MAC }, { 0 } };
static const struct field nd[] = { { "target", 0, 16, IP6 }, { "sll", 16, 6, MAC }, { "tll", 22, 6, MAC }, { 0 } };
static const struct field ct_tuple4[] = { { "src", 0, 4, IP4 },    { "dst", 4, 4, IP4 },     { "proto", 12, 1, DEC },
					  { "tp_src", 8, 2, DEC }, { "tp_dst", 10, 2, DEC }, { 0 } };
static const struct field ct_tuple6[] = { { "src", 0, 16, IP6 },    { "dst", 16, 16, IP6 },   { "proto", 36, 1, DEC },
					  { "tp_src", 32, 2, DEC }, { "tp_dst", 34, 2, DEC }, { 0 } };

/* Names of bits, lowest first. */
static const char *const ct_flags[] = { "new", "est", "rel", "rpl", "inv", "trk", "snat", "dnat", NULL };
static const char *const tcp_flags[] = { "fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", NULL };
static const char *const tunnel_flags[] = { "oam", "df", "csum", "key", NULL };

struct value {
	struct ovs_text *t;
	const __u8 *key;
	const __u8 *mask; /* NULL: every bit counts */
};

static bool all(const __u8 *p, size_t n, __u8 byte)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != byte)
			return false;
	return true;
}

static __u32 number(const __u8 *p, unsigned size)
{
	return size == 1 ? *p : size == 2 ? ovs_be16(p) : ovs_be32(p);
}

static void put_number(struct ovs_text *t, __u32 n, enum format format)
{
	if (format == DEC)
		ovs_text__add(t, "%u", n);
	else if (format == HEX4)
		ovs_text__add(t, "0x%04x", n);
	else
		ovs_text__add(t, "%#x", n);
}

static void put_value(struct ovs_text *t, const __u8 *p, const struct field *f, bool is_mask)
{
	static const char *const frag[] = { "no", "first", "later" };
	char text[INET6_ADDRSTRLEN];

	switch (f->format) {
	case MAC:
		ovs_text__add(t, "%02x:%02x:%02x:%02x:%02x:%02x", p[0], p[1], p[2], p[3], p[4], p[5]);
		break;
	case IP4:
	case IP6:
		ovs_text__add(t, "%s", inet_ntop(f->format == IP4 ? AF_INET : AF_INET6, p, text, sizeof(text)));
		break;
	case FRAG:
		if (!is_mask && *p < 3)
			ovs_text__add(t, "%s", frag[*p]);
		else
			ovs_text__add(t, "%#x", *p);
		break;
	default:
		put_number(t, number(p, f->size), is_mask ? HEX : f->format);
	}
}

/* "name=value,", or with "/mask" when that is a part of the bits. */
static void put_field(const struct value *v, const struct field *f)
{
	const __u8 *mask = v->mask ? v->mask + f->offset : NULL;
	bool full = !mask || all(mask, f->size, 0xff);
	__u8 masked[16];

	if (mask && all(mask, f->size, 0))
		return;
	if (f->format == LABEL && mask && (number(mask, 4) & 0xfffff) == 0xfffff)
		full = true; /* it has only 20 bits */
	for (unsigned i = 0; i < f->size; i++)
		masked[i] = v->key[f->offset + i] & (mask ? mask[i] : 0xff);
	ovs_text__add(v->t, "%s=", f->name);
	put_value(v->t, masked, f, false);
	if (!full) {
		ovs_text__add(v->t, "/");
		put_value(v->t, mask, f, true);
	}
	ovs_text__add(v->t, ",");
}

static void put_struct(const struct value *v, const struct field *fields)
{
	for (const struct field *f = fields; f->name; f++)
		put_field(v, f);
	ovs_text__chomp(v->t);
}

/* Exact: "a|b". With a mask: "+a-b". */
static void put_flags(struct ovs_text *t, __u32 value, __u32 mask, bool exact, const char *const *names)
{
	unsigned n = 0, written = 0;

	while (names[n])
		n++;
	if (exact && !value)
		ovs_text__add(t, "0");
	for (unsigned i = 0; i < 32; i++) {
		if (!(mask >> i & 1) || (exact && !(value >> i & 1)))
			continue;
		ovs_text__add(t, "%s", exact ? written++ ? "|" : "" : value >> i & 1 ? "+" : "-");
		if (i < n)
			ovs_text__add(t, "%s", names[i]);
		else
			ovs_text__add(t, "%#x", 1u << i);
	}
}

static void put_masked(struct ovs_text *t, __u32 value, __u32 mask, __u32 full, enum format format)
{
	put_number(t, value & mask, format);
	if (mask == full)
		return;
	ovs_text__add(t, "/");
	put_number(t, mask, format == HEX4 ? HEX4 : HEX);
}

static void put_vlan(struct ovs_text *t, __u16 tci, __u16 mask)
{
	unsigned vid = tci & mask & 0xfff, pcp = (tci & mask) >> 13;

	if (vid || mask & 0xfff) {
		ovs_text__add(t, "vid=");
		put_masked(t, vid, mask & 0xfff, 0xfff, DEC);
		ovs_text__add(t, ",");
	}
	if (pcp || mask >> 13) {
		ovs_text__add(t, "pcp=");
		put_masked(t, pcp, mask >> 13, 7, DEC);
		ovs_text__add(t, ",");
	}
	if (!(tci & 0x1000))
		ovs_text__add(t, "cfi=0,");
	ovs_text__chomp(t);
}

/* 128 bits without leading zeros, highest byte last in memory. */
static void put_u128(struct ovs_text *t, const __u8 *p)
{
	int i = 15;

	while (i > 0 && !p[i])
		i--;
	ovs_text__add(t, "0x%x", p[i]);
	while (i-- > 0)
		ovs_text__add(t, "%02x", p[i]);
}

static void put_labels(const struct value *v)
{
	__u8 masked[16];

	if (v->mask && all(v->mask, 16, 0))
		return;
	for (int i = 0; i < 16; i++)
		masked[i] = v->key[i] & (v->mask ? v->mask[i] : 0xff);
	put_u128(v->t, masked);
	if (v->mask && !all(v->mask, 16, 0xff)) {
		ovs_text__add(v->t, "/");
		put_u128(v->t, v->mask);
	}
}

static void put_mpls(struct ovs_text *t, const struct value *v, size_t len)
{
	for (size_t at = 0; at + 4 <= len; at += 4) {
		__u32 lse = ovs_be32(v->key + at), mask = v->mask ? ovs_be32(v->mask + at) : ~0u;
		const char *n = at ? "1" : ""; /* a second label's fields are called label1, tc1, … */

		if (mask >> 12)
			ovs_text__add(t, "label%s=%u,", n, (lse & mask) >> 12);
		if (mask >> 9 & 7)
			ovs_text__add(t, "tc%s=%u,", n, (lse & mask) >> 9 & 7);
		if (mask & 0xff)
			ovs_text__add(t, "ttl%s=%u,", n, lse & mask & 0xff);
		if (mask >> 8 & 1)
			ovs_text__add(t, "bos%s=%u,", n, lse >> 8 & 1);
	}
	ovs_text__chomp(t);
}

/* ---- tunnels -------------------------------------------------------------------------------------- */

static __u32 tunnel_bits(struct ovs_attrs attrs)
{
	struct ovs_attr a;
	__u32 bits = 0;

	while (ovs_attrs__next(&attrs, &a))
		bits |= a.type == OVS_TUNNEL_KEY_ATTR_OAM ? 1 : a.type == OVS_TUNNEL_KEY_ATTR_DONT_FRAGMENT ? 2 :
			a.type == OVS_TUNNEL_KEY_ATTR_CSUM ? 4 : a.type == OVS_TUNNEL_KEY_ATTR_ID ? 8 : 0;
	return bits;
}

static const struct field *tunnel_field(unsigned type)
{
	static const struct field fields[] = {
		[OVS_TUNNEL_KEY_ATTR_IPV4_SRC] = { "src", 0, 4, IP4 },   [OVS_TUNNEL_KEY_ATTR_IPV4_DST] = { "dst", 0, 4, IP4 },
		[OVS_TUNNEL_KEY_ATTR_IPV6_SRC] = { "ipv6_src", 0, 16, IP6 },
		[OVS_TUNNEL_KEY_ATTR_IPV6_DST] = { "ipv6_dst", 0, 16, IP6 },
		[OVS_TUNNEL_KEY_ATTR_TOS] = { "tos", 0, 1, HEX },        [OVS_TUNNEL_KEY_ATTR_TTL] = { "ttl", 0, 1, DEC },
		[OVS_TUNNEL_KEY_ATTR_TP_SRC] = { "tp_src", 0, 2, DEC },  [OVS_TUNNEL_KEY_ATTR_TP_DST] = { "tp_dst", 0, 2, DEC },
	};

	return type < sizeof(fields) / sizeof(*fields) && fields[type].name ? &fields[type] : NULL;
}

static void put_tunnel_id(struct ovs_text *t, const struct ovs_attr *a, const __u8 *mask)
{
	unsigned long long id = 0, bits = ~0ull;

	if (a->data.len < 8)
		return;
	id = (unsigned long long)ovs_be32(a->data.p) << 32 | ovs_be32(a->data.p + 4);
	if (mask)
		bits = (unsigned long long)ovs_be32(mask) << 32 | ovs_be32(mask + 4);
	if (!bits)
		return;
	ovs_text__add(t, "tun_id=%#llx", id & bits);
	if (bits != ~0ull)
		ovs_text__add(t, "/%#llx", bits);
	ovs_text__add(t, ",");
}

static void put_tunnel_attr(struct ovs_text *t, const struct ovs_attr *a, struct ovs_attrs masks, bool masked)
{
	const struct field *f = tunnel_field(a->type);
	struct ovs_attr m = { 0 };
	bool have = masked && ovs_attrs__find(masks, a->type, &m) && m.data.len >= a->data.len;
	struct value v = { t, a->data.p, have ? m.data.p : NULL };

	if (masked && !have)
		return;
	if (a->type == OVS_TUNNEL_KEY_ATTR_ID)
		put_tunnel_id(t, a, v.mask);
	else if (f && a->data.len >= f->size)
		put_field(&v, f);
	else if (!f && a->data.len) {
		ovs_text__add(t, "tunnel%u=", a->type);
		ovs_text__hex(t, a->data);
		ovs_text__add(t, ",");
	}
}

static void put_tunnel(struct ovs_text *t, struct ovs_attrs attrs, struct ovs_attrs mask)
{
	__u32 bits = tunnel_bits(attrs), mask_bits = mask.p ? tunnel_bits(mask) : 0xf;
	struct ovs_attrs rest = attrs;
	struct ovs_attr a;

	while (ovs_attrs__next(&rest, &a))
		put_tunnel_attr(t, &a, mask, mask.p);
	if (mask_bits && (bits || mask.p)) {
		ovs_text__add(t, "flags(");
		put_flags(t, bits, mask_bits, !mask.p, tunnel_flags);
		ovs_text__add(t, ")");
	}
	ovs_text__chomp(t);
}

/* ---- any key -------------------------------------------------------------------------------------- */

struct kind {
	const char *name;
	const struct field *fields; /* NULL: something of its own */
	__u8 min;                   /* bytes it needs */
};

static const struct kind kinds[] = {
	[OVS_KEY_ATTR_ENCAP] = { "encap", NULL, 0 },
	[OVS_KEY_ATTR_PRIORITY] = { "skb_priority", NULL, 4 },
	[OVS_KEY_ATTR_IN_PORT] = { "in_port", NULL, 4 },
	[OVS_KEY_ATTR_ETHERNET] = { "eth", ethernet, 12 },
	[OVS_KEY_ATTR_VLAN] = { "vlan", NULL, 2 },
	[OVS_KEY_ATTR_ETHERTYPE] = { "eth_type", NULL, 2 },
	[OVS_KEY_ATTR_IPV4] = { "ipv4", ipv4, 12 },
	[OVS_KEY_ATTR_IPV6] = { "ipv6", ipv6, 40 },
	[OVS_KEY_ATTR_TCP] = { "tcp", ports, 4 },
	[OVS_KEY_ATTR_UDP] = { "udp", ports, 4 },
	[OVS_KEY_ATTR_ICMP] = { "icmp", icmp, 2 },
	[OVS_KEY_ATTR_ICMPV6] = { "icmpv6", icmp, 2 },
	[OVS_KEY_ATTR_ARP] = { "arp", arp, 22 },
	[OVS_KEY_ATTR_ND] = { "nd", nd, 28 },
	[OVS_KEY_ATTR_SKB_MARK] = { "skb_mark", NULL, 4 },
	[OVS_KEY_ATTR_TUNNEL] = { "tunnel", NULL, 0 },
	[OVS_KEY_ATTR_SCTP] = { "sctp", ports, 4 },
	[OVS_KEY_ATTR_TCP_FLAGS] = { "tcp_flags", NULL, 2 },
	[OVS_KEY_ATTR_DP_HASH] = { "dp_hash", NULL, 4 },
	[OVS_KEY_ATTR_RECIRC_ID] = { "recirc_id", NULL, 4 },
	[OVS_KEY_ATTR_MPLS] = { "mpls", NULL, 4 },
	[OVS_KEY_ATTR_CT_STATE] = { "ct_state", NULL, 4 },
	[OVS_KEY_ATTR_CT_ZONE] = { "ct_zone", NULL, 2 },
	[OVS_KEY_ATTR_CT_MARK] = { "ct_mark", NULL, 4 },
	[OVS_KEY_ATTR_CT_LABELS] = { "ct_label", NULL, 16 },
	[OVS_KEY_ATTR_CT_ORIG_TUPLE_IPV4] = { "ct_tuple4", ct_tuple4, 13 },
	[OVS_KEY_ATTR_CT_ORIG_TUPLE_IPV6] = { "ct_tuple6", ct_tuple6, 37 },
	[OVS_KEY_ATTR_NSH] = { "nsh", NULL, 0 },
};

static void put_special(const struct value *v, const struct ovs_attr *key, struct ovs_attrs mask, unsigned depth)
{
	const __u8 *k = v->key, *m = v->mask;
	struct ovs_text *t = v->t;

	switch (key->type) {
	case OVS_KEY_ATTR_ENCAP:
		ovs_key__put_all(t, key->data, mask, depth + 1);
		break;
	case OVS_KEY_ATTR_TUNNEL:
		put_tunnel(t, key->data, mask);
		break;
	case OVS_KEY_ATTR_NSH:
		ovs_text__hex(t, key->data);
		break;
	case OVS_KEY_ATTR_IN_PORT:
		put_masked(t, ovs_u32(k), m ? ovs_u32(m) : ~0u, ~0u, DEC);
		break;
	case OVS_KEY_ATTR_ETHERTYPE:
		put_masked(t, ovs_be16(k), m ? ovs_be16(m) : 0xffff, 0xffff, HEX4);
		break;
	case OVS_KEY_ATTR_CT_ZONE:
		put_masked(t, ovs_u16(k), m ? ovs_u16(m) : 0xffff, 0xffff, HEX);
		break;
	case OVS_KEY_ATTR_VLAN:
		put_vlan(t, ovs_be16(k), m ? ovs_be16(m) : 0xffff);
		break;
	case OVS_KEY_ATTR_MPLS:
		put_mpls(t, v, key->data.len);
		break;
	case OVS_KEY_ATTR_CT_STATE:
		put_flags(t, ovs_u32(k), m ? ovs_u32(m) : ~0u, !m || all(m, 4, 0xff), ct_flags);
		break;
	case OVS_KEY_ATTR_TCP_FLAGS:
		put_flags(t, ovs_be16(k) & 0xfff, m ? ovs_be16(m) & 0xfff : 0xfff, !m || (ovs_be16(m) & 0xfff) == 0xfff, tcp_flags);
		break;
	case OVS_KEY_ATTR_CT_LABELS:
		put_labels(v);
		break;
	default: /* priority, mark, hash, recirculation */
		put_masked(t, ovs_u32(k), m ? ovs_u32(m) : ~0u, ~0u, HEX);
	}
}

void ovs_key__put(struct ovs_text *t, const struct ovs_attr *key, struct ovs_attrs mask, unsigned depth)
{
	static const struct kind none = { NULL, NULL, 0 };
	const struct kind *kind = key->type < sizeof(kinds) / sizeof(*kinds) ? &kinds[key->type] : &none;
	struct value v = { t, key->data.p, mask.p && mask.len >= key->data.len ? mask.p : NULL };

	if (!kind->name || key->data.len < kind->min || depth >= OVS_MAX_DEPTH) {
		ovs_text__add(t, "key%u(", key->type);
		ovs_text__hex(t, key->data);
		ovs_text__add(t, "%s", v.mask ? "/" : "");
		ovs_text__hex(t, (struct ovs_attrs){ v.mask, v.mask ? key->data.len : 0 });
	} else {
		ovs_text__add(t, "%s(", kind->name);
		if (kind->fields)
			put_struct(&v, kind->fields);
		else
			put_special(&v, key, mask, depth);
	}
	ovs_text__add(t, ")");
}

/* False: nothing of the key counts, and it is left out but for the two that say what kind of packet it is. */
static bool key_counts(const struct ovs_attr *key, struct ovs_attrs masks, struct ovs_attr *mask)
{
	bool nested = key->type == OVS_KEY_ATTR_ENCAP || key->type == OVS_KEY_ATTR_TUNNEL;

	*mask = (struct ovs_attr){ .type = key->type };
	if (!masks.p)
		return true;
	if (!ovs_attrs__find(masks, key->type, mask)) {
		*mask = (struct ovs_attr){ .type = key->type, .data = { masks.p, 0 } };
		return nested;
	}
	return nested || !all(mask->data.p, mask->data.len, 0);
}

void ovs_key__put_all(struct ovs_text *t, struct ovs_attrs keys, struct ovs_attrs masks, unsigned depth)
{
	struct ovs_attr key, mask;
	bool any = false, typed = false;

	while (!t->cut && ovs_attrs__next(&keys, &key)) {
		bool counts = key_counts(&key, masks, &mask);

		typed |= key.type == OVS_KEY_ATTR_ETHERTYPE;
		if (!counts && key.type != OVS_KEY_ATTR_ETHERNET)
			continue;
		ovs_text__add(t, "%s", any ? "," : "");
		any = true;
		if (counts)
			ovs_key__put(t, &key, mask.data, depth);
		else
			ovs_text__add(t, "eth()");
	}
	if (!typed && masks.p && ovs_attrs__find(masks, OVS_KEY_ATTR_ETHERTYPE, &mask) && mask.data.len >= 2)
		ovs_text__add(t, ",eth_type(0/0x%04x)", ovs_be16(mask.data.p));
}
