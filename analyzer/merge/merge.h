/*
 * merge.h: recordings of the same time, of a host and its guest or of several hosts, put together.
 *
 * What each saw of packets is taken from its analysis; packets are known again by what is the same of them everywhere;
 * clocks are put beside each other by packets that both saw (clock_fit.h); everything else is SQL: schema/joined/.
 * Sides are numbered from 0, and all times go to the clock of side 0.
 */
#ifndef ANALYZER_MERGE_H
#define ANALYZER_MERGE_H

#include "format/error.h"

struct sqlite3;
struct merge;

enum {
	MERGE_PACKETS = 200000, /* of each side that are kept and compared, the first */
	MERGE_SIDES = 16,
};

int merge__create(struct merge **m, struct trace_error *err);
void merge__free(struct merge *m); /* NULL is allowed */

/*
 * Adds an analysis that keeps MERGE_PACKETS packets, with the SQL functions of print/sqlfn.h; `label` is what it is
 * called. Both must outlive m. -EBADMSG: it is of the same host as another one.
 */
int merge__add(struct merge *m, struct sqlite3 *analysis, const char *label, struct trace_error *err);

/* When all are added: finds what belongs together, and the steps of the `slowest` packets, 1000 at most. */
int merge__run(struct merge *m, unsigned slowest, struct trace_error *err);

/* The database of schema/joined/tables.sql, which lives as long as m. */
struct sqlite3 *merge__db(const struct merge *m);

#endif
