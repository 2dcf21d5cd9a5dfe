/* test_hung_guest.c: rings of taps that fill up because a virtual machine is stopped when the recording begins. */
#include "judged.h"

/*
 * The ring of vnet1 is full in window 1 and drops 500 packets. Virtual machine 300 has `tap` open; its CPU ran for `ran` ns
 * in window `win`, another thread throughout.
 */
#define FULL(tap, win, ran) \
	"INSERT INTO interface VALUES (1, 9, 'vnet1', 'tun', '', 0, 0, 0, 1500, 100, 1, 1, 0);" \
	"INSERT INTO probe(name, type, stage, status, method, detail) VALUES ('tun_recvmsg', 0, 0, 1, 'fentry', '');" \
	"UPDATE trace SET last_ns = first_ns + 4 * window_ns;" \
	"INSERT INTO symptom(kind, packets, from_stage, to_stage, netns, ifindex, reason, place, first_win, last_win) " \
	"VALUES ('lost', 500, 30, 65, 1, 9, 'FULL_RING', 'tun_net_xmit', 1, 1);" \
	"INSERT INTO tun_queue VALUES (1, 1, 9, 0, 77, 500, 50000, 100, 100, 500, 500, 500, 50000, 100, 100, x'');" \
	"INSERT INTO vm(pid, name, args) VALUES (300, 'web', '-smp 1 " tap "');" \
	"INSERT INTO thread(tid, tgid, comm, reused) VALUES (300, 300, 'qemu', 0), (301, 300, 'CPU 0/KVM', 0), " \
	"(20, 20, 'other', 0);" \
	"INSERT INTO cpu_thread(win, tid, cpu, runtime_ns, nvcsw, nivcsw) VALUES (0, 20, 0, 900, 0, 0), " \
	"(3, 20, 0, 900, 0, 0), (" win ", 301, 0, " ran ", 0, 0);"
#define TAKEN(win) "INSERT INTO tun_read VALUES (" win ", 1, 9, 0, 100, 100, 0, 100, x'');"
#define FIRST "SELECT cause, who, packets, json_extract(chain, '$[0]') FROM finding WHERE rank = 1"

static void test_all_the_time(void **state)
{
	(void)state;
	judge(FULL("tap=vnet1", "1", "0"));
	assert_rows(&f, FIRST, "guest-not-reading|web/300|500|none of its virtual CPUs ran during the recording: it is stopped, or "
			       "hangs");
}

/* It came back in window 2, and took what waited in the ring. */
static void test_until_it_came_back(void **state)
{
	(void)state;
	judge(FULL("tap=vnet1", "3", "900") TAKEN("2"));
	assert_rows(&f, FIRST, "guest-not-reading|web/300|500|none of its virtual CPUs ran in the first 2 s of the recording: it "
			       "was stopped, or hung");
}

/* Whoever runs is not stopped. */
static void test_ran(void **state)
{
	(void)state;
	judge(FULL("tap=vnet1", "1", "900") TAKEN("2"));
	assert_rows(&f, "SELECT count(*) FROM finding WHERE cause = 'guest-not-reading'", "0");
}

/* A ring out of which packets were taken before it was full. */
static void test_taken_before(void **state)
{
	(void)state;
	judge(FULL("tap=vnet1", "3", "900") TAKEN("1") TAKEN("2"));
	assert_rows(&f, "SELECT count(*) FROM finding WHERE cause = 'guest-not-reading'", "0");
}

/* Another tap's machine. */
static void test_other_tap(void **state)
{
	(void)state;
	judge(FULL("tap=vnet10", "1", "0"));
	assert_rows(&f, "SELECT count(*) FROM finding WHERE cause = 'guest-not-reading'", "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_the_time), TEST(test_until_it_came_back), TEST(test_ran), TEST(test_taken_before),
		TEST(test_other_tap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
