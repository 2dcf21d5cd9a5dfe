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

static void add_datagram(__u64 at, __u64 skb)
{
	struct rec_packet p = packet_at(at, 0, skb, RX, 2, 7);

	p.proto = 17;
	fixture__row(&f, &p.rec);
}

static void add_read(__u64 at, __u64 skb, __u64 location, __u32 tid)
{
	struct rec_free r = { .rec = { .ts = T0 + at, .type = REC_free, .cpu = 1 }, .skb = skb, .location = location, .tid = tid };

	fixture__row(&f, &r.rec);
}

/*
 * A reader is stopped from 10 ms to 90 ms. What came meanwhile it reads one by one, 10 ms each: who waits behind that waits
 * because of the stop, as far as that took time before it came. One that comes later has to wait for others' work.
 */
static void test_piled_up(void **state)
{
	(void)state;
	add_datagram(5 * MS, 0x100);
	add_datagram(20 * MS, 0x200);
	add_datagram(85 * MS, 0x300);
	add_off(90 * MS, 1, READER, 4, 80 * MS, 0, 0, 0);
	add_read(95 * MS, 0x100, 0x1000, READER);
	add_read(105 * MS, 0x200, 0x1000, READER);
	add_read(115 * MS, 0x300, 0x1000, READER);
	add_datagram(130 * MS, 0x400); /* there was nothing to do before */
	add_read(140 * MS, 0x400, 0x1000, READER);
	fixture__analyze(&f);
	/* Stopped: 80 + 70 + 5, and of 15 ms behind that 10, the time it had been stopped by then, and all 25 of the third. */
	assert_rows(&f, "SELECT deed, n, mainly, late, sum_ns / 1000000, late_ns / 1000000, behind_ns / 1000000, max_ns / 1000000 "
			"FROM blame ORDER BY sum_ns DESC",
		    "stop|5|3|2|190|160|35|80;run|3|1|0|25|15|0|10");
}

/* Who reads it frees it, whoever else got that CPU last; a quota kept it from running, and while it waited, others ran. */
static void test_reader_is_named(void **state)
{
	struct rec_offcpu throttled = { .rec = { .ts = T0 + 60 * MS, .type = REC_offcpu, .cpu = 1 }, .tid = READER, .tgid = READER,
					.runnable = 50 * MS, .prev = HOG, .quota = 1 };
	struct rec_oncpu slice = { .rec = { .ts = T0 + 90 * MS, .type = REC_oncpu, .cpu = 1 }, .tid = HOG, .ago = 2 * MS,
				   .ran = 15 * MS };
	struct rec_oncpu idle = { .rec = { .ts = T0 + 90 * MS, .type = REC_oncpu, .cpu = 1 }, .tid = 0, .ran = 2 * MS };

	(void)state;
	add_datagram(10 * MS, 0x100);
	fixture__row(&f, &throttled.rec);
	fixture__row(&f, &idle.rec);
	fixture__row(&f, &slice.rec);
	add_off(90 * MS, 1, READER, 0, 0, 20 * MS, 0, HANDLER);
	add_off(95 * MS, 1, HOG, 1, 20 * MS, 0, 0, 0);
	add_read(100 * MS, 0x100, 0x1000, READER);
	fixture__analyze(&f);
	assert_rows(&f, BLAME, "3|64|400|quota|0|0|unknown|1|1|1|50;3|64|400|run|0|0|unknown|1|0|0|20;"
			       "3|64|400|queue|0|500|unknown|1|0|0|15;3|64|400|queue|0|201|unknown|1|0|0|3;"
			       "3|64|400|nobody|0|0|unknown|1|0|0|2");
}

/* Who woke the reader waited for a CPU that another had. */
static void test_why_so_late(void **state)
{
	(void)state;
	add_datagram(10 * MS, 0x100);
	add_off(88 * MS, 0, HOLDER, 0, 0, 75 * MS, 0, HOG);
	add_off(91 * MS, 1, READER, 1, 80 * MS, 0, HOLDER, 0);
	add_read(92 * MS, 0x100, 0x1000, READER);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT deed, by, by_deed, by_by, sum_ns / 1000000 FROM blame ORDER BY sum_ns DESC",
		    "sleep|300|queue|500|80;run|0|unknown|0|2");
}

/* In a queue for a lock it is handed on: who held it so long is not who had waited for it as well. */
static void test_queue_for_a_lock(void **state)
{
	(void)state;
	add_datagram(10 * MS, 0x100);
	add_off(95 * MS, 0, HOLDER, 1, 80 * MS, 0, 0, 0);
	add_off(96 * MS, 0, HANDLER, 1, 84 * MS, 0, HOLDER, 0);
	add_futex(96 * MS + 10, 0, HANDLER, 85 * MS);
	add_off(98 * MS, 1, READER, 1, 85 * MS, 0, HANDLER, 0);
	add_futex(98 * MS + 10, 1, READER, 86 * MS);
	add_read(100 * MS, 0x100, 0, READER);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT tid, deed, by, by_deed, sum_ns / 1000000 FROM blame ORDER BY sum_ns DESC",
		    "400|lock|300|sleep|85;400|run|0|unknown|5");
}

/* A thread of a frozen cgroup is stopped. */
static void test_frozen(void **state)
{
	(void)state;
	add_datagram(10 * MS, 0x100);
	add_off(98 * MS, 1, READER, 0x8000, 85 * MS, 0, 0, 0);
	add_read(100 * MS, 0x100, 0, READER);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT deed FROM blame ORDER BY sum_ns DESC LIMIT 1", "stop");
}

/* Where every stage is recorded, too: it lay in the socket until it was read, and who reads it is told with its end. */
static void test_reader_at_a_stage(void **state)
{
	(void)state;
	add_datagram(9 * MS, 0x100);
	add_hop(&f, 10 * MS, 0, 0x100, STAGE___udp_enqueue_schedule_skb, 2, 0);
	add_off(109 * MS, 1, READER, 4, 95 * MS, 0, 0, 0);
	add_hop(&f, 110 * MS, 1, 0x100, STAGE_skb_consume_udp, 2, 0);
	add_read(110 * MS + 100, 0x100, 0, READER);
	fixture__analyze(&f);
	assert_rows(&f, BLAME, "41|64|400|stop|0|0|unknown|1|1|1|95;41|64|400|run|0|0|unknown|1|0|0|5");
	assert_rows(&f, "SELECT to_stage, n FROM stage_latency WHERE from_stage = 41", "43|1");
}

/* Where a kernel frees later what was read, nothing is known of the reader. */
static void test_freed_later(void **state)
{
	struct rec_symbol s = { .rec = { .ts = T0, .type = REC_symbol, .cpu = STREAM_RECORDER }, .addr = 0x5000, .size = 0x100,
				.name = { .s = "skb_defer_free_flush", .len = 20 } };

	(void)state;
	fixture__row(&f, &s.rec);
	add_datagram(10 * MS, 0x100);
	add_read(200 * MS, 0x100, 0x5040, READER);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT count(*) FROM blame", "0");
}

/* A segment with PSH; the answer goes the other way, and begins here. */
static void add_segment(__u64 at, __u64 skb, unsigned stage, bool answer)
{
	struct rec_packet p = packet_at(at, 1, skb, stage, 2, 7);

	p.tcp_flags = 0x18;
	p.tid = answer ? READER : HOG;
	if (answer) {
		__u8 addr[16];

		memcpy(addr, p.saddr, sizeof(addr));
		memcpy(p.saddr, p.daddr, sizeof(addr));
		memcpy(p.daddr, addr, sizeof(addr));
		p.sport = 80;
		p.dport = 1000;
	}
	fixture__row(&f, &p.rec);
}

static void add_throttled(__u64 until, __u64 ns)
{
	struct rec_offcpu r = { .rec = { .ts = T0 + until, .type = REC_offcpu, .cpu = 1 }, .tid = READER, .tgid = READER,
				.runnable = ns, .quota = 1 };

	fixture__row(&f, &r.rec);
}

/* A program was kept from answering; what it does of its own accord is not blamed, nor what is only forwarded. */
static void test_answer(void **state)
{
	(void)state;
	add_segment(1, 0x80, RX, false); /* the recording begins a second before */
	add_segment(2, 0x81, QUEUE, true);
	add_segment(1010 * MS, 0x100, RX, false);
	add_throttled(1100 * MS, 80 * MS);
	add_segment(1110 * MS, 0x200, QUEUE, true);
	add_segment(1120 * MS, 0x300, QUEUE, true); /* the rest of that answer */
	add_segment(1200 * MS, 0x400, RX, false);
	add_off(1290 * MS, 1, READER, 1, 85 * MS, 0, 0, 0);
	add_segment(1300 * MS, 0x500, QUEUE, true);
	add_segment(1400 * MS, 0x600, RX, false);
	add_throttled(1490 * MS, 80 * MS);
	add_segment(1495 * MS, 0x700, RX, true); /* forwarded */
	add_segment(1496 * MS, 0x700, QUEUE, true);
	fixture__analyze(&f);
	assert_rows(&f, BLAME, "3|66|400|quota|0|0|unknown|1|1|1|80;3|66|400|run|0|0|unknown|1|0|0|20");
	assert_rows(&f, "SELECT first_win, last_win FROM blame WHERE late = 1", "1|1");
	assert_rows(&f, "SELECT name FROM stage WHERE id = 66", "answered");
}

/* Over a gap nothing is blamed. */
static void test_gap(void **state)
{
	(void)state;
	add_packet(&f, 1 * MS, 0, 0x100, NETIF_RX, 2, 7);
	add_gap(&f, 20 * MS, 30 * MS, 1, REC_packet, 5);
	add_packet(&f, 61 * MS, 1, 0x100, RX, 2, 7);
	add_datagram(70 * MS, 0x200);
	add_gap(&f, 80 * MS, 90 * MS, 1, REC_free, 5); /* its end may be among them, and this be that of another one */
	add_read(200 * MS, 0x200, 0x5040, READER);
	add_datagram(210 * MS, 0x300);
	add_gap(&f, 220 * MS, 230 * MS, 1, REC_free, 5);
	add_read(240 * MS, 0x300, 0x5040, READER);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT count(*) FROM blame", "0");
	assert_rows(&f, "SELECT from_stage, to_stage, n, uncertain, uncertain_late FROM stage_latency WHERE uncertain ORDER BY 1",
		    "2|3|0|1|1;3|64|0|2|1");
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_handler), TEST(test_softirq), TEST(test_reader), TEST(test_piled_up), TEST(test_reader_is_named),
					TEST(test_why_so_late), TEST(test_queue_for_a_lock), TEST(test_frozen),
					TEST(test_reader_at_a_stage), TEST(test_freed_later), TEST(test_answer),
					TEST(test_gap) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
