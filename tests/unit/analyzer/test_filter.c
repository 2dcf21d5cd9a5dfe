/*
 * test_filter.c: tcpdump expressions match the packet records they should, and what a record cannot answer
 * is refused when the filter is compiled.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <string.h>
#include <errno.h>
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <cmocka.h>
#include "analyzer/filter/filter.h"
#include "format/host/expression.h"

static struct rec_packet packet(int family, const char *src, const char *dst, __u8 proto, __u16 sport, __u16 dport)
{
	struct rec_packet p = { .proto = proto, .sport = sport, .dport = dport, .len = 100, .ip_len = 100 };

	p.ethertype = family == AF_INET ? ETH_P_IP : ETH_P_IPV6;
	if (family == AF_INET) {
		memset(p.saddr + 10, 0xff, 2);
		memset(p.daddr + 10, 0xff, 2);
	}
	assert_int_equal(inet_pton(family, src, p.saddr + (family == AF_INET ? 12 : 0)), 1);
	assert_int_equal(inet_pton(family, dst, p.daddr + (family == AF_INET ? 12 : 0)), 1);
	return p;
}

static bool matches(const char *expression, const struct rec_packet *p)
{
	struct filter *f;
	struct trace_error err = { .code = 0 };

	if (filter__compile(&f, expression, &err) != 0)
		fail_msg("%s: %s", expression, err.text);
	bool result = filter__match(f, p, NULL);
	filter__free(f);
	return result;
}

static void test_matches(void **state)
{
	struct rec_packet t = packet(AF_INET, "10.0.0.1", "10.0.1.2", IPPROTO_TCP, 40000, 80);
	struct rec_packet u6 = packet(AF_INET6, "fd00::1", "fd00::2", IPPROTO_UDP, 5000, 53);
	struct rec_packet ping = packet(AF_INET, "10.0.0.1", "10.0.1.2", IPPROTO_ICMP, 77, 8 << 8);

	(void)state;
	t.tcp_flags = 0x02;
	t.frag = 0x4000;
	assert_true(matches("", &t));
	assert_true(matches("tcp port 80", &t));
	assert_true(matches("port 80 or port 53", &t));
	assert_true(matches("port 80 or port 53", &u6));
	assert_false(matches("udp", &t));
	assert_true(matches("src net 10.0.0.0/24 and dst host 10.0.1.2", &t));
	assert_false(matches("dst net 10.0.0.0/24", &t));
	assert_true(matches("tcp[tcpflags] & tcp-syn != 0", &t));
	assert_false(matches("tcp[tcpflags] & tcp-ack != 0", &t));
	assert_true(matches("ip6 and udp dst port 53 and host fd00::2", &u6));
	assert_true(matches("icmp[icmptype] == icmp-echo and icmp[4:2] == 77", &ping));
	assert_true(matches("less 100 and greater 100", &t));
	assert_false(matches("greater 101", &t));
	assert_true(matches("ip[6] & 0x40 != 0", &t));
}

static void test_fragments_and_vlan(void **state)
{
	struct rec_packet t = packet(AF_INET, "10.0.0.1", "10.0.1.2", IPPROTO_TCP, 40000, 80);
	struct rec_packet later = t;
	struct rec_packet arp = { .ethertype = ETH_P_ARP, .dport = 1 };

	(void)state;
	later.frag = 0x00b9;
	assert_true(matches("tcp", &later));
	assert_false(matches("tcp port 80", &later));
	t.vlan = 0x2005;
	assert_false(matches("tcp port 80", &t)); /* as tcpdump: tagged packets need `vlan` */
	assert_true(matches("vlan 5 and tcp port 80", &t));
	assert_false(matches("vlan 6", &t));
	memset(arp.saddr + 10, 0xff, 2);
	inet_pton(AF_INET, "192.0.2.9", arp.saddr + 12);
	assert_true(matches("arp and host 192.0.2.9", &arp));
	assert_true(matches("arp[6:2] == 1", &arp));
}

/* A packet with its frame, as netrec records it since it records frames. */
static struct rec_packet framed(__u8 proto, __u16 tpid, __u16 vlan, __u32 tag2)
{
	struct rec_packet p = packet(AF_INET, "10.0.0.1", "10.0.1.2", proto, 40000, 80);

	p.l2 = FRAME_KNOWN | FRAME_ETHERNET;
	p.pulled = 14;
	p.dmac = 0x020000000022;
	p.smac = 0x020000000011;
	p.tpid = tpid;
	p.vlan = vlan;
	p.tag2 = tag2;
	return p;
}

static void test_frames(void **state)
{
	struct rec_packet plain = framed(IPPROTO_TCP, 0, 0, 0), tagged = framed(IPPROTO_TCP, 0x8100, 5, 0);
	struct rec_packet stacked = framed(IPPROTO_TCP, 0x88a8, 100, 0x8100u << 16 | 5), beside = tagged, up = plain;

	(void)state;
	beside.l2 |= FRAME_TAG_BESIDE;
	up.l2 = FRAME_KNOWN; /* no Ethernet header */
	up.pulled = 0;
	assert_true(matches("ether src 02:00:00:00:00:11 and ether dst 02:00:00:00:00:22", &plain));
	assert_false(matches("ether src 02:00:00:00:00:22 or ether broadcast", &plain));
	assert_true(matches("vlan 100 and vlan 5 and tcp port 80", &stacked));
	assert_true(matches("ether proto 0x88a8", &stacked));
	assert_false(matches("ether proto 0x88a8", &tagged));
	assert_false(matches("vlan and vlan", &tagged));
	assert_false(matches("tcp", &tagged));
	assert_true(matches("tcp", &beside)); /* overlooked, as on a live capture */
	assert_true(matches("vlan 5 and tcp", &beside));
	assert_true(matches("greater 114 and less 114", &plain));
	assert_true(matches("vlan and len = 118", &beside));
	assert_false(matches("vlan 5 or vlan 7", &plain));
	assert_true(matches("vlan 5 or vlan 7", &tagged));
	assert_true(matches("tcp port 80", &up));
	assert_false(matches("ether src 02:00:00:00:00:11", &up));
	assert_false(matches("not arp and vlan", &up));
}

/* An ICMP echo request in MPLS, and IPv6 with a hop-by-hop header before TCP: by their first bytes. */
static void test_first_bytes(void **state)
{
	static const uint8_t mpls[42] = { [12] = 0x88, 0x47, 0, 6, 0x41, 0xff, 0x45, [27] = IPPROTO_ICMP };
	static const uint8_t hop[82] = { [12] = 0x86, 0xdd, 0x60, [54] = IPPROTO_TCP };
	struct rec_packet p = { .rec.type = REC_packet, .ethertype = 0x8847, .l2 = FRAME_KNOWN | FRAME_ETHERNET | FRAME_HEAD, .len = 42 };
	struct rec_packet v6 = packet(AF_INET6, "::1", "::2", IPPROTO_TCP, 5555, 8080);
	const struct first_bytes first = { mpls, sizeof(mpls), 96 }, first6 = { hop, sizeof(hop), 96 };
	struct trace_error err;
	struct filter *f;
	char text[512];

	(void)state;
	v6.l2 = p.l2;
	assert_int_equal(filter__compile(&f, "mpls 100 and icmp", &err), 0);
	assert_true(filter__match(f, &p, &first));
	assert_false(filter__remark(f, false, text, sizeof(text)));
	assert_false(filter__match(f, &p, NULL)); /* they were lost */
	assert_true(filter__remark(f, false, text, sizeof(text)));
	assert_non_null(strstr(text, "1 records are left out"));
	filter__free(f);
	assert_int_equal(filter__compile(&f, "ip6 and tcp", &err), 0);
	assert_false(filter__match(f, &v6, &first6));
	assert_false(filter__remark(f, false, text, sizeof(text)));
	filter__free(f);
}

/* What a recording of an older netrec cannot say is said to be so. */
static void test_remarks(void **state)
{
	struct rec_packet old = packet(AF_INET, "10.0.0.1", "10.0.1.2", IPPROTO_TCP, 40000, 80);
	struct trace_error err;
	struct filter *f;
	char text[512];

	(void)state;
	assert_int_equal(filter__compile(&f, "ether src 02:00:00:00:00:11 or tcp port 80", &err), 0);
	assert_true(filter__match(f, &old, NULL)); /* whatever its MAC address is */
	assert_false(filter__remark(f, false, text, sizeof(text)));
	filter__free(f);
	assert_int_equal(filter__compile(&f, "ether src 02:00:00:00:00:11", &err), 0);
	assert_false(filter__match(f, &old, NULL)); /* a connection's */
	assert_false(filter__remark(f, false, text, sizeof(text)));
	assert_true(filter__remark(f, true, text, sizeof(text)));
	assert_non_null(strstr(text, "1 events of TCP"));
	old.rec.type = REC_packet;
	assert_false(filter__match(f, &old, NULL));
	assert_true(filter__remark(f, false, text, sizeof(text)));
	assert_non_null(strstr(text, "1 records are left out because it asks for MAC addresses"));
	filter__free(f);
	assert_int_equal(filter__compile(&f, "vlan 5 and tcp", &err), 0);
	old.vlan = 5;
	assert_true(filter__match(f, &old, NULL));
	assert_true(filter__remark(f, false, text, sizeof(text)));
	assert_non_null(strstr(text, "1 tagged or IPv6 ones"));
	filter__free(f);
}

static void test_traps(void **state)
{
	static const char *const traps[] = { "vlan 5 or vlan 7", "(vlan and icmp) or icmp", "icmp or (vlan and icmp)", "tcp and vlan",
		"icmp or mpls", "not vlan and icmp", "vlan and icmp || arp", "udp && pppoes", "vlan and icmp and vlan",
		"ip[0] & 0xf != 5 and vlan" };
	static const char *const none[] = { "", "tcp", "vlan", "vlan 5 and vlan 7 and (icmp or arp)", "(vlan 5 and icmp)", "not vlan",
		"ether src 02:00:00:00:00:11 and vlan 5 and tcp", "mpls 100 and mpls 7 and ip", "host vlan", "greater 100 and vlan" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(traps) / sizeof(*traps); i++)
		if (!expression__trap(traps[i]) || !expression__warning(traps[i], text, sizeof(text)))
			fail_msg("%s: no warning", traps[i]);
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		if (expression__trap(none[i]))
			fail_msg("%s: warns of %s", none[i], expression__trap(none[i]));
}

static void refused(const char *expression, const char *says)
{
	struct filter *f;
	struct trace_error err = { .code = 0 };

	if (filter__compile(&f, expression, &err) != -EINVAL)
		fail_msg("%s: got %d: %s", expression, err.code, err.text);
	assert_null(f);
	if (!strstr(err.text, says))
		fail_msg("%s: says '%s', not '%s'", expression, err.text, says);
}

static void test_refused(void **state)
{
	(void)state;
	refused("tcp prot 80", "pcap-filter");
	refused("tcp[14:2] == 0", "header field");
	refused("ip[10:2] == 1", "header field");
	refused("tcp[20:4] == 0x47455420", "payload");
	refused("tcp port 80 and tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420", "header field");
	refused("udp[8] == 1", "payload");
	refused("ip proto 89 and ip[20] == 2", "payload");
	refused("ip6 protochain 6", "protochain");
	refused("inbound", "direction");
}

/* Tables keep less than packet records: asking for the rest is refused, everything else still works. */
static void test_unknown(void **state)
{
	static const struct rec_packet unknown = { .tcp_flags = 0xff, .ip_id = ~0u, .len = ~0u, .vlan = 0xffff, .tos = 0xff,
						  .dmac = ~0ull, .smac = ~0ull };
	static const char *const bad[] = { "tcp[tcpflags] & tcp-syn != 0", "ip[4:2] == 7", "greater 100", "vlan 5", "ip[1] == 0", "ip6[0] & 0xf == 0", "ether src 02:00:00:00:00:11" };
	static const char *const good[] = { "tcp port 80", "host 10.0.0.1 or host fd00::1", "ip[8] > 5", "tcp[4:4] == 7", "arp", "icmp" };
	struct trace_error err;
	struct filter *f;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (filter__compile_for(&f, bad[i], &unknown, &err) != -EINVAL)
			fail_msg("%s was not refused", bad[i]);
		assert_int_equal(filter__compile(&f, bad[i], &err), 0);
		filter__free(f);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (filter__compile_for(&f, good[i], &unknown, &err) != 0)
			fail_msg("%s: %s", good[i], err.text);
		filter__free(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_fragments_and_vlan),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_first_bytes),
		cmocka_unit_test(test_remarks),
		cmocka_unit_test(test_traps),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
