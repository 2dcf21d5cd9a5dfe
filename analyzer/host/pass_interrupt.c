/*
 * pass_interrupt.c: hardware interrupts, softirqs, NAPI polls, the per-CPU backlog.
 */
#include "analyzer/sweep/pass.h"
#include "analyzer/base/samples.h"

enum { MAX_CPUS = 1 << 16 };

struct backlog {
	bool sampled;
	__u32 processed, dropped, squeezed;
};

struct state {
	struct sweep *sweep;
	struct lru *backlogs; /* struct backlog by CPU */
	struct tally irq, softirq, napi, softnet;
};

enum { UNHANDLED = 0 };
enum { RUN, WAIT };

static void put_irq(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "irq", V_INT("win", win), V_INT("cpu", key[0] >> 32), V_INT("irq", key[0] & 0xffffffff),
	      V_INT("unhandled", row->count[UNHANDLED]), V_HIST_NS("", row->hist));
}

static void put_softirq(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "softirq", V_INT("win", win), V_INT("cpu", key[0] >> 32), V_INT("vec", key[0] & 0xffffffff),
	      V_HIST_NS("", &row->hist[RUN]), V_HIST_NS("wait_", &row->hist[WAIT]));
}

enum { POLLS, WORK, BUDGET, AT_BUDGET, EMPTY };

static void put_napi(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "napi", V_INT("win", win), V_INT("cpu", key[0]), V_INT("netns", key[1] >> 32),
	      V_INT("ifindex", key[1] & 0xffffffff), V_INT("polls", row->count[POLLS]), V_INT("work", row->count[WORK]),
	      V_INT("budget", row->count[BUDGET]), V_INT("at_budget", row->count[AT_BUDGET]),
	      V_INT("empty", row->count[EMPTY]));
}

static void put_softnet(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "softnet", V_INT("win", win), V_INT("cpu", key[0]), V_INT("processed", row->count[0]),
	      V_INT("dropped", row->count[1]), V_INT("squeezed", row->count[2]));
}

static const struct tally_spec irq_spec = { 1, 1, 1, put_irq };
static const struct tally_spec softirq_spec = { 1, 0, 2, put_softirq };
static const struct tally_spec napi_spec = { 2, 5, 0, put_napi };
static const struct tally_spec softnet_spec = { 1, 3, 0, put_softnet };

static void add(struct state *st, struct hist *h, __u64 ns)
{
	if (hist__add(h, ns))
		st->sweep->no_memory = true;
}

static void on_irq(struct state *st, const struct rec_irq *r)
{
	__u64 key = pair(r->rec.cpu, r->irq);
	struct tally_row row = tally__at(&st->irq, st->sweep->win, &key);

	row.count[UNHANDLED] += r->ret == 0;
	add(st, row.hist, r->duration);
}

static void on_softirq(struct state *st, const struct rec_softirq *r)
{
	__u64 key = pair(r->rec.cpu, r->vec);
	struct tally_row row = tally__at(&st->softirq, st->sweep->win, &key);

	add(st, &row.hist[RUN], r->duration);
	if (r->wait)
		add(st, &row.hist[WAIT], r->wait);
}

static void on_napi(struct state *st, const struct rec_napi *r)
{
	__u64 key[2] = { r->rec.cpu, pair(r->netns, r->ifindex) };
	__u64 *n = tally__at(&st->napi, st->sweep->win, key).count;

	n[POLLS]++;
	n[WORK] += r->work;
	n[BUDGET] += r->budget;
	n[AT_BUDGET] += r->budget && r->work >= r->budget;
	n[EMPTY] += r->work == 0;
}

static void on_softnet(struct state *st, const struct rec_softnet *r)
{
	__u64 key = r->which;
	struct backlog *b = lru__add(st->backlogs, &key, NULL);

	if (b->sampled) {
		__u64 *n = tally__at(&st->softnet, st->sweep->win, &key).count;

		n[0] += delta32(b->processed, r->processed);
		n[1] += delta32(b->dropped, r->dropped);
		n[2] += delta32(b->squeezed, r->squeezed);
	}
	*b = (struct backlog){ true, r->processed, r->dropped, r->squeezed };
}

static void on_event(void *state, const struct rec *rec)
{
	switch (rec->type) {
	case REC_irq:
		on_irq(state, (const struct rec_irq *)rec);
		break;
	case REC_softirq:
		on_softirq(state, (const struct rec_softirq *)rec);
		break;
	case REC_napi:
		on_napi(state, (const struct rec_napi *)rec);
		break;
	case REC_softnet:
		on_softnet(state, (const struct rec_softnet *)rec);
		break;
	}
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(irq, irq_spec),
	PASS_TALLY(softirq, softirq_spec),
	PASS_TALLY(napi, napi_spec),
	PASS_TALLY(softnet, softnet_spec),
	{ 0 },
};

static const struct pass_lru lrus[] = {
	PASS_LRU(backlogs, 1, struct backlog, MAX_CPUS, "CPUs with a backlog",
		 "what some of them did between two samples is missing"),
	{ 0 },
};

static const __u8 wants[] = { REC_irq, REC_softirq, REC_napi, REC_softnet, 0 };

/* Each record holds a whole run, and samples are cumulative. */
const struct pass pass_interrupt = {
	.name = "interrupt", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies,
	.lrus = lrus, .on_event = on_event, .on_gap = pass__no_gap,
};
