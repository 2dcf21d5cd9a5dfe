/* test_blame.c: slow intervals are blamed on what whoever should have moved the packet on did meanwhile. */
#include "journey.h"

enum { MS = 1000000, HANDLER = 201, HOLDER = 300, READER = 400, HOG = 500, KSOFTIRQD = 21 };
enum { BACK = STAGE_ovs_flow_key_extract_userspace };

#define BLAME "SELECT from_stage, to_stage, tid, deed, addr, by, by_deed, n, mainly, late, sum_ns / 1000000 FROM blame ORDER BY sum_ns DESC"

static void add_off(__u64 at, unsigned cpu, __u32 tid, __u32 state, __u64 blocked, __u64 runnable, __u32 waker, __u32 prev)
{
	struct rec_offcpu r = { .rec = { .ts = T0 + at, .type = REC_offcpu, .cpu = cpu }, .tid = tid, .tgid = tid, .state = state,
				.waker = waker, .prev = prev, .blocked = blocked, .runnable = runnable };

	fixture__row(&f, &r.rec);
}

static void add_futex(__u64 at, unsigned cpu, __u32 tid, __u64 duration)
{
	struct rec_futex r = { .rec = { .ts = T0 + at, .type = REC_futex, .cpu = cpu }, .tid = tid, .tgid = HANDLER, .op = 0,
			       .uaddr = 0x9000, .duration = duration };

	fixture__row(&f, &r.rec);
}

/* A packet goes up at 1 ms and comes back at 101 ms: its handler waited 80 ms for a lock whose holder slept. */
static void test_handler(void **state)
{
	struct rec_packet p = packet_at(1 * MS, 0, 0x100, RX, 2, 7);
	struct rec_upcall u = { .rec = { .ts = T0 + 1 * MS, .type = REC_upcall }, .skb = 0x100, .cmd = 1, .netns = NETNS, .ifindex = 2 };
	struct rec_upcall_execute e = { .rec = { .ts = T0 + 101 * MS + 300, .type = REC_upcall_execute, .cpu = 1 }, .tid = HANDLER,
					.tgid = HANDLER, .duration = 1000 };

	(void)state;
#define COPY(to) (to).sport = p.sport, (to).dport = p.dport, (to).ethertype = p.ethertype, (to).proto = p.proto, \
	(to).tcp_flags = p.tcp_flags, (to).ip_id = p.ip_id, (to).seq = p.seq, (to).ack = p.ack, (to).ip_len = p.ip_len
	COPY(u);
	COPY(e);
	memcpy(u.saddr, p.saddr, 16), memcpy(u.daddr, p.daddr, 16);
	memcpy(e.saddr, p.saddr, 16), memcpy(e.daddr, p.daddr, 16);
	add_packet(&f, MS / 2, 0, 0x100, RX, 2, 7);
	fixture__row(&f, &u.rec);
	add_off(89 * MS, 0, HOLDER, 1, 85 * MS, 0, 0, 0);
	add_off(95 * MS, 1, HANDLER, 1, 80 * MS, 5 * MS, HOLDER, HOG);
	add_futex(95 * MS + 10, 1, HANDLER, 86 * MS);
	add_packet(&f, 101 * MS, 1, 0x900, BACK, 0, 7);
	fixture__row(&f, &e.rec);
	fixture__analyze(&f);
	assert_rows(&f, BLAME,
		    "22|23|201|lock|36864|300|sleep|1|1|1|80;22|23|201|run|0|0|unknown|1|0|0|15;22|23|201|queue|0|500|unknown|1|0|0|5");
}

/* The softirq of a CPU was deferred to its ksoftirqd, which did not get the CPU. */
static void test_softirq(void **state)
{
	struct rec_task t = { .rec = { .ts = T0 + 1, .type = REC_task }, .tid = KSOFTIRQD, .tgid = KSOFTIRQD, .comm = "ksoftirqd/1" };

	(void)state;
	fixture__row(&f, &t.rec);
	add_packet(&f, 1 * MS, 0, 0x100, NETIF_RX, 2, 7);
	add_off(60 * MS, 1, KSOFTIRQD, 1, 1 * MS, 58 * MS, 0, HOG);
	add_packet(&f, 61 * MS, 1, 0x100, RX, 2, 7);
	add_packet(&f, 70 * MS, 0, 0x200, NETIF_RX, 2, 8); /* nobody was deferred here */
	add_packet(&f, 80 * MS, 0, 0x200, RX, 2, 8);
	fixture__analyze(&f);
	assert_rows(&f, BLAME, "2|3|21|queue|0|500|unknown|1|1|1|58;2|3|0|unknown|0|0|unknown|1|1|0|10;2|3|21|run|0|0|unknown|1|0|0|1;"
			       "2|3|21|sleep|0|0|unknown|1|0|0|1");
}

/* A datagram lay in its socket while the reader slept; one of TCP says nothing about its reader. */
static void test_reader(void **state)
{
	struct rec_packet p = packet_at(1 * MS, 0, 0x100, RX, 2, 7);

	(void)state;
	p.proto = 17;
	fixture__row(&f, &p.rec);
	add_packet(&f, 1 * MS, 0, 0x200, RX, 2, 8);
	add_off(81 * MS, 1, READER, 1, 79 * MS, 0, 0, 0);
	add_free(&f, 82 * MS, 1, 0x100);
	add_free(&f, 83 * MS, 1, 0x200);
	fixture__analyze(&f);
	assert_rows(&f, BLAME, "3|64|400|sleep|0|0|unknown|1|1|1|79;3|64|400|run|0|0|unknown|1|0|0|2");
}

/* Over a gap nothing is blamed. */
static void test_gap(void **state)
{
	(void)state;
	add_packet(&f, 1 * MS, 0, 0x100, NETIF_RX, 2, 7);
	add_gap(&f, 20 * MS, 30 * MS, 1, REC_packet, 5);
	add_packet(&f, 61 * MS, 1, 0x100, RX, 2, 7);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT count(*) FROM blame", "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_handler), TEST(test_softirq), TEST(test_reader), TEST(test_gap) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
