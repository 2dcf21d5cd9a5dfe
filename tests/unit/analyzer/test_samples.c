/*
 * test_samples.c: packets per interface, kernel counters, queueing disciplines, retransmissions, what the recorder
 * says about itself.
 */
#include "fixture.h"

static struct fixture f;

static int setup(void **state)
{
	(void)state;
	fixture__begin(&f, 2);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture__end(&f);
	return 0;
}

static void test_interface_counts(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, STAGE_netif_receive_skb, 2, 1);
	add_packet(&f, 200, 0, 0x100, STAGE_netif_receive_skb, 3, 1);  /* the bridge above */
	add_packet(&f, 300, 0, 0x100, STAGE_napi_gro_receive_entry, 2, 1); /* not counted */
	add_hop(&f, 400, 0, 0x200, STAGE_net_dev_xmit, 2, 0);
	add_hop(&f, 500, 0, 0x300, STAGE_net_dev_xmit, 2, 0);
	add_hop(&f, 600, 0, 0x400, STAGE_net_dev_xmit, 2, 16); /* NETDEV_TX_BUSY */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT ifindex, dir, packets, bytes, refused FROM iface_count ORDER BY 1, 2", "2|rx|1|100|0;2|tx|2|200|1;3|rx|1|100|0");
}

static void test_kernel_counters(void **state)
{
	(void)state;
	ADD(&f, netdev, 0, STREAM_RECORDER, .netns = NETNS, .ifindex = 2, .rx_packets = 10, .rx_bytes = 1000, .tx_packets = 5, .tx_errors = 1);
	ADD(&f, netdev, 1000000000, STREAM_RECORDER, .netns = NETNS, .ifindex = 2, .rx_packets = 14, .rx_bytes = 1500, .rx_dropped = 2, .tx_packets = 5, .tx_errors = 1);
	/* The device was replaced by another one: it counts from 0. */
	ADD(&f, netdev, 2000000000, STREAM_RECORDER, .netns = NETNS, .ifindex = 2, .rx_packets = 3, .rx_bytes = 30, .tx_packets = 1);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT win, rx_packets, rx_bytes, rx_dropped, tx_packets, tx_errors FROM iface_delta ORDER BY 1", "1|4|500|2|0|0;2|3|30|0|1|0");
	assert_rows(&f, "SELECT first_ns, last_ns, first_rx_packets, last_rx_packets, first_tx_errors, last_tx_errors FROM iface_kernel",
		    "5000000000|7000000000|10|3|1|0");
}

static void test_qdisc(void **state)
{
	(void)state;
	DEFINE(&f, string, .id = 1, .text = TEXT("tbf"));
	ADD(&f, qdisc, 0, STREAM_RECORDER, .netns = NETNS, .ifindex = 2, .handle = 0x10000, .parent = 0xffffffff, .kind = 1, .drops = 7, .packets = 100, .bytes = 9000);
	ADD(&f, qdisc, 1000000000, STREAM_RECORDER, .netns = NETNS, .ifindex = 2, .handle = 0x10000, .parent = 0xffffffff, .kind = 1, .qlen = 8, .backlog = 640, .drops = 10, .overlimits = 4, .packets = 150, .bytes = 9900);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT win, kind, parent, packets, bytes, drops, overlimits, qlen, backlog FROM qdisc_stat ORDER BY 1",
		    "0|tbf|4294967295|0|0|0|0|0|0;1|tbf|4294967295|50|900|3|4|8|640");
}

static void test_counters(void **state)
{
	(void)state;
	DEFINE(&f, string, .id = 5, .text = TEXT("ip.InDiscards"));
	ADD(&f, counter, 0, STREAM_RECORDER, .name = 5, .netns = NETNS, .value = 100);
	ADD(&f, counter, 1000000000, STREAM_RECORDER, .name = 5, .netns = NETNS, .value = 103);
	ADD(&f, counter, 2000000000, STREAM_RECORDER, .name = 5, .netns = NETNS, .value = 103);
	ADD(&f, counter, 2000000000, STREAM_RECORDER, .name = 6, .netns = NETNS, .value = 1); /* no name: left out */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT netns, name, first, last, delta FROM counter", "4026531840|ip.InDiscards|100|103|3");
	assert_rows(&f, "SELECT win, name, delta FROM counter_delta", "1|ip.InDiscards|3");
}

static void add_retransmit(__u64 at, unsigned port, unsigned cwnd, unsigned srtt)
{
	struct rec_tcp t = { .rec = { .ts = T0 + at, .type = REC_tcp }, .sport = 80, .dport = port, .state = 1, .netns = NETNS,
			     .seq = 9, .len = 1000, .cwnd = cwnd, .srtt = srtt };

	memcpy(t.saddr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01", 16);
	memcpy(t.daddr, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	fixture__row(&f, &t.rec);
}

static bool wants_1002(void *arg, const struct rec_packet *p, const struct first_bytes *first)
{
	(void)first;
	(void)arg;
	return p->dport == 1002 && p->proto == 6;
}

static void test_tcp(void **state)
{
	(void)state;
	add_retransmit(100, 1001, 10, 300);
	add_retransmit(200, 1001, 4, 900);
	add_retransmit(300, 1001, 7, 200);
	add_retransmit(400, 1002, 7, 200);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT saddr, sport, daddr, dport, n, bytes, max_srtt_us, min_cwnd FROM tcp_flow ORDER BY dport",
		    "10.0.0.1|80|2001:db8::1|1001|3|3000|900|4;10.0.0.1|80|2001:db8::1|1002|1|1000|200|7");
	assert_rows(&f, "SELECT count(*), min(cwnd) FROM tcp_retransmit", "4|4");
	f.opts.filter = (struct analyze_filter){ wants_1002, NULL, "port 1002" };
	fixture__analyze(&f);
	assert_rows(&f, "SELECT dport, n FROM tcp_flow", "1002|1");
}

static void test_recorder(void **state)
{
	(void)state;
	DEFINE(&f, probe, .id = 1, .name = TEXT("netif_receive_skb"), .type = REC_packet, .stage = 3, .status = PROBE_ATTACHED, .method = TEXT("tp_btf"));
	DEFINE(&f, probe, .id = 2, .name = TEXT("futex"), .type = REC_futex, .status = PROBE_FAILED, .detail = TEXT("no such tracepoint"));
	DEFINE(&f, probe, .id = 3, .name = TEXT("tcp"), .type = REC_tcp, .status = PROBE_NOT_WANTED);
	DEFINE(&f, config, .key = TEXT("host.kernel"), .value = TEXT("6.1.0"));
	add_packet(&f, 100, 0, 0x100, STAGE_netif_receive_skb, 2, 1);
	ADD(&f, probe_cost, 200, STREAM_RECORDER, .probe = 1, .runs = 10, .run_time = 900);
	ADD(&f, probe_cost, 300, STREAM_RECORDER, .probe = 1, .runs = 30, .run_time = 2700, .misses = 1);
	ADD(&f, cost, 300, STREAM_RECORDER, .cpu_time = 1000, .rss = 2, .written = 3, .events = 4, .lost = 5, .ring_peak = 6, .ring_size = 7);
	ADD(&f, total, 400, STREAM_RECORDER, .type = REC_packet, .written = 1, .lost = 8);
	add_gap(&f, 10, 20, 0, REC_packet, 3); /* the total knows of more */
	add_gap(&f, 30, 40, 0, REC_hop, 2);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT id, name, stage, status, method, detail, runs, run_time_ns, misses FROM probe ORDER BY 1",
		    "1|netif_receive_skb|3|1|tp_btf||30|2700|1;2|futex|0|2||no such tracepoint|NULL|NULL|NULL;3|tcp|0|0|||NULL|NULL|NULL");
	assert_rows(&f, "SELECT name, rows, written, lost FROM record_count WHERE type IN (1, 2, 6, 12) ORDER BY type",
		    "packet|1|1|8;hop|0|NULL|2;futex|0|NULL|0");
	assert_rows(&f, "SELECT cpu_time_ns, rss, written, events, lost, ring_peak, ring_size FROM cost", "1000|2|3|4|5|6|7");
	assert_rows(&f, "SELECT value FROM config WHERE key = 'host.kernel'", "6.1.0");
	assert_int_equal(f.stats.lost, 10);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_interface_counts), TEST(test_kernel_counters), TEST(test_qdisc),
		TEST(test_counters),	     TEST(test_tcp),		 TEST(test_recorder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
