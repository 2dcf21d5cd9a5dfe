/*
 * test_tables.c: the containers of the sweep: heavy hitters, window tallies, known gaps.
 */
#include "fixture.h"
#include "analyzer/read/gaps.h"
#include "analyzer/base/heavy.h"
#include "analyzer/read/names.h"
#include "analyzer/base/samples.h"
#include "analyzer/sweep/tally.h"

static __u64 random64(void)
{
	static __u64 x = 88172645463325252ull;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* ---- heavy hitters ------------------------------------------------------------------------------ */

static struct {
	__u64 keys, n, most, most_key;
} heavy;

static void see(void *arg, const __u64 *key, __u64 n, void *value)
{
	assert_ptr_equal(arg, &heavy);
	assert_int_equal(*(__u64 *)value, n);
	assert_int_equal(key[1], key[0] * 3);
	heavy.keys++;
	heavy.n += n;
	if (n > heavy.most) {
		heavy.most = n;
		heavy.most_key = key[0];
	}
}

static void see_all(struct heavy *h)
{
	memset(&heavy, 0, sizeof(heavy));
	heavy__each(h, see, &heavy);
}

/* Far more keys than there is room for; one of them comes again and again. */
static void test_heavy(void **state)
{
	struct heavy *h = heavy__new(2, sizeof(__u64), 64);
	__u64 others = 0;
	bool fresh;

	(void)state;
	for (__u64 i = 0; i < 10000; i++) {
		__u64 k = i % 4 ? random64() >> 1 : 7, key[2] = { k, k * 3 };
		__u32 index = heavy__count(h, key, &fresh);
		__u64 *value = heavy__value(h, index);

		assert_true(index >= 1 && index <= 64);
		assert_true(i == 0 || k != 7 || !fresh);
		*value = fresh ? 1 : *value + 1;
		others += k != 7;
	}
	see_all(h);
	assert_int_equal(heavy.most_key, 7);
	assert_int_equal(heavy.most, 2500);
	assert_int_equal(heavy.keys, 64);
	assert_int_equal(heavy.n + heavy__forgotten(h), 10000);
	assert_int_equal(heavy__forgotten(h), others - 63);
	heavy__clear(h);
	see_all(h);
	assert_int_equal(heavy.keys, 0);
	heavy__count(h, (__u64[]){ 7, 21 }, &fresh);
	assert_true(fresh);
	assert_int_equal(heavy__forgotten(h), others - 63); /* cleared is not forgotten */
	heavy__free(h);
}

/* ---- tallies ------------------------------------------------------------------------------------ */

static struct {
	__u64 rows, sum, hist_n, last_win;
} got;

static void put(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	(void)s;
	assert_true(win >= got.last_win);
	assert_true(key[0] < 10000);
	got.last_win = win;
	got.rows++;
	got.sum += row->count[0];
	got.hist_n += row->hist->n;
	assert_int_equal(row->count[0], row->hist->sum);
}

static void test_tally(void **state)
{
	static const struct tally_spec spec = { 1, 1, 1, put };
	struct tally t;

	(void)state;
	memset(&got, 0, sizeof(got));
	assert_int_equal(tally__init(&t, &spec, NULL), 0);
	for (__u64 i = 0; i < 300; i++) { /* three windows, ten keys */
		__u64 key = i % 10;
		struct tally_row row = tally__at(&t, i / 100, &key);

		row.count[0] += i;
		hist__add(row.hist, i);
	}
	assert_int_equal(got.rows, 20); /* the third window is still open */
	tally__finish(&t);
	assert_int_equal(got.rows, 30);
	assert_int_equal(got.sum, 299 * 300 / 2);
	assert_int_equal(got.hist_n, 300);
}

static void put_fat(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	(void)s;
	(void)key;
	assert_int_equal(win, 5);
	got.rows++;
	got.sum += row->count[0];
}

/* More keys in a window than fit: some are written in parts, most are not, and nothing is lost. */
static void test_full_tally(void **state)
{
	enum { FITS = 4096, KEYS = 5000, ROUNDS = 20 };
	static const struct tally_spec spec = { 1, (1 << 20) / 64, 0, put_fat }; /* so big that only the least number fits */
	struct tally t;

	(void)state;
	memset(&got, 0, sizeof(got));
	assert_int_equal(tally__init(&t, &spec, NULL), 0);
	for (__u64 i = 0; i < KEYS * ROUNDS; i++) { /* in turn */
		__u64 key = i % KEYS;

		tally__at(&t, 5, &key).count[0]++;
	}
	assert_int_equal(heavy__n(t.rows), FITS);
	tally__finish(&t);
	assert_int_equal(got.sum, KEYS * ROUNDS);
	assert_true(got.rows < KEYS * ROUNDS / 2);
}

/* A hundred thousand threads in turn, twice: a row each. */
static void test_many_keys(void **state)
{
	enum { KEYS = 100000 };
	static const struct tally_spec spec = { 1, 1, 2, put_fat };
	struct tally t;

	(void)state;
	memset(&got, 0, sizeof(got));
	assert_int_equal(tally__init(&t, &spec, NULL), 0);
	for (__u64 i = 0; i < KEYS * 2; i++) {
		__u64 key = i % KEYS;
		struct tally_row row = tally__at(&t, 5, &key);

		row.count[0]++;
		hist__add(row.hist, i);
	}
	tally__finish(&t);
	assert_int_equal(got.sum, KEYS * 2);
	assert_int_equal(got.rows, KEYS);
}

/* ---- gaps --------------------------------------------------------------------------------------- */

static void test_gaps(void **state)
{
	struct gaps g = { 0 };

	(void)state;
	assert_false(gaps__in_packets(&g, 0, ~0ull));
	gaps__add(&g, &(struct gap){ .from = 500, .to = 600, .type = REC_hop, .lost = 3 });
	gaps__add(&g, &(struct gap){ .from = 100, .to = 200, .type = REC_packet, .lost = 2 });
	gaps__add(&g, &(struct gap){ .from = 250, .to = 260, .type = REC_offcpu, .lost = 5 });
	gaps__add(&g, &(struct gap){ .from = 900, .to = 10, .type = GAP_ANY_TYPE }); /* backwards: a point */
	assert_int_equal(g.n, 4);
	assert_true(gaps__in_packets(&g, 150, 160));
	assert_true(gaps__in_packets(&g, 0, 1000));
	assert_true(gaps__in_packets(&g, 50, 101));
	assert_true(gaps__in_packets(&g, 199, 400));
	assert_false(gaps__in_packets(&g, 50, 100));
	assert_false(gaps__in_packets(&g, 200, 500)); /* only scheduling records are missing there */
	assert_false(gaps__in_packets(&g, 601, 899));
	assert_true(gaps__in_packets(&g, 899, 901));
	gaps__free(&g);
}

/* Against the plain definition, with random gaps in random order. */
static void test_random_gaps(void **state)
{
	(void)state;
	for (int round = 0; round < 100; round++) {
		struct gaps g = { 0 };
		struct interval list[40];
		unsigned n = random64() % 40 + 1;

		for (unsigned i = 0; i < n; i++) {
			list[i].from = random64() % 1000;
			list[i].to = list[i].from + random64() % 60;
			assert_int_equal(gaps__add(&g, &(struct gap){ list[i].from, list[i].to, 1, 0, REC_free, 1, false }), 0);
		}
		for (size_t i = 1; i < g.n_packet; i++)
			assert_true(g.packet[i - 1].to < g.packet[i].from);
		for (size_t i = 1; i < g.n; i++)
			assert_true(g.list[i - 1].from <= g.list[i].from);
		for (unsigned i = 0; i < 2000; i++) {
			__u64 from = random64() % 1100, to = from + 1 + random64() % 40;
			bool want = false;

			for (unsigned k = 0; k < n; k++)
				want |= list[k].from < to && list[k].to > from;
			if (gaps__in_packets(&g, from, to) < want)
				fail_msg("%llu .. %llu spans a gap", from, to);
			if (gaps__in_packets(&g, from, to) > want)
				fail_msg("%llu .. %llu spans no gap", from, to);
		}
		gaps__free(&g);
	}
}

/* However many there are, memory is bounded and none is forgotten where it matters. */
static void test_many_gaps(void **state)
{
	struct gaps g = { 0 };
	__u64 lost[REC_TYPE_MAX], sum = 0;

	(void)state;
	for (__u64 i = 0; i < 100000; i++)
		assert_int_equal(gaps__add(&g, &(struct gap){ i * 10, i * 10 + 5, 2, 0, REC_hop, 1, false }), 0);
	assert_true(g.n <= 1 << 16 && g.n_packet <= 1 << 16);
	assert_int_equal(g.left_out, 100000 - g.n);
	for (__u64 i = 0; i < 100000; i++)
		assert_true(gaps__in_packets(&g, i * 10 + 1, i * 10 + 2));
	gaps__count(&g, lost);
	for (unsigned i = 0; i < REC_TYPE_MAX; i++)
		sum += lost[i];
	assert_int_equal(sum, 200000);
	gaps__free(&g);
}

/* ---- names -------------------------------------------------------------------------------------- */

static void test_clean(void **state)
{
	char text[] = "a\x1b[1m\xc3\xa9\xff\xe2\x82\xac\xed\xa0\x80\xc0\xaf\xf0\x9f\x98\x80\xc2\x85\x7f\n\xe2\x82";

	(void)state;
	names__clean(text, sizeof(text) - 1);
	assert_string_equal(text, "a?[1m\xc3\xa9?\xe2\x82\xac?????\xf0\x9f\x98\x80??"
				  "????");
}

static void test_symbols(void **state)
{
	struct names *n = names__new();
	struct rec_symbol a = { .rec.type = REC_symbol, .addr = 0x1000, .size = 0x10, .name = TEXT("a") };
	struct rec_symbol b = { .rec.type = REC_symbol, .addr = 0x2000, .name = TEXT("b") };
	struct rec_string s = { .rec.type = REC_string, .id = 9, .text = TEXT("old") };

	(void)state;
	assert_non_null(n);
	assert_int_equal(names__add(n, &b.rec), 0);
	assert_int_equal(names__add(n, &a.rec), 0);
	assert_int_equal(names__add(n, &s.rec), 0);
	s.text = TEXT("new"); /* the later one replaces */
	assert_int_equal(names__add(n, &s.rec), 0);
	assert_int_equal(names__prepare(n), 0);
	assert_null(names__symbol(n, 0xfff).symbol);
	assert_int_equal(names__symbol(n, 0x100f).symbol->addr, 0x1000);
	assert_int_equal(names__symbol(n, 0x100f).offset, 0xf);
	assert_null(names__symbol(n, 0x1010).symbol);
	assert_int_equal(names__symbol(n, 0x2345).offset, 0x345);
	assert_memory_equal(names__string(n, 9)->s, "new", 3);
	assert_null(names__string(n, 8));
	names__free(n);
}

static void test_deltas(void **state)
{
	(void)state;
	assert_int_equal(delta64(5, 9), 4);
	assert_int_equal(delta64(9, 5), 5);
	assert_int_equal(delta32(0xfffffff0, 0x10), 0x20);
	assert_int_equal(delta32(900, 5), 5);
	assert_int_equal(delta32(5, 900), 895);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tally),	    cmocka_unit_test(test_full_tally), cmocka_unit_test(test_many_keys),
		cmocka_unit_test(test_gaps),	    cmocka_unit_test(test_random_gaps), cmocka_unit_test(test_many_gaps),
		cmocka_unit_test(test_clean),	    cmocka_unit_test(test_symbols),   cmocka_unit_test(test_deltas),
		cmocka_unit_test(test_heavy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
