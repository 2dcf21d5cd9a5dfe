/* prefix.c: Crypto-PAn, with a table of the addresses that came last (prefix.h). */
#include "analyzer/anonymize/prefix.h"

#include <assert.h>
#include <string.h>

void prefix_map__init(struct prefix_map *m, const __u8 key[PREFIX_KEY])
{
	memset(m, 0, sizeof(*m));
	aes128_set_encrypt_key(&m->aes, key);
	aes128_encrypt(&m->aes, PREFIX_BYTES, m->pad, key + AES128_KEY_SIZE);
}

static unsigned bit_of(const __u8 *bytes, unsigned i)
{
	return bytes[i / 8] >> (7 - i % 8) & 1;
}

static void put_bit(__u8 *bytes, unsigned i, unsigned bit)
{
	__u8 mask = 0x80 >> i % 8;

	bytes[i / 8] = bit ? bytes[i / 8] | mask : bytes[i / 8] & ~mask;
}

/* `input` is the bits of the address up to i, and behind them those of the pad. */
static void compute(struct prefix_map *m, const __u8 *from, __u8 *to, unsigned bits, unsigned keep)
{
	__u8 input[PREFIX_BYTES], output[PREFIX_BYTES];

	memcpy(input, m->pad, sizeof(input));
	memcpy(to, from, bits / 8);
	for (unsigned i = 0; i < bits; i++) {
		if (i >= keep) {
			aes128_encrypt(&m->aes, sizeof(input), output, input);
			put_bit(to, i, bit_of(from, i) ^ bit_of(output, 0));
		}
		put_bit(input, i, bit_of(from, i));
	}
}

static size_t slot_of(const __u8 *address, unsigned n)
{
	__u32 hash = 0x811c9dc5;

	for (unsigned i = 0; i < n; i++)
		hash = (hash ^ address[i]) * 0x01000193; /* FNV-1a */
	return (hash ^ hash >> 16) % PREFIX_CACHE;
}

void prefix_map__apply(struct prefix_map *m, __u8 *address, unsigned bits, unsigned keep)
{
	struct prefix_known *k = &m->known[slot_of(address, bits / 8)];

	assert(bits && bits % 8 == 0 && bits <= 8 * PREFIX_BYTES);
	if (k->bits != bits || k->keep != keep || memcmp(k->from, address, bits / 8)) {
		memcpy(k->from, address, bits / 8);
		compute(m, k->from, k->to, bits, keep);
		k->bits = bits;
		k->keep = keep;
	}
	memcpy(address, k->to, bits / 8);
}
