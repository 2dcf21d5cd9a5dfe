/*
 * disguise.h: what stands for an address, a name or an id in an anonymized recording: always the same with one key.
 *
 * What tells nothing and what others go by stays: loopback, broadcast, multicast groups, the prefix of link-local
 * addresses, and bits that any other address shares with one of those (disguise__kept_bits()).
 */
#ifndef ANALYZER_DISGUISE_H
#define ANALYZER_DISGUISE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct disguise;

enum { DISGUISE_KEY_MIN = 16, DISGUISE_KEY_MAX = 4096, DISGUISE_NAME = 16 };

/* `key` is `len` bytes of any kind. keep_vendor: the first three bytes of Ethernet addresses stay. NULL: no memory. */
struct disguise *disguise__new(const void *key, size_t len, bool keep_vendor);
void disguise__free(struct disguise *d); /* NULL is allowed; forgets the key */

void disguise__ip4(struct disguise *d, __u8 address[4]);
void disguise__ip6(struct disguise *d, __u8 address[16]);
void disguise__address(struct disguise *d, __u8 address[16]); /* either, IPv4 as ::ffff:a.b.c.d */
void disguise__mac(struct disguise *d, __u8 address[6]);

/* Of an address of 4 or 16 bytes: how many of its first bits stay. */
unsigned disguise__kept_bits(const __u8 *address, size_t n);

/* Replaces n bytes, at most 32, by others that follow from them. */
void disguise__bytes(const struct disguise *d, void *bytes, size_t n);

/* The same, but that 0, which is no hash, stays 0. */
void disguise__hash(const struct disguise *d, void *bytes, size_t n);

/* PREFIX-xxxxxxxx, NUL-terminated: of letters and digits that follow from the name alone. At most 6 bytes of prefix. */
void disguise__name(const struct disguise *d, const char *prefix, const char *name, size_t n, char out[DISGUISE_NAME]);

#endif
