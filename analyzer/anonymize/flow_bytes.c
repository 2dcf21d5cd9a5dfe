/*
 * flow_bytes.c: each attribute by its type: kept, with addresses in it, with attributes in it, or else 0
 * (flow_bytes.h).
 */
#include "analyzer/anonymize/flow_bytes.h"

#include <string.h>
#include <linux/openvswitch.h>

enum { HEADER = 4, TYPE_MASK = 0x3fff, MAX_DEPTH = 10 };

/* MASK is NEST, of masks; MASKED is of SET_MASKED. */
enum value { CLEAR = 0, KEEP, UFID, IP4, IP6, MAC, HASHED, NAT_ADDRESS, NEST, MASK, MASKED };

/* What is an address in a value; the rest of it stays. */
struct place {
	__u8 offset, value; /* value CLEAR: the end */
};

struct kind {
	__u8 value;
	__u8 min;                   /* with fewer bytes all become 0 */
	__u8 most;                  /* what is behind becomes 0; 0: no limit */
	const struct place *places; /* NULL: all of it is one */
	const struct level *nested; /* NEST */
};

struct level {
	const struct kind *kinds;
	size_t n;
};

#define LEVEL(kinds) { kinds, sizeof(kinds) / sizeof(*(kinds)) }

static const struct place ethernet[] = { { 0, MAC }, { 6, MAC }, { 0 } };
static const struct place ipv4[] = { { 0, IP4 }, { 4, IP4 }, { 0 } };
static const struct place ipv6[] = { { 0, IP6 }, { 16, IP6 }, { 0 } };
static const struct place arp[] = { { 0, IP4 }, { 4, IP4 }, { 10, MAC }, { 16, MAC }, { 0 } };
static const struct place nd[] = { { 0, IP6 }, { 16, MAC }, { 22, MAC }, { 0 } };
static const struct place hashed[] = { { 0, HASHED }, { 0 } };
static const struct place one_ip4[] = { { 0, IP4 }, { 0 } };
static const struct place one_ip6[] = { { 0, IP6 }, { 0 } };

static const struct kind tunnel[] = {
	[OVS_TUNNEL_KEY_ATTR_ID] = { KEEP, 8, 8, NULL, NULL },
	[OVS_TUNNEL_KEY_ATTR_IPV4_SRC] = { KEEP, 4, 4, one_ip4, NULL },
	[OVS_TUNNEL_KEY_ATTR_IPV4_DST] = { KEEP, 4, 4, one_ip4, NULL },
	[OVS_TUNNEL_KEY_ATTR_TOS] = { KEEP, 1, 1, NULL, NULL },
	[OVS_TUNNEL_KEY_ATTR_TTL] = { KEEP, 1, 1, NULL, NULL },
	[OVS_TUNNEL_KEY_ATTR_TP_SRC] = { KEEP, 2, 2, NULL, NULL },
	[OVS_TUNNEL_KEY_ATTR_TP_DST] = { KEEP, 2, 2, NULL, NULL },
	[OVS_TUNNEL_KEY_ATTR_IPV6_SRC] = { KEEP, 16, 16, one_ip6, NULL },
	[OVS_TUNNEL_KEY_ATTR_IPV6_DST] = { KEEP, 16, 16, one_ip6, NULL },
};
static const struct level tunnel_level = LEVEL(tunnel);
static const struct level key_level;

static const struct kind key[] = {
	[OVS_KEY_ATTR_ENCAP] = { NEST, 0, 0, NULL, &key_level },
	[OVS_KEY_ATTR_PRIORITY] = { KEEP, 4, 4, NULL, NULL },
	[OVS_KEY_ATTR_IN_PORT] = { KEEP, 4, 4, NULL, NULL },
	[OVS_KEY_ATTR_ETHERNET] = { KEEP, 12, 12, ethernet, NULL },
	[OVS_KEY_ATTR_VLAN] = { KEEP, 2, 2, NULL, NULL },
	[OVS_KEY_ATTR_ETHERTYPE] = { KEEP, 2, 2, NULL, NULL },
	[OVS_KEY_ATTR_IPV4] = { KEEP, 12, 12, ipv4, NULL },
	[OVS_KEY_ATTR_IPV6] = { KEEP, 40, 40, ipv6, NULL },
	[OVS_KEY_ATTR_TCP] = { KEEP, 4, 4, NULL, NULL },
	[OVS_KEY_ATTR_UDP] = { KEEP, 4, 4, NULL, NULL },
	[OVS_KEY_ATTR_ICMP] = { KEEP, 2, 2, NULL, NULL },
	[OVS_KEY_ATTR_ICMPV6] = { KEEP, 2, 2, NULL, NULL },
	[OVS_KEY_ATTR_ARP] = { KEEP, 22, 24, arp, NULL },
	[OVS_KEY_ATTR_ND] = { KEEP, 28, 28, nd, NULL },
	[OVS_KEY_ATTR_SKB_MARK] = { KEEP, 4, 4, NULL, NULL },
	[OVS_KEY_ATTR_TUNNEL] = { NEST, 0, 0, NULL, &tunnel_level },
	[OVS_KEY_ATTR_SCTP] = { KEEP, 4, 4, NULL, NULL },
	[OVS_KEY_ATTR_TCP_FLAGS] = { KEEP, 2, 2, NULL, NULL },
	[OVS_KEY_ATTR_DP_HASH] = { KEEP, 4, 4, hashed, NULL },
	[OVS_KEY_ATTR_RECIRC_ID] = { KEEP, 4, 4, NULL, NULL },
	[OVS_KEY_ATTR_MPLS] = { KEEP, 4, 16, NULL, NULL },
	[OVS_KEY_ATTR_CT_STATE] = { KEEP, 4, 4, NULL, NULL },
	[OVS_KEY_ATTR_CT_ZONE] = { KEEP, 2, 2, NULL, NULL },
	[OVS_KEY_ATTR_CT_MARK] = { KEEP, 4, 4, NULL, NULL },
	[OVS_KEY_ATTR_CT_ORIG_TUPLE_IPV4] = { KEEP, 13, 16, ipv4, NULL },
	[OVS_KEY_ATTR_CT_ORIG_TUPLE_IPV6] = { KEEP, 37, 40, ipv6, NULL },
};
static const struct level key_level = LEVEL(key);

/* ---- actions ------------------------------------------------------------------------------------ */

enum { ACTION_ADD_MPLS = 22, ACTION_DEC_TTL = 23, ACTION_DROP = 24 }; /* younger than some headers */

static const struct level action_level;

static const struct kind userspace[] = {
	[OVS_USERSPACE_ATTR_PID] = { KEEP, 4, 4, NULL, NULL },
	[OVS_USERSPACE_ATTR_EGRESS_TUN_PORT] = { KEEP, 4, 4, NULL, NULL },
};
static const struct level userspace_level = LEVEL(userspace);

static const struct kind nat[] = {
	[OVS_NAT_ATTR_IP_MIN] = { NAT_ADDRESS, 4, 16, NULL, NULL }, /* of either family */
	[OVS_NAT_ATTR_IP_MAX] = { NAT_ADDRESS, 4, 16, NULL, NULL },
	[OVS_NAT_ATTR_PROTO_MIN] = { KEEP, 2, 2, NULL, NULL },
	[OVS_NAT_ATTR_PROTO_MAX] = { KEEP, 2, 2, NULL, NULL },
};
static const struct level nat_level = LEVEL(nat);

static const struct kind ct[] = {
	[OVS_CT_ATTR_ZONE] = { KEEP, 2, 2, NULL, NULL },
	[OVS_CT_ATTR_MARK] = { KEEP, 8, 8, NULL, NULL },
	[OVS_CT_ATTR_NAT] = { NEST, 0, 0, NULL, &nat_level },
	[OVS_CT_ATTR_EVENTMASK] = { KEEP, 4, 4, NULL, NULL },
};
static const struct level ct_level = LEVEL(ct);

static const struct kind sample[] = {
	[OVS_SAMPLE_ATTR_PROBABILITY] = { KEEP, 4, 4, NULL, NULL },
	[OVS_SAMPLE_ATTR_ACTIONS] = { NEST, 0, 0, NULL, &action_level },
};
static const struct level sample_level = LEVEL(sample);

static const struct kind check_len[] = {
	[OVS_CHECK_PKT_LEN_ATTR_PKT_LEN] = { KEEP, 2, 2, NULL, NULL },
	[OVS_CHECK_PKT_LEN_ATTR_ACTIONS_IF_GREATER] = { NEST, 0, 0, NULL, &action_level },
	[OVS_CHECK_PKT_LEN_ATTR_ACTIONS_IF_LESS_EQUAL] = { NEST, 0, 0, NULL, &action_level },
};
static const struct level check_len_level = LEVEL(check_len);

static const struct kind dec_ttl[] = { [1] = { NEST, 0, 0, NULL, &action_level } };
static const struct level dec_ttl_level = LEVEL(dec_ttl);

static const struct kind action[] = {
	[OVS_ACTION_ATTR_OUTPUT] = { KEEP, 4, 4, NULL, NULL },
	[OVS_ACTION_ATTR_USERSPACE] = { NEST, 0, 0, NULL, &userspace_level },
	[OVS_ACTION_ATTR_SET] = { NEST, 0, 0, NULL, &key_level },
	[OVS_ACTION_ATTR_PUSH_VLAN] = { KEEP, 4, 4, NULL, NULL },
	[OVS_ACTION_ATTR_SAMPLE] = { NEST, 0, 0, NULL, &sample_level },
	[OVS_ACTION_ATTR_RECIRC] = { KEEP, 4, 4, NULL, NULL },
	[OVS_ACTION_ATTR_HASH] = { KEEP, 8, 8, NULL, NULL },
	[OVS_ACTION_ATTR_PUSH_MPLS] = { KEEP, 6, 8, NULL, NULL },
	[OVS_ACTION_ATTR_POP_MPLS] = { KEEP, 2, 2, NULL, NULL },
	[OVS_ACTION_ATTR_SET_MASKED] = { MASKED, 0, 0, NULL, &key_level },
	[OVS_ACTION_ATTR_CT] = { NEST, 0, 0, NULL, &ct_level },
	[OVS_ACTION_ATTR_TRUNC] = { KEEP, 4, 4, NULL, NULL },
	[OVS_ACTION_ATTR_PUSH_ETH] = { KEEP, 12, 12, ethernet, NULL },
	[OVS_ACTION_ATTR_METER] = { KEEP, 4, 4, NULL, NULL },
	[OVS_ACTION_ATTR_CLONE] = { NEST, 0, 0, NULL, &action_level },
	[OVS_ACTION_ATTR_CHECK_PKT_LEN] = { NEST, 0, 0, NULL, &check_len_level },
	[ACTION_ADD_MPLS] = { KEEP, 6, 8, NULL, NULL },
	[ACTION_DEC_TTL] = { NEST, 0, 0, NULL, &dec_ttl_level },
	[ACTION_DROP] = { KEEP, 4, 4, NULL, NULL },
};
static const struct level action_level = LEVEL(action);

static const struct kind flow[] = {
	[OVS_FLOW_ATTR_KEY] = { NEST, 0, 0, NULL, &key_level },
	[OVS_FLOW_ATTR_ACTIONS] = { NEST, 0, 0, NULL, &action_level },
	[OVS_FLOW_ATTR_STATS] = { KEEP, 16, 16, NULL, NULL },
	[OVS_FLOW_ATTR_TCP_FLAGS] = { KEEP, 1, 1, NULL, NULL },
	[OVS_FLOW_ATTR_USED] = { KEEP, 8, 8, NULL, NULL },
	[OVS_FLOW_ATTR_MASK] = { MASK, 0, 0, NULL, &key_level },
	[OVS_FLOW_ATTR_UFID] = { UFID, 1, 16, NULL, NULL },
	[OVS_FLOW_ATTR_UFID_FLAGS] = { KEEP, 4, 4, NULL, NULL },
};
static const struct level flow_level = LEVEL(flow);

/* ---- values ------------------------------------------------------------------------------------- */

static void disguise_place(struct disguise *d, __u8 *p, enum value value)
{
	if (value == IP4)
		disguise__ip4(d, p);
	else if (value == IP6)
		disguise__address(d, p);
	else if (value == MAC)
		disguise__mac(d, p);
	else if (value == HASHED)
		disguise__hash(d, p, 4);
}

static void keep_value(struct disguise *d, const struct kind *k, __u8 *p, size_t len, bool mask)
{
	for (const struct place *place = k->places; place && place->value && !mask; place++)
		disguise_place(d, p + place->offset, place->value);
	if (k->most && len > k->most)
		memset(p + k->most, 0, len - k->most);
}

static void disguise_level(struct disguise *d, const struct level *level, __u8 *p, size_t len, bool mask,
			   unsigned depth);

/* One attribute, of which value and mask follow each other. */
static void disguise_masked(struct disguise *d, const struct level *level, __u8 *p, size_t len)
{
	size_t n = len >= HEADER ? (size_t)(p[0] | p[1] << 8) : 0, half;
	unsigned type = len >= HEADER ? (p[2] | p[3] << 8) & TYPE_MASK : 0;
	const struct kind *k = type < level->n ? &level->kinds[type] : NULL;

	half = n >= HEADER ? (n - HEADER) / 2 : 0;
	if (n < HEADER || n > len || !k || k->value != KEEP || half < k->min || 2 * half != n - HEADER) {
		memset(p + (len < HEADER ? 0 : HEADER), 0, len < HEADER ? len : len - HEADER);
		return;
	}
	keep_value(d, k, p + HEADER, half, false);
	keep_value(d, k, p + HEADER + half, half, true);
	memset(p + n, 0, len - n);
}

static void disguise_value(struct disguise *d, const struct kind *k, __u8 *p, size_t len, bool mask, unsigned depth)
{
	if (k->value == KEEP && len >= k->min)
		keep_value(d, k, p, len, mask);
	else if (k->value == NAT_ADDRESS && (len == 4 || len == 16))
		disguise_place(d, p, len == 4 ? IP4 : IP6);
	else if (k->value == UFID && len && len <= k->most)
		disguise__bytes(d, p, len);
	else if ((k->value == NEST || k->value == MASK) && depth < MAX_DEPTH)
		disguise_level(d, k->nested, p, len, mask || k->value == MASK, depth + 1);
	else if (k->value == MASKED)
		disguise_masked(d, k->nested, p, len);
	else
		memset(p, 0, len);
}

static void disguise_level(struct disguise *d, const struct level *level, __u8 *p, size_t len, bool mask,
			   unsigned depth)
{
	static const struct kind none;

	while (len >= HEADER) {
		size_t n = p[0] | p[1] << 8, step = (n + 3) & ~(size_t)3;
		unsigned type = (p[2] | p[3] << 8) & TYPE_MASK;

		if (n > len && type < level->n) { /* cut: its length and type stay */
			memset(p + HEADER, 0, len - HEADER);
			return;
		}
		if (n < HEADER || n > len)
			break;
		step = step < len ? step : len;
		disguise_value(d, type < level->n ? &level->kinds[type] : &none, p + HEADER, n - HEADER, mask, depth);
		memset(p + n, 0, step - n);
		p += step;
		len -= step;
	}
	memset(p, 0, len);
}

void flow_bytes__disguise(struct disguise *d, __u8 *attrs, size_t len)
{
	disguise_level(d, &flow_level, attrs, len, false, 0);
}
