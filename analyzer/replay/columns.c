/*
 * columns.c: events as a table in CSV (columns.h).
 *
 * The columns are those of the types that are wanted, as any schema of the trace has them, and, so that losses are told in
 * the table, those of gap records.
 */
#include "analyzer/replay/columns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/csv.h"
#include "analyzer/replay/line.h"
#include "format/reader.h"

enum { MAX_COLUMNS = 1 << 12 };

struct column_of {
	const char *name;
	bool named; /* another column, of names, is behind it */
};

/* Where the columns are among the fields of the record that was looked up last, of each type. */
struct places {
	const struct record_desc *of;
	const struct field_desc **fields; /* NULL: it has no such field */
};

struct columns {
	struct line line;
	struct column_of *list;
	size_t n;
	struct places places[REC_TYPE_MAX];
};

/* ---- which there are ---------------------------------------------------------------------------- */

static struct column_of *find(const struct columns *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->list[i].name, name))
			return &c->list[i];
	return NULL;
}

static void add_fields(struct columns *c, const struct record_desc *d)
{
	for (unsigned i = 0; d && d->class == RECORD_EVENT && i < d->n_fields; i++) {
		struct column_of *column = find(c, d->fields[i].name);

		if (!column && c->n < MAX_COLUMNS) {
			column = &c->list[c->n++];
			*column = (struct column_of){ d->fields[i].name, false };
		}
		if (column && d->fields[i].kind == FIELD_UINT)
			column->named |= resolve__has_names(d->fields[i].unit);
	}
}

static void add_type(struct columns *c, const struct trace *t, unsigned type)
{
	add_fields(c, schema__record(type));
	for (size_t i = 0; i < trace__n_schemas(t); i++)
		add_fields(c, trace__record(t, (unsigned)i, type));
}

static void print_header(struct columns *c)
{
	fputs("mono_ns,real_ns,cpu,event", c->line.out);
	for (size_t i = 0; i < c->n; i++) {
		const char *name = c->list[i].name;

		putc(',', c->line.out);
		line__text(&c->line, name, strlen(name));
		if (!c->list[i].named)
			continue;
		putc(',', c->line.out);
		line__text(&c->line, name, strlen(name));
		fputs("_name", c->line.out);
	}
	fputs(CSV_END, c->line.out);
}

/* ---- rows --------------------------------------------------------------------------------------- */

static const struct field_desc *field_named(const struct record_desc *d, const char *name)
{
	for (unsigned i = 0; i < d->n_fields; i++)
		if (!strcmp(d->fields[i].name, name))
			return &d->fields[i];
	return NULL;
}

/* NULL when out of memory. A row without a type is of a description of its own. */
static const struct field_desc **places_of(struct columns *c, const struct record_desc *d, unsigned type)
{
	struct places *p = &c->places[type < REC_TYPE_MAX ? type : 0];

	if (p->of == d)
		return p->fields;
	if (!p->fields)
		p->fields = calloc(c->n + 1, sizeof(const struct field_desc *));
	for (size_t i = 0; p->fields && i < c->n; i++)
		p->fields[i] = field_named(d, c->list[i].name);
	p->of = p->fields ? d : NULL;
	return p->fields;
}

static void print_row(struct columns *c, const struct record_desc *d, const struct rec *rec)
{
	const struct field_desc **fields = places_of(c, d, rec->type);
	FILE *out = c->line.out;

	fprintf(out, "%llu,", rec->ts);
	if (c->line.base.start_real)
		fprintf(out, "%llu", line__real(&c->line, rec->ts));
	putc(',', out);
	if (rec->cpu < STREAM_CPUS)
		fprintf(out, "%u", rec->cpu);
	putc(',', out);
	line__text(&c->line, d->name, strlen(d->name));
	for (size_t i = 0; fields && i < c->n; i++) {
		const struct field_desc *f = fields[i];

		putc(',', out);
		if (f)
			line__value(&c->line, d, f, rec);
		if (c->list[i].named && !(f && f->kind == FIELD_UINT && resolve__has_names(f->unit)))
			putc(',', out);
	}
	fputs(CSV_END, out);
}

/* ---- interface ---------------------------------------------------------------------------------- */

static void free_columns(void *state)
{
	struct columns *c = state;

	if (!c)
		return;
	for (unsigned i = 0; i < REC_TYPE_MAX; i++)
		free(c->places[i].fields);
	free(c->list);
	free(c);
}

static int begin(void **state, const struct sink_to *to)
{
	struct columns *c = calloc(1, sizeof(*c));

	*state = c;
	if (!c)
		return -ENOMEM;
	c->line = (struct line){ .out = to->out, .form = LINE_CSV, .base = to->base, .resolver = to->resolver };
	c->list = calloc(MAX_COLUMNS, sizeof(*c->list));
	if (!c->list)
		return -ENOMEM;
	for (unsigned type = 1; type < REC_TYPE_MAX; type++)
		if (to->types[type])
			add_type(c, to->recording->trace, type);
	add_type(c, to->recording->trace, REC_gap);
	print_header(c);
	return 0;
}

static void see(void *state, const struct record_desc *d, const struct rec *rec, bool wanted)
{
	if (wanted)
		print_row(state, d, rec);
}

const struct sink csv_sink = { begin, see, NULL, free_columns };
