/*
 * anonymize.h: a recording with other addresses and names, fit to be given away.
 *
 * What becomes of each field is in format/hide.def, which knows all of them; rows and fields of later versions are left
 * out, as in any cut. The same key makes the same of the same, in all recordings.
 */
#ifndef ANALYZER_ANONYMIZE_H
#define ANALYZER_ANONYMIZE_H

#include <stddef.h>
#include "analyzer/cut/cut_opts.h"
#include "format/error.h"

struct anonymizer;
struct trace;

/* `key`: at least DISGUISE_KEY_MIN bytes (disguise.h). Reads definitions of the trace. Returns 0 or -ENOMEM. */
int anonymizer__new(struct anonymizer **a, const struct trace *t, const void *key, size_t key_len, bool keep_vendor,
		    struct trace_error *err);
void anonymizer__free(struct anonymizer *a); /* NULL is allowed */

/* For cut_opts.rewrite; belongs to the anonymizer. */
const struct cut_rewrite *anonymizer__rewrite(struct anonymizer *a);

/* Facts of the recording that are not in facts.def, and were left out. */
unsigned anonymizer__left_out(const struct anonymizer *a);

#endif
