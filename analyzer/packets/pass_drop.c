/*
 * pass_drop.c: drops, counted by reason and place, and by flow, and kept one by one up to a limit. Counted are what the
 * kernel freed and the packets that were lost by that (datagrams.h).
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include "analyzer/packets/datagrams.h"
#include "analyzer/packets/flows.h"
#include "analyzer/filter/drops.h"
#include "analyzer/base/heavy.h"
#include "analyzer/sweep/pass.h"

struct state {
	struct sweep *sweep;
	struct tally drops;
	struct datagrams *datagrams;
	struct heavy *flows; /* of one window */
	__u64 flows_win;
	__u64 kept, left_out;
};

enum { DROPS, PACKETS, BYTES };
enum { PROTO_UNKNOWN = 0x100 };
enum { DROP_FLOWS = 1 << 12 }; /* of a window */

struct drop_flow {
	struct flow_key flow; /* if known */
	__u32 reason, known;
	__u32 netns, ifindex;
};

enum { DROP_FLOW_WORDS = sizeof(struct drop_flow) / sizeof(__u64) };

static const char *class_name(bool other)
{
	return other ? "other" : "packet";
}

static void put(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	unsigned proto = key[3] >> 16 & 0xffff;

	STORE(s, "drop_summary", V_INT("win", win), V_TEXT("class", class_name(key[3] & 1)),
	      V_INT("reason", key[1] >> 32), V_INT("location", key[0]), V_INT("stack", key[1] & 0xffffffff),
	      V_INT("netns", key[2] >> 32), V_INT("ifindex", key[2] & 0xffffffff), V_INT("ethertype", key[3] >> 32),
	      V_OPT("proto", proto != PROTO_UNKNOWN, proto), V_INT("last_stage", key[3] >> 8 & 0xff),
	      V_INT("n", row->count[DROPS]), V_INT("packets", row->count[PACKETS]), V_INT("bytes", row->count[BYTES]));
}

static const struct tally_spec spec = { 4, 3, 0, put };

struct sums {
	__u64 packets, bytes;
};

/* Is a packet lost by this, or was it part of one? */
static bool loses_packet(struct state *st, const struct rec_drop *d, const struct rec_packet *p, bool known)
{
	if (datagrams__frees_part(st->sweep->names, d->location))
		return false;
	return !known || datagrams__lost(st->datagrams, p, d->rec.ts, NULL);
}

static void keep(struct state *st, const struct rec_drop *d, const struct rec_packet *p, bool known, bool lost)
{
	const struct subject *subject = &st->sweep->subject;
	size_t len = d->head_len < sizeof(d->head) ? d->head_len : sizeof(d->head);

	if (!sweep__at_device(st->sweep, d->netns, d->ifindex))
		return;
	assert(st->kept <= st->sweep->opts.keep_drops);
	if (st->kept == st->sweep->opts.keep_drops) {
		st->left_out++;
		return;
	}
	st->kept++;
	STORE(st->sweep->store, "drop_event", V_INT("ts_ns", d->rec.ts), V_INT("win", st->sweep->win),
	      V_INT("cpu", d->rec.cpu), V_TEXT("class", class_name(drops__is_other(d))), V_INT("skb", d->skb),
	      V_INT("reason", d->reason), V_INT("location", d->location), V_INT("stack", d->stack),
	      V_INT("tid", d->tid), V_INT("netns", d->netns), V_INT("ifindex", d->ifindex), V_INT("len", d->len),
	      V_INT("ethertype", known ? p->ethertype : d->ethertype), V_INT("vlan", known ? p->vlan : d->vlan),
	      V_ADDR("saddr", known ? p->saddr : NULL), V_ADDR("daddr", known ? p->daddr : NULL),
	      V_OPT("sport", known, p->sport), V_OPT("dport", known, p->dport), V_OPT("proto", known, p->proto),
	      V_OPT("ip_id", known, p->ip_id), V_OPT("seq", known, p->seq), V_OPT("tcp_flags", known, p->tcp_flags),
	      V_OPT("ttl", known, p->ttl), V_INT("last_stage", subject->last_stage),
	      V_OPT("packet", subject->packet, subject->packet), V_BLOB("head", d->head, len),
	      V_OPT("ack", known, p->ack), V_INT("part", !lost), V_OPT("l2", known, p->l2), V_OPT("pulled", known, p->pulled),
	      V_OPT("tpid", known, p->tpid), V_OPT("ip_len", known, p->ip_len), V_INT("l3_off", d->l3_off));
}

/* ---- by flow ------------------------------------------------------------------------------------ */

static void put_flow(void *arg, const __u64 *words, __u64 n, void *value)
{
	const struct sums *sums = value;
	struct state *st = arg;
	struct drop_flow k;

	memcpy(&k, words, sizeof(k));
	STORE(st->sweep->store, "drop_flow", V_INT("win", st->flows_win), V_INT("reason", k.reason),
	      V_INT("netns", k.netns), V_INT("ifindex", k.ifindex), V_INT("ethertype", k.flow.ethertype),
	      V_ADDR("saddr", k.known ? k.flow.saddr : NULL), V_ADDR("daddr", k.known ? k.flow.daddr : NULL),
	      V_OPT("sport", k.known, k.flow.sport), V_OPT("dport", k.known, k.flow.dport),
	      V_OPT("proto", k.known, k.flow.proto), V_INT("n", n), V_INT("packets", sums->packets),
	      V_INT("bytes", sums->bytes));
}

static void flush_flows(struct state *st)
{
	heavy__each(st->flows, put_flow, st);
	heavy__clear(st->flows);
}

static void count_flow(struct state *st, const struct rec_drop *d, const struct rec_packet *p, bool known, bool lost)
{
	struct drop_flow k = { { .ethertype = d->ethertype }, d->reason, known, d->netns, d->ifindex };
	__u64 words[DROP_FLOW_WORDS];
	struct sums *sums;
	bool fresh;

	if (known)
		k.flow = flow_key__of(p);
	assert(st->flows_win <= st->sweep->win);
	if (st->flows_win != st->sweep->win) {
		flush_flows(st);
		st->flows_win = st->sweep->win;
	}
	memcpy(words, &k, sizeof(k));
	sums = heavy__value(st->flows, heavy__count(st->flows, words, &fresh));
	if (fresh)
		*sums = (struct sums){ 0 };
	sums->packets += lost;
	sums->bytes += d->len;
}

/* ---- records ------------------------------------------------------------------------------------ */

static bool wanted(const struct state *st, const struct rec_drop *d, const struct rec_packet *p, bool known)
{
	const struct first_bytes first = drops__first_bytes(d);

	if (!st->sweep->opts.filter.match || st->sweep->subject.matched)
		return true;
	return known && sweep__match(st->sweep, p, &first);
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_drop *d = (const struct rec_drop *)rec;
	struct state *st = state;
	struct rec_packet p;
	bool known = drops__parse(d, &p);
	__u64 key[4] = { d->location, pair(d->reason, d->stack), pair(d->netns, d->ifindex) };
	struct tally_row row;
	bool lost;

	if (!wanted(st, d, &p, known))
		return;
	lost = loses_packet(st, d, &p, known);
	key[3] = pair(known ? p.ethertype : d->ethertype,
		      (known ? p.proto : PROTO_UNKNOWN) << 16 | st->sweep->subject.last_stage << 8 | drops__is_other(d));
	row = tally__at(&st->drops, st->sweep->win, key);
	row.count[DROPS]++;
	row.count[PACKETS] += lost;
	row.count[BYTES] += d->len;
	names__use_location(st->sweep->names, d->location);
	keep(st, d, &p, known, lost);
	if (!drops__is_other(d))
		count_flow(st, d, &p, known, lost);
}

static void finish(void *state)
{
	struct state *st = state;

	flush_flows(st);
	sweep__limit(st->sweep, "drops of forgotten flows", DROP_FLOWS, heavy__forgotten(st->flows),
		     "these are missing in the drops by flow; they are counted by reason and place");
	sweep__limit(st->sweep, "datagrams with lost fragments", DATAGRAMS, datagrams__forgotten(st->datagrams),
		     "what else was dropped of these counts as further packets");
	sweep__limit(st->sweep, "drop events", st->sweep->opts.keep_drops, st->left_out,
		     "they are counted but not listed one by one");
}

static int init(void *state)
{
	struct state *st = state;

	st->flows = heavy__new(DROP_FLOW_WORDS, sizeof(struct sums), DROP_FLOWS);
	st->datagrams = datagrams__new();
	return st->flows && st->datagrams ? 0 : -ENOMEM;
}

static void release(void *state)
{
	struct state *st = state;

	heavy__free(st->flows);
	datagrams__free(st->datagrams);
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(drops, spec),
	{ 0 },
};

static const __u8 wants[] = { REC_drop, 0 };

/* Each drop stands for itself: what is missing shows as lost records. */
const struct pass pass_drop = {
	.name = "drop", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies, .init = init,
	.on_event = on_event, .on_gap = pass__no_gap, .finish = finish, .release = release,
};
