/*
 * heavy.h: heavy hitters: what occurs most often, by key, in a table of fixed size.
 *
 * A new key that finds its set full takes the place of the one that occurred least; how often that was is counted as
 * forgotten.
 */
#ifndef ANALYZER_HEAVY_H
#define ANALYZER_HEAVY_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct heavy;

/* For `size` keys of `key_words` 64-bit words: a power of two of at least 8. NULL when out of memory. */
struct heavy *heavy__new(unsigned key_words, size_t value_size, __u32 size);
void heavy__free(struct heavy *h); /* NULL is allowed */

/*
 * The key occurs once more. Returns the index of its place, from 1. *fresh: it had none, or lost it. Its value then has
 * the bytes of whatever had that place before, zero at first, so that values can keep their memory.
 */
__u32 heavy__count(struct heavy *h, const __u64 *key, bool *fresh);

void *heavy__value(const struct heavy *h, __u32 index);

/* Calls fn for each key that has a place; n: how often it occurred. */
void heavy__each(const struct heavy *h, void (*fn)(void *arg, const __u64 *key, __u64 n, void *value), void *arg);

/* Empties the table. The bytes of its values stay. */
void heavy__clear(struct heavy *h);

/* How often the keys occurred that lost their place. */
__u64 heavy__forgotten(const struct heavy *h);

#endif
