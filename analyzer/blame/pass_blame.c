/*
 * pass_blame.c: what whoever should have moved a packet on did meanwhile.
 *
 * The journey pass says of each interval that was slow where it began, and format/stages.def says who is to take a packet
 * on from there. That thread's history (history/history.h) divides the time: it had a CPU and did other things, waited for
 * one, might not run by a quota, waited for a lock, was stopped, slept. Nothing is judged before the evidence is in: a thread that moves a packet on
 * has a CPU then, so all that it did before has been told.
 *
 * A thread that could not go on for a while runs afterwards, and works off what has piled up: what comes meanwhile waits
 * behind that. So its running counts to what held it up, as far as it lost that much time since it fell behind.
 *
 * Who that thread is: a handler of ovs-vswitchd names itself when its command returns, on the CPU where the packet came
 * back; a vhost worker is known by its queue's socket; the softirq of a CPU is that CPU's ksoftirqd where it was deferred;
 * who reads a datagram frees it; who answers a TCP request sends the answer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/heavy.h"
#include "analyzer/base/lru.h"
#include "analyzer/history/history.h"
#include "analyzer/sweep/pass.h"
#include "format/schema.h"

enum { BLAMES = 1 << 13, QUEUES = 1 << 12, MAX_CPUS = 4096, LOCK_QUEUE = 16 };
enum { STAGES, DEVICE, WHO, LOCK, BY, BY_BY, N_KEY };

struct sum {
	__u64 ns, max_ns;
	__u64 behind_ns; /* of ns, and not in max_ns: it ran, and worked off what had piled up */
	__u64 late_ns;   /* of ns: in intervals that took sweep__interval_limit() */
	__u64 mainly;    /* intervals of which it is the largest part */
	__u64 late;      /* of those: that took sweep__interval_limit() */
	__u64 first_win, last_win; /* of these */
};

/* Since when there has been something to do for a thread without a pause, as far as slow intervals tell. */
struct backlog {
	__u64 from_ns, to_ns;
};

struct state {
	struct sweep *sweep;
	struct history *history;
	struct heavy *blames;
	struct lru *backlogs; /* by thread */
	struct lru *sockets;  /* of tun queues, by device and queue */
	struct lru *workers;  /* of sockets */
	__u32 n_cpus;
	__u32 *ksoftirqd;     /* by CPU; 0: not known */
	__u32 *running;       /* by CPU: who got it last, of those that were off it for long enough to be recorded */
	struct slow_interval *pending; /* by CPU: until the thread there names itself */
};

/* ---- summing -------------------------------------------------------------------------------------- */

/* What the holder of the lock, or who ended the sleep, did mostly in that time: why it held it, or came, so late. */
static struct history_part why(const struct state *st, const struct history_part *part, const struct slow_interval *slow)
{
	struct history_part parts[HISTORY_CAUSES] = { { .deed = DID_UNKNOWN } };

	if (part->by && (part->deed == DID_LOCK || part->deed == DID_SLEEP))
		history__why(st->history, part->by, slow->from_ns, slow->to_ns, parts);
	return parts[0];
}

/* Adds a part of a slow interval to what it is blamed on. meanwhile: when that was; the interval itself, or before it. */
static void add(struct state *st, const struct slow_interval *slow, const struct slow_interval *meanwhile, __u32 tid,
		const struct history_part *part, bool mainly)
{
	struct history_part then = why(st, part, meanwhile);
	__u64 key[N_KEY] = { [STAGES] = (__u64)slow->from << 8 | slow->to, [DEVICE] = pair(slow->netns, slow->ifindex),
			     [WHO] = pair(part->deed, tid), [LOCK] = part->addr, [BY] = pair(then.deed, part->by),
			     [BY_BY] = then.by };
	bool fresh, late = since(slow->from_ns, slow->to_ns) >= sweep__interval_limit(st->sweep), behind = meanwhile != slow;
	struct sum *sum = heavy__use(st->blames, key, &fresh);

	if (fresh)
		*sum = (struct sum){ 0 };
	sum->ns += part->ns;
	sum->behind_ns += behind ? part->ns : 0;
	sum->late_ns += late ? part->ns : 0;
	sum->max_ns = !behind && part->ns > sum->max_ns ? part->ns : sum->max_ns;
	sum->mainly += mainly;
	if (!late || !mainly)
		return;
	if (!sum->late++)
		sum->first_win = st->sweep->win;
	sum->last_win = st->sweep->win;
}

/* Who handed the lock on may have waited for it mostly, in the same queue: who held it so long is at its head. */
static __u32 holder_of(const struct state *st, const struct history_part *part, const struct slow_interval *slow)
{
	struct history_part parts[HISTORY_CAUSES] = { { .by = part->by } };

	for (int i = 0; i < LOCK_QUEUE; i++) {
		__u32 by = parts[0].by;

		if (!history__why(st->history, by, slow->from_ns, slow->to_ns, parts) || parts[0].deed != DID_LOCK ||
		    parts[0].addr != part->addr || !parts[0].by)
			return by;
	}
	return part->by;
}

static void name_holders(const struct state *st, struct history_part *parts, unsigned n, const struct slow_interval *slow)
{
	for (unsigned i = 0; i < n; i++)
		if (parts[i].deed == DID_LOCK && parts[i].by)
			parts[i].by = holder_of(st, &parts[i], slow);
}

/* Waiting for a CPU is not among them: others may need it just as much for the same packets. */
static bool holds_up(const struct history_part *part)
{
	return part->deed == DID_LOCK || part->deed == DID_STOP || part->deed == DID_QUOTA;
}

/* The time for which there was something to do before the interval began. */
static struct slow_interval before(struct state *st, const struct slow_interval *slow, __u32 tid)
{
	struct backlog *b = lru__add(st->backlogs, (__u64[]){ tid }, NULL);
	struct slow_interval earlier = *slow;

	if (slow->from_ns > b->to_ns || slow->from_ns < b->from_ns)
		b->from_ns = slow->from_ns;
	b->to_ns = slow->to_ns;
	earlier.from_ns = b->from_ns;
	earlier.to_ns = slow->from_ns;
	return earlier;
}

/*
 * Of the time `ran` for which it ran in an interval, blames on what held it up before as much as that took: had it not, so
 * much less would have been left to do. Returns how much. mainly: all of `ran` is the largest part; so is the most of it.
 */
static __u64 pile_up(struct state *st, const struct slow_interval *slow, __u32 tid, __u64 ran, bool mainly)
{
	struct slow_interval earlier = before(st, slow, tid);
	struct history_part parts[HISTORY_CAUSES];
	unsigned n = history__why(st->history, tid, earlier.from_ns, earlier.to_ns, parts);
	__u64 held_up = 0, behind, left;

	for (unsigned i = 0; i < n; i++)
		held_up += holds_up(&parts[i]) ? parts[i].ns : 0;
	behind = left = ran < held_up ? ran : held_up;
	mainly = mainly && behind > ran / 2;
	name_holders(st, parts, n, &earlier);
	for (unsigned i = 0; i < n && left; i++) {
		__u64 most = (double)parts[i].ns * behind / held_up + 1;

		if (!holds_up(&parts[i]))
			continue;
		parts[i].ns = most < left ? most : left;
		left -= parts[i].ns;
		add(st, slow, &earlier, tid, &parts[i], mainly);
		mainly = false;
	}
	return behind;
}

static void blame(struct state *st, const struct slow_interval *slow, __u32 tid)
{
	struct history_part parts[HISTORY_CAUSES] = { { DID_UNKNOWN, 0, 0, since(slow->from_ns, slow->to_ns) } };
	unsigned n = tid ? history__why(st->history, tid, slow->from_ns, slow->to_ns, parts) : 1;

	name_holders(st, parts, n, slow);
	for (unsigned i = 0; i < n; i++) {
		__u64 ran = parts[i].ns;

		if (tid && parts[i].deed == DID_RUN)
			parts[i].ns -= pile_up(st, slow, tid, ran, i == 0);
		if (parts[i].ns)
			add(st, slow, slow, tid, &parts[i], i == 0 && parts[i].ns >= ran - ran / 2);
	}
}

/* ---- who it is ------------------------------------------------------------------------------------ */

static __u32 worker_of(const struct state *st, const struct slow_interval *slow)
{
	__u64 queue[2] = { pair(slow->netns, slow->ifindex), slow->queue };
	const __u64 *sock = lru__find(st->sockets, queue);
	const __u64 *tid = sock ? lru__find(st->workers, sock) : NULL;

	return tid ? *tid : 0;
}

/* ksoftirqd that sleeps has nothing to do with it: then the softirq ran in an interrupt, and what kept it is not known. */
static void blame_softirq(struct state *st, const struct slow_interval *slow)
{
	__u32 tid = slow->cpu < st->n_cpus ? st->ksoftirqd[slow->cpu] : 0;
	struct history_part parts[HISTORY_CAUSES];

	if (tid && history__why(st->history, tid, slow->from_ns, slow->to_ns, parts) && parts[0].deed != DID_SLEEP)
		blame(st, slow, tid);
	else
		blame(st, slow, 0);
}

/* Recordings made before the record said it: who got the CPU last of those that were off it for long enough. */
static __u32 reader_of(const struct state *st, const struct rec_free *r)
{
	return r->tid || r->rec.cpu >= st->n_cpus ? r->tid : st->running[r->rec.cpu];
}

static void on_slow(struct state *st, const struct slow_interval *slow, const struct rec *rec)
{
	if (rec->type == REC_free) { /* consumed: by the reader of a socket */
		blame(st, slow, reader_of(st, (const struct rec_free *)rec));
		return;
	}
	switch (schema__stage(slow->from)->mover) {
	case MOVER_HANDLER:
		if (slow->cpu < st->n_cpus)
			st->pending[slow->cpu] = *slow;
		break;
	case MOVER_VHOST:
		blame(st, slow, worker_of(st, slow));
		break;
	case MOVER_SOFTIRQ:
		blame_softirq(st, slow);
		break;
	default:
		blame(st, slow, 0);
	}
}

/*
 * What a program does with a request is its own business: it may have to compute, or to wait for others. Not so what kept
 * it from doing that: then it is the larger part of the time, or nobody is blamed.
 */
static void on_answer(struct state *st, const struct slow_interval *slow, __u32 tid)
{
	struct history_part parts[HISTORY_CAUSES];

	if (!tid || !history__why(st->history, tid, slow->from_ns, slow->to_ns, parts))
		return;
	if (parts[0].deed != DID_RUN && parts[0].deed != DID_SLEEP && parts[0].deed != DID_UNKNOWN)
		blame(st, slow, tid);
}

/* ---- records -------------------------------------------------------------------------------------- */

static void on_execute(struct state *st, const struct rec_upcall_execute *r)
{
	struct slow_interval *slow = r->rec.cpu < st->n_cpus ? &st->pending[r->rec.cpu] : NULL;

	if (!slow || !slow->to_ns)
		return;
	if (slow->to_ns <= r->rec.ts)
		blame(st, slow, r->tid);
	slow->to_ns = 0;
}

static void on_wait(struct state *st, __u32 tid, const struct rec *rec, __u64 addr, __u64 ns)
{
	struct history_wait w = { .until = rec->ts, .ns = ns, .addr = addr, .holder = st->sweep->holder };

	history__wait(st->history, tid, &w);
}

static void on_task(struct state *st, const struct rec_task *r)
{
	char comm[sizeof(r->comm) + 1] = "";
	unsigned cpu;

	memcpy(comm, r->comm, sizeof(r->comm));
	if (sscanf(comm, "ksoftirqd/%u", &cpu) == 1 && cpu < st->n_cpus)
		st->ksoftirqd[cpu] = r->tid;
}

static void on_slice(struct state *st, const struct rec_oncpu *r)
{
	__u64 until = since(r->ago, r->rec.ts);

	history__slice(st->history, r->rec.cpu, &(struct history_slice){ since(r->ran, until), until, r->tid });
}

static void learn(struct lru *table, const __u64 *key, __u64 value)
{
	*(__u64 *)lru__add(table, key, NULL) = value;
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_offcpu *off = (const struct rec_offcpu *)rec;
	const struct rec_futex *futex = (const struct rec_futex *)rec;
	const struct rec_lock *lock = (const struct rec_lock *)rec;
	const struct rec_pthread *pthread = (const struct rec_pthread *)rec;
	const struct rec_vhost_run *run = (const struct rec_vhost_run *)rec;
	const struct rec_tun_ring *ring = (const struct rec_tun_ring *)rec;
	struct state *st = state;

	switch (rec->type) {
	case REC_offcpu:
		if (rec->cpu < st->n_cpus)
			st->running[rec->cpu] = off->tid;
		history__off(st->history, off->tid, &(struct history_off){ rec->ts, off->blocked, off->runnable, off->state,
									   off->waker, off->prev, rec->cpu, off->quota });
		break;
	case REC_oncpu:
		on_slice(st, (const struct rec_oncpu *)rec);
		break;
	case REC_futex:
		on_wait(st, futex->tid, rec, futex->uaddr, futex->duration);
		break;
	case REC_lock:
		if (lock->addr)
			on_wait(st, lock->tid, rec, lock->addr, lock->duration);
		break;
	case REC_pthread:
		if (!pthread->what)
			on_wait(st, pthread->tid, rec, pthread->addr, pthread->duration);
		break;
	case REC_task:
		on_task(st, (const struct rec_task *)rec);
		break;
	case REC_vhost_run:
		if (!run->dir)
			learn(st->workers, &run->sock, run->tid);
		break;
	case REC_upcall_execute:
		on_execute(st, (const struct rec_upcall_execute *)rec);
		break;
	case REC_tun_ring:
		learn(st->sockets, (__u64[]){ pair(ring->netns, ring->ifindex), ring->queue }, ring->sock);
		break;
	}
	if (rec->type == REC_packet && st->sweep->answer.to_ns)
		on_answer(st, &st->sweep->answer, ((const struct rec_packet *)rec)->tid);
	if (st->sweep->slow.to_ns && (rec->type == REC_packet || rec->type == REC_hop || rec->type == REC_free))
		on_slow(st, &st->sweep->slow, rec);
}

static void on_gap(void *state, const struct gap *gap)
{
	struct state *st = state;

	if (gap->type == GAP_ANY_TYPE || gap->type == REC_offcpu || gap->type == REC_futex || gap->type == REC_pthread ||
	    gap->type == REC_lock)
		history__forget(st->history, gap->to);
}

/* ---- begin and end -------------------------------------------------------------------------------- */

static const char *const deeds[N_DEEDS] = { "run", "queue", "nobody", "quota", "lock", "stop", "sleep", "unknown" };

static void store(void *arg, const __u64 *key, __u64 n, void *value)
{
	const struct sum *sum = value;
	struct state *st = arg;

	STORE(st->sweep->store, "blame", V_INT("from_stage", key[STAGES] >> 8), V_INT("to_stage", key[STAGES] & 0xff),
	      V_INT("netns", key[DEVICE] >> 32), V_INT("ifindex", key[DEVICE] & 0xffffffff),
	      V_INT("tid", key[WHO] & 0xffffffff), V_TEXT("deed", deeds[key[WHO] >> 32]), V_INT("addr", key[LOCK]),
	      V_INT("by", key[BY] & 0xffffffff), V_TEXT("by_deed", deeds[key[BY] >> 32]),
	      V_INT("by_by", key[BY_BY]), V_INT("n", n),
	      V_INT("mainly", sum->mainly), V_INT("late", sum->late), V_INT("sum_ns", sum->ns),
	      V_INT("max_ns", sum->max_ns), V_INT("late_ns", sum->late_ns),
	      V_INT("behind_ns", sum->behind_ns), V_OPT("first_win", sum->late, sum->first_win),
	      V_OPT("last_win", sum->late, sum->last_win));
}

static void finish(void *state)
{
	struct state *st = state;

	heavy__each(st->blames, store, st);
	sweep__limit(st->sweep, "causes of slow intervals", BLAMES, heavy__forgotten(st->blames), "the smallest are missing");
	sweep__limit(st->sweep, "threads with a history", HISTORY_THREADS, history__evicted(st->history),
		     "what those did that were not seen for longest is not known");
}

static void release(void *state)
{
	struct state *st = state;

	history__free(st->history);
	heavy__free(st->blames);
	free(st->ksoftirqd);
	free(st->running);
	free(st->pending);
}

static int init(void *state)
{
	struct state *st = state;

	st->n_cpus = st->sweep->n_cpus < MAX_CPUS ? st->sweep->n_cpus : MAX_CPUS;
	st->history = history__new(st->n_cpus);
	st->blames = heavy__new(N_KEY, sizeof(struct sum), BLAMES);
	st->ksoftirqd = calloc(st->n_cpus + 1, sizeof(*st->ksoftirqd));
	st->running = calloc(st->n_cpus + 1, sizeof(*st->running));
	st->pending = calloc(st->n_cpus + 1, sizeof(*st->pending));
	return st->history && st->blames && st->ksoftirqd && st->running && st->pending ? 0 : -ENOMEM;
}

static const struct pass_lru lrus[] = {
	PASS_LRU(backlogs, 1, struct backlog, HISTORY_THREADS, "threads with something to do",
		 "what held further ones up before is not known"),
	PASS_LRU(sockets, 2, __u64, QUEUES, "queues of taps", "who takes packets out of further ones is not known"),
	PASS_LRU(workers, 1, __u64, QUEUES, "vhost workers", "what further ones did is not known"),
	{ 0 },
};

static const __u8 wants[] = { REC_packet, REC_hop, REC_free, REC_tun_ring, REC_offcpu, REC_oncpu, REC_futex, REC_lock, REC_pthread,
			      REC_task, REC_vhost_run, REC_upcall_execute, 0 };

const struct pass pass_blame = {
	.name = "blame", .wants = wants, .state_size = sizeof(struct state), .lrus = lrus, .init = init,
	.on_event = on_event, .on_gap = on_gap, .finish = finish, .release = release,
};
