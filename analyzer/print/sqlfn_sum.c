/*
 * sqlfn_sum.c: sum() as SQLite has it, but that it ends at the largest integer instead of failing: one row of a trace
 * with an absurd time must not cost its reader all the others.
 */
#include <stddef.h>
#include <stdint.h>
#include <sqlite3.h>
#include "analyzer/print/sqlfn_parts.h"

/* SQLite's memory is aligned to 8 bytes only. */
typedef __int128 whole_number __attribute__((aligned(8)));

struct sum {
	whole_number whole;
	double real;
	int64_t n, n_real; /* values that are not NULL; of these not integers */
};

/* by: 1 adds a row, -1 takes it out again. */
static void change(sqlite3_context *c, sqlite3_value *v, int by)
{
	struct sum *s = sqlite3_aggregate_context(c, sizeof(*s));
	int type = sqlite3_value_numeric_type(v);

	if (!s || type == SQLITE_NULL)
		return;
	s->n += by;
	s->real += by * sqlite3_value_double(v);
	if (type == SQLITE_INTEGER)
		s->whole += by * (__int128)sqlite3_value_int64(v);
	else
		s->n_real += by;
}

static void step(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	(void)argc;
	change(c, argv[0], 1);
}

static void inverse(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	(void)argc;
	change(c, argv[0], -1);
}

static void result(sqlite3_context *c)
{
	const struct sum *s = sqlite3_aggregate_context(c, 0);

	if (!s || !s->n)
		return; /* NULL */
	if (s->n_real)
		sqlite3_result_double(c, s->real);
	else
		sqlite3_result_int64(c, s->whole > INT64_MAX ? INT64_MAX : s->whole < INT64_MIN ? INT64_MIN : (int64_t)s->whole);
}

int sqlfn__add_sum(sqlite3 *db)
{
	/* innocuous: views of the database use it, too */
	return sqlite3_create_window_function(db, "sum", 1, PURE | SQLITE_INNOCUOUS, NULL, step, result, result, inverse, NULL);
}
