/*
 * order.c: slabs (order.h).
 *
 * Each active block is sorted and has a position. The slab's end is chosen so that no block gives more
 * than its share of SLAB_ROWS; every block that begins before that end is made active first, which can
 * only move the end back. Then the parts before the end are gathered and radix-sorted together.
 *
 * Memory: blocks that overlap must be held together. Beyond ACTIVE_BYTES no further one is activated;
 * its rows then come late, and are counted as such, rather than memory growing.
 */
#include "analyzer/read/order.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SLAB_ROWS = 65536, MIN_SHARE = 256 };
static const size_t ACTIVE_BYTES = 288u << 20, BUDGET_BYTES = 320u << 20;

struct active {
	const struct load_job *job;
	struct loaded *block;
	size_t at; /* next row */
	size_t end; /* of this slab's part */
};

struct order {
	struct loader *loader;
	const struct load_job *jobs;
	size_t n, next; /* next job to activate */
	struct active *active; /* by stream, then as written */
	size_t n_active, cap_active;
	size_t bytes;
	struct item *items, *tmp;
	size_t cap;
	__u64 from, to;
	__u64 done; /* everything before this was given out */
	struct order_stats stats;
	void (*damaged)(void *arg, const struct load_job *job, const struct trace_error *err);
	void *arg;
};

/* First row at or after `ts`. */
static size_t lower_bound(const struct loaded *b, size_t low, __u64 ts)
{
	size_t high = b->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (b->items[middle].ts < ts)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A slab boundary behind everything. */
static __u64 after(__u64 ts)
{
	return ts == ~0ull ? ts : ts + 1;
}

/* Cuts what is out of range, and counts what comes too late. */
static void clip(struct order *o, struct active *a)
{
	if (o->to && o->to != ~0ull)
		a->block->n = lower_bound(a->block, 0, o->to + 1);
	a->at = lower_bound(a->block, 0, o->from);
	o->stats.late += lower_bound(a->block, a->at, o->done) - a->at;
}

static int make_room_active(struct order *o)
{
	size_t cap = o->cap_active ? o->cap_active * 2 : 64;
	struct active *active;

	if (o->n_active < o->cap_active)
		return 0;
	active = realloc(o->active, cap * sizeof(*active));
	if (!active)
		return -ENOMEM;
	o->active = active;
	o->cap_active = cap;
	return 0;
}

/* Puts it behind those whose rows go first at the same time. */
static struct active *insert(struct order *o, const struct load_job *job, struct loaded *block)
{
	size_t at = o->n_active++;

	for (; at; at--) {
		const struct load_job *before = o->active[at - 1].job;

		if (before->stream < job->stream || (before->stream == job->stream && before->block < job->block))
			break;
		o->active[at] = o->active[at - 1];
	}
	o->active[at] = (struct active){ job, block, 0, 0 };
	return &o->active[at];
}

static int activate(struct order *o)
{
	const struct load_job *job = &o->jobs[o->next];
	struct loaded *block;

	TRY(make_room_active(o));
	block = loader__next(o->loader);
	if (!block)
		return -ENOMEM;
	if (block->code == -ENOMEM) {
		loader__done(o->loader, block);
		return -ENOMEM;
	}
	o->next++;
	if (block->code)
		o->damaged(o->arg, job, &block->err);
	o->stats.skipped += block->skipped;
	o->bytes += block->bytes;
	clip(o, insert(o, job, block));
	return 0;
}

static void release_used(struct order *o)
{
	size_t kept = 0;

	for (size_t i = 0; i < o->n_active; i++) {
		if (o->active[i].at < o->active[i].block->n) {
			o->active[kept++] = o->active[i];
			continue;
		}
		o->bytes -= o->active[i].block->bytes;
		loader__done(o->loader, o->active[i].block);
	}
	o->n_active = kept;
}

/* Where the slab must end for this block to give no more than `share` rows. */
static __u64 end_for(const struct active *a, size_t share)
{
	size_t left = a->block->n - a->at;

	assert(left && share);
	return after(a->block->items[a->at + (left < share ? left : share) - 1].ts);
}

/* The earliest of the active blocks' ends. */
static __u64 slab_end(const struct order *o)
{
	size_t share = SLAB_ROWS / (o->n_active ? o->n_active : 1);
	__u64 end = ~0ull;

	share = share < MIN_SHARE ? MIN_SHARE : share;
	for (size_t i = 0; i < o->n_active; i++) {
		const struct active *a = &o->active[i];

		if (a->at < a->block->n && end_for(a, share) < end)
			end = end_for(a, share);
	}
	return end;
}

/* Activates every block that begins before the slab's end. */
static int choose_end(struct order *o, __u64 *end)
{
	*end = o->n_active ? slab_end(o) : 0;
	while (o->next < o->n && (o->n_active == 0 || o->jobs[o->next].ts_min < *end)) {
		if (o->n_active && o->bytes > ACTIVE_BYTES)
			break;
		TRY(activate(o));
		release_used(o);
		*end = o->n_active ? slab_end(o) : 0;
	}
	return 0;
}

static int make_room(struct order *o, size_t n)
{
	if (n <= o->cap)
		return 0;
	free(o->items);
	free(o->tmp);
	o->items = malloc(n * sizeof(*o->items));
	o->tmp = malloc(n * sizeof(*o->tmp));
	o->cap = o->items && o->tmp ? n : 0;
	return o->cap ? 0 : -ENOMEM;
}

/* Rows of the slab, and the only block that has any, if there is just one. */
static size_t mark_parts(struct order *o, __u64 end, struct active **only)
{
	size_t n = 0;

	*only = NULL;
	for (size_t i = 0; i < o->n_active; i++) {
		struct active *a = &o->active[i];

		a->end = end == ~0ull ? a->block->n : lower_bound(a->block, a->at, end);
		if (a->end == a->at)
			continue;
		*only = n ? NULL : a;
		n += a->end - a->at;
	}
	return n;
}

static int gather(struct order *o, size_t n, const struct item **items)
{
	size_t at = 0;

	TRY(make_room(o, n));
	for (size_t i = 0; i < o->n_active; i++) {
		struct active *a = &o->active[i];

		memcpy(o->items + at, a->block->items + a->at, (a->end - a->at) * sizeof(*o->items));
		at += a->end - a->at;
		a->at = a->end;
	}
	assert(at == n);
	*items = sort__by_time(o->items, o->tmp, n);
	return 0;
}

long order__next(struct order *o, const struct item **items)
{
	struct active *only;
	__u64 end;
	size_t n;

	release_used(o);
	TRY(choose_end(o, &end));
	n = mark_parts(o, end, &only);
	if (only) {
		*items = only->block->items + only->at;
		only->at = only->end;
	} else if (n) {
		TRY(gather(o, n, items));
	}
	o->done = end > o->done ? end : o->done;
	o->stats.rows += n;
	return n;
}

int order__start(struct order **out, const struct load_job *jobs, size_t n, unsigned threads, __u64 from, __u64 to,
		 void (*damaged)(void *arg, const struct load_job *job, const struct trace_error *err), void *arg)
{
	struct order *o = calloc(1, sizeof(*o));
	int code;

	*out = o;
	if (!o)
		return -ENOMEM;
	o->jobs = jobs;
	o->n = n;
	o->from = from;
	o->to = to;
	o->damaged = damaged;
	o->arg = arg;
	code = loader__start(&o->loader, jobs, n, threads, BUDGET_BYTES);
	if (code) {
		order__free(o);
		*out = NULL;
	}
	return code;
}

const struct order_stats *order__stats(const struct order *o)
{
	return &o->stats;
}

void order__free(struct order *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->n_active; i++)
		loader__done(o->loader, o->active[i].block);
	loader__free(o->loader);
	free(o->active);
	free(o->items);
	free(o->tmp);
	free(o);
}
