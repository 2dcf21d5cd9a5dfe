/* ksyms.h: names of kernel addresses, from /proc/kallsyms. */
#ifndef RECORDER_KSYMS_H
#define RECORDER_KSYMS_H

#include <stddef.h>
#include <stdio.h>
#include <linux/types.h>
#include "format/error.h"

struct ksyms;

struct ksym {
	__u64 addr, size;   /* size: distance to the next symbol; 0 for the last */
	const char *name;
	const char *module; /* "" for the kernel itself */
};

/*
 * Reads `f` (an open /proc/kallsyms) from its beginning; NULL: out of memory. Addresses may all be hidden: then nothing
 * is ever found.
 */
struct ksyms *ksyms__read(FILE *f);
void ksyms__close(struct ksyms *k);

/* The symbol `addr` lies in, with its index among all; -ENOENT when there is none. */
int ksyms__find(const struct ksyms *k, __u64 addr, struct ksym *sym, size_t *index);
size_t ksyms__count(const struct ksyms *k);

/*
 * The data symbols that `n` addresses lie in, from `f` (an open /proc/kallsyms, read from its beginning): sorts the
 * addresses and calls `fn` once for each symbol. Addresses outside the kernel's and its modules' data have none.
 */
void ksyms__each_data(FILE *f, __u64 *addrs, size_t n, void (*fn)(void *ctx, const struct ksym *sym), void *ctx);

#endif
