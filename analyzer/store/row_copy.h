/*
 * row_copy.h: takes over rows of one database into a table of another.
 */
#ifndef ANALYZER_ROW_COPY_H
#define ANALYZER_ROW_COPY_H

#include <stddef.h>
#include "analyzer/store/store.h"
#include "format/error.h"

struct sqlite3;
struct sqlite3_stmt;

struct row_copy {
	struct sqlite3 *from, *to;
	const char *file;  /* below schema/: a query on `from`, whose rows, behind `before`, are those of the table */
	const char *table; /* of `to` */
	const struct value *before; /* VALUE_INT and VALUE_TEXT only */
	size_t n_before;
	__s64 param; /* the query's ?1, if it has one */
};

/* Each row in a statement of its own: whoever copies many begins a transaction. */
int row_copy__run(const struct row_copy *c, struct trace_error *err);

/* INSERT INTO table VALUES(?, …) with a parameter for each of n columns. Returns a code of SQLite. */
int row_copy__prepare_insert(struct sqlite3 *db, const char *table, int n, struct sqlite3_stmt **stmt);

#endif
