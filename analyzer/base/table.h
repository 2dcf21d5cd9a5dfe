/*
 * table.h: what lru.c and heavy.c are made of: entries of a fixed size under keys of a few 64-bit words, up to a limit.
 * Nobody else uses it: a table that is full has to know whom it forgets.
 *
 * Entries lie in one array, in places numbered from 1 in order of arrival; the array grows, so that pointers hold until
 * the next one is added. A place keeps its number, and the bytes of its value when it is given to another key.
 */
#ifndef ANALYZER_TABLE_H
#define ANALYZER_TABLE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include "analyzer/base/hash.h"

enum { TABLE_MAX_KEY = 8, TABLE_LEAST = 8 /* a limit is at least this */ };

struct table_slot {
	__u32 place; /* 0: free */
	__u32 hash;
};

union table_note { /* what its owner remembers of a place */
	__u64 count;
	struct {
		__u32 newer, older;
	};
};

struct table {
	unsigned key_words;
	size_t entry_size; /* key and value, a multiple of 8 */
	__u32 limit, cap;    /* places: at most, and there are */
	__u32 n, high;       /* taken, and ever taken */
	size_t mask;         /* of slots: at most half of them are used */
	unsigned char *entries;
	union table_note *notes; /* by place; 0 is nobody's */
	struct table_slot *slots;
};

/* Returns 0 or -ENOMEM. There is room for TABLE_LEAST then. */
int table__init(struct table *t, unsigned key_words, size_t value_size, __u32 limit);
void table__free(struct table *t);

/* Takes the next place, its value zero, for a key that has none. 0: there is none left, by the limit or the memory. */
__u32 table__append(struct table *t, const __u64 *key);

/* Gives a place without a key to this one, which has none. */
void table__give(struct table *t, __u32 place, const __u64 *key);

/* Takes its key from a place. */
void table__take(struct table *t, __u32 place);

/* No key has a place, and none is taken. The bytes of values stay. */
void table__clear(struct table *t);

static inline __u64 *table__key(const struct table *t, __u32 place)
{
	assert(place >= 1 && place <= t->n);
	return (__u64 *)(t->entries + (place - 1) * t->entry_size);
}

static inline void *table__value(const struct table *t, __u32 place)
{
	return table__key(t, place) + t->key_words;
}

static inline bool table__same(const __u64 *a, const __u64 *b, unsigned words)
{
	for (unsigned i = 0; i < words; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* Inlined where the number of words is known, so that no loop is left. */
static inline __attribute__((always_inline)) __u32 table__find_words(const struct table *t, const __u64 *key,
								     unsigned words)
{
	__u32 hash = (__u32)hash__words(key, words);

	for (size_t i = hash;; i++) {
		const struct table_slot *s = &t->slots[i & t->mask];

		if (!s->place || (s->hash == hash && table__same(table__key(t, s->place), key, words)))
			return s->place;
	}
}

static inline __u32 table__hash(const struct table *t, const __u64 *key)
{
	return (__u32)(t->key_words == 1 ? hash__words(key, 1) : hash__words(key, t->key_words));
}

/* The place of a key of any number of words; 0: it has none. */
__u32 table__find_any(const struct table *t, const __u64 *key);

/* The same. Most keys have a word or two, and most of an analysis looks for them. */
static inline __attribute__((always_inline)) __u32 table__find(const struct table *t, const __u64 *key)
{
	return t->key_words == 1 ? table__find_words(t, key, 1) :
	       t->key_words == 2 ? table__find_words(t, key, 2) : table__find_any(t, key);
}

#endif
