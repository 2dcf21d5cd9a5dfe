/* history.c: a ring of stretches and one of waits for each thread (history.h). */
#include "analyzer/history/history.h"

#include <assert.h>
#include <stdlib.h>
#include "analyzer/base/interval.h"
#include "analyzer/base/lru.h"

enum { TASK_STOPPED = 4, TASK_TRACED = 8, TASK_FROZEN = 0x8000 };

struct thread {
	__u32 n_off, n_wait; /* ever */
	struct history_off off[HISTORY_KEPT];
	struct history_wait wait[HISTORY_KEPT];
};

struct cpu {
	__u32 n; /* ever */
	struct history_slice slice[HISTORY_SLICES];
};

struct history {
	__u64 known_from;
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
	if (h->cpus && h->threads)
		return h;
	history__free(h);
	return NULL;
}

void history__free(struct history *h)
{
	if (!h)
		return;
	lru__free(h->threads);
	free(h->cpus);
	free(h);
}

__u64 history__evicted(const struct history *h)
{
	return lru__forgotten(h->threads);
}

static struct thread *thread_of(struct history *h, __u32 tid)
{
	__u64 key = tid;
	struct thread *t = lru__use(h->threads, &key);

	if (!t && (t = lru__add_raw(h->threads, &key))) /* its rings are overwritten as they fill */
		t->n_off = t->n_wait = 0;
	return t;
}

void history__off(struct history *h, __u32 tid, const struct history_off *off)
{
	struct thread *t;

	if (!tid || off->blocked + off->runnable < HISTORY_SHORTEST_NS)
		return;
	t = thread_of(h, tid);
	t->off[t->n_off++ % HISTORY_KEPT] = *off;
}

void history__wait(struct history *h, __u32 tid, const struct history_wait *wait)
{
	struct thread *t;

	if (!tid || wait->ns < HISTORY_SHORTEST_NS)
		return;
	t = thread_of(h, tid);
	t->wait[t->n_wait++ % HISTORY_KEPT] = *wait;
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

/* The outermost wait for a lock that the thread was in at this time: the one that ended last. NULL: none. */
static const struct history_wait *wait_at(const struct thread *t, __u64 ts)
{
	__u32 n = t->n_wait < HISTORY_KEPT ? t->n_wait : HISTORY_KEPT;
	const struct history_wait *found = NULL;

	for (__u32 i = 1; i <= n; i++) {
		const struct history_wait *w = &t->wait[(t->n_wait - i) % HISTORY_KEPT];

		if (w->until <= ts)
			break;
		if (since(w->ns, w->until) <= ts && (!found || w->ns >= found->ns))
			found = w;
	}
	return found;
}

/* It could run from `from` to `to`, a part of the stretch. Who had the CPU is known in part; else who had it last. */
static void add_ready(const struct history *h, struct sum *s, const struct history_off *o, __u64 from, __u64 to)
{
	const struct cpu *c = o->cpu < h->n_cpus ? &h->cpus[o->cpu] : NULL;
	__u32 n = !c ? 0 : c->n < HISTORY_SLICES ? c->n : HISTORY_SLICES;
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

static void add_blocked(struct sum *s, const struct thread *t, const struct history_off *o, __u64 begin, __u64 ns)
{
	const struct history_wait *w = wait_at(t, begin + o->blocked / 2);

	if (w)
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
	__u64 key = tid;
	const struct thread *t = tid ? lru__find(h->threads, &key) : NULL;
	__u64 known = h->known_from > from ? h->known_from : from, seen = to;
	__u32 n;

	if (!s.left)
		return 0;
	n = !t ? 0 : t->n_off < HISTORY_KEPT ? t->n_off : HISTORY_KEPT;
	for (__u32 i = 1; i <= n && seen > from; i++) {
		const struct history_off *o = &t->off[(t->n_off - i) % HISTORY_KEPT];
		__u64 woken = since(o->runnable, o->until), begin = since(o->blocked, woken);

		add_ready(h, &s, o, woken > from ? woken : from, o->until < to ? o->until : to);
		add_blocked(&s, t, o, begin, overlap(begin, woken, from, to));
		seen = begin < seen ? begin : seen;
	}
	if (t && t->n_off > HISTORY_KEPT && seen > known) /* older stretches were overwritten */
		known = seen;
	add(&s, DID_UNKNOWN, 0, 0, t ? overlap(from, known, from, to) : s.left);
	add(&s, DID_RUN, 0, 0, s.left);
	assert(s.left == 0);
	qsort(parts, s.n, sizeof(*parts), larger);
	return s.n;
}
