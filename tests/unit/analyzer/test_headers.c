/*
 * test_headers.c: what frame__build() writes, headers__parse() reads back; and no input makes it read
 * outside its bytes (the sanitizer build sees that: each input is a heap copy of exact size).
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <string.h>
#include <errno.h>
#include <netinet/in.h>
#include <linux/if_ether.h>
#include <cmocka.h>
#include "analyzer/filter/frame.h"
#include "analyzer/filter/headers.h"

static uint64_t seed = 88172645463325252ull;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void random_addr(__u8 *a, int v4)
{
	for (int i = 0; i < 16; i++)
		a[i] = (__u8)rnd();
	if (v4) {
		memset(a, 0, 10);
		a[10] = a[11] = 0xff;
	}
}

/* A packet of the kind the recorder makes: fields that its protocol does not have are 0. */
static struct rec_packet random_packet(void)
{
	static const __u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_SCTP, 47 };
	static const __u16 types[] = { ETH_P_IP, ETH_P_IPV6, ETH_P_ARP };
	struct rec_packet p = { .ethertype = types[rnd() % 3] };
	int v4 = p.ethertype != ETH_P_IPV6;

	p.vlan = rnd() % 2 ? (__u16)(rnd() % 4094 + 1) : 0;
	random_addr(p.saddr, v4);
	random_addr(p.daddr, v4);
	if (p.ethertype == ETH_P_ARP) {
		p.dport = 1 + rnd() % 2;
		return p;
	}
	p.proto = protocols[rnd() % 6];
	p.ttl = (__u8)rnd();
	p.tos = (__u8)rnd();
	p.ip_len = 40 + rnd() % 1400;
	if (v4) {
		p.ip_id = rnd() & 0xffff;
		p.frag = rnd() % 2 ? 0x4000 : 0x2000;
	} else if (rnd() % 3 == 0) {
		p.ip_id = (__u32)rnd() | 1;
		p.frag = 1;
	}
	if (p.proto == 47)
		return p;
	p.sport = (__u16)rnd();
	p.dport = (__u16)rnd();
	if (p.proto == IPPROTO_ICMP)
		p.dport = (rnd() % 2 ? 8 : 0) << 8;
	if (p.proto == IPPROTO_ICMPV6)
		p.dport = 128 << 8;
	if (p.proto == IPPROTO_ICMP || p.proto == IPPROTO_ICMPV6)
		p.seq = rnd() & 0xffff;
	if (p.proto == IPPROTO_TCP) {
		p.seq = (__u32)rnd();
		p.ack = (__u32)rnd();
		p.tcp_flags = (__u8)rnd();
	}
	return p;
}

static size_t build(struct frame *f, const struct rec_packet *p)
{
	frame__build(f, p, NULL, true);
	return f->len;
}

static void test_round_trip(void **state)
{
	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct rec_packet p = random_packet(), q = { .skb = 0 };
		struct frame f;
		const uint8_t *buf = f.bytes;
		size_t len = build(&f, &p);
		unsigned l3 = p.vlan ? 18 : 14;

		assert_int_equal(headers__parse(buf, len, l3, p.ethertype, 0, &q), 0);
		assert_memory_equal(&p, &q, sizeof(p));
		memset(&q, 0, sizeof(q));
		/* The tag still ahead of layer 3, as the kernel has it before it takes the tag off. */
		assert_int_equal(headers__parse(buf, len, 14, p.vlan ? ETH_P_8021Q : p.ethertype, 0, &q), 0);
		assert_memory_equal(&p, &q, sizeof(p));
		memset(&q, 0, sizeof(q));
		/* No Ethernet header at all, tag held by the kernel. */
		assert_int_equal(headers__parse(buf + l3, len - l3, 0, p.ethertype, p.vlan, &q), 0);
		assert_memory_equal(&p, &q, sizeof(p));
	}
}

static void test_truncated(void **state)
{
	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct rec_packet p = random_packet(), q = { .skb = 0 };
		struct frame f;
		const uint8_t *buf = f.bytes;
		size_t len = build(&f, &p);
		size_t l3 = p.vlan ? 18 : 14;
		size_t need = l3 + (p.ethertype == ETH_P_IP ? 20 : p.ethertype == ETH_P_IPV6 ? 40 : 28);

		for (size_t n = 0; n <= len; n++) {
			uint8_t *copy = malloc(n ? n : 1);

			memcpy(copy, buf, n);
			int rc = headers__parse(copy, n, (unsigned)l3, p.ethertype, 0, &q);
			assert_int_equal(rc, n < need ? -ENODATA : 0);
			free(copy);
		}
	}
}

static void test_garbage(void **state)
{
	(void)state;
	for (int i = 0; i < 200000; i++) {
		static const uint16_t types[] = { ETH_P_IP, ETH_P_IPV6, ETH_P_ARP, ETH_P_8021Q, 0, 0x1234 };
		struct rec_packet q = { .skb = 7 };
		size_t n = rnd() % 97;
		uint8_t *bytes = malloc(n ? n : 1);

		for (size_t j = 0; j < n; j++)
			bytes[j] = (uint8_t)rnd();
		if (n && rnd() % 2)
			bytes[0] = rnd() % 2 ? 0x60 : 0x45;
		if (n > 6 && rnd() % 2)
			bytes[6] = rnd() % 2 ? 44 : 0;
		headers__parse(bytes, n, rnd() % 8 ? 0 : rnd() % 256, types[rnd() % 6], (uint16_t)rnd(), &q);
		assert_int_equal(q.skb, 7);
		free(bytes);
	}
}

static void test_extensions_and_fragments(void **state)
{
	uint8_t v6[40 + 16 + 8 + 4] = { 0x60, 0, 0, 0, 0, 28, IPPROTO_HOPOPTS, 64 };
	uint8_t v4[28] = { 0x46, 0, 0, 28, 0, 1, 0, 0, 64, IPPROTO_UDP };
	struct rec_packet q = { .skb = 0 };

	(void)state;
	v6[40] = IPPROTO_FRAGMENT;
	v6[41] = 1;
	v6[56] = IPPROTO_UDP;
	v6[64] = 0x12;
	v6[65] = 0x34;
	assert_int_equal(headers__parse(v6, sizeof(v6), 0, ETH_P_IPV6, 0, &q), 0);
	assert_int_equal(q.proto, IPPROTO_UDP);
	assert_int_equal(q.sport, 0x1234);
	v6[59] = 8; /* not the first fragment: what follows are no ports */
	assert_int_equal(headers__parse(v6, sizeof(v6), 0, ETH_P_IPV6, 0, &q), 0);
	assert_int_equal(q.frag, 8);
	assert_int_equal(q.sport, 0);
	v4[24] = 0x56; /* header of 24 bytes: an option */
	assert_int_equal(headers__parse(v4, sizeof(v4), 0, ETH_P_IP, 0, &q), 0);
	assert_int_equal(q.sport, 0x5600);
	v4[0] = 0x44;
	assert_int_equal(headers__parse(v4, sizeof(v4), 0, ETH_P_IP, 0, &q), -EPROTONOSUPPORT);
	assert_int_equal(headers__parse(v4, sizeof(v4), 0, 0x88cc, 0, &q), -EPROTONOSUPPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_extensions_and_fragments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
