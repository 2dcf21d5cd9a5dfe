/*
 * cut.h: a part of a recording as a recording of its own.
 *
 * It is what netrec would have written had it begun and ended there: definitions, of names those that its rows refer to,
 * what was known of threads and devices by then, and the rows of that time. What it was cut from, and how, its config
 * definitions `cut.…` say. The same input gives the same bytes.
 */
#ifndef ANALYZER_CUT_H
#define ANALYZER_CUT_H

#include "analyzer/cut/cut_opts.h"
#include "format/error.h"

struct trace;

struct cut_stats {
	__u64 events, kept;      /* of the recording, and of the result */
	__u64 unknown;           /* rows of types that this version does not know: they are not in the result */
	__u64 damaged;           /* places */
};

/* The one file in the directory of a cut. */
#define CUT_FILE "000000.nrs"

/*
 * Writes the part of a trace of one recording to a directory `name`, which it creates. -ENODATA: no event is left. When
 * it fails, what it wrote is to be removed.
 */
int cut__write(const struct trace *t, const char *name, const struct cut_opts *opts, struct cut_stats *stats,
	       struct trace_error *err);

#endif
