/*
 * pass_cpu.c: CPU time of threads and CPUs from samples, and the names of threads.
 *
 * A thread's first sample is where counting begins, unless the thread itself began during the recording:
 * then all of its CPU time belongs to it. Names of threads that ended are kept; what has ended makes room first, as a
 * rule, for nothing more is heard of it.
 */
#include <assert.h>
#include <string.h>
#include "analyzer/sweep/pass.h"
#include "analyzer/base/samples.h"

enum { MAX_THREADS = 1 << 18, MAX_CPUS = 1 << 16 };

struct thread {
	__u32 tgid, reused;
	__u64 start, exit; /* 0: not known, alive */
	__u64 cgroup;      /* 0: not known */
	char comm[16];     /* empty: never seen */
	bool sampled;
	__u64 runtime, nvcsw, nivcsw;
};

struct cpu {
	__u64 ts; /* of the last sample; 0: none */
	struct rec_cputime last;
};

struct state {
	struct sweep *sweep;
	struct lru *threads, *cpus;
	struct tally by_thread, by_cpu;
};

static void put_thread_time(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "cpu_thread", V_INT("win", win), V_INT("tid", key[0] >> 32), V_INT("cpu", key[0] & 0xffffffff),
	      V_INT("runtime_ns", row->count[0]), V_INT("nvcsw", row->count[1]), V_INT("nivcsw", row->count[2]));
}

static void put_cpu_time(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	const __u64 *c = row->count;

	STORE(s, "cpu_busy", V_INT("win", win), V_INT("cpu", key[0]), V_INT("span_ns", c[0]), V_INT("user_ns", c[1]),
	      V_INT("system_ns", c[2]), V_INT("idle_ns", c[3]), V_INT("iowait_ns", c[4]), V_INT("irq_ns", c[5]),
	      V_INT("softirq_ns", c[6]), V_INT("steal_ns", c[7]));
}

static const struct tally_spec thread_spec = { 1, 3, 0, put_thread_time };
static const struct tally_spec cpu_spec = { 1, 8, 0, put_cpu_time };

static struct thread *thread_at(struct state *st, __u32 tid)
{
	__u64 key = tid;

	return lru__add(st->threads, &key, NULL);
}

static void on_task(struct state *st, const struct rec_task *r)
{
	struct thread *t = thread_at(st, r->tid);

	if (r->what != TASK_EXIT && (t->exit || (t->start && r->start && t->start != r->start))) {
		unsigned reused = t->reused + 1;

		*t = (struct thread){ .reused = reused };
	}
	t->tgid = r->tgid;
	t->start = r->start;
	t->cgroup = r->cgroup ? r->cgroup : t->cgroup;
	t->exit = r->what == TASK_EXIT ? r->rec.ts : 0;
	if (r->comm[0])
		memcpy(t->comm, r->comm, sizeof(t->comm));
}

static void on_thread(struct state *st, const struct rec_thread *r)
{
	struct thread *t = thread_at(st, r->tid);
	__u64 key = pair(r->tid, r->last_cpu);
	bool whole;
	struct tally_row row;

	whole = t->sampled || (t->start && t->start >= st->sweep->first_ns && !lru__forgotten(st->threads));
	if (whole) {
		row = tally__at(&st->by_thread, st->sweep->win, &key);
		row.count[0] += delta64(t->runtime, r->runtime);
		row.count[1] += delta64(t->nvcsw, r->nvcsw);
		row.count[2] += delta64(t->nivcsw, r->nivcsw);
	}
	t->sampled = true;
	t->tgid = r->tgid;
	t->runtime = r->runtime;
	t->nvcsw = r->nvcsw;
	t->nivcsw = r->nivcsw;
}

static void on_cputime(struct state *st, const struct rec_cputime *r)
{
	__u64 key = r->which;
	struct cpu *c = lru__add(st->cpus, &key, NULL);

	assert(!c->ts || c->last.which == r->which);
	if (c->ts) {
		__u64 *n = tally__at(&st->by_cpu, st->sweep->win, &key).count;

		n[0] += since(c->ts, r->rec.ts);
		n[1] += delta64(c->last.user, r->user);
		n[2] += delta64(c->last.system, r->system);
		/* idle and iowait may go back a little: the kernel says so itself */
		n[3] += since(c->last.idle, r->idle);
		n[4] += since(c->last.iowait, r->iowait);
		n[5] += delta64(c->last.irq, r->irq);
		n[6] += delta64(c->last.softirq, r->softirq);
		n[7] += delta64(c->last.steal, r->steal);
	}
	c->ts = r->rec.ts;
	c->last = *r;
}

static void on_event(void *state, const struct rec *rec)
{
	switch (rec->type) {
	case REC_task:
		on_task(state, (const struct rec_task *)rec);
		break;
	case REC_thread:
		on_thread(state, (const struct rec_thread *)rec);
		break;
	case REC_cputime:
		on_cputime(state, (const struct rec_cputime *)rec);
		break;
	}
}

static void store_thread(void *arg, const __u64 *key, void *value)
{
	const struct state *st = arg;
	struct thread *t = value;
	size_t len = strnlen(t->comm, sizeof(t->comm));

	names__clean(t->comm, len);
	STORE_MERGED(st->sweep->store, "thread", V_INT("tid", *key), V_INT("tgid", t->tgid),
		     len ? V_TEXTN("comm", t->comm, len) : V_NULL("comm"), V_OPT("start_ns", t->start, t->start),
		     V_OPT("exit_ns", t->exit, t->exit), V_INT("reused", t->reused),
		     V_OPT("cgroup", t->cgroup, t->cgroup));
}

static void finish(void *state)
{
	struct state *st = state;

	lru__each(st->threads, store_thread, st);
}

static int init(void *state)
{
	struct state *st = state;

	lru__on_forget(st->threads, store_thread, st);
	return 0;
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(by_thread, thread_spec),
	PASS_TALLY(by_cpu, cpu_spec),
	{ 0 },
};

static const struct pass_lru lrus[] = {
	PASS_LRU(threads, 1, struct thread, MAX_THREADS, "threads",
		 "their names are kept; what they did between two samples may be missing"),
	PASS_LRU(cpus, 1, struct cpu, MAX_CPUS, "CPUs", "what some of them did between two samples is missing"),
	{ 0 },
};

static const __u8 wants[] = { REC_task, REC_thread, REC_cputime, 0 };

/* Samples are cumulative: the next one holds what a lost one would have said. */
const struct pass pass_cpu = {
	.name = "cpu", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies, .lrus = lrus,
	.init = init, .on_event = on_event, .on_gap = pass__no_gap, .finish = finish,
};
