/*
 * replay.h: the events of a recording as they happened, one line each, or its packets as a capture file.
 */
#ifndef ANALYZER_REPLAY_H
#define ANALYZER_REPLAY_H

#include <stdbool.h>
#include <stdio.h>
#include "analyzer/base/timefmt.h"
#include "analyzer/filter/filter.h"
#include "format/record.h"

struct trace;

struct replay_opts {
	uint64_t from, to;    /* CLOCK_MONOTONIC ns, both included; 0: no limit */
	struct timebase base; /* of the recording */
	const bool *types;    /* REC_TYPE_MAX of them: which to print; NULL: all */
	struct filter *filter; /* NULL: none; see choice.h */
	double speed;         /* so many times as fast as it happened; 0: as fast as possible */
	enum replay_format { REPLAY_TEXT, REPLAY_JSON, REPLAY_PCAPNG } format;
};

/* What could not be read, of which lines tell, or the comment of a capture file. */
struct replay_stats {
	__u64 damages, missing_segments;
	__u64 headless; /* of REPLAY_PCAPNG: records that were left out for want of headers */
};

/*
 * Prints the events of a trace that holds one recording, opened with trace_wanted.unknown, in time order. Damage is
 * told and is no failure. Ends early when `out` cannot be written, which is for the caller to find.
 */
int replay__run(const struct trace *t, const struct replay_opts *opts, FILE *out, struct replay_stats *stats,
		struct trace_error *err);

#endif
