/*
 * ovs_actions.c: actions of flows in words, as ovs-dpctl puts them: in order, nested ones included.
 */
#include <arpa/inet.h>
#include <linux/openvswitch.h>
#include <string.h>
#include "analyzer/ovs/ovs_actions.h"
#include "analyzer/ovs/ovs_key.h"

/* Younger than the headers this may be built with. */
enum { ACTION_ADD_MPLS = 22, ACTION_DEC_TTL = 23, ACTION_DROP = 24, ACTION_PSAMPLE = 25 };

typedef void (*put_fn)(struct ovs_text *t, struct ovs_attrs data, unsigned depth);

static bool has(const struct ovs_attrs *d, size_t n)
{
	return d->len >= n;
}

static void put_output(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	(void)depth;
	ovs_text__add(t, "%u", ovs_u32(d.p));
}

static void put_recirc(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	(void)depth;
	ovs_text__add(t, "recirc(%#x)", ovs_u32(d.p));
}

static void put_trunc(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	(void)depth;
	ovs_text__add(t, "trunc(%u)", ovs_u32(d.p));
}

static void put_meter(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	(void)depth;
	ovs_text__add(t, "meter(%u)", ovs_u32(d.p));
}

static void put_userspace(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	struct ovs_attr a;

	(void)depth;
	ovs_text__add(t, "userspace(");
	if (ovs_attrs__find(d, OVS_USERSPACE_ATTR_PID, &a) && a.data.len >= 4)
		ovs_text__add(t, "pid=%u", ovs_u32(a.data.p));
	if (ovs_attrs__find(d, OVS_USERSPACE_ATTR_USERDATA, &a)) {
		ovs_text__add(t, ",userdata(");
		for (size_t i = 0; i < a.data.len && !t->cut; i++)
			ovs_text__add(t, "%02x", a.data.p[i]);
		ovs_text__add(t, ")");
	}
	if (ovs_attrs__find(d, OVS_USERSPACE_ATTR_ACTIONS, &a))
		ovs_text__add(t, ",actions");
	if (ovs_attrs__find(d, OVS_USERSPACE_ATTR_EGRESS_TUN_PORT, &a) && a.data.len >= 4)
		ovs_text__add(t, ",tunnel_out_port=%u", ovs_u32(a.data.p));
	ovs_text__add(t, ")");
}

static void put_set(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	struct ovs_attr a;

	ovs_text__add(t, "set(");
	if (ovs_attrs__next(&d, &a))
		ovs_key__put(t, &a, (struct ovs_attrs){ NULL, 0 }, depth);
	ovs_text__add(t, ")");
}

/* Value and mask follow each other. */
static void put_set_masked(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	struct ovs_attr a;

	ovs_text__add(t, "set(");
	if (ovs_attrs__next(&d, &a)) {
		struct ovs_attrs mask = { a.data.p + a.data.len / 2, a.data.len / 2 };

		a.data.len /= 2;
		ovs_key__put(t, &a, mask, depth);
	}
	ovs_text__add(t, ")");
}

static void put_push_vlan(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	unsigned tpid = ovs_be16(d.p), tci = ovs_be16(d.p + 2);

	(void)depth;
	ovs_text__add(t, "push_vlan(");
	if (tpid != 0x8100)
		ovs_text__add(t, "tpid=0x%04x,", tpid);
	ovs_text__add(t, "vid=%u,pcp=%u%s)", tci & 0xfff, tci >> 13, tci & 0x1000 ? "" : ",cfi=0");
}

static void put_mpls(struct ovs_text *t, const char *name, const __u8 *p)
{
	__u32 lse = ovs_be32(p);

	ovs_text__add(t, "%s(label=%u,tc=%u,ttl=%u,bos=%u,eth_type=0x%x)", name, lse >> 12, lse >> 9 & 7, lse & 0xff,
		      lse >> 8 & 1, ovs_be16(p + 4));
}

static void put_push_mpls(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	(void)depth;
	put_mpls(t, "push_mpls", d.p);
}

static void put_add_mpls(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	(void)depth;
	put_mpls(t, "add_mpls", d.p);
}

static void put_pop_mpls(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	(void)depth;
	ovs_text__add(t, "pop_mpls(eth_type=0x%x)", ovs_be16(d.p));
}

static void put_push_eth(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	const struct ovs_attr a = { OVS_KEY_ATTR_ETHERNET, d };

	(void)depth;
	ovs_text__add(t, "push_");
	ovs_key__put(t, &a, (struct ovs_attrs){ NULL, 0 }, 0);
}

static void put_hash(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	__u32 algorithm = ovs_u32(d.p), basis = ovs_u32(d.p + 4);

	(void)depth;
	if (algorithm < 2)
		ovs_text__add(t, "hash(%s(%u))", algorithm ? "sym_l4" : "hash_l4", basis);
	else
		ovs_text__add(t, "hash(algorithm%u(%u))", algorithm, basis);
}

static void put_nested(struct ovs_text *t, struct ovs_attrs in, unsigned type, unsigned depth)
{
	struct ovs_attr a;

	if (ovs_attrs__find(in, type, &a))
		ovs_actions__put(t, a.data, depth + 1);
}

static void put_sample(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	struct ovs_attr a;
	double share = 0;

	if (ovs_attrs__find(d, OVS_SAMPLE_ATTR_PROBABILITY, &a) && a.data.len >= 4)
		share = 100.0 * ovs_u32(a.data.p) / 4294967295.0;
	ovs_text__add(t, "sample(sample=%.1f%%,actions(", share);
	put_nested(t, d, OVS_SAMPLE_ATTR_ACTIONS, depth);
	ovs_text__add(t, "))");
}

static void put_clone(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	ovs_text__add(t, "clone(");
	ovs_actions__put(t, d, depth + 1);
	ovs_text__add(t, ")");
}

static void put_check_pkt_len(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	struct ovs_attr a;

	ovs_text__add(t, "check_pkt_len(");
	if (ovs_attrs__find(d, OVS_CHECK_PKT_LEN_ATTR_PKT_LEN, &a) && a.data.len >= 2)
		ovs_text__add(t, "size=%u,", ovs_u16(a.data.p));
	ovs_text__add(t, "gt(");
	put_nested(t, d, OVS_CHECK_PKT_LEN_ATTR_ACTIONS_IF_GREATER, depth);
	ovs_text__add(t, "),le(");
	put_nested(t, d, OVS_CHECK_PKT_LEN_ATTR_ACTIONS_IF_LESS_EQUAL, depth);
	ovs_text__add(t, "))");
}

static void put_dec_ttl(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	ovs_text__add(t, "dec_ttl(le_1(");
	put_nested(t, d, 1, depth);
	ovs_text__add(t, "))");
}

/* ---- connection tracking -------------------------------------------------------------------------- */

static void put_address(struct ovs_text *t, struct ovs_attrs nat, unsigned type, const char *before)
{
	char text[INET6_ADDRSTRLEN];
	struct ovs_attr a;

	if (!ovs_attrs__find(nat, type, &a))
		return;
	if (a.data.len == 4)
		ovs_text__add(t, "%s%s", before, inet_ntop(AF_INET, a.data.p, text, sizeof(text)));
	else if (a.data.len == 16)
		ovs_text__add(t, "%s%s", before, inet_ntop(AF_INET6, a.data.p, text, sizeof(text)));
}

static void put_port(struct ovs_text *t, struct ovs_attrs nat, unsigned type, const char *before)
{
	struct ovs_attr a;

	if (ovs_attrs__find(nat, type, &a) && a.data.len >= 2)
		ovs_text__add(t, "%s%u", before, ovs_u16(a.data.p));
}

static void put_flag(struct ovs_text *t, struct ovs_attrs in, unsigned type, const char *word)
{
	struct ovs_attr a;

	if (ovs_attrs__find(in, type, &a))
		ovs_text__add(t, "%s,", word);
}

static void put_nat(struct ovs_text *t, struct ovs_attrs nat)
{
	bool src, dst;
	struct ovs_attr a;

	src = ovs_attrs__find(nat, OVS_NAT_ATTR_SRC, &a);
	dst = ovs_attrs__find(nat, OVS_NAT_ATTR_DST, &a);
	ovs_text__add(t, "nat");
	if (src || dst) {
		ovs_text__add(t, "(%s", src ? "src" : "dst");
		put_address(t, nat, OVS_NAT_ATTR_IP_MIN, "=");
		put_address(t, nat, OVS_NAT_ATTR_IP_MAX, "-");
		put_port(t, nat, OVS_NAT_ATTR_PROTO_MIN, ":");
		put_port(t, nat, OVS_NAT_ATTR_PROTO_MAX, "-");
		ovs_text__add(t, ",");
		put_flag(t, nat, OVS_NAT_ATTR_PERSISTENT, "persistent");
		put_flag(t, nat, OVS_NAT_ATTR_PROTO_HASH, "hash");
		put_flag(t, nat, OVS_NAT_ATTR_PROTO_RANDOM, "random");
		ovs_text__chomp(t);
		ovs_text__add(t, ")");
	}
	ovs_text__add(t, ",");
}

static void put_name(struct ovs_text *t, struct ovs_attrs d, unsigned type, const char *word)
{
	struct ovs_attr a;

	if (ovs_attrs__find(d, type, &a))
		ovs_text__add(t, "%s=%.*s,", word, (int)strnlen((const char *)a.data.p, a.data.len < 64 ? a.data.len : 64),
			      (const char *)a.data.p);
}

/* Highest byte last in memory. */
static void put_u128(struct ovs_text *t, const __u8 *p)
{
	int i = 15;

	while (i > 0 && !p[i])
		i--;
	ovs_text__add(t, "0x%x", p[i]);
	while (i-- > 0)
		ovs_text__add(t, "%02x", p[i]);
}

static void put_ct(struct ovs_text *t, struct ovs_attrs d, unsigned depth)
{
	size_t begin = t->len + 2;
	struct ovs_attr a;

	(void)depth;
	ovs_text__add(t, "ct(");
	put_flag(t, d, OVS_CT_ATTR_COMMIT, "commit");
	put_flag(t, d, OVS_CT_ATTR_FORCE_COMMIT, "force_commit");
	if (ovs_attrs__find(d, OVS_CT_ATTR_ZONE, &a) && a.data.len >= 2)
		ovs_text__add(t, "zone=%u,", ovs_u16(a.data.p));
	if (ovs_attrs__find(d, OVS_CT_ATTR_MARK, &a) && a.data.len >= 8)
		ovs_text__add(t, "mark=%#x/%#x,", ovs_u32(a.data.p), ovs_u32(a.data.p + 4));
	if (ovs_attrs__find(d, OVS_CT_ATTR_LABELS, &a) && a.data.len >= 32) {
		ovs_text__add(t, "label=");
		put_u128(t, a.data.p);
		ovs_text__add(t, "/");
		put_u128(t, a.data.p + 16);
		ovs_text__add(t, ",");
	}
	put_name(t, d, OVS_CT_ATTR_HELPER, "helper");
	put_name(t, d, OVS_CT_ATTR_TIMEOUT, "timeout");
	if (ovs_attrs__find(d, OVS_CT_ATTR_NAT, &a))
		put_nat(t, a.data);
	ovs_text__chomp(t);
	ovs_text__add(t, ")");
	if (!t->cut && t->len == begin + 2) /* nothing to say */
		t->s[t->len = begin] = '\0';
}

/* ---- any action ----------------------------------------------------------------------------------- */

struct kind {
	put_fn put;       /* NULL: the name is all there is to say */
	const char *name;
	unsigned min;     /* bytes it needs */
};

static const struct kind kinds[] = {
	[OVS_ACTION_ATTR_OUTPUT] = { put_output, "output", 4 },
	[OVS_ACTION_ATTR_USERSPACE] = { put_userspace, "userspace", 0 },
	[OVS_ACTION_ATTR_SET] = { put_set, "set", 0 },
	[OVS_ACTION_ATTR_PUSH_VLAN] = { put_push_vlan, "push_vlan", 4 },
	[OVS_ACTION_ATTR_POP_VLAN] = { NULL, "pop_vlan", 0 },
	[OVS_ACTION_ATTR_SAMPLE] = { put_sample, "sample", 0 },
	[OVS_ACTION_ATTR_RECIRC] = { put_recirc, "recirc", 4 },
	[OVS_ACTION_ATTR_HASH] = { put_hash, "hash", 8 },
	[OVS_ACTION_ATTR_PUSH_MPLS] = { put_push_mpls, "push_mpls", 6 },
	[OVS_ACTION_ATTR_POP_MPLS] = { put_pop_mpls, "pop_mpls", 2 },
	[OVS_ACTION_ATTR_SET_MASKED] = { put_set_masked, "set", 0 },
	[OVS_ACTION_ATTR_CT] = { put_ct, "ct", 0 },
	[OVS_ACTION_ATTR_TRUNC] = { put_trunc, "trunc", 4 },
	[OVS_ACTION_ATTR_PUSH_ETH] = { put_push_eth, "push_eth", 12 },
	[OVS_ACTION_ATTR_POP_ETH] = { NULL, "pop_eth", 0 },
	[OVS_ACTION_ATTR_CT_CLEAR] = { NULL, "ct_clear", 0 },
	[OVS_ACTION_ATTR_POP_NSH] = { NULL, "pop_nsh()", 0 },
	[OVS_ACTION_ATTR_METER] = { put_meter, "meter", 4 },
	[OVS_ACTION_ATTR_CLONE] = { put_clone, "clone", 0 },
	[OVS_ACTION_ATTR_CHECK_PKT_LEN] = { put_check_pkt_len, "check_pkt_len", 0 },
	[ACTION_ADD_MPLS] = { put_add_mpls, "add_mpls", 6 },
	[ACTION_DEC_TTL] = { put_dec_ttl, "dec_ttl", 0 },
	[ACTION_DROP] = { NULL, "drop", 0 },
};

static void put_action(struct ovs_text *t, const struct ovs_attr *a, unsigned depth)
{
	static const struct kind none = { NULL, NULL, 0 };
	const struct kind *kind = a->type < sizeof(kinds) / sizeof(*kinds) ? &kinds[a->type] : &none;

	if (!kind->name || !has(&a->data, kind->min) || depth >= OVS_MAX_DEPTH) {
		ovs_text__add(t, "action%u(", a->type);
		ovs_text__hex(t, a->data);
		ovs_text__add(t, ")");
	} else if (kind->put) {
		kind->put(t, a->data, depth);
	} else {
		ovs_text__add(t, "%s", kind->name);
	}
}

void ovs_actions__put(struct ovs_text *t, struct ovs_attrs actions, unsigned depth)
{
	struct ovs_attr a;
	bool any = false;

	while (!t->cut && ovs_attrs__next(&actions, &a)) {
		ovs_text__add(t, "%s", any ? "," : "");
		any = true;
		put_action(t, &a, depth);
	}
	if (actions.len)
		ovs_text__add(t, "%s(the rest is missing)", any ? "," : "");
	else if (!any)
		ovs_text__add(t, "drop");
}
