/*
 * layout.c: the schema block. Written from events.def, read into a struct layout that says where each
 * field of a trace's rows goes in this program's structs, and what the trace says of those the program does not know.
 *
 *   payload := n_records {id class name doc n_fields {name kind size key unit doc}} n_stages {id role name aux doc}
 *
 * Numbers are varints, texts a varint length and bytes.
 */
#include <stdint.h>

#include "codec.h"
#include "error.h"

static int put_text(struct buf *b, const char *s)
{
	size_t n = strlen(s);

	TRY(buf__reserve(b, VARINT_MAX + n));
	buf__put_varint(b, n);
	buf__put(b, s, n);
	return 0;
}

static int put_number(struct buf *b, __u64 v)
{
	TRY(buf__reserve(b, VARINT_MAX));
	buf__put_varint(b, v);
	return 0;
}

static int put_field(struct buf *b, const struct field_desc *f)
{
	TRY(put_text(b, f->name));
	TRY(put_number(b, f->kind));
	TRY(put_number(b, f->size));
	TRY(put_number(b, f->key));
	TRY(put_text(b, f->unit));
	return put_text(b, f->doc);
}

static int put_record(struct buf *b, const struct record_desc *r)
{
	TRY(put_number(b, r->id));
	TRY(put_number(b, r->class));
	TRY(put_text(b, r->name));
	TRY(put_text(b, r->doc));
	TRY(put_number(b, r->n_fields));
	for (unsigned i = 0; i < r->n_fields; i++)
		TRY(put_field(b, &r->fields[i]));
	return 0;
}

static int put_stage(struct buf *b, unsigned id, const struct stage_desc *s)
{
	TRY(put_number(b, id));
	TRY(put_number(b, s->role));
	TRY(put_text(b, s->name));
	TRY(put_text(b, s->aux));
	return put_text(b, s->doc);
}

int schema__encode(struct buf *out)
{
	unsigned n = 0;

	for (unsigned id = 0; id < REC_TYPE_MAX; id++)
		n += schema__record(id) != NULL;
	TRY(put_number(out, n));
	for (unsigned id = 0; id < REC_TYPE_MAX; id++)
		if (schema__record(id))
			TRY(put_record(out, schema__record(id)));
	n = 0;
	for (unsigned id = 0; id < STAGE_MAX; id++)
		n += schema__stage(id)->role != STAGE_ROLE_none;
	TRY(put_number(out, n));
	for (unsigned id = 0; id < STAGE_MAX; id++)
		if (schema__stage(id)->role != STAGE_ROLE_none)
			TRY(put_stage(out, id, schema__stage(id)));
	return 0;
}

struct text {
	const char *s;
	size_t len;
};

static struct text get_text(struct cursor *c)
{
	size_t n = cursor__varint(c);
	const __u8 *p = cursor__bytes(c, n);

	return p ? (struct text){ (const char *)p, n } : (struct text){ "", 0 };
}

static bool is(struct text t, const char *s)
{
	return strlen(s) == t.len && !memcmp(t.s, s, t.len);
}

static bool valid_size(unsigned kind, __u64 size)
{
	if (kind == FIELD_UINT)
		return size == 1 || size == 2 || size == 4 || size == 8;
	if (kind == FIELD_BYTES)
		return size >= 1 && size <= 255;
	return kind == FIELD_TEXT && size == 0;
}

/* Where this program keeps a field of that name, kind and size; NULL when it has none. */
static const struct field_desc *known_field(const struct record_desc *known, struct text name, unsigned kind,
					    unsigned size)
{
	for (unsigned i = 0; known && i < known->n_fields; i++) {
		const struct field_desc *f = &known->fields[i];

		if (is(name, f->name))
			return f->kind == kind && f->size == size ? f : NULL;
	}
	return NULL;
}

/* What the trace says of a field that the program does not know. Returns 0 or -ENOMEM. */
static int describe_field(struct field_desc *d, const struct layout_field *f, struct text name, struct text unit,
			  struct text doc)
{
	*d = (struct field_desc){ strndup(name.s, name.len), strndup(unit.s, unit.len), strndup(doc.s, doc.len),
				  f->offset, f->kind, f->size, false };
	return d->name && d->unit && d->doc ? 0 : -ENOMEM;
}

static int get_field(struct cursor *c, struct layout_record *r, struct layout_field *f, struct field_desc *desc)
{
	struct text name = get_text(c), unit, doc;
	__u64 kind = cursor__varint(c), size = cursor__varint(c);
	const struct field_desc *known;

	cursor__varint(c); /* key: matters to the encoder only */
	unit = get_text(c);
	doc = get_text(c);
	if (c->bad || kind > FIELD_TEXT || !valid_size(kind, size))
		return -EBADMSG;
	f->kind = kind;
	f->size = size;
	r->has_text |= kind == FIELD_TEXT;
	known = known_field(r->known, name, kind, size);
	f->known = known;
	f->offset = known ? known->offset : r->size;
	if (known) {
		*desc = *known;
		return 0;
	}
	r->size += kind == FIELD_TEXT ? sizeof(struct rec_text) : (size + 7) / 8 * 8;
	return describe_field(desc, f, name, unit, doc);
}

static int describe_record(struct layout_record *r, __u64 id, __u64 class, struct text name, __u64 n_fields)
{
	if (r->known)
		r->desc = *r->known;
	else
		r->desc = (struct record_desc){ .name = strndup(name.s, name.len), .doc = "", .id = id,
						.class = class };
	r->desc.fields = calloc(n_fields + 1, sizeof(*r->desc.fields));
	r->desc.n_fields = n_fields;
	return r->desc.name && r->desc.fields ? 0 : -ENOMEM;
}

static int get_record(struct cursor *c, struct layout *l)
{
	__u64 id = cursor__varint(c), class = cursor__varint(c), n;
	struct text name = get_text(c);
	struct layout_record *r;

	get_text(c);
	n = cursor__varint(c);
	if (c->bad || id == 0 || id >= LAYOUT_RECORDS || n > SCHEMA_MAX_FIELDS || l->records[id].size)
		return -EBADMSG;
	r = &l->records[id];
	r->known = schema__record(id);
	l->unknown_records += !r->known;
	r->size = r->known ? r->known->size : sizeof(struct rec);
	r->fields = calloc(n + 1, sizeof(*r->fields));
	if (!r->fields)
		return -ENOMEM;
	r->n_fields = n;
	TRY(describe_record(r, id, class == RECORD_EVENT ? RECORD_EVENT : RECORD_DEFINITION, name, n));
	for (unsigned i = 0; i < n; i++)
		TRY(get_field(c, r, &r->fields[i], (struct field_desc *)&r->desc.fields[i]));
	r->desc.size = r->size;
	for (unsigned i = 0; i < n; i++)
		l->unknown_fields += r->known && !r->fields[i].known;
	return r->size > CODEC_LIMIT_ROW ? -EBADMSG : 0;
}

static int get_stage(struct cursor *c, struct layout *l)
{
	__u64 id = cursor__varint(c);
	struct text name;

	cursor__varint(c); /* role: this program acts by its own */
	name = get_text(c);
	get_text(c);
	get_text(c);
	if (c->bad || id == 0 || id > UINT8_MAX || (id < STAGE_MAX && l->stage_name[id]))
		return -EBADMSG;
	if (id >= STAGE_MAX)
		return 0; /* of a later version */
	l->stage_name[id] = strndup(name.s, name.len);
	return l->stage_name[id] ? 0 : -ENOMEM;
}

static int get_layout(struct cursor *c, struct layout *l)
{
	__u64 n = cursor__varint(c);

	for (__u64 i = 0; i < n; i++)
		TRY(get_record(c, l));
	n = cursor__varint(c);
	for (__u64 i = 0; i < n; i++)
		TRY(get_stage(c, l));
	return c->bad ? -EBADMSG : 0;
}

int layout__parse(struct layout **out, const __u8 *payload, size_t len)
{
	struct cursor c = { payload, payload + len, false };
	struct layout *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	err = get_layout(&c, l);
	if (err) {
		layout__free(l);
		return err;
	}
	*out = l;
	return 0;
}

static void free_record(struct layout_record *r)
{
	for (unsigned i = 0; r->desc.fields && i < r->n_fields; i++) {
		const struct field_desc *d = &r->desc.fields[i];

		if (r->fields[i].known)
			continue;
		free((char *)d->name);
		free((char *)d->unit);
		free((char *)d->doc);
	}
	if (!r->known)
		free((char *)r->desc.name);
	free((struct field_desc *)r->desc.fields);
	free(r->fields);
}

void layout__free(struct layout *l)
{
	if (!l)
		return;
	for (unsigned i = 0; i < LAYOUT_RECORDS; i++)
		free_record(&l->records[i]);
	for (unsigned i = 0; i < STAGE_MAX; i++)
		free(l->stage_name[i]);
	free(l);
}
