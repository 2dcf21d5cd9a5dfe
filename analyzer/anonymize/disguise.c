/* disguise.c: addresses by prefix.h, all else by HMAC-SHA-256 of it (disguise.h). */
#include "analyzer/anonymize/disguise.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <nettle/hmac.h>
#include "analyzer/anonymize/prefix.h"

enum { HASH = SHA256_DIGEST_SIZE };

struct disguise {
	struct prefix_map ip4, ip6, mac;
	struct hmac_sha256_ctx names;
	bool keep_vendor;
};

/* ---- keys --------------------------------------------------------------------------------------- */

static void derive(const void *key, size_t len, const char *what, __u8 out[HASH])
{
	struct hmac_sha256_ctx h;

	hmac_sha256_set_key(&h, len, key);
	hmac_sha256_update(&h, strlen(what), (const uint8_t *)what);
	hmac_sha256_digest(&h, HASH, out);
	explicit_bzero(&h, sizeof(h));
}

static void derive_map(struct prefix_map *m, const void *key, size_t len, const char *what)
{
	__u8 derived[HASH];

	derive(key, len, what, derived);
	prefix_map__init(m, derived);
	explicit_bzero(derived, sizeof(derived));
}

struct disguise *disguise__new(const void *key, size_t len, bool keep_vendor)
{
	struct disguise *d = calloc(1, sizeof(*d));
	__u8 derived[HASH];

	if (!d)
		return NULL;
	derive_map(&d->ip4, key, len, "IPv4");
	derive_map(&d->ip6, key, len, "IPv6");
	derive_map(&d->mac, key, len, "MAC");
	derive(key, len, "names", derived);
	hmac_sha256_set_key(&d->names, sizeof(derived), derived);
	explicit_bzero(derived, sizeof(derived));
	d->keep_vendor = keep_vendor;
	return d;
}

void disguise__free(struct disguise *d)
{
	if (d)
		explicit_bzero(d, sizeof(*d));
	free(d);
}

/* ---- addresses ---------------------------------------------------------------------------------- */

/* Addresses that begin like this stay in it: what follows is kept (whole) or not. */
struct special {
	__u8 bytes[16];
	__u8 bits;
	bool whole;
};

static const struct special specials4[] = {
	{ { 0 }, 32, true },                   /* any */
	{ { 127 }, 8, true },                  /* loopback */
	{ { 169, 254 }, 16, false },           /* link-local */
	{ { 224 }, 4, true },                  /* multicast */
	{ { 255, 255, 255, 255 }, 32, true },
};

static const struct special specials6[] = {
	{ { 0 }, 128, true },
	{ { [15] = 1 }, 128, true },
	{ { 0xfe, 0x80 }, 64, false },
	{ { 0xff }, 8, true },
};

static const __u8 solicited[13] = { 0xff, 0x02, [11] = 0x01, 0xff }; /* then the last 3 bytes of an address */

static unsigned common_bits(const __u8 *a, const __u8 *b, unsigned most)
{
	unsigned n = 0;

	while (n < most && !((a[n / 8] ^ b[n / 8]) >> (7 - n % 8) & 1))
		n++;
	return n;
}

/* One bit more than it shares with a special one: where they part, none of the two may take the other's place. */
static unsigned kept_by(const struct special *s, const __u8 *address, unsigned bits)
{
	unsigned common = common_bits(address, s->bytes, s->bits);

	if (common < s->bits)
		return common + 1;
	return s->whole ? bits : s->bits;
}

unsigned disguise__kept_bits(const __u8 *address, size_t n)
{
	const struct special *s = n == 4 ? specials4 : specials6;
	size_t count = n == 4 ? sizeof(specials4) / sizeof(*s) : sizeof(specials6) / sizeof(*s);
	unsigned most = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned kept = kept_by(&s[i], address, 8 * n);

		most = kept > most ? kept : most;
	}
	return most;
}

void disguise__ip4(struct disguise *d, __u8 address[4])
{
	prefix_map__apply(&d->ip4, address, 32, disguise__kept_bits(address, 4));
}

/* A group that was made of the prefix of a network (RFC 3306, RFC 3956): that is bits 32 to 95. */
static void disguise_prefix_group(struct disguise *d, __u8 address[16])
{
	__u8 prefix[16] = { 0 };

	memcpy(prefix, address + 4, 8);
	disguise__ip6(d, prefix);
	memcpy(address + 4, prefix, 8);
}

void disguise__ip6(struct disguise *d, __u8 address[16])
{
	if (!memcmp(address, solicited, sizeof(solicited)))
		prefix_map__apply(&d->ip6, address, 128, 104);
	else if (address[0] == 0xff && address[1] & 0x20)
		disguise_prefix_group(d, address);
	else
		prefix_map__apply(&d->ip6, address, 128, disguise__kept_bits(address, 16));
}

void disguise__address(struct disguise *d, __u8 address[16])
{
	static const __u8 mapped[12] = { [10] = 0xff, 0xff };

	if (!memcmp(address, mapped, sizeof(mapped)))
		disguise__ip4(d, address + 12);
	else
		disguise__ip6(d, address);
}

/* Of groups: those of IPv4 and of link protocols tell nothing; of IPv6 the last bytes of an address. */
static void disguise_group(struct disguise *d, __u8 address[6])
{
	static const __u8 known[][3] = { { 0x01, 0x00, 0x5e }, { 0x01, 0x80, 0xc2 }, { 0x01, 0x00, 0x0c },
					 { 0xff, 0xff, 0xff } };
	__u8 group[16] = { 0 };

	if (address[0] == 0x33 && address[1] == 0x33 && address[2] == 0xff) {
		memcpy(group, solicited, sizeof(solicited));
		memcpy(group + 13, address + 3, 3);
		disguise__ip6(d, group);
		memcpy(address + 3, group + 13, 3);
		return;
	}
	if (address[0] == 0x33 && address[1] == 0x33)
		return;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!memcmp(address, known[i], sizeof(known[i])))
			return;
	prefix_map__apply(&d->mac, address, 48, 8);
}

void disguise__mac(struct disguise *d, __u8 address[6])
{
	static const __u8 none[6];
	__u8 first = address[0];

	if (!memcmp(address, none, sizeof(none)))
		return;
	if (first & 1) {
		disguise_group(d, address);
		return;
	}
	prefix_map__apply(&d->mac, address, 48, d->keep_vendor ? 24 : 0);
	address[0] = (address[0] & ~3) | (first & 3); /* for one or many, given by a vendor or not */
}

/* ---- the rest ----------------------------------------------------------------------------------- */

static void hash(const struct disguise *d, const void *p, size_t n, __u8 out[HASH])
{
	struct hmac_sha256_ctx h = d->names;

	hmac_sha256_update(&h, n, p);
	hmac_sha256_digest(&h, HASH, out);
}

void disguise__bytes(const struct disguise *d, void *bytes, size_t n)
{
	__u8 hashed[HASH];

	assert(n <= HASH);
	hash(d, bytes, n, hashed);
	memcpy(bytes, hashed, n);
}

void disguise__hash(const struct disguise *d, void *bytes, size_t n)
{
	static const __u8 none[HASH];

	if (memcmp(bytes, none, n))
		disguise__bytes(d, bytes, n);
}

void disguise__name(const struct disguise *d, const char *prefix, const char *name, size_t n, char out[DISGUISE_NAME])
{
	static const char digits[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* none that look alike */
	__u8 hashed[HASH];
	size_t len = strlen(prefix);

	assert(len + 10 <= DISGUISE_NAME);
	hash(d, name, n, hashed);
	memcpy(out, prefix, len);
	out[len++] = '-';
	for (int i = 0; i < 8; i++)
		out[len++] = digits[hashed[i] % 32];
	out[len] = 0;
}
