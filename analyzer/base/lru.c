/*
 * lru.c: a table whose places are in a list by age (lru.h).
 *
 * The list is a ring through place 0: behind that comes the newest, before it the oldest. Places without a key are
 * in another list.
 */
#include "analyzer/base/lru.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/table.h"

struct lru {
	struct table table;
	__u32 free; /* by older; 0: none */
	__u32 n;
	__u64 forgotten;
	void (*on_forget)(void *arg, const __u64 *key, void *value);
	void *arg;
};

static void make_ring(struct lru *l)
{
	l->table.notes[0].newer = l->table.notes[0].older = 0;
	l->free = l->n = 0;
}

struct lru *lru__new(unsigned key_words, size_t value_size, __u32 limit)
{
	struct lru *l = calloc(1, sizeof(*l));

	if (!l || table__init(&l->table, key_words, value_size, limit)) {
		free(l);
		return NULL;
	}
	make_ring(l);
	return l;
}

void lru__free(struct lru *l)
{
	if (!l)
		return;
	table__free(&l->table);
	free(l);
}

void lru__on_forget(struct lru *l, void (*fn)(void *arg, const __u64 *key, void *value), void *arg)
{
	l->on_forget = fn;
	l->arg = arg;
}

static void link_newest(struct lru *l, __u32 place)
{
	union table_note *notes = l->table.notes;

	notes[place].newer = 0;
	notes[place].older = notes[0].older;
	notes[notes[0].older].newer = place;
	notes[0].older = place;
}

static void unlink_from(struct lru *l, __u32 place)
{
	union table_note *notes = l->table.notes;

	assert(notes[notes[place].newer].older == place && notes[notes[place].older].newer == place);
	notes[notes[place].newer].older = notes[place].older;
	notes[notes[place].older].newer = notes[place].newer;
}

static void renew(struct lru *l, __u32 place)
{
	if (l->table.notes[0].older == place)
		return;
	unlink_from(l, place);
	link_newest(l, place);
}

/* The place of the oldest, without a key. */
static __u32 forget_oldest(struct lru *l)
{
	__u32 place = l->table.notes[0].newer;

	assert(place && l->n);
	if (l->on_forget)
		l->on_forget(l->arg, table__key(&l->table, place), table__value(&l->table, place));
	table__take(&l->table, place);
	unlink_from(l, place);
	l->forgotten++;
	l->n--;
	return place;
}

static __u32 add(struct lru *l, const __u64 *key)
{
	__u32 place = l->free;

	if (place) {
		l->free = l->table.notes[place].older;
		table__give(&l->table, place, key);
	} else {
		place = table__append(&l->table, key);
	}
	if (!place) {
		place = forget_oldest(l);
		table__give(&l->table, place, key);
	}
	link_newest(l, place);
	l->n++;
	assert(l->n <= l->table.limit && l->n <= l->table.n);
	return place;
}

/* The records of a packet come in a row: what was used last needs no looking up. */
static inline __attribute__((always_inline)) __u32 find(const struct lru *l, const __u64 *key)
{
	__u32 newest = l->table.notes[0].older;

	if (newest && table__same(table__key(&l->table, newest), key, l->table.key_words))
		return newest;
	return table__find(&l->table, key);
}

void *lru__find(const struct lru *l, const __u64 *key)
{
	__u32 place = find(l, key);

	return place ? table__value(&l->table, place) : NULL;
}

void *lru__use(struct lru *l, const __u64 *key)
{
	__u32 place = find(l, key);

	if (!place)
		return NULL;
	renew(l, place);
	return table__value(&l->table, place);
}

void *lru__add_raw(struct lru *l, const __u64 *key)
{
	return table__value(&l->table, add(l, key));
}

void *lru__add(struct lru *l, const __u64 *key, bool *fresh)
{
	void *value = lru__use(l, key);

	if (fresh)
		*fresh = !value;
	if (value)
		return value;
	value = lru__add_raw(l, key);
	return memset(value, 0, l->table.entry_size - l->table.key_words * sizeof(*key));
}

void lru__remove(struct lru *l, const __u64 *key)
{
	__u32 place = table__find(&l->table, key);

	if (!place)
		return;
	table__take(&l->table, place);
	unlink_from(l, place);
	l->table.notes[place].older = l->free;
	l->free = place;
	l->n--;
}

__u32 lru__clear(struct lru *l)
{
	__u32 n = l->n;

	table__clear(&l->table);
	make_ring(l);
	return n;
}

void lru__each(struct lru *l, void (*fn)(void *arg, const __u64 *key, void *value), void *arg)
{
	for (__u32 place = l->table.notes[0].newer; place; place = l->table.notes[place].newer)
		fn(arg, table__key(&l->table, place), table__value(&l->table, place));
}

__u32 lru__n(const struct lru *l)
{
	return l->n;
}

__u64 lru__forgotten(const struct lru *l)
{
	return l->forgotten;
}
