/*
 * test_sched.c: sleeping and waiting threads, futex calls, CPU time, interrupts.
 */
#include "fixture.h"

static struct fixture f;

static int setup(void **state)
{
	(void)state;
	fixture__begin(&f, 4);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture__end(&f);
	return 0;
}

static void test_offcpu(void **state)
{
	(void)state;
	ADD(&f, offcpu, 100, 1, .tid = 10, .tgid = 10, .state = 1, .waker = 20, .prev = 0, .stack = 3, .blocked = 5000, .runnable = 70);
	ADD(&f, offcpu, 200, 1, .tid = 10, .tgid = 10, .state = 1, .waker = 20, .prev = 30, .stack = 3, .blocked = 7000, .runnable = 30);
	ADD(&f, offcpu, 300, 2, .tid = 10, .tgid = 10, .state = 0, .waker = 0, .prev = 30, .runnable = 900); /* preempted */
	ADD(&f, offcpu, 400, 1, .tid = 10, .tgid = 10, .state = 2, .waker = 0, .prev = 0, .blocked = 11, .runnable = 1);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT tid, state, stack, n, sum_ns, min_ns, max_ns FROM offcpu ORDER BY state", "10|1|3|2|12000|5000|7000;10|2|0|1|11|11|11");
	assert_rows(&f, "SELECT tid, cpu, preempted, n, sum_ns, max_ns FROM runq ORDER BY cpu", "10|1|0|3|101|70;10|2|1|1|900|900");
	assert_rows(&f, "SELECT tid, prev, n, wait_ns FROM runq_prev ORDER BY prev", "10|0|2|71;10|30|2|930");
	assert_rows(&f, "SELECT tid, waker, n, blocked_ns FROM waker", "10|20|2|12000");
}

static void test_futex(void **state)
{
	(void)state;
	ADD(&f, futex, 100, 0, .tid = 7, .op = 128, .uaddr = 0x7f0000001000, .duration = 1000);
	ADD(&f, futex, 200, 0, .tid = 7, .op = 0, .ret = (__u32)-110, .uaddr = 0x7f0000001000, .duration = 3000);
	ADD(&f, futex, 300, 0, .tid = 7, .op = 129, .ret = 2, .uaddr = 0x7f0000001000, .duration = 50);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT tid, op, printf('%x', uaddr), errors, n, sum_ns FROM futex ORDER BY op", "7|0|7f0000001000|1|2|4000;7|1|7f0000001000|0|1|50");
	assert_rows(&f, "SELECT text FROM futex JOIN enumerator ON \"set\" = 'futex_op' AND value = op ORDER BY op", "WAIT;WAKE");
}

static void test_thread_time(void **state)
{
	(void)state;
	ADD(&f, task, 0, 0, .tid = 7, .tgid = 5, .what = TASK_FOUND, .start = 1000, .comm = "worker");
	ADD(&f, thread, 0, 0, .tid = 7, .tgid = 5, .last_cpu = 1, .runtime = 1000000, .nvcsw = 10, .nivcsw = 1);
	ADD(&f, thread, 1000000000, 0, .tid = 7, .tgid = 5, .last_cpu = 1, .runtime = 1400000, .nvcsw = 12, .nivcsw = 1);
	ADD(&f, thread, 1900000000, 0, .tid = 7, .tgid = 5, .last_cpu = 2, .runtime = 1500000, .nvcsw = 12, .nivcsw = 4);
	/* This one began during the recording: all of its time counts. */
	ADD(&f, task, 500, 0, .tid = 8, .tgid = 8, .what = TASK_FOUND, .start = T0 + 400, .comm = "child");
	ADD(&f, thread, 1000000000, 0, .tid = 8, .tgid = 8, .last_cpu = 0, .runtime = 77, .nvcsw = 1, .nivcsw = 2);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT win, tid, cpu, runtime_ns, nvcsw, nivcsw FROM cpu_thread ORDER BY tid, cpu", "1|7|1|400000|2|0;1|7|2|100000|0|3;1|8|0|77|1|2");
}

static void test_thread_names(void **state)
{
	(void)state;
	ADD(&f, task, 0, 0, .tid = 7, .tgid = 5, .what = TASK_FOUND, .start = 1000, .comm = "sh");
	ADD(&f, task, 100, 0, .tid = 7, .tgid = 5, .what = TASK_EXEC, .start = 1000, .comm = "ping");
	ADD(&f, task, 200, 0, .tid = 7, .tgid = 5, .what = TASK_EXIT, .start = 1000, .comm = "ping");
	ADD(&f, task, 0, 0, .tid = 8, .tgid = 8, .what = TASK_FOUND, .start = 1000, .comm = "old");
	ADD(&f, task, 300, 0, .tid = 8, .tgid = 8, .what = TASK_FOUND, .start = T0 + 200, .comm = "new\x1b[31m\xff");
	ADD(&f, thread, 300, 0, .tid = 9, .tgid = 9, .runtime = 1);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT tid, tgid, comm, start_ns, exit_ns, reused FROM thread ORDER BY tid",
		    "7|5|ping|1000|5000000200|0;8|8|new?[31m?|5000000200|NULL|1;9|9|NULL|NULL|NULL|0");
}

static void test_cpu_time(void **state)
{
	(void)state;
	ADD(&f, cputime, 0, 0, .which = 3, .user = 100, .system = 50, .idle = 1000, .irq = 5, .softirq = 6, .steal = 7);
	ADD(&f, cputime, 1000000000, 0, .which = 3, .user = 400, .system = 150, .idle = 1500, .iowait = 2, .irq = 5, .softirq = 66, .steal = 8);
	ADD(&f, cputime, 2000000000, 0, .which = 3, .user = 401, .system = 150, .idle = 1499, .iowait = 2, .irq = 5, .softirq = 66, .steal = 8);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT win, cpu, span_ns, user_ns, system_ns, idle_ns, iowait_ns, irq_ns, softirq_ns, steal_ns FROM cpu_busy ORDER BY win",
		    "1|3|1000000000|300|100|500|2|0|60|1;2|3|1000000000|1|0|0|0|0|0|0");
}

static void test_interrupts(void **state)
{
	(void)state;
	DEFINE(&f, irqname, .irq = 24, .name = TEXT("virtio0-input.0"), .affinity = TEXT("0-3"));
	ADD(&f, irq, 100, 2, .irq = 24, .ret = 1, .duration = 500);
	ADD(&f, irq, 200, 2, .irq = 24, .ret = 0, .duration = 100);
	ADD(&f, softirq, 300, 2, .vec = 3, .wait = 900, .duration = 4000);
	ADD(&f, softirq, 400, 2, .vec = 3, .wait = 0, .duration = 2000); /* the raise was not seen */
	ADD(&f, napi, 500, 2, .netns = NETNS, .ifindex = 2, .work = 64, .budget = 64);
	ADD(&f, napi, 600, 2, .netns = NETNS, .ifindex = 2, .work = 0, .budget = 64);
	ADD(&f, napi, 700, 2, .work = 3, .budget = 64);
	ADD(&f, softnet, 0, 0, .which = 1, .processed = 0xfffffff0, .dropped = 5, .squeezed = 9);
	ADD(&f, softnet, 1000, 0, .which = 1, .processed = 0x10, .dropped = 7, .squeezed = 9);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT cpu, irq, unhandled, n, sum_ns, name FROM irq JOIN irqname USING(irq)", "2|24|1|2|600|virtio0-input.0");
	assert_rows(&f, "SELECT cpu, vec, n, sum_ns, wait_n, wait_sum_ns, text FROM softirq JOIN enumerator ON \"set\" = 'softirq' AND value = vec",
		    "2|3|2|6000|1|900|NET_RX");
	assert_rows(&f, "SELECT cpu, ifindex, polls, work, budget, at_budget, empty FROM napi ORDER BY 2", "2|0|1|3|64|0|0;2|2|2|64|128|1|1");
	assert_rows(&f, "SELECT cpu, processed, dropped, squeezed FROM softnet", "1|32|2|0"); /* 32 bits wrapped */
}

/* Threads that are gone make room; their names stay, and the last ones are known. A number may come again. */
static void test_many_threads(void **state)
{
	enum { THREADS = (1 << 18) + 1000 };

	(void)state;
	for (unsigned i = 1; i <= THREADS; i++)
		ADD(&f, task, i, 0, .tid = i, .tgid = i, .what = TASK_EXIT, .start = T0 + i, .comm = "short");
	ADD(&f, task, THREADS + 1, 0, .tid = 1, .tgid = 1, .what = TASK_EXEC, .start = T0 + THREADS, .comm = "again");
	ADD(&f, thread, 3000000, 0, .tid = 1, .tgid = 1, .runtime = 500);
	ADD(&f, thread, 4000000, 0, .tid = 1, .tgid = 1, .runtime = 700);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT count(*), sum(comm = 'short') FROM thread", "263144|263143");
	assert_rows(&f, "SELECT comm, exit_ns FROM thread WHERE tid IN (1, 1500, 263144) ORDER BY tid",
		    "again|NULL;short|5000001500;short|5000263144");
	assert_rows(&f, "SELECT sum(runtime_ns) FROM cpu_thread WHERE tid = 1", "200"); /* the 500 may have been counted */
	assert_rows(&f, "SELECT n FROM eviction WHERE what = 'threads'", "1001");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_offcpu),	 TEST(test_futex),    TEST(test_thread_time),
		TEST(test_thread_names), TEST(test_cpu_time), TEST(test_interrupts), TEST(test_many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
