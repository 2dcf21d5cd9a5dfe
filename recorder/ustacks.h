/*
 * ustacks.h: stacks of programs: addresses in memory to files and functions.
 *
 * While recording, an address becomes a file (modules.h) and an address as in that file's symbol table, by the mappings
 * of the process.
 */
#ifndef RECORDER_USTACKS_H
#define RECORDER_USTACKS_H

#include "modules.h"

struct ustacks;

enum { USTACKS_MAX = 8192 }; /* the one that was not asked for for longest makes room */

/* `define` is given what the trace is to say of stacks and files. NULL when out of memory. */
struct ustacks *ustacks__new(modules_write define, void *arg);
void ustacks__free(struct ustacks *u);

/*
 * Id of a stack of process `tgid`, innermost first, for a row of this segment (its number), in which it is then
 * defined. 0: none, or no memory.
 */
__u32 ustacks__id(struct ustacks *u, __u32 segment, __u32 tgid, const __u64 *frames, __u32 n);

/* The process runs another program now, or ended: its mappings are forgotten. */
void ustacks__forget(struct ustacks *u, __u32 tgid);

/* At the end: defines the functions that the stacks pass through. */
void ustacks__name(struct ustacks *u);

/* The files of programs, for modules__take_gone(). */
struct modules *ustacks__modules(struct ustacks *u);

/* How often mappings were read: once for each process, and seldom again. */
__u64 ustacks__reads(const struct ustacks *u);

/* Stacks that found no memory. */
__u64 ustacks__refused(const struct ustacks *u);

#endif
