/*
 * segment_file.h: the files of a recording, as the writer sees them: NNNNNN.nrs.part in one directory,
 * appended to, renamed to NNNNNN.nrs when complete, the oldest removed on request.
 */
#ifndef FORMAT_SEGMENT_FILE_H
#define FORMAT_SEGMENT_FILE_H

#include <stddef.h>
#include <linux/types.h>
#include "error.h"

struct segment_file;

/* Creates the directory (mode 0700, must not exist). Returns 0 or a negative errno with *err set. */
int segment_file__new(struct segment_file **f, const char *directory, struct trace_error *err);

/* Closes the current file as it is and frees (NULL is allowed). */
void segment_file__free(struct segment_file *f);

/* Begins segment `number` (mode 0600). */
int segment_file__create(struct segment_file *f, __u32 number, struct trace_error *err);

/* Appends. On failure the file is cut back to its last complete block. */
int segment_file__append(struct segment_file *f, const void *p, size_t n, struct trace_error *err);

/* Bytes of the current segment, and its path. */
__u64 segment_file__size(const struct segment_file *f);
const char *segment_file__path(const struct segment_file *f);

/* Asks the kernel to start writing what is dirty, without waiting for it. */
void segment_file__start_writeback(struct segment_file *f);

/* Closes and renames the current segment. */
int segment_file__finish(struct segment_file *f, struct trace_error *err);

/* Removes the oldest finished segments while all together exceed max_bytes. Returns how many, or an error. */
int segment_file__trim(struct segment_file *f, __u64 max_bytes, struct trace_error *err);

#endif
