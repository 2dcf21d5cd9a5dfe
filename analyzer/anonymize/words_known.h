/* words_known.h: what words.c and words_text.c share: what is known, and what stands for what is not. */
#ifndef ANALYZER_WORDS_KNOWN_H
#define ANALYZER_WORDS_KNOWN_H

#include "analyzer/anonymize/disguise.h"
#include "format/bytes.h"

enum words_known { KNOWN_THREADS, KNOWN_DEVICES, KNOWN_PATHS, KNOWN_COUNTERS, KNOWN_WORDS, N_KNOWN };

bool words__known(enum words_known kind, const char *s, size_t n);
int words__put(struct buf *out, const char *s, size_t n);
int words__rename(const struct disguise *d, const char *prefix, const char *s, size_t n, struct buf *out);

#endif
