/* test_codec.c: rows through the columns and back, and payloads that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/codec.h"
#include "tests/rows.h"

static struct layout *own_layout(void)
{
	struct buf b = { 0 };
	struct layout *l;

	assert_int_equal(schema__encode(&b), 0);
	assert_int_equal(layout__parse(&l, b.p, b.len), 0);
	buf__free(&b);
	return l;
}

static void random_rows_round_trip(void **state)
{
	enum { ROWS = 3000 };
	union any_rec *rows = calloc(ROWS, sizeof(*rows));
	struct encoder *e = encoder__new();
	struct layout *l = own_layout();
	struct decoder d = { 0 };
	struct buf payload = { 0 };
	__u64 seed = 42;
	const char *what;
	char pool[64];

	(void)state;
	for (unsigned i = 0; i < sizeof(pool); i++)
		pool[i] = rnd(&seed);
	for (int block = 0; block < 3; block++) {
		for (int i = 0; i < ROWS; i++) {
			rnd_rec(&seed, rnd_type(&seed), &rows[i], pool);
			assert_int_equal(encoder__add(e, &rows[i].rec), 0);
		}
		payload.len = 0;
		assert_int_equal(encoder__rows(e), ROWS);
		assert_int_equal(encoder__finish(e, &payload), 0);
		assert_int_equal(encoder__rows(e), 0);
		assert_int_equal(decoder__run(&d, l, 3, ROWS, payload.p, payload.len, &what), 0);
		assert_int_equal(d.n, ROWS);
		for (int i = 0; i < ROWS; i++) {
			const struct rec *r = (const struct rec *)(d.arena + d.at[i]);

			assert_int_equal(r->cpu, 3);
			assert_true(same_rec(r, &rows[i].rec));
		}
	}
	decoder__free(&d);
	layout__free(l);
	encoder__free(e);
	buf__free(&payload);
	free(rows);
}

/* Times of one CPU step back now and then: an interrupt lands between reserve and clock. */
static void times_may_step_back(void **state)
{
	struct encoder *e = encoder__new();
	struct rec_free r = { .rec = { .type = REC_free, .ts = 5000 } };

	(void)state;
	assert_int_equal(encoder__add(e, &r.rec), 0);
	r.rec.ts = 4000;
	assert_int_equal(encoder__add(e, &r.rec), 0);
	r.rec.ts = 9000;
	assert_int_equal(encoder__add(e, &r.rec), 0);
	assert_int_equal(encoder__ts_min(e), 4000);
	assert_int_equal(encoder__ts_max(e), 9000);
	encoder__free(e);
}

/* What a block differs from is in it, whatever the ones before it held. */
static void blocks_stand_alone(void **state)
{
	struct rec_free r = { .rec = { .type = REC_free, .ts = 5 }, .skb = 7, .location = 9, .tid = 11 };
	struct encoder *e = encoder__new();
	struct layout *l = own_layout();
	struct decoder d = { 0 };
	struct buf payload = { 0 };
	const char *what;

	(void)state;
	for (int block = 0; block < 3; block++) {
		payload.len = 0;
		assert_int_equal(encoder__add(e, &r.rec), 0);
		assert_int_equal(encoder__finish(e, &payload), 0);
		assert_int_equal(decoder__run(&d, l, 0, 1, payload.p, payload.len, &what), 0);
		assert_true(same_rec((const struct rec *)d.arena, &r.rec));
	}
	decoder__free(&d);
	layout__free(l);
	encoder__free(e);
	buf__free(&payload);
}

/* Any bytes at all may be refused but never read out of bounds (the sanitizers watch). */
static void garbage_is_refused(void **state)
{
	struct layout *l = own_layout(), *other = NULL;
	struct decoder d = { 0 };
	__u64 seed = 7;
	const char *what;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		__u8 junk[200];
		size_t n = rnd(&seed) % sizeof(junk);

		for (size_t j = 0; j < n; j++)
			junk[j] = rnd(&seed) % 3 ? rnd(&seed) % 4 : rnd(&seed);
		decoder__run(&d, l, 0, rnd(&seed) % 40, junk, n, &what);
		if (!layout__parse(&other, junk, n))
			layout__free(other);
	}
	decoder__free(&d);
	layout__free(l);
}

/* A trace of a later version: an extra record, an extra field, and a field of another width. */
static void later_schemas_are_read(void **state)
{
	/* records: 3 'free' {skb, novel U16, location as U32}, 120 'later' {x U8}; no stages */
	static const __u8 schema[] = {
		2,
		3, 0, 4, 'f', 'r', 'e', 'e', 0, 3,
		3, 's', 'k', 'b', FIELD_UINT, 8, 1, 0, 0,
		5, 'n', 'o', 'v', 'e', 'l', FIELD_UINT, 2, 0, 0, 0,
		8, 'l', 'o', 'c', 'a', 't', 'i', 'o', 'n', FIELD_UINT, 4, 0, 0, 0,
		120, 0, 5, 'l', 'a', 't', 'e', 'r', 0, 1, 1, 'x', FIELD_UINT, 1, 0, 0, 0,
		0,
	};
	/* rows: free{skb+=5, novel+=1, location+=2}, later{x+=1}, free{skb+=1 on another slot} */
	static const __u8 payload[] = {
		10,
		0, 0, 3, 0, 1, 3,
		3, 0, 2, 3, 1, 2, 3, 2, 2, 3, 3, 1, 3, 4, 1,
		120, 0, 1, 120, 1, 1, 120, 2, 1,
		3, 120, 3, /* types */
		2, 2, 2,   /* times: +1 each */
		9, 8,      /* slots of free */
		7, 1,      /* masks of free */
		10, 2, 2, 4, /* skb 5, 1; novel 1; location 2 */
		0, 1, 2,   /* later */
	};
	struct decoder d = { 0 };
	struct layout *l;
	const char *what;
	const struct rec_free *r;

	(void)state;
	assert_int_equal(layout__parse(&l, schema, sizeof(schema)), 0);
	assert_int_equal(decoder__run(&d, l, 0, 3, payload, sizeof(payload), &what), 0);
	assert_int_equal(d.n, 2);
	assert_int_equal(d.skipped, 1);
	r = (const struct rec_free *)(d.arena + d.at[0]);
	assert_int_equal(r->skb, 5);
	assert_int_equal(r->location, 0); /* another width: not our field */
	r = (const struct rec_free *)(d.arena + d.at[1]);
	assert_int_equal(r->skb, 1);
	assert_int_equal(r->rec.ts, 3);
	/* One byte short or over: columns must be used up exactly. */
	assert_int_equal(decoder__run(&d, l, 0, 3, payload, sizeof(payload) - 1, &what), -EBADMSG);
	assert_int_equal(decoder__run(&d, l, 0, 2, payload, sizeof(payload), &what), -EBADMSG);
	decoder__free(&d);
	layout__free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_rows_round_trip),
		cmocka_unit_test(times_may_step_back),
		cmocka_unit_test(blocks_stand_alone),
		cmocka_unit_test(garbage_is_refused),
		cmocka_unit_test(later_schemas_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
