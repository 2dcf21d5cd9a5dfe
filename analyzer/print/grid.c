/*
 * grid.c: prints the result of a query as a text, Markdown, HTML or JSON table.
 *
 * Widths and alignment are known once every row was seen. A result that is larger than what is held is asked for again
 * to be printed: memory does not grow with it.
 *
 * What must hold: numbers are right-aligned in every format; whatever a trace put into the database (thread and
 * interface names) cannot send control characters to a terminal or markup to a page.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/print/bars.h"
#include "analyzer/print/grid.h"
#include "analyzer/base/timefmt.h"

enum unit { UNIT_NONE, UNIT_NS, UNIT_BYTES, UNIT_PCT, UNIT_PER_S, UNIT_AT, UNIT_DATE, UNIT_LOG2 };

struct column {
	char *heading; /* without the unit suffix */
	enum unit unit;
	bool number;   /* every value is one: right-aligned */
	bool hidden;
	size_t width;  /* in characters */
};

enum { MAX_HELD = 1000 };

struct grid {
	sqlite3_stmt *stmt;
	bool utc;
	struct column *columns;
	size_t n_columns, n_rows;
	char **cells; /* of all rows up to MAX_HELD, then of one; NULL: SQL NULL */
	size_t n_held;
	char **row;   /* the one of them that is printed */
	size_t at;    /* of the next */
	int rc;       /* why there is no next one: -errno */
};

/* ---- characters --------------------------------------------------------------------------------- */

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

/* C1 control characters in UTF-8 (c2 80 … c2 9f) are commands to a terminal, too. */
static bool is_c1(const char *p)
{
	return (unsigned char)p[0] == 0xc2 && (unsigned char)p[1] >= 0x80 && (unsigned char)p[1] < 0xa0;
}

static void put_char(const struct grid_opts *o, char c)
{
	if (o->format == GRID_HTML && (c == '<' || c == '>' || c == '&' || c == '"'))
		fputs(c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : "&quot;", o->out);
	else if (o->format == GRID_MD && strchr("|*_`<>[]\\", c))
		fprintf(o->out, "\\%c", c);
	else
		fputc(c, o->out);
}

void grid__text(const struct grid_opts *o, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (is_c1(p))
			fprintf(o->out, "\\x%02x", (unsigned char)*++p);
		else if (is_control((unsigned char)*p))
			fprintf(o->out, "\\x%02x", (unsigned char)*p);
		else
			put_char(o, *p);
	}
}

/* Characters on a terminal: UTF-8 continuation bytes do not count, control characters are shown as \xNN. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (const char *p = text; *p; p++) {
		if (is_c1(p)) {
			n += 4;
			p++;
		} else if (is_control((unsigned char)*p)) {
			n += 4;
		} else {
			n += ((unsigned char)*p & 0xc0) != 0x80;
		}
	}
	return n;
}

/* ---- reading the result ------------------------------------------------------------------------- */

static enum unit unit_of(const char *name, size_t *stem)
{
	static const struct { const char *suffix; enum unit unit; } units[] = {
		{ "_ns", UNIT_NS }, { "_bytes", UNIT_BYTES }, { "_pct", UNIT_PCT }, { "_per_s", UNIT_PER_S },
		{ "_at", UNIT_AT }, { "_date", UNIT_DATE }, { "_log2", UNIT_LOG2 },
	};

	*stem = strlen(name);
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t len = strlen(units[i].suffix);

		if (*stem > len && strcmp(name + *stem - len, units[i].suffix) == 0) {
			*stem -= units[i].unit == UNIT_PER_S ? 0 : len;
			return units[i].unit;
		}
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

static int read_cell(struct grid *g, size_t i, char **cell)
{
	struct column *c = &g->columns[i];
	int type = sqlite3_column_type(g->stmt, (int)i);
	char buf[TIMEFMT_MAX];

	free(*cell);
	*cell = NULL;
	if (type == SQLITE_NULL)
		return 0;
	c->hidden = c->unit == UNIT_LOG2;
	if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
		*cell = strdup(format_number(g->stmt, (int)i, c->unit, g->utc, buf));
	} else {
		c->number = false;
		*cell = strdup((const char *)sqlite3_column_text(g->stmt, (int)i) ?: "");
	}
	return *cell ? 0 : -ENOMEM;
}

/* The statement's row into the place of row `to`. */
static int read_row(struct grid *g, size_t to)
{
	g->row = &g->cells[to * g->n_columns];
	for (size_t i = 0; i < g->n_columns; i++)
		TRY(read_cell(g, i, &g->row[i]));
	return 0;
}

static int hold_row(struct grid *g)
{
	char **cells = reallocarray(g->cells, (g->n_held + 1) * g->n_columns, sizeof(*cells));

	if (!cells)
		return -ENOMEM;
	g->cells = cells;
	memset(&cells[g->n_held * g->n_columns], 0, g->n_columns * sizeof(*cells));
	return read_row(g, g->n_held++);
}

static int read_columns(struct grid *g)
{
	g->n_columns = (size_t)sqlite3_column_count(g->stmt);
	g->columns = calloc(g->n_columns ? g->n_columns : 1, sizeof(*g->columns));
	if (!g->columns)
		return -ENOMEM;
	for (size_t i = 0; i < g->n_columns; i++) {
		struct column *c = &g->columns[i];
		const char *name = sqlite3_column_name(g->stmt, (int)i);
		size_t stem;

		c->unit = unit_of(name ? name : "", &stem);
		c->heading = strndup(name ? name : "", stem);
		if (!c->heading)
			return -ENOMEM;
		for (char *p = c->heading; *p; p++)
			*p = *p == '_' ? ' ' : *p;
		c->width = width_of(c->heading);
		c->number = true;
		c->hidden = c->unit == UNIT_LOG2 || strcmp(c->heading, "interval") == 0; /* until a value is seen */
	}
	return 0;
}

static void grid_free(struct grid *g)
{
	for (size_t i = 0; i < g->n_held * g->n_columns; i++)
		free(g->cells[i]);
	sqlite3_finalize(g->stmt);
	for (size_t i = 0; g->columns && i < g->n_columns; i++)
		free(g->columns[i].heading);
	free(g->cells);
	free(g->columns);
}

static int prepare(const struct grid_query *q, const char *sql, int len, sqlite3_stmt **stmt, struct trace_error *err)
{
	if (sqlite3_prepare_v2(q->db, sql, len, stmt, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot query the analysis: %s", sqlite3_errmsg(q->db));
	for (size_t i = 0; i < q->n_params; i++) {
		const struct grid_param *p = &q->params[i];
		int at = sqlite3_bind_parameter_index(*stmt, p->name);

		if (at && p->text)
			sqlite3_bind_text(*stmt, at, p->text, -1, SQLITE_STATIC);
		else if (at)
			sqlite3_bind_int64(*stmt, at, p->number);
	}
	return 0;
}

/* Of the row that is at hand. */
static const char *cell_of(const struct grid *g, size_t column)
{
	return g->row[column] ? g->row[column] : "-";
}

/* ---- rows --------------------------------------------------------------------------------------- */

static void measure_row(struct grid *g)
{
	for (size_t i = 0; i < g->n_columns; i++) {
		size_t w = width_of(cell_of(g, i));

		if (w > g->columns[i].width)
			g->columns[i].width = w;
	}
}

static int failed(const struct grid_query *q, int code, struct trace_error *err)
{
	if (code == -ENOMEM)
		return trace_error__set(err, code, "out of memory: ask for fewer rows with --top");
	return trace_error__set(err, code, "cannot query the analysis: %s", sqlite3_errmsg(q->db));
}

static int read_grid(const struct grid_query *q, struct grid *g, struct trace_error *err)
{
	int step = SQLITE_DONE, rc;

	TRY(prepare(q, q->sql, q->sql_len, &g->stmt, err));
	rc = read_columns(g);
	while (rc == 0 && (step = sqlite3_step(g->stmt)) == SQLITE_ROW) {
		rc = g->n_rows++ < MAX_HELD ? hold_row(g) : read_row(g, 0);
		if (rc == 0)
			measure_row(g);
	}
	if (rc == 0 && step != SQLITE_DONE)
		rc = -EIO;
	return rc ? failed(q, rc, err) : 0;
}

static void first_row(struct grid *g)
{
	g->at = 0;
	if (g->n_rows > g->n_held)
		sqlite3_reset(g->stmt);
}

static bool next_row(struct grid *g)
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

/* ---- formats ------------------------------------------------------------------------------------ */

static void pad(FILE *out, size_t n)
{
	fprintf(out, "%*s", (int)n, "");
}

static void text_cell(const struct grid_opts *o, const struct column *c, const char *text, bool last)
{
	size_t space = c->width - width_of(text);

	if (c->number)
		pad(o->out, space);
	grid__text(o, text);
	if (!c->number && !last)
		pad(o->out, space);
}

static size_t last_column(const struct grid *g)
{
	size_t last = 0;

	for (size_t i = 0; i < g->n_columns; i++)
		if (!g->columns[i].hidden)
			last = i;
	return last;
}

/* The headings, or the row at hand. Empty cells at the end of a row leave no spaces. */
static void text_line(const struct grid *g, const struct grid_opts *o, bool headings)
{
	const char *between = "";
	size_t end = last_column(g) + 1;

	while (!headings && end > 1 && (g->columns[end - 1].hidden || !*cell_of(g, end - 1)))
		end--;
	for (size_t i = 0; i < end; i++) {
		if (g->columns[i].hidden)
			continue;
		fputs(between, o->out);
		text_cell(o, &g->columns[i], headings ? g->columns[i].heading : cell_of(g, i), i + 1 == end);
		between = "  ";
	}
}

static void print_text(struct grid *g, const struct grid_opts *o)
{
	fputs(o->color ? "\033[1m" : "", o->out);
	text_line(g, o, true);
	fputs(o->color ? "\033[0m\n" : "\n", o->out);
	while (next_row(g)) {
		text_line(g, o, false);
		fputc('\n', o->out);
	}
}

static void print_md(struct grid *g, const struct grid_opts *o)
{
	fputc('|', o->out);
	for (size_t i = 0; i < g->n_columns; i++)
		if (!g->columns[i].hidden)
			fprintf(o->out, " %s |", g->columns[i].heading);
	fputs("\n|", o->out);
	for (size_t i = 0; i < g->n_columns; i++)
		if (!g->columns[i].hidden)
			fputs(g->columns[i].number ? "---:|" : "---|", o->out);
	while (next_row(g)) {
		fputs("\n|", o->out);
		for (size_t i = 0; i < g->n_columns; i++) {
			if (g->columns[i].hidden)
				continue;
			fputc(' ', o->out);
			grid__text(o, cell_of(g, i));
			fputs(" |", o->out);
		}
	}
	fputc('\n', o->out);
}

static void print_html(struct grid *g, const struct grid_opts *o)
{
	fputs("<table><thead><tr>", o->out);
	for (size_t i = 0; i < g->n_columns; i++)
		if (!g->columns[i].hidden)
			fprintf(o->out, "<th%s>%s</th>", g->columns[i].number ? " class=\"n\"" : "", g->columns[i].heading);
	fputs("</tr></thead><tbody>\n", o->out);
	while (next_row(g)) {
		fputs("<tr>", o->out);
		for (size_t i = 0; i < g->n_columns; i++) {
			if (g->columns[i].hidden)
				continue;
			fputs(g->columns[i].number ? "<td class=\"n\">" : "<td>", o->out);
			grid__text(o, cell_of(g, i));
			fputs("</td>", o->out);
		}
		fputs("</tr>\n", o->out);
	}
	fputs("</tbody></table>\n", o->out);
}

static void list_line(const struct grid_opts *o, const struct column *c, size_t width, const char *value)
{
	static const char *const before[] = { "", "| ", "<tr><th>" }, *const between[] = { "  ", " | ", "</th><td>" },
			  *const after[] = { "\n", " |\n", "</td></tr>\n" };

	fprintf(o->out, "%s%s", before[o->format], c->heading);
	if (o->format == GRID_TEXT)
		pad(o->out, width - width_of(c->heading));
	fputs(between[o->format], o->out);
	grid__text(o, value);
	fputs(after[o->format], o->out);
}

static void print_list(struct grid *g, const struct grid_opts *o)
{
	size_t width = 0;

	for (size_t i = 0; i < g->n_columns; i++)
		if (width_of(g->columns[i].heading) > width)
			width = width_of(g->columns[i].heading);
	fputs(o->format == GRID_HTML ? "<table>\n" : o->format == GRID_MD ? "| | |\n|---|---|\n" : "", o->out);
	while (next_row(g))
		for (size_t i = 0; i < g->n_columns; i++)
			if (!g->columns[i].hidden)
				list_line(o, &g->columns[i], width, cell_of(g, i));
	fputs(o->format == GRID_HTML ? "</table>\n" : "", o->out);
}

static void print_sentences(struct grid *g, const struct grid_opts *o)
{
	fputs(o->format == GRID_HTML ? "<ul>\n" : "", o->out);
	while (next_row(g)) {
		fputs(o->format == GRID_HTML ? "<li>" : o->format == GRID_MD ? "- " : "", o->out);
		grid__text(o, cell_of(g, 0));
		fputs(o->format == GRID_HTML ? "</li>\n" : "\n", o->out);
	}
	fputs(o->format == GRID_HTML ? "</ul>\n" : "", o->out);
}

/* ---- headings ------------------------------------------------------------------------------------ */

void grid__heading(const struct grid_opts *o, int level, const char *text)
{
	if (o->format == GRID_MD) {
		fprintf(o->out, "\n%.*s %s\n\n", level, "######", text);
	} else if (o->format == GRID_HTML) {
		fprintf(o->out, "<h%d>%s</h%d>\n", level, text, level);
	} else {
		fprintf(o->out, o->color ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
		for (size_t i = 0; level == 2 && text[i]; i++)
			if (((unsigned char)text[i] & 0xc0) != 0x80)
				fputc('=', o->out);
		fputs(level == 2 ? "\n" : "", o->out);
	}
}

/* ---- bars --------------------------------------------------------------------------------------- */

/* Under which name the bars of a row stand: its text columns, and the time of an interval. */
static void bars_title(const struct grid *g, const struct grid_opts *o)
{
	const char *before = "";

	for (size_t i = 0; i < g->n_columns; i++) {
		if (g->columns[i].hidden || (g->columns[i].number && g->columns[i].unit != UNIT_AT))
			continue;
		fputs(before, o->out);
		grid__text(o, cell_of(g, i));
		before = "  ";
	}
	fputc('\n', o->out);
}

static int row_bars(const struct grid *g, const struct grid_query *q, const struct grid_opts *o,
		    const char *json, struct trace_error *err)
{
	struct grid_opts plain = *o;

	if (o->format == GRID_MD)
		plain.format = GRID_TEXT; /* inside a code block nothing is escaped */
	fputs(o->format == GRID_HTML ? "<pre>" : o->format == GRID_MD ? "\n```\n" : "\n", o->out);
	bars_title(g, &plain);
	TRY(bars__print(q->db, o->out, json, err));
	fputs(o->format == GRID_HTML ? "</pre>\n" : o->format == GRID_MD ? "```\n" : "", o->out);
	return 0;
}

static int print_all_bars(struct grid *g, const struct grid_query *q, const struct grid_opts *o,
			  struct trace_error *err)
{
	for (size_t i = 0; i < g->n_columns; i++) {
		if (g->columns[i].unit != UNIT_LOG2)
			continue;
		first_row(g);
		while (next_row(g))
			if (g->row[i])
				TRY(row_bars(g, q, o, g->row[i], err));
	}
	return 0;
}

/* ---- interface ---------------------------------------------------------------------------------- */

static int print_grid(struct grid *g, const struct grid_query *q, const struct grid_opts *o, struct trace_error *err)
{
	first_row(g);
	if (g->n_columns == 1 && strcmp(g->columns[0].heading, "text") == 0)
		print_sentences(g, o);
	else if (o->list)
		print_list(g, o);
	else if (o->format == GRID_MD)
		print_md(g, o);
	else if (o->format == GRID_HTML)
		print_html(g, o);
	else
		print_text(g, o);
	TRY(print_all_bars(g, q, o, err));
	return g->rc ? failed(q, g->rc, err) : 0;
}

int grid__print(const struct grid_query *q, const struct grid_opts *o, const char *none, size_t *rows,
		struct trace_error *err)
{
	struct grid g = { .utc = o->utc };
	int rc = read_grid(q, &g, err);

	if (rc == 0 && o->title && (g.n_rows || none))
		grid__heading(o, o->level, o->title);
	if (rc == 0 && g.n_rows)
		rc = print_grid(&g, q, o, err);
	else if (rc == 0 && none)
		fprintf(o->out, o->format == GRID_HTML ? "<p>%s</p>\n" : "%s\n", none);
	if (rows)
		*rows = g.n_rows;
	grid_free(&g);
	return rc;
}

static char *wrap_in_json(sqlite3_stmt *stmt, const char *sql, int sql_len)
{
	sqlite3_str *s = sqlite3_str_new(NULL);

	sqlite3_str_appendall(s, "SELECT json_group_array(json_object(");
	for (int i = 0; i < sqlite3_column_count(stmt); i++) {
		const char *name = sqlite3_column_name(stmt, i);
		size_t stem;

		sqlite3_str_appendf(s, unit_of(name, &stem) == UNIT_LOG2 ? "%s%Q,json(\"%w\")" : "%s%Q,\"%w\"", i ? "," : "", name,
				    name);
	}
	sqlite3_str_appendall(s, ")) FROM (");
	sqlite3_str_append(s, sql, sql_len);
	sqlite3_str_appendall(s, "\n)"); /* the query may end in a comment */
	return sqlite3_str_finish(s);
}

int grid__json(const struct grid_query *q, char **json, struct trace_error *err)
{
	const char *end = NULL;
	sqlite3_stmt *stmt = NULL;
	char *wrapped;
	int rc = 0;

	*json = NULL;
	if (sqlite3_prepare_v2(q->db, q->sql, q->sql_len, &stmt, &end) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot query the analysis: %s", sqlite3_errmsg(q->db));
	while (end > q->sql && (isspace((unsigned char)end[-1]) || end[-1] == ';'))
		end--;
	wrapped = wrap_in_json(stmt, q->sql, (int)(end - q->sql));
	sqlite3_finalize(stmt);
	stmt = NULL;
	if (wrapped)
		rc = prepare(q, wrapped, -1, &stmt, err);
	if (rc == 0 && stmt && sqlite3_step(stmt) == SQLITE_ROW)
		*json = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
	if (rc == 0 && !*json)
		rc = trace_error__set(err, -EIO, "cannot query the analysis: %s", sqlite3_errmsg(q->db));
	sqlite3_finalize(stmt);
	sqlite3_free(wrapped);
	return rc;
}
