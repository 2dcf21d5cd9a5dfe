/*
 * pass_lock.c: waits for locks, in the kernel and on futexes, and who held them.
 *
 * A kernel lock names its holder itself where it knows. A futex does not: there the holder is who ended the wait,
 * the waker that the scheduler saw, or else the last thread that woke somebody at that address during the wait.
 *
 * One wait may be seen several times: that for a lock of pthread is made of futex calls, and those may wait for locks
 * of the kernel. Which one is a part of another is told by thread and time.
 */
#include <assert.h>
#include <string.h>
#include "analyzer/sweep/pass.h"
#include "analyzer/base/samples.h"
#include "analyzer/read/unames.h"

enum { OP_MASK = 0x7f, MAX_THREADS = 1 << 18, MAX_FUTEXES = 1 << 16, MAX_LOCKS = 1 << 16,
       MAX_WAITING = 1 << 15, PARTS = 16 };
enum { FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_REQUEUE = 3, FUTEX_CMP_REQUEUE = 4, FUTEX_WAKE_OP = 5, FUTEX_LOCK_PI = 6,
       FUTEX_WAIT_BITSET = 9, FUTEX_WAKE_BITSET = 10, FUTEX_WAIT_REQUEUE_PI = 11, FUTEX_LOCK_PI2 = 13 };
enum kind { KERNEL, FUTEX, PTHREAD };
static const char *const KINDS[] = { "kernel", "futex", "pthread" };
enum place { SLEPT, LOCK, WAIT, WAKE, ASKED, HELD };
static const char *const PLACES[] = { "slept", "lock", "wait", "wake", "asked", "held" };

struct sleep { /* the last of a thread */
	__u64 until, blocked;
	__u32 waker, stack;
};

struct wake { /* the last that woke somebody at an address */
	__u64 at;
	__u32 tid;
};

struct part { /* a wait that may be a part of one that has not ended yet */
	__u64 from, ns, addr;
	__u32 holder;
	enum kind kind;
};

struct waited { /* the last waits of a thread, in order of their end */
	struct part parts[PARTS];
	unsigned n;
};

struct state {
	struct sweep *sweep;
	struct tally waits, holders, nested, shorts, totals, stacks, holds;
	struct lru *sleeps; /* by tid */
	struct lru *waited; /* by tid */
	struct lru *wakes;  /* by process and address */
	struct lru *last;   /* futex_total by tid */
	struct lru *locks;  /* kernel addresses */
};

/* ---- rows --------------------------------------------------------------------------------------- */

enum { FAILED = 0 };
enum { N, NS, MAX };

static void put_wait(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "lock_wait", V_INT("win", win), V_TEXT("kind", KINDS[key[0] >> 32]), V_INT("tgid", key[1] >> 32),
	      V_INT("addr", key[2]), V_INT("mode", key[0] & 0xffffffff), V_INT("tid", key[1] & 0xffffffff),
	      V_INT("stack", key[3]), V_INT("failed", row->count[FAILED]), V_HIST_NS("", row->hist));
}

static void put_holder(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "lock_holder", V_INT("win", win), V_TEXT("kind", KINDS[key[0] >> 32]), V_INT("tgid", key[1] >> 32),
	      V_INT("addr", key[2]), V_INT("tid", key[1] & 0xffffffff), V_INT("holder", key[0] & 0xffffffff),
	      V_INT("n", row->count[N]), V_INT("wait_ns", row->count[NS]), V_INT("max_ns", row->count[MAX]));
}

static void put_nested(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "lock_nested", V_INT("win", win), V_TEXT("kind", KINDS[key[0] >> 32]), V_INT("tgid", key[1] >> 32),
	      V_INT("addr", key[2]), V_INT("tid", key[1] & 0xffffffff), V_INT("holder", key[0] & 0xffffffff),
	      V_TEXT("outer_kind", KINDS[key[3]]), V_INT("outer_addr", key[4]), V_INT("n", row->count[N]),
	      V_INT("wait_ns", row->count[NS]));
}

static void put_short(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "lock_short", V_INT("win", win), V_INT("cpu", key[0]), V_INT("n", row->count[N]),
	      V_INT("sum_ns", row->count[NS]));
}

static void put_total(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	const __u64 *c = row->count;

	STORE(s, "futex_total", V_INT("win", win), V_INT("tid", key[0]), V_INT("waits", c[0]), V_INT("wait_ns", c[1]),
	      V_INT("wakes", c[2]), V_INT("woken", c[3]), V_INT("wake_ns", c[4]), V_INT("others", c[5]));
}

static void put_stack(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "user_stack", V_INT("win", win), V_TEXT("kind", PLACES[key[0] >> 32]),
	      V_INT("tid", key[0] & 0xffffffff), V_INT("addr", key[1]), V_INT("stack", key[2] >> 32),
	      V_INT("ustack", key[2] & 0xffffffff), V_INT("n", row->count[N]), V_INT("sum_ns", row->count[NS]),
	      V_INT("max_ns", row->count[MAX]));
}

static void put_hold(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "lock_hold", V_INT("win", win), V_INT("tgid", key[0] >> 32), V_INT("addr", key[1]),
	      V_INT("tid", key[0] & 0xffffffff), V_HIST_NS("", row->hist));
}

static const struct tally_spec hold_spec = { 2, 0, 1, put_hold };
static const struct tally_spec wait_spec = { 4, 1, 1, put_wait };
static const struct tally_spec holder_spec = { 3, 3, 0, put_holder };
static const struct tally_spec nested_spec = { 5, 3, 0, put_nested };
static const struct tally_spec short_spec = { 1, 2, 0, put_short };
static const struct tally_spec total_spec = { 1, 6, 0, put_total };
static const struct tally_spec stack_spec = { 3, 3, 0, put_stack };

static void count(struct tally_row row, __u64 ns)
{
	row.count[N]++;
	row.count[NS] += ns;
	row.count[MAX] = ns > row.count[MAX] ? ns : row.count[MAX];
}

static void add_stack(struct state *st, enum place place, __u32 tid, __u64 addr, __u32 stack, __u32 ustack, __u64 ns)
{
	__u64 key[3] = { pair(place, tid), addr, pair(stack, ustack) };

	assert(place <= HELD);
	if (ustack)
		count(tally__at(&st->stacks, st->sweep->win, key), ns);
}

struct wait {
	enum kind kind;
	__u32 mode, tgid, tid, stack, holder;
	__u64 addr, ns, until;
	bool failed;
};

static __u64 thread_of(enum kind kind, const struct wait *w)
{
	return pair(kind == KERNEL ? 0 : w->tgid, w->tid);
}

/* What began within this wait of its thread, and ended before it, is a part of it. */
static void nest(struct state *st, const struct wait *w)
{
	__u64 tid = w->tid, from = since(w->ns, w->until);
	struct waited *last = lru__add(st->waited, &tid, NULL);

	for (; last->n && last->parts[last->n - 1].from >= from; last->n--) {
		const struct part *p = &last->parts[last->n - 1];
		__u64 key[5] = { pair(p->kind, p->holder), thread_of(p->kind, w), p->addr, w->kind, w->addr };

		count(tally__at(&st->nested, st->sweep->win, key), p->ns);
	}
	if (last->n == PARTS)
		memmove(last->parts, last->parts + 1, --last->n * sizeof(last->parts[0]));
	last->parts[last->n++] = (struct part){ from, w->ns, w->addr, w->holder, w->kind };
}

static void add_wait(struct state *st, const struct wait *w)
{
	__u64 key[4] = { pair(w->kind, w->mode), thread_of(w->kind, w), w->addr, w->stack };
	__u64 held[3] = { pair(w->kind, w->holder), key[1], w->addr };
	struct tally_row row = tally__at(&st->waits, st->sweep->win, key);

	assert(w->kind <= PTHREAD);
	row.count[FAILED] += w->failed;
	if (w->failed)
		return;
	st->sweep->holder = w->holder;
	if (hist__add(row.hist, w->ns))
		st->sweep->no_memory = true;
	count(tally__at(&st->holders, st->sweep->win, held), w->ns);
	nest(st, w);
}

/* ---- records ------------------------------------------------------------------------------------ */

static void on_lock(struct state *st, const struct rec_lock *r)
{
	struct wait w = { .kind = KERNEL, .mode = r->flags, .tgid = r->tgid, .tid = r->tid, .stack = r->stack,
			  .holder = r->owner, .addr = r->addr, .ns = r->duration, .until = r->rec.ts, .failed = r->ret != 0 };
	__u64 cpu = r->rec.cpu;

	if (r->short_n) {
		struct tally_row row = tally__at(&st->shorts, st->sweep->win, &cpu);

		row.count[N] += r->short_n;
		row.count[NS] += r->short_ns;
	}
	if (!r->addr)
		return;
	lru__add(st->locks, &r->addr, NULL);
	add_wait(st, &w);
	add_stack(st, LOCK, r->tid, r->addr, r->stack, r->ustack, r->duration);
}

static void on_pthread(struct state *st, const struct rec_pthread *r)
{
	struct wait w = { .kind = PTHREAD, .mode = r->op, .tgid = r->tgid, .tid = r->tid, .holder = r->holder,
			  .addr = r->addr, .ns = r->duration, .until = r->rec.ts, .failed = r->ret != 0 };
	__u64 held[2] = { pair(r->tgid, r->tid), r->addr };

	add_stack(st, r->what ? HELD : ASKED, r->tid, r->addr, 0, r->ustack, r->duration);
	if (!r->what)
		add_wait(st, &w);
	else if (hist__add(tally__at(&st->holds, st->sweep->win, held).hist, r->duration))
		st->sweep->no_memory = true;
}

static void on_offcpu(struct state *st, const struct rec_offcpu *r)
{
	__u64 key = r->tid;

	if (!r->state)
		return;
	*(struct sleep *)lru__add(st->sleeps, &key, NULL) =
		(struct sleep){ r->rec.ts, r->blocked, r->waker, r->stack };
}

static void on_ustack(struct state *st, const struct rec_offcpu_ustack *r)
{
	__u64 tid = r->tid;
	const struct sleep *s = lru__find(st->sleeps, &tid);

	if (s && s->until == r->since)
		add_stack(st, SLEPT, r->tid, 0, s->stack, r->ustack, s->blocked);
}

static bool waits(__u32 op)
{
	return op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET || op == FUTEX_LOCK_PI || op == FUTEX_LOCK_PI2 ||
	       op == FUTEX_WAIT_REQUEUE_PI;
}

static bool wakes(__u32 op)
{
	return op == FUTEX_WAKE || op == FUTEX_WAKE_BITSET || op == FUTEX_WAKE_OP || op == FUTEX_REQUEUE ||
	       op == FUTEX_CMP_REQUEUE;
}

/* Who ended a wait that lasted from `from` to now? 0: not known. */
static __u32 ended_by(const struct state *st, const struct rec_futex *r, __u64 from)
{
	__u64 tid = r->tid, place[2] = { r->tgid, r->uaddr };
	const struct sleep *s = lru__find(st->sleeps, &tid);
	const struct wake *w = lru__find(st->wakes, place);

	if (s && s->waker && s->waker != r->tid && s->until >= from)
		return s->waker;
	return w && w->at >= from && w->tid != r->tid ? w->tid : 0;
}

static void on_futex(struct state *st, const struct rec_futex *r)
{
	__u64 from = since(r->duration, r->rec.ts), place[2] = { r->tgid, r->uaddr };
	__u32 op = r->op & OP_MASK;

	if (waits(op)) {
		struct wait w = { .kind = FUTEX, .mode = op, .tgid = r->tgid, .tid = r->tid, .addr = r->uaddr,
				  .ns = r->duration, .until = r->rec.ts, .failed = (__s32)r->ret < 0 };

		w.holder = ended_by(st, r, from);
		add_wait(st, &w);
		add_stack(st, WAIT, r->tid, r->uaddr, 0, r->ustack, r->duration);
	} else if (wakes(op) && (__s32)r->ret > 0) {
		*(struct wake *)lru__add(st->wakes, place, NULL) = (struct wake){ r->rec.ts, r->tid };
		add_stack(st, WAKE, r->tid, r->uaddr, 0, r->ustack, r->duration);
	}
}

/*
 * The first total of a thread holds what it did since netrec began to watch: all of it counts, unless it may be one
 * that was forgotten.
 */
static void on_total(struct state *st, const struct rec_futex_total *r)
{
	__u64 key = r->tid;
	bool fresh;
	struct rec_futex_total *last = lru__add(st->last, &key, &fresh);
	__u64 *n;

	if (fresh && lru__forgotten(st->last)) {
		*last = *r;
		return;
	}
	if (last->tgid != r->tgid || r->waits < last->waits || r->wakes < last->wakes) /* another thread with this number */
		*last = (struct rec_futex_total){ .tid = r->tid };
	n = tally__at(&st->totals, st->sweep->win, &key).count;
	n[0] += r->waits - last->waits;
	n[1] += delta64(last->wait_ns, r->wait_ns);
	n[2] += r->wakes - last->wakes;
	n[3] += delta32(last->woken, r->woken);
	n[4] += delta64(last->wake_ns, r->wake_ns);
	n[5] += delta32(last->others, r->others);
	*last = *r;
}

static void on_event(void *state, const struct rec *rec)
{
	struct state *st = state;

	st->sweep->holder = 0;
	switch (rec->type) {
	case REC_lock:
		on_lock(state, (const struct rec_lock *)rec);
		break;
	case REC_pthread:
		on_pthread(state, (const struct rec_pthread *)rec);
		break;
	case REC_offcpu:
		on_offcpu(state, (const struct rec_offcpu *)rec);
		break;
	case REC_offcpu_ustack:
		on_ustack(state, (const struct rec_offcpu_ustack *)rec);
		break;
	case REC_futex:
		on_futex(state, (const struct rec_futex *)rec);
		break;
	case REC_futex_total:
		on_total(state, (const struct rec_futex_total *)rec);
		break;
	}
}

/* A sleep or a wake-up may be missing now: what is remembered of them must not explain a later wait. */
static void on_gap(void *state, const struct gap *gap)
{
	struct state *st = state;

	if (!gap->type || gap->type == REC_offcpu)
		lru__clear(st->sleeps);
	if (!gap->type || gap->type == REC_futex)
		lru__clear(st->wakes);
}

static void store_name(void *arg, const __u64 *addr, void *value)
{
	const struct state *st = arg;
	struct name_at at = names__symbol(st->sweep->names, *addr);

	(void)value;
	if (at.symbol && at.symbol->size)
		STORE_FIRST(st->sweep->store, "lock_name", V_INT("addr", *addr),
			    V_TEXTN("symbol", at.symbol->name.s, at.symbol->name.len), V_INT("offset", at.offset),
			    V_TEXTN("module", at.symbol->module.s, at.symbol->module.len));
}

static void finish(void *state)
{
	struct state *st = state;

	lru__each(st->locks, store_name, st);
	if (unames__store(st->sweep->names, st->sweep->store))
		st->sweep->no_memory = true;
}

static int init(void *state)
{
	struct state *st = state;

	lru__on_forget(st->locks, store_name, st);
	return 0;
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(waits, wait_spec),
	PASS_TALLY(holders, holder_spec),
	PASS_TALLY(nested, nested_spec),
	PASS_TALLY(shorts, short_spec),
	PASS_TALLY(totals, total_spec),
	PASS_TALLY(stacks, stack_spec),
	PASS_TALLY(holds, hold_spec),
	{ 0 },
};

static const struct pass_lru lrus[] = {
	PASS_LRU(sleeps, 1, struct sleep, MAX_THREADS, "threads that slept",
		 "who ended their futex waits, and with which stack they slept, may be missing"),
	PASS_LRU(waited, 1, struct waited, MAX_WAITING, "threads that waited for locks",
		 "which of their waits are parts of others may be missing"),
	PASS_LRU(wakes, 2, struct wake, MAX_FUTEXES, "futexes that woke",
		 "who ended the waits for them may be missing"),
	PASS_LRU(last, 1, struct rec_futex_total, MAX_THREADS, "threads with futex calls",
		 "calls between two samples of some of them are missing in futex totals"),
	PASS_LRU(locks, 1, char[0], MAX_LOCKS, NULL, NULL), /* names are stored before they are forgotten */
	{ 0 },
};

static const __u8 wants[] = { REC_lock, REC_pthread, REC_offcpu, REC_futex, REC_futex_total, REC_offcpu_ustack, 0 };

const struct pass pass_lock = {
	.name = "lock", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies, .lrus = lrus,
	.init = init, .on_event = on_event, .on_gap = on_gap, .finish = finish,
};
