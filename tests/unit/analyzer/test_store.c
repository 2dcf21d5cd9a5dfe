/*
 * test_store.c: databases are created, kept, refused and opened as promised; every insert fits its table.
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
		if (!strchr(s->name, '/') && atoi(s->name) <= 7)
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

/* Each statement of schema/insert/ compiles, and takes exactly as many values as it has places. */
static void test_inserts(void **state)
{
	struct trace_error err;
	struct sqlite3 *db;
	unsigned n = 0;

	(void)state;
	assert_int_equal(store__create(&db, NULL, false, &err), 0);
	for (const struct sql_file *file = sql_files; file->name; file++)
		if (strcmp(file->name, "scan/tables.sql") == 0)
			assert_int_equal(sqlite3_exec(db, file->text, NULL, NULL, NULL), SQLITE_OK);
	for (const struct sql_file *file = sql_files; file->name; file++) {
		char name[64];
		struct store *s;
		int places;
		sqlite3_stmt *stmt;
		struct value values[64] = { V_NULL };

		if (strncmp(file->name, "insert/", 7))
			continue;
		n++;
		if (sqlite3_prepare_v2(db, file->text, -1, &stmt, NULL) != SQLITE_OK)
			fail_msg("%s: %s", file->name, sqlite3_errmsg(db));
		places = sqlite3_bind_parameter_count(stmt);
		sqlite3_finalize(stmt);
		snprintf(name, sizeof(name), "%.*s", (int)strlen(file->name) - 11, file->name + 7);
		assert_int_equal(store__begin(&s, db, &err), 0);
		assert_int_equal(store__insert(s, name, values, places + 1), -EINVAL);
		assert_int_equal(store__finish(s, &err), -EINVAL);
		assert_non_null(strstr(err.text, name));
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	}
	assert_true(n > 40);
	sqlite3_close(db);
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
	STORE(s, "flow", V_INT(0x800), V_ADDR(v4), V_ADDR(v6), V_INT(1), V_INT(2), V_INT(~0ull), V_INT(4), V_INT(5), V_INT(6),
	      V_INT(7), V_INT(8), V_HIST(&h), V_HIST(&h), V_NULL, V_INT(0));
	STORE(s, "netns", V_INT(1), V_TEXTN("abcdef", 3));
	STORE(s, "netns", V_INT(2), V_TEXTN(NULL, 0));
	STORE(s, "location", V_INT(0xffffffff81000000), V_TEXT(NULL), V_NULL, V_TEXT("m"));
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
	assert_int_equal(STORE(s, "netns", V_INT(1), V_TEXT("a")), 0);
	assert_int_equal(STORE(s, "netns", V_INT(1), V_TEXT("the same key")), -EIO);
	assert_int_equal(STORE(s, "netns", V_INT(2), V_TEXT("b")), -EIO);
	assert_int_equal(STORE(s, "no such", V_INT(2)), -EIO);
	assert_int_equal(store__finish(s, &err), -EIO);
	assert_non_null(strstr(err.text, "netns"));
	assert_int_equal(number(db, "SELECT count(*) FROM netns"), 1);
	sqlite3_close(db);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_create_and_keep), TEST(test_discard), TEST(test_two_at_once), TEST(test_signal), TEST(test_existing), TEST(test_no_directory),
		TEST(test_open_refuses),    TEST(test_inserts), TEST(test_values),   TEST(test_first_error),
		TEST(test_older),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
