/*
 * test_journey.c: packets followed by their skb: ordinary ones, skbs used again, packets met half-way, drivers
 * that report late, gaps, limits. Tunnels: test_tunnels.c; packets that change their sk_buff: test_upcalled.c.
 */
#include "journey.h"
#include "analyzer/packets/journeys.h"

#define LATENCY "SELECT from_stage, to_stage, netns, ifindex, n, sum_ns, max_ns, uncertain FROM stage_latency ORDER BY 1, 2"

static void test_stages(void **state)
{
	(void)state;
	add_packet(&f, 1000, 0, 0x100, QUEUE, 2, 7);
	add_hop(&f, 1100, 0, 0x100, ENQ, 2, 0);
	add_hop(&f, 5100, 1, 0x100, DEQ, 2, 0); /* on another CPU */
	add_hop(&f, 5150, 1, 0x100, START, 2, 0);
	add_hop(&f, 5250, 1, 0x100, XMIT, 2, 0);
	add_free(&f, 6150, 2, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, LATENCY, "4|5|4026531840|2|1|100|100|0;5|6|4026531840|2|1|4000|4000|0;6|7|4026531840|2|1|50|50|0;"
				 "7|8|4026531840|2|1|100|100|0;7|64|4026531840|2|1|1000|1000|0");
	assert_rows(&f, FATES, "consumed|1|0|0|1|4150");
	assert_rows(&f, "SELECT first_stage, last_stage, netns, ifindex FROM journey", "4|7|4026531840|2");
	assert_rows(&f, "SELECT stage, n, bytes FROM stage_count ORDER BY 1", "4|1|100;5|1|100;6|1|100;7|1|100;8|1|100");
	assert_rows(&f, "SELECT id, kept, total_ns, fate, saddr, sport, daddr, dport, seq, hops FROM packet",
		    "1|first|4150|consumed|10.0.0.1|1000|10.0.0.2|80|7|5");
	assert_rows(&f, "SELECT n, stage, ts_ns - 5000000000, cpu FROM packet_hop ORDER BY 1",
		    "0|4|1000|0;1|5|1100|0;2|6|5100|1;3|7|5150|1;4|8|5250|1;5|64|6150|2");
	assert_rows(&f, "SELECT saddr, daddr, sport, dport, packets, bytes, drops, n, sum_ns FROM flow",
		    "10.0.0.1|10.0.0.2|1000|80|1|100|0|1|4150");
}

/* Rows of two CPUs, written in an order that is not that of time. */
static void test_order_across_cpus(void **state)
{
	(void)state;
	add_free(&f, 900, 1, 0x100);
	add_hop(&f, 800, 1, 0x100, START, 2, 0);
	add_hop(&f, 300, 0, 0x100, ENQ, 2, 0);
	add_packet(&f, 100, 0, 0x100, QUEUE, 2, 1);
	add_hop(&f, 700, 1, 0x100, DEQ, 2, 0);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT from_stage, to_stage, sum_ns FROM stage_latency ORDER BY 1", "4|5|200;5|6|400;6|7|100;7|64|100");
	assert_rows(&f, FATES, "consumed|1|0|0|1|700");
}

static void test_reuse(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 2, 1);
	add_packet(&f, 900, 0, 0x100, RX, 2, 2); /* another sequence number: another packet */
	add_free(&f, 950, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|0|0;reused|1|0|0|0|0");
	assert_rows(&f, "SELECT from_stage, to_stage, sum_ns FROM stage_latency", "3|64|50");
	assert_rows(&f, "SELECT packets, n FROM flow", "2|0");
}

/* What leaves has been handed to a device: a segment that was not has the sk_buff of one that arrived. */
static void test_reuse_by_segment(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 3, 1);
	add_packet(&f, 200, 0, 0x200, QUEUE, 2, 2);
	add_free(&f, 250, 0, 0x200); /* cut into segments, and enqueued only then */
	add_hop(&f, 300, 0, 0x200, ENQ, 2, 0);
	add_hop(&f, 900, 0, 0x100, DEQ, 2, 0);
	add_hop(&f, 950, 0, 0x100, START, 2, 0);
	add_packet(&f, 5000, 0, 0x200, QUEUE, 2, 3);
	add_free(&f, 5100, 0, 0x200);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT from_stage, to_stage, sum_ns FROM stage_latency ORDER BY 1, 2", "4|64|150;6|7|50");
	assert_rows(&f, FATES, "consumed|2|0|0|0|0;reused|2|1|0|0|0;unfinished|1|1|0|0|0");
}

/* Where only queues are recorded, what arrived may leave without that. */
static void test_no_reuse_by_hop(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 3, 1);
	add_hop(&f, 900, 0, 0x100, DEQ, 2, 0);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT from_stage, to_stage, sum_ns FROM stage_latency", "3|6|800");
}

/* An sk_buff of no device is dropped: it is the packet's, unless the end of that may be among lost records. */
static void test_reuse_over_a_gap(void **state)
{
	(void)state;
	add_packet(&f, 1000, 0, 0x100, QUEUE, 2, 1);
	add_drop(&f, 1900, 0, 0x100, 0, 5);
	add_packet(&f, 2000, 0, 0x100, QUEUE, 2, 2);
	add_gap(&f, 2500, 3500, 1, REC_free, 12);
	add_drop(&f, 4000, 0, 0x100, 0, 5);
	add_packet(&f, 5000, 0, 0x100, QUEUE, 2, 3);
	add_gap(&f, 5500, 6500, 1, REC_free, 12);
	add_drop(&f, 7000, 0, 0x100, 2, 5); /* of a device */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT fate, sum(n) FROM journey GROUP BY 1", "dropped|2;reused|1");
	assert_rows(&f, "SELECT sum(drops) FROM flow", "2");
}

/* The same packet may pass a stage again: bridges, recirculation, address translation. */
static void test_same_packet_goes_on(void **state)
{
	struct rec_packet p = packet_at(300, 0, 0x100, QUEUE, 4, 1);

	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 2, 1);
	add_packet(&f, 200, 0, 0x100, RX, 3, 1);
	p.saddr[15] = 77; /* source NAT */
	p.sport = 4444;
	fixture__row(&f, &p.rec);
	add_free(&f, 400, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|1|200");
	assert_rows(&f, "SELECT from_stage, to_stage, ifindex, n FROM stage_latency ORDER BY 1, 2", "3|3|3|1;3|4|4|1;4|64|4|1");
}

/* Without any number of its own, a packet at its first place again is a new one. */
static void test_weak_identity(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 2, 0);
	add_packet(&f, 150, 0, 0x100, RX, 3, 0);
	add_packet(&f, 800, 0, 0x100, RX, 2, 0);
	add_free(&f, 900, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|0|0;reused|1|0|0|1|50");
}

static void test_orphan(void **state)
{
	(void)state;
	add_hop(&f, 100, 0, 0x100, DEQ, 2, 0);
	add_hop(&f, 160, 0, 0x100, START, 2, 0);
	add_drop(&f, 200, 0, 0x100, 2, 9);
	add_free(&f, 300, 0, 0x200); /* never seen: not a journey */
	fixture__analyze(&f);
	assert_rows(&f, FATES, "dropped|1|1|0|0|0");
	assert_rows(&f, "SELECT from_stage, to_stage, sum_ns FROM stage_latency ORDER BY 1", "6|7|60;7|65|40");
	assert_rows(&f, "SELECT kept, orphan, saddr, seq, reason, location FROM packet", "dropped|1|NULL|NULL|9|8192");
	assert_rows(&f, "SELECT count(*) FROM flow", "0");
}

/* Connection tracking may be the first to see a packet that only its next stage records with headers. */
static void test_orphan_introduced(void **state)
{
	(void)state;
	add_hop(&f, 100, 0, 0x100, STAGE_nf_conntrack_in, 0, 0);
	add_packet(&f, 160, 0, 0x100, STAGE_ip_output, 0, 7);
	add_packet(&f, 200, 0, 0x100, QUEUE, 2, 7);
	add_free(&f, 300, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|1|100");
	assert_rows(&f, "SELECT packets, n FROM flow", "1|1");
}

/* The driver returns when the packet is freed, and its skb already another packet's. */
static void test_xmit_after_free(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, QUEUE, 2, 1);
	add_hop(&f, 200, 0, 0x100, START, 2, 0);
	add_free(&f, 250, 1, 0x100);
	add_packet(&f, 260, 1, 0x100, RX, 3, 2);
	add_hop(&f, 500, 0, 0x100, XMIT, 2, 0);
	add_free(&f, 600, 1, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT from_stage, to_stage, sum_ns FROM stage_latency ORDER BY 1, 2", "3|64|340;4|7|100;7|8|300;7|64|50");
	assert_rows(&f, FATES, "consumed|2|0|0|1|100");
	assert_rows(&f, "SELECT count(*) FROM packet_hop WHERE stage = 8", "0"); /* it belongs to neither timeline */
}

/* Without its start, net_dev_xmit is counted, moves nothing and begins nothing. */
static void test_xmit_alone(void **state)
{
	(void)state;
	add_hop(&f, 500, 0, 0x100, XMIT, 2, 0);
	add_packet(&f, 600, 0, 0x200, QUEUE, 2, 1);
	add_hop(&f, 650, 0, 0x200, XMIT, 2, 0);
	add_free(&f, 700, 0, 0x200);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT from_stage, to_stage, sum_ns FROM stage_latency", "4|64|100");
	assert_rows(&f, "SELECT n FROM stage_count WHERE stage = 8", "2");
	assert_rows(&f, FATES, "consumed|1|0|0|0|0");
}

static void test_gap(void **state)
{
	(void)state;
	add_packet(&f, 1000, 0, 0x100, QUEUE, 2, 1);
	add_hop(&f, 2000, 0, 0x100, ENQ, 2, 0);
	add_gap(&f, 2500, 3500, 1, REC_hop, 12);
	add_hop(&f, 4000, 0, 0x100, DEQ, 2, 0); /* from 5 to 6 spans the gap */
	add_free(&f, 5000, 0, 0x100);
	add_packet(&f, 6000, 0, 0x200, QUEUE, 2, 2); /* after it */
	add_hop(&f, 6500, 0, 0x200, ENQ, 2, 0);
	add_free(&f, 6600, 0, 0x200);
	add_gap(&f, 6100, 6200, 0, REC_offcpu, 5); /* no packet records */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT from_stage, to_stage, n, sum_ns, uncertain FROM stage_latency ORDER BY 1, 2",
		    "4|5|2|1500|0;5|6|0|0|1;5|64|1|100|0;6|64|1|1000|0");
	assert_rows(&f, "SELECT sum(n), sum(gaps), sum(n_timed), sum(sum_ns) FROM journey", "2|1|1|500");
	assert_rows(&f, "SELECT gap FROM packet ORDER BY begin_ns", "1;0");
	assert_rows(&f, "SELECT from_ns - 5000000000, to_ns - 5000000000, cpu, type, why, lost FROM gap ORDER BY 1",
		    "2500|3500|1|2|ring full|12;6100|6200|0|5|ring full|5");
	assert_int_equal(f.stats.lost, 17);
}

/* Its time may be that of two packets: no candidate for the slowest. */
static void test_gap_is_not_slow(void **state)
{
	(void)state;
	f.opts.keep_first = 1;
	f.opts.keep_slowest = 1;
	for (unsigned i = 0; i < 3; i++) {
		add_packet(&f, i * 100000, 0, 0x100, RX, 2, i + 1);
		add_hop(&f, i * 100000 + (i == 1 ? 90000 : 500), 0, 0x100, ENQ, 2, 0);
		add_free(&f, i * 100000 + 95000, 0, 0x100);
	}
	add_gap(&f, 150000, 160000, 0, REC_free, 1);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT kept, total_ns FROM packet ORDER BY id", "first|500;slowest|500");
}

/* What a driver was busy with is forgotten when hops of its CPU were lost. */
static void test_gap_in_driver(void **state)
{
	(void)state;
	add_packet(&f, 1000, 0, 0x100, QUEUE, 2, 1);
	add_hop(&f, 1100, 0, 0x100, START, 2, 0);
	add_packet(&f, 1000, 1, 0x200, QUEUE, 2, 2);
	add_hop(&f, 1100, 1, 0x200, START, 2, 0);
	add_gap(&f, 1200, 1300, 0, REC_hop, 1);
	add_hop(&f, 1400, 0, 0x100, XMIT, 2, 0);
	add_hop(&f, 1400, 1, 0x200, XMIT, 2, 0);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT n, uncertain FROM stage_latency WHERE to_stage = 8", "0|1");
}

/* More packets under way than there is room for: the oldest are given up, and counted. */
static void test_eviction(void **state)
{
	enum { N = JOURNEYS + 50000 };

	(void)state;
	for (unsigned i = 0; i < N; i++)
		add_packet(&f, i, i % 4, 0xffff888000000000ull + i * 256ull, RX, 2, i + 1);
	fixture__analyze(&f);
	assert_int_equal(fixture__int(&f, "SELECT sum(n) FROM journey"), N);
	assert_true(fixture__int(&f, "SELECT n FROM eviction WHERE what = 'live journeys'") >= 50000);
	assert_int_equal(fixture__int(&f, "SELECT n FROM eviction WHERE what = 'live journeys'"),
			 fixture__int(&f, "SELECT sum(n) FROM journey WHERE fate = 'evicted'"));
	assert_true(f.stats.evicted >= 50000);
}

static void test_kept_limits(void **state)
{
	(void)state;
	f.opts.keep_first = 2;
	f.opts.keep_slowest = 3;
	f.opts.keep_dropped = 2;
	f.opts.late_ns = 5000;
	for (unsigned i = 0; i < 20; i++) {
		add_packet(&f, i * 100000, 0, 0x100, RX, 2, i + 1);
		if (i % 5 == 4)
			add_drop(&f, i * 100000 + 10, 0, 0x100, 2, 3);
		else
			add_hop(&f, i * 100000 + (i * 7 % 20 + 1) * 100, 0, 0x100, ENQ, 2, 0);
	}
	for (unsigned i = 0; i < 3; i++) {
		add_packet(&f, 3000000 + i * 10000, 0, 0x100, RX, 2, 100 + i);
		add_hop(&f, 3000000 + i * 10000 + 5000 + i, 0, 0x100, ENQ, 2, 0);
	}
	fixture__analyze(&f);
	assert_rows(&f, "SELECT kept, count(*) FROM packet GROUP BY 1 ORDER BY 1", "dropped|2;first|2;late|2;slowest|3");
	/* The slowest of 2, 3, 5, 6, 7, …: the first two and the late ones are stored otherwise. */
	assert_rows(&f, "SELECT total_ns FROM packet WHERE kept = 'slowest' ORDER BY id", "5002;2000;1800");
	assert_rows(&f, "SELECT what, n FROM eviction WHERE n > 0 ORDER BY 1", "dropped packets|2;late packets|1");
	assert_rows(&f, "SELECT sum(late) FROM journey", "3");
}

/* However many slow ones are asked for, memory is bounded: those that are left out are said to be. */
static void test_many_kept(void **state)
{
	(void)state;
	f.opts.keep_first = 1;
	f.opts.keep_slowest = 10000000;
	for (unsigned i = 0; i < 40000; i++) {
		add_packet(&f, i * 100000, 0, 0x100, RX, 2, i + 1);
		add_hop(&f, i * 100000 + 100 + i, 0, 0x100, ENQ, 2, 0);
	}
	fixture__analyze(&f);
	assert_rows(&f, "SELECT kept, count(*), max(total_ns), min(total_ns) FROM packet GROUP BY 1 ORDER BY 1",
		    "first|1|100|100;slowest|32768|40099|7332");
	assert_rows(&f, "SELECT n FROM eviction WHERE what = 'slowest packets'", "7231");
	f.opts = (struct analyze_opts){ .keep_at_least = 5000 };
	fixture__analyze(&f);
	assert_rows(&f, "SELECT kept, count(*) FROM packet GROUP BY 1 ORDER BY 1", "first|5000;slowest|5000");
	assert_rows(&f, "SELECT size FROM eviction WHERE what = 'drop events'", "100000"); /* no less than usual */
}

static void test_long_timeline(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 60; i++)
		add_packet(&f, i * 100, 0, 0x100, RX, 2 + i, 1);
	add_free(&f, 6000, 0, 0x100);
	fixture__analyze(&f);
	assert_int_equal(fixture__int(&f, "SELECT hops FROM packet"), 60);
	assert_int_equal(fixture__int(&f, "SELECT count(*) FROM packet_hop"), JOURNEY_HOPS + 1);
	assert_int_equal(fixture__int(&f, "SELECT n FROM eviction WHERE what = 'hops of a packet'"), 60 - JOURNEY_HOPS);
	assert_int_equal(fixture__int(&f, "SELECT sum(n) FROM stage_latency"), 60);
}

static void test_filter(void **state)
{
	struct rec_packet p = packet_at(100, 1, 0x200, QUEUE, 2, 5);
	int asked = 0;

	(void)state;
	p.dport = 81;
	add_packet(&f, 100, 0, 0x100, QUEUE, 2, 1);
	fixture__row(&f, &p.rec);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		__u64 skb = cpu ? 0x200 : 0x100;

		add_hop(&f, 200, cpu, skb, START, 2, 0);
		add_hop(&f, 300, cpu, skb, XMIT, 2, 0);
		add_free(&f, 400, cpu, skb);
	}
	add_hop(&f, 500, 2, 0x300, DEQ, 2, 0); /* headers not known: not counted */
	add_free(&f, 600, 2, 0x300);
	f.opts.filter = (struct analyze_filter){ wants_port_81, &asked, "port 81" };
	fixture__analyze(&f);
	assert_true(asked >= 2);
	assert_rows(&f, FATES, "consumed|1|0|0|1|100");
	assert_rows(&f, "SELECT stage, n FROM stage_count ORDER BY 1", "4|1;7|1;8|1");
	assert_rows(&f, "SELECT dir, packets FROM iface_count", "tx|1");
	assert_rows(&f, "SELECT dport, packets FROM flow", "81|1");
	assert_rows(&f, "SELECT value FROM config WHERE key = 'analyze.filter'", "port 81");
}

/* As netrec follows it: from the first stage where the filter wants it. Its frame is that of the first one that has one. */
static void test_filter_again(void **state)
{
	struct rec_packet p = packet_at(100, 0, 0x100, QUEUE, 2, 5);
	int asked = 0;

	(void)state;
	p.l2 = FRAME_KNOWN;
	fixture__row(&f, &p.rec);
	p.rec.ts += 100;
	p.stage = RX;
	p.dport = 81; /* the destination was translated */
	p.l2 = FRAME_KNOWN | FRAME_ETHERNET;
	p.smac = 0x020000000011;
	p.len -= 14;
	p.pulled = 14;
	fixture__row(&f, &p.rec);
	add_free(&f, 300, 0, 0x100);
	f.opts.filter = (struct analyze_filter){ wants_port_81, &asked, "port 81" };
	fixture__analyze(&f);
	assert_rows(&f, "SELECT fate, n FROM journey", "consumed|1");
	assert_rows(&f, "SELECT smac, len + pulled - (SELECT len + 14 FROM packet_hop WHERE n = 1) FROM packet", "2199023255569|0");
}

/* A head record belongs to the packet record that follows it on its CPU. */
static void test_head(void **state)
{
	struct rec_head h = { .rec = { T0 + 99, REC_head, 0 }, .skb = 0x100, .len = 3, .bytes = { 1, 2, 3 } };
	struct rec_packet p = packet_at(100, 0, 0x100, QUEUE, 2, 5), lost = packet_at(200, 0, 0x200, QUEUE, 2, 5);

	(void)state;
	p.l2 = lost.l2 = FRAME_KNOWN | FRAME_ETHERNET | FRAME_HEAD;
	fixture__row(&f, &h.rec);
	fixture__row(&f, &p.rec);
	fixture__row(&f, &lost.rec);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT skb, hex(first) FROM packet ORDER BY 1", "256|010203;512|");
}

static void define_devices(void)
{
	DEFINE(&f, netns, .inum = NETNS, .name = TEXT(""));
	DEFINE(&f, interface, .netns = NETNS, .ifindex = 2, .name = TEXT("eth0"));
	DEFINE(&f, interface, .netns = NETNS, .ifindex = 3, .name = TEXT("vnet0"));
}

/* Single packets, flows, their gaps and drops: of what passes the device, from there on. All else stays whole. */
static void test_device(void **state)
{
	static const char *const eth0[] = { "eth0" };

	(void)state;
	define_devices();
	for (unsigned i = 0; i < 2; i++) { /* from vnet0 to eth0, which is reached as a hop and a moment later each time */
		add_packet(&f, i * 1000, 0, 0x100, RX, 3, i + 1);
		add_hop(&f, i * 1000 + 100 + i * 50, 0, 0x100, STAGE___br_forward, 2, 0);
		add_packet(&f, i * 1000 + 200, 0, 0x100, QUEUE, 2, i + 1);
		add_free(&f, i * 1000 + 300, 0, 0x100);
	}
	add_packet(&f, 5000, 0, 0x200, RX, 3, 9); /* only at vnet0 */
	add_drop(&f, 5100, 0, 0x200, 3, 6);
	add_packet(&f, 6000, 0, 0x300, RX, 2, 10);
	add_drop(&f, 6100, 0, 0x300, 2, 6);
	f.opts.ifaces = eth0;
	f.opts.n_ifaces = 1;
	fixture__analyze(&f);
	assert_rows(&f, "SELECT begin_ns - 5000000000, fate FROM packet ORDER BY 1", "0|consumed;1000|consumed;6000|dropped");
	assert_rows(&f, "SELECT packets, drops, first_ns - 5000000000, gap_n, gap_max_ns FROM flow", "3|1|100|2|4850");
	assert_rows(&f, "SELECT ifindex FROM drop_event", "2");
	assert_rows(&f, "SELECT sum(n) FROM drop_summary", "2");
	assert_rows(&f, "SELECT sum(n) FROM journey", "4");
	assert_rows(&f, "SELECT ifindex, sum(n) FROM stage_count GROUP BY 1 ORDER BY 1", "2|5;3|3");
	assert_rows(&f, "SELECT value FROM config WHERE key = 'analyze.iface'", "eth0");
}

static void test_unknown_device(void **state)
{
	static const char *const names[] = { "eth0", "vnet1" };

	(void)state;
	define_devices();
	add_packet(&f, 100, 0, 0x100, RX, 2, 1);
	f.opts.ifaces = names;
	f.opts.n_ifaces = 2;
	assert_int_equal(fixture__try(&f), -EINVAL);
	assert_non_null(strstr(f.err.text, "did you mean 'vnet0'?"));
}

static void test_windows(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		add_packet(&f, i * 1500000000ull, 0, 0x100, RX, 2, i + 1);
		add_free(&f, i * 1500000000ull + 400, 0, 0x100);
	}
	fixture__analyze(&f);
	assert_rows(&f, "SELECT win, n FROM stage_latency ORDER BY 1", "0|1;1|1;3|1");
	assert_rows(&f, "SELECT first_ns, last_ns, window_ns FROM trace", "5000000000|8000000400|1000000000");
}

static void test_unfinished(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 2, 1);
	add_packet(&f, 200, 0, 0, RX, 2, 1); /* no address at all */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT sum(n) FROM journey WHERE fate = 'unfinished'", "1");
}

/* TCP sends a segment again in the very same sk_buff; its IP header comes later. */
static void test_retransmission(void **state)
{
	struct rec_packet p = packet_at(100, 0, 0x100, STAGE___ip_queue_xmit, 0, 7);

	(void)state;
	p.ip_len = 0;
	p.ip_id = 0;
	fixture__row(&f, &p.rec);
	add_packet(&f, 150, 0, 0x100, QUEUE, 2, 7);
	p.rec.ts = T0 + 900;
	fixture__row(&f, &p.rec);
	add_packet(&f, 960, 0, 0x100, QUEUE, 2, 7);
	add_free(&f, 1000, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|1|60;reused|1|0|0|1|50");
}

/* Over IPv6 TCP answers a SYN without knowing addresses yet. The packet is one, and of the flow that its header says. */
static void test_addresses_later(void **state)
{
	struct rec_packet p = packet_at(100, 0, 0x100, STAGE_ip6_xmit, 0, 7);

	(void)state;
	p.ethertype = 0x86dd;
	memset(p.saddr, 0, sizeof(p.saddr));
	memset(p.daddr, 0, sizeof(p.daddr));
	fixture__row(&f, &p.rec);
	p = packet_at(150, 0, 0x100, QUEUE, 2, 7);
	p.ethertype = 0x86dd;
	p.ip_len = 60;
	fixture__row(&f, &p.rec);
	add_free(&f, 200, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|1|50");
	assert_rows(&f, "SELECT daddr, packets FROM flow", "10.0.0.2|1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_stages), TEST(test_addresses_later), TEST(test_order_across_cpus), TEST(test_reuse),
		TEST(test_reuse_by_segment), TEST(test_no_reuse_by_hop),
		TEST(test_reuse_over_a_gap),
		TEST(test_same_packet_goes_on),
		TEST(test_weak_identity), TEST(test_orphan), TEST(test_orphan_introduced), TEST(test_xmit_after_free),
		TEST(test_xmit_alone), TEST(test_gap), TEST(test_gap_is_not_slow), TEST(test_gap_in_driver),
		TEST(test_eviction), TEST(test_kept_limits), TEST(test_many_kept), TEST(test_long_timeline), TEST(test_filter),
		TEST(test_filter_again), TEST(test_head), TEST(test_device),
		TEST(test_unknown_device), TEST(test_windows), TEST(test_unfinished), TEST(test_retransmission),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
