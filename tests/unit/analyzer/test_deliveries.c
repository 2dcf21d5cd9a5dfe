/*
 * test_deliveries.c: what became of each packet of a flow, and each of them once.
 */
#include "journey.h"

enum { ETH = 2, PORT = 3, BRIDGE = 4, CLONE = 1, MS = 1000000 };

#define ENDS "SELECT packets - carried, drops, arrived, departed, sometime, edge, upcalled, in_gap, forgotten FROM flow WHERE dport > 0"
#define READ "SELECT read_n, read_min_ns, read_max_ns FROM flow WHERE dport > 0"

static void see(__u64 at, __u64 skb, unsigned stage, unsigned ifindex, unsigned id)
{
	struct rec_packet p = packet_at(at, 0, skb, stage, ifindex, 0);

	p.proto = 17;
	p.ip_id = id;
	p.ip_len = 100;
	fixture__row(&f, &p.rec);
}

/* From a socket here to one here. */
static void cross(__u64 at, unsigned id)
{
	see(at, 0x100, QUEUE, ETH, id);
	add_hop(&f, at + 10, 0, 0x100, START, ETH, 0);
	see(at + 20, 0x100, RX, PORT, id);
	add_hop(&f, at + 30, 0, 0x100, XMIT, ETH, 0);
}

/* The reader's time counts, the median time to the socket does not have it. */
static void test_read(void **state)
{
	(void)state;
	cross(0, 1);
	add_free(&f, 70 * MS, 0, 0x100);
	cross(100 * MS, 2);
	add_free(&f, 100 * MS + 500, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, ENDS, "2|0|2|0|0|0|0|0|0");
	assert_rows(&f, READ, "2|500|70000000");
	assert_rows(&f, "SELECT n, max_ns FROM flow", "2|20");
}

static void test_each_once(void **state)
{
	(void)state;
	cross(0, 1);
	add_drop(&f, 50, 0, 0x100, PORT, 5);
	see(1000, 0x100, QUEUE, ETH, 2); /* leaves */
	add_hop(&f, 1010, 0, 0x100, START, ETH, 0);
	add_hop(&f, 1015, 0, 0x100, XMIT, ETH, 0);
	add_free(&f, 1020, 0, 0x100);
	cross(2000, 3); /* its end was not seen: another one has its sk_buff */
	cross(3000, 4);
	fixture__analyze(&f);
	assert_rows(&f, ENDS, "4|1|0|1|0|1|0|0|0");
	assert_rows(&f, "SELECT reason, location, ifindex, packets FROM flow_loss", "5|8192|3|1");
}

static void test_gap(void **state)
{
	(void)state;
	cross(0, 1);
	add_free(&f, 9 * MS, 0, 0x100);
	add_gap(&f, 2 * MS, 3 * MS, 0, REC_packet, 5);
	fixture__analyze(&f);
	assert_rows(&f, ENDS, "1|0|0|0|0|0|0|1|0");
}

/* A switch that frees what came in by a port has not read it. A device in a bond, or a bridge itself, is no such port. */
static void test_port_of_switch(void **state)
{
	(void)state;
	DEFINE(&f, interface, .netns = NETNS, .ifindex = BRIDGE, .name = TEXT("b"), .kind = TEXT("bridge"));
	DEFINE(&f, interface, .netns = NETNS, .ifindex = PORT, .name = TEXT("p"), .kind = TEXT("veth"), .master = BRIDGE);
	DEFINE(&f, interface, .netns = NETNS, .ifindex = 7, .name = TEXT("bond"), .kind = TEXT("bond"));
	DEFINE(&f, interface, .netns = NETNS, .ifindex = 8, .name = TEXT("slave"), .kind = TEXT(""), .master = 7);
	see(0, 0x100, RX, PORT, 1);
	add_free(&f, 10, 0, 0x100);
	see(100, 0x100, RX, BRIDGE, 2);
	add_free(&f, 110, 0, 0x100);
	see(200, 0x100, RX, 8, 3);
	add_free(&f, 210, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, ENDS, "3|0|2|0|0|0|0|0|0");
}

static void made(__u64 at, __u64 from, __u64 to)
{
	ADD(&f, link, at, 0, .from = from, .to = to, .how = CLONE);
}

/* One copy is read, twice even, others leave or are dropped: it is read, once. */
static void test_copies(void **state)
{
	(void)state;
	see(0, 0x100, RX, ETH, 1);
	made(10, 0x100, 0x200);
	made(20, 0x100, 0x300);
	made(30, 0x100, 0x400);
	add_hop(&f, 40, 0, 0x200, START, PORT, 0);
	add_free(&f, 50, 0, 0x200);
	see(60, 0x300, RX, BRIDGE, 1);
	add_free(&f, 70, 0, 0x300);
	see(80, 0x400, RX, PORT, 1);
	add_free(&f, 90, 0, 0x400);
	add_drop(&f, 100, 0, 0x100, ETH, 5);
	fixture__analyze(&f);
	assert_rows(&f, ENDS, "1|0|1|0|0|0|0|0|0");
	assert_rows(&f, READ, "1|70|70");
}

/* None is read: what left is better than what was dropped, and known with the last one only. */
static void test_copies_left(void **state)
{
	(void)state;
	see(0, 0x100, RX, ETH, 1);
	made(10, 0x100, 0x200);
	add_hop(&f, 40, 0, 0x200, START, PORT, 0);
	add_free(&f, 50, 0, 0x200);
	add_drop(&f, 100, 0, 0x100, ETH, 5);
	fixture__analyze(&f);
	assert_rows(&f, ENDS, "1|0|0|1|0|0|0|0|0");
}

static void fragment(__u64 at, __u64 skb, unsigned id, unsigned piece, bool more)
{
	struct rec_packet p = packet_at(at, 0, skb, RX, ETH, 0);

	p.proto = 17;
	p.ip_id = id;
	p.frag = piece | (more ? 0x2000 : 0);
	p.sport = piece ? 0 : 5000;
	p.dport = piece ? 0 : 6000;
	fixture__row(&f, &p.rec);
}

/* The kernel goes on with the sk_buff of the last fragment; the first one's is freed when all are there. */
static void test_fragments(void **state)
{
	(void)state;
	fragment(0, 0x100, 7, 0, true);
	fragment(10, 0x200, 7, 10, false);
	add_free(&f, 20, 0, 0x100);
	add_free(&f, 60 * MS, 0, 0x200);
	fragment(100 * MS, 0x100, 8, 0, true); /* and one that never becomes whole */
	add_free(&f, 100 * MS + 30, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, ENDS, "2|0|1|0|0|0|0|0|0");
	assert_rows(&f, READ, "1|60000000|60000000");
	assert_rows(&f, "SELECT packets - carried FROM flow WHERE dport = 0", "0");
}

/* Newer kernels give what was read to another CPU, which frees it when it likes. */
static void test_deferred(void **state)
{
	(void)state;
	DEFINE(&f, symbol, .addr = 0x1000, .name = TEXT("skb_defer_free_flush"));
	DEFINE(&f, symbol, .addr = 0x2000, .name = TEXT("other"));
	cross(0, 1);
	add_free(&f, 70 * MS, 0, 0x100);
	cross(100 * MS, 2);
	add_free(&f, 101 * MS, 0, 0x100); /* at most so late */
	cross(200 * MS, 3);
	add_hop(&f, 200 * MS + 300, 0, 0x100, STAGE_skb_consume_udp, PORT, 0);
	add_free(&f, 270 * MS, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, ENDS, "3|0|2|0|1|0|0|0|0");
	assert_rows(&f, READ, "2|300|1000000");
}

static void test_forgotten_losses(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		struct rec_packet p = packet_at(100 * i, 0, 0x100, RX, ETH, 0);

		p.proto = 17;
		p.ip_id = i;
		p.dport = 1 + i % 10000;
		fixture__row(&f, &p.rec);
		add_drop(&f, 100 * i + 10, 0, 0x100, ETH, 5);
	}
	fixture__analyze(&f);
	assert_rows(&f, "SELECT (SELECT sum(drops) FROM flow) - sum(packets) = (SELECT n FROM eviction WHERE what = "
			"'lost packets of forgotten flows') FROM flow_loss", "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_read), TEST(test_each_once), TEST(test_gap), TEST(test_port_of_switch), TEST(test_copies),
		TEST(test_copies_left), TEST(test_fragments), TEST(test_deferred), TEST(test_forgotten_losses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
