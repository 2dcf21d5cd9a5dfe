/* journeys.c: a set-associative table: the eight addresses of a set share one cache line. */
#include "analyzer/packets/journeys.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 8 };

struct journeys {
	size_t sets;
	__u64 (*tags)[WAYS]; /* skb address; 0: free */
	struct journey (*journeys)[WAYS];
};

/* Untouched pages cost nothing. */
struct journeys *journeys__new(size_t size)
{
	struct journeys *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->sets = size / WAYS;
	t->tags = calloc(t->sets, sizeof(*t->tags));
	t->journeys = calloc(t->sets, sizeof(*t->journeys));
	if (t->tags && t->journeys)
		return t;
	journeys__free(t);
	return NULL;
}

void journeys__free(struct journeys *t)
{
	if (!t)
		return;
	free(t->tags);
	free(t->journeys);
	free(t);
}

static size_t set_of(const struct journeys *t, __u64 skb)
{
	return skb * 0x9e3779b97f4a7c15 >> 32 & (t->sets - 1);
}

struct journey *journeys__find(struct journeys *t, __u64 skb)
{
	size_t set = set_of(t, skb);

	for (int way = 0; way < WAYS; way++)
		if (t->tags[set][way] == skb)
			return skb ? &t->journeys[set][way] : NULL;
	return NULL;
}

static int oldest(const struct journeys *t, size_t set)
{
	int found = 0;

	for (int way = 1; way < WAYS; way++)
		if (t->journeys[set][way].last < t->journeys[set][found].last)
			found = way;
	return found;
}

struct journey *journeys__add(struct journeys *t, __u64 skb, void (*evict)(void *arg, struct journey *j), void *arg)
{
	size_t set = set_of(t, skb);
	struct journey *j;
	int way = 0;

	while (way < WAYS && t->tags[set][way])
		way++;
	if (way == WAYS) {
		way = oldest(t, set);
		evict(arg, &t->journeys[set][way]);
	}
	t->tags[set][way] = skb;
	j = &t->journeys[set][way];
	memset(j, 0, offsetof(struct journey, head));
	j->skb = skb;
	return j;
}

void journeys__remove(struct journeys *t, struct journey *j)
{
	size_t index = j - &t->journeys[0][0];

	t->tags[index / WAYS][index % WAYS] = 0;
}

void journeys__drain(struct journeys *t, void (*fn)(void *arg, struct journey *j), void *arg)
{
	for (size_t set = 0; set < t->sets; set++)
		for (int way = 0; way < WAYS; way++)
			if (t->tags[set][way]) {
				fn(arg, &t->journeys[set][way]);
				t->tags[set][way] = 0;
			}
}
