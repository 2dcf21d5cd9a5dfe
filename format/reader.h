/*
 * reader.h: reads recordings: any set of directories of segments, segments, files of several, and standard input.
 *
 * A segment is known by the UUID of its recording and its number. What is there several times is listed once; in which
 * order files are given makes no difference.
 *
 * The file is hostile input: nothing in it can crash the reader or make it use unbounded memory.
 * Damage is skipped and listed; every intact block is returned.
 */
#ifndef FORMAT_READER_H
#define FORMAT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "error.h"
#include "schema.h"

struct trace;

enum block_kind { BLOCK_SEGMENT = 1, BLOCK_SCHEMA = 2, BLOCK_ROWS = 3, BLOCK_INDEX = 4, BLOCK_END = 5 };
enum block_flag { BLOCK_DEFINITIONS = 1 }; /* rows of class DEFINITION only */

#define NO_SEGMENT UINT32_MAX

struct trace_block {
	__u64 offset;      /* of the block header in its file */
	__u64 ts_min;      /* ns, CLOCK_MONOTONIC, of the rows within */
	__u64 ts_max;
	__u64 lost;        /* records lost on the stream before this block was written */
	__u32 file;        /* which of trace__file(); of several copies one */
	__u32 segment;     /* which of trace__segment(); of an other block NO_SEGMENT where none had begun */
	__u32 stream;      /* CPU, or STREAM_RECORDER */
	__u32 seq;         /* of the stream, from 0; a jump: blocks are missing */
	__u32 rows;
	__u32 stored_len;  /* bytes of payload in the file */
	__u32 raw_len;     /* bytes of payload, decompressed */
	__u8 kind;         /* enum block_kind; trace__block() only ever returns BLOCK_ROWS, trace__other() the others */
	__u8 flags;        /* enum block_flag */
	bool unknown;      /* of a later version: its payload is coded in a way that this program does not know */
};

struct trace_segment {
	__u8 uuid[16];     /* of the recording */
	__u32 number;      /* from 0; a jump: segments are missing */
	__u32 n_cpus;
	__u16 minor;       /* format version 1.minor */
	__u64 created_ns;  /* CLOCK_REALTIME */
	__u32 file;
	__u64 offset;      /* where it starts in its file */
	bool closed;       /* has its end block: nothing is missing at the tail */
	bool headless;     /* its segment block cannot be read: number and recording follow from what is around it */
	__u32 copies;      /* how often it is there besides */
};

/* Segments and blocks of one recording stand together, in the order in which they were written. */
struct trace_recording {
	__u8 uuid[16];
	__u64 created_ns;  /* CLOCK_REALTIME, of its first segment here */
	__u32 first_segment, n_segments;
	size_t first_block, n_blocks;
};

struct trace_file {
	const char *path;
	__u64 size;
};

struct trace_damage {
	__u32 file;
	__u64 offset;      /* where the unusable bytes start */
	__u64 length;
	const char *what;  /* in words; static */
};

struct trace_wanted {
	const char *const *paths;
	size_t n_paths;
	const char *recording; /* only the one whose UUID begins with these hex digits; NULL: all */
	bool several;          /* more than one recording is no failure */
	bool checked;          /* read every byte that is not rows, needed or not */
	bool unknown;          /* give out rows of record types that this program does not know, too: see trace__record() */
};

/*
 * Opens all that is at the paths ("-": standard input) as one set of segments. Fails with -ENOENT, -EACCES, … for a file,
 * -EBADMSG for something that is no netrec trace, for parts of several recordings, or for two segments of one number that
 * are not copies, -EPROTONOSUPPORT for a newer major version, -ENODATA if no intact block is left.
 * Damage in part of it is no failure: see trace__damage().
 */
int trace__open_set(struct trace **t, const struct trace_wanted *wanted, struct trace_error *err);

/* The same with one path, of one recording. */
int trace__open(struct trace **t, const char *path, struct trace_error *err);

/* The same, reading every byte that is not rows, needed or not: with every block decoded, no damage goes unnoticed. */
int trace__open_checked(struct trace **t, const char *path, struct trace_error *err);
void trace__close(struct trace *t);

size_t trace__n_files(const struct trace *t);
const struct trace_file *trace__file(const struct trace *t, size_t i);
size_t trace__n_segments(const struct trace *t);
const struct trace_segment *trace__segment(const struct trace *t, size_t i);
size_t trace__n_recordings(const struct trace *t);
const struct trace_recording *trace__recording(const struct trace *t, size_t i); /* the one begun first is 0 */
size_t trace__n_blocks(const struct trace *t);
const struct trace_block *trace__block(const struct trace *t, size_t i); /* by recording and segment, as written */
/* Blocks that hold no rows, of every copy, by file and offset; none unless everything was to be checked. */
size_t trace__n_others(const struct trace *t);
const struct trace_block *trace__other(const struct trace *t, size_t i);
size_t trace__n_damages(const struct trace *t);
const struct trace_damage *trace__damage(const struct trace *t, size_t i);

/* Decoded rows of one block. Zero-initialise before first use, reuse freely, free at the end. */
struct trace_rows {
	size_t n;                /* rows of record types this program knows, or of all, as the trace was opened */
	size_t skipped;          /* rows that are left out because it does not know their type */
	const __u64 *ts;         /* n timestamps, in recorded order: not sorted */
	const __u32 *at;         /* n offsets into base */
	const unsigned char *base;
	const char *what;        /* why the last block could not be decoded, in words; static */
	struct trace_rows_priv *priv;
};

/* Row i: cast to the struct of its type. Fields the trace does not have are 0. */
static inline const struct rec *trace_rows__at(const struct trace_rows *rows, size_t i)
{
	return (const struct rec *)(rows->base + rows->at[i]);
}

/*
 * Decodes block i, from another copy where the first is damaged. Thread-safe for one struct trace and different struct
 * trace_rows.
 * Texts point into *rows and live until its next use. Fails with -EBADMSG and the place in *err when
 * the block is damaged, -EIO when it cannot be read.
 */
int trace__decode(const struct trace *t, size_t block, struct trace_rows *rows, struct trace_error *err);
void trace_rows__free(struct trace_rows *rows);

/*
 * Record type `id` as the schema with this number (rec.schema of a decoded row) describes it: the fields that its rows have,
 * in the schema's order, known to this program or not, and where they are in a decoded row. What this program knows is
 * described as it knows it; other texts are the trace's, not cleaned. NULL: that schema has no such type.
 */
const struct record_desc *trace__record(const struct trace *t, unsigned schema, unsigned id);
size_t trace__n_schemas(const struct trace *t);

/* What a trace of a later version has that this program does not know, and leaves out; all 0: nothing. */
struct trace_newer {
	unsigned records, fields; /* types, and fields of types it knows */
	size_t blocks;            /* of kinds or codecs it does not know */
};

struct trace_newer trace__newer(const struct trace *t);

/* A stage's name, also of a stage that only the trace's schema knows; NULL when nobody does. */
const char *trace__stage_name(const struct trace *t, unsigned id);

#endif
