/*
 * intern.h: gives byte strings dense ids, from 1, in the order they first appear, and keeps a number with each.
 *
 * With a limit, the string that was not asked for for longest makes room. Its id is never given again.
 */
#ifndef RECORDER_INTERN_H
#define RECORDER_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct intern;

struct interned {
	__u32 id, len;
	__u64 value;  /* the user's own; 0 at first */
	__u64 used;   /* private: when it was last asked for */
	const void *bytes;
};

/* `max`: how many strings it keeps; 0: any number. NULL when out of memory. */
struct intern *intern__new(__u32 max);
void intern__free(struct intern *t);

/* `fn` is called for each string that is about to be forgotten. It must not use the table. */
void intern__on_forget(struct intern *t, void (*fn)(void *ctx, const struct interned *i), void *ctx);

/*
 * These bytes with their id; *is_new says whether this call gave it. Valid until the string is forgotten. NULL when
 * memory is out, or 2^32 ids were given.
 */
struct interned *intern__get(struct intern *t, const void *bytes, __u32 len, bool *is_new);

/* The same, for those who want the id alone; 0 instead of NULL. */
__u32 intern__id(struct intern *t, const void *bytes, __u32 len, bool *is_new);

void intern__forget(struct intern *t, struct interned *i);

/* Forgets what was not asked for since intern__now() returned `since`. */
__u64 intern__now(const struct intern *t);
void intern__forget_unused(struct intern *t, __u64 since);

/* How many strings are kept. */
__u32 intern__count(const struct intern *t);

/*
 * The first of them, and the one after another, in the order in which they were last asked for; NULL behind the last.
 * That one may be forgotten once the next one is known.
 */
struct interned *intern__first(const struct intern *t);
struct interned *intern__next(const struct interned *i);

#endif
