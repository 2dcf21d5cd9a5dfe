/* test_unanswered.c: what the rules tell of packets that ovs-vswitchd should have answered. */
#include "judged.h"

/* Of 20 packets of one flow each was answered by a thread, and none put a flow; the last one so many ms after the first. */
#define AGAIN(ms) \
	"INSERT OR IGNORE INTO record_count(type, name, rows, lost) VALUES (23, 'upcall', 20, 0), (26, 'flow_cmd', 20, 0);" \
	"INSERT INTO symptom(kind, packets, from_stage, to_stage, mover, netns, ifindex, first_win, last_win) " \
	"VALUES ('late', 12, 22, 23, 'handler', 1, 2, 0, 0);" \
	THREADS BLAME_OF "(22, 23, 1, 2, 400, 'run', 0, 0, 'unknown', 12, 12, 12, 900, 900, 300, 0, 0);" \
	"INSERT INTO upcall_latency(win, netns, ifindex, cmd, tid, n, sum_ns, min_ns, max_ns, hist) " \
	"VALUES (0, 1, 2, 1, 400, 20, 900, 30, 300, x'');" \
	"INSERT INTO upcall_flow(netns, ifindex, ethertype, saddr, daddr, sport, dport, proto, n, refused, first_ns, last_ns) " \
	"VALUES (1, 2, 2048, '', '', 1, 2, 17, 20, 0, 0, " ms "000000);" \
	"INSERT INTO ovs_command(win, tid, command, errno, unasked, n, sum_ns, min_ns, max_ns, hist) " \
	"VALUES (0, 400, 'execute', 0, 0, 20, 900, 30, 300, x'');"

static void test_flow_limit(void **state)
{
	(void)state;
	judge(AGAIN("2000"));
	assert_rows(&f, FINDINGS, "flow-limit|ifindex 2 in netns 1|the limit of flows of ovs-vswitchd|12");
}

/* Somebody emptied the datapath, and ovs-vswitchd will know in a moment. */
static void test_flows_flushed(void **state)
{
	(void)state;
	judge(AGAIN("1900"));
	assert_rows(&f, FINDINGS, "cannot-tell|ifindex 2 in netns 1|?|12");
}

/* From window 4 to 5 the sockets of handlers were full. */
#define FULL_SOCKETS \
	"INSERT OR IGNORE INTO record_count(type, name, rows, lost) VALUES (24, 'upcall_end', 20, 0);" \
	"INSERT INTO symptom(kind, packets, from_stage, to_stage, netns, ifindex, reason, place, first_win, last_win) " \
	"VALUES ('lost', 20, 22, 65, 1, 2, 'Open vSwitch: upcall refused', 'queue_userspace_packet', 4, 5);"

/* Those of one that was stopped until window `end`, for 6 s. */
#define REFUSED(end) FULL_SOCKETS \
	THREADS "INSERT INTO upcall_latency(win, netns, ifindex, cmd, tid, n, sum_ns, min_ns, max_ns, hist) " \
	"VALUES (12, 1, 2, 1, 401, 20, 900, 30, 300, x'');" \
	"INSERT INTO offcpu(win, tid, state, stack, n, sum_ns, min_ns, max_ns, hist) VALUES (" end ", 401, 260, 0, 1, " \
	"6000000000, 6000000000, 6000000000, x'');"

static void test_stopped_handler(void **state)
{
	(void)state;
	judge(REFUSED("9"));
	assert_rows(&f, "SELECT cause, who, json_extract(chain, '$[0]') FROM finding WHERE rank = 1",
		    "upcall-queue-full|server/400|server/400 was stopped, for up to 6.00 s");
}

static void test_stopped_later(void **state)
{
	(void)state;
	judge(REFUSED("11"));
	assert_rows(&f, "SELECT cause, who FROM finding WHERE rank = 1",
		    "upcall-queue-full|the handlers of ovs-vswitchd");
}

static void test_stopped_before(void **state)
{
	(void)state;
	judge(REFUSED("3"));
	assert_rows(&f, "SELECT cause, who FROM finding WHERE rank = 1",
		    "upcall-queue-full|the handlers of ovs-vswitchd");
}

/* In window 4, 20 packets were not answered; the last time that ovs-vswitchd ran was window `ran`, another program `other`. */
#define UNANSWERED(ran, other) \
	"INSERT OR IGNORE INTO record_count(type, name, rows, lost) VALUES (25, 'upcall_execute', 1, 0), (26, 'flow_cmd', 1, 0);" \
	"INSERT INTO thread(tid, tgid, comm, reused) VALUES (180, 180, 'ovs-vswitchd', 0), (191, 180, 'handler1', 0);" \
	"INSERT INTO cpu_thread(win, tid, cpu, runtime_ns, nvcsw, nivcsw) VALUES (" ran ", 191, 0, 900, 0, 0), " \
	"(" other ", 20, 0, 900, 0, 0);" \
	"INSERT INTO upcall_fate(win, netns, ifindex, cmd, fate, errno, n) VALUES (4, 1, 2, 1, 'no answer', 0, 20);"

static void test_no_answer_any_more(void **state)
{
	(void)state;
	judge(UNANSWERED("4", "6"));
	assert_rows(&f, FINDINGS, "vswitchd-stopped|ifindex 2 in netns 1|ovs-vswitchd/180|20");
}

static void test_no_answer_from_one_that_runs(void **state)
{
	(void)state;
	judge(UNANSWERED("5", "9"));
	assert_rows(&f, FINDINGS, "");
}

static void test_no_answer_and_no_samples(void **state)
{
	(void)state;
	judge(UNANSWERED("4", "5"));
	assert_rows(&f, FINDINGS, "");
}

/* Nor did it when its sockets were full. */
static void test_no_answer_and_refused(void **state)
{
	(void)state;
	judge(UNANSWERED("4", "6") FULL_SOCKETS);
	assert_rows(&f, "SELECT cause, who, packets FROM finding WHERE cause = 'upcall-queue-full'",
		    "upcall-queue-full|ovs-vswitchd/180|20");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_flow_limit),
		TEST(test_flows_flushed),
		TEST(test_stopped_handler),
		TEST(test_stopped_later),
		TEST(test_stopped_before),
		TEST(test_no_answer_any_more),
		TEST(test_no_answer_from_one_that_runs),
		TEST(test_no_answer_and_no_samples),
		TEST(test_no_answer_and_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
