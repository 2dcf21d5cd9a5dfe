/*
 * pass_frag.c: fragments: what came of those that had to be put together again, and how long that took.
 */
#include <stdlib.h>
#include <string.h>
#include "analyzer/sweep/pass.h"
#include "analyzer/base/recent.h"
#include "analyzer/sweep/tally.h"

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
	struct recent *queues; /* by address: when its first fragment came */
};

static void put(struct store *s, __u64 win, const __u64 *words, const struct tally_row *row)
{
	const __u64 *n = row->count;
	struct key k;

	memcpy(&k, words, sizeof(k));
	STORE(s, "frag_count", V_INT(win), V_INT(k.netns), V_INT(k.ethertype), V_INT(k.user), V_ADDR(k.saddr), V_ADDR(k.daddr),
	      V_OPT(k.ethertype == 0x0800, k.proto), V_INT(n[FRAGMENTS]), V_INT(n[DUPLICATES]), V_INT(n[OVERLAPS]),
	      V_INT(n[COMPLETED]), V_INT(n[TIMEOUTS]), V_HIST(row->hist));
}

static const struct tally_spec spec = { sizeof(struct key) / 8, N_COUNTS, 1, put };

/* Fragments are known by their addresses only: what a filter says of ports no fragment can match. */
static bool wanted(const struct state *st, const struct rec_frag *r)
{
	struct rec_packet p = { .rec = r->rec, .ethertype = r->ethertype, .proto = r->proto, .ip_id = r->ip_id, .netns = r->netns,
				.frag = r->ethertype == 0x0800 ? 0x2000 | r->offset >> 3 : r->offset | 1 };

	if (!st->sweep->opts.filter.match)
		return true;
	p.rec.type = REC_packet;
	memcpy(p.saddr, r->saddr, sizeof(p.saddr));
	memcpy(p.daddr, r->daddr, sizeof(p.daddr));
	return sweep__match(st->sweep, &p);
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
	struct recent_item *begun = recent__find(st->queues, r->queue);
	struct tally_row row;

	if (r->what > WHAT_TIMEOUT || !wanted(st, r))
		return;
	row = row_of(st, r);
	if (r->what == WHAT_FRAGMENT) {
		row.count[FRAGMENTS]++;
		row.count[DUPLICATES] += r->ret == 1;
		row.count[OVERLAPS] += r->ret == 2;
		if (!begun)
			recent__begin(st->queues, r->queue, rec->ts);
		return;
	}
	row.count[r->what == WHAT_COMPLETE ? COMPLETED : TIMEOUTS]++;
	if (begun && r->what == WHAT_COMPLETE && hist__add(row.hist, since(begun->ts, rec->ts)))
		st->sweep->no_memory = true;
	recent__end(st->queues, r->queue);
}

static void on_gap(void *state, const struct gap *gap)
{
	struct state *st = state;

	if (gap->type == GAP_ANY_TYPE || gap->type == REC_frag)
		recent__forget(st->queues);
}

static void finish(void *state)
{
	struct state *st = state;

	if (tally__finish(&st->ends))
		st->sweep->no_memory = true;
	sweep__limit(st->sweep, "packets in reassembly", MAX_QUEUES, recent__evicted(st->queues),
		     "how long these took is not known");
	recent__free(st->queues);
	free(st);
}

static int init(struct sweep *s, void **state)
{
	struct state *st = calloc(1, sizeof(*st));

	if (!st)
		return -1;
	st->sweep = s;
	st->queues = recent__new(MAX_QUEUES);
	if (!st->queues) {
		free(st);
		return -1;
	}
	tally__init(&st->ends, &spec, s->store);
	*state = st;
	return 0;
}

static const __u8 wants[] = { REC_frag, 0 };

const struct pass pass_frag = { "frag", wants, init, on_event, on_gap, finish };
