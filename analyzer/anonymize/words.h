/*
 * words.h: texts of a recording without what they tell of its host.
 *
 * Each function appends what stands for `n` bytes at `s` to `out`, and returns 0 or -ENOMEM. What is not known to tell
 * nothing (known.def) is replaced: names by names that follow from them, addresses as everywhere else. Any bytes will do.
 */
#ifndef ANALYZER_WORDS_H
#define ANALYZER_WORDS_H

#include <stdbool.h>
#include "analyzer/anonymize/disguise.h"
#include "format/bytes.h"

int words__device(struct disguise *d, const char *s, size_t n, struct buf *out);
int words__netns(struct disguise *d, const char *s, size_t n, struct buf *out); /* pid:N stays */
int words__machine(struct disguise *d, const char *s, size_t n, struct buf *out);
int words__host(struct disguise *d, const char *s, size_t n, struct buf *out);
int words__thread(struct disguise *d, const char *s, size_t n, struct buf *out); /* at most 15 bytes */
int words__path(struct disguise *d, const char *s, size_t n, struct buf *out);
int words__function(struct disguise *d, const char *s, size_t n, struct buf *out);
int words__id(struct disguise *d, const char *s, size_t n, struct buf *out);
int words__symbol(struct disguise *d, const char *s, size_t n, struct buf *out);
int words__word(struct disguise *d, const char *s, size_t n, struct buf *out);
int words__listed(struct disguise *d, const char *s, size_t n, struct buf *out);
int words__counter(struct disguise *d, const char *s, size_t n, struct buf *out);
int words__list(struct disguise *d, const char *s, size_t n, struct buf *out);
int words__text(struct disguise *d, const char *s, size_t n, struct buf *out);
int words__tasks(struct disguise *d, const char *s, size_t n, struct buf *out);

/* Is it a program or library that all the world has, by its path? */
bool words__public(const char *path, size_t n);

/* Does a name match a pattern, where # stands for digits and _ also for a space? */
bool words__match(const char *pattern, size_t pattern_len, const char *s, size_t n);

#endif
