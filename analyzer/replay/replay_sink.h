/*
 * replay_sink.h: what the events of a recording are written as: one set of functions for each format.
 */
#ifndef ANALYZER_REPLAY_SINK_H
#define ANALYZER_REPLAY_SINK_H

#include <stdbool.h>
#include <stdio.h>
#include "analyzer/base/timefmt.h"
#include "analyzer/replay/resolve.h"

/* What stacks are added up by: how often they were there, or for how long. */
enum weight { WEIGHT_COUNT, WEIGHT_NS };

/* All stays in use until free(). */
struct sink_to {
	FILE *out;
	const struct recording *recording;
	struct timebase base;
	const struct resolver *resolver;
	const bool *types; /* REC_TYPE_MAX of them: which are wanted; NULL: all */
	enum weight weight;
};

/* What did not get there. */
struct replay_stats {
	__u64 damages, missing_segments;
	__u64 headless;   /* records that were left out of a capture file for want of headers */
	__u64 gaps;       /* of what is added up: how often it is said that records of it are missing */
};

struct sink {
	/* Begins the file. Returns 0 or -ENOMEM; *state is to be freed in any case. */
	int (*begin)(void **state, const struct sink_to *to);

	/*
	 * Each record has to be seen, in time order, for what later ones refer to; those that are wanted are written. `d`
	 * describes it. One without a type says that records are missing of which no record tells.
	 */
	void (*see)(void *state, const struct record_desc *d, const struct rec *rec, bool wanted);

	/* After the last one. NULL: nothing is left to do. */
	void (*end)(void *state, struct replay_stats *stats);
	void (*free)(void *state); /* NULL is allowed */
};

#endif
