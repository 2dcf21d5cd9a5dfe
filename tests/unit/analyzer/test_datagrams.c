/*
 * test_datagrams.c: fragments of one datagram are one lost packet, and what hangs on a packet is none.
 */
#include "journey.h"

enum { PORT = 2, FREES_PARTS = 0x81000000, ID = 7 };

#define COUNTS "SELECT sum(n), sum(packets) FROM drop_summary"
#define PORTS "SELECT packets, drops FROM flow WHERE dport = 6000"

/* A fragment comes in; piece: in units of 8 bytes. */
static void see(__u64 at, __u64 skb, unsigned ethertype, unsigned id, unsigned piece, bool more)
{
	struct rec_packet p = packet_at(at, 0, skb, RX, PORT, 0);

	p.ethertype = ethertype;
	p.proto = 17;
	p.ip_id = id;
	p.frag = ethertype == 0x0800 ? piece | (more ? 0x2000 : 0) : piece << 3 | more;
	p.sport = piece ? 0 : 5000;
	p.dport = piece ? 0 : 6000;
	fixture__row(&f, &p.rec);
}

/* The kernel drops an IPv4 fragment, as its own bytes say. */
static void drop4(__u64 at, __u64 skb, unsigned id, unsigned piece, bool more)
{
	static const __u8 packet[28] = { 0x45, 0, 0, 28, 0, 0, 0, 0, 63, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x13, 0x88, 0x17, 0x70 };
	struct rec_drop d = { .rec = { .ts = T0 + at, .type = REC_drop }, .skb = skb, .location = 0x2000, .reason = 2,
			      .netns = NETNS, .ifindex = PORT, .len = 100, .ethertype = 0x0800, .head_len = sizeof(packet) };

	memcpy(d.head, packet, sizeof(packet));
	d.head[5] = id;
	d.head[6] = (more ? 0x20 : 0) | piece >> 8;
	d.head[7] = piece;
	fixture__row(&f, &d.rec);
}

/* An analyze_filter. */
static bool wants_port_6000(void *arg, const struct rec_packet *p, const struct first_bytes *first)
{
	(void)first;
	(void)arg;
	return p->dport == 6000;
}

/* One is dropped, two wait for it and expire. */
static void lose(__u64 at, unsigned id)
{
	see(at, 0x100, 0x0800, id, 0, true);
	see(at + 100, 0x200, 0x0800, id, 10, true);
	see(at + 200, 0x300, 0x0800, id, 20, false);
	drop4(at + 300, 0x300, id, 20, false);
	drop4(at + 2000000000, 0x200, id, 10, true);
	drop4(at + 2000000100, 0x100, id, 0, true);
}

static void test_fragments(void **state)
{
	(void)state;
	lose(0, ID);
	lose(3000000000, ID + 1);
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "6|2");
	assert_rows(&f, "SELECT sum(n), sum(packets) FROM drop_flow", "6|2");
	assert_rows(&f, "SELECT part, count(*) FROM drop_event GROUP BY 1", "0|2;1|4");
	assert_rows(&f, PORTS, "2|2");
	assert_int_equal(fixture__int(&f, "SELECT sum(drops) FROM flow"), 2);
}

/* The number is given to another datagram: its piece is one that was dropped before, or the first was lost long ago. */
static void test_number_again(void **state)
{
	(void)state;
	lose(0, ID);
	drop4(4000000000, 0x400, ID, 20, false);
	drop4(100000000000, 0x500, ID, 10, true);
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "5|3");
}

/* Those that have been put together are dropped as one packet, and the kernel frees the rest of it with that. */
static void test_parts(void **state)
{
	(void)state;
	DEFINE(&f, symbol, .addr = FREES_PARTS, .size = 0x100, .name = TEXT("skb_release_data"), .module = TEXT(""));
	for (unsigned i = 0; i < 400; i++) {
		__u64 at = i * 100000;

		for (unsigned part = 0; part < 11; part++)
			see(at + part, 0x100 + part, 0x0800, i, part, part < 10);
		drop4(at + 1000, 0x100, i, 0, false);
		for (unsigned part = 1; part < 11; part++)
			ADD(&f, drop, at + 1000 + part, 0, .skb = 0x100 + part, .location = FREES_PARTS + 0x20, .netns = NETNS,
			    .ifindex = PORT, .len = 100, .ethertype = 0x0800);
	}
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "4400|400");
	assert_rows(&f, "SELECT fate, sum(n) FROM journey GROUP BY 1 ORDER BY 1", "dropped|400;merged|4000");
	assert_rows(&f, PORTS, "400|400");
	assert_int_equal(fixture__int(&f, "SELECT sum(drops) FROM flow"), 400);
}

/* The same packet was read: nothing is lost. */
static void test_parts_of_one_that_was_read(void **state)
{
	(void)state;
	DEFINE(&f, symbol, .addr = FREES_PARTS, .size = 0x100, .name = TEXT("skb_release_data"), .module = TEXT(""));
	see(0, 0x100, 0x0800, ID, 0, true);
	see(100, 0x200, 0x0800, ID, 10, false);
	ADD(&f, drop, 1000, 0, .skb = 0x200, .location = FREES_PARTS + 0x20, .netns = NETNS, .ifindex = PORT, .len = 100,
	    .ethertype = 0x0800);
	add_free(&f, 1100, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "1|0");
	assert_int_equal(fixture__int(&f, "SELECT sum(drops) FROM flow"), 0);
}

/* A filter that wants the ports does not match the fragment that is lost: its flow has lost the datagram all the same. */
static void test_filter(void **state)
{
	(void)state;
	f.opts.filter = (struct analyze_filter){ .match = wants_port_6000 };
	lose(0, ID);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT dport, packets, drops FROM flow", "6000|1|1");
}

static void test_ipv6(void **state)
{
	(void)state;
	see(0, 0x100, 0x86dd, ID, 0, true);
	see(100, 0x200, 0x86dd, ID, 10, true);
	see(200, 0x300, 0x86dd, ID, 20, false);
	see(300, 0x400, 0x86dd, ID + 1, 0, true);
	add_drop(&f, 1000, 0, 0x300, PORT, 2);
	add_drop(&f, 2000, 0, 0x100, PORT, 2);
	add_drop(&f, 3000, 0, 0x200, PORT, 2);
	add_free(&f, 4000, 0, 0x400);
	fixture__analyze(&f);
	assert_rows(&f, PORTS, "2|1");
	assert_int_equal(fixture__int(&f, "SELECT sum(drops) FROM flow"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fragments), TEST(test_number_again), TEST(test_parts), TEST(test_parts_of_one_that_was_read),
		TEST(test_filter),    TEST(test_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
