/*
 * names.h: the definitions of a trace, and what they say about numbers.
 *
 * Loaded before the sweep, the last definition of a key wins. Texts come from the trace and are cleaned:
 * valid UTF-8 without control characters, at most NAMES_MAX_TEXT bytes.
 */
#ifndef ANALYZER_NAMES_H
#define ANALYZER_NAMES_H

#include <stdbool.h>
#include "analyzer/store/store.h"
#include "format/record.h"

enum { NAMES_MAX_TEXT = 1024, NAMES_MAX = 1 << 19 };

struct names;

struct name_at { /* of a kernel address */
	const struct rec_symbol *symbol; /* NULL: not known */
	__u64 offset;
};

struct names *names__new(void); /* NULL when out of memory */
void names__free(struct names *n);

/* Takes a copy of a definition; others are ignored. Returns 0 or -ENOMEM. */
int names__add(struct names *n, const struct rec *rec);

/* After the last add, before the first question. Returns 0 or -ENOMEM. */
int names__prepare(struct names *n);

struct name_at names__symbol(const struct names *n, __u64 addr);

/* Is this code address in that function, or in a part of it that the compiler made (function.isra.0)? */
bool names__in_function(const struct names *n, __u64 addr, const char *function);
const struct rec_text *names__string(const struct names *n, __u32 id); /* NULL: not defined */

/* In place: bytes that are no valid UTF-8 and control characters become '?'. */
void names__clean(char *text, size_t len);

/* Notes that this code address is used, so that names__store() explains it. */
void names__use_location(struct names *n, __u64 addr);

/* Each definition of one record type, in order of first appearance. */
void names__each(const struct names *n, enum rec_type type, void (*fn)(void *arg, const struct rec *rec), void *arg);

/* Definitions that made room for others, and code addresses that found none. */
__u64 names__left_out(const struct names *n);

/* Stores everything but probes, whose rows also hold their cost. */
void names__store(struct names *n, struct store *s);

#endif
