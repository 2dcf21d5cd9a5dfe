/*
 * history.c: a ring of all stretches, in which each leads to the one before of its thread (history.h). A busy thread has
 * more of it than one that sleeps. A wait is noted at the stretches in it.
 */
#include "analyzer/history/history.h"

#include <assert.h>
#include <stdlib.h>
#include "analyzer/base/interval.h"
#include "analyzer/base/lru.h"

enum { TASK_STOPPED = 4, TASK_TRACED = 8, TASK_FROZEN = 0x8000 };
enum { MAX_STRETCHES = 1 << 20, MAX_STEPS = 1 << 14 /* from one to the one before: an answer must not take long */ };
enum { SLICE_LEAST_NS = 100000 }; /* shorter ones are not recorded (bpf/sched.bpf.c) */

struct stretch {
	struct history_off off;
	__u64 before;             /* of its thread: which of all, from 1; 0: the first */
	struct history_wait wait; /* the outermost that it is in; ns 0: none */
};

struct thread {
	__u64 last;  /* stretch: which of all */
	__u64 until; /* it ended */
};

struct cpu {
	__u32 n; /* ever */
	struct history_slice slice[HISTORY_SLICES];
};

struct history {
	__u64 known_from;
	struct stretch *stretches;
	__u64 n, size;       /* ever; 2^x */
	struct lru *threads; /* by tid */
	struct cpu *cpus;
	unsigned n_cpus;
};

struct history *history__new(unsigned n_cpus)
{
	struct history *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->n_cpus = n_cpus;
	h->cpus = calloc(n_cpus + 1, sizeof(*h->cpus));
	h->threads = lru__new(1, sizeof(struct thread), HISTORY_THREADS);
	for (h->size = HISTORY_STRETCHES; h->size < MAX_STRETCHES && h->size < (__u64)HISTORY_STRETCHES * n_cpus;)
		h->size *= 2;
	h->stretches = calloc(h->size, sizeof(*h->stretches));
	if (h->cpus && h->threads && h->stretches)
		return h;
	history__free(h);
	return NULL;
}

void history__free(struct history *h)
{
	if (!h)
		return;
	lru__free(h->threads);
	free(h->stretches);
	free(h->cpus);
	free(h);
}

__u64 history__evicted(const struct history *h)
{
	return lru__forgotten(h->threads);
}

/* NULL: there is none, or it has been overwritten. */
static struct stretch *stretch_at(const struct history *h, __u64 nth)
{
	assert(nth <= h->n);
	return nth && nth + h->size > h->n ? &h->stretches[nth & (h->size - 1)] : NULL;
}

static __u64 begin_of(const struct history_off *o)
{
	return since(o->blocked, since(o->runnable, o->until));
}

void history__off(struct history *h, __u32 tid, const struct history_off *off)
{
	struct thread *t;

	if (!tid || off->blocked + off->runnable < HISTORY_SHORTEST_NS)
		return;
	t = lru__add(h->threads, (__u64[]){ tid }, NULL);
	h->n++;
	*stretch_at(h, h->n) = (struct stretch){ .off = *off, .before = t->last };
	t->last = h->n;
	t->until = off->until;
}

/* One that ends later has those in it inside, unless it is shorter: then that is another lock's. */
void history__wait(struct history *h, __u32 tid, const struct history_wait *wait)
{
	const struct thread *t = tid && wait->ns >= HISTORY_SHORTEST_NS ? lru__find(h->threads, (__u64[]){ tid }) : NULL;
	struct stretch *s = t ? stretch_at(h, t->last) : NULL;
	__u64 begin = since(wait->ns, wait->until);

	for (int steps = 0; s && s->off.until > begin && steps < MAX_STEPS; s = stretch_at(h, s->before), steps++) {
		__u64 middle = begin_of(&s->off) + s->off.blocked / 2;

		if (middle >= begin && middle < wait->until && wait->ns >= s->wait.ns)
			s->wait = *wait;
	}
}

void history__slice(struct history *h, unsigned cpu, const struct history_slice *slice)
{
	struct cpu *c = cpu < h->n_cpus ? &h->cpus[cpu] : NULL;

	if (c && slice->from < slice->until)
		c->slice[c->n++ % HISTORY_SLICES] = *slice;
}

void history__forget(struct history *h, __u64 now)
{
	for (unsigned i = 0; i < h->n_cpus; i++)
		h->cpus[i].n = 0;
	if (now > h->known_from)
		h->known_from = now;
	lru__clear(h->threads);
}

/* ---- why ----------------------------------------------------------------------------------------- */

static __u64 overlap(__u64 a, __u64 b, __u64 from, __u64 to)
{
	a = a > from ? a : from;
	b = b < to ? b : to;
	return since(a, b);
}

struct sum {
	struct history_part *parts;
	unsigned n;
	__u64 left; /* ns that no part has yet */
};

static void add(struct sum *s, enum deed deed, __u32 by, __u64 addr, __u64 ns)
{
	unsigned i = 0;

	ns = ns < s->left ? ns : s->left;
	if (!ns)
		return;
	s->left -= ns;
	while (i < s->n && (s->parts[i].deed != deed || s->parts[i].by != by || s->parts[i].addr != addr))
		i++;
	if (i == HISTORY_CAUSES) /* of many, the last place takes all that is left over */
		i--;
	else if (i == s->n)
		s->parts[s->n++] = (struct history_part){ deed, by, addr, 0 };
	s->parts[i].ns += ns;
}

/* It could run from `from` to `to`, a part of the stretch. Who had the CPU is known in part; else who had it last. */
static void add_ready(const struct history *h, struct sum *s, const struct history_off *o, __u64 from, __u64 to)
{
	const struct cpu *c = o->cpu < h->n_cpus ? &h->cpus[o->cpu] : NULL;
	__u32 n = !c || o->runnable < SLICE_LEAST_NS ? 0 : c->n < HISTORY_SLICES ? c->n : HISTORY_SLICES;
	__u64 left = since(from, to);

	if (o->quota) {
		add(s, DID_QUOTA, 0, 0, left);
		return;
	}
	for (__u32 i = 1; i <= n && left; i++) {
		const struct history_slice *slice = &c->slice[(c->n - i) % HISTORY_SLICES];
		__u64 ns = overlap(slice->from, slice->until, from, to);

		ns = ns < left ? ns : left; /* those of a damaged recording may overlap */
		add(s, slice->tid ? DID_QUEUE : DID_NOBODY, slice->tid, 0, ns);
		left -= ns;
	}
	add(s, DID_QUEUE, o->prev, 0, left);
}

static void add_blocked(struct sum *s, const struct stretch *stretch, __u64 ns)
{
	const struct history_off *o = &stretch->off;
	const struct history_wait *w = &stretch->wait;

	if (w->ns)
		add(s, DID_LOCK, w->holder ? w->holder : o->waker, w->addr, ns);
	else if (o->state & (TASK_STOPPED | TASK_TRACED | TASK_FROZEN))
		add(s, DID_STOP, 0, 0, ns);
	else
		add(s, DID_SLEEP, o->waker, 0, ns);
}

static int larger(const void *a, const void *b)
{
	const struct history_part *x = a, *y = b;

	return x->ns != y->ns ? (x->ns > y->ns ? -1 : 1) : (int)x->deed - (int)y->deed;
}

unsigned history__why(const struct history *h, __u32 tid, __u64 from, __u64 to, struct history_part parts[HISTORY_CAUSES])
{
	struct sum s = { .parts = parts, .left = since(from, to) };
	const struct thread *t = tid ? lru__find(h->threads, (__u64[]){ tid }) : NULL;
	__u64 known = h->known_from > from ? h->known_from : from, seen = t ? t->until : to, nth = t ? t->last : 0;
	const struct stretch *stretch = stretch_at(h, nth);

	if (!s.left)
		return 0;
	for (int steps = 0; stretch && seen > from && steps < MAX_STEPS; stretch = stretch_at(h, nth), steps++) {
		const struct history_off *o = &stretch->off;
		__u64 woken = since(o->runnable, o->until);

		add_ready(h, &s, o, woken > from ? woken : from, o->until < to ? o->until : to);
		add_blocked(&s, stretch, overlap(begin_of(o), woken, from, to));
		seen = begin_of(o) < seen ? begin_of(o) : seen;
		nth = stretch->before;
	}
	if (nth && seen > known) /* older ones were overwritten, or are too many */
		known = seen;
	add(&s, DID_UNKNOWN, 0, 0, t ? overlap(from, known, from, to) : s.left);
	add(&s, DID_RUN, 0, 0, s.left);
	assert(s.left == 0);
	qsort(parts, s.n, sizeof(*parts), larger);
	return s.n;
}
