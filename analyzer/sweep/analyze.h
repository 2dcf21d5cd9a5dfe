/*
 * analyze.h: from a trace to a database.
 */
#ifndef ANALYZER_ANALYZE_H
#define ANALYZER_ANALYZE_H

#include <stddef.h>
#include "analyzer/sweep/opts.h"
#include "format/error.h"

struct sqlite3;
struct trace;

struct analyze_stats {
	__u64 events;     /* analyzed */
	__u64 ns;         /* wall-clock time it took */
	__u64 first_ns;   /* of the events, CLOCK_MONOTONIC */
	__u64 last_ns;
	__u64 lost;       /* records the recorder lost */
	__u64 damaged;    /* damaged places of the files */
	__u64 unfinished; /* segments without a clean end */
	__u64 evicted;    /* what the analyzer left out to stay within its memory */
};

/*
 * Analyzes a trace that holds one recording into db, fresh from store__create(). Damage in the trace is stored and no
 * failure. `opts` and `stats` may be NULL.
 */
int analyze__run(const struct trace *t, struct sqlite3 *db, const struct analyze_opts *opts, struct analyze_stats *stats,
		 struct trace_error *err);

#endif
