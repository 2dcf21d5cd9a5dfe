/* recent.c: a set-associative table: the eight keys of a set share one cache line (recent.h). */
#include "analyzer/base/recent.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 8 };

struct set {
	__u64 key[WAYS]; /* 0: free */
	struct recent_item item[WAYS];
};

struct recent {
	size_t mask;
	__u64 n, evicted;
	struct set *sets;
};

struct recent *recent__new(unsigned limit)
{
	struct recent *r = calloc(1, sizeof(*r));
	size_t sets = limit / WAYS;

	assert(sets && !(sets & (sets - 1)));
	if (r)
		r->sets = calloc(sets, sizeof(*r->sets)); /* untouched pages cost nothing */
	if (!r || !r->sets) {
		free(r);
		return NULL;
	}
	r->mask = sets - 1;
	return r;
}

void recent__free(struct recent *r)
{
	if (r)
		free(r->sets);
	free(r);
}

static struct set *set_of(struct recent *r, __u64 key)
{
	return &r->sets[key * 0x9e3779b97f4a7c15 >> 32 & r->mask];
}

/* Its place in the set, or WAYS. */
static unsigned way_of(const struct set *s, __u64 key)
{
	unsigned way = 0;

	while (way < WAYS && s->key[way] != key)
		way++;
	return way;
}

static unsigned oldest(const struct set *s)
{
	unsigned found = 0;

	for (unsigned way = 1; way < WAYS; way++)
		if (s->item[way].ts < s->item[found].ts)
			found = way;
	return found;
}

struct recent_item *recent__find(struct recent *r, __u64 key)
{
	struct set *s = set_of(r, key);
	unsigned way = key ? way_of(s, key) : WAYS;

	return way < WAYS ? &s->item[way] : NULL;
}

struct recent_item *recent__begin(struct recent *r, __u64 key, __u64 ts)
{
	struct set *s = set_of(r, key ? key : ~0ull); /* 0 stands for a free place */
	unsigned way = way_of(s, key ? key : ~0ull);

	if (way == WAYS) {
		way = way_of(s, 0);
		r->n += way < WAYS;
	}
	if (way == WAYS) {
		way = oldest(s);
		r->evicted++;
	}
	s->key[way] = key ? key : ~0ull;
	s->item[way] = (struct recent_item){ .ts = ts };
	return &s->item[way];
}

void recent__end(struct recent *r, __u64 key)
{
	struct set *s = set_of(r, key);
	unsigned way = key ? way_of(s, key) : WAYS;

	if (way == WAYS)
		return;
	s->key[way] = 0;
	r->n--;
}

__u64 recent__forget(struct recent *r)
{
	__u64 n = r->n;

	for (size_t i = 0; n && i <= r->mask; i++)
		memset(r->sets[i].key, 0, sizeof(r->sets[i].key));
	r->n = 0;
	return n;
}

__u64 recent__evicted(const struct recent *r)
{
	return r->evicted;
}
