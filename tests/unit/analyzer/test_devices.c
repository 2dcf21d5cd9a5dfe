/*
 * test_devices.c: devices by name: the names are those that tables print; unknown ones are refused with what is near.
 */
#include "fixture.h"
#include "analyzer/filter/devices.h"
#include "analyzer/print/sqlfn.h"

static struct devices d;

static int setup(void **state)
{
	(void)state;
	assert_int_equal(devices__add(&d, 1, 2, "eth0", ""), 0);
	assert_int_equal(devices__add(&d, 1, 9, "vnet0", ""), 0);
	assert_int_equal(devices__add(&d, 7, 2, "eth0", "blue"), 0);
	assert_int_equal(devices__add(&d, 7, 3, "veth1", "blue"), 0);
	assert_int_equal(devices__add(&d, 8, 3, "veth1", NULL), 0);
	assert_int_equal(devices__add(&d, 1, 12, "vnet0", ""), 0); /* made anew */
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	devices__free(&d);
	return 0;
}

static void choose(const char *a, const char *b, const char *error)
{
	const char *const names[] = { a, b };
	struct trace_error err = { 0 };
	int code = devices__choose(&d, names, b ? 2 : 1, &err);

	assert_int_equal(code, error ? -EINVAL : 0);
	assert_string_equal(err.text, error ? error : "");
}

static void test_choose(void **state)
{
	(void)state;
	choose("eth0", NULL, NULL);
	assert_true(devices__has(&d, 1, 2));
	assert_false(devices__has(&d, 7, 2)); /* of that name in another namespace */
	assert_false(devices__has(&d, 1, 9));
}

static void test_several(void **state)
{
	(void)state;
	choose("vnet0", "veth1 (blue)", NULL);
	assert_int_equal(d.n, 3);
	assert_true(devices__has(&d, 1, 9) && devices__has(&d, 1, 12) && devices__has(&d, 7, 3));
	assert_false(devices__has(&d, 8, 3));
}

static void test_twice(void **state)
{
	(void)state;
	choose("veth1 (netns 8)", "veth1 (netns 8)", NULL);
	assert_int_equal(d.n, 1);
	assert_true(devices__has(&d, 8, 3));
}

static void test_unknown(void **state)
{
	(void)state;
	choose("veth1", NULL, "there is no device 'veth1' in the recording; there is 'veth1 (blue)', 'veth1 (netns 8)'");
	choose("eth0 (red)", NULL, "there is no device 'eth0 (red)' in the recording; there is 'eth0', 'eth0 (blue)'");
	choose("eth0", "vnet1", "there is no device 'vnet1' in the recording; did you mean 'vnet0'?");
	choose("", "x", "there is no device '' in the recording ('netanalyze show interfaces' lists those with traffic)");
	assert_int_equal(d.n, 6);
}

/* What a table prints can be given as a name. */
static void test_as_printed(void **state)
{
	static const struct sqlfn_context context = { 0 };
	struct trace_error err;
	struct store *s;
	sqlite3_stmt *stmt;
	struct sqlite3 *db;

	(void)state;
	assert_int_equal(store__create(&db, NULL, false, &err), 0);
	assert_int_equal(store__begin(&s, db, &err), 0);
	STORE(s, "netns", V_INT("inum", 1), V_TEXT("name", ""));
	STORE(s, "netns", V_INT("inum", 7), V_TEXT("name", "blue"));
	for (size_t i = 0; i < d.n; i++) {
		const char *text = d.list[i].text;

		STORE(s, "interface", V_INT("netns", d.list[i].netns), V_INT("ifindex", d.list[i].ifindex),
		      V_TEXTN("name", text, strcspn(text, " ")), V_TEXT("kind", ""), V_TEXT("mac", ""),
		      V_INT("master", 0), V_INT("link", 0), V_INT("link_netns", 0), V_INT("mtu", 0), V_INT("txqlen", 0),
		      V_INT("rx_queues", 0), V_INT("tx_queues", 0), V_INT("flags", 0));
	}
	assert_int_equal(store__finish(s, &err), 0);
	assert_int_equal(sqlfn__add(db, &context, &err), 0);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT device(?, ?)", -1, &stmt, NULL), SQLITE_OK);
	for (size_t i = 0; i < d.n; i++) {
		sqlite3_bind_int64(stmt, 1, d.list[i].netns);
		sqlite3_bind_int64(stmt, 2, d.list[i].ifindex);
		assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
		assert_string_equal(sqlite3_column_text(stmt, 0), d.list[i].text);
		sqlite3_reset(stmt);
	}
	sqlite3_finalize(stmt);
	sqlfn__remove(db);
	sqlite3_close(db);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_choose), TEST(test_several), TEST(test_twice), TEST(test_unknown), TEST(test_as_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
