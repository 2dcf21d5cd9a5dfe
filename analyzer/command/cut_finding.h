/* cut_finding.h: cuts a recording to one of its findings. */
#ifndef ANALYZER_CUT_FINDING_H
#define ANALYZER_CUT_FINDING_H

#include <limits.h>
#include "analyzer/cut/cut.h"

/*
 * Writes a part of the recording in which finding `rank` is found again, with no cause before it that was not before it
 * in the whole: the first seconds of what it tells of, and as many more as it takes. It is what is to become `path`, as
 * base/unfinished.h calls it in `name`. opts->from and to limit what is looked at. -EINVAL: there is no such finding;
 * -ENODATA: it is not found again. When it fails, nothing stays.
 */
int cut_finding__write(const struct trace *t, unsigned rank, char name[PATH_MAX], const char *path,
		       const struct cut_opts *opts, struct cut_stats *stats, struct trace_error *err);

#endif
