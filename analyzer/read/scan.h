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
void scan__timebase(const struct trace *t, struct timebase *base);

/*
 * Decodes every block of one of the trace's recordings and puts what it found (files, segments, blocks, damage, rows by
 * type, facts, clocks, totals, gaps) into the tables of schema/scan/tables.sql, which it creates in db. Damage is data, no
 * failure. `name` is what the recording is called.
 */
int scan__fill(struct sqlite3 *db, const struct trace *t, size_t recording, const char *name, struct trace_error *err);

#endif
