/*
 * hash.h: the hash function of the analyzer's tables.
 */
#ifndef ANALYZER_HASH_H
#define ANALYZER_HASH_H

#include <linux/types.h>

/* Of a key of 64-bit words. Multiply and fold: its low 32 bits are good for slots, and its high 32 for another choice. */
static inline __attribute__((always_inline)) __u64 hash__words(const __u64 *key, unsigned words)
{
	__u64 h = 0x243f6a8885a308d3;

	for (unsigned i = 0; i < words; i++) {
		h = (h ^ key[i]) * 0x9e3779b97f4a7c15;
		h ^= h >> 32;
	}
	return h;
}

#endif
