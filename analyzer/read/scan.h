/*
 * scan.h: a look at a recording without analyzing it.
 */
#ifndef ANALYZER_SCAN_H
#define ANALYZER_SCAN_H

#include <stddef.h>
#include "analyzer/base/timefmt.h"
#include "format/error.h"

struct sqlite3;
struct trace;

/* When the recording began and ended; start_real is 0 when it holds no clock reading. */
int scan__timebase(const char *const *paths, size_t n_paths, struct timebase *base, struct trace_error *err);

/*
 * Decodes every block of the recording and puts what it found (files, segments, blocks, damage, rows by type, facts,
 * clocks, totals, gaps) into the tables of schema/scan/tables.sql, which it creates in db. Damage is data, no failure.
 */
int scan__fill(struct sqlite3 *db, const char *path, struct trace_error *err);

#endif
