/*
 * test_order.c: rows of many CPUs come out once each and in time order, whatever the blocks look like.
 */
#include "fixture.h"
#include "analyzer/read/order.h"

static __u64 random64(void)
{
	static __u64 x = 88172645463325252ull;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* ---- sorting ------------------------------------------------------------------------------------ */

static int by_time_and_place(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	return x->rec < y->rec ? -1 : x->rec > y->rec;
}

static void test_sort(void **state)
{
	enum { N = 3000 };
	static struct item items[N], tmp[N], want[N];

	(void)state;
	for (int round = 0; round < 130; round++) {
		__u64 base = random64(), span = round < 2 ? 0 : round > 120 ? ~0ull : random64() >> (random64() % 64);

		for (int i = 0; i < N; i++)
			items[i] = (struct item){ base + (span ? random64() % span : 0), (struct rec *)(uintptr_t)(i + 1) };
		memcpy(want, items, sizeof(want));
		qsort(want, N, sizeof(*want), by_time_and_place); /* the place makes it stable */
		assert_memory_equal(sort__by_time(items, tmp, N), want, sizeof(want));
	}
}

/* As blocks come: so many runs, each sorted, of different lengths and with times in common. */
static void test_sort_runs(void **state)
{
	enum { N = 1000 };
	static struct item items[N], tmp[N], want[N];

	(void)state;
	for (unsigned runs = 1; runs <= 40; runs++) {
		size_t n = runs == 1 ? N : N - random64() % 500, begin = 0;

		for (unsigned r = 1; r <= runs; r++) {
			size_t end = r == runs ? n : begin + random64() % ((n - begin) / 2 + 1);
			__u64 ts = random64() % 1000;

			for (; begin < end; begin++)
				items[begin] = (struct item){ ts += random64() % 3, (struct rec *)(uintptr_t)(begin + 1) };
		}
		memcpy(want, items, n * sizeof(*want));
		qsort(want, n, sizeof(*want), by_time_and_place);
		assert_memory_equal(sort__by_time(items, tmp, n), want, n * sizeof(*want));
	}
}

/* ---- slabs -------------------------------------------------------------------------------------- */

enum { MAX_ROWS = 400000, MAX_JOBS = 4096 };

struct trial {
	struct trace *trace;
	struct load_job jobs[MAX_JOBS];
	size_t n_jobs;
	unsigned damaged;
	unsigned char seen[MAX_ROWS];
	__u64 rows, last;
	struct order_stats stats;
};

static void on_damage(void *arg, const struct load_job *job, const struct trace_error *err)
{
	(void)job;
	assert_non_null(strstr(err->text, "block"));
	((struct trial *)arg)->damaged++;
}

static int by_ts_min(const void *a, const void *b)
{
	__u64 x = ((const struct load_job *)a)->ts_min, y = ((const struct load_job *)b)->ts_min;

	return x < y ? -1 : x > y;
}

static void list_jobs(struct trial *t, const char *path)
{
	struct trace_error err;

	memset(t, 0, sizeof(*t));
	if (trace__open(&t->trace, path, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < trace__n_blocks(t->trace); i++) {
		assert_true(t->n_jobs < MAX_JOBS);
		if (!(trace__block(t->trace, i)->flags & BLOCK_DEFINITIONS))
			t->jobs[t->n_jobs++] = (struct load_job){ t->trace, i, trace__block(t->trace, i)->ts_min,
								  trace__block(t->trace, i)->stream };
	}
	qsort(t->jobs, t->n_jobs, sizeof(*t->jobs), by_ts_min);
}

/* Takes everything out; each row's hop.aux is its number. */
static void drain(struct trial *t, unsigned threads, __u64 from, __u64 to, bool in_order)
{
	const struct item *items;
	struct order *o;
	long n;

	assert_int_equal(order__start(&o, t->jobs, t->n_jobs, threads, from, to, on_damage, t), 0);
	while ((n = order__next(o, &items)) > 0)
		for (long i = 0; i < n; i++) {
			const struct rec_hop *h = (const struct rec_hop *)items[i].rec;

			assert_int_equal(items[i].ts, h->rec.ts);
			if (in_order)
				assert_true(h->rec.ts >= t->last);
			t->last = h->rec.ts;
			assert_int_equal(t->seen[h->aux]++, 0);
			t->rows++;
		}
	assert_int_equal(n, 0);
	t->stats = *order__stats(o);
	assert_int_equal(t->stats.rows, t->rows);
	order__free(o);
	trace__close(t->trace);
}

/* Busy and quiet CPUs, rows that step back by up to 100 us, blocks that end early. */
static __u64 write_rows(struct fixture *f, unsigned cpus, __u64 rows)
{
	__u64 now = 1000000;

	for (__u64 i = 0; i < rows; i++) {
		unsigned cpu = random64() % 4 ? random64() % 2 : random64() % cpus;

		now += random64() % 2000;
		add_hop(f, now - (random64() % 50 ? 0 : random64() % 100000), cpu, 0x1000 + i % 50, 5, 2, i);
		if (i % 20000 == 0)
			assert_int_equal(trace_writer__flush(f->w, T0 + now, 0), 0);
	}
	fixture__close(f);
	return now;
}

static void test_order(void **state)
{
	static struct trial t;
	struct fixture f;

	(void)state;
	for (unsigned cpus = 2; cpus <= 32; cpus *= 4) {
		fixture__begin(&f, cpus);
		write_rows(&f, cpus, 200000);
		for (unsigned threads = 1; threads <= 3; threads++) {
			list_jobs(&t, f.path);
			drain(&t, threads, 0, 0, true);
			assert_int_equal(t.rows, 200000);
			assert_int_equal(t.stats.late, 0);
		}
		fixture__end(&f);
	}
}

static void test_limits_of_time(void **state)
{
	static struct trial t;
	struct fixture f;
	__u64 end, from, to, expect = 0;

	(void)state;
	fixture__begin(&f, 4);
	end = write_rows(&f, 4, 60000);
	from = T0 + end / 3;
	to = T0 + end / 2;
	list_jobs(&t, f.path);
	for (size_t i = 0; i < t.n_jobs; i++) {
		struct trace_rows rows = { 0 };

		assert_int_equal(trace__decode(t.trace, t.jobs[i].block, &rows, NULL), 0);
		for (size_t k = 0; k < rows.n; k++)
			expect += rows.ts[k] >= from && rows.ts[k] <= to;
		trace_rows__free(&rows);
	}
	drain(&t, 2, from, to, true);
	assert_int_equal(t.rows, expect);
	assert_true(expect > 1000 && t.last <= to);
	fixture__end(&f);
}

/* Headers may lie about ts_min: no row is lost, those that came too late are counted. */
static void test_late_rows(void **state)
{
	static struct trial t;
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	write_rows(&f, 2, 100000);
	list_jobs(&t, f.path);
	t.jobs[3].ts_min = t.jobs[t.n_jobs - 1].ts_min;
	qsort(t.jobs, t.n_jobs, sizeof(*t.jobs), by_ts_min);
	drain(&t, 2, 0, 0, false);
	assert_int_equal(t.rows, 100000);
	assert_true(t.stats.late > 1000);
	fixture__end(&f);
}

/* The rows' numbers, in the order in which they come out. */
static void numbers(const char *path, __u32 *out, size_t n)
{
	static struct trial t;
	const struct item *items;
	struct order *o;
	size_t at = 0;

	list_jobs(&t, path);
	assert_int_equal(order__start(&o, t.jobs, t.n_jobs, 2, 0, 0, on_damage, &t), 0);
	for (long got; (got = order__next(o, &items)) > 0;)
		for (long i = 0; i < got; i++, at++) {
			assert_true(at < n);
			out[at] = ((const struct rec_hop *)items[i].rec)->aux;
		}
	assert_int_equal(at, n);
	order__free(o);
	trace__close(t.trace);
}

/* Many rows with one time on different CPUs: where blocks end does not change their order. */
static void test_same_time(void **state)
{
	enum { N = 40000 };
	static __u32 whole[N], cut[N];
	static struct { __u64 at; unsigned cpu; } rows[N];
	struct fixture f;

	(void)state;
	for (unsigned i = 0; i < N; i++) {
		rows[i].at = 1000 * (i / 10) + 1000 * (random64() % 3);
		rows[i].cpu = random64() % 3;
	}
	for (unsigned every = 7; every < N; every = every * 9 + 11) {
		fixture__begin(&f, 3);
		for (unsigned i = 0; i < N; i++) {
			add_hop(&f, 1000000 + rows[i].at, rows[i].cpu, 0x1000, 5, 2, i);
			if (every > 1000 && i % every == 0)
				assert_int_equal(trace_writer__flush(f.w, T0 + rows[i].at, 0), 0);
		}
		fixture__close(&f);
		numbers(f.path, every == 7 ? whole : cut, N);
		if (every > 7)
			assert_memory_equal(whole, cut, sizeof(cut));
		fixture__end(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sort), cmocka_unit_test(test_sort_runs),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_limits_of_time),
		cmocka_unit_test(test_late_rows),
		cmocka_unit_test(test_same_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
