/*
 * drift.h: in a series of runs, where did a figure change beyond what it varies from run to run?
 */
#ifndef ANALYZER_DRIFT_H
#define ANALYZER_DRIFT_H

#include "format/error.h"

struct sqlite3;

/* What gather__add() is to call the runs of a series, in their order. */
#define DRIFT_SIDE "run"

/* Fills table level: every figure in every run, and what those before say of it. */
int drift__run(struct sqlite3 *db, struct trace_error *err);

#endif
