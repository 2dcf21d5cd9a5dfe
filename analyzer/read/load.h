/*
 * load.h: decodes blocks ahead of the sweep, in several threads.
 *
 * Blocks are handed out in the order of the job list. Decoding runs ahead as far as a memory budget
 * allows; whatever the sweep waits for is always decoded, so it cannot stand still.
 */
#ifndef ANALYZER_LOAD_H
#define ANALYZER_LOAD_H

#include "analyzer/base/sort.h"
#include "format/reader.h"

struct load_job {
	const struct trace *trace;
	__u32 block;  /* blocks of a trace are in the order in which they were written */
	__u64 ts_min; /* as the block's header says */
	__u32 stream; /* likewise */
};

/* A decoded block. */
struct loaded {
	struct item *items; /* sorted by time; definitions left out */
	size_t n;
	size_t skipped;     /* rows of unknown types */
	size_t bytes;       /* memory it holds, about */
	int code;           /* 0, or why it could not be decoded: then there are no items */
	struct trace_error err;
};

struct loader;

/* Starts decoding. `jobs` stays in use until loader__free(). Returns 0, -ENOMEM or -EAGAIN (no threads). */
int loader__start(struct loader **l, const struct load_job *jobs, size_t n, unsigned threads, size_t budget);

/* Waits for the next job's block; give it back with loader__done(). NULL: out of memory. */
struct loaded *loader__next(struct loader *l);
void loader__done(struct loader *l, struct loaded *block);

/* Stops the threads and frees. NULL is allowed. */
void loader__free(struct loader *l);

#endif
