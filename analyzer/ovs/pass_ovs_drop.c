/*
 * pass_ovs_drop.c: packets that the Open vSwitch datapath dropped, counted and kept one by one up to a limit.
 */
#include <string.h>
#include "analyzer/sweep/pass.h"

enum { MAX_EVENTS = 100000 };
enum { DROPS, BYTES };

struct state {
	struct sweep *sweep;
	struct tally drops;
	__u64 kept, left_out;
};

struct key {
	__u64 location;
	__u32 reason, arg, recirc_id, netns, ifindex;
	__u16 ethertype;
	__u8 proto, why;
	__u32 action, pad;
};

static void put(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	struct key k;

	memcpy(&k, key, sizeof(k));
	STORE(s, "ovs_drop", V_INT("win", win), V_INT("why", k.why), V_INT("location", k.location),
	      V_INT("reason", k.reason), V_INT("action", k.action), V_INT("arg", k.arg),
	      V_INT("recirc_id", k.recirc_id), V_INT("netns", k.netns), V_INT("ifindex", k.ifindex),
	      V_INT("ethertype", k.ethertype), V_INT("proto", k.proto), V_INT("n", row->count[DROPS]),
	      V_INT("bytes", row->count[BYTES]));
}

static const struct tally_spec spec = { sizeof(struct key) / 8, 2, 0, put };

static void packet_of(const struct rec_ovs_drop *d, struct rec_packet *p)
{
	*p = (struct rec_packet){ .rec = d->rec, .skb = d->skb, .sport = d->sport, .dport = d->dport,
				  .ethertype = d->ethertype, .proto = d->proto, .tcp_flags = d->tcp_flags, .vlan = d->vlan,
				  .ip_id = d->ip_id, .seq = d->seq, .len = d->len, .netns = d->netns, .ifindex = d->ifindex };
	memcpy(p->saddr, d->saddr, sizeof(p->saddr));
	memcpy(p->daddr, d->daddr, sizeof(p->daddr));
}

static void keep(struct state *st, const struct rec_ovs_drop *d)
{
	if (st->kept == MAX_EVENTS) {
		st->left_out++;
		return;
	}
	st->kept++;
	STORE(st->sweep->store, "ovs_drop_event", V_INT("ts_ns", d->rec.ts), V_INT("win", st->sweep->win),
	      V_INT("cpu", d->rec.cpu), V_INT("skb", d->skb), V_INT("why", d->why), V_INT("location", d->location),
	      V_INT("reason", d->reason), V_INT("action", d->action), V_INT("arg", d->arg),
	      V_INT("recirc_id", d->recirc_id), V_INT("ct_state", d->ct_state), V_INT("in_port", d->in_port),
	      V_INT("netns", d->netns), V_INT("ifindex", d->ifindex), V_INT("len", d->len),
	      V_INT("ethertype", d->ethertype), V_INT("vlan", d->vlan), V_ADDR("saddr", d->saddr),
	      V_ADDR("daddr", d->daddr), V_INT("sport", d->sport), V_INT("dport", d->dport), V_INT("proto", d->proto),
	      V_INT("ip_id", d->ip_id), V_INT("seq", d->seq), V_INT("tcp_flags", d->tcp_flags));
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_ovs_drop *d = (const struct rec_ovs_drop *)rec;
	struct key k = { .location = d->location, .reason = d->reason, .arg = d->arg, .recirc_id = d->recirc_id,
			 .netns = d->netns, .ifindex = d->ifindex, .ethertype = d->ethertype, .proto = d->proto,
			 .why = d->why, .action = d->action };
	__u64 key[sizeof(k) / 8];
	struct state *st = state;
	struct rec_packet p;
	__u64 *n;

	packet_of(d, &p);
	if (!sweep__match(st->sweep, &p, NULL))
		return;
	memcpy(key, &k, sizeof(k));
	n = tally__at(&st->drops, st->sweep->win, key).count;
	n[DROPS]++;
	n[BYTES] += d->len;
	if (d->location)
		names__use_location(st->sweep->names, d->location);
	keep(st, d);
}

static void finish(void *state)
{
	struct state *st = state;

	sweep__limit(st->sweep, "Open vSwitch drops", MAX_EVENTS, st->left_out, "they are counted but not listed one by one");
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(drops, spec),
	{ 0 },
};

static const __u8 wants[] = { REC_ovs_drop, 0 };

/* Each drop stands for itself. */
const struct pass pass_ovs_drop = {
	.name = "ovs_drop", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies,
	.on_event = on_event, .on_gap = pass__no_gap, .finish = finish,
};
