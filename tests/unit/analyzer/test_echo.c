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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_duplicate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_same_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_copies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reply_ends_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_others, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
