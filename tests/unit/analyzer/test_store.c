/*
 * test_store.c: databases are created, kept, refused and opened as promised; a row has exactly its table's columns.
 */
#include "fixture.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "analyzer/base/hist.h"
#include "analyzer/store/sql.h"

struct place {
	char dir[64];
	char path[96];
};

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	strcpy(p->dir, "/tmp/netanalyze-test-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/r.db", p->dir);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	remove_tree(((struct place *)*state)->dir);
	free(*state);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static long long number(struct sqlite3 *db, const char *sql)
{
	struct fixture f = { .db = db };

	return fixture__int(&f, sql);
}

/* Files there, by name or not. */
static unsigned files(const struct place *p)
{
	DIR *dir = opendir(p->dir);
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)))
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

static int newest_migration(void)
{
	int newest = 0;

	for (const struct sql_file *s = sql_files; s->name; s++)
		if (!strchr(s->name, '/') && atoi(s->name) > newest)
			newest = atoi(s->name);
	return newest;
}

static void make(struct place *p)
{
	struct trace_error err;
	struct sqlite3 *db;

	assert_int_equal(store__create(&db, p->path, false, &err), 0);
	assert_int_equal(store__keep(db, p->path, &err), 0);
}

static void test_create_and_keep(void **state)
{
	struct place *p = *state;
	struct trace_error err;
	struct fixture f = { 0 };
	struct sqlite3 *db;
	struct stat st;

	assert_int_equal(store__create(&db, p->path, false, &err), 0);
	assert_int_equal(access(p->path, F_OK), -1); /* not under its name before it is complete */
	assert_int_equal(files(p), 1);
	f.db = db;
	assert_rows(&f, "PRAGMA journal_mode", "off"); /* nothing else to leave behind, and half the writing */
	assert_int_equal(store__keep(db, p->path, &err), 0);
	assert_int_equal(files(p), 1);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(store__is_database(p->path));
	assert_int_equal(store__open(&db, p->path, &err), 0);
	assert_int_equal(number(db, "PRAGMA application_id"), STORE_APPLICATION_ID);
	assert_int_equal(number(db, "PRAGMA user_version"), newest_migration());
	assert_int_equal(sqlite3_exec(db, "INSERT INTO netns VALUES(1, 'x')", NULL, NULL, NULL), SQLITE_READONLY);
	sqlite3_close(db);
}

static void same_rows(struct sqlite3 *a, struct sqlite3 *b, const char *sql)
{
	sqlite3_stmt *x, *y;

	assert_int_equal(sqlite3_prepare_v2(a, sql, -1, &x, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(b, sql, -1, &y, NULL), SQLITE_OK);
	while (sqlite3_step(x) == SQLITE_ROW) {
		assert_int_equal(sqlite3_step(y), SQLITE_ROW);
		for (int i = 0; i < sqlite3_column_count(x); i++)
			assert_string_equal(sqlite3_column_text(x, i), sqlite3_column_text(y, i));
	}
	assert_int_equal(sqlite3_step(y), SQLITE_DONE);
	sqlite3_finalize(x);
	sqlite3_finalize(y);
}

/* A new database is the same as one that went through every migration. */
static void test_new_is_migrated(void **state)
{
	struct place *p = *state;
	struct trace_error err;
	struct sqlite3 *new, *old;

	assert_int_equal(store__create(&new, p->path, false, &err), 0);
	assert_int_equal(sqlite3_open(":memory:", &old), SQLITE_OK);
	for (const struct sql_file *s = sql_files; s->name; s++)
		if (!strchr(s->name, '/') && atoi(s->name))
			assert_int_equal(sqlite3_exec(old, s->text, NULL, NULL, NULL), SQLITE_OK);
	same_rows(new, old, "SELECT type, name, sql FROM sqlite_schema WHERE sql NOTNULL ORDER BY type, name");
	same_rows(new, old, "SELECT \"set\", value, text FROM enumerator ORDER BY 1, 2");
	assert_int_equal(number(new, "SELECT count(*) FROM enumerator") > 100, 1);
	sqlite3_close(old);
	store__discard(new);
}

static void test_discard(void **state)
{
	struct place *p = *state;
	struct trace_error err;
	struct sqlite3 *db;

	assert_int_equal(store__create(&db, p->path, false, &err), 0);
	store__discard(db);
	assert_int_equal(files(p), 0);
}

/* Two analyses into one output: both are whole, and the last one stays. */
static void test_two_at_once(void **state)
{
	struct sqlite3 *first, *second, *db;
	struct place *p = *state;
	struct trace_error err;

	assert_int_equal(store__create(&first, p->path, false, &err), 0);
	assert_int_equal(store__create(&second, p->path, false, &err), 0);
	assert_int_equal(sqlite3_exec(first, "INSERT INTO netns VALUES(1, 'first')", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(second, "INSERT INTO netns VALUES(2, 'second')", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(store__keep(first, p->path, &err), 0);
	assert_int_equal(store__open(&db, p->path, &err), 0);
	assert_int_equal(number(db, "SELECT max(inum) FROM netns"), 1);
	sqlite3_close(db);
	assert_int_equal(store__keep(second, p->path, &err), 0);
	assert_int_equal(store__open(&db, p->path, &err), 0);
	assert_int_equal(number(db, "SELECT min(inum) FROM netns"), 2);
	sqlite3_close(db);
	assert_int_equal(files(p), 1);
}

/* What ends the program removes what is not complete, and still ends it. */
static void test_signal(void **state)
{
	struct place *p = *state;
	struct trace_error err;
	struct sqlite3 *db;
	int status;
	pid_t child = fork();

	if (child == 0) {
		signal(SIGTERM, SIG_DFL);
		if (store__create(&db, p->path, false, &err) == 0 && files(p) == 1)
			raise(SIGTERM);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_int_equal(files(p), 0);
}

static void test_existing(void **state)
{
	struct place *p = *state;
	struct trace_error err;
	struct sqlite3 *db;

	make(p);
	assert_int_equal(store__create(&db, p->path, false, &err), -EEXIST);
	assert_non_null(strstr(err.text, p->path));
	assert_non_null(strstr(err.text, "--force"));
	assert_int_equal(store__create(&db, p->path, true, &err), 0);
	store__discard(db);
	assert_true(store__is_database(p->path)); /* the old one is still there */
	write_file(p->path, "somebody's letter, not a database");
	assert_int_equal(store__create(&db, p->path, true, &err), -EEXIST);
	assert_false(store__is_database(p->path));
	unlink(p->path);
	mkdir(p->path, 0700);
	assert_int_equal(store__create(&db, p->path, true, &err), -EEXIST);
}

static void test_no_directory(void **state)
{
	struct place *p = *state;
	struct trace_error err;
	struct sqlite3 *db;
	char path[128];

	snprintf(path, sizeof(path), "%s/missing/r.db", p->dir);
	assert_int_equal(store__create(&db, path, false, &err), -ENOENT);
	assert_null(db);
}

static void change(const char *path, const char *sql)
{
	struct sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* What an older version made is brought up to date: drops by flow come from those kept singly. */
static void test_older(void **state)
{
	struct place *p = *state;
	struct trace_error err;
	struct fixture f = { 0 };

	for (const struct sql_file *s = sql_files; s->name; s++)
		if (!strchr(s->name, '/') && atoi(s->name) && atoi(s->name) <= 7)
			change(p->path, s->text);
	change(p->path, "PRAGMA application_id = 0x4e524543; PRAGMA user_version = 7");
	for (int i = 0; i < 3; i++)
		change(p->path, "INSERT INTO drop_event VALUES(1, 0, 0, 'packet', 7, 6, 8, 0, 0, 9, 3, 42, 2048, 0, '10.0.0.1', '10.0.0.2', 1, 53, 17, "
				"0, 0, 0, 64, 0, NULL, x'', 0)");
	change(p->path, "INSERT INTO eviction VALUES('drop events', 3, 5, 'they are counted')");
	assert_int_equal(store__open(&f.db, p->path, &err), 0);
	assert_rows(&f, "SELECT win, reason, netns, ifindex, saddr, dport, n, bytes FROM drop_flow", "0|6|9|3|10.0.0.1|53|3|126");
	assert_rows(&f, "SELECT n FROM eviction WHERE what = 'drops of forgotten flows'", "5");
	sqlite3_close(f.db);
}

static void test_open_refuses(void **state)
{
	struct place *p = *state;
	struct trace_error err;
	struct sqlite3 *db;

	assert_int_equal(store__open(&db, p->path, &err), -ENOENT);
	write_file(p->path, "no database");
	assert_int_equal(store__open(&db, p->path, &err), -EBADMSG);
	write_file(p->path, "SQLite format 3");
	assert_int_equal(store__open(&db, p->path, &err), -EBADMSG);
	unlink(p->path);
	change(p->path, "CREATE TABLE t(x)");
	assert_int_equal(store__open(&db, p->path, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "not one that netanalyze made"));
	assert_null(db);
	unlink(p->path);
	make(p);
	change(p->path, "PRAGMA user_version = 1000");
	assert_int_equal(store__open(&db, p->path, &err), -EPROTONOSUPPORT);
	assert_non_null(strstr(err.text, "newer netanalyze"));
	assert_null(db);
}

/* Storing into a table with columns that are not exactly its own ends with this complaint. */
#define assert_refused(complaint, ...)                                              \
	do {                                                                        \
		assert_int_equal(store__begin(&s, db, &err), 0);                    \
		STORE(s, __VA_ARGS__);                                              \
		assert_int_equal(store__finish(s, &err), -EINVAL);                  \
		assert_non_null(strstr(err.text, complaint));                       \
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);                     \
	} while (0)

static void test_columns(void **state)
{
	struct hist h = { 0 };
	struct trace_error err;
	struct sqlite3 *db;
	struct store *s;

	(void)state;
	assert_int_equal(store__create(&db, NULL, false, &err), 0);
	assert_refused("no such table: nets", "nets", V_INT("inum", 1), V_TEXT("name", "a"));
	assert_refused("netns has no column named nam", "netns", V_INT("inum", 1), V_TEXT("nam", "a"));
	assert_refused("its column name is given 0 values", "netns", V_INT("inum", 1));
	assert_refused("its column inum is given 0 values", "netns", V_TEXT("name", "a"));
	assert_refused("its column name is given 2 values", "netns", V_INT("inum", 1), V_TEXT("name", "a"), V_TEXT("name", "b"));
	assert_refused("its column hist is given 2 values", "flow_install", V_INT("win", 1), V_INT("tid", 1), V_HIST_NS("", &h),
		       V_NULL("hist"));
	assert_refused("no column named sum", "flow_install", V_INT("win", 1), V_INT("tid", 1), V_HIST("", &h));
	assert_refused("1 values for 2 columns", "netns", V_INT("inum, name", 1));
	assert_int_equal(number(db, "SELECT count(*) FROM netns"), 0);
	sqlite3_close(db);
}

/* The columns may come in any order, in different ones for one table, and under a name that is a word of SQL. */
static void test_orders(void **state)
{
	struct trace_error err;
	struct fixture f = { 0 };
	struct store *s;

	(void)state;
	assert_int_equal(store__create(&f.db, NULL, false, &err), 0);
	assert_int_equal(store__begin(&s, f.db, &err), 0);
	for (int i = 0; i < 2; i++) {
		STORE(s, "netns", V_INT("inum", 10 + i), V_TEXT("name", "a"));
		STORE(s, "netns", V_TEXT("name", "b"), V_INT("inum", 20 + i));
	}
	STORE(s, "enumerator", V_TEXT("text", "t"), V_TEXT("set", "s"), V_INT("value", 1));
	assert_int_equal(store__finish(s, &err), 0);
	assert_rows(&f, "SELECT inum, name FROM netns ORDER BY inum", "10|a;11|a;20|b;21|b");
	assert_rows(&f, "SELECT text FROM enumerator WHERE \"set\" = 's' AND value = 1", "t");
	sqlite3_close(f.db);
}

/* A key that is there already: an error, or the first row stays, or the last one, or schema/merge/ makes one of both. */
static void test_rules(void **state)
{
	struct trace_error err;
	struct fixture f = { 0 };
	struct store *s;

	(void)state;
	assert_int_equal(store__create(&f.db, NULL, false, &err), 0);
	assert_int_equal(store__begin(&s, f.db, &err), 0);
	for (int i = 0; i < 2; i++) {
		STORE_FIRST(s, "netns", V_INT("inum", 1), V_TEXT("name", i ? "second" : "first"));
		STORE_LAST(s, "netns", V_INT("inum", 2), V_TEXT("name", i ? "second" : "first"));
		STORE_MERGED(s, "thread", V_INT("tid", 3), V_INT("tgid", 4), V_OPT("start_ns", i == 0, 5), V_NULL("exit_ns"),
			     V_TEXT("comm", i ? "c" : NULL), V_INT("reused", 1), V_OPT("cgroup", i == 0, 17));
	}
	assert_int_equal(STORE(s, "netns", V_INT("inum", 2), V_TEXT("name", "third")), -EIO);
	assert_int_equal(store__finish(s, &err), -EIO);
	assert_rows(&f, "SELECT name FROM netns ORDER BY inum", "first;second");
	assert_rows(&f, "SELECT tgid, comm, start_ns, reused, cgroup FROM thread", "4|c|5|2|17");
	sqlite3_exec(f.db, "ROLLBACK", NULL, NULL, NULL);
	assert_int_equal(store__begin(&s, f.db, &err), 0);
	assert_int_equal(STORE_MERGED(s, "netns", V_INT("inum", 3), V_TEXT("name", "a")), -EINVAL);
	assert_int_equal(store__finish(s, &err), -EINVAL);
	assert_non_null(strstr(err.text, "no schema/merge/netns.sql"));
	sqlite3_close(f.db);
}

static void test_values(void **state)
{
	static const __u8 v4[16] = { [10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1 }, v6[16] = { 0xfe, 0x80, [15] = 1 };
	struct fixture f = { 0 };
	struct hist h = { 0 }, back = { 0 };
	struct trace_error err;
	struct store *s;
	sqlite3_stmt *stmt;

	(void)state;
	for (unsigned i = 1; i <= 1000; i++)
		hist__add(&h, i * i);
	assert_int_equal(store__create(&f.db, NULL, false, &err), 0);
	assert_int_equal(store__begin(&s, f.db, &err), 0);
	STORE(s, "flow", V_INT("ethertype", 0x800), V_ADDR("saddr", v4), V_ADDR("daddr", v6), V_INT("sport", 1),
	      V_INT("dport", 2), V_INT("proto", ~0ull), V_INT("packets", 4), V_INT("bytes", 5), V_INT("drops", 6),
	      V_INT("first_ns", 7), V_INT("last_ns", 8), V_HIST_NS("", &h), V_HIST_NS("gap_", &h),
	      V_NULL("gap_max_at_ns"), V_INT("gap_uncertain", 0), V_INT("arrived", 1), V_INT("departed", 0),
	      V_INT("sometime", 0), V_INT("edge", 0), V_INT("upcalled", 0), V_INT("in_gap", 0), V_INT("forgotten", 0),
	      V_INT("carried", 0), V_HIST_NS("read_", &h));
	STORE(s, "netns", V_INT("inum", 1), V_TEXTN("name", "abcdef", 3));
	STORE(s, "netns", V_INT("inum", 2), V_TEXTN("name", NULL, 0));
	STORE_FIRST(s, "location", V_INT("addr", 0xffffffff81000000), V_TEXT("symbol", NULL), V_NULL("offset"),
		    V_TEXT("module", "m"));
	assert_int_equal(store__finish(s, &err), 0);
	assert_rows(&f, "SELECT saddr, daddr, proto, n, sum_ns, min_ns, max_ns FROM flow", "192.0.2.1|fe80::1|-1|1000|333833500|1|1000000");
	assert_rows(&f, "SELECT name FROM netns ORDER BY inum", "abc;");
	assert_rows(&f, "SELECT printf('%x', addr), symbol, offset, module FROM location", "ffffffff81000000|NULL|NULL|m");
	stmt = fixture__query(&f, "SELECT hist FROM flow");
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_int_equal(hist__decode(&back, sqlite3_column_blob(stmt, 0), sqlite3_column_bytes(stmt, 0)), 0);
	assert_int_equal(hist__percentile(&back, 50), hist__percentile(&h, 50));
	sqlite3_finalize(stmt);
	hist__free(&h);
	hist__free(&back);
	sqlite3_close(f.db);
}

/* The first error stays, and the rest does nothing. */
static void test_first_error(void **state)
{
	struct trace_error err;
	struct sqlite3 *db;
	struct store *s;

	(void)state;
	assert_int_equal(store__create(&db, NULL, false, &err), 0);
	assert_int_equal(store__begin(&s, db, &err), 0);
	assert_int_equal(STORE(s, "netns", V_INT("inum", 1), V_TEXT("name", "a")), 0);
	assert_int_equal(STORE(s, "netns", V_INT("inum", 1), V_TEXT("name", "the same key")), -EIO);
	assert_int_equal(STORE(s, "netns", V_INT("inum", 2), V_TEXT("name", "b")), -EIO);
	assert_int_equal(STORE(s, "no such", V_INT("inum", 2)), -EIO);
	assert_int_equal(store__finish(s, &err), -EIO);
	assert_non_null(strstr(err.text, "netns"));
	assert_int_equal(number(db, "SELECT count(*) FROM netns"), 1);
	sqlite3_close(db);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_create_and_keep), TEST(test_new_is_migrated), TEST(test_discard), TEST(test_two_at_once), TEST(test_signal), TEST(test_existing), TEST(test_no_directory),
		TEST(test_open_refuses),    TEST(test_columns), TEST(test_values),   TEST(test_first_error),
		TEST(test_older),	    TEST(test_orders),	TEST(test_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
