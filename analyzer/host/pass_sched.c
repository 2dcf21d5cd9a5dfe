/*
 * pass_sched.c: how long threads slept and where, how long they waited for a CPU and who had it, who woke
 * them. Each offcpu record is complete in itself.
 */
#include "analyzer/sweep/pass.h"

struct state {
	struct sweep *sweep;
	struct tally offcpu, runq, prev, waker;
};

enum { COUNT, NS };
enum { PREEMPTED };

static void put_offcpu(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "offcpu", V_INT("win", win), V_INT("tid", key[0] >> 32), V_INT("state", key[0] & 0xffffffff),
	      V_INT("stack", key[1]), V_HIST_NS("", row->hist));
}

static void put_runq(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "runq", V_INT("win", win), V_INT("tid", key[0] >> 32), V_INT("cpu", key[0] & 0xffffffff),
	      V_INT("preempted", row->count[PREEMPTED]), V_HIST_NS("", row->hist));
}

static void put_prev(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "runq_prev", V_INT("win", win), V_INT("tid", key[0] >> 32), V_INT("prev", key[0] & 0xffffffff),
	      V_INT("n", row->count[COUNT]), V_INT("wait_ns", row->count[NS]));
}

static void put_waker(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "waker", V_INT("win", win), V_INT("tid", key[0] >> 32), V_INT("waker", key[0] & 0xffffffff),
	      V_INT("n", row->count[COUNT]), V_INT("blocked_ns", row->count[NS]));
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

static const struct pass_tally tallies[] = {
	PASS_TALLY(offcpu, offcpu_spec),
	PASS_TALLY(runq, runq_spec),
	PASS_TALLY(prev, prev_spec),
	PASS_TALLY(waker, waker_spec),
	{ 0 },
};

static const __u8 wants[] = { REC_offcpu, 0 };

/* Intervals were measured in the kernel: a lost record takes its own with it and bends no other. */
const struct pass pass_sched = {
	.name = "sched", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies,
	.on_event = on_event, .on_gap = pass__no_gap,
};
