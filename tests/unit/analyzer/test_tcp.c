/*
 * test_tcp.c: connections: opening time, samples, resets, changes of state; losses; the filter.
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

#define LOCAL "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01"
#define REMOTE "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x02"
#define ENDS(r, local_port)                        \
	do {                                       \
		memcpy((r).saddr, LOCAL, 16);      \
		memcpy((r).daddr, REMOTE, 16);     \
		(r).sport = local_port;            \
		(r).dport = 80;                    \
		(r).netns = NETNS;                 \
	} while (0)

static void add_state(__u64 at, __u64 sk, unsigned sport, unsigned before, unsigned to)
{
	struct rec_tcp_state r = { .rec = { .ts = T0 + at, .type = REC_tcp_state }, .sk = sk, .before = before, .state = to,
				   .acked = at, .received = at / 2 };

	ENDS(r, sport);
	fixture__row(&f, &r.rec);
}

static void add_sample(__u64 at, unsigned sport, unsigned rtt, unsigned cwnd)
{
	struct rec_tcp_sample r = { .rec = { .ts = T0 + at, .type = REC_tcp_sample }, .sk = 9, .rtt = rtt, .srtt = rtt + 1,
				    .min_rtt = rtt ? rtt : 0xffffffff, .cwnd = cwnd, .packets_out = cwnd / 2, .snd_wnd = rtt };

	ENDS(r, sport);
	fixture__row(&f, &r.rec);
}

static void add_event(__u64 at, unsigned sport, unsigned what)
{
	struct rec_tcp_event r = { .rec = { .ts = T0 + at, .type = REC_tcp_event }, .what = what, .seq = 77 };

	ENDS(r, sport);
	fixture__row(&f, &r.rec);
}

/* A connect has no port yet: time and count belong to the connection that comes of it. */
static void test_opening(void **state)
{
	(void)state;
	add_state(1000, 1, 0, 7, 2);
	add_state(1500, 2, 0, 7, 2);
	add_state(4000, 1, 1001, 2, 1);
	add_state(9500, 2, 1002, 2, 7); /* refused */
	add_state(9900, 1, 1001, 1, 4);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT saddr, sport, dport, changes, established, closed, refused, last_state, acked, received, n, sum_ns FROM tcp_conn_state ORDER BY sport",
		    "10.0.0.1|1001|80|2|1|0|0|4|9900|4950|1|3000;10.0.0.1|1002|80|1|0|1|1|7|9500|4750|0|0");
	assert_rows(&f, "SELECT sport, before, state, opening_ns, srtt_us FROM tcp_change ORDER BY ts_ns",
		    "0|7|2|NULL|NULL;0|7|2|NULL|NULL;1001|2|1|3000|NULL;1002|2|7|8000|NULL;1001|1|4|NULL|NULL");
}

/* Its beginning may have been that of another connection. */
static void test_opening_across_a_gap(void **state)
{
	(void)state;
	add_state(1000, 1, 0, 7, 2);
	add_state(4000000, 1, 1001, 2, 1);
	add_gap(&f, 2000, 3000, 0, REC_tcp_state, 5);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT established, n FROM tcp_conn_state", "1|0");
	assert_rows(&f, "SELECT count(*) FROM tcp_change WHERE opening_ns IS NOT NULL", "0");
}

static void test_samples(void **state)
{
	(void)state;
	add_sample(100, 1001, 0, 10);
	add_sample(200, 1001, 300, 4);
	add_sample(300, 1001, 100, 20);
	add_sample(1000000100, 1001, 900, 20);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT win, sport, samples, min_cwnd, max_cwnd, max_in_flight, min_rtt_us, srtt_us, window_closed, n, min_ns, max_ns FROM tcp_conn_sample",
		    "0|1001|3|4|20|10|100|101|1|2|100000|300000;1|1001|1|20|20|10|900|901|0|1|900000|900000");
}

static bool wants_1002(void *arg, const struct rec_packet *p, const struct first_bytes *first)
{
	(void)first;
	(void)arg;
	return p->sport == 1002 && p->proto == 6 && p->ethertype == 0x0800;
}

static void test_events(void **state)
{
	(void)state;
	add_event(100, 1001, 0);
	add_event(200, 1001, 1);
	add_event(300, 1002, 1);
	add_event(400, 1002, 2);
	add_event(500, 1002, 99); /* of a newer recorder, or damaged */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT sport, resets_sent, resets_received, bad_checksums FROM tcp_conn_event ORDER BY sport", "1001|1|1|0;1002|0|1|1");
	assert_rows(&f, "SELECT count(*), min(seq), min(state), min(reason) FROM tcp_event", "4|77|NULL|NULL");
}

static void test_filter(void **state)
{
	(void)state;
	add_event(100, 1001, 0);
	add_event(200, 1002, 0);
	add_sample(300, 1001, 100, 20);
	add_state(400, 1, 1002, 2, 1);
	f.opts.filter = (struct analyze_filter){ wants_1002, NULL, "port 1002" };
	fixture__analyze(&f);
	assert_rows(&f, "SELECT sport FROM tcp_conn_event", "1002");
	assert_rows(&f, "SELECT count(*) FROM tcp_conn_sample", "0");
	assert_rows(&f, "SELECT count(*) FROM tcp_change", "1");
}

static void add_window(__u64 at, unsigned window)
{
	struct rec_tcp_sample r = { .rec = { .ts = T0 + at, .type = REC_tcp_sample }, .sk = 9, .snd_wnd = window };

	ENDS(r, 1001);
	fixture__row(&f, &r.rec);
}

/* A sample shows the window as it was until then. */
static void test_closed_window(void **state)
{
	(void)state;
	add_window(1000, 500);
	add_window(2000, 0);
	add_window(5000, 0);
	add_window(7000, 500);
	add_state(8000, 9, 1001, 1, 7);
	add_window(50000, 0); /* another connection has the socket */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT window_closed, closed_ns FROM tcp_conn_sample", "3|4000");
}

/* Under way when the recording ended: late by then, or not. */
static void test_unfinished(void **state)
{
	(void)state;
	add_state(1000, 1, 0, 7, 2);
	add_state(500, 4, 0, 7, 2);
	add_state(100000000, 2, 0, 7, 2);
	add_state(200001000, 3, 1003, 1, 7);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT dport, unanswered, unfinished FROM tcp_conn_state WHERE sport = 0", "80|2|1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_opening), TEST(test_opening_across_a_gap), TEST(test_samples), TEST(test_events), TEST(test_filter), TEST(test_closed_window),
		TEST(test_unfinished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
