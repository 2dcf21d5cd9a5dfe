/*
 * retained.c: definitions by key (retained.h).
 *
 * A hash table of chains. Each row also stands in two lists: of all rows, in order of arrival, and of those of its
 * type, in the order in which they were last put.
 */
#include "retained.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "schema.h"

struct row {
	struct row *chain;
	struct row *before, *after; /* in order of arrival */
	struct row *older, *newer;  /* of its type */
	__u64 seen;                 /* ts when it was last put */
	__u32 hash;
	struct rec *rec;            /* an allocation of its own: the struct, then its texts */
};

struct by_type {
	struct row *oldest, *newest;
	size_t n;
};

struct retained {
	struct row **table;
	struct row *first, *last;
	struct by_type of[REC_TYPE_MAX];
	size_t n, table_size; /* a power of two, at least n */
};

struct retained *retained__new(void)
{
	struct retained *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->table_size = 1024;
	r->table = calloc(r->table_size, sizeof(*r->table));
	if (!r->table) {
		free(r);
		return NULL;
	}
	return r;
}

static void free_row(struct row *row)
{
	free(row->rec);
	free(row);
}

void retained__free(struct retained *r)
{
	if (!r)
		return;
	for (struct row *row = r->first, *next; row; row = next) {
		next = row->after;
		free_row(row);
	}
	free(r->table);
	free(r);
}

size_t retained__count(const struct retained *r)
{
	return r->n;
}

static const struct rec_text *text_at(const struct rec *rec, const struct field_desc *f)
{
	return (const struct rec_text *)((const char *)rec + f->offset);
}

static __u32 key_hash(const struct record_desc *d, const struct rec *rec)
{
	__u32 h = crc32(0, (const Bytef *)&rec->type, sizeof(rec->type));

	for (unsigned i = 0; i < d->n_fields; i++) {
		const struct field_desc *f = &d->fields[i];

		if (!f->key)
			continue;
		if (f->kind == FIELD_TEXT)
			h = crc32(h, (const Bytef *)text_at(rec, f)->s, text_at(rec, f)->len);
		else
			h = crc32(h, (const Bytef *)rec + f->offset, f->size);
	}
	return h;
}

/* Do a and b agree in their KEY fields (keys) or in all the others? */
static bool agree(const struct record_desc *d, const struct rec *a, const struct rec *b, bool keys)
{
	for (unsigned i = 0; i < d->n_fields; i++) {
		const struct field_desc *f = &d->fields[i];
		const struct rec_text *ta = text_at(a, f), *tb = text_at(b, f);

		if (f->key != keys)
			continue;
		if (f->kind != FIELD_TEXT) {
			if (memcmp((const char *)a + f->offset, (const char *)b + f->offset, f->size))
				return false;
		} else if (ta->len != tb->len || (ta->len && memcmp(ta->s, tb->s, ta->len))) {
			return false;
		}
	}
	return true;
}

static struct rec *copy(const struct record_desc *d, const struct rec *rec)
{
	size_t size = d->size;
	struct rec *c;
	char *tail;

	for (unsigned i = 0; i < d->n_fields; i++)
		if (d->fields[i].kind == FIELD_TEXT)
			size += text_at(rec, &d->fields[i])->len;
	c = malloc(size);
	if (!c)
		return NULL;
	memcpy(c, rec, d->size);
	tail = (char *)c + d->size;
	for (unsigned i = 0; i < d->n_fields; i++) {
		struct rec_text *t = (struct rec_text *)((char *)c + d->fields[i].offset);

		if (d->fields[i].kind != FIELD_TEXT)
			continue;
		if (t->len)
			memcpy(tail, t->s, t->len);
		t->s = tail;
		tail += t->len;
	}
	return c;
}

/* ---- lists -------------------------------------------------------------------------------------- */

static void put_last(struct retained *r, struct row *row)
{
	row->before = r->last;
	row->after = NULL;
	*(r->last ? &r->last->after : &r->first) = row;
	r->last = row;
	r->n++;
}

static void take_out(struct retained *r, struct row *row)
{
	*(row->before ? &row->before->after : &r->first) = row->after;
	*(row->after ? &row->after->before : &r->last) = row->before;
	r->n--;
}

static void make_newest(struct by_type *t, struct row *row)
{
	row->older = t->newest;
	row->newer = NULL;
	*(t->newest ? &t->newest->newer : &t->oldest) = row;
	t->newest = row;
	t->n++;
}

static void take_out_of_type(struct by_type *t, struct row *row)
{
	*(row->older ? &row->older->newer : &t->oldest) = row->newer;
	*(row->newer ? &row->newer->older : &t->newest) = row->older;
	t->n--;
}

/* ---- the table ---------------------------------------------------------------------------------- */

/* The link to the row with rec's key, or the end of the chain it would be in. */
static struct row **link_of(const struct retained *r, const struct rec *rec, __u32 hash)
{
	const struct record_desc *d = schema__record(rec->type);
	struct row **link = &r->table[hash & (r->table_size - 1)];

	for (; *link; link = &(*link)->chain)
		if ((*link)->hash == hash && (*link)->rec->type == rec->type && agree(d, (*link)->rec, rec, true))
			break;
	return link;
}

static int grow(struct retained *r)
{
	struct row **table;
	size_t size = r->table_size * 2;

	if (r->n < r->table_size)
		return 0;
	table = calloc(size, sizeof(*table));
	if (!table)
		return -ENOMEM;
	for (struct row *row = r->first; row; row = row->after) {
		row->chain = table[row->hash & (size - 1)];
		table[row->hash & (size - 1)] = row;
	}
	free(r->table);
	r->table = table;
	r->table_size = size;
	return 0;
}

static int add(struct retained *r, const struct rec *rec, __u32 hash)
{
	struct row *row;

	if (grow(r))
		return -ENOMEM;
	row = calloc(1, sizeof(*row));
	if (row)
		row->rec = copy(schema__record(rec->type), rec);
	if (!row || !row->rec) {
		free(row);
		return -ENOMEM;
	}
	row->hash = hash;
	row->seen = rec->ts;
	*link_of(r, rec, hash) = row;
	put_last(r, row);
	make_newest(&r->of[rec->type], row);
	return 1;
}

static int replace(struct row *row, const struct rec *rec)
{
	struct rec *mine = copy(schema__record(rec->type), rec);

	if (!mine)
		return -ENOMEM;
	free(row->rec);
	row->rec = mine;
	return 1;
}

int retained__put(struct retained *r, const struct rec *rec)
{
	const struct record_desc *d = schema__record(rec->type);
	__u32 hash = key_hash(d, rec);
	struct row *row = *link_of(r, rec, hash);

	if (!row)
		return add(r, rec, hash);
	take_out_of_type(&r->of[rec->type], row);
	make_newest(&r->of[rec->type], row);
	row->seen = rec->ts;
	return agree(d, row->rec, rec, false) ? 0 : replace(row, rec);
}

/* ---- forgetting --------------------------------------------------------------------------------- */

static void forget(struct retained *r, struct row *row)
{
	struct row **link = link_of(r, row->rec, row->hash);

	assert(*link == row);
	*link = row->chain;
	take_out(r, row);
	take_out_of_type(&r->of[row->rec->type], row);
	free_row(row);
}

size_t retained__forget_older(struct retained *r, enum rec_type type, __u64 ts)
{
	struct by_type *t = &r->of[type];
	size_t was = t->n;

	while (t->oldest && t->oldest->seen < ts)
		forget(r, t->oldest);
	return was - t->n;
}

/* Frames of one stack: without all of them it would look like another one. */
static bool belong_together(const struct rec *a, const struct rec *b)
{
	if (a->type == REC_stack)
		return ((const struct rec_stack *)a)->id == ((const struct rec_stack *)b)->id;
	if (a->type == REC_ustack)
		return ((const struct rec_ustack *)a)->id == ((const struct rec_ustack *)b)->id;
	return false;
}

size_t retained__make_room(struct retained *r)
{
	struct by_type *most = &r->of[0];
	size_t was = r->n;
	bool more;

	for (unsigned type = 1; type < REC_TYPE_MAX; type++)
		if (r->of[type].n > most->n)
			most = &r->of[type];
	do {
		struct row *row = most->oldest;

		more = row && row->newer && belong_together(row->rec, row->newer->rec);
		if (row)
			forget(r, row);
	} while (more);
	return was - r->n;
}

int retained__each(const struct retained *r, int (*fn)(void *ctx, const struct rec *rec), void *ctx)
{
	for (const struct row *row = r->first; row; row = row->after) {
		int err = fn(ctx, row->rec);

		if (err < 0)
			return err;
	}
	return 0;
}
