/*
 * sink.h: the trace being written, shared by the threads of the recorder.
 *
 * Everything is called with the lock held; take it for a batch, not for a row. Write errors stay in
 * the writer: callers go on, and whoever looks after the recording asks sink__failed().
 */
#ifndef RECORDER_SINK_H
#define RECORDER_SINK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include "format/writer.h"
#include "intern.h"
#include "ksyms.h"
#include "ustacks.h"
#include "units.h"

struct sink {
	pthread_mutex_t mutex;
	struct trace_writer *writer;
	struct intern *strings;   /* texts of string definitions */
	struct intern *addresses; /* kernel addresses that were looked up */
	struct intern *stacks;
	struct ksyms *ksyms;      /* NULL: unreadable */
	__u32 *symbol_defined;    /* by index in ksyms: in which segment last */
	struct intern *locks;     /* addresses of kernel locks: named at the end */
	struct ustacks *ustacks;  /* stacks of programs */
	FILE *kallsyms;           /* opened with the rights we had at the start; NULL: unreadable */
	__u64 stacks_refused;     /* without memory */
	__u64 lost;               /* of all types, so far */
};

/* Those that were not asked for for longest make room, and get another id when they come again. */
enum { SINK_MAX_STRINGS = 65536, SINK_MAX_ADDRESSES = 65536, SINK_MAX_STACKS = 8192, SINK_MAX_LOCKS = 8192 };

int sink__open(struct sink *s, const char *path, const struct trace_writer_opts *opts, struct trace_error *err);

/* Closes the trace cleanly. */
int sink__close(struct sink *s, struct trace_error *err);

void sink__lock(struct sink *s);
void sink__unlock(struct sink *s);

/* Appends to a CPU's stream, or to that of the recorder (STREAM_RECORDER). */
void sink__append(struct sink *s, __u32 stream, const struct rec *rec);
void sink__define(struct sink *s, const struct rec *rec);

/*
 * A definition for this segment. What has an id from the recorder is defined when a row first needs it, in each segment
 * anew: so a segment has no more of them than it needs, and nobody has to know when they are needed no more.
 */
void sink__define_here(struct sink *s, const struct rec *rec);
__u32 sink__segment(const struct sink *s); /* its number, from 1 */

/* What was last defined of this type before `ts` is gone: segments to come need not repeat it. */
void sink__forget_older(struct sink *s, enum rec_type type, __u64 ts);

/* A config definition; value by printf. */
void sink__config(struct sink *s, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A text of a definition, from one that ends with NUL and lives as long. */
struct rec_text sink__text(const char *s);

/* Id of a text in string definitions, for a row that comes next. */
__u32 sink__string(struct sink *s, const char *text);

/* Modules have come or gone: addresses are looked up anew. Takes the lock by itself; from one thread only. */
void sink__renew_symbols(struct sink *s);

/* Defines the symbol `addr` lies in, for a row that comes next. */
void sink__symbol(struct sink *s, __u64 addr);

/* Notes the address of a kernel lock, for sink__name_locks(). */
void sink__lock_address(struct sink *s, __u64 addr);

/* Defines the symbols of the variables that noted locks lie in. Those on the heap have none. */
void sink__name_locks(struct sink *s);

/* How many of the innermost frames are tracing itself: the tracepoint and the program that took the stack. */
__u32 sink__own_frames(const struct sink *s, const __u64 *frames, __u32 n);

/* Id of a stack, innermost frame first, for a row that comes next, defined with its symbols. 0: no memory. */
__u32 sink__stack(struct sink *s, const __u64 *frames, __u32 n);

bool sink__failed(struct sink *s);

#endif
