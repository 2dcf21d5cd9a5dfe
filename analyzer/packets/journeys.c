/* journeys.c: journeys by skb (journeys.h). */
#include "analyzer/packets/journeys.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/lru.h"

struct journeys {
	struct lru *by_skb;
	void (*evict)(void *arg, struct journey *j);
	void *arg;
	struct journey nobody; /* of a damaged record that has no address: it is followed no further */
};

static void make_room(void *arg, const __u64 *skb, void *value)
{
	const struct journeys *t = arg;

	(void)skb;
	t->evict(t->arg, value);
}

struct journeys *journeys__new(__u32 size, void (*evict)(void *arg, struct journey *j), void *arg)
{
	struct journeys *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->evict = evict;
	t->arg = arg;
	t->by_skb = lru__new(1, sizeof(struct journey), size);
	if (t->by_skb) {
		lru__on_forget(t->by_skb, make_room, t);
		return t;
	}
	free(t);
	return NULL;
}

void journeys__free(struct journeys *t)
{
	if (!t)
		return;
	lru__free(t->by_skb);
	free(t);
}

struct journey *journeys__find(struct journeys *t, __u64 skb)
{
	struct journey *j = lru__use(t->by_skb, &skb);

	assert(!j || j->skb == skb);
	return j;
}

/* What is big is left as it is. */
struct journey *journeys__add(struct journeys *t, __u64 skb)
{
	struct journey *j = skb ? lru__add_raw(t->by_skb, &skb) : &t->nobody;

	memset(j, 0, offsetof(struct journey, head));
	j->skb = skb;
	return j;
}

void journeys__remove(struct journeys *t, __u64 skb)
{
	lru__remove(t->by_skb, &skb);
}

struct visit {
	void (*fn)(void *arg, struct journey *j);
	void *arg;
};

static void visit(void *arg, const __u64 *skb, void *value)
{
	const struct visit *v = arg;

	(void)skb;
	v->fn(v->arg, value);
}

void journeys__drain(struct journeys *t, void (*fn)(void *arg, struct journey *j), void *arg)
{
	lru__each(t->by_skb, visit, &(struct visit){ fn, arg });
	lru__clear(t->by_skb);
}
