/*
 * bars.h: a distribution as the power-of-two bars that bcc prints.
 */
#ifndef ANALYZER_BARS_H
#define ANALYZER_BARS_H

#include <stdio.h>
#include "format/error.h"

struct sqlite3;

/* Prints a value of the SQL function hist_log2(), one line a bucket. -EIO when it is none. */
int bars__print(struct sqlite3 *db, FILE *out, const char *json, struct trace_error *err);

#endif
