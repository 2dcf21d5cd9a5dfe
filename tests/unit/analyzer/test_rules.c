/*
 * test_rules.c: what severity a finding has, that many threads or drops do not take the judgement for ever, and whose
 * a drop by a rule of netfilter is.
 */
#include "fixture.h"
#include "analyzer/print/sqlfn.h"
#include "analyzer/rules/rules.h"

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

static void judge(void)
{
	static const struct sqlfn_context context = { 0 };
	struct trace_error err;

	assert_int_equal(sqlfn__add(f.db, &context, &err), 0);
	if (rules__judge(f.db, &err))
		fail_msg("%s", err.text);
	sqlfn__remove(f.db);
}

/* Packets that stay in a queue for so long, and others that do not. */
static void analyze(unsigned slow, __u64 slow_ns, unsigned others)
{
	__u64 ts = 100;

	for (unsigned i = 0; i < slow; i++, ts += slow_ns + 100) {
		add_packet(&f, ts, 0, 0x100 + i, STAGE_net_dev_queue, 2, i);
		add_hop(&f, ts + 1, 0, 0x100 + i, STAGE_qdisc_enqueue, 2, 1);
		add_hop(&f, ts + 1 + slow_ns, 0, 0x100 + i, STAGE_qdisc_dequeue, 2, 0);
	}
	for (unsigned i = 0; i < others; i++, ts += 10)
		add_packet(&f, ts, 0, 0x1000 + i, STAGE_net_dev_queue, 3, i);
	fixture__analyze(&f);
	judge();
}

#define FOUND "SELECT severity, packets FROM finding WHERE cause <> 'harmless'"

static void test_few_and_little(void **state)
{
	(void)state;
	analyze(60, 20000000, 6100);
	assert_rows(&f, FOUND, "info|60");
}

static void test_many_of_all(void **state)
{
	(void)state;
	analyze(60, 20000000, 5700);
	assert_rows(&f, FOUND, "suspect|60");
}

/* None of them is late. */
static void test_less_than_fifty(void **state)
{
	(void)state;
	analyze(49, 20000000, 100);
	assert_rows(&f, FOUND, "info|49");
}

static void test_so_late_that_it_is_noticed(void **state)
{
	(void)state;
	analyze(12, 250000000, 1300);
	assert_rows(&f, FOUND, "suspect|12");
}

static void test_too_little_for_a_monitor(void **state)
{
	(void)state;
	analyze(12, 60000000, 1300);
	assert_rows(&f, FOUND, "info|12");
}

/* What lies in a socket waits for its reader, and is told once. */
static void test_reader_at_a_stage(void **state)
{
	__u64 ts = 100;

	(void)state;
	for (unsigned i = 0; i < 12; i++, ts += 100000000) {
		add_packet(&f, ts, 0, 0x100 + i, STAGE_netif_receive_skb, 2, i);
		add_hop(&f, ts + 60000000, 0, 0x100 + i, STAGE_skb_consume_udp, 2, 0);
	}
	fixture__analyze(&f);
	judge();
	assert_rows(&f, "SELECT kind FROM symptom WHERE to_stage = 43", "");
	assert_rows(&f, "SELECT sum(n) FROM stage_latency WHERE to_stage = 43", "12");
}

static int count_step(void *arg)
{
	return --*(int *)arg <= 0;
}

/* These rows are judged one by one, not each against all: in so many thousand instructions of SQLite's machine. */
static void judge_many(const char *rows, int thousands)
{
	add_packet(&f, 100, 0, 0x100, STAGE_net_dev_queue, 2, 1);
	fixture__analyze(&f);
	assert_int_equal(sqlite3_exec(f.db, rows, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_progress_handler(f.db, 1000, count_step, &thousands);
	judge();
}

/* Threads that wait for CPUs which many others have. */
static void test_many_threads(void **state)
{
	(void)state;
	judge_many(
		"WITH RECURSIVE i(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM i WHERE i < 3000) "
		"INSERT INTO cpu_thread SELECT 0, 1000 + i, i % 2, 1000000, 0, 0 FROM i;"
		"WITH RECURSIVE i(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM i WHERE i < 100) "
		"INSERT INTO blame SELECT 7, 66, 1, 2, i, 'queue', 0, 1000 + i, '', 10, 10, 10, 600000000, 60000000, 0, 0, 0, 600000000, 0 FROM i;"
		"INSERT INTO runq SELECT 0, tid, tid % 2, 0, 10, 600000000, 60000000, 60000000, x'' FROM blame;"
		"INSERT INTO record_count VALUES(201, 'offcpu', 1, 1, 0), (202, 'thread', 1, 1, 0), (203, 'cputime', 1, 1, 0) "
		"ON CONFLICT DO NOTHING", 50000);
}

/* Handlers that wait for CPUs, in many seconds of an upcall storm. */
static void test_many_handlers(void **state)
{
	(void)state;
	judge_many(
		"WITH RECURSIVE i(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM i WHERE i < 100) "
		"INSERT INTO blame SELECT 22, 23, 1, 2, i, 'queue', 0, 1000 + i, '', 10, 10, 10, 600000000, 60000000, 0, 0, 0, 600000000, 0 FROM i;"
		"INSERT INTO runq SELECT 0, tid, tid % 2, 0, 10, 600000000, 60000000, 60000000, x'' FROM blame;"
		"WITH RECURSIVE i(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM i WHERE i < 3000) "
		"INSERT INTO upcall SELECT i, 1, 2, 1, 200, 0, 0 FROM i;"
		"WITH RECURSIVE i(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM i WHERE i < 3000) "
		"INSERT INTO stage_latency SELECT i, 22, 23, 1, 2, 0, 9000000000, 0, 0, 0, x'', 0 FROM i;"
		"INSERT INTO symptom(kind, packets, excess_ns, from_stage, to_stage, mover, netns, ifindex, threshold_ns, max_ns, "
		"first_win, last_win) VALUES ('late', 1000, 1, 22, 23, 'handler', 1, 2, 50000000, 600000000, 0, 1);"
		"INSERT INTO record_count VALUES(201, 'offcpu', 1, 1, 0), (202, 'thread', 1, 1, 0), (203, 'cputime', 1, 1, 0), "
		"(205, 'flow_cmd', 1, 1, 0), (206, 'upcall', 1, 1, 0), (207, 'oncpu', 1, 1, 0) ON CONFLICT DO NOTHING", 5000);
	assert_rows(&f, "SELECT rule FROM claim", "cpu-saturated");
}

/* Dropped multicast of as many flows. */
static void test_many_drops(void **state)
{
	(void)state;
	judge_many(
		"WITH RECURSIVE i(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM i WHERE i < 3000) "
		"INSERT INTO drop_event(ts_ns, win, cpu, class, skb, reason, location, stack, tid, netns, ifindex, len, ethertype, vlan, "
		"saddr, daddr, sport, dport, proto, last_stage, head) SELECT 1000 + i, 0, 0, 'packet', i, 2, 0, 0, 0, 1, 2, 60, 2048, 0, "
		"'10.0.0.1', '239.0.0.1', i, i, 17, 7, x'' FROM i;"
		"INSERT INTO flow(ethertype, saddr, daddr, sport, dport, proto, packets, bytes, drops, first_ns, last_ns, n, sum_ns, "
		"min_ns, max_ns, hist) SELECT ethertype, saddr, daddr, sport, dport, proto, 1, 60, 1, ts_ns, ts_ns, 0, 0, 0, 0, x'' "
		"FROM drop_event;"
		"INSERT INTO record_count VALUES(204, 'drop', 1, 1, 0) ON CONFLICT DO NOTHING", 10000);
}

/* Dropped questions about as many neighbours, each of whom failed later on. */
static void test_many_neighbours(void **state)
{
	(void)state;
	judge_many(
		"WITH RECURSIVE i(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM i WHERE i < 3000) "
		"INSERT INTO drop_event(ts_ns, win, cpu, class, skb, reason, location, stack, tid, netns, ifindex, len, ethertype, vlan, "
		"saddr, daddr, sport, dport, proto, last_stage, head) SELECT 1000 + i, 0, 0, 'packet', i, 2, 0, 0, 0, 1, 2, 28, 2054, 0, "
		"'10.0.0.1', '10.0.' || i, 0, 1, 0, 7, x'' FROM i;"
		"INSERT INTO neighbour_event(ts_ns, win, netns, ifindex, addr, state, removed) "
		"SELECT ts_ns + n * 1000, 0, netns, ifindex, daddr, n, 0 FROM drop_event, (SELECT 16 AS n UNION ALL SELECT 32);"
		"INSERT INTO record_count VALUES(204, 'drop', 1, 1, 0) ON CONFLICT DO NOTHING", 5000);
	assert_rows(&f, "SELECT packets FROM symptom WHERE harmless IS NULL", "3000");
}

/* A rule dropped two packets; under its stack frame: whoever called it, the innermost first. */
static void rule_drops(const char *callers, const char *head)
{
	char rows[2000];

	add_packet(&f, 100, 0, 0x100, STAGE_net_dev_queue, 2, 1);
	fixture__analyze(&f);
	snprintf(rows, sizeof(rows),
		"INSERT INTO location(addr, symbol) VALUES(5, 'nft_do_chain');"
		"INSERT INTO enumerator VALUES('skb_drop_reason', 8, 'NETFILTER_DROP') ON CONFLICT DO UPDATE SET text = excluded.text;"
		"INSERT INTO interface(netns, ifindex, name, kind, mac, master, link, link_netns, mtu, txqlen, rx_queues, tx_queues, flags) "
		"VALUES(1, 9, 'br0', 'bridge', '02:00:00:00:00:09', 0, 0, 0, 1500, 0, 1, 1, 0);"
		"INSERT INTO frame(stack, depth, addr, symbol) SELECT 3, key, key, value FROM json_each('[\"nft_do_chain\",\"nf_hook_slow\",%s]');"
		"WITH i(i) AS (VALUES(0), (3)) INSERT INTO drop_event(ts_ns, win, cpu, class, skb, reason, location, stack, tid, netns, "
		"ifindex, len, ethertype, vlan, saddr, daddr, sport, dport, proto, last_stage, head) SELECT 1000, 0, 0, 'packet', i, 8, 5, "
		"i, 0, 1, 2, 60, 2048, 0, '10.0.0.1', '10.0.0.2', 5, 7000, 17, 7, x'%s' FROM i;"
		"INSERT INTO record_count VALUES(204, 'drop', 1, 1, 0), (205, 'counter', 1, 1, 0) ON CONFLICT DO NOTHING",
		callers, head);
	if (sqlite3_exec(f.db, rows, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(f.db));
	judge();
}

#define BY_BRIDGE "SELECT cause, packets FROM finding"

static void test_rule_by_bridge(void **state)
{
	(void)state;
	rule_drops("\"br_nf_forward_ip\",\"nf_hook_slow\",\"__br_forward\",\"__netif_receive_skb_core\"", "020000000009");
	assert_rows(&f, BY_BRIDGE, "bridge-netfilter|2");
}

static void test_rule_by_bridge_before_routing(void **state)
{
	(void)state;
	rule_drops("\"br_nf_pre_routing\",\"br_handle_frame\",\"__netif_receive_skb_core\"", "020000000007");
	assert_rows(&f, BY_BRIDGE, "bridge-netfilter|2");
}

/* It would have met the rule behind the bridge, too. */
static void test_rule_by_bridge_to_host(void **state)
{
	(void)state;
	rule_drops("\"br_nf_pre_routing\",\"br_handle_frame\",\"__netif_receive_skb_core\"", "020000000009");
	assert_rows(&f, BY_BRIDGE, "netfilter-rule|2");
}

static void test_rule_behind_bridge(void **state)
{
	(void)state;
	rule_drops("\"ip_local_deliver\",\"ip_rcv\",\"__netif_receive_skb_one_core\",\"netif_receive_skb\",\"br_pass_frame_up\","
		   "\"br_nf_pre_routing_finish\",\"br_nf_pre_routing\",\"br_handle_frame\"", "020000000009");
	assert_rows(&f, BY_BRIDGE, "netfilter-rule|2");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_few_and_little), TEST(test_many_of_all), TEST(test_less_than_fifty), TEST(test_so_late_that_it_is_noticed),
		TEST(test_too_little_for_a_monitor),
		TEST(test_reader_at_a_stage), TEST(test_many_threads), TEST(test_many_handlers),
		TEST(test_many_drops), TEST(test_many_neighbours),
		TEST(test_rule_by_bridge), TEST(test_rule_by_bridge_before_routing), TEST(test_rule_by_bridge_to_host),
		TEST(test_rule_behind_bridge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
