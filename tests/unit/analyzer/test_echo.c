/*
 * test_echo.c: echo requests and replies: which belong together, and where the round trip was spent.
 */
#include "fixture.h"

static struct fixture f;

static int setup(void **state)
{
	(void)state;
	fixture__begin(&f, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture__end(&f);
	return 0;
}

enum { REQUEST = 8 << 8, REPLY = 0 };

/* An echo seen at two stages of one device and freed: from `at` to at + 10. */
static void add_echo(__u64 at, __u64 skb, unsigned type, unsigned seq, unsigned ifindex)
{
	struct rec_packet p = packet_at(at, 0, skb, STAGE_netif_rx, ifindex, seq);
	__u8 saddr[16];

	p.proto = 1;
	p.sport = 77; /* identifier */
	p.dport = type;
	if (type == REPLY) {
		memcpy(saddr, p.saddr, sizeof(saddr));
		memcpy(p.saddr, p.daddr, sizeof(saddr));
		memcpy(p.daddr, saddr, sizeof(saddr));
	}
	fixture__row(&f, &p.rec);
	p.rec.ts += 10;
	p.stage = STAGE_netif_receive_skb;
	fixture__row(&f, &p.rec);
	add_free(&f, at + 11, 0, skb);
}

#define COUNTS "SELECT saddr, requests, answered, again, there_sum_ns, beyond_sum_ns, back_sum_ns, n, sum_ns FROM echo"

static void test_round_trip(void **state)
{
	(void)state;
	add_echo(100, 0x100, REQUEST, 1, 2);
	add_echo(400, 0x200, REPLY, 1, 2);
	add_echo(1000, 0x100, REQUEST, 2, 2);
	add_echo(1500, 0x200, REPLY, 2, 2);
	add_echo(2000, 0x100, REQUEST, 3, 2); /* never answered */
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "10.0.0.1|3|2|0|20|780|20|2|820");
}

/* The same reply at the same device again, and a request that only this one belongs to. */
static void test_duplicate(void **state)
{
	(void)state;
	add_echo(100, 0x100, REQUEST, 1, 2);
	add_echo(400, 0x200, REPLY, 1, 2);
	add_echo(500, 0x300, REPLY, 1, 2);
	add_echo(3000000000, 0x300, REPLY, 1, 2); /* long after */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT sum(requests), sum(answered), sum(again), sum(sum_ns) FROM echo", "1|1|2|310");
}

/* Some programs never count: what comes later is another round trip. */
static void test_same_numbers(void **state)
{
	(void)state;
	for (__u64 at = 100; at < 9000000000; at += 3000000000) {
		add_echo(at, 0x100, REQUEST, 1, 2);
		add_echo(at + 300, 0x200, REPLY, 1, 2);
	}
	fixture__analyze(&f);
	assert_rows(&f, "SELECT sum(requests), sum(answered), sum(again), sum(sum_ns) FROM echo", "3|3|0|930");
}

/* Both go on as copies behind another device: the round trip is from the first sign to the last. */
static void test_copies(void **state)
{
	(void)state;
	add_echo(100, 0x100, REQUEST, 1, 2);
	add_echo(150, 0x110, REQUEST, 1, 3);
	add_echo(400, 0x200, REPLY, 1, 3);
	add_echo(450, 0x210, REPLY, 1, 2);
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "10.0.0.1|1|1|0|60|240|60|1|360");
}

/* The answer is out before the request is freed. */
static void test_reply_ends_first(void **state)
{
	struct rec_packet p = packet_at(100, 0, 0x100, STAGE_netif_rx, 2, 1);

	(void)state;
	p.proto = 1;
	p.sport = 77;
	p.dport = REQUEST;
	fixture__row(&f, &p.rec);
	p.rec.ts = T0 + 110;
	p.stage = STAGE_netif_receive_skb;
	fixture__row(&f, &p.rec);
	add_echo(200, 0x200, REPLY, 1, 2);
	add_free(&f, 300, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "10.0.0.1|1|1|0|10|90|10|1|110");
}

/* A reply whose request was not seen, and a packet of another protocol. */
static void test_others(void **state)
{
	(void)state;
	add_echo(100, 0x100, REPLY, 1, 2);
	add_packet(&f, 200, 0, 0x200, STAGE_netif_rx, 2, 1);
	add_free(&f, 210, 0, 0x200);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT requests, answered, again, n FROM echo", "0|0|0|0");
}

/* ---- outcomes: each echo has one ----------------------------------------------------------------- */

#define OUTCOMES "SELECT how, dropped, sum(echoes) FROM echo_outcome GROUP BY 1, 2 ORDER BY 1, 2"
#define SUMS "SELECT (SELECT sum(echoes) FROM echo_outcome), (SELECT count(*) FROM echo_request)"
enum { MS = 1000000 };

/* The last record of the recording: `at`. */
static void add_last(__u64 at)
{
	add_packet(&f, at, 0, 0x900, STAGE_netif_rx, 2, 1);
}

/* A request that leaves by a device: freed, or dropped there, or neither. */
enum leaving { FREED, DROPPED, NEITHER };

static void add_leaving(__u64 at, __u64 skb, unsigned seq, enum leaving how)
{
	struct rec_packet p = packet_at(at, 0, skb, STAGE_net_dev_queue, 2, seq);

	p.proto = 1;
	p.sport = 77;
	p.dport = REQUEST;
	fixture__row(&f, &p.rec);
	if (how == DROPPED) {
		add_drop(&f, at + 10, 0, skb, 2, 5);
		return;
	}
	add_hop(&f, at + 10, 0, skb, STAGE_net_dev_start_xmit, 2, 0);
	if (how == FREED)
		add_free(&f, at + 20, 0, skb);
}

static void test_in_time_and_late(void **state)
{
	(void)state;
	add_echo(100, 0x100, REQUEST, 1, 2);
	add_echo(400, 0x200, REPLY, 1, 2);
	add_echo(1000, 0x100, REQUEST, 2, 2);
	add_echo(1000 + 200 * MS - 10, 0x200, REPLY, 2, 2); /* its last sight is after just 200 ms */
	add_echo(300 * MS, 0x100, REQUEST, 3, 2);
	add_echo(300 * MS + 200 * MS - 11, 0x200, REPLY, 3, 2);
	add_last(2000 * MS);
	fixture__analyze(&f);
	assert_rows(&f, OUTCOMES, "in time|NULL|2;late|NULL|1");
	assert_rows(&f, SUMS, "3|3");
	assert_rows(&f, "SELECT seq FROM echo_request WHERE how = 'late'", "2");
}

/* --late */
static void test_limit(void **state)
{
	(void)state;
	f.opts.late_ns = 321;
	add_echo(100, 0x100, REQUEST, 1, 2);
	add_echo(410, 0x200, REPLY, 1, 2);
	add_echo(1000, 0x100, REQUEST, 2, 2);
	add_echo(1311, 0x200, REPLY, 2, 2);
	fixture__analyze(&f);
	assert_rows(&f, OUTCOMES, "in time|NULL|1;late|NULL|1");
}

/* It was freed before the answer was due, and answered when nobody waited for it any more. */
static void test_very_late(void **state)
{
	(void)state;
	add_leaving(100, 0x100, 1, FREED);
	add_echo(5000ull * MS, 0x200, REPLY, 1, 2);
	add_echo(5001ull * MS, 0x300, REPLY, 1, 2); /* twice: still one echo */
	add_last(9000ull * MS);
	fixture__analyze(&f);
	assert_rows(&f, OUTCOMES, "late|NULL|1");
}

static void test_unanswered(void **state)
{
	(void)state;
	add_leaving(100, 0x100, 1, FREED);
	add_leaving(200, 0x100, 2, DROPPED);
	add_echo(300, 0x100, REQUEST, 3, 2); /* comes here and is consumed */
	add_leaving(400, 0x110, 4, NEITHER);
	add_echo(500, 0x200, REPLY, 5, 2);
	add_leaving(799 * MS, 0x100, 6, FREED);
	add_leaving(801 * MS, 0x100, 7, FREED); /* less than 200 ms before the end */
	add_last(1000 * MS);
	fixture__analyze(&f);
	assert_rows(&f, OUTCOMES,
		    "delivered|NULL|1;edge|NULL|2;end unseen|request|1;left|NULL|2;request unseen|NULL|1");
	assert_rows(&f, SUMS, "7|7");
	assert_rows(&f, "SELECT seq, reason, ifindex FROM echo_request WHERE dropped IS NOT NULL", "2|5|2");
}

/* The answer may be among what was lost; later, it would have been late. */
static void test_gap(void **state)
{
	(void)state;
	add_leaving(100, 0x100, 1, FREED);
	add_leaving(400 * MS, 0x100, 2, FREED);
	add_last(2000 * MS);
	add_gap(&f, 300 * MS, 350 * MS, 0, REC_packet, 5); /* after the first was due */
	add_gap(&f, 500 * MS, 550 * MS, 0, REC_packet, 5);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT seq, how FROM echo_request ORDER BY 1", "1|left;2|gap");
}

/* The same numbers once more: two echoes, of which the first was not answered. */
static void test_same_numbers_unanswered(void **state)
{
	(void)state;
	add_leaving(100, 0x100, 1, FREED);
	add_echo(3000ull * MS, 0x100, REQUEST, 1, 2);
	add_echo(3000ull * MS + 300, 0x200, REPLY, 1, 2);
	fixture__analyze(&f);
	assert_rows(&f, OUTCOMES, "in time|NULL|1;left|NULL|1");
}

/* More at a time than there is room for: those that have not been answered by then are told, once. */
static void test_too_many(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		add_leaving(1000 + 100 * i, 0x100, i, FREED);
		if (i % 2)
			add_echo(1050 + 100 * i, 0x200, REPLY, i, 2);
	}
	add_last(1000 * MS);
	fixture__analyze(&f);
	assert_rows(&f, SUMS, "20000|20000");
	assert_rows(&f, OUTCOMES, "forgotten|NULL|1808;in time|NULL|10000;left|NULL|8192");
}

static bool is_request(void *arg, const struct rec_packet *p, const struct first_bytes *first)
{
	(void)first;
	(void)arg;
	return p->dport == REQUEST;
}

static void test_filtered(void **state)
{
	(void)state;
	f.opts.filter = (struct analyze_filter){ is_request, NULL, "icmp[0] == 8" };
	add_leaving(100, 0x100, 1, FREED);
	add_echo(400, 0x200, REPLY, 1, 2);
	add_last(1000 * MS);
	fixture__analyze(&f);
	assert_rows(&f, OUTCOMES, "filtered|NULL|1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_duplicate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_same_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_copies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reply_ends_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_filtered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_same_numbers_unanswered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unanswered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_very_late, setup, teardown),
		cmocka_unit_test_setup_teardown(test_in_time_and_late, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
