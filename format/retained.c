/* retained.c: definitions by key, an open-addressing table over an array in order of arrival. */
#include "retained.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "schema.h"

struct retained {
	struct rec **rows; /* one allocation each: the struct, then its texts */
	size_t n, cap;
	__u32 *table;      /* index into rows + 1; 0: free */
	size_t table_size; /* a power of two, more than twice n */
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

void retained__free(struct retained *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++)
		free(r->rows[i]);
	free(r->rows);
	free(r->table);
	free(r);
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

/* The table cell that holds the row with rec's key, or the free one it would go to. */
static __u32 *cell_of(const struct retained *r, const struct rec *rec)
{
	const struct record_desc *d = schema__record(rec->type);

	for (size_t i = key_hash(d, rec);; i++) {
		__u32 *cell = &r->table[i & (r->table_size - 1)];

		if (!*cell)
			return cell;
		if (r->rows[*cell - 1]->type == rec->type && agree(d, r->rows[*cell - 1], rec, true))
			return cell;
	}
}

static int grow(struct retained *r)
{
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 256;
		struct rec **rows = realloc(r->rows, cap * sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		r->rows = rows;
		r->cap = cap;
	}
	if (r->table_size <= 2 * (r->n + 1)) {
		__u32 *table = calloc(r->table_size * 2, sizeof(*table));

		if (!table)
			return -ENOMEM;
		free(r->table);
		r->table = table;
		r->table_size *= 2;
		for (size_t i = 0; i < r->n; i++)
			*cell_of(r, r->rows[i]) = i + 1;
	}
	return 0;
}

int retained__put(struct retained *r, const struct rec *rec)
{
	const struct record_desc *d = schema__record(rec->type);
	struct rec *mine;
	__u32 *cell;

	if (grow(r))
		return -ENOMEM;
	cell = cell_of(r, rec);
	if (*cell && agree(d, r->rows[*cell - 1], rec, false))
		return 0;
	mine = copy(d, rec);
	if (!mine)
		return -ENOMEM;
	if (*cell) {
		free(r->rows[*cell - 1]);
		r->rows[*cell - 1] = mine;
	} else {
		r->rows[r->n++] = mine;
		*cell = r->n;
	}
	return 1;
}

int retained__each(const struct retained *r, int (*fn)(void *ctx, const struct rec *rec), void *ctx)
{
	for (size_t i = 0; i < r->n; i++) {
		int err = fn(ctx, r->rows[i]);

		if (err < 0)
			return err;
	}
	return 0;
}
