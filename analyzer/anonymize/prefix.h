/*
 * prefix.h: addresses that share a prefix become others that share one as long.
 *
 * Crypto-PAn: J. Xu, J. Fan, M. H. Ammar, S. B. Moon, "Prefix-Preserving IP Address Anonymization: Measurement-based
 * Security Evaluation and a New Cryptography-based Scheme", ICNP 2002. Each bit is turned over or not as AES-128 of the
 * bits before it says, filled up with a secret: a permutation, whichever bits are left as they are.
 */
#ifndef ANALYZER_PREFIX_H
#define ANALYZER_PREFIX_H

#include <nettle/aes.h>
#include <linux/types.h>

enum { PREFIX_KEY = 32, PREFIX_BYTES = 16, PREFIX_CACHE = 1024 };

/* Fields are private. */
struct prefix_map {
	struct aes128_ctx aes;
	__u8 pad[PREFIX_BYTES];
	struct prefix_known {
		__u8 from[PREFIX_BYTES], to[PREFIX_BYTES];
		__u8 bits, keep; /* bits 0: empty */
	} known[PREFIX_CACHE];   /* the last ones */
};

void prefix_map__init(struct prefix_map *m, const __u8 key[PREFIX_KEY]);

/*
 * Replaces an address of `bits` bits, a multiple of 8 up to 128, first byte first. The first `keep` of them stay: which
 * depends on those bits alone, or the map is no permutation any more.
 */
void prefix_map__apply(struct prefix_map *m, __u8 *address, unsigned bits, unsigned keep);

#endif
