/* cut_definitions.h: the definitions of a cut: those of the recording, and what it was cut from. */
#ifndef ANALYZER_CUT_DEFINITIONS_H
#define ANALYZER_CUT_DEFINITIONS_H

#include <stdbool.h>
#include "analyzer/cut/cut_opts.h"
#include "format/error.h"

struct trace;
struct trace_writer;

/* What a cut of this recording is called: it follows from the recording and from what is asked for. */
void cut_definitions__uuid(const struct trace *t, const struct cut_opts *o, __u8 uuid[16]);

/*
 * Writes them; those that cut_names.h is for only if `names`. Sets *complete to false when the recording was a cut itself
 * that lacks something. Blocks that cannot be read are left out. *unknown: definitions of types that this version does not
 * know.
 */
int cut_definitions__write(const struct trace *t, const struct cut_opts *o, struct trace_writer *w, bool names,
			   bool *complete, __u64 *unknown, struct trace_error *err);

/* Writes one more fact, as it would be rewritten. */
int cut_definitions__fact(struct trace_writer *w, const struct cut_opts *o, const char *key, const char *value);

#endif
