/* test_history.c: the time of a thread is divided by what it did, whole and once. */
#include "fixture.h"
#include "analyzer/history/history.h"

enum { MS = 1000000, ME = 7, HOG = 8, OWNER = 9 };

static struct history *h;
static struct history_part parts[HISTORY_CAUSES];

static int setup(void **state)
{
	(void)state;
	h = history__new(4);
	return h ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	history__free(h);
	return 0;
}

static void off(__u64 until, __u64 blocked, __u64 runnable, __u32 state, __u32 waker, __u32 prev)
{
	history__off(h, ME, &(struct history_off){ until, blocked, runnable, state, waker, prev, 0, false });
}

static __u64 of(unsigned n, enum deed deed, __u32 by, __u64 addr)
{
	__u64 ns = 0;

	for (unsigned i = 0; i < n; i++)
		if (parts[i].deed == deed && parts[i].by == by && parts[i].addr == addr)
			ns += parts[i].ns;
	return ns;
}

static __u64 sum(unsigned n)
{
	__u64 ns = 0;

	for (unsigned i = 0; i < n; i++)
		ns += parts[i].ns;
	return ns;
}

/* Who had the CPU while it waited is known of a part of the time; the rest is with who had it last. */
static void test_slices(void **state)
{
	unsigned n;

	(void)state;
	history__slice(h, 0, &(struct history_slice){ 20 * MS, 28 * MS, HOG });
	history__slice(h, 0, &(struct history_slice){ 17 * MS, 20 * MS, OWNER });
	history__slice(h, 0, &(struct history_slice){ 13 * MS, 17 * MS, 0 });
	history__slice(h, 1, &(struct history_slice){ 10 * MS, 28 * MS, ME });
	history__slice(h, 4, &(struct history_slice){ 10 * MS, 28 * MS, ME }); /* no such CPU */
	history__slice(h, 0, &(struct history_slice){ 30 * MS, 29 * MS, ME }); /* ends before it begins */
	off(30 * MS, 0, 20 * MS, 0, 0, HOG);
	n = history__why(h, ME, 5 * MS, 35 * MS, parts);
	assert_int_equal(of(n, DID_QUEUE, HOG, 0), (8 + 5) * MS);
	assert_int_equal(of(n, DID_QUEUE, OWNER, 0), 3 * MS);
	assert_int_equal(of(n, DID_NOBODY, 0, 0), 4 * MS);
	assert_int_equal(of(n, DID_RUN, 0, 0), 10 * MS);
	assert_int_equal(sum(n), 30 * MS);
	n = history__why(h, ME, 18 * MS, 21 * MS, parts);
	assert_int_equal(of(n, DID_QUEUE, OWNER, 0), 2 * MS);
	assert_int_equal(sum(n), 3 * MS);
	history__slice(h, 0, &(struct history_slice){ 0, 100 * MS, ME }); /* overlaps with all: a damaged recording */
	assert_int_equal(sum(history__why(h, ME, 5 * MS, 35 * MS, parts)), 30 * MS);
}

/* A quota kept it from running, whoever had the CPU. */
static void test_quota(void **state)
{
	unsigned n;

	(void)state;
	history__slice(h, 0, &(struct history_slice){ 10 * MS, 28 * MS, HOG });
	history__off(h, ME, &(struct history_off){ 30 * MS, 5 * MS, 15 * MS, 1, OWNER, HOG, 0, true });
	n = history__why(h, ME, 5 * MS, 35 * MS, parts);
	assert_int_equal(of(n, DID_QUOTA, 0, 0), 15 * MS);
	assert_int_equal(of(n, DID_SLEEP, OWNER, 0), 5 * MS);
	assert_int_equal(sum(n), 30 * MS);
}

static void test_divided(void **state)
{
	unsigned n;

	(void)state;
	off(20 * MS, 5 * MS, 5 * MS, 1, OWNER, HOG); /* slept 10 to 15, waited for a CPU until 20 */
	off(40 * MS, 0, 10 * MS, 0, 0, HOG);         /* preempted at 30 */
	off(60 * MS, 8 * MS, 2 * MS, 4, 0, HOG);     /* stopped 50 to 58 */
	n = history__why(h, ME, 12 * MS, 70 * MS, parts);
	assert_int_equal(of(n, DID_SLEEP, OWNER, 0), 3 * MS);
	assert_int_equal(of(n, DID_QUEUE, HOG, 0), (5 + 10 + 2) * MS);
	assert_int_equal(of(n, DID_STOP, 0, 0), 8 * MS);
	assert_int_equal(of(n, DID_RUN, 0, 0), 30 * MS);
	assert_int_equal(sum(n), 58 * MS);
	assert_int_equal(parts[0].deed, DID_RUN); /* the largest first */
}

/* A sleep in a futex call for a lock of pthread is a wait for that lock, once; who held it is said by the outer one. */
static void test_nest(void **state)
{
	unsigned n;

	(void)state;
	off(90 * MS, 80 * MS, 1 * MS, 1, OWNER, HOG);
	history__wait(h, ME, &(struct history_wait){ 91 * MS, 82 * MS, 0x98, HOG });
	history__wait(h, ME, &(struct history_wait){ 92 * MS, 84 * MS, 0x90, OWNER });
	n = history__why(h, ME, 0, 100 * MS, parts);
	assert_int_equal(of(n, DID_LOCK, OWNER, 0x90), 80 * MS);
	assert_int_equal(of(n, DID_QUEUE, HOG, 0), 1 * MS);
	assert_int_equal(of(n, DID_RUN, 0, 0), 19 * MS);
	assert_int_equal(sum(n), 100 * MS);
}

/* An earlier wait does not explain a later sleep. */
static void test_earlier_wait(void **state)
{
	unsigned n;

	(void)state;
	history__wait(h, ME, &(struct history_wait){ 10 * MS, 9 * MS, 0x90, OWNER });
	off(50 * MS, 30 * MS, 0, 1, HOG, 0);
	n = history__why(h, ME, 15 * MS, 60 * MS, parts);
	assert_int_equal(of(n, DID_SLEEP, HOG, 0), 30 * MS);
	assert_int_equal(of(n, DID_LOCK, OWNER, 0x90), 0);
}

static void test_unknown(void **state)
{
	unsigned n = history__why(h, ME, 0, 10 * MS, parts);

	(void)state;
	assert_int_equal(n, 1);
	assert_int_equal(of(n, DID_UNKNOWN, 0, 0), 10 * MS); /* never seen */
	off(20 * MS, 10 * MS, 0, 1, OWNER, 0);
	history__forget(h, 15 * MS);
	off(30 * MS, 5 * MS, 0, 1, OWNER, 0);
	n = history__why(h, ME, 10 * MS, 40 * MS, parts);
	assert_int_equal(of(n, DID_UNKNOWN, 0, 0), 5 * MS); /* before records were missing */
	assert_int_equal(of(n, DID_SLEEP, OWNER, 0), 5 * MS);
	assert_int_equal(sum(n), 30 * MS);
}

/* What was overwritten is unknown, not spent on a CPU. */
static void test_overwritten(void **state)
{
	unsigned n;

	(void)state;
	enum { KEPT = 4 * HISTORY_STRETCHES, OF_ME = KEPT / 16 };

	for (__u64 i = 1; i <= 2 * KEPT; i++) {
		if (i % 16 == 0)
			off(i * MS / 16, MS / 2, 0, 1, OWNER, 0);
		else
			history__off(h, OWNER, &(struct history_off){ i * MS / 16, MS / 16, 0, 1, ME, 0, 0, false });
	}
	n = history__why(h, ME, 0, 2 * OF_ME * (__u64)MS, parts);
	assert_int_equal(of(n, DID_SLEEP, OWNER, 0), OF_ME * (__u64)MS / 2);
	assert_in_range(of(n, DID_UNKNOWN, 0, 0), (OF_ME - 1) * (__u64)MS, (OF_ME + 1) * (__u64)MS);
	assert_int_equal(sum(n), 2 * OF_ME * (__u64)MS);
	history__off(h, HOG, &(struct history_off){ MS, MS, 0, 1, 0, 0, 0, false });
	for (__u64 i = 0; i < KEPT; i++)
		off((OF_ME + i) * MS, MS / 2, 0, 1, OWNER, 0);
	n = history__why(h, HOG, 2 * MS, 3 * MS, parts); /* since its last stretch it has run */
	assert_int_equal(of(n, DID_RUN, 0, 0), MS);
	n = history__why(h, HOG, MS / 2, 3 * MS, parts);
	assert_int_equal(of(n, DID_UNKNOWN, 0, 0), MS / 2);
}

/* More threads than there is room for: those not seen for longest make room. */
static void test_room(void **state)
{
	(void)state;
	off(MS, MS / 2, 0, 1, OWNER, 0);
	for (__u32 tid = 100; tid < 100 + 4 * HISTORY_THREADS; tid++)
		history__off(h, tid, &(struct history_off){ 2 * MS, MS, 0, 1, 0, 0, 0, false });
	assert_true(history__evicted(h) >= 3 * HISTORY_THREADS);
	assert_int_equal(history__why(h, ME, 0, MS, parts), 1);
	assert_int_equal(parts[0].deed, DID_UNKNOWN);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_divided), TEST(test_slices), TEST(test_quota), TEST(test_nest), TEST(test_earlier_wait), TEST(test_unknown), TEST(test_overwritten), TEST(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
