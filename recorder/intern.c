/*
 * intern.c: byte strings to dense ids (intern.h).
 *
 * Open addressing over (hash, id); the bytes themselves are kept one after the other. At most half of
 * the slots are used, so a lookup that fails ends soon.
 */
#include "intern.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256 };

struct slot {
	__u64 hash;
	__u32 id; /* 0: free */
};

struct entry {
	__u32 offset, len;
};

struct intern {
	struct slot *slots;
	struct entry *entries; /* by id - 1 */
	unsigned char *bytes;
	__u32 n_slots, n, max_entries, max;
	size_t used, room;
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
	free(t->slots);
	free(t->entries);
	free(t->bytes);
	free(t);
}

__u32 intern__count(const struct intern *t)
{
	return t->n;
}

const void *intern__bytes(const struct intern *t, __u32 id)
{
	return t->bytes + t->entries[id - 1].offset;
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

static struct slot *find(const struct intern *t, __u64 hash, const void *bytes, __u32 len)
{
	__u32 mask = t->n_slots - 1;

	for (__u32 i = hash & mask;; i = (i + 1) & mask) {
		struct slot *s = &t->slots[i];

		if (!s->id)
			return s;
		if (s->hash == hash && t->entries[s->id - 1].len == len &&
		    !memcmp(t->bytes + t->entries[s->id - 1].offset, bytes, len))
			return s;
	}
}

static bool grow_slots(struct intern *t)
{
	struct slot *old = t->slots, *slots;
	__u32 n_old = t->n_slots, mask = n_old * 2 - 1;

	slots = calloc(n_old * 2, sizeof(*slots));
	if (!slots)
		return false;
	for (__u32 i = 0; i < n_old; i++) {
		__u32 at = old[i].hash & mask;

		if (!old[i].id)
			continue;
		while (slots[at].id)
			at = (at + 1) & mask;
		slots[at] = old[i];
	}
	t->slots = slots;
	t->n_slots = n_old * 2;
	free(old);
	return true;
}

static bool make_room(struct intern *t, __u32 len)
{
	if (t->n == t->max_entries) {
		__u32 max = t->max_entries ? t->max_entries * 2 : FIRST_SLOTS / 2;
		struct entry *e = realloc(t->entries, max * sizeof(*e));

		if (!e)
			return false;
		t->entries = e;
		t->max_entries = max;
	}
	if (t->used + len > t->room) {
		size_t room = (t->room + len) * 2;
		unsigned char *b = realloc(t->bytes, room);

		if (!b)
			return false;
		t->bytes = b;
		t->room = room;
	}
	return true;
}

__u32 intern__id(struct intern *t, const void *bytes, __u32 len, bool *is_new)
{
	__u64 hash = hash_of(bytes, len);
	struct slot *s = find(t, hash, bytes, len);

	*is_new = false;
	if (s->id)
		return s->id;
	if ((t->max && t->n == t->max) || t->used + len > ~0U || !make_room(t, len))
		return 0;
	if (t->n * 2 >= t->n_slots) {
		if (!grow_slots(t))
			return 0;
		s = find(t, hash, bytes, len);
	}
	memcpy(t->bytes + t->used, bytes, len);
	t->entries[t->n] = (struct entry){ t->used, len };
	t->used += len;
	s->hash = hash;
	s->id = ++t->n;
	*is_new = true;
	return s->id;
}
