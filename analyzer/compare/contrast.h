/*
 * contrast.h: compares all that was gathered of the two sides.
 */
#ifndef ANALYZER_CONTRAST_H
#define ANALYZER_CONTRAST_H

#include <linux/types.h>
#include "format/error.h"

struct sqlite3;

/* What a change has to be less likely than by chance, all that was compared taken together. */
#define CONTRAST_LEVEL 0.05
/* The same where figures alone say of the whole that it is better or worse: whoever waits for that asks many times. */
#define CONTRAST_OVERALL 0.005

/* Fills table change. The same seed gives the same figures. */
int contrast__run(struct sqlite3 *db, __u64 seed, struct trace_error *err);

/*
 * Judges it, and the findings of both sides: fills the tables of schema/compared/judge.sql. `db` has the SQL functions of
 * sqlfn__add_plain().
 */
int contrast__judge(struct sqlite3 *db, struct trace_error *err);

#endif
