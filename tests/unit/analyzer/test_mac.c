/*
 * test_mac.c: addresses that come in at one port of a switch and then at another, and what is blamed on that.
 */
#include "fixture.h"
#include "analyzer/print/sqlfn.h"
#include "analyzer/rules/rules.h"

enum { LEFT = 2, RIGHT = 3, TWIN = 5, BRIDGE = 4, ALONE = 6, FAR = 7 };
enum { SENDER = 0x10, MOVER = 0x20 };
#define MS 1000000ull
#define STAYS "SELECT ifindex, vlan, mac, from_ns / 1000000 - 5000, received, sent FROM mac_stay ORDER BY from_ns"

static struct fixture f;
static __u64 skb;

static int setup(void **state)
{
	(void)state;
	fixture__begin(&f, 2);
	skb = 0x1000;
	DEFINE(&f, interface, .netns = NETNS, .ifindex = LEFT, .name = TEXT("l0"), .kind = TEXT("veth"), .master = BRIDGE);
	DEFINE(&f, interface, .netns = NETNS, .ifindex = RIGHT, .name = TEXT("r0"), .kind = TEXT("veth"), .master = BRIDGE);
	DEFINE(&f, interface, .netns = NETNS, .ifindex = TWIN, .name = TEXT("t0"), .kind = TEXT("veth"), .master = BRIDGE);
	DEFINE(&f, interface, .netns = NETNS, .ifindex = BRIDGE, .name = TEXT("lan0"), .kind = TEXT("bridge"));
	DEFINE(&f, interface, .netns = NETNS, .ifindex = ALONE, .name = TEXT("eth0"), .kind = TEXT(""));
	DEFINE(&f, interface, .netns = NETNS, .ifindex = FAR, .name = TEXT("far0"), .kind = TEXT("veth"));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture__end(&f);
	return 0;
}

/* A packet comes in at one device, and goes out at another one if that is not 0. */
static __u64 pass(__u64 at, unsigned in, unsigned out, __u64 smac, __u64 dmac, unsigned vlan)
{
	struct rec_packet p;

	skb++;
	p = packet_at(at, 0, skb, STAGE_netif_receive_skb, in, (unsigned)skb);
	p.l2 = FRAME_KNOWN | FRAME_ETHERNET;
	p.smac = smac;
	p.dmac = dmac;
	p.vlan = vlan;
	fixture__row(&f, &p.rec);
	if (out)
		add_hop(&f, at + 1, 0, skb, STAGE_net_dev_queue, out, 0);
	return skb;
}

static void test_who_stays_has_no_row(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		pass(i * MS, LEFT, RIGHT, SENDER, MOVER, 0);
		pass(i * MS + 10, RIGHT, LEFT, MOVER, SENDER, 0);
	}
	fixture__analyze(&f);
	assert_rows(&f, STAYS, "");
}

static void test_stays(void **state)
{
	(void)state;
	pass(1 * MS, RIGHT, LEFT, MOVER, SENDER, 0);
	pass(2 * MS, RIGHT, LEFT, MOVER, SENDER, 0);
	pass(3 * MS, LEFT, RIGHT, SENDER, MOVER, 0);
	pass(4 * MS, TWIN, LEFT, MOVER, SENDER, 0);
	pass(5 * MS, LEFT, TWIN, SENDER, MOVER, 0);
	pass(6 * MS, LEFT, TWIN, SENDER, MOVER, 0);
	pass(7 * MS, LEFT, RIGHT, SENDER, MOVER, 0); /* flooded: it is not there now */
	pass(8 * MS, RIGHT, LEFT, MOVER, SENDER, 0);
	fixture__analyze(&f);
	assert_rows(&f, STAYS, "3|0|32|1|2|1;5|0|32|4|1|2;3|0|32|8|1|0");
}

/* The headers are known from where it was sent: the port is only passed. */
static void test_seen_before_the_port(void **state)
{
	(void)state;
	pass(1 * MS, FAR, 0, MOVER, SENDER, 0);
	add_hop(&f, 1 * MS + 5, 0, skb, STAGE_netif_receive_skb, RIGHT, 0);
	pass(2 * MS, FAR, 0, MOVER, SENDER, 0);
	add_hop(&f, 2 * MS + 5, 0, skb, STAGE_netif_receive_skb, TWIN, 0);
	fixture__analyze(&f);
	assert_rows(&f, STAYS, "3|0|32|1|1|0;5|0|32|2|1|0");
}

/* Each VLAN has its own addresses; and one device that is no port, none. */
static void test_other_places(void **state)
{
	(void)state;
	pass(1 * MS, RIGHT, LEFT, MOVER, SENDER, 0);
	pass(2 * MS, TWIN, LEFT, MOVER, SENDER, 0x2007);
	pass(3 * MS, ALONE, 0, MOVER, SENDER, 0);
	pass(4 * MS, BRIDGE, 0, MOVER, SENDER, 0);
	fixture__analyze(&f);
	assert_rows(&f, STAYS, "");
}

/* ---- the rule ------------------------------------------------------------------------------------ */

enum { NO_ADDRESS = 77 };

/* The host there takes a packet to the address, and finds that it is not for it. */
static void refused(__u64 at, unsigned port)
{
	__u64 one = pass(at, LEFT, port, SENDER, MOVER, 0);
	struct rec_drop d = { .rec = { .ts = T0 + at + 10, .type = REC_drop, .cpu = 0 }, .skb = one, .location = 0x2000,
			      .reason = NO_ADDRESS, .netns = NETNS, .ifindex = FAR, .len = 100, .ethertype = 0x0800,
			      .l2 = FRAME_KNOWN | FRAME_ETHERNET, .l3_off = 14, .head_len = 60 };

	d.head[5] = MOVER;
	memcpy(d.head + 12, "\x08\0\x45\0\0\x64\0\0\0\0\x40\x11\0\0\x0a\0\0\x01\x0a\0\0\x02", 22);
	fixture__row(&f, &d.rec);
}

static void delivered(__u64 at, unsigned port)
{
	pass(at, LEFT, port, SENDER, MOVER, 0);
}

/* The address is at the one port and at the other by turns, and each time a packet goes to it there. */
static void by_turns(void (*right)(__u64, unsigned), void (*twin)(__u64, unsigned))
{
	for (unsigned i = 0; i < 5; i++) {
		pass(20 * i * MS, RIGHT, LEFT, MOVER, SENDER, 0);
		right((20 * i + 1) * MS, RIGHT);
		pass((20 * i + 10) * MS, TWIN, LEFT, MOVER, SENDER, 0);
		twin((20 * i + 11) * MS, TWIN);
	}
}

/* With more rows than the recording gives. */
static void judge_with(const char *rows)
{
	static const struct sqlfn_context context = { 0 };
	struct trace_error err;

	DEFINE(&f, enumerator, .set = TEXT("skb_drop_reason"), .value = NO_ADDRESS, .text = TEXT("IP_INADDRERRORS"));
	fixture__analyze(&f);
	if (sqlite3_exec(f.db, rows, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(f.db));
	assert_int_equal(sqlfn__add(f.db, &context, &err), 0);
	if (rules__judge(f.db, &err))
		fail_msg("%s", err.text);
	sqlfn__remove(f.db);
}

static void judge(void)
{
	judge_with("");
}

#define FOUND "SELECT cause, site, packets FROM finding WHERE severity <> 'info'"

static void test_lost_at_one_port(void **state)
{
	(void)state;
	by_turns(delivered, refused);
	judge();
	assert_rows(&f, FOUND, "mac-moved|t0 (netns 4026531840)|5");
}

/* Wherever it is, the packets are refused: that is not why. */
static void test_lost_at_both(void **state)
{
	(void)state;
	by_turns(refused, refused);
	judge();
	assert_int_equal(fixture__int(&f, "SELECT count(*) FROM claim WHERE rule = 'mac-moved'"), 0);
}

/* It moved, and nothing is lost. */
static void test_moved_well(void **state)
{
	(void)state;
	by_turns(delivered, delivered);
	judge();
	assert_rows(&f, FOUND, "");
}

/* The wrong port leads away from this host: of what left there nothing came back. */
static void test_left_by_the_wrong_port(void **state)
{
	(void)state;
	by_turns(delivered, delivered);
	judge_with("WITH RECURSIVE i(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM i WHERE i < 4), "
		   "k(how, late) AS (VALUES('in time', 1), ('left', 11)) "
		   "INSERT INTO echo_request(ts_ns, ethertype, saddr, daddr, id, seq, how, rtt_ns) "
		   "SELECT 5000000000 + (20 * i + late) * 1000000, 2048, '10.0.0.1', '10.0.0.2', 9, i, how, "
		   "CASE how WHEN 'left' THEN NULL ELSE 1000 END FROM i, k;"
		   "INSERT INTO echo_outcome(win, ethertype, saddr, daddr, id, how, echoes, n, sum_ns, min_ns, max_ns, hist) "
		   "SELECT 0, 2048, '10.0.0.1', '10.0.0.2', 9, how, 5, CASE how WHEN 'left' THEN 0 ELSE 5 END, 5000, 1000, 1000, x'' "
		   "FROM echo_request GROUP BY how;"
		   "INSERT INTO record_count VALUES(4, 'drop', 1, 1, 0) ON CONFLICT DO UPDATE SET rows = 1");
	assert_rows(&f, FOUND, "mac-moved|t0 (netns 4026531840)|5");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_who_stays_has_no_row), TEST(test_stays), TEST(test_seen_before_the_port), TEST(test_other_places),
		TEST(test_lost_at_one_port), TEST(test_lost_at_both), TEST(test_moved_well),
		TEST(test_left_by_the_wrong_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
