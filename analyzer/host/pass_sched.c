/*
 * pass_sched.c: how long threads slept and where, how long they waited for a CPU and who had it, who woke
 * them. Each offcpu record is complete in itself.
 */
#include <stdlib.h>
#include "analyzer/sweep/pass.h"
#include "analyzer/sweep/tally.h"

struct state {
	struct sweep *sweep;
	struct tally offcpu, runq, prev, waker;
};

enum { COUNT, NS };
enum { PREEMPTED };

static void put_offcpu(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "offcpu", V_INT(win), V_INT(key[0] >> 32), V_INT(key[0] & 0xffffffff), V_INT(key[1]), V_HIST(row->hist));
}

static void put_runq(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "runq", V_INT(win), V_INT(key[0] >> 32), V_INT(key[0] & 0xffffffff), V_INT(row->count[PREEMPTED]),
	      V_HIST(row->hist));
}

static void put_prev(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "runq_prev", V_INT(win), V_INT(key[0] >> 32), V_INT(key[0] & 0xffffffff), V_INT(row->count[COUNT]),
	      V_INT(row->count[NS]));
}

static void put_waker(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "waker", V_INT(win), V_INT(key[0] >> 32), V_INT(key[0] & 0xffffffff), V_INT(row->count[COUNT]),
	      V_INT(row->count[NS]));
}

static const struct tally_spec offcpu_spec = { 2, 0, 1, put_offcpu };
static const struct tally_spec runq_spec = { 1, 1, 1, put_runq };
static const struct tally_spec prev_spec = { 1, 2, 0, put_prev };
static const struct tally_spec waker_spec = { 1, 2, 0, put_waker };

static void add(struct state *st, struct hist *h, __u64 ns)
{
	if (hist__add(h, ns))
		st->sweep->no_memory = true;
}

static void count(struct tally *t, __u64 win, __u64 key, __u64 ns)
{
	struct tally_row row = tally__at(t, win, &key);

	row.count[COUNT]++;
	row.count[NS] += ns;
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_offcpu *r = (const struct rec_offcpu *)rec;
	struct state *st = state;
	__u64 win = st->sweep->win;
	__u64 slept[2] = { pair(r->tid, r->state), r->stack }, waited = pair(r->tid, rec->cpu);
	struct tally_row row;

	if (r->state)
		add(st, tally__at(&st->offcpu, win, slept).hist, r->blocked);
	if (r->state && r->waker)
		count(&st->waker, win, pair(r->tid, r->waker), r->blocked);
	row = tally__at(&st->runq, win, &waited);
	row.count[PREEMPTED] += r->state == 0;
	add(st, row.hist, r->runnable);
	count(&st->prev, win, pair(r->tid, r->prev), r->runnable);
}

/* Intervals were measured in the kernel: a lost record takes its own with it and bends no other. */
static void on_gap(void *state, const struct gap *gap)
{
	(void)state;
	(void)gap;
}

static void finish(void *state)
{
	struct state *st = state;

	if (tally__finish(&st->offcpu) | tally__finish(&st->runq) | tally__finish(&st->prev) | tally__finish(&st->waker))
		st->sweep->no_memory = true;
	free(st);
}

static int init(struct sweep *s, void **state)
{
	struct state *st = calloc(1, sizeof(*st));

	if (!st)
		return -1;
	st->sweep = s;
	tally__init(&st->offcpu, &offcpu_spec, s->store);
	tally__init(&st->runq, &runq_spec, s->store);
	tally__init(&st->prev, &prev_spec, s->store);
	tally__init(&st->waker, &waker_spec, s->store);
	*state = st;
	return 0;
}

static const __u8 wants[] = { REC_offcpu, 0 };

const struct pass pass_sched = { "sched", wants, init, on_event, on_gap, finish };
