/*
 * test_flows.c: the time between consecutive packets of a flow: which packets are new ones, what is uncertain, limits.
 */
#include "fixture.h"

enum { RX = STAGE_netif_receive_skb, MS = 1000000 };
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

#define GAPS "SELECT gap_n, gap_sum_ns / 1000000, gap_max_ns / 1000000, (gap_max_at_ns - 5000000000) / 1000000, gap_uncertain, packets FROM flow"

static struct fixture f;
static __u64 skb;

static int setup(void **state)
{
	(void)state;
	fixture__begin(&f, 4);
	skb = 0x1000;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture__end(&f);
	return 0;
}

/* A packet of its own: another sk_buff. */
static void add(struct rec_packet *p)
{
	p->skb = skb += 0x100;
	fixture__row(&f, &p->rec);
	add_free(&f, p->rec.ts - T0 + 1000, 0, p->skb);
}

static void udp(unsigned ms, unsigned ip_id, unsigned ifindex)
{
	struct rec_packet p = packet_at((__u64)ms * MS, 0, 0, RX, ifindex, 0);

	p.proto = 17;
	p.ip_id = ip_id;
	add(&p);
}

/* ip_len of 52: 20 of IP, 32 of TCP with timestamps. */
static void tcp(unsigned ms, unsigned seq, unsigned flags, unsigned data)
{
	struct rec_packet p = packet_at((__u64)ms * MS, 0, 0, RX, 2, seq);

	p.tcp_flags = flags;
	p.ip_id = ms;
	p.ip_len = 52 + data;
	p.len = p.ip_len;
	p.ack = 77;
	add(&p);
}

static void test_gaps(void **state)
{
	(void)state;
	udp(10, 1, 2);
	udp(11, 2, 2);
	udp(41, 3, 2);
	udp(43, 4, 2);
	fixture__analyze(&f);
	assert_rows(&f, GAPS, "3|33|30|11|0|4");
	assert_rows(&f, "SELECT gap_min_ns, length(gap_hist) > 5 FROM flow", "1000000|1");
}

static void test_one_packet(void **state)
{
	(void)state;
	udp(10, 1, 2);
	fixture__analyze(&f);
	assert_rows(&f, GAPS, "0|0|0|NULL|0|1");
}

/* Nobody knows whether a packet was there. */
static void test_lost_records(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		udp(10 * i, i + 1, 2);
	add_gap(&f, 12 * MS, 13 * MS, 1, REC_packet, 3);
	add_gap(&f, 25 * MS, 26 * MS, 1, REC_offcpu, 3); /* not of packets */
	fixture__analyze(&f);
	assert_rows(&f, GAPS, "2|20|10|0|1|4");
}

/* Through a guest that routes: the same packet once more, at another device. */
static void test_elsewhere(void **state)
{
	(void)state;
	udp(10, 1, 2);
	udp(12, 1, 3);
	udp(20, 2, 2);
	udp(22, 2, 3);
	fixture__analyze(&f);
	assert_rows(&f, GAPS, "1|10|10|10|0|4");
}

/* Senders without numbers, or always with the same one, send new packets nevertheless. */
static void test_weak_numbers(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++)
		udp(10 * i, 9, 2);
	fixture__analyze(&f);
	assert_rows(&f, GAPS, "2|20|10|0|0|3");
}

static void test_unnumbered(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++)
		udp(10 * i, 0, 2 + i % 2);
	fixture__analyze(&f);
	assert_rows(&f, GAPS, "2|20|10|0|0|3");
}

/* The pause of a flow ends with its next new segment, not with what is sent again meanwhile. */
static void test_retransmission(void **state)
{
	(void)state;
	tcp(0, 1000, ACK, 500);
	tcp(10, 1500, ACK, 500);
	tcp(60, 1000, ACK, 500);  /* again */
	tcp(210, 1500, ACK, 500); /* the newest one again */
	tcp(230, 2000, ACK, 500);
	tcp(235, 1400, ACK, 700); /* again, in other pieces */
	fixture__analyze(&f);
	assert_rows(&f, GAPS, "2|230|220|10|0|6");
}

/* Short ones: PSH tells that there is data. */
static void test_short_retransmission(void **state)
{
	(void)state;
	tcp(0, 1000, ACK | PSH, 5);
	tcp(200, 1000, ACK | PSH, 5);
	tcp(300, 1005, ACK | PSH, 5);
	fixture__analyze(&f);
	assert_rows(&f, GAPS, "1|300|300|0|0|3");
}

/* Pure acknowledgements all have the number of the next data. */
static void test_acknowledgements(void **state)
{
	(void)state;
	tcp(0, 1000, ACK, 0);
	tcp(10, 1000, ACK, 0);
	tcp(20, 1000, ACK | PSH, 5);
	tcp(25, 1005, ACK, 0);
	tcp(1000, 1004, ACK, 0); /* keeps alive */
	tcp(1025, 1005, ACK, 0);
	fixture__analyze(&f);
	assert_rows(&f, GAPS, "4|1025|1000|25|0|6");
}

static void test_opening(void **state)
{
	(void)state;
	tcp(0, 5000000, SYN, 0);
	tcp(1000, 5000000, SYN, 0); /* again */
	tcp(1010, 5000001, ACK, 0);
	tcp(1020, 5000001, RST, 0);
	tcp(1030, 4000000, SYN, 0); /* another connection */
	tcp(1040, 4000001, ACK, 0);
	fixture__analyze(&f);
	assert_rows(&f, GAPS, "4|1040|1010|0|0|6");
}

/* A reset's number may be anything, and numbers far behind are those of another connection. */
static void test_other_numbers(void **state)
{
	(void)state;
	tcp(0, 1000, ACK, 500);
	tcp(10, 9000000, RST, 0);
	tcp(20, 1500, ACK, 500);
	tcp(30, 0x80000000, ACK, 500);
	tcp(40, 2000, ACK, 500);
	tcp(50, 2500, ACK, 500);
	tcp(60, 0xfffff000, ACK, 500); /* before 2500: they wrap */
	fixture__analyze(&f);
	assert_rows(&f, GAPS, "5|50|10|0|0|7");
}

/* What takes another flow's place begins anew. */
static void test_forgotten(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		struct rec_packet p = packet_at(i * 1000ull, 0, 0, RX, 2, 0);

		p.proto = 17;
		p.sport = i;
		p.dport = i >> 16;
		p.skb = 0x100 + (i % 64) * 0x100;
		fixture__row(&f, &p.rec);
	}
	fixture__analyze(&f);
	assert_int_equal(fixture__int(&f, "SELECT sum(gap_n) + sum(gap_uncertain) FROM flow"), 0);
	assert_int_equal(fixture__int(&f, "SELECT count(*) FROM flow"), 1 << 14);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_gaps),	   TEST(test_one_packet),	   TEST(test_lost_records),	TEST(test_elsewhere),
		TEST(test_weak_numbers),   TEST(test_unnumbered),	   TEST(test_retransmission),	TEST(test_short_retransmission),
		TEST(test_acknowledgements), TEST(test_opening),	   TEST(test_other_numbers),	TEST(test_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
