/*
 * encode.c: rows to columns (codec.h), and the schema payload.
 *
 * Runs once for every event on the recording host: no allocation once a block's columns have grown.
 */
#include "codec.h"
#include "error.h"

#include <assert.h>

/*
 * Rows are compared and hashed eight bytes at a time: nearly all words of a row equal those of its
 * reference, and only the fields of the others are looked at.
 */
struct word {
	__u64 fields; /* mask of the fields that have bytes in it */
	__u64 keys;   /* mask of the bits that belong to KEY fields */
};

enum { MAX_WORDS = 64, FIRST_WORD = sizeof(struct rec) / 8 };

struct type_columns {
	const struct record_desc *desc;
	__u8 *cache; /* CODEC_SLOTS rows */
	struct word words[MAX_WORDS];
	__u8 key_words[MAX_WORDS]; /* those with keys */
	unsigned n_words, n_key_words;
	__u64 texts; /* mask of the TEXT fields: a text has no reference */
	struct buf slots, masks;
	struct buf fields[SCHEMA_MAX_FIELDS];
};

struct encoder {
	struct type_columns *types[REC_TYPE_MAX];
	struct buf ids, times;
	__u64 ts_last, ts_min, ts_max;
	size_t rows;
};

struct encoder *encoder__new(void)
{
	return calloc(1, sizeof(struct encoder));
}

static void type_columns__free(struct type_columns *t)
{
	if (!t)
		return;
	for (unsigned i = 0; i < t->desc->n_fields; i++)
		buf__free(&t->fields[i]);
	buf__free(&t->slots);
	buf__free(&t->masks);
	free(t->cache);
	free(t);
}

void encoder__free(struct encoder *e)
{
	if (!e)
		return;
	for (unsigned i = 0; i < REC_TYPE_MAX; i++)
		type_columns__free(e->types[i]);
	buf__free(&e->ids);
	buf__free(&e->times);
	free(e);
}

size_t encoder__rows(const struct encoder *e)
{
	return e->rows;
}

__u64 encoder__ts_min(const struct encoder *e)
{
	return e->ts_min;
}

__u64 encoder__ts_max(const struct encoder *e)
{
	return e->ts_max;
}

/* Notes which words of a row the field lies in. Texts are not hashed: rows with texts are rare. */
static void map_field(struct type_columns *t, unsigned i)
{
	const struct field_desc *f = &t->desc->fields[i];

	if (f->kind == FIELD_TEXT) {
		t->texts |= 1ull << i;
		return;
	}
	for (unsigned byte = f->offset; byte < f->offset + (unsigned)f->size; byte++) {
		struct word *w = &t->words[byte / 8];

		w->fields |= 1ull << i;
		if (f->key)
			w->keys |= 0xffull << byte % 8 * 8;
	}
}

static void map_words(struct type_columns *t)
{
	for (unsigned i = 0; i < t->desc->n_fields; i++)
		map_field(t, i);
	t->n_words = t->desc->size / 8;
	for (unsigned i = FIRST_WORD; i < t->n_words; i++)
		if (t->words[i].keys)
			t->key_words[t->n_key_words++] = i;
}

static struct type_columns *columns_of(struct encoder *e, unsigned type)
{
	struct type_columns *t = e->types[type];
	const struct record_desc *desc;

	if (t)
		return t;
	desc = schema__record(type);
	assert(desc && desc->size <= MAX_WORDS * 8);
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->desc = desc;
	map_words(t);
	t->cache = calloc(CODEC_SLOTS, desc->size);
	if (!t->cache) {
		free(t);
		return NULL;
	}
	e->types[type] = t;
	return t;
}

static inline __u64 load_uint(const __u8 *p, unsigned size)
{
	switch (size) {
	case 1:
		return *p;
	case 2:
		return *(const __u16 *)p;
	case 4:
		return *(const __u32 *)p;
	default:
		return *(const __u64 *)p;
	}
}

/* Which slot the row's KEY fields fall into. */
static inline unsigned slot_of(const struct type_columns *t, const __u64 *row)
{
	__u64 h = 0;

	for (unsigned i = 0; i < t->n_key_words; i++) {
		unsigned w = t->key_words[i];

		h = (h ^ (row[w] & t->words[w].keys)) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 32;
	}
	return h >> 56;
}

/* The fields that may differ from the reference. */
static inline __u64 candidates(const struct type_columns *t, const __u64 *row, const __u64 *ref)
{
	__u64 fields = t->texts;

	for (unsigned w = FIRST_WORD; w < t->n_words; w++)
		if (row[w] != ref[w])
			fields |= t->words[w].fields;
	return fields;
}

/* new - old in the field's width, sign-extended: wraps exactly as the decoder adds. */
static inline __s64 difference(const __u8 *now, const __u8 *ref, unsigned size)
{
	__u64 d = load_uint(now, size) - load_uint(ref, size);
	unsigned unused = 64 - size * 8;

	return (__s64)(d << unused) >> unused;
}

/* Adds field f to its column if it differs from the reference. Returns 1 if it does, 0, or -ENOMEM. */
static inline int encode_field(const struct field_desc *f, struct buf *column, const __u8 *now, const __u8 *ref)
{
	if (f->kind == FIELD_UINT) {
		__s64 d = difference(now, ref, f->size);

		if (!d)
			return 0;
		if (buf__reserve(column, VARINT_MAX))
			return -ENOMEM;
		buf__put_varint(column, zigzag(d));
		return 1;
	}
	if (f->kind == FIELD_BYTES) {
		if (!memcmp(now, ref, f->size))
			return 0;
		if (buf__reserve(column, f->size))
			return -ENOMEM;
		buf__put(column, now, f->size);
		return 1;
	}
	const struct rec_text *t = (const struct rec_text *)now;

	if (!t->len)
		return 0;
	if (buf__reserve(column, VARINT_MAX + t->len))
		return -ENOMEM;
	buf__put_varint(column, t->len);
	buf__put(column, t->s, t->len);
	return 1;
}

static int encode_row(struct type_columns *t, const __u8 *row)
{
	const struct record_desc *desc = t->desc;
	unsigned slot = slot_of(t, (const __u64 *)row);
	__u8 *ref = t->cache + (size_t)slot * desc->size;
	__u64 mask = 0;

	for (__u64 left = candidates(t, (const __u64 *)row, (const __u64 *)ref); left; left &= left - 1) {
		unsigned i = __builtin_ctzll(left);
		const struct field_desc *f = &desc->fields[i];
		int changed = encode_field(f, &t->fields[i], row + f->offset, ref + f->offset);

		if (changed < 0)
			return changed;
		mask |= (__u64)changed << i;
	}
	if (buf__reserve(&t->slots, 1) || buf__reserve(&t->masks, VARINT_MAX))
		return -ENOMEM;
	buf__put_u8(&t->slots, slot);
	buf__put_varint(&t->masks, mask);
	memcpy(ref, row, desc->size);
	return 0;
}

int encoder__add(struct encoder *e, const struct rec *rec)
{
	struct type_columns *t = columns_of(e, rec->type);

	if (!t || buf__reserve(&e->ids, 1) || buf__reserve(&e->times, VARINT_MAX))
		return -ENOMEM;
	TRY(encode_row(t, (const __u8 *)rec));
	buf__put_u8(&e->ids, rec->type);
	buf__put_varint(&e->times, zigzag((__s64)(rec->ts - e->ts_last)));
	e->ts_last = rec->ts;
	if (!e->rows || rec->ts < e->ts_min)
		e->ts_min = rec->ts;
	if (!e->rows || rec->ts > e->ts_max)
		e->ts_max = rec->ts;
	e->rows++;
	return 0;
}

/* Directory entry of a column: whose, which, how long; then the column waits for its turn in `bodies`. */
static int list_column(struct buf *dir, unsigned type, unsigned which, struct buf *column, struct buf **bodies,
		       size_t *n)
{
	if (!column->len)
		return 0;
	if (buf__reserve(dir, 3 * VARINT_MAX))
		return -ENOMEM;
	buf__put_varint(dir, type);
	buf__put_varint(dir, which);
	buf__put_varint(dir, column->len);
	bodies[(*n)++] = column;
	return 0;
}

static int list_columns(struct encoder *e, struct buf *dir, struct buf **bodies, size_t *n)
{
	TRY(list_column(dir, 0, COLUMN_TYPES, &e->ids, bodies, n));
	TRY(list_column(dir, 0, COLUMN_TIMES, &e->times, bodies, n));
	for (unsigned type = 1; type < REC_TYPE_MAX; type++) {
		struct type_columns *t = e->types[type];

		if (!t)
			continue;
		TRY(list_column(dir, type, COLUMN_SLOTS, &t->slots, bodies, n));
		TRY(list_column(dir, type, COLUMN_MASKS, &t->masks, bodies, n));
		for (unsigned i = 0; i < t->desc->n_fields; i++)
			TRY(list_column(dir, type, COLUMN_FIELDS + i, &t->fields[i], bodies, n));
	}
	return 0;
}

static void start_block(struct encoder *e)
{
	for (unsigned type = 1; type < REC_TYPE_MAX; type++)
		if (e->types[type])
			memset(e->types[type]->cache, 0, (size_t)CODEC_SLOTS * e->types[type]->desc->size);
	e->ts_last = e->ts_min = e->ts_max = 0;
	e->rows = 0;
}

int encoder__finish(struct encoder *e, struct buf *out)
{
	size_t max = 2 + REC_TYPE_MAX * (COLUMN_FIELDS + SCHEMA_MAX_FIELDS), n = 0;
	struct buf **bodies = calloc(max, sizeof(*bodies));
	struct buf dir = { 0 };
	int err = -ENOMEM;

	if (!bodies)
		return -ENOMEM;
	err = list_columns(e, &dir, bodies, &n);
	if (!err)
		err = buf__reserve(out, VARINT_MAX + dir.len);
	if (!err) {
		buf__put_varint(out, n);
		buf__put(out, dir.p, dir.len);
	}
	for (size_t i = 0; i < n && !err; i++) {
		err = buf__reserve(out, bodies[i]->len);
		if (!err)
			buf__put(out, bodies[i]->p, bodies[i]->len);
		bodies[i]->len = 0;
	}
	if (!err)
		start_block(e);
	buf__free(&dir);
	free(bodies);
	return err;
}
