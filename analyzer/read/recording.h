/*
 * recording.h: a recording as the sweep needs it: its definitions, known gaps, and event blocks by time.
 */
#ifndef ANALYZER_RECORDING_H
#define ANALYZER_RECORDING_H

#include "analyzer/read/gaps.h"
#include "analyzer/read/load.h"
#include "analyzer/read/names.h"
#include "analyzer/store/store.h"

struct recording {
	const struct trace *trace; /* the caller's */
	struct names *names;
	struct gaps gaps;
	__u64 left_out[REC_TYPE_MAX]; /* by record id: from when on; 0: it was not */
	struct load_job *jobs; /* event blocks in range, by ts_min */
	size_t n_jobs;
	__u64 rows;            /* in those */
	struct rec_task *earlier; /* threads introduced before the range: they may run in it */
	size_t n_earlier;
	__u64 first_ns;        /* where the first of them begins */
	__u64 created_ns;      /* CLOCK_REALTIME */
	__u32 n_cpus;
	__u8 uuid[16];
	__u64 damages, open_segments, missing_segments;
	bool part;             /* it was cut from another one, of which rows are not here */
};

/*
 * Loads definitions and gaps of a trace of one recording, and lists event blocks that reach into [from, to] (0: no
 * limit). What is damaged is stored; NULL: is not, here and below. *r is to be closed in any case; the trace stays the caller's.
 */
int recording__open(struct recording *r, const struct trace *t, __u64 from, __u64 to, struct store *store,
		    struct trace_error *err);

/* A block could not be decoded: stores that, and adds a gap. */
void recording__damaged(struct recording *r, struct store *store, const struct load_job *job,
			const struct trace_error *why);

/* Stores files, segments, and all names. After the sweep, which notes what is needed. */
void recording__store(struct recording *r, struct store *store);

void recording__close(struct recording *r);

#endif
