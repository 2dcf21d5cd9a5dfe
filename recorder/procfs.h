/* procfs.h: the kernel's counters under /proc, into the trace. */
#ifndef RECORDER_PROCFS_H
#define RECORDER_PROCFS_H

#include "sink.h"

struct procfs;

struct procfs *procfs__new(void);
void procfs__free(struct procfs *p);

/*
 * Before the counters are sampled once more: a namespace that was not, last time, is gone, and another one may get its
 * number.
 */
void procfs__begin_round(struct procfs *p);

/*
 * Each takes the sink's lock itself. Counter rows are appended when the value changed since the last
 * sample; `all`: regardless.
 */

/* Of the host: CPU time, softnet, interrupts with their names. */
void procfs__sample_host(struct procfs *p, struct sink *s, bool all);

/* Of the calling thread's network namespace: snmp, snmp6, netstat, conntrack; and the neighbour tables, where it shows them. */
void procfs__sample_netns(struct procfs *p, struct sink *s, __u32 inum, bool all);

/* Appends one counter; here the caller holds the sink's lock. */
void procfs__counter(struct procfs *p, struct sink *s, __u32 netns, const char *name, __u64 value, bool all);

/* The whole of a file, NUL-terminated, into a buffer that lives until the next call; NULL when unreadable. */
char *procfs__read(struct procfs *p, const char *path);

#endif
