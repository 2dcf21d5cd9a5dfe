/*
 * intern.c: byte strings to dense ids (intern.h).
 *
 * A hash table of chains; each string is an allocation of its own, in a list that begins with the one that was not
 * asked for for longest.
 */
#include "intern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256 };

struct entry {
	struct interned pub; /* first: one is the other */
	struct entry *chain;
	struct entry *older, *newer;
	__u64 hash;
	unsigned char bytes[];
};

struct intern {
	struct entry **slots; /* a power of two, at least n */
	struct entry *oldest, *newest;
	void (*on_forget)(void *ctx, const struct interned *i);
	void *ctx;
	__u64 now; /* calls so far */
	__u32 n_slots, n, max, last_id;
};

struct intern *intern__new(__u32 max)
{
	struct intern *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->max = max;
	t->n_slots = FIRST_SLOTS;
	t->slots = calloc(t->n_slots, sizeof(*t->slots));
	if (!t->slots) {
		free(t);
		return NULL;
	}
	return t;
}

void intern__free(struct intern *t)
{
	if (!t)
		return;
	for (struct entry *e = t->oldest, *next; e; e = next) {
		next = e->newer;
		free(e);
	}
	free(t->slots);
	free(t);
}

void intern__on_forget(struct intern *t, void (*fn)(void *ctx, const struct interned *i), void *ctx)
{
	t->on_forget = fn;
	t->ctx = ctx;
}

__u32 intern__count(const struct intern *t)
{
	return t->n;
}

__u64 intern__now(const struct intern *t)
{
	return t->now;
}

struct interned *intern__first(const struct intern *t)
{
	return t->oldest ? &t->oldest->pub : NULL;
}

struct interned *intern__next(const struct interned *i)
{
	const struct entry *e = (const struct entry *)i;

	return e->newer ? &e->newer->pub : NULL;
}

/* Multiply and fold, eight bytes at a time; keys are our own, not an attacker's choice of collisions. */
static __u64 hash_of(const unsigned char *p, __u32 len)
{
	__u64 h = 0x9e3779b97f4a7c15ULL ^ len, word;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&word, p, 8);
		h = (h ^ word) * 0xff51afd7ed558ccdULL;
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, p, len);
	h = (h ^ word) * 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 29;
}

static struct entry **slot_of(const struct intern *t, __u64 hash)
{
	return &t->slots[hash & (t->n_slots - 1)];
}

static struct entry *find(const struct intern *t, __u64 hash, const void *bytes, __u32 len)
{
	for (struct entry *e = *slot_of(t, hash); e; e = e->chain)
		if (e->hash == hash && e->pub.len == len && !memcmp(e->bytes, bytes, len))
			return e;
	return NULL;
}

static void enter(struct intern *t, struct entry *e)
{
	struct entry **slot = slot_of(t, e->hash);

	e->chain = *slot;
	*slot = e;
}

/* Without memory the chains get longer. */
static void grow(struct intern *t)
{
	struct entry **slots = calloc((size_t)t->n_slots * 2, sizeof(*slots));

	if (!slots)
		return;
	free(t->slots);
	t->slots = slots;
	t->n_slots *= 2;
	for (struct entry *e = t->oldest; e; e = e->newer)
		enter(t, e);
}

static void make_newest(struct intern *t, struct entry *e)
{
	e->older = t->newest;
	e->newer = NULL;
	*(t->newest ? &t->newest->newer : &t->oldest) = e;
	t->newest = e;
	e->pub.used = t->now;
}

static void take_out(struct intern *t, struct entry *e)
{
	*(e->older ? &e->older->newer : &t->oldest) = e->newer;
	*(e->newer ? &e->newer->older : &t->newest) = e->older;
}

void intern__forget(struct intern *t, struct interned *i)
{
	struct entry *e = (struct entry *)i, **link = slot_of(t, e->hash);

	if (t->on_forget)
		t->on_forget(t->ctx, i);
	while (*link != e)
		link = &(*link)->chain;
	*link = e->chain;
	take_out(t, e);
	t->n--;
	free(e);
}

void intern__forget_unused(struct intern *t, __u64 since)
{
	while (t->oldest && t->oldest->pub.used <= since)
		intern__forget(t, &t->oldest->pub);
}

static struct entry *add(struct intern *t, __u64 hash, const void *bytes, __u32 len)
{
	struct entry *e = t->last_id < ~0U ? calloc(1, sizeof(*e) + len) : NULL;

	if (!e)
		return NULL;
	if (t->max && t->n == t->max)
		intern__forget(t, &t->oldest->pub);
	if (t->n == t->n_slots && t->n_slots < 1U << 31)
		grow(t);
	memcpy(e->bytes, bytes, len);
	e->pub.bytes = e->bytes;
	e->pub.len = len;
	e->pub.id = ++t->last_id;
	e->hash = hash;
	t->n++;
	enter(t, e);
	make_newest(t, e);
	assert(!t->max || t->n <= t->max);
	return e;
}

struct interned *intern__get(struct intern *t, const void *bytes, __u32 len, bool *is_new)
{
	__u64 hash = hash_of(bytes, len);
	struct entry *e = find(t, hash, bytes, len);

	t->now++;
	*is_new = !e;
	if (e) {
		take_out(t, e);
		make_newest(t, e);
		return &e->pub;
	}
	e = add(t, hash, bytes, len);
	*is_new = e;
	return e ? &e->pub : NULL;
}

__u32 intern__id(struct intern *t, const void *bytes, __u32 len, bool *is_new)
{
	const struct interned *i = intern__get(t, bytes, len, is_new);

	return i ? i->id : 0;
}
