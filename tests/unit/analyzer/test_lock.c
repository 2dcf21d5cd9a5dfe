/*
 * test_lock.c: waits for locks and who held them.
 */
#include "fixture.h"

#define MS 1000000ull
#define LOCK 0xffffffff83000100ull
#define HEAP 0xffff888100000040ull
#define WORD 0x7f8a2c001a40ull

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

static void test_kernel(void **state)
{
	(void)state;
	DEFINE(&f, symbol, .addr = LOCK - 0x20, .size = 0x80, .name = TEXT("rtnl_mutex"), .module = TEXT(""));
	ADD(&f, lock, 5 * MS, 1, .addr = LOCK, .tid = 7, .tgid = 7, .owner = 9, .flags = 33, .stack = 3, .duration = 2 * MS, .short_n = 4, .short_ns = 900);
	ADD(&f, lock, 6 * MS, 1, .addr = LOCK, .tid = 7, .tgid = 7, .owner = 8, .flags = 33, .stack = 3, .duration = MS);
	ADD(&f, lock, 7 * MS, 2, .addr = HEAP, .tid = 8, .tgid = 8, .flags = 4, .ret = (__u32)-4, .duration = 3 * MS);
	ADD(&f, lock, 8 * MS, 2, .short_n = 1, .short_ns = 100);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT kind, tgid, addr = -2097151744, mode, tid, stack, failed, n, sum_ns, max_ns FROM lock_wait ORDER BY tid",
		    "kernel|0|1|33|7|3|0|2|3000000|2000000;kernel|0|0|4|8|0|1|0|0|0");
	assert_rows(&f, "SELECT tid, holder, n, wait_ns, max_ns FROM lock_holder ORDER BY holder", "7|8|1|1000000|1000000;7|9|1|2000000|2000000");
	assert_rows(&f, "SELECT cpu, n, sum_ns FROM lock_short ORDER BY cpu", "1|4|900;2|1|100");
	assert_rows(&f, "SELECT addr = -2097151744, symbol, offset, module FROM lock_name", "1|rtnl_mutex|32|"); /* the other is on the heap */
}

/* The scheduler saw who woke the waiting thread; or a wake-up call at the same address fell into the wait. */
static void test_futex_holders(void **state)
{
	(void)state;
	ADD(&f, offcpu, 200 * MS, 0, .tid = 23, .tgid = 20, .state = 1, .waker = 12, .blocked = 187 * MS);
	ADD(&f, futex, 200 * MS + 1000, 0, .tid = 23, .tgid = 20, .op = 393, .uaddr = WORD, .duration = 187 * MS);
	ADD(&f, futex, 300 * MS, 1, .tid = 12, .tgid = 20, .op = 129, .ret = 1, .uaddr = WORD, .duration = 2000);
	ADD(&f, futex, 300 * MS + 5000, 0, .tid = 24, .tgid = 20, .op = 128, .uaddr = WORD, .duration = 50 * MS);
	ADD(&f, futex, 400 * MS, 0, .tid = 24, .tgid = 20, .op = 128, .uaddr = WORD, .duration = 10 * MS); /* nobody seen */
	ADD(&f, futex, 500 * MS, 0, .tid = 24, .tgid = 20, .op = 128, .ret = (__u32)-110, .uaddr = WORD, .duration = 90 * MS);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT kind, tgid, printf('%x', addr), tid, mode, failed, n, sum_ns FROM lock_wait ORDER BY tid",
		    "futex|20|7f8a2c001a40|23|9|0|1|187000000;futex|20|7f8a2c001a40|24|0|1|2|60000000");
	assert_rows(&f, "SELECT tid, holder, n, wait_ns FROM lock_holder ORDER BY tid, holder",
		    "23|12|1|187000000;24|0|1|10000000;24|12|1|50000000");
}

/* Only what ended the wait explains it: no earlier sleep, no call of its own, no call from before it began. */
static void test_no_holder(void **state)
{
	(void)state;
	ADD(&f, offcpu, 100 * MS, 0, .tid = 23, .tgid = 20, .state = 1, .waker = 12, .blocked = 50 * MS);
	ADD(&f, futex, 150 * MS, 0, .tid = 23, .tgid = 20, .op = 128, .uaddr = WORD, .duration = 40 * MS);
	ADD(&f, futex, 190 * MS, 1, .tid = 12, .tgid = 20, .op = 129, .ret = 1, .uaddr = WORD, .duration = 2000);
	ADD(&f, futex, 300 * MS, 0, .tid = 24, .tgid = 20, .op = 128, .uaddr = WORD, .duration = 100 * MS);
	ADD(&f, futex, 350 * MS, 0, .tid = 25, .tgid = 20, .op = 129, .ret = 1, .uaddr = WORD, .duration = 2000);
	ADD(&f, futex, 360 * MS, 0, .tid = 25, .tgid = 20, .op = 128, .uaddr = WORD, .duration = 20 * MS);
	ADD(&f, futex, 400 * MS, 1, .tid = 12, .tgid = 21, .op = 129, .ret = 1, .uaddr = WORD, .duration = 2000); /* of another process */
	ADD(&f, futex, 410 * MS, 1, .tid = 12, .tgid = 20, .op = 129, .ret = 0, .uaddr = WORD, .duration = 2000); /* woke nobody */
	ADD(&f, offcpu, 420 * MS, 0, .tid = 26, .tgid = 20, .state = 1, .waker = 26, .blocked = 10 * MS);
	ADD(&f, futex, 420 * MS + 1000, 0, .tid = 26, .tgid = 20, .op = 128, .uaddr = WORD, .duration = 30 * MS);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT tid, holder, wait_ns FROM lock_holder ORDER BY tid",
		    "23|0|40000000;24|0|100000000;25|0|20000000;26|0|30000000");
}

/* What may have been lost explains nothing; what cannot have been lost still does. */
static void test_gap(void **state)
{
	(void)state;
	ADD(&f, offcpu, 100 * MS, 0, .tid = 23, .tgid = 20, .state = 1, .waker = 12, .blocked = 50 * MS);
	ADD(&f, futex, 100 * MS, 1, .tid = 12, .tgid = 20, .op = 129, .ret = 1, .uaddr = WORD, .duration = 2000);
	add_gap(&f, 100 * MS, 101 * MS, 0, REC_offcpu, 5);
	ADD(&f, futex, 102 * MS, 0, .tid = 23, .tgid = 20, .op = 393, .uaddr = WORD + 8, .duration = 60 * MS);
	ADD(&f, futex, 102 * MS, 0, .tid = 24, .tgid = 20, .op = 393, .uaddr = WORD, .duration = 60 * MS);
	add_gap(&f, 103 * MS, 104 * MS, 0, REC_futex, 5);
	ADD(&f, futex, 110 * MS, 0, .tid = 25, .tgid = 20, .op = 393, .uaddr = WORD, .duration = 70 * MS);
	ADD(&f, offcpu, 200 * MS, 0, .tid = 26, .tgid = 20, .state = 1, .waker = 12, .blocked = 50 * MS);
	ADD(&f, futex, 200 * MS, 1, .tid = 12, .tgid = 20, .op = 129, .ret = 1, .uaddr = WORD, .duration = 2000);
	add_gap(&f, 200 * MS, 201 * MS, 0, 0, 5);
	ADD(&f, futex, 210 * MS, 0, .tid = 26, .tgid = 20, .op = 393, .uaddr = WORD + 8, .duration = 60 * MS);
	ADD(&f, futex, 210 * MS, 0, .tid = 27, .tgid = 20, .op = 393, .uaddr = WORD, .duration = 60 * MS);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT tid, holder FROM lock_holder ORDER BY tid", "23|0;24|12;25|0;26|0;27|0");
}

#define NESTED "SELECT kind, printf('%x', addr), tid, holder, outer_kind, printf('%x', outer_addr), n, wait_ns FROM lock_nested ORDER BY kind, tid"

/* The same wait, seen as one for a lock of pthread, for a futex and for a lock of the kernel; others beside it. */
static void test_nested(void **state)
{
	(void)state;
	ADD(&f, futex, 50 * MS, 0, .tid = 23, .tgid = 20, .op = 0, .uaddr = WORD + 4, .duration = MS); /* before it */
	ADD(&f, lock, 120 * MS, 0, .addr = LOCK, .tid = 23, .tgid = 20, .owner = 9, .flags = 33, .duration = 5 * MS);
	ADD(&f, futex, 130 * MS, 0, .tid = 23, .tgid = 20, .op = 0, .uaddr = WORD + 4, .duration = 20 * MS);
	ADD(&f, futex, 140 * MS, 0, .tid = 23, .tgid = 20, .op = 0, .uaddr = WORD + 4, .ret = (__u32)-11, .duration = 5 * MS);
	ADD(&f, futex, 180 * MS, 0, .tid = 23, .tgid = 20, .op = 0, .uaddr = WORD + 4, .duration = 39 * MS);
	ADD(&f, futex, 170 * MS, 1, .tid = 24, .tgid = 20, .op = 0, .uaddr = WORD + 4, .duration = 10 * MS); /* another thread */
	ADD(&f, pthread, 181 * MS, 0, .addr = WORD, .tid = 23, .tgid = 20, .holder = 12, .op = 1, .duration = 81 * MS);
	ADD(&f, futex, 250 * MS, 0, .tid = 23, .tgid = 20, .op = 0, .uaddr = WORD + 4, .duration = 9 * MS); /* behind it */
	ADD(&f, pthread, 300 * MS, 0, .addr = WORD + 64, .tid = 23, .tgid = 20, .holder = 12, .op = 1, .duration = MS);
	fixture__analyze(&f);
	assert_rows(&f, NESTED, "futex|7f8a2c001a44|23|0|pthread|7f8a2c001a40|2|59000000;"
				"kernel|ffffffff83000100|23|9|futex|7f8a2c001a44|1|5000000");
	/* Each moment of a thread is in one wait that is no part of another. */
	assert_rows(&f, "SELECT tid, sum(ns) / 1000000 FROM (SELECT tid, wait_ns AS ns FROM lock_holder "
			"UNION ALL SELECT tid, -wait_ns FROM lock_nested) GROUP BY tid", "23|92;24|10");
}

/* Of a thread that waited often within one wait the last parts are known. */
static void test_many_parts(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 40; i++)
		ADD(&f, futex, (i + 2) * MS, 0, .tid = 23, .tgid = 20, .op = 0, .uaddr = WORD, .duration = MS / 2);
	ADD(&f, pthread, 42 * MS, 0, .addr = WORD, .tid = 23, .tgid = 20, .holder = 12, .op = 1, .duration = 41 * MS);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT n, wait_ns FROM lock_nested", "16|8000000");
}

static void test_totals(void **state)
{
	(void)state;
	ADD(&f, futex_total, 0, 0, .tid = 23, .tgid = 20, .waits = 10, .wakes = 2, .woken = 1, .wait_ns = 5 * MS, .wake_ns = 100);
	ADD(&f, futex_total, 1000 * MS, 0, .tid = 23, .tgid = 20, .waits = 244, .wakes = 2, .woken = 1, .others = 3, .wait_ns = 192 * MS, .wake_ns = 100);
	ADD(&f, futex_total, 1000 * MS, 0, .tid = 23, .tgid = 30, .waits = 1, .wait_ns = MS); /* the number was given away */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT win, sum(waits), sum(wait_ns), sum(wakes), sum(woken), sum(others) FROM futex_total WHERE tid = 23 GROUP BY win",
		    "0|10|5000000|2|1|0;1|235|188000000|0|0|3");
}

static void test_user_stacks(void **state)
{
	(void)state;
	DEFINE(&f, module, .id = 4, .build_id = TEXT("abcd"), .path = TEXT("/usr/sbin/ovs-vswitchd"));
	DEFINE(&f, usymbol, .module = 4, .addr = 0x1000, .size = 0x100, .name = TEXT("udpif_revalidator"));
	DEFINE(&f, usymbol, .module = 4, .addr = 0x2000, .size = 0, .name = TEXT("unsized"));
	DEFINE(&f, ustack, .id = 1, .depth = 0, .module = 4, .addr = 0x1100);
	DEFINE(&f, ustack, .id = 1, .depth = 1, .module = 4, .addr = 0x1102);
	DEFINE(&f, ustack, .id = 1, .depth = 2, .module = 4, .addr = 0x2fff);
	DEFINE(&f, ustack, .id = 1, .depth = 3, .module = 0, .addr = 0x1010);
	ADD(&f, offcpu, 200 * MS, 0, .tid = 23, .tgid = 20, .state = 1, .stack = 5, .blocked = 187 * MS);
	ADD(&f, offcpu_ustack, 200 * MS + 1000, 0, .tid = 23, .tgid = 20, .since = T0 + 200 * MS, .ustack = 1);
	ADD(&f, offcpu_ustack, 201 * MS, 0, .tid = 23, .tgid = 20, .since = T0 + 201 * MS, .ustack = 1); /* of a wait we have not */
	ADD(&f, futex, 202 * MS, 0, .tid = 23, .tgid = 20, .op = 128, .uaddr = 64, .duration = 188 * MS, .ustack = 1);
	ADD(&f, futex, 203 * MS, 0, .tid = 12, .tgid = 20, .op = 129, .ret = 1, .uaddr = 64, .duration = 500, .ustack = 1);
	ADD(&f, lock, 204 * MS, 0, .tid = 12, .tgid = 20, .addr = LOCK, .flags = 32, .stack = 6, .ustack = 1, .duration = 2 * MS);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT depth, module, printf('%x', addr), symbol, offset FROM user_frame ORDER BY depth",
		    "0|4|1100|udpif_revalidator|256;1|4|1102|NULL|NULL;2|4|2fff|unsized|4095;3|0|1010|NULL|NULL");
	assert_rows(&f, "SELECT id, build_id, path, name FROM module", "4|abcd|/usr/sbin/ovs-vswitchd|ovs-vswitchd");
	assert_rows(&f, "SELECT kind, tid, stack, ustack, n, sum_ns FROM user_stack ORDER BY kind",
		    "lock|12|6|1|1|2000000;slept|23|5|1|1|187000000;wait|23|0|1|1|188000000;wake|12|0|1|1|500");
}

static void test_pthread(void **state)
{
	(void)state;
	ADD(&f, pthread, 200 * MS, 0, .addr = WORD, .tid = 23, .tgid = 20, .holder = 12, .op = 1, .duration = 187 * MS, .ustack = 1);
	ADD(&f, pthread, 201 * MS, 0, .addr = WORD, .tid = 12, .tgid = 20, .holder = 12, .op = 2, .what = 1, .duration = 188 * MS, .ustack = 2);
	ADD(&f, pthread, 202 * MS, 0, .addr = WORD, .tid = 24, .tgid = 20, .op = 1, .ret = 110, .duration = MS);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT kind, tgid, tid, mode, failed, n, sum_ns FROM lock_wait ORDER BY tid", "pthread|20|23|1|0|1|187000000;pthread|20|24|1|1|0|0");
	assert_rows(&f, "SELECT kind, tid, holder, n, wait_ns FROM lock_holder", "pthread|23|12|1|187000000");
	assert_rows(&f, "SELECT tgid, printf('%x', addr), tid, n, sum_ns FROM lock_hold", "20|7f8a2c001a40|12|1|188000000");
	assert_rows(&f, "SELECT kind, tid, ustack FROM user_stack ORDER BY kind", "asked|23|1;held|12|2");
}

/* However many futexes, threads and locks there were before: the last ones are known, and what was forgotten is said. */
static void test_many(void **state)
{
	enum { FUTEXES = 70000, THREADS = (1 << 18) + 1000 };

	(void)state;
	DEFINE(&f, symbol, .addr = LOCK, .size = 0x80, .name = TEXT("rtnl_mutex"), .module = TEXT(""));
	ADD(&f, lock, 0, 0, .addr = LOCK, .tid = 7, .tgid = 7, .duration = MS);
	for (unsigned i = 1; i <= FUTEXES; i++) {
		ADD(&f, futex, i, 0, .tid = 12, .tgid = 20, .op = 129, .ret = 1, .uaddr = i * 64ull, .duration = 1);
		ADD(&f, lock, i, 0, .addr = HEAP + i * 64ull, .tid = 7, .tgid = 7, .duration = MS);
	}
	ADD(&f, lock, MS, 0, .addr = LOCK + 0x40, .tid = 7, .tgid = 7, .duration = MS);
	for (unsigned i = 1; i <= THREADS; i++) {
		ADD(&f, offcpu, MS + i, 0, .tid = 1000 + i, .tgid = 20, .state = 1, .waker = 13, .blocked = MS);
		ADD(&f, futex_total, MS + i, 0, .tid = 1000 + i, .tgid = 20, .waits = 5);
	}
	ADD(&f, futex, 10 * MS, 0, .tid = 24, .tgid = 20, .op = 128, .uaddr = FUTEXES * 64ull, .duration = 10 * MS);
	ADD(&f, futex, 10 * MS, 0, .tid = 24, .tgid = 20, .op = 128, .uaddr = 64, .duration = 10 * MS); /* forgotten */
	ADD(&f, futex, 10 * MS, 0, .tid = 1000 + THREADS, .tgid = 20, .op = 128, .uaddr = 1, .duration = 10 * MS);
	ADD(&f, futex_total, 11 * MS, 0, .tid = 1001, .tgid = 20, .waits = 7); /* forgotten: its 5 are not to count again */
	ADD(&f, futex_total, 12 * MS, 0, .tid = 1001, .tgid = 20, .waits = 8);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT tid, addr, holder FROM lock_holder WHERE kind = 'futex' ORDER BY tid, addr",
		    "24|64|0;24|4480000|12;264144|1|13");
	assert_rows(&f, "SELECT symbol, offset FROM lock_name ORDER BY 2", "rtnl_mutex|0;rtnl_mutex|64");
	assert_rows(&f, "SELECT sum(waits) FROM futex_total WHERE tid = 1001", "6");
	assert_rows(&f, "SELECT what, n FROM eviction WHERE n > 0 AND what <> 'threads with a history' ORDER BY what",
		    "futexes that woke|4464;threads that slept|1000;threads with futex calls|1001");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = { TEST(test_kernel), TEST(test_futex_holders), TEST(test_no_holder), TEST(test_gap), TEST(test_totals),
					    TEST(test_user_stacks), TEST(test_pthread), TEST(test_nested), TEST(test_many_parts), TEST(test_many) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
