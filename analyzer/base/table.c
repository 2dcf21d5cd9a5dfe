/* table.c: open addressing over an array of entries (table.h). At most half of the slots are used. */
#include "analyzer/base/table.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 64 };

void table__init(struct table *t, unsigned key_words, size_t value_size, size_t limit)
{
	memset(t, 0, sizeof(*t));
	t->key_words = key_words;
	t->entry_size = key_words * sizeof(__u64) + (value_size + 7) / 8 * 8;
	t->limit = limit;
}

void table__free(struct table *t)
{
	free(t->entries);
	free(t->slots);
	t->entries = NULL;
	t->slots = NULL;
	t->n = t->cap = 0;
}

static size_t hash(const __u64 *key, unsigned words)
{
	__u64 h = 0x243f6a8885a308d3;

	for (unsigned i = 0; i < words; i++) {
		h = (h ^ key[i]) * 0x9e3779b97f4a7c15;
		h ^= h >> 32;
	}
	return h;
}

static bool same(const __u64 *a, const __u64 *b, unsigned words)
{
	for (unsigned i = 0; i < words; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* The slot that holds the key, or the free one it would go to. */
static __u32 *slot_of(const struct table *t, const __u64 *key)
{
	for (size_t i = hash(key, t->key_words);; i++) {
		__u32 *slot = &t->slots[i & t->mask];

		if (!*slot || same(table__key(t, *slot - 1), key, t->key_words))
			return slot;
	}
}

/* Out of memory: the table is as it was. */
static bool grow(struct table *t)
{
	size_t cap = t->cap ? t->cap * 2 : FIRST_CAP, n_slots = 2 * FIRST_CAP;
	unsigned char *entries;
	__u32 *slots;

	cap = cap > t->limit ? t->limit : cap;
	while (n_slots < 2 * cap)
		n_slots *= 2;
	slots = calloc(n_slots, sizeof(*slots));
	entries = slots ? realloc(t->entries, cap * t->entry_size) : NULL;
	if (!entries) {
		free(slots);
		return false;
	}
	memset(entries + t->cap * t->entry_size, 0, (cap - t->cap) * t->entry_size);
	t->entries = entries;
	t->cap = cap;
	free(t->slots);
	t->slots = slots;
	t->mask = n_slots - 1;
	for (size_t i = 0; i < t->n; i++)
		*slot_of(t, table__key(t, i)) = i + 1;
	return true;
}

void *table__find(const struct table *t, const __u64 *key)
{
	__u32 *slot = t->slots ? slot_of(t, key) : NULL;

	return slot && *slot ? table__value(t, *slot - 1) : NULL;
}

void *table__add(struct table *t, const __u64 *key, bool *fresh)
{
	void *value = table__find(t, key);

	if (fresh)
		*fresh = !value;
	if (value)
		return value;
	if (t->n == t->limit || (t->n == t->cap && !grow(t))) {
		t->refused++;
		return NULL;
	}
	memcpy((void *)table__key(t, t->n), key, t->key_words * sizeof(*key));
	*slot_of(t, key) = t->n + 1;
	return table__value(t, t->n++);
}

void table__clear(struct table *t)
{
	if (t->slots && t->n)
		memset(t->slots, 0, (t->mask + 1) * sizeof(*t->slots));
	t->n = 0;
}
