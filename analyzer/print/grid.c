/*
 * grid.c: prints the result of a query as a text, Markdown or HTML table.
 *
 * What must hold: numbers are right-aligned in every format; whatever a trace put into the database (thread and
 * interface names) cannot send control characters to a terminal or markup to a page.
 */
#include <errno.h>
#include <string.h>
#include "analyzer/print/bars.h"
#include "analyzer/print/cells.h"
#include "analyzer/print/grid.h"
#include "analyzer/print/wrap.h"

/* Characters: between columns, before the second line of a sentence, of a column that is wrapped. */
enum { BETWEEN = 2, INDENT = 3, MIN_TEXT = 18 };

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

/* A character of three bytes by its code; *p is then its last one. */
static void put_code(const struct grid_opts *o, const char **p)
{
	const unsigned char *c = (const unsigned char *)*p;

	fprintf(o->out, "\\u%04x", (c[0] & 0xfu) << 12 | (c[1] & 0x3fu) << 6 | (c[2] & 0x3fu));
	*p += 2;
}

static void put_text(const struct grid_opts *o, const char *text, size_t len)
{
	for (const char *p = text; p < text + len; p++) {
		if (wrap__is_c1(p))
			fprintf(o->out, "\\x%02x", (unsigned char)*++p);
		else if (wrap__is_bidi(p))
			put_code(o, &p);
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

static size_t total_width(const struct cells *g)
{
	size_t sum = 0;

	for (size_t i = 0; i < g->n_columns; i++)
		sum += g->columns[i].hidden ? 0 : g->columns[i].width + BETWEEN;
	return sum ? sum - BETWEEN : 0;
}

/* Narrows the widest column that can be, until the table fits. False: it cannot. */
static bool fit(struct cells *g, size_t width)
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
static void text_row(struct cells *g, const struct grid_opts *o, bool headings)
{
	bool more = true;

	for (size_t i = 0; i < g->n_columns; i++)
		g->columns[i].rest = headings ? g->columns[i].heading : cells__at(g, i);
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
static int print_paragraphs(struct cells *g, const struct grid_opts *o)
{
	while (cells__next(g)) {
		sqlite3_str *s = sqlite3_str_new(NULL);

		for (size_t i = 0; i < g->n_columns; i++)
			if (!g->columns[i].hidden && g->row[i] && *g->row[i])
				sqlite3_str_appendf(s, "%s%s %s", sqlite3_str_length(s) ? " · " : "", g->columns[i].heading,
						    g->row[i]);
		TRY(wrapped_str(o, s));
	}
	return 0;
}

static int print_text(struct cells *g, const struct grid_opts *o)
{
	if (!fit(g, o->width))
		return print_paragraphs(g, o);
	fputs(o->color ? "\033[1m" : "", o->out);
	text_row(g, o, true);
	fputs(o->color ? "\033[0m" : "", o->out);
	while (cells__next(g))
		text_row(g, o, false);
	return 0;
}

static void print_md(struct cells *g, const struct grid_opts *o)
{
	fputc('|', o->out);
	for (size_t i = 0; i < g->n_columns; i++)
		if (!g->columns[i].hidden)
			fprintf(o->out, " %s |", g->columns[i].heading);
	fputs("\n|", o->out);
	for (size_t i = 0; i < g->n_columns; i++)
		if (!g->columns[i].hidden)
			fputs(g->columns[i].number ? "---:|" : "---|", o->out);
	while (cells__next(g)) {
		fputs("\n|", o->out);
		for (size_t i = 0; i < g->n_columns; i++) {
			if (g->columns[i].hidden)
				continue;
			fputc(' ', o->out);
			grid__text(o, cells__at(g, i));
			fputs(" |", o->out);
		}
	}
	fputc('\n', o->out);
}

static void print_html(struct cells *g, const struct grid_opts *o)
{
	fputs("<table><thead><tr>", o->out);
	for (size_t i = 0; i < g->n_columns; i++)
		if (!g->columns[i].hidden)
			fprintf(o->out, "<th%s>%s</th>", g->columns[i].number ? " class=\"n\"" : "", g->columns[i].heading);
	fputs("</tr></thead><tbody>\n", o->out);
	while (cells__next(g)) {
		fputs("<tr>", o->out);
		for (size_t i = 0; i < g->n_columns; i++) {
			if (g->columns[i].hidden)
				continue;
			fputs(g->columns[i].number ? "<td class=\"n\">" : "<td>", o->out);
			grid__text(o, cells__at(g, i));
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

static void print_list(struct cells *g, const struct grid_opts *o)
{
	size_t width = 0;

	for (size_t i = 0; i < g->n_columns; i++)
		if (wrap__width(g->columns[i].heading) > width)
			width = wrap__width(g->columns[i].heading);
	fputs(o->format == GRID_HTML ? "<table>\n" : o->format == GRID_MD ? "| | |\n|---|---|\n" : "", o->out);
	while (cells__next(g))
		for (size_t i = 0; i < g->n_columns; i++)
			if (!g->columns[i].hidden)
				list_line(o, &g->columns[i], width, cells__at(g, i));
	fputs(o->format == GRID_HTML ? "</table>\n" : "", o->out);
}

static void print_sentences(struct cells *g, const struct grid_opts *o)
{
	fputs(o->format == GRID_HTML ? "<ul>\n" : "", o->out);
	while (cells__next(g)) {
		fputs(o->format == GRID_HTML ? "<li>" : o->format == GRID_MD ? "- " : "", o->out);
		if (o->format == GRID_TEXT) {
			wrapped(o, cells__at(g, 0));
			continue;
		}
		grid__text(o, cells__at(g, 0));
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
static int bars_title(const struct cells *g, const struct grid_opts *o)
{
	sqlite3_str *s = sqlite3_str_new(NULL);

	for (size_t i = 0; i < g->n_columns; i++)
		if (!g->columns[i].hidden && (!g->columns[i].number || g->columns[i].unit == UNIT_AT))
			sqlite3_str_appendf(s, "%s%s", sqlite3_str_length(s) ? "  " : "", cells__at(g, i));
	/* Markdown has bars in a code block, which backticks would end. */
	for (char *p = sqlite3_str_value(s); p && *p; p++)
		*p = *p == '`' ? '\'' : *p;
	return wrapped_str(o, s);
}

static int row_bars(const struct cells *g, const struct query *q, const struct grid_opts *o,
		    const char *json, struct trace_error *err)
{
	struct grid_opts plain = *o;

	if (o->format == GRID_MD)
		plain.format = GRID_TEXT; /* inside a code block nothing is escaped */
	fputs(o->format == GRID_HTML ? "<pre>" : o->format == GRID_MD ? "\n```\n" : "\n", o->out);
	if (bars_title(g, &plain))
		return cells__failed(q, -ENOMEM, err);
	TRY(bars__print(q->db, o->out, json, err));
	fputs(o->format == GRID_HTML ? "</pre>\n" : o->format == GRID_MD ? "```\n" : "", o->out);
	return 0;
}

static int print_all_bars(struct cells *g, const struct query *q, const struct grid_opts *o,
			  struct trace_error *err)
{
	for (size_t i = 0; i < g->n_columns; i++) {
		if (g->columns[i].unit != UNIT_LOG2)
			continue;
		cells__first(g);
		while (cells__next(g))
			if (g->row[i])
				TRY(row_bars(g, q, o, g->row[i], err));
	}
	return 0;
}

/* ---- interface ---------------------------------------------------------------------------------- */

static int print_grid(struct cells *g, const struct query *q, const struct grid_opts *o, struct trace_error *err)
{
	cells__first(g);
	if (g->n_columns == 1 && strcmp(g->columns[0].heading, "text") == 0)
		print_sentences(g, o);
	else if (o->list)
		print_list(g, o);
	else if (o->format == GRID_MD)
		print_md(g, o);
	else if (o->format == GRID_HTML)
		print_html(g, o);
	else if (print_text(g, o))
		return cells__failed(q, -ENOMEM, err);
	TRY(print_all_bars(g, q, o, err));
	return g->rc ? cells__failed(q, g->rc, err) : 0;
}

int grid__print(const struct query *q, const struct grid_opts *o, const char *none, size_t *rows,
		struct trace_error *err)
{
	struct cells g = { .utc = o->utc };
	int rc = cells__read(q, &g, err);

	if (rc == 0 && o->title && (g.n_rows || none))
		grid__heading(o, o->level, o->title);
	if (rc == 0 && g.n_rows)
		rc = print_grid(&g, q, o, err);
	else if (rc == 0 && none)
		fprintf(o->out, o->format == GRID_HTML ? "<p>%s</p>\n" : "%s\n", none);
	if (rows)
		*rows = g.n_rows;
	cells__free(&g);
	return rc;
}
