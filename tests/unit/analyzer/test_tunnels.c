/*
 * test_tunnels.c: packets that a tunnel wraps in other headers, and takes out of them.
 */
#include "journey.h"

static void add_device(unsigned ifindex, const char *kind)
{
	struct rec_interface i = { .rec = { .ts = T0, .type = REC_interface, .cpu = STREAM_RECORDER }, .netns = NETNS,
				   .ifindex = ifindex, .name = { "dev", 3, 0 }, .kind = { kind, strlen(kind), 0 } };

	fixture__row(&f, &i.rec);
}

/* UDP 10.0.0.101 > 10.0.0.200, what a tunnel puts before other packets. */
static void add_outer(__u64 at, __u64 skb, unsigned stage, unsigned ifindex)
{
	struct rec_packet outer = packet_at(at, 0, skb, stage, ifindex, 99);

	outer.seq = 0;
	outer.ip_len = 150;
	outer.proto = 17;
	outer.dport = 4789;
	outer.saddr[15] = 100;
	outer.daddr[15] = 200;
	fixture__row(&f, &outer.rec);
}

#define BOTH_HEADERS "SELECT proto, dport, daddr, outer_proto, outer_dport, outer_daddr FROM packet"

/* A tunnel device wraps the packet in other headers while its driver is at work. */
static void test_encapsulation(void **state)
{
	(void)state;
	add_device(5, "vxlan");
	add_packet(&f, 100, 0, 0x100, QUEUE, 5, 1);
	add_hop(&f, 200, 0, 0x100, START, 5, 0);
	add_outer(300, 0x100, QUEUE, 2);
	add_hop(&f, 400, 0, 0x100, START, 2, 0);
	add_hop(&f, 450, 0, 0x100, XMIT, 2, 0);
	add_hop(&f, 500, 0, 0x100, XMIT, 5, 0);
	add_outer(550, 0x100, RX, 7); /* at the other end, which is on this host */
	add_packet(&f, 580, 0, 0x100, RX, 8, 1);
	add_free(&f, 600, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|1|480");
	assert_rows(&f, "SELECT ifindex, sum_ns FROM stage_latency WHERE to_stage = 8 ORDER BY 1", "2|50;5|300");
	assert_rows(&f, BOTH_HEADERS, "6|80|10.0.0.2|17|4789|10.0.0.200");
	assert_rows(&f, "SELECT proto, packets, n FROM flow ORDER BY 1", "6|1|1;17|1|0");
}

/* A driver that is no tunnel may change the headers as well: rules of Open vSwitch at its internal port. */
static void test_rewritten_in_driver(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, QUEUE, 5, 1);
	add_hop(&f, 200, 0, 0x100, START, 5, 0);
	add_outer(300, 0x100, QUEUE, 2);
	add_free(&f, 600, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|1|200");
	assert_rows(&f, BOTH_HEADERS, "6|80|10.0.0.2|NULL|NULL|NULL");
}

/* Received with the headers of the tunnel; its device then shows those inside. */
static void test_decapsulation(void **state)
{
	(void)state;
	add_device(9, "geneve");
	add_outer(100, 0x100, RX, 2);
	add_hop(&f, 200, 0, 0x100, STAGE_udp_rcv, 2, 0);
	add_packet(&f, 300, 0, 0x100, STAGE_napi_gro_receive_entry, 9, 1);
	add_packet(&f, 340, 0, 0x100, RX, 9, 1);
	add_free(&f, 600, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|1|240");
	assert_rows(&f, BOTH_HEADERS, "6|80|10.0.0.2|17|4789|10.0.0.200");
	assert_rows(&f, "SELECT proto, packets, n FROM flow ORDER BY 1", "6|1|1;17|1|0");
}

/* What never went through a tunnel of this kind does not come out of it. */
static void test_no_decapsulation(void **state)
{
	(void)state;
	add_device(9, "gretap");
	add_device(10, "veth");
	add_outer(100, 0x100, RX, 2);
	add_packet(&f, 300, 0, 0x100, RX, 9, 1); /* GRE carries it, not UDP */
	add_outer(400, 0x100, RX, 2);
	add_packet(&f, 500, 0, 0x100, RX, 10, 1);
	add_free(&f, 600, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|0|0;reused|3|0|0|0|0");
}

/* Either headers of a packet in a tunnel may be the ones that are wanted. */
static void test_filter_in_tunnel(void **state)
{
	int asked = 0;

	(void)state;
	add_device(9, "vxlan");
	for (unsigned i = 0; i < 2; i++) {
		struct rec_packet inner = packet_at(300 + i * 1000, 0, 0x100, RX, 9, 1);

		inner.dport = 80 + i; /* wanted: 81 */
		add_outer(100 + i * 1000, 0x100, RX, 2);
		fixture__row(&f, &inner.rec);
		add_free(&f, 600 + i * 1000, 0, 0x100);
	}
	f.opts.filter = (struct analyze_filter){ wants_port_81, &asked, "port 81" };
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|1|200");
	assert_rows(&f, "SELECT dport, packets FROM flow", "81|1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_encapsulation), TEST(test_rewritten_in_driver), TEST(test_decapsulation),
		TEST(test_no_decapsulation), TEST(test_filter_in_tunnel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
