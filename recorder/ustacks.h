/*
 * ustacks.h: stacks of programs: addresses in memory to files and functions.
 *
 * While recording, an address becomes a file (module) and an address as in that file's symbol table, by the
 * mappings of the process. The functions are looked up at the end, once for each file, in files that are kept open
 * until then: what was replaced or deleted meanwhile still has names.
 */
#ifndef RECORDER_USTACKS_H
#define RECORDER_USTACKS_H

#include <linux/types.h>

struct rec;
struct ustacks;

/* Writes a definition into the trace. */
typedef void (*ustacks_define)(void *arg, const struct rec *rec);

enum { USTACKS_MAX = 8192, USTACKS_FILES = 256 };

/* NULL when out of memory. */
struct ustacks *ustacks__new(ustacks_define define, void *arg);
void ustacks__free(struct ustacks *u);

/* Id of a stack of process `tgid`, innermost first; defined in the trace when it is new. 0: none, or the table is full. */
__u32 ustacks__id(struct ustacks *u, __u32 tgid, const __u64 *frames, __u32 n);

/* The process runs another program now, or ended: its mappings are forgotten. */
void ustacks__forget(struct ustacks *u, __u32 tgid);

/* Defines the functions that the stacks so far pass through. */
void ustacks__name(struct ustacks *u);

/* How often mappings were read: once for each process, and seldom again. */
__u64 ustacks__reads(const struct ustacks *u);

/* Stacks that found no room. */
__u64 ustacks__refused(const struct ustacks *u);

#endif
