/*
 * test_copies.c: packets of which there are several: a flow loses one when none of its copies went on.
 */
#include "journey.h"

#define LOSSES "SELECT packets, drops FROM flow"

enum { CLONE = 1, SEGMENT = 3, PORT = 2, BRIDGE = 3, OTHER = 4 };

/* An sk_buff of this packet at a stage. */
static void see(__u64 at, __u64 skb, unsigned stage, unsigned ifindex, unsigned ip_id)
{
	struct rec_packet p = packet_at(at, 0, skb, stage, ifindex, 0);

	p.proto = 17;
	p.ip_id = ip_id;
	p.ip_len = 100;
	fixture__row(&f, &p.rec);
}

static void made(__u64 at, __u64 from, __u64 to, unsigned how)
{
	ADD(&f, link, at, 0, .from = from, .to = to, .how = how);
}

/* A bridge sends it to a port and drops its own copy. Without records of clones: their headers say it. */
static void test_own_copy(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		__u64 at = i * 100000;

		see(at, 0x100, RX, PORT, 1 + i);
		see(at + 1000, 0x200, QUEUE, OTHER, 1 + i);
		see(at + 2000, 0x100, RX, BRIDGE, 1 + i);
		add_drop(&f, at + 3000, 0, 0x100, BRIDGE, 2);
		add_free(&f, at + 4000, 0, 0x200);
	}
	fixture__analyze(&f);
	assert_rows(&f, LOSSES, "10|0");
	assert_rows(&f, "SELECT sum(n) FROM drop_summary", "10"); /* as the kernel says */
}

/* All copies are dropped, in whatever order: one packet is lost. */
static void test_all_dropped(void **state)
{
	(void)state;
	see(0, 0x100, RX, PORT, 1);
	see(1000, 0x200, QUEUE, OTHER, 1);
	see(2000, 0x300, QUEUE, OTHER + 1, 1);
	add_drop(&f, 3000, 0, 0x200, OTHER, 2);
	add_drop(&f, 4000, 0, 0x100, PORT, 2);
	add_drop(&f, 5000, 0, 0x300, OTHER + 1, 2);
	fixture__analyze(&f);
	assert_rows(&f, LOSSES, "1|1");
}

/* The same where the making of clones was recorded. */
static void test_clones(void **state)
{
	(void)state;
	see(0, 0x100, RX, PORT, 0);
	made(1000, 0x100, 0x200, CLONE);
	see(2000, 0x200, QUEUE, OTHER, 0);
	add_drop(&f, 3000, 0, 0x100, BRIDGE, 2);
	add_free(&f, 4000, 0, 0x200);
	see(10000, 0x500, RX, PORT, 0);
	made(11000, 0x500, 0x600, CLONE);
	see(12000, 0x600, QUEUE, OTHER, 0);
	add_drop(&f, 13000, 0, 0x600, OTHER, 2);
	add_drop(&f, 14000, 0, 0x500, BRIDGE, 2);
	fixture__analyze(&f);
	assert_rows(&f, LOSSES, "2|1");
}

/* A program that captures packets got its clone: nobody else got the packet. */
static void test_captured(void **state)
{
	(void)state;
	see(0, 0x100, RX, PORT, 1);
	made(1000, 0x100, 0x200, CLONE);
	add_free(&f, 2000, 0, 0x200);
	add_drop(&f, 3000, 0, 0x100, PORT, 2);
	fixture__analyze(&f);
	assert_rows(&f, LOSSES, "1|1");
}

/* What cannot be told apart is not taken for copies. */
static void test_unnumbered(void **state)
{
	(void)state;
	see(0, 0x100, RX, PORT, 0);
	see(1000, 0x200, RX, PORT, 0);
	add_drop(&f, 2000, 0, 0x100, PORT, 2);
	add_free(&f, 3000, 0, 0x200);
	fixture__analyze(&f);
	assert_rows(&f, LOSSES, "2|1");
}

/* The number comes again when the packet is gone: another one. */
static void test_number_again(void **state)
{
	(void)state;
	see(0, 0x100, RX, PORT, 7);
	add_free(&f, 1000, 0, 0x100);
	see(2000, 0x200, RX, PORT, 7);
	add_drop(&f, 3000, 0, 0x200, PORT, 2);
	fixture__analyze(&f);
	assert_rows(&f, LOSSES, "2|1");
}

/* A segment is a part of its packet and no copy: whether the others went on says nothing about it. */
static void test_segments(void **state)
{
	(void)state;
	see(0, 0x100, RX, PORT, 1);
	made(500, 0x100, 0x400, CLONE);
	made(1000, 0x100, 0x200, SEGMENT);
	add_hop(&f, 1500, 0, 0x200, START, OTHER, 0);
	add_free(&f, 1600, 0, 0x200);
	add_hop(&f, 1700, 0, 0x400, START, OTHER, 0);
	add_drop(&f, 2000, 0, 0x400, OTHER, 2);
	add_drop(&f, 3000, 0, 0x100, PORT, 2);
	fixture__analyze(&f);
	assert_rows(&f, LOSSES, "1|1");
}

/* Whose end was not seen may have arrived. */
static void test_end_not_seen(void **state)
{
	(void)state;
	see(0, 0x100, RX, PORT, 1);
	see(1000, 0x200, QUEUE, OTHER, 1);
	add_drop(&f, 2000, 0, 0x100, PORT, 2);
	fixture__analyze(&f);
	assert_rows(&f, LOSSES, "1|0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_own_copy),   TEST(test_all_dropped),	TEST(test_clones),   TEST(test_captured),
		TEST(test_unnumbered), TEST(test_number_again), TEST(test_segments), TEST(test_end_not_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
