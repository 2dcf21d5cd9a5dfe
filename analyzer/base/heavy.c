/* heavy.c: a table that counts, for each place, how often its key occurred (heavy.h). */
#include "analyzer/base/heavy.h"

#include <assert.h>
#include <stdlib.h>
#include "analyzer/base/table.h"

struct heavy {
	struct table table;
	__u64 forgotten;
	void (*on_forget)(void *arg, const __u64 *key, __u64 n, void *value);
	void *arg;
};

struct heavy *heavy__new(unsigned key_words, size_t value_size, __u32 limit)
{
	struct heavy *h = calloc(1, sizeof(*h));

	if (h && table__init(&h->table, key_words, value_size, limit) == 0)
		return h;
	free(h);
	return NULL;
}

void heavy__free(struct heavy *h)
{
	if (!h)
		return;
	table__free(&h->table);
	free(h);
}

void heavy__on_forget(struct heavy *h, void (*fn)(void *arg, const __u64 *key, __u64 n, void *value), void *arg)
{
	h->on_forget = fn;
	h->arg = arg;
}

/* The key chooses the eight among which it looks for the lightest. */
static __u32 lightest(const struct heavy *h, const __u64 *key)
{
	__u32 group = (hash__words(key, h->table.key_words) >> 32) % (h->table.n / TABLE_LEAST);
	__u32 first = 1 + group * TABLE_LEAST, found = first;

	assert(first + TABLE_LEAST - 1 <= h->table.n);
	for (__u32 place = first + 1; place < first + TABLE_LEAST; place++)
		if (h->table.notes[place].count < h->table.notes[found].count)
			found = place;
	return found;
}

static __u32 replace(struct heavy *h, const __u64 *key)
{
	__u32 place = lightest(h, key);
	__u64 n = h->table.notes[place].count;

	assert(n);
	if (h->on_forget)
		h->on_forget(h->arg, table__key(&h->table, place), n, table__value(&h->table, place));
	h->forgotten += n;
	table__take(&h->table, place);
	table__give(&h->table, place, key);
	return place;
}

/* Rare beside the others, which have a place. */
static __attribute__((noinline)) __u32 add(struct heavy *h, const __u64 *key)
{
	__u32 place = table__append(&h->table, key);

	place = place ? place : replace(h, key);
	h->table.notes[place].count = 1;
	return place;
}

static inline __attribute__((always_inline)) __u32 count(struct heavy *h, const __u64 *key, bool *fresh)
{
	__u32 place = table__find(&h->table, key);

	*fresh = !place;
	if (!place)
		return add(h, key);
	h->table.notes[place].count++;
	return place;
}

__u32 heavy__count(struct heavy *h, const __u64 *key, bool *fresh)
{
	return count(h, key, fresh);
}

void *heavy__use(struct heavy *h, const __u64 *key, bool *fresh)
{
	return table__value(&h->table, count(h, key, fresh));
}

void *heavy__value(const struct heavy *h, __u32 place)
{
	return table__value(&h->table, place);
}

const __u64 *heavy__key(const struct heavy *h, __u32 place)
{
	return table__key(&h->table, place);
}

void heavy__each(const struct heavy *h, void (*fn)(void *arg, const __u64 *key, __u64 n, void *value), void *arg)
{
	for (__u32 place = 1; place <= h->table.n; place++)
		fn(arg, table__key(&h->table, place), h->table.notes[place].count, table__value(&h->table, place));
}

void heavy__clear(struct heavy *h)
{
	table__clear(&h->table);
}

__u32 heavy__n(const struct heavy *h)
{
	return h->table.n;
}

void heavy__each_value(const struct heavy *h, void (*fn)(void *arg, void *value), void *arg)
{
	struct table all = h->table;

	all.n = all.high;
	for (__u32 place = 1; place <= all.n; place++)
		fn(arg, table__value(&all, place));
}

__u64 heavy__forgotten(const struct heavy *h)
{
	return h->forgotten;
}
