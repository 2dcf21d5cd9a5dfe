/* ovs_flow.c: flow commands: their parts, their texts, and whose packets they are about (ovs_flow.h). */
#include <linux/openvswitch.h>
#include <stdio.h>
#include <string.h>
#include "analyzer/ovs/ovs_actions.h"
#include "analyzer/ovs/ovs_flow.h"
#include "analyzer/ovs/ovs_key.h"

static void take(struct ovs_flow *f, const struct ovs_attr *a)
{
	switch (a->type) {
	case OVS_FLOW_ATTR_KEY:
		f->key = a->data;
		f->has_key = true;
		break;
	case OVS_FLOW_ATTR_MASK:
		f->mask = a->data;
		f->has_mask = true;
		break;
	case OVS_FLOW_ATTR_ACTIONS:
		f->actions = a->data;
		f->has_actions = true;
		break;
	case OVS_FLOW_ATTR_UFID:
		if (a->data.len < 1 || a->data.len > sizeof(f->ufid))
			break;
		memcpy(f->ufid, a->data.p, a->data.len);
		f->has_ufid = true;
		break;
	case OVS_FLOW_ATTR_PROBE:
		f->probe = true;
		break;
	case OVS_FLOW_ATTR_CLEAR:
		f->clear = true;
	}
}

void ovs_flow__parse(struct ovs_attrs attrs, struct ovs_flow *f)
{
	struct ovs_attr a;

	memset(f, 0, sizeof(*f));
	while (ovs_attrs__next(&attrs, &a))
		take(f, &a);
	f->cut = attrs.len != 0;
}

/* ---- who it is about ------------------------------------------------------------------------------ */

static void map_ip4(__u8 to[16], const __u8 *from)
{
	memset(to, 0, 10);
	memset(to + 10, 0xff, 2);
	memcpy(to + 12, from, 4);
}

static void tuple_ports(struct ovs_tuple *t, const struct ovs_attr *a)
{
	if (a->data.len < 4)
		return;
	t->sport = ovs_be16(a->data.p);
	t->dport = ovs_be16(a->data.p + 2);
}

static void tuple_addresses(struct ovs_tuple *t, const struct ovs_attr *a)
{
	if (a->type == OVS_KEY_ATTR_IPV4 && a->data.len >= 12) {
		map_ip4(t->saddr, a->data.p);
		map_ip4(t->daddr, a->data.p + 4);
		t->proto = a->data.p[8];
	} else if (a->type == OVS_KEY_ATTR_IPV6 && a->data.len >= 40) {
		memcpy(t->saddr, a->data.p, 16);
		memcpy(t->daddr, a->data.p + 16, 16);
		t->proto = a->data.p[36];
	} else if (a->type == OVS_KEY_ATTR_ARP && a->data.len >= 22) {
		map_ip4(t->saddr, a->data.p);
		map_ip4(t->daddr, a->data.p + 4);
		t->dport = ovs_be16(a->data.p + 8);
	}
}

static void tuple_field(struct ovs_tuple *t, const struct ovs_attr *a)
{
	const struct ovs_attrs *d = &a->data;

	switch (a->type) {
	case OVS_KEY_ATTR_IN_PORT:
		t->in_port = d->len >= 4 ? ovs_u32(d->p) : 0;
		break;
	case OVS_KEY_ATTR_RECIRC_ID:
		t->recirc_id = d->len >= 4 ? ovs_u32(d->p) : 0;
		break;
	case OVS_KEY_ATTR_ETHERTYPE:
		t->ethertype = d->len >= 2 ? ovs_be16(d->p) : 0;
		break;
	case OVS_KEY_ATTR_IPV4:
	case OVS_KEY_ATTR_IPV6:
	case OVS_KEY_ATTR_ARP:
		tuple_addresses(t, a);
		break;
	case OVS_KEY_ATTR_TCP:
	case OVS_KEY_ATTR_UDP:
	case OVS_KEY_ATTR_SCTP:
		tuple_ports(t, a);
		break;
	case OVS_KEY_ATTR_ICMP:
	case OVS_KEY_ATTR_ICMPV6:
		if (d->len >= 2)
			t->dport = ovs_be16(d->p);
	}
}

bool ovs_flow__tuple(const struct ovs_flow *f, struct ovs_tuple *t)
{
	struct ovs_attrs rest = f->key, inner;
	struct ovs_attr a;

	memset(t, 0, sizeof(*t));
	while (ovs_attrs__next(&rest, &a)) {
		if (a.type != OVS_KEY_ATTR_ENCAP) {
			tuple_field(t, &a);
			continue;
		}
		for (inner = a.data; ovs_attrs__next(&inner, &a);) {
			struct ovs_attrs innermost = a.data;

			tuple_field(t, &a);
			while (a.type == OVS_KEY_ATTR_ENCAP && ovs_attrs__next(&innermost, &a)) {
				tuple_field(t, &a);
				a.type = OVS_KEY_ATTR_ENCAP;
			}
		}
	}
	return t->ethertype != 0;
}

/* ---- texts ---------------------------------------------------------------------------------------- */

void ovs_flow__key_text(const struct ovs_flow *f, char *out, size_t cap)
{
	struct ovs_text t;

	ovs_text__init(&t, out, cap);
	ovs_key__put_all(&t, f->key, f->has_mask ? f->mask : (struct ovs_attrs){ NULL, 0 }, 0);
}

void ovs_flow__actions_text(const struct ovs_flow *f, char *out, size_t cap)
{
	struct ovs_text t;

	ovs_text__init(&t, out, cap);
	ovs_actions__put(&t, f->actions, 0);
}

/* OVS keeps it as four numbers. */
void ovs_flow__ufid_text(const __u8 ufid[16], char out[OVS_UFID_TEXT])
{
	__u32 a = ovs_u32(ufid), b = ovs_u32(ufid + 4), c = ovs_u32(ufid + 8), d = ovs_u32(ufid + 12);

	snprintf(out, OVS_UFID_TEXT, "%08x-%04x-%04x-%04x-%04x%08x", a, b >> 16, b & 0xffff, c >> 16, c & 0xffff, d);
}
