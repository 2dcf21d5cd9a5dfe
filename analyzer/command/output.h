/*
 * output.h: what a command writes to: standard output, or a file that is there when it is complete.
 */
#ifndef ANALYZER_OUTPUT_H
#define ANALYZER_OUTPUT_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include "format/error.h"

/*
 * Written under another name until it is complete, so that a failure leaves what was there. To be created before the
 * work: a name that cannot be written is refused at once. `path` NULL: standard output. An existing one is -EEXIST unless
 * `force`. A device or pipe is written to as it is; `name` is empty then.
 */
int output__open(const char *path, bool force, char name[PATH_MAX], FILE **out, struct trace_error *err);

/* rc: of the work. Returns it, or why the file could not be written; one that is not whole is removed. */
int output__close(const char *path, const char *name, FILE *out, int rc, struct trace_error *err);

#endif
