/*
 * view.h: runs the SQL files that views and report sections are made of.
 *
 * A file holds statements, one table each. Before a statement stands its comment, whose first line is
 *   -- key: the question that the table answers
 * key names the table in JSON, the question is its heading. Further comment lines are for whoever reads the SQL;
 * one that begins with "-- none: " says what is printed instead of an empty table, "-- list" asks for one line for
 * each column instead of a row, and "-- needs: type …" names record types: when none of them was observed, the table
 * is replaced by which probe was missing and why (in JSON: null), because its emptiness would mean nothing.
 *
 * Where only some devices were asked for, a table whose SQL does not use device_match() is left out, and named (in
 * JSON in the array left_out). "-- devices: analysis" says of a table that its figures are those of the devices that
 * the analysis was limited to; then it is not left out if these are the ones.
 */
#ifndef ANALYZER_VIEW_H
#define ANALYZER_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include "analyzer/print/grid.h"
#include "format/error.h"

/* Has the file a table that can be limited to some devices? */
bool view__has_devices(const char *file);

enum view_devices {
	VIEW_ALL,      /* devices */
	VIEW_SOME,     /* only those of device_match() */
	VIEW_ANALYZED, /* likewise, and the analysis was limited to them */
};

struct view_run {
	struct sqlite3 *db;
	const struct query_param *params;
	size_t n_params;
	struct grid_opts table;
	int level;    /* of the heading of a file's first table */
	int sublevel; /* of the others */
	const char *main_key; /* of a file's first table in JSON; NULL: its own */
	enum view_devices devices;
	size_t top;   /* a table of this many rows says that there may be more; 0: never */
};

/* Prints every table of the file. -ENOENT when there is no such file. */
int view__print(const struct view_run *run, const char *file, struct trace_error *err);

/*
 * Adds {key: [rows], …} of the file to the JSON object *doc (NULL: a new one; free with sqlite3_free()). A table of
 * the one column `text` becomes an array of strings.
 */
int view__json_add(const struct view_run *run, const char *file, char **doc, struct trace_error *err);

/*
 * Prints one table of the file as CSV: the one with this key, NULL: the first. -EINVAL when there is none, -EOPNOTSUPP when
 * it is not by device or was not observed, *err says so, and nothing is printed. `others` gets the keys of the other tables,
 * with commas, as far as there is room.
 */
int view__csv(const struct view_run *run, const char *file, const char *key, char *others, size_t size,
	      struct trace_error *err);

/* The rows of one query as JSON, likewise. */
int view__rows_json(const struct query *q, char **json, struct trace_error *err);

/* Sets member `key` of the JSON object *doc (sqlite3_malloc'ed, replaced) to the JSON value. Keys are our own words. */
int view__json_set(struct sqlite3 *db, char **doc, const char *key, const char *json, struct trace_error *err);

/* The same with a text value, which need not be JSON. */
int view__json_text(struct sqlite3 *db, char **doc, const char *key, const char *text, struct trace_error *err);

#endif
