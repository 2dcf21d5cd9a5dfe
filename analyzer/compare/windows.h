/*
 * windows.h: the windows of a metric, out of what was gathered, and which figures of them are compared.
 */
#ifndef ANALYZER_WINDOWS_H
#define ANALYZER_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include "analyzer/compare/resample.h"

struct sqlite3_stmt;

/* A figure that is compared, and its name: "mean", "P50", "P99" of a latency, "rate" of what is no latency. */
struct figure {
	const char *name;
	struct statistic statistic;
};

/* The figures of a metric, n of them; counted: see struct statistic. */
const struct figure *windows__figures(bool is_latency, bool counted, size_t *n);

/* Has it enough values beyond a percentile that this is not the largest one's, whichever that was? */
bool windows__can_have(const struct series *s, const struct figure *figure);

/*
 * The windows of one side, by run, without those in which records were lost that the metric needs; `stmt` is
 * schema/compared/windows.sql. More than MAX_UNITS of them are put together: a long recording is not compared more
 * slowly than one of some minutes. Returns 0 or a negative errno; free with windows__free() in any case.
 */
int windows__read(struct sqlite3_stmt *stmt, const char *side, const char *metric, const char *key, struct series *s);

enum { MAX_UNITS = 240 };

void windows__free(struct series *s);

#endif
