/*
 * unfinished.h: files, and directories of one file, that are written under a name of their own and get their final one
 * when they are complete.
 *
 * PATH.XXXXXX.tmp is made anew for each, so that two that write the same PATH do not share it: both are whole, and the
 * last one stays. A signal that ends the program removes those that are not complete.
 */
#ifndef ANALYZER_UNFINISHED_H
#define ANALYZER_UNFINISHED_H

#include <limits.h>
#include "format/error.h"

/*
 * Creates it with mode 0600, and names it in `name`, from the root on. Returns its descriptor, or a negative errno with
 * *err filled in. Never takes the place of what is not a regular file; of a symbolic link, of what it leads to.
 */
int unfinished__create(char name[PATH_MAX], const char *path, struct trace_error *err);

/*
 * Names a directory that the caller creates, PATH.PID-N.tmp, which comes to hold the file `inside`, called `inside`.part
 * until it is complete. -EEXIST: there is something at `path`, which is never replaced.
 */
int unfinished__create_directory(char name[PATH_MAX], const char *path, const char *inside, struct trace_error *err);

/* Writes it out and gives it its final name; on failure it is removed. Returns 0 or a negative errno, *err filled in. */
int unfinished__keep(const char *name, const char *path, struct trace_error *err);

void unfinished__discard(const char *name);

#endif
