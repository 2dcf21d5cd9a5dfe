/*
 * rows.h: random records for tests, and their comparison after a round trip.
 */
#ifndef TESTS_ROWS_H
#define TESTS_ROWS_H

#include <stdlib.h>
#include <string.h>
#include "format/schema.h"

/* Room for the largest record. */
union any_rec {
	struct rec rec;
	char bytes[512];
};

static inline __u64 rnd(__u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Small values, extremes and random bits, so that every varint length and wrap is met. */
static inline __u64 rnd_value(__u64 *state)
{
	__u64 v = rnd(state);

	switch (rnd(state) % 4) {
	case 0:
		return v % 4;
	case 1:
		return v >> (rnd(state) % 64);
	case 2:
		return -(v % 3);
	default:
		return v;
	}
}

/* A record of this type with every field random; texts point into `pool` (64 random bytes). */
static inline void rnd_rec(__u64 *state, unsigned type, union any_rec *out, const char pool[64])
{
	const struct record_desc *d = schema__record(type);

	memset(out, 0, sizeof(*out));
	out->rec.type = type;
	out->rec.ts = 1000000000 + rnd(state) % 100000;
	for (unsigned i = 0; i < d->n_fields; i++) {
		const struct field_desc *f = &d->fields[i];
		char *p = out->bytes + f->offset;
		__u64 v = rnd_value(state);

		if (f->kind == FIELD_UINT) {
			memcpy(p, &v, f->size);
		} else if (f->kind == FIELD_BYTES) {
			for (unsigned j = 0; j < f->size; j++)
				p[j] = rnd(state) % 3 ? 0 : rnd(state);
		} else {
			unsigned from = rnd(state) % 64;

			*(struct rec_text *)p = (struct rec_text){ pool + from, rnd(state) % (65 - from), 0 };
		}
	}
}

/* Some type that exists. */
static inline unsigned rnd_type(__u64 *state)
{
	unsigned type;

	do
		type = rnd(state) % REC_TYPE_MAX;
	while (!schema__record(type));
	return type;
}

/* Equal in type, ts and every field? */
static inline bool same_rec(const struct rec *a, const struct rec *b)
{
	const struct record_desc *d = schema__record(a->type);

	if (a->type != b->type || a->ts != b->ts)
		return false;
	for (unsigned i = 0; i < d->n_fields; i++) {
		const struct field_desc *f = &d->fields[i];
		const char *pa = (const char *)a + f->offset, *pb = (const char *)b + f->offset;
		const struct rec_text *ta = (const void *)pa, *tb = (const void *)pb;

		if (f->kind != FIELD_TEXT && memcmp(pa, pb, f->size))
			return false;
		if (f->kind == FIELD_TEXT && (ta->len != tb->len || (ta->len && memcmp(ta->s, tb->s, ta->len))))
			return false;
	}
	return true;
}

#endif
