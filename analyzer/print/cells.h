/*
 * cells.h: the result of a query as texts, row by row, with what its columns are.
 *
 * Names of columns carry units (grid.h). Widths and alignment are known once every row was seen. A result that is larger
 * than what is held is asked for again to be gone through: memory does not grow with it.
 */
#ifndef ANALYZER_CELLS_H
#define ANALYZER_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sqlite3.h>
#include "analyzer/print/query.h"
#include "format/error.h"

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

struct cells {
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

/* The unit that a column's name stands for; *stem: the length of the name without it. */
enum unit cells__unit(const char *name, size_t *stem);

/* Prepares a statement with the parameters of the query. */
int cells__prepare(const struct query *q, const char *sql, int len, sqlite3_stmt **stmt, struct trace_error *err);

/* Reads all rows once. *g is zero but for utc, and is to be freed also when this fails. */
int cells__read(const struct query *q, struct cells *g, struct trace_error *err);
void cells__free(struct cells *g);

/* Goes through the rows: before the first one, and on to the next; false behind the last, or when g->rc says why. */
void cells__first(struct cells *g);
bool cells__next(struct cells *g);

/* Of the row that is at hand; "-" for NULL. */
const char *cells__at(const struct cells *g, size_t column);

/* The sentence for g->rc and its like. */
int cells__failed(const struct query *q, int code, struct trace_error *err);

#endif
