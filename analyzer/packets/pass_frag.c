/*
 * pass_frag.c: fragments: what came of those that had to be put together again, and how long that took.
 */
#include <string.h>
#include "analyzer/sweep/pass.h"

enum { MAX_QUEUES = 1 << 13 };
enum { WHAT_FRAGMENT, WHAT_COMPLETE, WHAT_TIMEOUT };
enum { FRAGMENTS, DUPLICATES, OVERLAPS, COMPLETED, TIMEOUTS, N_COUNTS };

struct key {
	__u8 saddr[16], daddr[16];
	__u32 netns, user;
	__u16 ethertype, proto;
	__u32 pad;
};

struct state {
	struct sweep *sweep;
	struct tally ends;
	struct lru *queues; /* by address: when its first fragment came */
};

static void put(struct store *s, __u64 win, const __u64 *words, const struct tally_row *row)
{
	const __u64 *n = row->count;
	struct key k;

	memcpy(&k, words, sizeof(k));
	STORE(s, "frag_count", V_INT("win", win), V_INT("netns", k.netns), V_INT("ethertype", k.ethertype),
	      V_INT("user", k.user), V_ADDR("saddr", k.saddr), V_ADDR("daddr", k.daddr),
	      V_OPT("proto", k.ethertype == 0x0800, k.proto), V_INT("fragments", n[FRAGMENTS]),
	      V_INT("duplicates", n[DUPLICATES]), V_INT("overlaps", n[OVERLAPS]), V_INT("completed", n[COMPLETED]),
	      V_INT("timeouts", n[TIMEOUTS]), V_HIST_NS("", row->hist));
}

static const struct tally_spec spec = { sizeof(struct key) / 8, N_COUNTS, 1, put };

/* Fragments are known by their addresses only: what a filter says of ports no fragment can match. */
static bool wanted(const struct state *st, const struct rec_frag *r)
{
	struct rec_packet p = { .rec = r->rec, .ethertype = r->ethertype, .proto = r->proto, .ip_id = r->ip_id, .netns = r->netns,
				.frag = r->ethertype == 0x0800 ? 0x2000 | r->offset >> 3 : r->offset | 1 };

	if (!st->sweep->opts.filter.match)
		return true;
	memcpy(p.saddr, r->saddr, sizeof(p.saddr));
	memcpy(p.daddr, r->daddr, sizeof(p.daddr));
	return sweep__match(st->sweep, &p, NULL);
}

static struct tally_row row_of(struct state *st, const struct rec_frag *r)
{
	struct key k = { .netns = r->netns, .user = r->user, .ethertype = r->ethertype, .proto = r->proto };
	__u64 words[sizeof(k) / 8];

	memcpy(k.saddr, r->saddr, sizeof(k.saddr));
	memcpy(k.daddr, r->daddr, sizeof(k.daddr));
	memcpy(words, &k, sizeof(k));
	return tally__at(&st->ends, st->sweep->win, words);
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_frag *r = (const struct rec_frag *)rec;
	struct state *st = state;
	const __u64 *begun = lru__find(st->queues, &r->queue);
	struct tally_row row;

	if (r->what > WHAT_TIMEOUT || !wanted(st, r))
		return;
	row = row_of(st, r);
	if (r->what == WHAT_FRAGMENT) {
		row.count[FRAGMENTS]++;
		row.count[DUPLICATES] += r->ret == 1;
		row.count[OVERLAPS] += r->ret == 2;
		if (!begun)
			*(__u64 *)lru__add(st->queues, &r->queue, NULL) = rec->ts;
		return;
	}
	row.count[r->what == WHAT_COMPLETE ? COMPLETED : TIMEOUTS]++;
	if (begun && r->what == WHAT_COMPLETE && hist__add(row.hist, since(*begun, rec->ts)))
		st->sweep->no_memory = true;
	lru__remove(st->queues, &r->queue);
}

static void on_gap(void *state, const struct gap *gap)
{
	struct state *st = state;

	if (gap->type == GAP_ANY_TYPE || gap->type == REC_frag)
		lru__clear(st->queues);
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(ends, spec),
	{ 0 },
};

static const struct pass_lru lrus[] = {
	PASS_LRU(queues, 1, __u64, MAX_QUEUES, "packets in reassembly", "how long these took is not known"),
	{ 0 },
};

static const __u8 wants[] = { REC_frag, 0 };

const struct pass pass_frag = {
	.name = "frag", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies, .lrus = lrus,
	.on_event = on_event, .on_gap = on_gap,
};
