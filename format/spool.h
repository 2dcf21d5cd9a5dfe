/* spool.h: what can be read only once, such as a pipe, as a file. */
#ifndef FORMAT_SPOOL_H
#define FORMAT_SPOOL_H

#include "error.h"

/*
 * Copies all of `from` into a file without a name, in $TMPDIR, /var/tmp or /tmp, and returns its descriptor. Fails with
 * -EBADMSG as soon as it has gone on for longer than the largest block without any, which is no trace however much more
 * there is, and with the errno of the file or the stream. `name` is for the sentence in *err.
 */
int spool__read(int from, const char *name, struct trace_error *err);

#endif
