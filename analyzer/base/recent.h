/*
 * recent.h: what is under way, by a 64-bit key: a table of fixed size that forgets the oldest.
 *
 * For things that have a beginning and an end in different records: a packet in a queue, a connection being
 * opened. When the set a new one belongs to is full, the one that began first makes room and is counted.
 */
#ifndef ANALYZER_RECENT_H
#define ANALYZER_RECENT_H

#include <linux/types.h>

struct recent;

struct recent_item {
	__u64 ts;      /* its beginning, ns */
	__u64 word[3]; /* the user's own */
};

struct recent *recent__new(unsigned limit); /* a power of two, at least 8. NULL when out of memory */
void recent__free(struct recent *r);        /* NULL is allowed */

struct recent_item *recent__find(struct recent *r, __u64 key); /* NULL: not there. A key of 0 never is. */

/* Begins anew under this key, whatever was there; words are 0. */
struct recent_item *recent__begin(struct recent *r, __u64 key, __u64 ts);

void recent__end(struct recent *r, __u64 key);

/* Forgets everything, because records are missing. Returns how many that were. */
__u64 recent__forget(struct recent *r);

/* How many made room for others. */
__u64 recent__evicted(const struct recent *r);

#endif
