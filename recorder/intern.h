/*
 * intern.h: gives byte strings dense ids, from 1, in the order they first appear.
 */
#ifndef RECORDER_INTERN_H
#define RECORDER_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct intern;

/* `max`: how many distinct strings it takes; 0: any number. NULL when out of memory. */
struct intern *intern__new(__u32 max);
void intern__free(struct intern *t);

/* The id of these bytes; *is_new says whether this call gave it. 0 when the table is full or memory is out. */
__u32 intern__id(struct intern *t, const void *bytes, __u32 len, bool *is_new);

/* The bytes of an id that was given. Valid until the next intern__id(). */
const void *intern__bytes(const struct intern *t, __u32 id);

/* How many ids were given. */
__u32 intern__count(const struct intern *t);

#endif
