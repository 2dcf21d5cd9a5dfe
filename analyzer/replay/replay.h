/*
 * replay.h: the events of a recording as they happened, written as one of several formats (replay_sink.h).
 */
#ifndef ANALYZER_REPLAY_H
#define ANALYZER_REPLAY_H

#include "analyzer/filter/filter.h"
#include "analyzer/replay/replay_sink.h"

struct trace;

struct replay_opts {
	uint64_t from, to;    /* CLOCK_MONOTONIC ns, both included; 0: no limit */
	struct timebase base; /* of the recording */
	const bool *types;    /* REC_TYPE_MAX of them: which to print; NULL: all */
	struct filter *filter; /* NULL: none; see choice.h */
	double speed;         /* so many times as fast as it happened; 0: as fast as possible */
	enum replay_format { REPLAY_TEXT, REPLAY_JSON, REPLAY_CSV, REPLAY_PCAPNG, REPLAY_FOLDED, REPLAY_PERFETTO } format;
	enum weight weight;   /* of REPLAY_FOLDED */
};

/*
 * Prints the events of a trace that holds one recording, opened with trace_wanted.unknown, in time order. Damage is
 * told and is no failure. Ends early when `out` cannot be written, which is for the caller to find.
 */
int replay__run(const struct trace *t, const struct replay_opts *opts, FILE *out, struct replay_stats *stats,
		struct trace_error *err);

#endif
