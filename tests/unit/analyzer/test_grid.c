/*
 * test_grid.c: query results as text, Markdown, HTML and JSON: units, alignment, "not observed", and that hostile
 * text stays text.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <malloc.h>
#include <cmocka.h>
#include <sqlite3.h>
#include "analyzer/print/grid.h"
#include "analyzer/print/sqlfn.h"

static sqlite3 *db;
static const struct sqlfn_context context = { .utc = true };

static int open_db(void **state)
{
	struct trace_error err;

	(void)state;
	return sqlite3_open(":memory:", &db) == SQLITE_OK && sqlfn__add_plain(db, &context, &err) == 0 ? 0 : 1;
}

static int close_db(void **state)
{
	(void)state;
	return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}

static void expect(const char *sql, struct grid_opts o, const char *none, const char *want)
{
	struct query q = { .db = db, .sql = sql, .sql_len = -1 };
	struct trace_error err = { .code = 0 };
	char *got = NULL;
	size_t len;

	o.out = open_memstream(&got, &len);
	o.utc = true;
	if (grid__print(&q, &o, none, NULL, &err) != 0)
		fail_msg("%s", err.text);
	fclose(o.out);
	assert_string_equal(got, want);
	free(got);
}

static void expect_json(const char *sql, const char *want)
{
	struct query q = { .db = db, .sql = sql, .sql_len = -1 };
	struct trace_error err = { .code = 0 };
	char *got = NULL;

	if (grid__json(&q, &got, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(got, want);
	sqlite3_free(got);
}

#define TEXT ((struct grid_opts){ .format = GRID_TEXT })

static void test_units(void **state)
{
	(void)state;
	expect("SELECT 999 AS a_ns, 1000 AS b_ns, 1234567 AS c_ns, 599e9 AS d_ns", TEXT, NULL,
	       "     a        b        c      d\n999 ns  1.00 µs  1.23 ms  599 s\n");
	expect("SELECT 999 AS a_bytes, 12345 AS b_bytes, 1e9 AS c_bytes, 12.345 AS d_pct, 1 AS e_per_s", TEXT, NULL,
	       "    a        b        c       d  e per s\n999 B  12.3 kB  1.00 GB  12.3 %     1.00\n");
	expect("SELECT 1795348800123456789 AS t_at, 1795348800123456789 AS d_date", TEXT, NULL,
	       "              t                            d\n12:00:00.123456  2026-11-22 12:00:00.123 UTC\n");
}

static void test_alignment(void **state)
{
	(void)state;
	expect("SELECT 'µs' AS name, 5 AS n, NULL AS x UNION ALL SELECT 'longer', 1234, 7", TEXT, NULL,
	       "name       n  x\nµs         5  -\nlonger  1234  7\n");
	expect("SELECT 1 AS n, '' AS mark", TEXT, NULL, "n  mark\n1\n");
	expect("SELECT NULL AS interval_at, 1 AS n", TEXT, NULL, "n\n1\n");
	expect("SELECT 1 AS n WHERE 0", TEXT, "nothing", "nothing\n");
	expect("SELECT 1 AS n WHERE 0", (struct grid_opts){ .title = "Title", .level = 3 }, NULL, "");
	expect("SELECT 1 AS n", (struct grid_opts){ .title = "Titel µ", .level = 2 }, NULL, "\nTitel µ\n=======\nn\n1\n");
}

static void test_hostile(void **state)
{
	(void)state;
	expect("SELECT char(27) || '[2J' || char(155) || char(10) AS a, 1 AS n", TEXT, NULL,
	       "a                n\n\\x1b[2J\\x9b\\x0a  1\n");
	expect("SELECT '<b>&\"|' AS a", (struct grid_opts){ .format = GRID_HTML }, NULL,
	       "<table><thead><tr><th>a</th></tr></thead><tbody>\n<tr><td>&lt;b&gt;&amp;&quot;|</td></tr>\n</tbody></table>\n");
	expect("SELECT 'a|b<c' AS a", (struct grid_opts){ .format = GRID_MD }, NULL, "| a |\n|---|\n| a\\|b\\<c |\n");
	expect_json("SELECT 'say \"hi\"' || char(10) AS \"a b\", 5 AS n_ns, NULL AS x -- end", "[{\"a b\":\"say \\\"hi\\\"\\n\",\"n_ns\":5,\"x\":null}]");
	expect_json("SELECT 1 AS n WHERE 0;\n", "[]");
}

static void test_forms(void **state)
{
	(void)state;
	expect("SELECT 1 AS a_b, 'x' AS c", (struct grid_opts){ .list = true }, NULL, "a b  1\nc    x\n");
	expect("SELECT 'one' AS text UNION ALL SELECT 'two'", TEXT, NULL, "one\ntwo\n");
	expect("SELECT 'one' AS text", (struct grid_opts){ .format = GRID_MD }, NULL, "- one\n");
	expect("SELECT 'a' AS pair, 4 AS n, '{\"unit\":\"usecs\",\"buckets\":[[4,7,10],[8,15,0],[16,31,1]]}' AS d_log2", TEXT, NULL,
	       "pair  n\na     4\n"
	       "\na\n                   usecs : count      distribution\n"
	       "         4 -> 7          : 10         |****************************************|\n"
	       "         8 -> 15         : 0          |                                        |\n"
	       "        16 -> 31         : 1          |****                                    |\n");
	expect_json("SELECT '{\"unit\":\"usecs\",\"buckets\":[[4,7,10]]}' AS d_log2", "[{\"d_log2\":{\"unit\":\"usecs\",\"buckets\":[[4,7,10]]}}]");
}

static void test_errors(void **state)
{
	struct query q = { .db = db, .sql = "SELECT a FROM nowhere", .sql_len = -1 };
	struct grid_opts o = { .out = stdout };
	struct trace_error err = { .code = 0 };
	char *json;

	(void)state;
	assert_true(grid__print(&q, &o, NULL, NULL, &err) < 0);
	if (!strstr(err.text, "nowhere"))
		fail_msg("%s", err.text);
	assert_true(grid__json(&q, &json, &err) < 0);
	assert_null(json);
}

/* A table of any length takes no more memory than a short one, and is as wide as its last row needs. */
static ssize_t watch_memory(void *most, const char *text, size_t n)
{
	size_t used = mallinfo2().uordblks;

	(void)text;
	if (used > *(size_t *)most)
		*(size_t *)most = used;
	return (ssize_t)n;
}

static size_t memory_of(const char *rows)
{
	static const char sql[] = "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < %s) "
				  "SELECT n, printf('%%100s', n) AS name, NULL AS empty FROM i";
	struct grid_opts o = { .format = GRID_TEXT };
	struct trace_error err = { .code = 0 };
	char text[sizeof(sql) + 20];
	struct query q = { .db = db, .sql = text, .sql_len = -1 };
	size_t most = 0, n;

	snprintf(text, sizeof(text), sql, rows);
	o.out = fopencookie(&most, "w", (cookie_io_functions_t){ .write = watch_memory });
	assert_int_equal(grid__print(&q, &o, NULL, &n, &err), 0);
	fclose(o.out);
	assert_int_equal(n, atoi(rows));
	return most;
}

static void test_long(void **state)
{
	char *got = NULL, line[100];
	size_t len;
	struct grid_opts o = { .format = GRID_TEXT, .out = open_memstream(&got, &len) };
	struct query q = { .db = db, .sql_len = -1,
				.sql = "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 2345) "
				       "SELECT n, iif(n = 2345, 'the last', '') AS name FROM i" };
	struct trace_error err = { .code = 0 };
	FILE *in;

	(void)state;
	assert_int_equal(grid__print(&q, &o, NULL, NULL, &err), 0);
	fclose(o.out);
	in = fmemopen(got, len, "r");
	assert_string_equal(fgets(line, sizeof(line), in), "   n  name\n");
	for (int n = 1; n <= 2345; n++) {
		char want[100];

		snprintf(want, sizeof(want), n < 2345 ? "%4d\n" : "%4d  the last\n", n);
		assert_string_equal(fgets(line, sizeof(line), in), want);
	}
	assert_null(fgets(line, sizeof(line), in));
	fclose(in);
	free(got);
	assert_true(memory_of("100000") < memory_of("1000") + 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),   cmocka_unit_test(test_alignment), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_forms),   cmocka_unit_test(test_errors),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, open_db, close_db);
}
