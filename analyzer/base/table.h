/*
 * table.h: a hash table of fixed-size values under keys of a few 64-bit words, with a limit.
 *
 * Entries lie in one array in order of arrival. Adding grows it (and moves values: pointers hold until the
 * next add only); at the limit adding fails and is counted, so that no trace can make it eat the memory.
 */
#ifndef ANALYZER_TABLE_H
#define ANALYZER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

enum { TABLE_MAX_KEY = 8 };

struct table {
	unsigned key_words;
	size_t entry_size; /* key and value, a multiple of 8 */
	size_t limit;      /* entries */
	size_t n;
	__u64 refused;     /* adds beyond the limit or the memory */
	/* private */
	size_t cap;
	unsigned char *entries;
	__u32 *slots;      /* index + 1; 0: free */
	size_t mask;
};

/* key_words: 1 .. TABLE_MAX_KEY. Nothing is allocated before the first add. */
void table__init(struct table *t, unsigned key_words, size_t value_size, size_t limit);
void table__free(struct table *t);

/* The value under this key, or NULL. */
void *table__find(const struct table *t, const __u64 *key);

/*
 * The same, added when missing (*fresh says so; may be NULL). A new value is zeroed memory, or what
 * table__clear() left there. NULL: the table is full or memory is short.
 */
void *table__add(struct table *t, const __u64 *key, bool *fresh);

/* Forgets all entries and keeps memory and the bytes of the values. */
void table__clear(struct table *t);

static inline const __u64 *table__key(const struct table *t, size_t i)
{
	return (const __u64 *)(t->entries + i * t->entry_size);
}

static inline void *table__value(const struct table *t, size_t i)
{
	return t->entries + i * t->entry_size + t->key_words * sizeof(__u64);
}

#endif
