/*
 * tables.h: prints what a comparison, a trend or a merge came to: every file of a folder of schema/, in their order.
 */
#ifndef ANALYZER_TABLES_H
#define ANALYZER_TABLES_H

#include "analyzer/print/view.h"
#include "format/error.h"

struct tables {
	struct sqlite3 *db;
	const char *folder; /* "compare/" */
	const char *title;  /* of what is not text */
	enum grid_format format;
	bool utc;
	const struct query_param *params;
	size_t n_params;
	const char *drawn;  /* the file below whose tables curves are drawn in HTML; NULL: none */
	const char *curves; /* the file that gives them, see print/curves.h */
};

/* On standard output: in JSON one object, of which each table is a member. */
int tables__print(const struct tables *t, struct trace_error *err);

/* What --format takes; -EINVAL says so. */
int tables__format(const char *name, enum grid_format *format, struct trace_error *err);

#endif
