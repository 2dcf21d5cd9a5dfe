/*
 * grid.h: prints the result of a query as a text, Markdown, HTML or JSON table.
 *
 * Column names carry units; text tables print them as people read them and leave the suffix off the heading,
 * JSON keeps names and exact values:
 *   _ns duration · _bytes · _pct percent · _per_s · _at and _date CLOCK_REALTIME in ns, printed as time of day or date ·
 *   _mac  MAC address, in JSON only · chain and advice of findings, likewise
 *   _log2 what hist_log2() returns, drawn as bars below the table instead of a column
 * NULL is printed as "-": not observed. A column `interval_at` that is NULL in every row is left out. A result
 * whose only column is `text` is printed as sentences.
 */
#ifndef ANALYZER_GRID_H
#define ANALYZER_GRID_H

#include <stdbool.h>
#include <stdio.h>
#include "analyzer/print/query.h"
#include "format/error.h"

enum grid_format { GRID_TEXT, GRID_MD, GRID_HTML, GRID_JSON };

struct grid_opts {
	FILE *out;
	enum grid_format format; /* not JSON */
	bool utc;
	bool color;              /* headings in bold */
	const char *title;       /* heading of the table, printed only with it; NULL: none */
	int level;               /* of that heading: 1 to 6 */
	size_t width;            /* of text: lines are no longer, by wrapping; 0: no limit */
	bool list;               /* a line for each column instead of a row for all: for results of one row */
};

/* Prints the table; an empty result prints `none` (NULL: nothing at all). *rows (may be NULL) is their number. */
int grid__print(const struct query *q, const struct grid_opts *o, const char *none, size_t *rows,
		struct trace_error *err);

/* The rows as a JSON array of objects, made by SQLite. Free with sqlite3_free(). */
int grid__json(const struct query *q, char **json, struct trace_error *err);

/* The rows as CSV: a line of column names, exact values as in JSON, NULL as an empty cell. */
int grid__csv(const struct query *q, FILE *out, struct trace_error *err);

/* Prints a heading of a level from 1 to 6; in text, those of level 2 are underlined. */
void grid__heading(const struct grid_opts *o, int level, const char *text);

/* Writes text for the format: control characters made visible, markup escaped. */
void grid__text(const struct grid_opts *o, const char *text);

#endif
