/* cut_finding.h: cuts a recording to one of its findings. */
#ifndef ANALYZER_CUT_FINDING_H
#define ANALYZER_CUT_FINDING_H

#include <limits.h>
#include "analyzer/cut/cut.h"

struct cut_finding {
	unsigned rank;  /* as netanalyze show findings numbers them, from 1 */
	__u64 max_size; /* bytes of the result that are aimed at */
};

/*
 * Writes a part of the recording in which the finding is found again, with no cause before it that was not before it
 * in the whole: the first seconds of what it tells of, and as many more as it takes; where that is larger than is aimed at,
 * less, as long as it is enough. It is what is to become `path`, as base/unfinished.h calls it in `name`, of *size bytes.
 * opts->from and to limit what is looked at. -EINVAL: there is no such finding; -ENODATA: it is not found again. When it
 * fails, nothing stays.
 */
int cut_finding__write(const struct trace *t, const struct cut_finding *f, char name[PATH_MAX], const char *path,
		       const struct cut_opts *opts, struct cut_stats *stats, __u64 *size, struct trace_error *err);

#endif
