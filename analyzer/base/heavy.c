/* heavy.c: a set-associative table (heavy.h): what is searched lies in two cache lines a set. */
#include "analyzer/base/heavy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 8 };

struct set {
	__u64 n[WAYS];   /* 0: free */
	__u32 tag[WAYS]; /* of the key */
};

struct heavy {
	unsigned key_words;
	size_t entry_size; /* key and value */
	size_t mask;
	size_t used;
	__u64 forgotten;
	struct set *sets;
	unsigned char *entries;
};

/* Untouched pages cost nothing. */
struct heavy *heavy__new(unsigned key_words, size_t value_size, __u32 size)
{
	struct heavy *h = calloc(1, sizeof(*h));

	assert(size >= WAYS && !(size & (size - 1)));
	if (!h)
		return NULL;
	h->key_words = key_words;
	h->entry_size = key_words * sizeof(__u64) + (value_size + 7) / 8 * 8;
	h->mask = size / WAYS - 1;
	h->sets = calloc(size / WAYS, sizeof(*h->sets));
	h->entries = calloc(size, h->entry_size);
	if (h->sets && h->entries)
		return h;
	heavy__free(h);
	return NULL;
}

void heavy__free(struct heavy *h)
{
	if (!h)
		return;
	free(h->sets);
	free(h->entries);
	free(h);
}

static __u64 hash_of(const struct heavy *h, const __u64 *key)
{
	__u64 hash = 0;

	for (unsigned i = 0; i < h->key_words; i++) {
		hash = (hash ^ key[i]) * 0x9e3779b97f4a7c15;
		hash ^= hash >> 32;
	}
	hash *= 0xff51afd7ed558ccd; /* the last word has passed through one multiplication only */
	return hash ^ hash >> 32;
}

static __u64 *key_at(const struct heavy *h, size_t place)
{
	return (__u64 *)(h->entries + place * h->entry_size);
}

void *heavy__value(const struct heavy *h, __u32 index)
{
	return key_at(h, index - 1) + h->key_words;
}

static int find(const struct heavy *h, size_t set, __u32 tag, const __u64 *key)
{
	const struct set *s = &h->sets[set];

	for (int way = 0; way < WAYS; way++)
		if (s->tag[way] == tag && s->n[way] && memcmp(key_at(h, set * WAYS + way), key, h->key_words * sizeof(*key)) == 0)
			return way;
	return -1;
}

static int fewest(const struct set *s)
{
	int found = 0;

	for (int way = 1; way < WAYS; way++)
		if (s->n[way] < s->n[found])
			found = way;
	return found;
}

__u32 heavy__count(struct heavy *h, const __u64 *key, bool *fresh)
{
	__u64 hash = hash_of(h, key);
	size_t set = hash & h->mask;
	struct set *s = &h->sets[set];
	__u32 tag = hash >> 32;
	int way = find(h, set, tag, key);

	*fresh = way < 0;
	if (way < 0) {
		way = fewest(s);
		h->forgotten += s->n[way];
		h->used += !s->n[way];
		s->n[way] = 0;
		s->tag[way] = tag;
		memcpy(key_at(h, set * WAYS + way), key, h->key_words * sizeof(*key));
	}
	s->n[way]++;
	return set * WAYS + way + 1;
}

void heavy__each(const struct heavy *h, void (*fn)(void *arg, const __u64 *key, __u64 n, void *value), void *arg)
{
	for (size_t place = 0; h->used && place < (h->mask + 1) * WAYS; place++)
		if (h->sets[place / WAYS].n[place % WAYS])
			fn(arg, key_at(h, place), h->sets[place / WAYS].n[place % WAYS], heavy__value(h, place + 1));
}

void heavy__clear(struct heavy *h)
{
	if (h->used)
		memset(h->sets, 0, (h->mask + 1) * sizeof(*h->sets));
	h->used = 0;
}

__u64 heavy__forgotten(const struct heavy *h)
{
	return h->forgotten;
}
