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
#include "analyzer/print/wrap.h"
#include "analyzer/base/timefmt.h"

enum unit { UNIT_NONE, UNIT_NS, UNIT_BYTES, UNIT_PCT, UNIT_PER_S, UNIT_AT, UNIT_DATE, UNIT_LOG2, UNIT_JSON, UNIT_LIST };

struct column {
	char *heading; /* without the unit suffix */
	enum unit unit;
	bool number;   /* every value is one: right-aligned */
	bool hidden;
	size_t width;  /* in characters */
	size_t cell, word; /* of the widest cell, of the longest word of a cell */
	const char *rest;  /* of the cell that is being printed */
};

/* Characters: between columns, before the second line of a sentence, of a column that is wrapped. */
enum { MAX_HELD = 1000, BETWEEN = 2, INDENT = 3, MIN_TEXT = 18 };

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

static void put_char(const struct grid_opts *o, char c)
{
	if (o->format == GRID_HTML && (c == '<' || c == '>' || c == '&' || c == '"'))
		fputs(c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : "&quot;", o->out);
	else if (o->format == GRID_MD && strchr("|*_`<>[]\\", c))
		fprintf(o->out, "\\%c", c);
	else
		fputc(c, o->out);
}

static void put_text(const struct grid_opts *o, const char *text, size_t len)
{
	for (const char *p = text; p < text + len; p++) {
		if (wrap__is_c1(p))
			fprintf(o->out, "\\x%02x", (unsigned char)*++p);
		else if (wrap__is_control((unsigned char)*p))
			fprintf(o->out, "\\x%02x", (unsigned char)*p);
		else
			put_char(o, *p);
	}
}

void grid__text(const struct grid_opts *o, const char *text)
{
	put_text(o, text, strlen(text));
}

/* ---- reading the result ------------------------------------------------------------------------- */

static enum unit unit_of(const char *name, size_t *stem)
{
	static const struct { const char *suffix; enum unit unit; } units[] = {
		{ "_ns", UNIT_NS }, { "_bytes", UNIT_BYTES }, { "_pct", UNIT_PCT }, { "_per_s", UNIT_PER_S },
		{ "_at", UNIT_AT }, { "_date", UNIT_DATE }, { "_log2", UNIT_LOG2 }, { "_mac", UNIT_JSON },
	};

	*stem = strlen(name);
	if (!strcmp(name, "chain") || !strcmp(name, "advice")) /* of findings: their text has a table of its own */
		return *name == 'c' ? UNIT_LIST : UNIT_JSON;
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

static bool is_for_json(const struct column *c)
{
	return c->unit == UNIT_LOG2 || c->unit == UNIT_JSON || c->unit == UNIT_LIST;
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

/* Not printed before a value is seen. */
static bool waits_for_value(const struct column *c)
{
	return strcmp(c->heading, "interval") == 0 || strcmp(c->heading, "tags") == 0;
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
		c->width = wrap__width(c->heading);
		c->number = true;
		c->hidden = is_for_json(c) || waits_for_value(c);
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
		size_t w = wrap__width(cell_of(g, i)), word = wrap__word(cell_of(g, i));
		struct column *c = &g->columns[i];

		c->width = w > c->width ? w : c->width;
		c->cell = w > c->cell ? w : c->cell;
		c->word = word > c->word ? word : c->word;
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

/* Puts what of the text goes on a line of this width (0: all) and moves *text behind it. Returns the width of that. */
static size_t put_line(const struct grid_opts *o, const char **text, size_t width)
{
	size_t skip = 0, used = 0, len = width ? wrap__line(*text, width, &skip, &used) : strlen(*text);

	put_text(o, *text, len);
	*text += len;
	*text += **text ? skip : 0;
	return used;
}

/* A text as lines of o->width, the second and later ones indented. */
static void wrapped(const struct grid_opts *o, const char *text)
{
	size_t before = 0;

	do {
		fprintf(o->out, "%*s", (int)before, "");
		put_line(o, &text, o->width ? o->width - before : 0);
		fputc('\n', o->out);
		before = INDENT;
	} while (*text);
}

/* How narrow a column can be without a number or a word of its heading being cut; texts are wrapped. */
static size_t narrowest(const struct column *c)
{
	size_t least = c->number ? c->cell : c->word < MIN_TEXT ? c->word : MIN_TEXT, heading = wrap__word(c->heading);

	least = heading > least ? heading : least;
	return least < c->width ? least : c->width;
}

static size_t total_width(const struct grid *g)
{
	size_t sum = 0;

	for (size_t i = 0; i < g->n_columns; i++)
		sum += g->columns[i].hidden ? 0 : g->columns[i].width + BETWEEN;
	return sum ? sum - BETWEEN : 0;
}

/* Narrows the widest column that can be, until the table fits. False: it cannot. */
static bool fit(struct grid *g, size_t width)
{
	while (width && total_width(g) > width) {
		struct column *widest = NULL;

		for (size_t i = 0; i < g->n_columns; i++) {
			struct column *c = &g->columns[i];

			if (!c->hidden && c->width > narrowest(c) && (!widest || c->width > widest->width))
				widest = c;
		}
		if (!widest)
			return false;
		widest->width--;
	}
	return true;
}

/* Puts what fits of a cell. *spaces: what is still to be put before the next one. */
static void text_cell(const struct grid_opts *o, struct column *c, size_t *spaces)
{
	size_t width = c->width > 4 ? c->width : 4, skip, used = 0;

	wrap__line(c->rest, width, &skip, &used);
	if (!used) {
		*spaces += c->width;
		return;
	}
	fprintf(o->out, "%*s", (int)(*spaces + (c->number && used < c->width ? c->width - used : 0)), "");
	put_line(o, &c->rest, width);
	*spaces = c->number || used > c->width ? 0 : c->width - used;
}

/* The headings, or the row at hand, in as many lines as the longest cell needs. No spaces end a line. */
static void text_row(struct grid *g, const struct grid_opts *o, bool headings)
{
	bool more = true;

	for (size_t i = 0; i < g->n_columns; i++)
		g->columns[i].rest = headings ? g->columns[i].heading : cell_of(g, i);
	while (more) {
		bool first = true;
		size_t spaces = 0;

		more = false;
		for (size_t i = 0; i < g->n_columns; i++) {
			if (g->columns[i].hidden)
				continue;
			spaces += first ? 0 : BETWEEN;
			first = false;
			text_cell(o, &g->columns[i], &spaces);
			more |= *g->columns[i].rest;
		}
		fputc('\n', o->out);
	}
}

/* Prints what was put together in `s`, and frees it. */
static int wrapped_str(const struct grid_opts *o, sqlite3_str *s)
{
	int bad = sqlite3_str_errcode(s);
	char *text = sqlite3_str_finish(s); /* NULL also where it is empty */

	if (bad)
		return -ENOMEM;
	wrapped(o, text ? text : "");
	sqlite3_free(text);
	return 0;
}

/* What is too wide for a table: a paragraph for each row, "heading value · heading value". */
static int print_paragraphs(struct grid *g, const struct grid_opts *o)
{
	while (next_row(g)) {
		sqlite3_str *s = sqlite3_str_new(NULL);

		for (size_t i = 0; i < g->n_columns; i++)
			if (!g->columns[i].hidden && g->row[i] && *g->row[i])
				sqlite3_str_appendf(s, "%s%s %s", sqlite3_str_length(s) ? " · " : "", g->columns[i].heading,
						    g->row[i]);
		TRY(wrapped_str(o, s));
	}
	return 0;
}

static int print_text(struct grid *g, const struct grid_opts *o)
{
	if (!fit(g, o->width))
		return print_paragraphs(g, o);
	fputs(o->color ? "\033[1m" : "", o->out);
	text_row(g, o, true);
	fputs(o->color ? "\033[0m" : "", o->out);
	while (next_row(g))
		text_row(g, o, false);
	return 0;
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

static void list_text(const struct grid_opts *o, const char *heading, size_t width, const char *value)
{
	do {
		fprintf(o->out, "%s%*s", heading, (int)(width + BETWEEN - wrap__width(heading)), "");
		put_line(o, &value, o->width ? o->width - width - BETWEEN : 0);
		fputc('\n', o->out);
		heading = "";
	} while (*value);
}

static void list_line(const struct grid_opts *o, const struct column *c, size_t width, const char *value)
{
	static const char *const before[] = { "", "| ", "<tr><th>" }, *const between[] = { "  ", " | ", "</th><td>" },
			  *const after[] = { "\n", " |\n", "</td></tr>\n" };

	if (o->format == GRID_TEXT) {
		list_text(o, c->heading, width, value);
		return;
	}
	fprintf(o->out, "%s%s", before[o->format], c->heading);
	fputs(between[o->format], o->out);
	grid__text(o, value);
	fputs(after[o->format], o->out);
}

static void print_list(struct grid *g, const struct grid_opts *o)
{
	size_t width = 0;

	for (size_t i = 0; i < g->n_columns; i++)
		if (wrap__width(g->columns[i].heading) > width)
			width = wrap__width(g->columns[i].heading);
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
		if (o->format == GRID_TEXT) {
			wrapped(o, cell_of(g, 0));
			continue;
		}
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
static int bars_title(const struct grid *g, const struct grid_opts *o)
{
	sqlite3_str *s = sqlite3_str_new(NULL);

	for (size_t i = 0; i < g->n_columns; i++)
		if (!g->columns[i].hidden && (!g->columns[i].number || g->columns[i].unit == UNIT_AT))
			sqlite3_str_appendf(s, "%s%s", sqlite3_str_length(s) ? "  " : "", cell_of(g, i));
	return wrapped_str(o, s);
}

static int row_bars(const struct grid *g, const struct grid_query *q, const struct grid_opts *o,
		    const char *json, struct trace_error *err)
{
	struct grid_opts plain = *o;

	if (o->format == GRID_MD)
		plain.format = GRID_TEXT; /* inside a code block nothing is escaped */
	fputs(o->format == GRID_HTML ? "<pre>" : o->format == GRID_MD ? "\n```\n" : "\n", o->out);
	if (bars_title(g, &plain))
		return failed(q, -ENOMEM, err);
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
	else if (print_text(g, o))
		return failed(q, -ENOMEM, err);
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

/* Takes a separator, the name, and three times the column: of what is in a database nothing is sure. */
static const char *json_form(enum unit unit)
{
	return unit == UNIT_LOG2 || unit == UNIT_LIST ?
		       "%s%Q,iif(json_valid(\"%w\"),json(\"%w\"),\"%w\")" : "%s%Q,\"%w\"";
}

static char *wrap_in_json(sqlite3_stmt *stmt, const char *sql, int sql_len)
{
	sqlite3_str *s = sqlite3_str_new(NULL);

	sqlite3_str_appendall(s, "SELECT json_group_array(json_object(");
	for (int i = 0; i < sqlite3_column_count(stmt); i++) {
		const char *name = sqlite3_column_name(stmt, i);
		size_t stem;

		sqlite3_str_appendf(s, json_form(unit_of(name, &stem)), i ? "," : "", name, name, name, name);
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
