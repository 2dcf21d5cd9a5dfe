/*
 * pass_recorder.c: what the recorder says about itself: its cost, what it wrote and lost, its probes.
 */
#include "analyzer/sweep/pass.h"
#include "format/schema.h"

enum { MAX_PROBES = 4096 };

struct probe_cost {
	__u64 runs, run_time, misses;
};

struct state {
	struct sweep *sweep;
	struct lru *probes; /* struct probe_cost by id */
	bool has_total[REC_TYPE_MAX], wanted[REC_TYPE_MAX];
	struct rec_total total[REC_TYPE_MAX];
};

static void on_cost(struct state *st, const struct rec_cost *r)
{
	STORE(st->sweep->store, "cost", V_INT("ts_ns", r->rec.ts), V_INT("win", st->sweep->win),
	      V_INT("cpu_time_ns", r->cpu_time), V_INT("rss", r->rss), V_INT("written", r->written),
	      V_INT("events", r->events), V_INT("lost", r->lost), V_INT("ring_peak", r->ring_peak),
	      V_INT("ring_size", r->ring_size));
}

static void on_probe_cost(struct state *st, const struct rec_probe_cost *r)
{
	__u64 key = r->probe;

	*(struct probe_cost *)lru__add(st->probes, &key, NULL) = (struct probe_cost){ r->runs, r->run_time, r->misses };
}

static void on_event(void *state, const struct rec *rec)
{
	struct state *st = state;
	const struct rec_total *total = (const struct rec_total *)rec;

	switch (rec->type) {
	case REC_cost:
		on_cost(st, (const struct rec_cost *)rec);
		break;
	case REC_probe_cost:
		on_probe_cost(st, (const struct rec_probe_cost *)rec);
		break;
	case REC_total:
		if (total->type < REC_TYPE_MAX) {
			st->has_total[total->type] = true;
			st->total[total->type] = *total;
		}
		break;
	}
}

static void put_probe(void *arg, const struct rec *rec)
{
	const struct rec_probe *r = (const struct rec_probe *)rec;
	struct state *st = arg;
	__u64 key = r->id;
	const struct probe_cost *c = lru__find(st->probes, &key);
	bool without = r->type < REC_TYPE_MAX && st->sweep->opts.without[r->type];

	if (!without && r->status != PROBE_NOT_WANTED && r->type < REC_TYPE_MAX)
		st->wanted[r->type] = true;
	STORE(st->sweep->store, "probe", V_INT("id", r->id), V_TEXTN("name", r->name.s, r->name.len),
	      V_INT("type", r->type), V_INT("stage", r->stage),
	      V_INT("status", without ? PROBE_NOT_WANTED : r->status), V_TEXTN("method", r->method.s, r->method.len),
	      V_TEXTN("detail", without ? "left out of the analysis" : r->detail.s, without ? 24 : r->detail.len),
	      V_OPT("runs", c, c->runs), V_OPT("run_time_ns", c, c->run_time), V_OPT("misses", c, c->misses));
}

static void store_counts(struct state *st)
{
	__u64 lost[REC_TYPE_MAX];

	gaps__count(st->sweep->gaps, lost);
	st->sweep->lost = lost[GAP_ANY_TYPE];
	for (unsigned type = 1; type < REC_TYPE_MAX; type++) {
		const struct record_desc *d = schema__record(type);
		bool total = st->has_total[type];

		st->sweep->lost += total ? st->total[type].lost : lost[type];
		if (!d || d->class != RECORD_EVENT || st->sweep->opts.without[type])
			continue;
		if (!st->sweep->rows_of[type] && !total && !lost[type] && !st->wanted[type])
			continue;
		STORE(st->sweep->store, "record_count", V_INT("type", type), V_TEXT("name", d->name),
		      V_INT("rows", st->sweep->rows_of[type]), V_OPT("written", total, st->total[type].written),
		      V_INT("lost", total ? st->total[type].lost : lost[type]));
	}
}

static void finish(void *state)
{
	struct state *st = state;

	names__each(st->sweep->names, REC_probe, put_probe, st);
	store_counts(st);
}

static const struct pass_lru lrus[] = {
	PASS_LRU(probes, 1, struct probe_cost, MAX_PROBES, "probes", "what they cost is missing"),
	{ 0 },
};

static const __u8 wants[] = { REC_cost, REC_probe_cost, REC_total, 0 };

/* Gaps are known before the sweep and stored from there; the samples here are cumulative. */
const struct pass pass_recorder = {
	.name = "recorder", .wants = wants, .state_size = sizeof(struct state), .lrus = lrus,
	.on_event = on_event, .on_gap = pass__no_gap, .finish = finish,
};
