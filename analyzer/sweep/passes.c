/* passes.c: giving records and gaps to the passes that want them (passes.h). */
#include "analyzer/sweep/passes.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define PASS(name) extern const struct pass pass_##name;
#include "analyzer/sweep/passes.def"
#undef PASS

static const struct pass *const all[] = {
#define PASS(name) &pass_##name,
#include "analyzer/sweep/passes.def"
#undef PASS
};

enum { N_PASSES = sizeof(all) / sizeof(*all), PREFETCH = 6 };

struct handler {
	void (*fn)(void *state, const struct rec *rec); /* NULL: the end of the list */
	void *state;
};

struct passes {
	struct sweep *sweep;
	void *state[N_PASSES];
	size_t started;
	size_t next_gap;
	struct handler by_type[REC_TYPE_MAX][N_PASSES + 1];
};

static void add_handler(struct passes *p, __u8 type, const struct pass *pass, void *state)
{
	struct handler *h = p->by_type[type];

	assert(type < REC_TYPE_MAX);
	if (p->sweep->opts.without[type])
		return;
	while (h->fn)
		h++;
	assert(h < &p->by_type[type][N_PASSES]); /* the last one is the end of the list */
	*h = (struct handler){ pass->on_event, state };
}

/* ---- the state of one ---------------------------------------------------------------------------- */

static void *at(void *state, size_t offset)
{
	return (char *)state + offset;
}

static void end(const struct pass *pass, void *state)
{
	struct sweep *s = *(struct sweep **)state;

	for (const struct pass_tally *t = pass->tallies; t && t->at; t++)
		tally__finish(at(state, t->at));
	for (const struct pass_lru *l = pass->lrus; l && l->at; l++) {
		struct lru *lru = *(struct lru **)at(state, l->at);

		if (lru && l->what)
			sweep__limit(s, l->what, l->limit, lru__forgotten(lru), l->effect);
		lru__free(lru);
	}
	if (pass->release)
		pass->release(state);
	free(state);
}

static int begin_parts(const struct pass *pass, void *state)
{
	struct sweep *s = *(struct sweep **)state;

	for (const struct pass_tally *t = pass->tallies; t && t->at; t++)
		if (tally__init(at(state, t->at), t->spec, s->store))
			return -ENOMEM;
	for (const struct pass_lru *l = pass->lrus; l && l->at; l++) {
		struct lru **lru = at(state, l->at);

		*lru = lru__new(l->key_words, l->value_size, l->limit);
		if (!*lru)
			return -ENOMEM;
	}
	return pass->init ? pass->init(state) : 0;
}

/* NULL when out of memory. */
static void *begin(const struct pass *pass, struct sweep *s)
{
	void *state = calloc(1, pass->state_size);

	assert(pass->on_event && pass->on_gap && pass->state_size >= sizeof(s));
	if (!state)
		return NULL;
	*(struct sweep **)state = s;
	if (begin_parts(pass, state) == 0)
		return state;
	end(pass, state);
	return NULL;
}

/* ---- all of them --------------------------------------------------------------------------------- */

int passes__start(struct passes **out, struct sweep *s)
{
	struct passes *p = calloc(1, sizeof(*p));

	*out = p;
	if (!p)
		return -ENOMEM;
	p->sweep = s;
	for (; p->started < N_PASSES; p->started++) {
		const struct pass *pass = all[p->started];

		p->state[p->started] = begin(pass, s);
		if (!p->state[p->started]) {
			passes__finish(p);
			*out = NULL;
			return -ENOMEM;
		}
		for (const __u8 *type = pass->wants; *type; type++)
			add_handler(p, *type, pass, p->state[p->started]);
	}
	return 0;
}

/* One that a damaged block adds in mid-sweep begins behind those told already: its block is just due. */
static void tell_gaps(struct passes *p, __u64 until)
{
	const struct gaps *g = p->sweep->gaps;

	for (; p->next_gap < g->n && g->list[p->next_gap].from < until; p->next_gap++) {
		assert(g->list[p->next_gap].from <= g->list[p->next_gap].to);
		for (size_t i = 0; i < N_PASSES; i++)
			all[i]->on_gap(p->state[i], &g->list[p->next_gap]);
	}
}

/* A row that came late counts in the current window. */
static void next_window(struct sweep *s, __u64 ts)
{
	__u64 win = since(s->first_ns, ts) / WINDOW_NS;

	assert(win >= s->win);
	s->win = win;
	s->win_end = s->first_ns + (s->win + 1) * WINDOW_NS;
	if (s->win_end < ts) /* the very end of time */
		s->win_end = ~0ull;
	assert(s->win_end >= ts);
}

void passes__run(struct passes *p, const struct item *items, size_t n)
{
	struct sweep *s = p->sweep;
	const struct gaps *g = s->gaps;

	s->last_ns = n ? items[n - 1].ts : s->last_ns;
	for (size_t i = 0; i < n; i++) {
		const struct rec *rec = items[i].rec;

		if (i + PREFETCH < n)
			__builtin_prefetch(items[i + PREFETCH].rec);
		if (p->next_gap < g->n && g->list[p->next_gap].from < rec->ts)
			tell_gaps(p, rec->ts);
		if (rec->ts >= s->win_end)
			next_window(s, rec->ts);
		assert(rec->type && rec->type < REC_TYPE_MAX && rec->ts == items[i].ts);
		assert(i == 0 || items[i - 1].ts <= items[i].ts);
		s->rows_of[rec->type]++;
		for (const struct handler *h = p->by_type[rec->type]; h->fn; h++)
			h->fn(h->state, rec);
	}
}

void passes__introduce(struct passes *p, const struct rec_task *task)
{
	for (const struct handler *h = p->by_type[REC_task]; h->fn; h++)
		h->fn(h->state, &task->rec);
}

void passes__finish(struct passes *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->started; i++) {
		if (all[i]->finish)
			all[i]->finish(p->state[i]);
		end(all[i], p->state[i]);
	}
	free(p);
}
