/*
 * heavy.h: a table that keeps the heaviest: heavy hitters, what occurs most often, by key.
 *
 * A new key that finds it full takes the place of one that occurred least: of eight, not of all. How often that was is
 * counted as forgotten. Out of memory is as if the limit were reached.
 */
#ifndef ANALYZER_HEAVY_H
#define ANALYZER_HEAVY_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct heavy;

/* key_words: 64-bit words of a key, 1 .. 8. limit: keys at a time, 8 .. 2^30. NULL when out of memory. */
struct heavy *heavy__new(unsigned key_words, size_t value_size, __u32 limit);
void heavy__free(struct heavy *h); /* NULL is allowed */

/* fn is called with each key that makes room, before it is forgotten. It must not change the table. */
void heavy__on_forget(struct heavy *h, void (*fn)(void *arg, const __u64 *key, __u64 n, void *value), void *arg);

/*
 * The key occurs once more. Returns its place, from 1. *fresh: it had none, or lost it. Its value then has the bytes of
 * whatever had that place before, zero at first, so that values can keep their memory.
 */
__u32 heavy__count(struct heavy *h, const __u64 *key, bool *fresh);

/* The same, but returns the value, which holds until the next one. */
void *heavy__use(struct heavy *h, const __u64 *key, bool *fresh);

/* Holds until the next heavy__count(). */
void *heavy__value(const struct heavy *h, __u32 place);

/* The key that has this place. Holds until the next heavy__count(). */
const __u64 *heavy__key(const struct heavy *h, __u32 place);

/* Calls fn for each key that has a place, by place; n: how often it occurred. */
void heavy__each(const struct heavy *h, void (*fn)(void *arg, const __u64 *key, __u64 n, void *value), void *arg);

/* Empties the table. The bytes of its values stay, for whoever gets the place. */
void heavy__clear(struct heavy *h);

/* Calls fn for each value that is, or was before the table was emptied. */
void heavy__each_value(const struct heavy *h, void (*fn)(void *arg, void *value), void *arg);

/* How many keys have a place. */
__u32 heavy__n(const struct heavy *h);

/* How often the keys occurred that lost their place. */
__u64 heavy__forgotten(const struct heavy *h);

#endif
