/*
 * decode.c: columns back to rows (codec.h).
 *
 * What a row differs from is a row of the same block, which stays where it was decoded to.
 *
 * Input is hostile: every column is a struct cursor of its own, rows and their memory are bounded
 * before anything is allocated, and every column must be used up exactly.
 */
#include "codec.h"
#include "error.h"

struct columns {
	struct cursor types, times;
	struct record_columns {
		struct cursor slots, masks;
		struct cursor fields[SCHEMA_MAX_FIELDS];
		const __u8 *last[CODEC_SLOTS]; /* row of each slot; NULL: none yet, it is as if all of it were 0 */
	} *records[LAYOUT_RECORDS];
};

static void columns__free(struct columns *c)
{
	for (unsigned i = 0; i < LAYOUT_RECORDS; i++)
		free(c->records[i]);
}

static struct cursor *column_at(struct columns *c, const struct layout *l, __u64 type, __u64 which, int *err)
{
	*err = -EBADMSG;
	if (type == 0)
		return which == COLUMN_TYPES ? &c->types : which == COLUMN_TIMES ? &c->times : NULL;
	if (type >= LAYOUT_RECORDS || !l->records[type].size || which >= COLUMN_FIELDS + (__u64)l->records[type].n_fields)
		return NULL;
	if (!c->records[type]) {
		c->records[type] = calloc(1, sizeof(*c->records[type]));
		*err = -ENOMEM;
		if (!c->records[type])
			return NULL;
	}
	if (which == COLUMN_SLOTS)
		return &c->records[type]->slots;
	return which == COLUMN_MASKS ? &c->records[type]->masks : &c->records[type]->fields[which - COLUMN_FIELDS];
}

/* Reads the directory and places a cursor on every column. */
static int find_columns(struct columns *c, const struct layout *l, const __u8 *payload, size_t len)
{
	struct cursor dir = { payload, payload + len, false }, body;
	__u64 n = cursor__varint(&dir);
	int err;

	if (n > len)
		return -EBADMSG;
	body = dir;
	for (__u64 i = 0; i < 3 * n; i++)
		cursor__varint(&body);
	if (body.bad)
		return -EBADMSG;
	for (__u64 i = 0; i < n; i++) {
		__u64 type = cursor__varint(&dir), which = cursor__varint(&dir), size = cursor__varint(&dir);
		struct cursor *column = column_at(c, l, type, which, &err);
		const __u8 *p = cursor__bytes(&body, size);

		if (!column)
			return err;
		if (!p || !size || column->p)
			return -EBADMSG;
		*column = (struct cursor){ p, p + size, false };
	}
	return cursor__left(&body) ? -EBADMSG : 0;
}

static bool all_used(const struct columns *c, const struct layout *l)
{
	bool left = cursor__left(&c->types) || cursor__left(&c->times) || c->times.bad;

	for (unsigned type = 0; type < LAYOUT_RECORDS; type++) {
		const struct record_columns *r = c->records[type];

		if (!r)
			continue;
		left |= cursor__left(&r->slots) || cursor__left(&r->masks) || r->slots.bad || r->masks.bad;
		for (unsigned i = 0; i < l->records[type].n_fields; i++)
			left |= cursor__left(&r->fields[i]) || r->fields[i].bad;
	}
	return !left;
}

/* Checks that each row has a known type and that all rows together fit; makes room for them. */
static int make_room(struct decoder *d, const struct columns *c, const struct layout *l, __u32 rows)
{
	size_t need = 0;

	if (rows > CODEC_LIMIT_ROWS || cursor__left(&c->types) != rows)
		return -EBADMSG;
	for (__u32 i = 0; i < rows; i++) {
		__u8 type = c->types.p[i];

		if (!c->records[type])
			return -EBADMSG;
		need += l->records[type].size;
	}
	if (need > CODEC_LIMIT_ARENA)
		return -EBADMSG;
	if (need > d->arena_cap) {
		free(d->arena);
		d->arena_cap = 0;
		d->arena = malloc(need);
		if (!d->arena)
			return -ENOMEM;
		d->arena_cap = need;
	}
	if (rows > d->cap) {
		free(d->ts);
		free(d->at);
		d->cap = 0;
		d->ts = malloc(rows * sizeof(*d->ts));
		d->at = malloc(rows * sizeof(*d->at));
		if (!d->ts || !d->at)
			return -ENOMEM;
		d->cap = rows;
	}
	return 0;
}

static inline void add_uint(__u8 *p, unsigned size, __u64 d)
{
	switch (size) {
	case 1:
		*p += d;
		break;
	case 2:
		*(__u16 *)p += d;
		break;
	case 4:
		*(__u32 *)p += d;
		break;
	default:
		*(__u64 *)p += d;
	}
}

/* Applies one changed field to the row, which so far is a copy of its reference. */
static inline void decode_field(const struct layout_field *f, struct cursor *column, __u8 *row)
{
	__u8 *p = row + f->offset;

	if (f->kind == FIELD_UINT) {
		add_uint(p, f->size, (__u64)unzigzag(cursor__varint(column)));
	} else if (f->kind == FIELD_BYTES) {
		const __u8 *src = cursor__bytes(column, f->size);

		if (src)
			memcpy(p, src, f->size);
	} else {
		__u64 n = cursor__varint(column);
		const __u8 *src = cursor__bytes(column, n);

		*(struct rec_text *)p = (struct rec_text){ .s = src ? (const char *)src : "", .len = src ? n : 0 };
	}
}

static void clear_texts(const struct layout_record *r, __u8 *row)
{
	for (unsigned i = 0; i < r->n_fields; i++)
		if (r->fields[i].kind == FIELD_TEXT)
			*(struct rec_text *)(row + r->fields[i].offset) = (struct rec_text){ .s = "" };
}

static int decode_row(const struct layout_record *r, struct record_columns *c, __u8 *row)
{
	const __u8 **last = &c->last[cursor__u8(&c->slots)];
	__u64 mask = cursor__varint(&c->masks);

	if (mask >> r->n_fields)
		return -EBADMSG;
	if (*last)
		memcpy(row, *last, r->size);
	else
		memset(row, 0, r->size);
	*last = row;
	if (r->has_text)
		clear_texts(r, row);
	for (; mask; mask &= mask - 1) {
		unsigned i = __builtin_ctzll(mask);

		decode_field(&r->fields[i], &c->fields[i], row);
	}
	return 0;
}

/* Gives the row its struct rec; returns false for one that is not wanted. */
static inline bool keep_row(const struct decoder *d, const struct layout_record *r, __u8 *row, __u64 ts, __u16 cpu)
{
	if (!r->known && !d->unknown)
		return false;
	*(struct rec *)row = (struct rec){ .ts = ts, .type = r->desc.id, .cpu = cpu, .schema = d->schema };
	return true;
}

static int decode_rows(struct decoder *d, struct columns *c, const struct layout *l, __u16 cpu, __u32 rows)
{
	size_t used = 0;
	__u64 ts = 0;

	for (__u32 i = 0; i < rows; i++) {
		__u8 type = cursor__u8(&c->types);
		const struct layout_record *r = &l->records[type];

		ts += (__u64)unzigzag(cursor__varint(&c->times));
		TRY(decode_row(r, c->records[type], d->arena + used));
		if (keep_row(d, r, d->arena + used, ts, cpu)) {
			d->ts[d->n] = ts;
			d->at[d->n++] = used;
		} else {
			d->skipped++;
		}
		used += r->size;
	}
	return 0;
}

int decoder__run(struct decoder *d, const struct layout *l, __u16 cpu, __u32 rows, const __u8 *payload, size_t len,
		 const char **what)
{
	struct columns *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	d->n = d->skipped = 0;
	*what = "column directory is damaged";
	err = find_columns(c, l, payload, len);
	if (!err) {
		*what = "rows do not fit their columns";
		err = make_room(d, c, l, rows);
	}
	if (!err)
		err = decode_rows(d, c, l, cpu, rows);
	if (!err && !all_used(c, l))
		err = -EBADMSG;
	columns__free(c);
	free(c);
	return err;
}

void decoder__free(struct decoder *d)
{
	free(d->arena);
	free(d->ts);
	free(d->at);
	*d = (struct decoder){ 0 };
}
