/*
 * test_anonymize.c: the published vectors of Crypto-PAn, what stays and what does not, and that every field has its rule.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <cmocka.h>
#include "analyzer/anonymize/disguise.h"
#include "analyzer/anonymize/flow_bytes.h"
#include "analyzer/anonymize/held.h"
#include "analyzer/anonymize/hows.h"
#include "analyzer/anonymize/packet_bytes.h"
#include "analyzer/anonymize/prefix.h"
#include "analyzer/anonymize/words.h"
#include "format/schema.h"

static const char secret[] = "sixteen bytes or more of anything";

static struct disguise *disguise(void)
{
	struct disguise *d = disguise__new(secret, sizeof(secret), false);

	assert_non_null(d);
	return d;
}

static uint64_t seed = 88172645463325252ull;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* ---- prefixes ----------------------------------------------------------------------------------- */

/* Key and pairs of the sample in the Crypto-PAn distribution, and those that implementations agree on for IPv6. */
static void test_vectors(void **state)
{
	static const __u8 key[PREFIX_KEY] = { 21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
					      216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2 };
	static const char *const pairs[][2] = {
		{ "128.11.68.132", "135.242.180.132" }, { "129.118.74.4", "134.136.186.123" },
		{ "130.132.252.244", "133.68.164.234" }, { "141.223.7.43", "141.167.8.160" },
		{ "152.163.225.39", "151.140.114.167" }, { "192.102.249.13", "252.138.62.131" },
		{ "24.0.250.221", "100.15.198.226" }, { "64.39.15.238", "0.219.7.41" }, { "10.185.25.118", "117.161.29.118" },
		{ "::1", "78ff:f001:9fc0:20df:8380:b1f1:704:ed" }, { "::ffff", "78ff:f001:9fc0:20df:8380:b1f1:704:f838" },
		{ "2001:db8::2", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c" },
	};
	struct prefix_map m;
	char text[INET6_ADDRSTRLEN];
	__u8 a[16];

	(void)state;
	prefix_map__init(&m, key);
	for (int twice = 0; twice < 2; twice++) /* computed, and remembered */
		for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
			int family = strchr(pairs[i][0], ':') ? AF_INET6 : AF_INET;

			assert_int_equal(inet_pton(family, pairs[i][0], a), 1);
			prefix_map__apply(&m, a, family == AF_INET ? 32 : 128, 0);
			assert_string_equal(inet_ntop(family, a, text, sizeof(text)), pairs[i][1]);
		}
}

static unsigned common(const __u8 *a, const __u8 *b, unsigned bits)
{
	unsigned n = 0;

	while (n < bits && !((a[n / 8] ^ b[n / 8]) >> (7 - n % 8) & 1))
		n++;
	return n;
}

static void test_prefixes(void **state)
{
	struct disguise *d = disguise();

	(void)state;
	for (int i = 0; i < 20000; i++) {
		__u8 a[16], b[16], to_a[16], to_b[16];
		size_t n = i % 2 ? 4 : 16;
		unsigned share = rnd() % (8 * n);

		for (size_t j = 0; j < n; j++) {
			a[j] = (__u8)rnd();
			b[j] = j < share / 8 ? a[j] : (__u8)rnd();
		}
		a[0] = n == 16 && a[0] == 0xff ? 0x20 : a[0]; /* groups are another matter */
		b[0] = n == 16 && b[0] == 0xff ? 0x20 : b[0];
		memcpy(to_a, a, n);
		memcpy(to_b, b, n);
		if (n == 4) {
			disguise__ip4(d, to_a);
			disguise__ip4(d, to_b);
		} else {
			disguise__ip6(d, to_a);
			disguise__ip6(d, to_b);
		}
		assert_int_equal(common(a, b, 8 * n), common(to_a, to_b, 8 * n));
	}
	disguise__free(d);
}

static void ip_is(struct disguise *d, const char *from, const char *to)
{
	int family = strchr(from, ':') ? AF_INET6 : AF_INET;
	char text[INET6_ADDRSTRLEN];
	__u8 a[16];

	assert_int_equal(inet_pton(family, from, a), 1);
	if (family == AF_INET)
		disguise__ip4(d, a);
	else
		disguise__ip6(d, a);
	inet_ntop(family, a, text, sizeof(text));
	if (to)
		assert_string_equal(text, to);
	else
		assert_string_not_equal(text, from);
}

static void test_special(void **state)
{
	static const char *const stay[] = { "0.0.0.0", "127.0.0.1", "127.8.9.10", "224.0.0.251", "239.1.2.3", "255.255.255.255",
					    "::", "::1", "ff02::1", "ff02::fb" };
	static const char *const go[] = { "10.0.0.1", "192.168.1.1", "169.254.1.1", "8.8.8.8", "1.2.3.4", "2001:db8::1", "fe80::1",
					  "ff02::1:ff00:1", "fd00::1", "ff3e:40:2001:db8::1" };
	static const __u8 link_local[8] = { 0xfe, 0x80 };
	struct disguise *d = disguise();
	__u8 a[16] = { 0xfe, 0x80, [15] = 7 }, group[16] = { 0xff, 2, [11] = 1, 0xff, 1, 2, 3 }, mac[6] = { 0x33, 0x33, 0xff, 1, 2, 3 };

	(void)state;
	for (size_t i = 0; i < sizeof(stay) / sizeof(*stay); i++)
		ip_is(d, stay[i], stay[i]);
	for (size_t i = 0; i < sizeof(go) / sizeof(*go); i++)
		ip_is(d, go[i], NULL);
	disguise__ip6(d, a);
	assert_memory_equal(a, link_local, sizeof(link_local));
	disguise__ip6(d, group); /* and the address it has on Ethernet */
	disguise__mac(d, mac);
	assert_memory_equal(mac + 3, group + 13, 3);
	assert_true(mac[3] != 1 || mac[4] != 2 || mac[5] != 3);
	disguise__free(d);
}

static void test_macs(void **state)
{
	static const __u8 stay[][6] = { { 0 }, { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, { 1, 0, 0x5e, 0, 0, 0xfb }, { 0x33, 0x33, 0, 0, 0, 1 },
					{ 1, 0x80, 0xc2, 0, 0, 0xe } };
	struct disguise *d = disguise(), *vendor = disguise__new(secret, sizeof(secret), true);

	(void)state;
	for (size_t i = 0; i < sizeof(stay) / sizeof(*stay); i++) {
		__u8 m[6];

		memcpy(m, stay[i], 6);
		disguise__mac(d, m);
		assert_memory_equal(m, stay[i], 6);
	}
	for (int i = 0; i < 1000; i++) {
		__u8 from[6], to[6];

		for (int j = 0; j < 6; j++)
			from[j] = (__u8)rnd();
		from[0] &= ~1;
		memcpy(to, from, 6);
		disguise__mac(d, to);
		assert_int_equal(from[0] & 3, to[0] & 3);
		assert_memory_not_equal(from, to, 6);
		memcpy(to, from, 6);
		disguise__mac(vendor, to);
		assert_memory_equal(from, to, 3);
		assert_memory_not_equal(from, to, 6);
	}
	disguise__free(d);
	disguise__free(vendor);
}

/* ---- fields ------------------------------------------------------------------------------------- */

/* That each has a rule the compiler sees; here that the rule is one for fields of its kind, and hides what its unit says. */
static void test_fields(void **state)
{
	(void)state;
	for (unsigned type = 1; type < REC_TYPE_MAX; type++) {
		const struct record_desc *d = schema__record(type);

		for (unsigned i = 0; d && i < d->n_fields; i++) {
			const struct field_desc *f = &d->fields[i];
			enum how how = hows__of(type, i);

			assert_int_not_equal(how, HOW_NONE);
			if (f->kind != FIELD_UINT)
				assert_int_not_equal(how, HOW_NUMBER);
			if (f->kind == FIELD_TEXT)
				assert_true(how >= HOW_STRING);
			if (!strcmp(f->unit, "ADDR"))
				assert_int_equal(how, HOW_ADDRESS);
			if (!strcmp(f->unit, "MAC"))
				assert_int_equal(how, HOW_MAC);
			if (!strcmp(f->name, "hash"))
				assert_int_equal(how, HOW_HASH);
			if (!strcmp(f->unit, "NAME"))
				assert_int_equal(how, HOW_THREAD);
			if (!strcmp(f->unit, "STRING"))
				assert_true(how > HOW_FACT);
		}
		if (d)
			assert_int_equal(hows__of(type, d->n_fields), HOW_NONE);
	}
}

/* ---- words -------------------------------------------------------------------------------------- */

typedef int (*words_fn)(struct disguise *d, const char *s, size_t n, struct buf *out);

/* `to` with ~ where a name stands for another one; NULL: nothing of `from` is to be left. */
static void becomes(struct disguise *d, words_fn fn, const char *from, const char *to)
{
	struct buf out = { 0 };
	size_t at = 0;

	assert_int_equal(fn(d, from, strlen(from), &out), 0);
	assert_int_equal(buf__reserve(&out, 1), 0);
	out.p[out.len] = 0;
	for (const char *t = to; *t; t++) {
		if (*t != '~') {
			if (out.p[at++] != *t)
				fail_msg("%s becomes %s, not %s", from, (const char *)out.p, to);
			continue;
		}
		while (at < out.len && out.p[at] != '-' && out.p[at] != t[1])
			at++;
		at += out.p[at] == '-' ? 9 : 0;
	}
	if (at != out.len)
		fail_msg("%s becomes %s, not %s", from, (const char *)out.p, to);
	buf__free(&out);
}

static void test_names(void **state)
{
	struct disguise *d = disguise();

	(void)state;
	becomes(d, words__device, "lo", "lo");
	becomes(d, words__device, "ovs-system", "ovs-system");
	becomes(d, words__device, "eth0", "~");
	becomes(d, words__netns, "pid:17", "pid:17");
	becomes(d, words__netns, "12", "~");
	becomes(d, words__thread, "ksoftirqd/11", "ksoftirqd/11");
	becomes(d, words__thread, "CPU 3/KVM", "CPU 3/KVM");
	becomes(d, words__thread, "vhost-1234", "vhost-1234");
	becomes(d, words__thread, "handler9", "handler9");
	becomes(d, words__thread, "kworker/u4:1", "kworker/u4:1");
	becomes(d, words__thread, "secret", "~");
	becomes(d, words__path, "/usr/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libc.so.6");
	becomes(d, words__path, "/srv/secret/prog (deleted)", "/~/~/~ (deleted)");
	becomes(d, words__counter, "tcpext.ListenDrops", "tcpext.ListenDrops");
	becomes(d, words__counter, "ovs.system@ovs-br.1.hit", "ovs.~.hit");
	becomes(d, words__counter, "secret.thing", "~");
	becomes(d, words__list, "0-3,7", "0-3,7");
	becomes(d, words__list, "10.1.2.3", "~");
	becomes(d, words__symbol, "bpf_prog_0123456789abcdef_secret", "bpf_prog_0123456789abcdef_~");
	assert_true(words__public("/usr/lib/x86_64-linux-gnu/libc.so.6", 35));
	assert_false(words__public("/usr/bin/secret", 15));
	disguise__free(d);
}

static void test_texts(void **state)
{
	static const char *const gone[] = { "secret", "10.1.2.3", "10.1.2.3/24", "10.1.2.3:80", "[2001:db8::7]:80", "2001:db8::7/64", "net 10.1",
					    "host 10", "02:00:5e:10:00:01", "02-00-5e-10-00-01", "123456781234123412341234567890ab",
					    "12345678-1234-1234-1234-1234567890ab", "525400123456", "2001:db8:1", "10.1.2", "eth7-TxRx-3",
					    "fe80::1%eth7", "/srv/secret", "secret@host", "sécret" };
	static const char *const digits[] = { "secret", "10.1.2", "db8", "10.1", "host 10", "5e", "12345678", "525400", "10.1.2.3", "eth7", "fe80::1%",
					      "cret" };
	struct disguise *d = disguise();

	(void)state;
	becomes(d, words__text, "this kernel has no tracepoint secret_point", "this kernel has no tracepoint ~");
	becomes(d, words__text, "netrec record -o /tmp/secret -t 30s --ring 8M", "netrec record -o /tmp/~ -t 30s --ring 8M");
	becomes(d, words__text, "udp port 53 and not tcp", "udp port 53 and not tcp");
	becomes(d, words__text, "-device virtio-net-pci,netdev=n0,mq=on", "-device virtio-net-pci,netdev=~,mq=on");
	becomes(d, words__tasks, "ksoftirqd/0/12, secret/9", "ksoftirqd/0/12, ~/9");
	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++) {
		struct buf out = { 0 };

		assert_int_equal(words__text(d, gone[i], strlen(gone[i]), &out), 0);
		assert_int_equal(buf__reserve(&out, 1), 0);
		out.p[out.len] = 0;
		for (size_t j = 0; j < sizeof(digits) / sizeof(*digits); j++)
			if (strstr(gone[i], digits[j]) && strstr((const char *)out.p, digits[j]))
				fail_msg("%s becomes %s", gone[i], (const char *)out.p);
		buf__free(&out);
	}
	disguise__free(d);
}

/* The taps among a virtual machine's arguments are called what the device is. */
static void test_taps(void **state)
{
	struct disguise *d = disguise();
	struct buf device = { 0 }, args = { 0 };
	char wanted[200];

	(void)state;
	assert_int_equal(words__device(d, "web7", 4, &device), 0);
	assert_int_equal(words__text(d, "tap,ifname=web7,id=n0 tap=web7", 30, &args), 0);
	snprintf(wanted, sizeof(wanted), "ifname=%.*s,id=", (int)device.len, device.p);
	assert_non_null(memmem(args.p, args.len, wanted, strlen(wanted)));
	snprintf(wanted, sizeof(wanted), " tap=%.*s", (int)device.len, device.p);
	assert_memory_equal(args.p + args.len - strlen(wanted), wanted, strlen(wanted));
	buf__free(&device);
	buf__free(&args);
	disguise__free(d);
}

/* Facts are known by their keys, numbers in them included. */
static void test_facts(void **state)
{
	(void)state;
	assert_int_equal(hows__of_fact("host.name", 9), HOW_HOST);
	assert_int_equal(hows__of_fact("netns.4026531840.unreadable", 27), HOW_TEXT);
	assert_int_equal(hows__of_fact("ovs.other_config.secret", 23), HOW_NONE);
}

/* ---- bytes -------------------------------------------------------------------------------------- */

/* 10.0.0.1 to 10.0.0.2, UDP, and a payload. */
static const __u8 frame[60] = {
	2, 0x77, 0, 0, 0, 1, 2, 0x77, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 46, 0, 1, 0, 0, 64, 17, 0x66, 0xbc, 10, 0, 0, 1, 10, 0, 0, 2,
	0x12, 0x34, 0, 53, 0, 26, 0xbe, 0xef, 's', 'e', 'c', 'r', 'e', 't', ' ', 'p', 'a', 'y', 'l', 'o', 'a', 'd', '!', '!', '!', '!',
};

static void test_frame(void **state)
{
	static const __u8 none[PACKET_BYTES_MAX];
	struct disguise *d = disguise();
	__u8 b[PACKET_BYTES_MAX] = { 0 }, source[4] = { 10, 0, 0, 1 };

	(void)state;
	memcpy(b, frame, sizeof(frame));
	packet_bytes__disguise(d, b, sizeof(frame), true, 0, 0);
	disguise__ip4(d, source);
	assert_memory_equal(b + 26, source, 4);
	assert_memory_equal(b + 34, frame + 34, 6); /* ports and length */
	assert_memory_equal(b + 40, none, sizeof(b) - 40);
	assert_memory_equal(b + 12, frame + 12, 12);
	memcpy(b, frame, sizeof(frame)); /* as a drop has it; and as what nobody knows */
	packet_bytes__disguise(d, b, sizeof(frame), true, 14, 0x0800);
	assert_memory_equal(b + 26, source, 4);
	memcpy(b, frame, sizeof(frame));
	packet_bytes__disguise(d, b, sizeof(frame), true, 14, 0x1234);
	assert_memory_equal(b + 14, none, sizeof(b) - 14);
	memcpy(b, frame, sizeof(frame));
	packet_bytes__disguise(d, b, sizeof(frame), true, 6, 0x0800); /* layer 3 in the middle of layer 2 */
	assert_memory_equal(b + 14, none, sizeof(b) - 14);
	disguise__free(d);
}

/* Any bytes at all, of exact size: the sanitizer build sees what is read. */
static void test_any_bytes(void **state)
{
	static const __u16 types[] = { 0x0800, 0x86dd, 0x0806, 0x8100, 0x8847, 0x8864, 0 };
	struct disguise *d = disguise();

	(void)state;
	for (int i = 0; i < 30000; i++) {
		size_t n = rnd() % 200;
		__u8 *p = malloc(n ? n : 1), b[PACKET_BYTES_MAX];

		for (size_t j = 0; j < n; j++)
			p[j] = rnd() % 3 ? (__u8)(rnd() % 12) : (__u8)rnd();
		flow_bytes__disguise(d, p, n);
		for (size_t j = 0; j < sizeof(b); j++)
			b[j] = (__u8)rnd();
		b[14] = 0x45;
		b[23] = (__u8)(rnd() % 60);
		packet_bytes__disguise(d, b, rnd() % 120, rnd() % 2, rnd() % 3 ? 0 : rnd() % 100, types[rnd() % 7]);
		free(p);
	}
	disguise__free(d);
}

static void test_flow(void **state)
{
	/* key(ipv4(10.0.0.1 to 10.0.0.2)), mask(ipv4(/32, none)), an attribute nobody knows, ufid. */
	static const __u8 attrs[] = {
		20, 0, 1, 0, 16, 0, 7, 0, 10, 0, 0, 1, 10, 0, 0, 2, 17, 0, 64, 0,
		20, 0, 7, 0, 16, 0, 7, 0, 255, 255, 255, 255, 0, 0, 0, 0, 255, 0, 0, 0,
		8, 0, 99, 0, 's', 'e', 'c', 'r', 20, 0, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
	};
	static const __u8 none[4];
	struct disguise *d = disguise();
	__u8 b[sizeof(attrs)], source[4] = { 10, 0, 0, 1 };

	(void)state;
	memcpy(b, attrs, sizeof(b));
	flow_bytes__disguise(d, b, sizeof(b));
	disguise__ip4(d, source);
	assert_memory_equal(b, attrs, 8);
	assert_memory_equal(b + 8, source, 4);
	assert_memory_equal(b + 16, attrs + 16, 28); /* protocol, and all of the mask */
	assert_memory_equal(b + 44, none, 4);
	assert_memory_not_equal(b + 52, attrs + 52, 16);
	memcpy(b, attrs, sizeof(b)); /* it ends in the middle of an address */
	flow_bytes__disguise(d, b, 10);
	assert_memory_equal(b + 8, none, 2);
	disguise__free(d);
}

/* ---- rows that wait ----------------------------------------------------------------------------- */

static struct rec_head head_seen;
static unsigned seen;

static int see(void *arg, const struct rec *rec)
{
	(void)arg;
	seen++;
	if (rec->type == REC_head)
		head_seen = *(const struct rec_head *)rec;
	return 0;
}

/* First bytes wait for their packet; without it nothing of them stays. */
static void test_heads(void **state)
{
	static const __u8 none[PACKET_BYTES_MAX];
	struct rec_head head = { .rec = { .ts = 10, .type = REC_head }, .skb = 7, .len = sizeof(frame) };
	struct rec_packet packet = { .rec = { .ts = 11, .type = REC_packet }, .skb = 7, .l2 = FRAME_KNOWN | FRAME_ETHERNET | FRAME_HEAD };
	struct disguise *d = disguise();
	struct held *h = held__new(d);
	__u8 source[4] = { 10, 0, 0, 1 };

	(void)state;
	memcpy(head.bytes, frame, sizeof(frame));
	seen = 0;
	assert_int_equal(held__put(h, &head.rec, see, NULL), 0);
	assert_int_equal(seen, 0);
	assert_int_equal(held__put(h, &packet.rec, see, NULL), 0);
	assert_int_equal(seen, 2);
	disguise__ip4(d, source);
	assert_memory_equal(head_seen.bytes + 26, source, 4);
	assert_memory_equal(head_seen.bytes + 42, none, sizeof(none) - 42);
	packet.skb = 8; /* another one's */
	assert_int_equal(held__put(h, &head.rec, see, NULL), 0);
	assert_int_equal(held__put(h, &packet.rec, see, NULL), 0);
	assert_int_equal(held__flush(h, see, NULL), 0);
	assert_int_equal(seen, 4);
	assert_memory_equal(head_seen.bytes, none, sizeof(none));
	held__free(h);
	disguise__free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors), cmocka_unit_test(test_prefixes), cmocka_unit_test(test_special),
		cmocka_unit_test(test_macs), cmocka_unit_test(test_fields), cmocka_unit_test(test_names),
		cmocka_unit_test(test_texts), cmocka_unit_test(test_taps), cmocka_unit_test(test_facts),
		cmocka_unit_test(test_frame),
		cmocka_unit_test(test_any_bytes), cmocka_unit_test(test_flow), cmocka_unit_test(test_heads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
