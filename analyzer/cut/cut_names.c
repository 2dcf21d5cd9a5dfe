/* cut_names.c: definitions by key, each told once (cut_names.h). */
#include "analyzer/cut/cut_names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "format/error.h"
#include "format/schema.h"

struct key {
	__u64 first, second;
};

struct defined {
	struct key key;
	const struct rec *rec;
	bool told;
};

struct table {
	struct defined *rows; /* by key */
	size_t n;
};

enum { MAX_REFERENCES = 8 }; /* of a row */

/* Fields of a type of record that refer to definitions of another. */
struct references {
	struct reference {
		const struct field_desc *field;
		enum rec_type to;
	} list[MAX_REFERENCES];
	unsigned n;
};

static const enum rec_type held[] = { REC_string, REC_stack, REC_symbol, REC_ustack, REC_usymbol, REC_module };

struct cut_names {
	cut_names_fn fn;
	void *arg;
	int code; /* of fn */
	struct table tables[REC_TYPE_MAX];
	struct references references[REC_TYPE_MAX];
};

bool cut_names__holds(unsigned type)
{
	for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++)
		if (held[i] == type)
			return true;
	return false;
}

/* ---- definitions by key ------------------------------------------------------------------------- */

static struct key key_of(const struct rec *rec)
{
	switch (rec->type) {
	case REC_string:
		return (struct key){ ((const struct rec_string *)rec)->id, 0 };
	case REC_stack:
		return (struct key){ ((const struct rec_stack *)rec)->id, ((const struct rec_stack *)rec)->depth };
	case REC_symbol:
		return (struct key){ ((const struct rec_symbol *)rec)->addr, 0 };
	case REC_ustack:
		return (struct key){ ((const struct rec_ustack *)rec)->id, ((const struct rec_ustack *)rec)->depth };
	case REC_usymbol:
		return (struct key){ ((const struct rec_usymbol *)rec)->module, ((const struct rec_usymbol *)rec)->addr };
	default:
		return (struct key){ ((const struct rec_module *)rec)->id, 0 };
	}
}

static int compare(struct key a, struct key b)
{
	if (a.first != b.first)
		return a.first < b.first ? -1 : 1;
	return a.second < b.second ? -1 : a.second > b.second;
}

static int by_key(const void *a, const void *b)
{
	return compare(((const struct defined *)a)->key, ((const struct defined *)b)->key);
}

static void count_row(void *arg, const struct rec *rec)
{
	(void)rec;
	((struct table *)arg)->n++;
}

static void take_row(void *arg, const struct rec *rec)
{
	struct table *t = arg;

	t->rows[t->n++] = (struct defined){ key_of(rec), rec, false };
}

static bool build(struct table *t, const struct names *names, enum rec_type type)
{
	names__each(names, type, count_row, t);
	t->rows = calloc(t->n + 1, sizeof(*t->rows));
	t->n = 0;
	if (!t->rows)
		return false;
	names__each(names, type, take_row, t);
	qsort(t->rows, t->n, sizeof(*t->rows), by_key);
	return true;
}

/* How many have a smaller key. */
static size_t below(const struct table *t, struct key key)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(t->rows[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- telling ------------------------------------------------------------------------------------ */

static void tell(struct cut_names *n, struct defined *d)
{
	if (!d->told && !n->code)
		n->code = n->fn(n->arg, d->rec);
	d->told = true;
}

/* The last one that begins at this address or before it, in the same file; the next lookup may be by the byte before. */
static void tell_code(struct cut_names *n, enum rec_type type, struct key at)
{
	struct table *t = &n->tables[type];
	size_t end = below(t, (struct key){ at.first, at.second + 1 });

	if (type == REC_symbol)
		end = below(t, (struct key){ at.first, 1 });
	if (end && (type == REC_symbol || t->rows[end - 1].key.first == at.first))
		tell(n, &t->rows[end - 1]);
	if (end > 1 && compare(t->rows[end - 1].key, at) == 0)
		tell(n, &t->rows[end - 2]);
}

static void tell_id(struct cut_names *n, enum rec_type type, __u64 id)
{
	struct table *t = &n->tables[type];

	for (size_t i = below(t, (struct key){ id, 0 }); i < t->n && t->rows[i].key.first == id; i++) {
		const struct rec_stack *kernel = (const struct rec_stack *)t->rows[i].rec;
		const struct rec_ustack *user = (const struct rec_ustack *)t->rows[i].rec;

		if (t->rows[i].told)
			continue;
		tell(n, &t->rows[i]);
		if (type == REC_stack)
			tell_code(n, REC_symbol, (struct key){ kernel->addr, 0 });
		if (type == REC_ustack) {
			tell_code(n, REC_usymbol, (struct key){ user->module, user->addr });
			tell_id(n, REC_module, user->module);
		}
	}
}

static void need(struct cut_names *n, const struct reference *r, const struct rec *rec)
{
	__u64 value = 0;

	memcpy(&value, (const char *)rec + r->field->offset, r->field->size); /* little-endian */
	if (value && r->to == REC_symbol)
		tell_code(n, REC_symbol, (struct key){ value, 0 });
	else if (value)
		tell_id(n, r->to, value);
}

int cut_names__need(struct cut_names *n, const struct rec *rec)
{
	const struct references *all = &n->references[rec->type];

	for (unsigned i = 0; i < all->n; i++)
		need(n, &all->list[i], rec);
	return n->code;
}

/* ---- references --------------------------------------------------------------------------------- */

static unsigned refers_to(const struct field_desc *f)
{
	static const struct {
		const char *unit;
		enum rec_type to;
	} units[] = { { "STRING", REC_string }, { "STACK", REC_stack }, { "USTACK", REC_ustack }, { "CODE", REC_symbol } };

	for (size_t i = 0; f->kind == FIELD_UINT && i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(f->unit, units[i].unit) == 0)
			return units[i].to;
	return 0;
}

static void find_references(struct references *all, const struct record_desc *d)
{
	for (unsigned i = 0; i < d->n_fields; i++) {
		unsigned to = refers_to(&d->fields[i]);

		if (!to)
			continue;
		assert(all->n < MAX_REFERENCES);
		all->list[all->n++] = (struct reference){ &d->fields[i], (enum rec_type)to };
	}
}

/* ---- life --------------------------------------------------------------------------------------- */

struct cut_names *cut_names__new(const struct names *names, cut_names_fn fn, void *arg)
{
	struct cut_names *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->fn = fn;
	n->arg = arg;
	for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++)
		if (!build(&n->tables[held[i]], names, held[i])) {
			cut_names__free(n);
			return NULL;
		}
	for (unsigned type = 1; type < REC_TYPE_MAX; type++)
		if (schema__record(type) && schema__record(type)->class == RECORD_EVENT)
			find_references(&n->references[type], schema__record(type));
	return n;
}

void cut_names__free(struct cut_names *n)
{
	if (!n)
		return;
	for (unsigned i = 0; i < REC_TYPE_MAX; i++)
		free(n->tables[i].rows);
	free(n);
}
