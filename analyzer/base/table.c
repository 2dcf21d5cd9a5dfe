/* table.c: open addressing over an array of entries (table.h). */
#include "analyzer/base/table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void insert(struct table *t, struct table_slot s)
{
	size_t i = s.hash;

	while (t->slots[i & t->mask].place)
		i++;
	t->slots[i & t->mask] = s;
}

static void move_to(struct table *t, struct table_slot *slots, size_t n)
{
	struct table_slot *old = t->slots;
	size_t n_old = old ? t->mask + 1 : 0;

	t->slots = slots;
	t->mask = n - 1;
	for (size_t i = 0; i < n_old; i++)
		if (old[i].place)
			insert(t, old[i]);
	free(old);
}

/* Out of memory: the table is as it was. */
static bool grow(struct table *t)
{
	__u32 cap = t->cap ? t->cap * 2 : TABLE_LEAST;
	size_t n_slots = 2 * TABLE_LEAST;
	struct table_slot *slots;
	void *p;

	cap = cap > t->limit ? t->limit : cap;
	if (cap == t->cap)
		return false;
	p = realloc(t->entries, cap * t->entry_size);
	t->entries = p ? p : t->entries;
	p = p ? realloc(t->notes, (cap + 1ul) * sizeof(*t->notes)) : NULL;
	t->notes = p ? p : t->notes;
	while (n_slots < 2ul * cap)
		n_slots *= 2;
	slots = p ? calloc(n_slots, sizeof(*slots)) : NULL;
	if (!slots)
		return false;
	move_to(t, slots, n_slots);
	t->cap = cap;
	assert(t->mask + 1 >= 2ul * t->cap); /* a search ends at a free slot */
	return true;
}

int table__init(struct table *t, unsigned key_words, size_t value_size, __u32 limit)
{
	assert(key_words >= 1 && key_words <= TABLE_MAX_KEY && limit >= TABLE_LEAST && limit <= 1u << 30);
	*t = (struct table){ .key_words = key_words, .limit = limit };
	t->entry_size = key_words * sizeof(__u64) + (value_size + 7) / 8 * 8;
	if (grow(t))
		return 0;
	table__free(t);
	return -ENOMEM;
}

void table__free(struct table *t)
{
	free(t->entries);
	free(t->notes);
	free(t->slots);
	*t = (struct table){ 0 };
}

__u32 table__find_any(const struct table *t, const __u64 *key)
{
	return table__find_words(t, key, t->key_words);
}

void table__give(struct table *t, __u32 place, const __u64 *key)
{
	assert(!table__find(t, key));
	for (unsigned i = 0; i < t->key_words; i++)
		table__key(t, place)[i] = key[i];
	insert(t, (struct table_slot){ place, table__hash(t, key) });
}

/* A place that nobody had yet was never written: untouched pages cost nothing. */
__u32 table__append(struct table *t, const __u64 *key)
{
	__u32 place;

	if (t->n == t->cap && !grow(t))
		return 0;
	place = ++t->n;
	if (place > t->high) {
		memset(table__key(t, place), 0, t->entry_size);
		t->high = place;
	}
	table__give(t, place, key);
	return place;
}

/* Those behind the free slot move up to where they can be found from. */
static void close_up(struct table *t, size_t hole)
{
	for (size_t i = hole + 1; t->slots[i & t->mask].place; i++) {
		size_t far = (i - t->slots[i & t->mask].hash) & t->mask; /* from where it belongs */

		if (far < ((i - hole) & t->mask))
			continue;
		t->slots[hole & t->mask] = t->slots[i & t->mask];
		hole = i;
	}
	t->slots[hole & t->mask].place = 0;
}

void table__take(struct table *t, __u32 place)
{
	size_t i = table__hash(t, table__key(t, place));

	while (t->slots[i & t->mask].place != place) {
		assert(t->slots[i & t->mask].place);
		i++;
	}
	close_up(t, i);
}

void table__clear(struct table *t)
{
	if (t->n)
		memset(t->slots, 0, (t->mask + 1) * sizeof(*t->slots));
	t->n = 0;
}
