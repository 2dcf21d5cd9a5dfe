/* cgroups.h: the CPU quotas that cgroups are under, from the file system of cgroups. */
#ifndef RECORDER_CGROUPS_H
#define RECORDER_CGROUPS_H

#include "sink.h"

/* What a cgroup's cpu controller says; times in ns. */
struct cpu_quota {
	__u64 quota; /* 0: no limit */
	__u64 period, periods, throttled, time;
};

/* `limited`: the path of the cgroup whose quota it is. Both paths are below the root. */
typedef void (*cgroups__tell_fn)(void *arg, __u64 id, const char *path, const char *limited, const struct cpu_quota *q);

/*
 * Appends a row for every cgroup with a quota or below one, of the hierarchy that has the cpu controller: a v1 mount
 * or the unified one. Without either, nothing. Takes the sink's lock itself.
 */
void cgroups__sample(struct sink *s);

/*
 * The same below `root`, the mount of a hierarchy; `unified`: version 2 (Documentation/admin-guide/cgroup-v2.rst), else
 * version 1 (Documentation/scheduler/sched-bwc.rst). Calls `tell` for each with its inode number.
 */
void cgroups__walk(const char *root, bool unified, cgroups__tell_fn tell, void *arg);

#endif
