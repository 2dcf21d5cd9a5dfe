/*
 * writer.h: writes a recording, a directory of self-contained segments (FORMAT.md).
 *
 * Append-only: what has been written is never touched again. A segment is NNNNNN.nrs.part until it is
 * closed, then NNNNNN.nrs. Not thread-safe: callers that share a writer lock around it.
 */
#ifndef FORMAT_WRITER_H
#define FORMAT_WRITER_H

#include "error.h"
#include "record.h"

struct trace_writer;

struct trace_writer_opts {
	__u32 n_cpus;          /* streams 0 .. n_cpus-1 */
	__u64 segment_bytes;   /* rotate at this size; 0: 256 MiB */
	__u64 segment_ns;      /* rotate after this time; 0: 60 s */
	__u64 max_bytes;       /* keep at most this much, oldest segments removed first; 0: no limit */
	int level;             /* zstd level; 0: 1 */
	const __u8 *uuid;      /* of the recording, 16 bytes; NULL: drawn at random */
	__u64 created_ns;      /* what segments say of when they were begun, CLOCK_REALTIME; 0: the time that it is */
};

struct trace_writer_stats {
	__u64 bytes;               /* written, removed segments included */
	__u64 rows;                /* rows of class EVENT appended */
	__u32 segments;            /* begun */
	__u32 removed;             /* removed to keep within max_bytes */
	__u64 rows_of[REC_TYPE_MAX]; /* rows appended, by type */
};

/*
 * Creates directory `path` (must not exist) with mode 0700 and the first segment, mode 0600.
 * `now` is CLOCK_MONOTONIC, ns. With a uuid and created_ns given, what is written depends on the rows alone.
 */
int trace_writer__open(struct trace_writer **w, const char *path, const struct trace_writer_opts *opts, __u64 now,
		       struct trace_error *err);

/*
 * Appends one row of class EVENT to a stream (CPU number or STREAM_RECORDER).
 * Cheap: the row is encoded into the stream's open block; a full block (16384 rows) is compressed
 * and written. On a write error the writer keeps the error, drops the row, and every further call
 * returns the same error.
 */
int trace_writer__append(struct trace_writer *w, __u32 stream, const struct rec *rec);

/*
 * Adds or replaces a definition. It reaches the file before any row appended later, and again at
 * the start of each later segment until it is forgotten. Texts are copied.
 */
int trace_writer__define(struct trace_writer *w, const struct rec *rec);

/*
 * What was last defined of a type with a ts before `ts` is not repeated in segments to come: no row appended from now
 * on refers to it. What is written of it stays.
 */
void trace_writer__forget_older(struct trace_writer *w, enum rec_type type, __u64 ts);

/*
 * A definition that is not repeated: whoever refers to it in a later segment (stats.segments says which one this is)
 * defines it there again. A segment never ends between this and the next row.
 */
int trace_writer__define_here(struct trace_writer *w, const struct rec *rec);

/* Sets what stream's block headers say of losses: records lost on it so far. */
void trace_writer__set_lost(struct trace_writer *w, __u32 stream, __u64 lost);

/*
 * Writes every open block that is older than `max_age` ns at time `now` (0: every one), and
 * rotates if the segment is due. Call it at least once a second: what it wrote survives kill -9.
 */
int trace_writer__flush(struct trace_writer *w, __u64 now, __u64 max_age);

/* What was written so far. Valid until close. */
const struct trace_writer_stats *trace_writer__stats(const struct trace_writer *w);

/* The error that stopped the writer; code 0: none. */
const struct trace_error *trace_writer__error(const struct trace_writer *w);

/* Flushes, writes index and end, renames the segment, frees the writer (NULL is allowed). */
int trace_writer__close(struct trace_writer *w, struct trace_error *err);

#endif
