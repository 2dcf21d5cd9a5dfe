/*
 * test_qdisc.c: time in queueing disciplines, packets that are not queued, requeued, dropped; queues of devices and sizes.
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

#define COUNTS "SELECT ifindex, queue, enqueued, dequeued, again, direct, dropped, qlen_sum, qlen_max, n, sum_ns FROM qdisc_queue ORDER BY 1, 2"

static void test_queued(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		add_packet(&f, 100 + i * 10, 0, 0x100 + i, STAGE_net_dev_queue, 2, i);
		add_hop(&f, 101 + i * 10, 0, 0x100 + i, STAGE_qdisc_enqueue, 2, i + 1);
	}
	for (unsigned i = 0; i < 3; i++) {
		add_hop(&f, 1101 + i * 20, 1, 0x100 + i, STAGE_qdisc_dequeue, 2, 1);
		add_hop(&f, 1102 + i * 20, 1, 0x100 + i, STAGE_net_dev_start_xmit, 2, 0);
		add_hop(&f, 1103 + i * 20, 1, 0x100 + i, STAGE_net_dev_xmit, 2, 0);
	}
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "2|0|3|3|0|0|0|6|3|3|3030");
}

static void test_not_queued(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, STAGE_net_dev_queue, 2, 1); /* bypassed */
	add_hop(&f, 110, 0, 0x100, STAGE_net_dev_start_xmit, 2, 0);
	add_hop(&f, 111, 0, 0x100, STAGE_net_dev_xmit, 2, 0);
	add_packet(&f, 200, 0, 0x100, STAGE_net_dev_queue, 2, 2); /* dropped at the door */
	add_drop(&f, 210, 0, 0x100, 2, 8);
	add_packet(&f, 300, 0, 0x100, STAGE_net_dev_queue, 2, 3); /* dropped while it waits */
	add_hop(&f, 310, 0, 0x100, STAGE_qdisc_enqueue, 2, 1);
	add_drop(&f, 320, 0, 0x100, 2, 8);
	add_packet(&f, 400, 0, 0x100, STAGE_netif_receive_skb, 2, 4); /* not in a qdisc at all */
	add_drop(&f, 410, 0, 0x100, 2, 8);
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "2|0|1|0|0|1|2|1|1|0|0");
}

/* The driver was busy: the packet goes back and is taken out again. It was in the queue once. */
static void test_requeued(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, STAGE_net_dev_queue, 2, 1);
	add_hop(&f, 110, 0, 0x100, STAGE_qdisc_enqueue, 2, 1);
	add_hop(&f, 120, 0, 0x100, STAGE_qdisc_dequeue, 2, 1);
	add_hop(&f, 130, 0, 0x100, STAGE_net_dev_start_xmit, 2, 0);
	add_hop(&f, 140, 0, 0x100, STAGE_net_dev_xmit, 2, 16);
	add_hop(&f, 150, 0, 0x100, STAGE_qdisc_dequeue, 2, 1);
	add_hop(&f, 160, 0, 0x100, STAGE_net_dev_start_xmit, 2, 0);
	add_hop(&f, 170, 0, 0x100, STAGE_net_dev_xmit, 2, 0);
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "2|0|1|1|1|0|0|1|1|1|10");
}

/* One device above another: each has its own. The upper one's word comes after the lower one began. */
static void test_stacked(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, STAGE_net_dev_queue, 5, 1);
	add_hop(&f, 110, 0, 0x100, STAGE_net_dev_start_xmit, 5, 0);
	add_packet(&f, 120, 0, 0x100, STAGE_net_dev_queue, 2, 1);
	add_hop(&f, 130, 0, 0x100, STAGE_qdisc_enqueue, 2, 1);
	add_hop(&f, 140, 0, 0x100, STAGE_net_dev_xmit, 5, 0);
	add_hop(&f, 150, 0, 0x100, STAGE_qdisc_dequeue, 2, 1);
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "2|0|1|1|0|0|0|1|1|1|20;5|0|0|0|0|1|0|0|0|0|0");
}

/* What entered before the gap may have left in it. */
static void test_gap(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, STAGE_net_dev_queue, 2, 1);
	add_hop(&f, 110, 0, 0x100, STAGE_qdisc_enqueue, 2, 1);
	add_hop(&f, 2000000, 0, 0x100, STAGE_qdisc_dequeue, 2, 1);
	add_gap(&f, 1000, 2000, 1, REC_hop, 1);
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "2|0|1|1|0|0|0|1|1|0|0");
}

/* The packet is gone by then; it was handed to its device on the same CPU. */
static void test_returns(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, STAGE_net_dev_queue, 2, 1);
	add_drop(&f, 110, 0, 0x100, 2, 8);
	ADD(&f, xmit, 120, 0, .skb = 0x100, .ret = 1);
	ADD(&f, xmit, 130, 1, .skb = 0x100, .ret = 1);
	ADD(&f, xmit, 140, 0, .skb = 0x100, .ret = (__u32)-100);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT ifindex, ret, n FROM qdisc_return ORDER BY 1, 2", "0|1|1;2|-100|1;2|1|1");
}

static void add_received(__u64 at, unsigned queue, unsigned len)
{
	struct rec_packet p = packet_at(at, 0, 0x100 + at, STAGE_netif_receive_skb, 3, at);

	p.queue = queue;
	p.len = len;
	fixture__row(&f, &p.rec);
}

static void test_device_queues(void **state)
{
	struct rec_hop h = { .rec = { .ts = T0 + 50, .type = REC_hop }, .skb = 7, .stage = STAGE_net_dev_start_xmit, .netns = NETNS,
			     .ifindex = 3, .len = 100, .queue = 4 };

	(void)state;
	add_received(100, 0, 63);
	add_received(110, 1, 64);
	add_received(120, 1, 511);
	add_received(130, 1, 512);
	add_received(140, 2, 2048);
	add_received(150, 2, 16384);
	add_received(160, 2, 65536);
	fixture__row(&f, &h.rec);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT dir, queue, packets, bytes, below_64, below_512, below_2k, below_16k, below_64k, larger FROM iface_queue ORDER BY 1, 2",
		    "rx|NULL|1|63|1|0|0|0|0|0;rx|0|3|1087|0|2|1|0|0|0;rx|1|3|83968|0|0|0|1|1|1;tx|4|1|100|0|1|0|0|0|0");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_queued),  TEST(test_not_queued), TEST(test_requeued),
		TEST(test_stacked), TEST(test_gap),	   TEST(test_device_queues),
		TEST(test_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
