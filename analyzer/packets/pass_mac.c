/*
 * pass_mac.c: MAC addresses that come in at one port of a switch, and then at another.
 *
 * A switch sends what is for an address to the port where it was last seen as a source. Of addresses that moved, each
 * stay at a port is stored, with what came from the address and what went out to it there meanwhile. Those that stay
 * where they are cost a lookup for each packet at a port, and no row.
 */
#include <errno.h>
#include "analyzer/packets/switches.h"
#include "analyzer/sweep/pass.h"

enum { MAX_ADDRESSES = 1 << 14, MAX_STAYS = 1 << 14 };

struct stay { /* the present one */
	__u32 ifindex;
	bool moved; /* it has been elsewhere */
	__u64 from, to; /* packets of the address, first and last */
	__u64 received, sent;
};

struct state {
	struct sweep *sweep;
	struct lru *stays; /* by switch, and VLAN << 48 | MAC */
	struct switches *switches;
	__u64 stored, left_out;
};

static void store(void *arg, const __u64 *key, void *value)
{
	const struct stay *s = value;
	struct state *st = arg;

	if (st->stored == MAX_STAYS) {
		st->left_out++;
		return;
	}
	st->stored++;
	STORE(st->sweep->store, "mac_stay", V_INT("netns", key[0] >> 32), V_INT("switch", key[0] & 0xffffffff),
	      V_INT("vlan", key[1] >> 48), V_INT("mac", key[1] & 0xffffffffffff), V_INT("ifindex", s->ifindex),
	      V_INT("from_ns", s->from), V_INT("to_ns", s->to), V_INT("received", s->received), V_INT("sent", s->sent));
}

static void store_moved(void *arg, const __u64 *key, void *value)
{
	if (((const struct stay *)value)->moved)
		store(arg, key, value);
}

static void came_in(struct state *st, const __u64 *key, __u32 ifindex, __u64 ts)
{
	bool fresh;
	struct stay *s = lru__add(st->stays, key, &fresh);

	if (!fresh && s->ifindex != ifindex) {
		store(st, key, s);
		*s = (struct stay){ .moved = true };
	}
	if (!s->received++)
		s->from = ts;
	s->ifindex = ifindex;
	s->to = ts;
}

static void see(struct state *st, const struct rec *rec, __u8 stage, __u32 netns, __u32 ifindex)
{
	const struct rec_packet *head = st->sweep->subject.head;
	bool in = stage == STAGE_netif_receive_skb;
	__u32 master;
	__u64 key[2];

	if (!head || !(head->l2 & FRAME_ETHERNET) || (!in && stage != STAGE_net_dev_queue))
		return;
	master = switches__of_port(st->switches, netns, ifindex);
	if (!master)
		return;
	key[0] = pair(netns, master);
	key[1] = (__u64)(head->vlan & 0xfff) << 48 | (in ? head->smac : head->dmac);
	if (in) {
		came_in(st, key, ifindex, rec->ts);
	} else {
		struct stay *s = lru__find(st->stays, key);

		if (s && s->ifindex == ifindex)
			s->sent++;
	}
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_packet *p = (const struct rec_packet *)rec;
	const struct rec_hop *h = (const struct rec_hop *)rec;

	if (rec->type == REC_packet)
		see(state, rec, p->stage, p->netns, p->ifindex);
	else
		see(state, rec, h->stage, h->netns, h->ifindex);
}

static int init(void *state)
{
	struct state *st = state;

	st->switches = switches__new(st->sweep->names);
	if (!st->switches)
		return -ENOMEM;
	lru__on_forget(st->stays, store_moved, st);
	return 0;
}

static void finish(void *state)
{
	struct state *st = state;

	lru__each(st->stays, store_moved, st);
	sweep__limit(st->sweep, "stays of MAC addresses", MAX_STAYS, st->left_out,
		     "where addresses that moved were later is missing");
}

static void release(void *state)
{
	switches__free(((struct state *)state)->switches);
}

static const struct pass_lru lrus[] = {
	PASS_LRU(stays, 2, struct stay, MAX_ADDRESSES, NULL, NULL),
	{ 0 },
};

static const __u8 wants[] = { REC_packet, REC_hop, 0 };

/* Over a gap an address may have been elsewhere unseen: who concludes from that asks for gaps (lost_while()). */
const struct pass pass_mac = {
	.name = "mac", .wants = wants, .state_size = sizeof(struct state), .lrus = lrus, .init = init,
	.on_event = on_event, .on_gap = pass__no_gap, .finish = finish, .release = release,
};
