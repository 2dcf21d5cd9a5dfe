/*
 * folded.c: adding up stacks (folded.h).
 *
 * What must hold: each wanted event is in one line, once. Memory is bounded: what was not seen for longest is written when
 * it makes room, and readers add up lines that are alike.
 */
#include "analyzer/replay/folded.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/lru.h"

enum { MAX_SUMS = 1 << 18, MAX_WAITS = 1 << 16, COMM = 16 };

/* What is added up together. All of it is key: there is no padding. */
struct place {
	__u32 type;   /* record id */
	__u32 reason; /* of a drop; of others enum kind */
	char comm[COMM];
	__u32 stack, ustack;
	__u64 location; /* of a drop without a stack */
};

enum kind { KIND_WAIT, KIND_HELD, KIND_SHORT, N_KINDS };
enum { PLACE_WORDS = sizeof(struct place) / sizeof(__u64) };

/* A thread's last wait, whose stack of the program may come. */
struct wait {
	__u64 ts, sum;
	struct place place;
};

struct folded {
	struct sink_to to;
	struct lru *sums;  /* struct place: __u64 */
	struct lru *waits; /* tid: struct wait */
	__u64 gaps;
};

bool folded__has_time(unsigned type)
{
	return type == REC_offcpu || type == REC_lock || type == REC_futex || type == REC_pthread;
}

bool folded__has(unsigned type)
{
	return type == REC_drop || folded__has_time(type);
}

/* ---- writing ------------------------------------------------------------------------------------ */

/* Cleaned, and no end of the frame. */
static void put_frame(void *arg, const char *function)
{
	FILE *out = arg;

	putc(';', out);
	for (; *function; function++)
		putc(*function == ';' ? ':' : *function, out);
}

static void put_name(const struct folded *f, const struct rec *rec, const char *field)
{
	const struct record_desc *d = schema__record(rec->type);
	char name[RESOLVE_MAX];

	if (!resolver__field(f->to.resolver, d, rec, field, name, sizeof(name)))
		snprintf(name, sizeof(name), "%s %llu", field, resolve__value(d, rec, field));
	put_frame(f->to.out, name);
}

/* The function that dropped it, which a stack has as its innermost frame. */
static void put_location(const struct folded *f, __u64 location)
{
	char name[RESOLVE_MAX];
	struct rec_drop row = { .rec.type = REC_drop, .location = location };

	if (!resolver__field(f->to.resolver, schema__record(REC_drop), &row.rec, "location", name, sizeof(name)))
		return;
	name[strcspn(name, "+")] = '\0';
	put_frame(f->to.out, name);
}

static void put_stacks(const struct folded *f, const struct place *p)
{
	size_t n = p->ustack ? resolver__frames(f->to.resolver, REC_ustack, p->ustack, put_frame, f->to.out) : 0;

	if (n && p->stack)
		put_frame(f->to.out, "-");
	n += p->stack ? resolver__frames(f->to.resolver, REC_stack, p->stack, put_frame, f->to.out) : 0;
	if (n)
		return;
	put_frame(f->to.out, "[no stack]");
	if (p->type == REC_drop)
		put_location(f, p->location);
}

static void write_sum(void *arg, const __u64 *key, void *value)
{
	static const char *const kinds[N_KINDS] = { [KIND_WAIT] = "", [KIND_HELD] = " held", [KIND_SHORT] = "" };
	const struct folded *f = arg;
	struct place p;

	memcpy(&p, key, sizeof(p));
	fprintf(f->to.out, "%s%s", schema__record(p.type)->name, p.type == REC_drop ? "" : kinds[p.reason]);
	if (p.type == REC_drop)
		put_name(f, &((struct rec_drop){ .rec.type = REC_drop, .reason = p.reason }).rec, "reason");
	else if (p.reason == KIND_SHORT)
		put_frame(f->to.out, "[short waits: only counted]");
	else
		put_frame(f->to.out, p.comm);
	if (p.reason != KIND_SHORT || p.type == REC_drop)
		put_stacks(f, &p);
	fprintf(f->to.out, " %llu\n", *(const __u64 *)value);
}

/* ---- adding up ---------------------------------------------------------------------------------- */

static void add(struct folded *f, const struct place *p, __u64 sum)
{
	__u64 key[PLACE_WORDS];

	memcpy(key, p, sizeof(key));
	if (sum)
		*(__u64 *)lru__add(f->sums, key, NULL) += sum;
}

static __u64 weigh(const struct folded *f, __u64 n, __u64 ns)
{
	return f->to.weight == WEIGHT_NS ? ns : n;
}

/* Of a thread: its name, or its number. */
static struct place place_of(const struct folded *f, const struct rec *rec, __u32 stack, __u32 ustack)
{
	struct place p = { .type = rec->type, .stack = stack, .ustack = ustack };
	const struct record_desc *d = schema__record(rec->type);
	char name[RESOLVE_MAX];

	if (resolver__field(f->to.resolver, d, rec, "tid", name, sizeof(name)))
		memcpy(p.comm, name, strnlen(name, COMM - 1));
	else
		snprintf(p.comm, sizeof(p.comm), "tid %llu", resolve__value(d, rec, "tid"));
	return p;
}

static void add_drop(struct folded *f, const struct rec_drop *d)
{
	struct place p = { .type = REC_drop, .reason = d->reason, .stack = d->stack, .location = d->stack ? 0 : d->location };

	add(f, &p, weigh(f, 1, 0));
}

static void add_lock(struct folded *f, const struct rec_lock *l)
{
	struct place waited = place_of(f, &l->rec, l->stack, l->ustack);
	struct place briefly = { .type = REC_lock, .reason = KIND_SHORT };

	if (l->addr)
		add(f, &waited, weigh(f, 1, l->duration));
	add(f, &briefly, weigh(f, l->short_n, l->short_ns));
}

static void add_futex(struct folded *f, const struct rec_futex *x)
{
	struct place p = place_of(f, &x->rec, 0, x->ustack);

	add(f, &p, weigh(f, 1, x->duration));
}

static void add_pthread(struct folded *f, const struct rec_pthread *t)
{
	struct place p = place_of(f, &t->rec, 0, t->ustack);

	p.reason = t->what ? KIND_HELD : KIND_WAIT;
	add(f, &p, weigh(f, 1, t->duration));
}

static void end_wait(void *arg, const __u64 *tid, void *value)
{
	struct wait *w = value;

	(void)tid;
	add(arg, &w->place, w->sum);
	w->sum = 0;
}

static void begin_wait(struct folded *f, const struct rec_offcpu *o)
{
	__u64 tid = o->tid;
	struct wait *w = lru__add(f->waits, &tid, NULL);

	end_wait(f, &tid, w);
	*w = (struct wait){ o->rec.ts, weigh(f, 1, o->blocked + o->runnable), place_of(f, &o->rec, o->stack, 0) };
}

static void see_user_stack(struct folded *f, const struct rec_offcpu_ustack *u)
{
	__u64 tid = u->tid;
	struct wait *w = lru__find(f->waits, &tid);

	if (w && w->ts == u->since)
		w->place.ustack = u->ustack;
}

/* Are records of this type, 0: of any, missing here? */
static bool tells_of_stacks(__u64 type)
{
	return !type || (type < REC_TYPE_MAX && folded__has((unsigned)type));
}

/* ---- interface ---------------------------------------------------------------------------------- */

static void see(void *state, const struct record_desc *d, const struct rec *rec, bool wanted)
{
	struct folded *f = state;

	if (rec->type == REC_offcpu_ustack)
		see_user_stack(f, (const struct rec_offcpu_ustack *)rec);
	if (!wanted)
		return;
	switch (rec->type) {
	case REC_drop:
		add_drop(f, (const struct rec_drop *)rec);
		break;
	case REC_offcpu:
		begin_wait(f, (const struct rec_offcpu *)rec);
		break;
	case REC_lock:
		add_lock(f, (const struct rec_lock *)rec);
		break;
	case REC_futex:
		add_futex(f, (const struct rec_futex *)rec);
		break;
	case REC_pthread:
		add_pthread(f, (const struct rec_pthread *)rec);
		break;
	case REC_gap:
	case 0:
		f->gaps += tells_of_stacks(resolve__value(d, rec, "type"));
		break;
	}
}

static void end(void *state, struct replay_stats *stats)
{
	struct folded *f = state;

	lru__each(f->waits, end_wait, f);
	lru__each(f->sums, write_sum, f);
	stats->gaps = f->gaps;
}

static void free_folded(void *state)
{
	struct folded *f = state;

	if (!f)
		return;
	lru__free(f->sums);
	lru__free(f->waits);
	free(f);
}

static int begin(void **state, const struct sink_to *to)
{
	struct folded *f = calloc(1, sizeof(*f));

	*state = f;
	if (!f)
		return -ENOMEM;
	f->to = *to;
	f->sums = lru__new(PLACE_WORDS, sizeof(__u64), MAX_SUMS);
	f->waits = lru__new(1, sizeof(struct wait), MAX_WAITS);
	if (!f->sums || !f->waits)
		return -ENOMEM;
	lru__on_forget(f->sums, write_sum, f);
	lru__on_forget(f->waits, end_wait, f);
	return 0;
}

const struct sink folded_sink = { begin, see, end, free_folded };
