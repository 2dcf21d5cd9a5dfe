/*
 * test_harmless.c: TCP segments whose drop nobody misses: those that came once more to who had all of it, and those
 * by which a sender learns how large they may be.
 */
#include "journey.h"
#include "judged.h"

#define DROPS "INSERT INTO enumerator VALUES('skb_drop_reason', 2, 'NOT_SPECIFIED'), ('skb_drop_reason', 64, 'PKT_TOO_BIG') " \
	      "ON CONFLICT DO UPDATE SET text = excluded.text;" \
	      "INSERT INTO location(addr, symbol) VALUES(5, 'tcp_v4_do_rcv'), (6, 'ip_forward');" \
	      "INSERT INTO drop_event(ts_ns, win, cpu, class, skb, reason, location, stack, tid, netns, ifindex, len, ethertype, vlan, " \
	      "saddr, daddr, sport, dport, proto, seq, last_stage, head) " \
	      "SELECT value ->> 0, 0, 0, 'packet', key, value ->> 1, value ->> 2, 0, 0, 1, 2, 1500, 2048, 0, '10.0.0.1', '10.0.0.2', " \
	      "7, 80, 6, value ->> 3, 7, x'' FROM "
#define CHANGES "INSERT INTO tcp_change(ts_ns, win, cpu, tid, netns, saddr, sport, daddr, dport, before, state, retrans, acked, " \
		"received) SELECT value ->> 0, 0, 0, 0, 1, '10.0.0.2', 80, '10.0.0.1', 7, 1, value ->> 1, 0, 0, 0 FROM "
/* The connection's packets, until then, and the recording, until then, in ms. */
#define LASTS(flow, recording) \
	"INSERT INTO flow(ethertype, saddr, daddr, sport, dport, proto, packets, bytes, drops, first_ns, last_ns, n, sum_ns, min_ns, " \
	"max_ns, hist) VALUES(2048, '10.0.0.1', '10.0.0.2', 7, 80, 6, 20, 60, 2, 0, " #flow "000000, 0, 0, 0, 0, x'');" \
	"UPDATE trace SET last_ns = " #recording "000000;"
#define LOST "SELECT sum(packets) FILTER (WHERE harmless IS NULL), sum(packets) FILTER (WHERE harmless IS NOT NULL) " \
	     "FROM symptom WHERE kind = 'lost'"

/* Two segments with data at 100 and 120 ms, to a connection that took its peer's FIN (CLOSE_WAIT) in between. */
static void test_all_was_there(void **state)
{
	(void)state;
	judge(DROPS "json_each('[[100000000,2,5,1],[120000000,2,5,2]]');" CHANGES "json_each('[[90000000,1],[110000000,8],[115000000,9]]')");
	assert_rows(&f, LOST, "1|1");
}

static void test_not_closed_by_peer(void **state)
{
	(void)state;
	judge(DROPS "json_each('[[120000000,2,5,2]]');" CHANGES "json_each('[[90000000,1],[110000000,4],[115000000,5]]')");
	assert_rows(&f, LOST, "1|NULL");
}

static void test_ports_used_again(void **state)
{
	(void)state;
	judge(DROPS "json_each('[[120000000,2,5,2]]');" CHANGES "json_each('[[90000000,8],[95000000,7],[110000000,1]]')");
	assert_rows(&f, LOST, "1|NULL");
}

#define TOO_LARGE(segments) DROPS "json_each('" segments "');"

static void test_sender_learns(void **state)
{
	(void)state;
	judge(TOO_LARGE("[[100000000,64,6,1],[101000000,64,6,1449]]") LASTS(150, 1200));
	assert_rows(&f, LOST, "NULL|2");
}

/* Sent again, and as large as before. */
static void test_sender_does_not_learn(void **state)
{
	(void)state;
	judge(TOO_LARGE("[[100000000,64,6,1],[101000000,64,6,1449],[300000000,64,6,1]]") LASTS(350, 1400));
	assert_rows(&f, LOST, "3|NULL");
}

static void test_nothing_more_of_the_connection(void **state)
{
	(void)state;
	judge(TOO_LARGE("[[100000000,64,6,1],[101000000,64,6,1449]]") LASTS(101, 1400));
	assert_rows(&f, LOST, "2|NULL");
}

static void test_the_recording_ends_too_early(void **state)
{
	(void)state;
	judge(TOO_LARGE("[[100000000,64,6,1],[101000000,64,6,1449]]") LASTS(150, 1100));
	assert_rows(&f, LOST, "2|NULL");
}

static void test_drops_that_were_not_recorded(void **state)
{
	(void)state;
	judge(TOO_LARGE("[[100000000,64,6,1],[101000000,64,6,1449]]") LASTS(150, 1200)
	      "INSERT INTO gap(from_ns, to_ns, why) VALUES(200000000, 300000000, 'ring full')");
	assert_rows(&f, LOST, "2|NULL");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_was_there), TEST(test_not_closed_by_peer), TEST(test_ports_used_again), TEST(test_sender_learns),
		TEST(test_sender_does_not_learn), TEST(test_nothing_more_of_the_connection), TEST(test_the_recording_ends_too_early),
		TEST(test_drops_that_were_not_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
