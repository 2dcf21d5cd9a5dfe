/*
 * test_drop.c: drops counted by reason and place, with parsed headers; what is no packet; limits; the filter.
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

/* Ethernet, IPv4, UDP 10.0.0.1:5000 > 10.0.0.2:port */
static struct rec_drop udp_drop(__u64 at, unsigned cpu, unsigned port)
{
	static const __u8 frame[42] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 28, 0x12, 0x34, 0, 0, 63, 17,
					0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x13, 0x88, 0, 0, 0, 8, 0, 0 };
	struct rec_drop d = { .rec = { .ts = T0 + at, .type = REC_drop, .cpu = cpu }, .skb = 0x900 + at,
			      .location = 0xffffffff81000120, .reason = 6, .netns = NETNS, .ifindex = 3, .len = 42, .stack = 4,
			      .tid = 33, .ethertype = 0x0800, .l3_off = 14, .head_len = sizeof(frame) };

	memcpy(d.head, frame, sizeof(frame));
	d.head[36] = port >> 8;
	d.head[37] = port;
	return d;
}

static void add_udp(__u64 at, unsigned cpu, unsigned port)
{
	struct rec_drop d = udp_drop(at, cpu, port);

	fixture__row(&f, &d.rec);
}

static void test_summary(void **state)
{
	(void)state;
	DEFINE(&f, symbol, .addr = 0xffffffff81000100, .size = 0x100, .name = TEXT("nft_do_chain"), .module = TEXT("nf_tables"));
	DEFINE(&f, enumerator, .set = TEXT("skb_drop_reason"), .value = 6, .text = TEXT("NETFILTER_DROP"));
	for (unsigned i = 0; i < 3; i++)
		add_udp(100 + i, i % 2, 53);
	add_udp(1000000200, 0, 53);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT win, class, reason, stack, netns, ifindex, ethertype, proto, last_stage, n, bytes FROM drop_summary",
		    "0|packet|6|4|4026531840|3|2048|17|0|3|126;1|packet|6|4|4026531840|3|2048|17|0|1|42");
	assert_rows(&f, "SELECT symbol, offset, module FROM drop_summary JOIN location ON addr = location LIMIT 1",
		    "nft_do_chain|32|nf_tables");
	assert_rows(&f, "SELECT text FROM enumerator WHERE \"set\" = 'skb_drop_reason'", "NETFILTER_DROP");
	assert_rows(&f, "SELECT ts_ns - 5000000000, cpu, tid, saddr, sport, daddr, dport, proto, ip_id, ttl, length(head) FROM drop_event "
			"ORDER BY 1 LIMIT 2",
		    "100|0|33|10.0.0.1|5000|10.0.0.2|53|17|4660|63|42;101|1|33|10.0.0.1|5000|10.0.0.2|53|17|4660|63|42");
}

static void test_after_a_stage(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x500, STAGE_net_dev_queue, 2, 1);
	add_hop(&f, 200, 0, 0x500, STAGE_qdisc_enqueue, 2, 0);
	add_drop(&f, 300, 0, 0x500, 2, 8);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT last_stage, reason, n FROM drop_summary", "5|8|1");
	assert_rows(&f, "SELECT e.last_stage, p.fate, p.seq FROM drop_event e JOIN packet p ON p.id = e.packet", "5|dropped|1");
	assert_rows(&f, "SELECT to_stage, sum_ns FROM stage_latency ORDER BY 1", "5|100;65|100");
	assert_rows(&f, "SELECT drops FROM flow", "1");
}

/* By flow, reason and device, and all of them: also those whose headers could not be read, and those not kept singly. */
static void test_flows(void **state)
{
	struct rec_drop d = udp_drop(700, 0, 53);

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		add_udp(100 + i, i % 2, 53);
	add_udp(200, 0, 54);
	add_drop(&f, 300, 0, 0x600, 0, 2);
	add_drop(&f, 400, 0, 0x700, 2, 2);
	d.ifindex = 4;
	fixture__row(&f, &d.rec);
	d.reason = 7;
	fixture__row(&f, &d.rec);
	add_udp(1000000200, 0, 53);
	f.opts.keep_drops = 1;
	fixture__analyze(&f);
	assert_rows(&f, "SELECT win, reason, ifindex, ethertype, proto, saddr, sport, daddr, dport, n, bytes FROM drop_flow ORDER BY win, saddr, dport, ifindex, reason",
		    "0|2|2|2048|NULL|NULL|NULL|NULL|NULL|1|100;0|6|3|2048|17|10.0.0.1|5000|10.0.0.2|53|3|126;0|6|4|2048|17|10.0.0.1|5000|10.0.0.2|53|1|42;"
		    "0|7|4|2048|17|10.0.0.1|5000|10.0.0.2|53|1|42;0|6|3|2048|17|10.0.0.1|5000|10.0.0.2|54|1|42;1|6|3|2048|17|10.0.0.1|5000|10.0.0.2|53|1|42");
	assert_int_equal(fixture__int(&f, "SELECT sum(n) FROM drop_flow"), fixture__int(&f, "SELECT sum(n) FROM drop_summary WHERE class = 'packet'"));
}

/* More flows in one window than there is room for: the one that loses most stays, and what was forgotten is counted. */
static void test_many_flows(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 60000; i++) {
		struct rec_drop d = udp_drop(i, i % 2, 53);

		if (i % 3) { /* another source */
			d.head[27] = 1;
			d.head[28] = i >> 8;
			d.head[29] = i;
		}
		fixture__row(&f, &d.rec);
	}
	fixture__analyze(&f);
	assert_int_equal(fixture__int(&f, "SELECT n FROM drop_flow WHERE saddr = '10.0.0.1'"), 20000);
	assert_int_equal(fixture__int(&f, "SELECT size FROM eviction WHERE what = 'drops of forgotten flows'"), 4096);
	assert_int_equal(fixture__int(&f, "SELECT sum(n) FROM drop_flow") +
			 fixture__int(&f, "SELECT n FROM eviction WHERE what = 'drops of forgotten flows'"), 60000);
	assert_true(fixture__int(&f, "SELECT count(*) FROM drop_flow") <= 4096);
}

/* No device, no protocol: a unix socket's or netlink's buffer. */
static void test_class(void **state)
{
	(void)state;
	add_drop(&f, 100, 0, 0x600, 0, 2);
	add_drop(&f, 200, 0, 0x700, 2, 2); /* a packet whose headers were not recorded */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT class, ethertype, proto, n FROM drop_summary ORDER BY 1", "other|0|NULL|1;packet|2048|NULL|1");
	assert_rows(&f, "SELECT class, saddr, dport FROM drop_event ORDER BY 1", "other|NULL|NULL;packet|NULL|NULL");
}

static void test_hostile_head(void **state)
{
	struct rec_drop d = udp_drop(100, 0, 53);

	(void)state;
	d.head_len = 255;
	d.l3_off = 250;
	fixture__row(&f, &d.rec);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT n FROM drop_summary", "1");
	assert_rows(&f, "SELECT length(head), saddr FROM drop_event", "96|NULL");
}

static void test_limit(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 50; i++)
		add_udp(100 + i, 0, 53);
	f.opts.keep_drops = 10;
	fixture__analyze(&f);
	assert_rows(&f, "SELECT sum(n) FROM drop_summary", "50");
	assert_rows(&f, "SELECT count(*) FROM drop_event", "10");
	assert_rows(&f, "SELECT size, n FROM eviction WHERE what = 'drop events'", "10|40");
	assert_int_equal(f.stats.evicted, 40);
}

/* More different drops in one window than its table holds: the parts add up. */
static void test_many_places(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 30000; i++) {
		struct rec_drop d = udp_drop(i, i % 2, 53);

		d.location += i % 10000 * 16;
		fixture__row(&f, &d.rec);
	}
	fixture__analyze(&f);
	assert_int_equal(fixture__int(&f, "SELECT sum(n) FROM drop_summary"), 30000);
	assert_int_equal(fixture__int(&f, "SELECT count(*) FROM (SELECT location FROM drop_summary GROUP BY 1 HAVING sum(n) = 3)"),
			 10000);
	assert_int_equal(fixture__int(&f, "SELECT count(*) FROM location"), 10000);
}

static bool wants_53(void *arg, const struct rec_packet *p, const struct first_bytes *first)
{
	(void)first;
	(void)arg;
	return p->dport == 53 && p->proto == 17 && p->ethertype == 0x0800 && p->ifindex == 3;
}

static void test_filter(void **state)
{
	(void)state;
	add_udp(100, 0, 53);
	add_udp(200, 0, 54);
	add_drop(&f, 300, 0, 0x600, 0, 2);
	f.opts.filter = (struct analyze_filter){ wants_53, NULL, "port 53" };
	fixture__analyze(&f);
	assert_rows(&f, "SELECT sum(n) FROM drop_summary", "1");
	assert_rows(&f, "SELECT dport FROM drop_event", "53");
	assert_rows(&f, "SELECT dport, n FROM drop_flow", "53|1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_summary), TEST(test_after_a_stage), TEST(test_class), TEST(test_hostile_head),
		TEST(test_limit), TEST(test_many_places), TEST(test_filter),
		TEST(test_flows), TEST(test_many_flows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
