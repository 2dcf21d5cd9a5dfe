/* cells.c: see cells.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/timefmt.h"
#include "analyzer/print/cells.h"
#include "analyzer/print/wrap.h"

enum { MAX_HELD = 1000 };

enum unit cells__unit(const char *name, size_t *stem)
{
	static const struct { const char *name; enum unit unit; } units[] = {
		{ "_ns", UNIT_NS }, { "_bytes", UNIT_BYTES }, { "_pct", UNIT_PCT }, { "_per_s", UNIT_PER_S },
		{ "_at", UNIT_AT }, { "_date", UNIT_DATE }, { "_log2", UNIT_LOG2 }, { "_mac", UNIT_JSON },
		{ "chain", UNIT_LIST }, { "advice", UNIT_JSON }, /* of findings, whose text has a table of its own */
	};

	*stem = strlen(name);
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		bool is_suffix = units[i].name[0] == '_';
		size_t len = strlen(units[i].name);

		if ((is_suffix ? *stem <= len : *stem != len) || strcmp(name + *stem - len, units[i].name) != 0)
			continue;
		*stem -= !is_suffix || units[i].unit == UNIT_PER_S ? 0 : len;
		return units[i].unit;
	}
	return UNIT_NONE;
}

static char *format_number(sqlite3_stmt *stmt, int i, enum unit unit, bool utc, char buf[TIMEFMT_MAX])
{
	double v = sqlite3_column_double(stmt, i);

	switch (unit) {
	case UNIT_NS:
		return timefmt__duration(v, buf);
	case UNIT_BYTES:
		return timefmt__bytes(v, buf);
	case UNIT_PCT:
		snprintf(buf, TIMEFMT_MAX, "%.1f %%", v);
		return buf;
	case UNIT_PER_S:
		snprintf(buf, TIMEFMT_MAX, "%.*f", v < 9.95 ? 2 : v < 99.5 ? 1 : 0, v);
		return buf;
	case UNIT_AT:
		return timefmt__clock((uint64_t)sqlite3_column_int64(stmt, i), utc, buf);
	case UNIT_DATE:
		return timefmt__date((uint64_t)sqlite3_column_int64(stmt, i), utc, buf);
	default:
		if (sqlite3_column_type(stmt, i) == SQLITE_FLOAT)
			snprintf(buf, TIMEFMT_MAX, "%.2f", v);
		else
			snprintf(buf, TIMEFMT_MAX, "%lld", (long long)sqlite3_column_int64(stmt, i));
		return buf;
	}
}

static bool is_for_json(const struct column *c)
{
	return c->unit == UNIT_LOG2 || c->unit == UNIT_JSON || c->unit == UNIT_LIST;
}

static int read_cell(struct cells *g, size_t i, char **cell)
{
	struct column *c = &g->columns[i];
	int type = sqlite3_column_type(g->stmt, (int)i);
	char buf[TIMEFMT_MAX];

	free(*cell);
	*cell = NULL;
	if (type == SQLITE_NULL)
		return 0;
	c->hidden = is_for_json(c);
	if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
		*cell = strdup(format_number(g->stmt, (int)i, c->unit, g->utc, buf));
	} else {
		c->number = false;
		*cell = strdup((const char *)sqlite3_column_text(g->stmt, (int)i) ?: "");
	}
	return *cell ? 0 : -ENOMEM;
}

/* The statement's row into the place of row `to`. */
static int read_row(struct cells *g, size_t to)
{
	g->row = &g->cells[to * g->n_columns];
	for (size_t i = 0; i < g->n_columns; i++)
		TRY(read_cell(g, i, &g->row[i]));
	return 0;
}

static int hold_row(struct cells *g)
{
	char **cells = reallocarray(g->cells, (g->n_held + 1) * g->n_columns, sizeof(*cells));

	if (!cells)
		return -ENOMEM;
	g->cells = cells;
	memset(&cells[g->n_held * g->n_columns], 0, g->n_columns * sizeof(*cells));
	return read_row(g, g->n_held++);
}

/* Not printed before a value is seen. */
static bool waits_for_value(const struct column *c)
{
	return strcmp(c->heading, "interval") == 0 || strcmp(c->heading, "tags") == 0;
}

static int read_columns(struct cells *g)
{
	g->n_columns = (size_t)sqlite3_column_count(g->stmt);
	g->columns = calloc(g->n_columns ? g->n_columns : 1, sizeof(*g->columns));
	if (!g->columns)
		return -ENOMEM;
	for (size_t i = 0; i < g->n_columns; i++) {
		struct column *c = &g->columns[i];
		const char *name = sqlite3_column_name(g->stmt, (int)i);
		size_t stem;

		c->unit = cells__unit(name ? name : "", &stem);
		c->heading = strndup(name ? name : "", stem);
		if (!c->heading)
			return -ENOMEM;
		for (char *p = c->heading; *p; p++)
			*p = *p == '_' ? ' ' : *p;
		c->width = wrap__width(c->heading);
		c->number = true;
		c->hidden = is_for_json(c) || waits_for_value(c);
	}
	return 0;
}

void cells__free(struct cells *g)
{
	for (size_t i = 0; i < g->n_held * g->n_columns; i++)
		free(g->cells[i]);
	sqlite3_finalize(g->stmt);
	for (size_t i = 0; g->columns && i < g->n_columns; i++)
		free(g->columns[i].heading);
	free(g->cells);
	free(g->columns);
}

int cells__prepare(const struct query *q, const char *sql, int len, sqlite3_stmt **stmt, struct trace_error *err)
{
	if (sqlite3_prepare_v2(q->db, sql, len, stmt, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot query the analysis: %s", sqlite3_errmsg(q->db));
	for (size_t i = 0; i < q->n_params; i++) {
		const struct query_param *p = &q->params[i];
		int at = sqlite3_bind_parameter_index(*stmt, p->name);

		if (at && p->text)
			sqlite3_bind_text(*stmt, at, p->text, -1, SQLITE_STATIC);
		else if (at)
			sqlite3_bind_int64(*stmt, at, p->number);
	}
	return 0;
}

const char *cells__at(const struct cells *g, size_t column)
{
	return g->row[column] ? g->row[column] : "-";
}

/* ---- rows --------------------------------------------------------------------------------------- */

static void measure_row(struct cells *g)
{
	for (size_t i = 0; i < g->n_columns; i++) {
		size_t w = wrap__width(cells__at(g, i)), word = wrap__word(cells__at(g, i));
		struct column *c = &g->columns[i];

		c->width = w > c->width ? w : c->width;
		c->cell = w > c->cell ? w : c->cell;
		c->word = word > c->word ? word : c->word;
	}
}

int cells__failed(const struct query *q, int code, struct trace_error *err)
{
	if (code == -ENOMEM)
		return trace_error__set(err, code, "out of memory: ask for fewer rows with --top");
	return trace_error__set(err, code, "cannot query the analysis: %s", sqlite3_errmsg(q->db));
}

int cells__read(const struct query *q, struct cells *g, struct trace_error *err)
{
	int step = SQLITE_DONE, rc;

	TRY(cells__prepare(q, q->sql, q->sql_len, &g->stmt, err));
	rc = read_columns(g);
	while (rc == 0 && (step = sqlite3_step(g->stmt)) == SQLITE_ROW) {
		rc = g->n_rows++ < MAX_HELD ? hold_row(g) : read_row(g, 0);
		if (rc == 0)
			measure_row(g);
	}
	if (rc == 0 && step != SQLITE_DONE)
		rc = -EIO;
	return rc ? cells__failed(q, rc, err) : 0;
}

void cells__first(struct cells *g)
{
	g->at = 0;
	if (g->n_rows > g->n_held)
		sqlite3_reset(g->stmt);
}

bool cells__next(struct cells *g)
{
	if (g->rc || g->at == g->n_rows)
		return false;
	if (g->n_rows == g->n_held)
		g->row = &g->cells[g->at * g->n_columns];
	else
		g->rc = sqlite3_step(g->stmt) == SQLITE_ROW ? read_row(g, 0) : -EIO;
	g->at++;
	return !g->rc;
}
