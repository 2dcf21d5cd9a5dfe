/*
 * pass_interface.c: packets per interface as recorded, beside what the kernel's own counters say; queueing
 * disciplines; all other kernel counters.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include "analyzer/sweep/pass.h"
#include "analyzer/base/samples.h"

enum { MAX_DEVICES = 1 << 16, MAX_COUNTERS = 1 << 18 };
enum { DIR_RX, DIR_TX };
enum { PACKETS, BYTES, REFUSED };
enum { N_STATS = 8 };

struct device {
	bool sampled, gone; /* gone: from its namespace; it may be back */
	struct rec_netdev first, last;
};

struct qdisc {
	bool sampled;
	struct rec_qdisc last;
};

struct counter {
	bool sampled;
	__u64 first_ns, last_ns, first, last, delta;
};

struct state {
	struct sweep *sweep;
	struct lru *devices, *qdiscs, *counters;
	struct tally counts, deltas, counter_deltas;
};

/* ---- what is stored ----------------------------------------------------------------------------- */

static void put_count(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "iface_count", V_INT("win", win), V_INT("netns", key[1] >> 32), V_INT("ifindex", key[1] & 0xffffffff),
	      V_TEXT("dir", key[0] == DIR_RX ? "rx" : "tx"), V_INT("packets", row->count[PACKETS]),
	      V_INT("bytes", row->count[BYTES]), V_INT("refused", row->count[REFUSED]));
}

static void put_delta(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	const __u64 *n = row->count;

	STORE(s, "iface_delta", V_INT("win", win), V_INT("netns", key[0] >> 32), V_INT("ifindex", key[0] & 0xffffffff),
	      V_INT("rx_packets", n[0]), V_INT("rx_bytes", n[1]), V_INT("rx_dropped", n[2]), V_INT("rx_errors", n[3]),
	      V_INT("tx_packets", n[4]), V_INT("tx_bytes", n[5]), V_INT("tx_dropped", n[6]), V_INT("tx_errors", n[7]));
}

/* A counter's key holds the address of its name, which lives as long as the sweep. */
static void put_counter_delta(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	const struct rec_text *name = (const struct rec_text *)(uintptr_t)key[1];

	STORE(s, "counter_delta", V_INT("win", win), V_INT("netns", key[0]), V_TEXTN("name", name->s, name->len),
	      V_INT("delta", row->count[0]));
}

static const struct tally_spec count_spec = { 2, 3, 0, put_count };
static const struct tally_spec delta_spec = { 1, N_STATS, 0, put_delta };
static const struct tally_spec counter_spec = { 2, 1, 0, put_counter_delta };

/* ---- packets ------------------------------------------------------------------------------------ */

static void count(struct state *st, int dir, __u32 netns, __u32 ifindex, __u32 bytes, bool refused)
{
	__u64 key[2] = { dir, pair(netns, ifindex) };
	__u64 *n = tally__at(&st->counts, st->sweep->win, key).count;

	n[REFUSED] += refused;
	n[PACKETS] += !refused;
	n[BYTES] += refused ? 0 : bytes;
}

static void on_packet(struct state *st, const struct rec_packet *r)
{
	if (r->stage == STAGE_netif_receive_skb && st->sweep->subject.matched)
		count(st, DIR_RX, r->netns, r->ifindex, r->len, false);
}

/* aux is the driver's return code. */
static void on_hop(struct state *st, const struct rec_hop *r)
{
	if (!st->sweep->subject.matched)
		return;
	if (r->stage == STAGE_net_dev_xmit)
		count(st, DIR_TX, r->netns, r->ifindex, r->len, r->aux != 0);
	else if (r->stage == STAGE_netif_receive_skb)
		count(st, DIR_RX, r->netns, r->ifindex, r->len, false);
}

/* ---- samples ------------------------------------------------------------------------------------ */

static void stats_of(const struct rec_netdev *r, __u64 out[N_STATS])
{
	const __u64 stats[N_STATS] = { r->rx_packets, r->rx_bytes, r->rx_dropped, r->rx_errors,
				       r->tx_packets, r->tx_bytes, r->tx_dropped, r->tx_errors };

	memcpy(out, stats, sizeof(stats));
}

static void on_netdev(struct state *st, const struct rec_netdev *r)
{
	__u64 key = pair(r->netns, r->ifindex), before[N_STATS], now[N_STATS], *n;
	struct device *d = lru__add(st->devices, &key, NULL);

	if (!d->sampled) {
		d->sampled = true;
		d->first = d->last = *r;
		return;
	}
	if (d->gone) { /* what it counted elsewhere is another device's */
		d->gone = false;
		d->last = *r;
		return;
	}
	stats_of(&d->last, before);
	stats_of(r, now);
	n = tally__at(&st->deltas, st->sweep->win, &key).count;
	for (int i = 0; i < N_STATS; i++)
		n[i] += delta64(before[i], now[i]);
	d->last = *r;
}

static void on_link_state(struct state *st, const struct rec_link_state *r)
{
	__u64 key = pair(r->netns, r->ifindex);
	struct device *d = lru__find(st->devices, &key);

	if (d && (r->what == LINK_GONE || r->what == LINK_MOVED))
		d->gone = true;
}

static void on_qdisc(struct state *st, const struct rec_qdisc *r)
{
	__u64 key[2] = { pair(r->netns, r->ifindex), pair(r->handle, r->parent) };
	struct qdisc *q = lru__add(st->qdiscs, key, NULL);
	const struct rec_text *kind = names__string(st->sweep->names, r->kind);
	const struct rec_qdisc *last = q->sampled ? &q->last : r;

	STORE(st->sweep->store, "qdisc_stat", V_INT("win", st->sweep->win), V_INT("ts_ns", r->rec.ts),
	      V_INT("netns", r->netns), V_INT("ifindex", r->ifindex), V_INT("handle", r->handle),
	      V_INT("parent", r->parent), kind ? V_TEXTN("kind", kind->s, kind->len) : V_NULL("kind"),
	      V_INT("packets", delta64(last->packets, r->packets)), V_INT("bytes", delta64(last->bytes, r->bytes)),
	      V_INT("drops", delta32(last->drops, r->drops)),
	      V_INT("overlimits", delta32(last->overlimits, r->overlimits)),
	      V_INT("requeues", delta32(last->requeues, r->requeues)), V_INT("qlen", r->qlen),
	      V_INT("backlog", r->backlog));
	q->sampled = true;
	q->last = *r;
}

/* A counter without a name says nothing; its definition was lost. */
static void on_counter(struct state *st, const struct rec_counter *r)
{
	const struct rec_text *name = names__string(st->sweep->names, r->name);
	__u64 key[2] = { r->netns, (uintptr_t)name }, delta;
	struct counter *c = name ? lru__add(st->counters, key, NULL) : NULL;

	if (!c)
		return;
	if (!c->sampled) {
		*c = (struct counter){ true, r->rec.ts, r->rec.ts, r->value, r->value, 0 };
		return;
	}
	delta = delta64(c->last, r->value);
	if (delta)
		tally__at(&st->counter_deltas, st->sweep->win, key).count[0] += delta;
	c->delta += delta;
	c->last = r->value;
	c->last_ns = r->rec.ts;
}

static void on_event(void *state, const struct rec *rec)
{
	switch (rec->type) {
	case REC_packet:
		on_packet(state, (const struct rec_packet *)rec);
		break;
	case REC_hop:
		on_hop(state, (const struct rec_hop *)rec);
		break;
	case REC_netdev:
		on_netdev(state, (const struct rec_netdev *)rec);
		break;
	case REC_link_state:
		on_link_state(state, (const struct rec_link_state *)rec);
		break;
	case REC_qdisc:
		on_qdisc(state, (const struct rec_qdisc *)rec);
		break;
	case REC_counter:
		on_counter(state, (const struct rec_counter *)rec);
		break;
	}
}

/* ---- the end ------------------------------------------------------------------------------------ */

static void store_device(void *arg, const __u64 *key, void *value)
{
	const struct device *d = value;
	__u64 f[N_STATS], l[N_STATS];

	assert(d->sampled && d->first.ifindex == d->last.ifindex);
	(void)key;
	stats_of(&d->first, f);
	stats_of(&d->last, l);
	STORE((struct store *)arg, "iface_kernel", V_INT("netns", d->first.netns), V_INT("ifindex", d->first.ifindex),
	      V_INT("first_ns", d->first.rec.ts), V_INT("last_ns", d->last.rec.ts), V_INT("first_rx_packets", f[0]),
	      V_INT("last_rx_packets", l[0]), V_INT("first_rx_bytes", f[1]), V_INT("last_rx_bytes", l[1]),
	      V_INT("first_rx_dropped", f[2]), V_INT("last_rx_dropped", l[2]), V_INT("first_rx_errors", f[3]),
	      V_INT("last_rx_errors", l[3]), V_INT("first_tx_packets", f[4]), V_INT("last_tx_packets", l[4]),
	      V_INT("first_tx_bytes", f[5]), V_INT("last_tx_bytes", l[5]), V_INT("first_tx_dropped", f[6]),
	      V_INT("last_tx_dropped", l[6]), V_INT("first_tx_errors", f[7]), V_INT("last_tx_errors", l[7]));
}

static void store_counter(void *arg, const __u64 *key, void *value)
{
	const struct rec_text *name = (const struct rec_text *)(uintptr_t)key[1];
	const struct counter *c = value;

	assert(name && c->sampled);
	STORE((struct store *)arg, "counter", V_INT("netns", key[0]), V_TEXTN("name", name->s, name->len),
	      V_INT("first_ns", c->first_ns), V_INT("last_ns", c->last_ns), V_INT("first", c->first),
	      V_INT("last", c->last), V_INT("delta", c->delta));
}

static void finish(void *state)
{
	struct state *st = state;

	lru__each(st->devices, store_device, st->sweep->store);
	lru__each(st->counters, store_counter, st->sweep->store);
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(counts, count_spec),
	PASS_TALLY(deltas, delta_spec),
	PASS_TALLY(counter_deltas, counter_spec),
	{ 0 },
};

static const struct pass_lru lrus[] = {
	PASS_LRU(devices, 1, struct device, MAX_DEVICES, "interfaces", "what the kernel counted at some of them is missing"),
	PASS_LRU(qdiscs, 2, struct qdisc, MAX_DEVICES, "queueing disciplines", "what some of them did between two samples is missing"),
	PASS_LRU(counters, 2, struct counter, MAX_COUNTERS, "counters", "what some of them counted is missing"),
	{ 0 },
};

static const __u8 wants[] = { REC_packet, REC_hop, REC_netdev, REC_link_state, REC_qdisc, REC_counter, 0 };

/* Counts hold what was recorded, losses are listed beside them; samples are cumulative. */
const struct pass pass_interface = {
	.name = "interface", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies,
	.lrus = lrus, .on_event = on_event, .on_gap = pass__no_gap, .finish = finish,
};
