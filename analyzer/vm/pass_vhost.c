/*
 * pass_vhost.c: the work of vhost: its runs, the wait for them, and the interrupts it sends or saves.
 *
 * A run begins at its end minus its duration; what it waited is counted from the first kick after the run before.
 * vhost signals the guest's eventfd, or does not, while it gives descriptors back: a signal by the same thread
 * before it does so again is that one's.
 */
#include <assert.h>
#include "analyzer/sweep/pass.h"

enum { MAX_QUEUES = 1 << 16 };
enum { FLAG_NO_INTERRUPT = 1 };
enum { KNOWN = 1, EVENT_INDEX = 2 }; /* fields named known */
enum { SIZE, TAKEN, USED, EMPTY, N_KNOWN, EXHAUSTED, FLAG_OFF, N_EVENT_INDEX };
enum { TIME, WAKE };
enum { CHAINS, SENT };
enum { OFFERED, HELD };

struct kicks {
	__u64 first, last; /* since the last run; 0: none */
};

struct giving { /* by eventfd: who gave back last, and may signal */
	__u64 vq;
	__u32 tid;
};

struct state {
	struct sweep *sweep;
	struct lru *kicked; /* struct kicks by queue */
	struct lru *giving; /* by eventfd */
	struct tally runs, rings, used, kicks;
};

static void put_run(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	const __u64 *n = row->count;

	STORE(s, "vhost_run", V_INT("win", win), V_INT("vq", key[0]), V_INT("sock", key[1]), V_INT("call", key[2]),
	      V_INT("kick", key[3]), V_INT("dir", key[4] & 0xffffffff), V_INT("tid", key[4] >> 32),
	      V_INT("size", n[SIZE]), V_INT("taken", n[TAKEN]), V_INT("used", n[USED]), V_INT("empty", n[EMPTY]),
	      V_INT("known", n[N_KNOWN]), V_INT("exhausted", n[EXHAUSTED]), V_INT("flag_off", n[FLAG_OFF]),
	      V_INT("event_index", n[N_EVENT_INDEX]), V_HIST_NS("", &row->hist[TIME]),
	      V_HIST_NS("wake_", &row->hist[WAKE]));
}

static void put_ring(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "vhost_ring", V_INT("win", win), V_INT("vq", key[0]), V_INT("dir", key[1]),
	      V_HIST("offered_", &row->hist[OFFERED]), V_HIST("held_", &row->hist[HELD]));
}

static void put_used(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "vhost_used", V_INT("win", win), V_INT("vq", key[0]), V_INT("call", key[1]), V_INT("tid", key[2]),
	      V_INT("chains", row->count[CHAINS]), V_INT("sent", row->count[SENT]), V_HIST("", row->hist));
}

static void put_kick(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "vhost_kick", V_INT("win", win), V_INT("vq", key[0]), V_INT("why", key[1] & 0xffffffff),
	      V_INT("tid", key[1] >> 32), V_INT("n", row->count[0]));
}

static const struct tally_spec run_spec = { 5, 8, 2, put_run };
static const struct tally_spec ring_spec = { 2, 0, 2, put_ring };
static const struct tally_spec used_spec = { 3, 2, 1, put_used };
static const struct tally_spec kick_spec = { 2, 1, 0, put_kick };

static void add(struct state *st, struct hist *h, __u64 value)
{
	if (hist__add(h, value))
		st->sweep->no_memory = true;
}

/* What the run waited for was kicked before it began; a kick during the run is for the next one. */
static void end_wait(struct state *st, const struct rec_vhost_run *r, struct hist *wake)
{
	struct kicks *k = lru__find(st->kicked, &r->vq);
	__u64 begin = since(r->duration, r->rec.ts);

	if (!k || !k->first || k->first > begin)
		return;
	add(st, wake, since(k->first, begin));
	k->first = k->last > begin ? k->last : 0;
	assert(!k->first || k->first > begin); /* nobody waits for a run that has begun */
}

static void on_run(struct state *st, const struct rec_vhost_run *r)
{
	__u64 key[5] = { r->vq, r->sock, r->call, r->kick, pair(r->tid, r->dir) };
	struct tally_row row = tally__at(&st->runs, st->sweep->win, key);
	bool known = r->known & KNOWN, index = r->known & EVENT_INDEX;
	__u64 *n = row.count;

	n[SIZE] = r->size > n[SIZE] ? r->size : n[SIZE];
	n[TAKEN] += r->taken;
	n[USED] += r->used;
	n[EMPTY] += r->taken == 0;
	n[N_KNOWN] += known;
	n[EXHAUSTED] += known && r->avail == r->last_avail;
	n[FLAG_OFF] += known && !index && r->guest_flags & FLAG_NO_INTERRUPT;
	n[N_EVENT_INDEX] += known && index;
	add(st, &row.hist[TIME], r->duration);
	end_wait(st, r, &row.hist[WAKE]);
}

/* Indexes run through 16 bits. */
static void on_ring(struct state *st, const struct rec_vhost_run *r)
{
	__u64 key[2] = { r->vq, r->dir };
	struct tally_row row = tally__at(&st->rings, st->sweep->win, key);

	if (r->known & KNOWN)
		add(st, &row.hist[OFFERED], (__u16)(r->avail - r->last_avail));
	add(st, &row.hist[HELD], (__u16)(r->last_avail - r->last_used));
}

static void on_kick(struct state *st, const struct rec_vhost_kick *r)
{
	__u64 key[2] = { r->vq, pair(r->tid, r->why) };
	struct kicks *k = lru__add(st->kicked, &r->vq, NULL);

	tally__at(&st->kicks, st->sweep->win, key).count[0]++;
	if (!k->first)
		k->first = r->rec.ts;
	k->last = r->rec.ts;
}

static void on_used(struct state *st, const struct rec_vhost_used *r)
{
	__u64 key[3] = { r->vq, r->call, r->tid };
	struct tally_row row = tally__at(&st->used, st->sweep->win, key);

	row.count[CHAINS] += r->count;
	add(st, row.hist, r->count);
	*(struct giving *)lru__add(st->giving, &r->call, NULL) = (struct giving){ r->vq, r->tid };
}

static void on_signal(struct state *st, const struct rec_eventfd *r)
{
	const struct giving *g = lru__find(st->giving, &r->ctx);

	if (!g || g->tid != r->tid)
		return;
	tally__at(&st->used, st->sweep->win, (__u64[]){ g->vq, r->ctx, g->tid }).count[SENT]++;
	lru__remove(st->giving, &r->ctx);
}

static void on_event(void *state, const struct rec *rec)
{
	switch (rec->type) {
	case REC_vhost_run:
		on_run(state, (const struct rec_vhost_run *)rec);
		on_ring(state, (const struct rec_vhost_run *)rec);
		break;
	case REC_vhost_kick:
		on_kick(state, (const struct rec_vhost_kick *)rec);
		break;
	case REC_vhost_used:
		on_used(state, (const struct rec_vhost_used *)rec);
		break;
	case REC_eventfd:
		on_signal(state, (const struct rec_eventfd *)rec);
		break;
	}
}

/* A run or a return that was lost must not lend its kicks and signals to another one. */
static void on_gap(void *state, const struct gap *gap)
{
	struct state *st = state;

	if (gap->type == GAP_ANY_TYPE || gap->type == REC_vhost_run || gap->type == REC_vhost_kick)
		lru__clear(st->kicked);
	if (gap->type == GAP_ANY_TYPE || gap->type == REC_vhost_used)
		lru__clear(st->giving);
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(runs, run_spec),
	PASS_TALLY(rings, ring_spec),
	PASS_TALLY(used, used_spec),
	PASS_TALLY(kicks, kick_spec),
	{ 0 },
};

static const struct pass_lru lrus[] = {
	PASS_LRU(kicked, 1, struct kicks, MAX_QUEUES, "vhost queues that were kicked", "what they waited is not counted"),
	PASS_LRU(giving, 1, struct giving, MAX_QUEUES, "vhost queues that give back", "their signals are not counted"),
	{ 0 },
};

static const __u8 wants[] = { REC_vhost_run, REC_vhost_kick, REC_vhost_used, REC_eventfd, 0 };

const struct pass pass_vhost = {
	.name = "vhost", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies,
	.lrus = lrus, .on_event = on_event, .on_gap = on_gap,
};
