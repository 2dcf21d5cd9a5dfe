/*
 * curves.h: two distributions over one axis, drawn as SVG into an HTML page.
 *
 * The axis is logarithmic, in quarters of an octave; the height is the share of its own side's values, so that sides of
 * different length compare. The drawing is inert: shapes and text, nothing that runs or loads.
 */
#ifndef ANALYZER_CURVES_H
#define ANALYZER_CURVES_H

#include "analyzer/print/grid.h"
#include "format/error.h"

struct sqlite3;

/* One figure for each row of the query: its name, and the distributions (BLOBs of ns) before and after. */
int curves__print(struct sqlite3 *db, const char *sql, const struct grid_opts *o, struct trace_error *err);

#endif
