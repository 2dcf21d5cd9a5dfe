/*
 * lru.h: a table that forgets the oldest: when it is full, the key that was least recently used makes room.
 *
 * For what something is known of until it ends, or for good: packets in a queue, threads. The newest is never refused: out
 * of memory is as if the limit were reached. What was forgotten is counted.
 */
#ifndef ANALYZER_LRU_H
#define ANALYZER_LRU_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct lru;

/* key_words: 64-bit words of a key, 1 .. 8. limit: keys at a time, 8 .. 2^30. NULL when out of memory. */
struct lru *lru__new(unsigned key_words, size_t value_size, __u32 limit);
void lru__free(struct lru *l); /* NULL is allowed */

/* fn is called with each key that makes room, before it is forgotten. It must not change the table. */
void lru__on_forget(struct lru *l, void (*fn)(void *arg, const __u64 *key, void *value), void *arg);

/* The value of a key, which is as old as before; NULL: there is none. Pointers hold until the next lru__add(). */
void *lru__find(const struct lru *l, const __u64 *key);

/* The same, and it has just been used. */
void *lru__use(struct lru *l, const __u64 *key);

/* The same, added when there is none, zeroed. Never NULL. *fresh: it was added; may be NULL. */
void *lru__add(struct lru *l, const __u64 *key, bool *fresh);

/* Adds a key that is not there. Its value has the bytes of whatever had that place before, zero at first. */
void *lru__add_raw(struct lru *l, const __u64 *key);

/* Nothing when it is not there. Not counted as forgotten. */
void lru__remove(struct lru *l, const __u64 *key);

/* Removes all. Returns how many there were. */
__u32 lru__clear(struct lru *l);

/* Calls fn for each key, the oldest first. It must not change the table. */
void lru__each(struct lru *l, void (*fn)(void *arg, const __u64 *key, void *value), void *arg);

/* How many there are, and how many made room for others. */
__u32 lru__n(const struct lru *l);
__u64 lru__forgotten(const struct lru *l);

#endif
