/*
 * gather.h: the database that a comparison works on, and what it takes over from each analysis.
 */
#ifndef ANALYZER_GATHER_H
#define ANALYZER_GATHER_H

#include "format/error.h"

struct sqlite3;

/* Creates the empty database in memory (schema/compared/tables.sql). Close with sqlite3_close(). */
int gather__create(struct sqlite3 **db, struct trace_error *err);

/*
 * Takes over one analysis: the figures of schema/side/ and the windows of every metric. `from` has the SQL functions of
 * print/sqlfn.h; side: "before" or "after"; run: its number on that side, from 0.
 */
int gather__add(struct sqlite3 *db, struct sqlite3 *from, const char *side, unsigned run, const char *path,
		struct trace_error *err);

#endif
