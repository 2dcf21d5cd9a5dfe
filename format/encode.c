/*
 * encode.c: rows to columns (codec.h), and the schema payload.
 *
 * Runs once for every event on the recording host: no allocation once a block's columns have grown.
 */
#include "codec.h"
#include "error.h"

#include <assert.h>

struct type_columns {
	const struct record_desc *desc;
	void *cache; /* CODEC_SLOTS rows: the references */
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

static struct type_columns *columns_of(struct encoder *e, unsigned type)
{
	struct type_columns *t = e->types[type];
	const struct record_desc *desc;

	if (t)
		return t;
	desc = schema__record(type);
	assert(desc);
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->desc = desc;
	t->cache = calloc(CODEC_SLOTS, desc->size);
	if (!t->cache) {
		free(t);
		return NULL;
	}
	e->types[type] = t;
	return t;
}

/*
 * Each record has functions of its own, from events.def: offset and width of a field are in their code, and a field
 * that is as in the reference, as most are, takes a comparison.
 */

/* ---- which slot a row's KEY fields fall into ------------------------------------------------------- */

static inline __u64 mix(__u64 h, __u64 value)
{
	return (h + value) * 0x9e3779b97f4a7c15ull;
}

static inline __u64 mix_bytes(__u64 h, const __u8 *p, size_t n)
{
	__u64 word;

	for (size_t i = 0; i + 8 <= n; i += 8) {
		memcpy(&word, p + i, 8);
		h = mix(h, word);
	}
	return h;
}

/* Texts are not hashed: rows with texts are rare. */
#define MIX_U8(name) h = mix(h, now->name);
#define MIX_U16(name) h = mix(h, now->name);
#define MIX_U32(name) h = mix(h, now->name);
#define MIX_U64(name) h = mix(h, now->name);
#define MIX_B16(name) h = mix_bytes(h, now->name, 16);
#define MIX_B96(name) h = mix_bytes(h, now->name, 96);
#define MIX_B192(name) h = mix_bytes(h, now->name, 192);
#define MIX_TEXT(name)
#define MIX_KEY(type, name) MIX_##type(name)
#define MIX_VAL(type, name)

#define RECORD(id, name, class, doc)                                                               \
	static inline unsigned slot_of_##name(const struct rec_##name *now)                        \
	{                                                                                          \
		__u64 h = 0;                                                                       \
		(void)now; /* where all keys are texts */
#define FIELD(record, type, name, key, unit, doc) MIX_##key(type, name)
#define END(name)                                                                                  \
		return h >> 56;                                                                    \
	}
#include "events.def"
#undef RECORD
#undef FIELD
#undef END

/* ---- what differs from the reference --------------------------------------------------------------- */

/* new - old, sign-extended from the field's width: wraps exactly as the decoder adds. */
static inline int put_difference(struct buf *column, __s64 difference)
{
	TRY(buf__reserve(column, VARINT_MAX));
	buf__put_varint(column, zigzag(difference));
	return 0;
}

static inline int put_bytes(struct buf *column, const __u8 *bytes, size_t n)
{
	TRY(buf__reserve(column, n));
	buf__put(column, bytes, n);
	return 0;
}

/* A text has no reference. */
static int put_text(struct buf *column, const struct rec_text *text)
{
	TRY(buf__reserve(column, VARINT_MAX + text->len));
	buf__put_varint(column, text->len);
	buf__put(column, text->s, text->len);
	return 0;
}

#define PUT_UINT(name, width)                                                                      \
	if (now->name != ref->name) {                                                              \
		TRY(put_difference(&t->fields[i], (width)(now->name - ref->name)));                \
		ref->name = now->name;                                                             \
		mask |= 1ull << i;                                                                 \
	}
#define PUT_BYTES(name)                                                                            \
	if (memcmp(now->name, ref->name, sizeof(now->name))) {                                     \
		TRY(put_bytes(&t->fields[i], now->name, sizeof(now->name)));                       \
		memcpy(ref->name, now->name, sizeof(now->name));                                   \
		mask |= 1ull << i;                                                                 \
	}
#define PUT_U8(name) PUT_UINT(name, __s8)
#define PUT_U16(name) PUT_UINT(name, __s16)
#define PUT_U32(name) PUT_UINT(name, __s32)
#define PUT_U64(name) PUT_UINT(name, __s64)
#define PUT_B16(name) PUT_BYTES(name)
#define PUT_B96(name) PUT_BYTES(name)
#define PUT_B192(name) PUT_BYTES(name)
#define PUT_TEXT(name)                                                                             \
	if (now->name.len) {                                                                       \
		TRY(put_text(&t->fields[i], &now->name));                                          \
		mask |= 1ull << i;                                                                 \
	}

static int put_slot_and_mask(struct type_columns *t, unsigned slot, __u64 mask)
{
	TRY(buf__reserve(&t->slots, 1));
	TRY(buf__reserve(&t->masks, VARINT_MAX));
	buf__put_u8(&t->slots, slot);
	buf__put_varint(&t->masks, mask);
	return 0;
}

#define RECORD(id, name, class, doc)                                                               \
	static int encode_##name(struct type_columns *t, const struct rec *rec)                    \
	{                                                                                          \
		const struct rec_##name *now = (const struct rec_##name *)rec;                     \
		unsigned slot = slot_of_##name(now), i = 0;                                        \
		struct rec_##name *ref = (struct rec_##name *)t->cache + slot;                     \
		__u64 mask = 0;                                                                    \
		(void)ref; /* where all fields are texts */
#define FIELD(record, type, name, key, unit, doc) PUT_##type(name) i++;
#define END(name)                                                                                  \
		return put_slot_and_mask(t, slot, mask);                                           \
	}
#include "events.def"
#undef RECORD
#undef FIELD
#undef END

static int (*const ENCODE[REC_TYPE_MAX])(struct type_columns *t, const struct rec *rec) = {
#define RECORD(id, name, class, doc) [id] = encode_##name,
#define FIELD(record, type, name, key, unit, doc)
#define END(name)
#include "events.def"
#undef RECORD
#undef FIELD
#undef END
};

int encoder__add(struct encoder *e, const struct rec *rec)
{
	struct type_columns *t = columns_of(e, rec->type);

	if (!t || buf__reserve(&e->ids, 1) || buf__reserve(&e->times, VARINT_MAX))
		return -ENOMEM;
	TRY(ENCODE[rec->type](t, rec));
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

/* Forgets the references that the block's rows have left: of a quiet host's block, few. */
static void type_columns__start_block(struct type_columns *t)
{
	size_t row = t->desc->size;

	if (t->slots.len >= CODEC_SLOTS)
		memset(t->cache, 0, CODEC_SLOTS * row);
	for (size_t i = 0; i < t->slots.len && t->slots.len < CODEC_SLOTS; i++)
		memset((__u8 *)t->cache + t->slots.p[i] * row, 0, row);
	t->slots.len = t->masks.len = 0;
	for (unsigned i = 0; i < t->desc->n_fields; i++)
		t->fields[i].len = 0;
}

static void start_block(struct encoder *e)
{
	for (unsigned type = 1; type < REC_TYPE_MAX; type++)
		if (e->types[type])
			type_columns__start_block(e->types[type]);
	e->ids.len = e->times.len = 0;
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
	}
	if (!err)
		start_block(e);
	buf__free(&dir);
	free(bodies);
	return err;
}
