/*
 * modules.h: the files that programs run code from, as stacks of programs need them.
 *
 * A file is opened when the first stack passes through it, and kept open until its functions are looked up, once: at
 * the end, or when no process that we know runs code of it and there are too many. What was replaced or deleted
 * meanwhile still has names.
 */
#ifndef RECORDER_MODULES_H
#define RECORDER_MODULES_H

#include <linux/types.h>

struct rec;
struct modules;
struct module;

enum { MODULES_MAX = 4096, MODULES_FILES = 1024 };

/* Writes a definition into this segment of the trace. */
typedef void (*modules_write)(void *arg, const struct rec *rec);

struct modules *modules__new(modules_write define, void *arg); /* NULL when out of memory */
void modules__free(struct modules *ms);

/* A file by its "DEVICE INODE /PATH", for a process that maps it, which leaves it later on. NULL without memory. */
struct module *modules__join(struct modules *ms, const char *identity);
void modules__leave(struct modules *ms, struct module *m);

/*
 * What lies at `offset` of the file, which process `tgid` has mapped from `start` to `end`, as an address of the file's
 * symbol table.
 */
__u64 modules__address(struct modules *ms, struct module *m, __u32 tgid, __u64 start, __u64 end, __u64 offset);
__u32 modules__id(const struct module *m);

/* Defines the file, if it was not yet in this segment, and has the function at a return address looked up some time. */
void modules__use(struct modules *ms, struct module *m, __u64 address, __u32 segment);

/* Defines the functions at the addresses noted so far. */
void modules__name(struct modules *ms);

/*
 * Files that are given up to make room for others: taken under the lock that the rest needs, then looked through
 * without it, which takes its time. name_gone() defines the functions by a function of its caller's, and frees. NULL:
 * none.
 */
struct module *modules__take_gone(struct modules *ms);
void modules__name_gone(struct module *gone, modules_write define, void *arg);

#endif
