/*
 * test_no_memory.c: an allocation fails. Whichever it is, an analysis says so, or is none the worse for it; and a table that
 * could not grow forgets a key as if it had reached its limit.
 *
 * The linker gives this program the allocator below (Makefile).
 */
#include "fixture.h"
#include "analyzer/base/heavy.h"
#include "analyzer/base/lru.h"
#include "analyzer/read/scan.h"
#include "format/reader.h"

static _Atomic long failing; /* the how manieth from now on fails; 0: none does */

static bool fails(void)
{
	return failing && --failing == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__real_ZSTD_createDCtx(void);
void *__wrap_ZSTD_createDCtx(void);

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

void *__wrap_ZSTD_createDCtx(void)
{
	return fails() ? NULL : __real_ZSTD_createDCtx();
}

/* Growing takes three allocations: each of them fails at each size. Then the oldest goes; what is left is as it was. */
static void test_lru(void **state)
{
	(void)state;
	for (long n = 1; n <= 3; n++) {
		struct lru *l = lru__new(1, sizeof(__u64), 1 << 16);
		__u64 forgotten = 0;

		for (__u64 key = 0; key < 1 << 12; key++) {
			__u64 *value;

			failing = n;
			value = lru__add(l, &key, NULL);
			failing = 0;
			*value = key * 3;
			if (lru__forgotten(l) > forgotten) { /* once only: room for more */
				forgotten = lru__forgotten(l);
				value = lru__add(l, &(__u64){ 1ull << 63 | key }, NULL);
				lru__remove(l, &(__u64){ 1ull << 63 | key });
			}
			for (__u64 k = key & ~63ull; k <= key; k++) {
				value = lru__find(l, &k);
				assert_true(value ? *value == k * 3 : k < forgotten);
			}
		}
		assert_true(forgotten > 5);
		assert_int_equal(lru__n(l) + forgotten, 1 << 12);
		lru__free(l);
	}
}

static void test_heavy(void **state)
{
	(void)state;
	for (long n = 1; n <= 3; n++) {
		struct heavy *h = heavy__new(1, sizeof(__u64), 1 << 16);
		bool fresh;

		for (__u64 key = 0; key < 1 << 12; key++) {
			failing = key % 3 ? n : 0;
			heavy__count(h, &key, &fresh);
			failing = 0;
			assert_true(fresh);
			heavy__count(h, &key, &fresh);
			assert_false(fresh);
		}
		assert_true(heavy__forgotten(h) > 5);
		assert_true(heavy__n(h) > 1 << 11);
		heavy__free(h);
	}
}

/* Something of everything that makes passes keep something. */
static void record(struct fixture *f)
{
	fixture__begin(f, 2);
	DEFINE(f, string, .id = 2, .text = TEXT("ip.InDiscards"));
	DEFINE(f, interface, .netns = NETNS, .ifindex = 2, .name = TEXT("vxlan0"), .kind = TEXT("vxlan"));
	DEFINE(f, symbol, .addr = 0x2000, .size = 16, .name = TEXT("f"), .module = TEXT(""));
	DEFINE(f, ustack, .id = 1, .depth = 0, .module = 4, .addr = 0x1100);
	for (unsigned i = 0; i < 70; i++) {
		__u64 at = i * 1000000ull;

		add_packet(f, at, 0, 64 * i + 64, STAGE_netif_receive_skb, 2, i);
		add_hop(f, at + 100, 0, 64 * i + 64, STAGE_ip_rcv, 2, 0);
		add_free(f, at + 200, 0, 64 * i + 64);
		add_drop(f, at + 300, 1, 64 * i + 32, 2, i);
		ADD(f, lock, at + 400, 1, .addr = 64 * i + 64, .tid = i, .tgid = i, .stack = 3, .ustack = 1, .duration = at);
		ADD(f, offcpu, at + 500, 1, .tid = i, .tgid = i, .state = 1, .waker = 12, .blocked = at, .runnable = at);
		ADD(f, futex, at + 600, 1, .tid = i, .tgid = i, .op = 129, .ret = 1, .uaddr = i, .duration = 300);
		ADD(f, futex_total, at + 600, 1, .tid = i, .tgid = i, .waits = i);
		ADD(f, task, at + 700, 0, .tid = i, .tgid = i, .start = T0);
		ADD(f, thread, at + 800, 0, .tid = i, .tgid = i, .runtime = at);
		ADD(f, run, at + 900, 0, .tid = i, .tgid = i, .from = T0 + at, .to = T0 + at + 800, .ran = 700);
		ADD(f, irq, at + 1000, 0, .irq = i, .ret = 1, .duration = 700);
		ADD(f, upcall, at + 1100, 0, .skb = 64 * i, .netns = NETNS, .ifindex = 2, .ethertype = 0x0800, .cmd = 1, .sport = i);
		ADD(f, vhost_kick, at + 1200, 0, .vq = i, .tid = i);
		ADD(f, counter, at + 1300, 0, .netns = NETNS, .name = 2, .value = i);
		ADD(f, netdev, at + 1400, 0, .netns = NETNS, .ifindex = i, .rx_packets = i);
		ADD(f, tcp_state, at + 1500, 0, .sk = i, .netns = NETNS, .before = 7, .state = 2, .sport = i);
	}
	add_gap(f, 100, 200, 0, REC_offcpu, 5);
	fixture__close(f);
}

/* Making the schema anew takes most of the time. */
static struct sqlite3 *copy_of(struct sqlite3 *empty)
{
	struct sqlite3 *db;
	sqlite3_backup *copy;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	copy = sqlite3_backup_init(db, "main", empty, "main");
	assert_int_equal(sqlite3_backup_step(copy, -1), SQLITE_DONE);
	assert_int_equal(sqlite3_backup_finish(copy), SQLITE_OK);
	return db;
}

static void test_analysis(void **state)
{
	struct sqlite3 *empty;
	const char *paths[1];
	struct fixture f;
	int code = -ENOMEM;
	long n;

	(void)state;
	record(&f);
	paths[0] = f.path;
	f.opts.threads = 1;
	assert_int_equal(store__create(&empty, NULL, false, &f.err), 0);
	for (n = 1; !failing; n++) { /* until there are fewer */
		sqlite3_close(f.db);
		f.db = copy_of(empty);
		failing = n;
		code = analyze_paths(paths, 1, f.db, &f.opts, &f.stats, &f.err);
		if (code != 0 && code != -ENOMEM)
			fail_msg("allocation %ld: %d, %s", n, code, f.err.text);
		if (code == -ENOMEM)
			assert_non_null(strstr(f.err.text, "memory"));
	}
	failing = 0;
	assert_int_equal(code, 0);
	assert_true(n > 200);
	sqlite3_close(empty);
	fixture__end(&f);
}

/* A block that memory was short for can be read when there is some. */
static void test_decode(void **state)
{
	struct trace_rows rows = { .n = 0 };
	struct fixture f;
	struct trace *t;

	(void)state;
	record(&f);
	assert_int_equal(trace__open(&t, f.path, &f.err), 0);
	for (long n = 1; n <= 2; n++) {
		failing = n;
		assert_int_equal(trace__decode(t, 0, &rows, &f.err), -ENOMEM);
		assert_int_equal(failing, 0);
	}
	assert_int_equal(trace__decode(t, 0, &rows, &f.err), 0);
	trace_rows__free(&rows);
	trace__close(t);
	fixture__end(&f);
}

/* What is looked through is not called damaged because memory is short. */
static void test_scan(void **state)
{
	struct fixture f;
	struct trace *t;
	int code = -ENOMEM;

	(void)state;
	record(&f);
	for (long n = 1; !failing; n++) { /* until there are fewer */
		sqlite3_close(f.db);
		assert_int_equal(sqlite3_open(":memory:", &f.db), SQLITE_OK);
		failing = n;
		code = trace__open(&t, f.path, &f.err);
		if (!code) {
			code = scan__fill(f.db, t, 0, f.path, &f.err);
			trace__close(t);
		}
		if (code != 0 && code != -ENOMEM)
			fail_msg("allocation %ld: %d, %s", n, code, f.err.text);
		if (code == 0)
			assert_int_equal(fixture__int(&f, "SELECT count(bad) FROM scan_block"), 0);
	}
	failing = 0;
	assert_int_equal(code, 0);
	fixture__end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_lru), cmocka_unit_test(test_heavy),
					    cmocka_unit_test(test_analysis), cmocka_unit_test(test_decode),
					    cmocka_unit_test(test_scan) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
