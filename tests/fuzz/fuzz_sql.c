/*
 * fuzz_sql.c: databases that somebody else made, through every view and every report.
 *
 * Input: u8 what to print, u8 how, u16 length of the changes, changes of five bytes (table, column, row, kind of value,
 * value), and a recording. Its analysis is changed and printed. The tables have lost what SQLite checks: any value can
 * be in any column. Printing ends with 0 or an error that says something; no control character reaches a terminal, and
 * JSON is JSON.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <sqlite3.h>
#include "analyzer/base/hist.h"
#include "analyzer/command/cli.h"
#include "analyzer/store/sql.h"
#include "analyzer/store/store.h"
#include "analyzer/sweep/analyze.h"
#include "format/reader.h"
#include "tests/fuzz/traces.h"
#include "tests/rows.h"

enum { HEAD = 4, CHANGE = 5, MAX_CHANGES = 400 * CHANGE, MAX_TABLES = 256 };

static char **tables; /* names, sorted */
static unsigned n_tables;
static char db_path[64];
static int output; /* what standard output is */

static void must(struct sqlite3 *db, bool ok)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_sql: %s\n", sqlite3_errmsg(db));
	abort();
}

static void list_tables(struct sqlite3 *db)
{
	sqlite3_stmt *stmt;

	tables = calloc(MAX_TABLES, sizeof(*tables));
	must(db, !sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", -1, &stmt,
				     NULL));
	while (sqlite3_step(stmt) == SQLITE_ROW && n_tables < MAX_TABLES)
		tables[n_tables++] = strdup((const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
}

/* An empty database whose columns take anything. */
static struct sqlite3 *lax(void)
{
	static unsigned char *image;
	static sqlite3_int64 size;
	unsigned char *copy;
	struct trace_error err;
	struct sqlite3 *db;

	if (!image) {
		must(NULL, !store__create(&db, NULL, false, &err));
		must(db, !sqlite3_exec(db,
				       "PRAGMA locking_mode = NORMAL; PRAGMA writable_schema = ON;"
				       "UPDATE sqlite_schema SET sql = replace(replace(replace(sql,"
				       "') STRICT, WITHOUT', ') WITHOUT'), ') STRICT', ')'), ' NOT NULL', '')",
				       NULL, NULL, NULL));
		list_tables(db);
		image = sqlite3_serialize(db, "main", &size, 0);
		sqlite3_close(db);
	}
	must(NULL, !sqlite3_open(":memory:", &db));
	copy = sqlite3_malloc64(size);
	memcpy(copy, image, size);
	must(db, !sqlite3_deserialize(db, "main", copy, size, size,
				      SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE));
	return db;
}

/* The analysis of a recording, made once for as long as the same comes again. */
static struct sqlite3 *analysis(const uint8_t *trace, size_t size)
{
	static struct sqlite3 *db;
	static uint8_t *last;
	static size_t last_size;
	struct analyze_opts opts = { .threads = 1 };
	const char *path = traces__file(trace, size);
	struct trace_error err = { 0 };
	struct trace *t = NULL;

	if (db && size == last_size && !memcmp(last, trace, size))
		return db;
	sqlite3_close(db);
	db = lax();
	if (trace__open(&t, path, &err) || analyze__run(t, db, &opts, NULL, &err))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	trace__close(t);
	last = realloc(last, size + 1);
	memcpy(last, trace, size);
	last_size = size;
	return db;
}

/* ---- changes ------------------------------------------------------------------------------------- */

static void bind_blob(sqlite3_stmt *stmt, uint8_t v)
{
	static unsigned char blob[HIST_BLOB_MAX];
	struct hist h;
	size_t n;

	hist__init(&h);
	hist__add(&h, v);
	hist__add(&h, ~0ull >> v % 64);
	n = hist__encode(&h, blob);
	hist__free(&h);
	if (v & 1)
		blob[v % n] ^= v;
	sqlite3_bind_blob(stmt, 1, blob, v & 2 ? n : v % n, SQLITE_TRANSIENT);
}

static void bind(sqlite3_stmt *stmt, uint8_t kind, uint8_t v)
{
	static const char *const texts[] = { "", "\033[2J\033]0;x\a", "\xff\xfe\x80", "%s%n", "'; DROP TABLE trace; --",
					     "<script>alert(1)</script>", "a\tb\nc\rd", "\u202e0", "-1", "{\"a\":",
					     "1e999", "0x10", "eth0", "\302\2332J", "ovs.a.missed", "record.pid" };
	__u64 seed = v + 1;

	switch (kind % 8) {
	case 0:
		sqlite3_bind_null(stmt, 1);
		break;
	case 1:
		sqlite3_bind_int64(stmt, 1, v);
		break;
	case 2:
		sqlite3_bind_int64(stmt, 1, (sqlite3_int64)rnd_value(&seed));
		break;
	case 3:
		sqlite3_bind_double(stmt, 1, v & 1 ? INFINITY : v & 2 ? -1e300 : v / 3.0);
		break;
	case 4:
		bind_blob(stmt, v);
		break;
	case 5:
		sqlite3_bind_int64(stmt, 1, (sqlite3_int64)(1ull << v % 64));
		break;
	case 6:
		sqlite3_bind_text(stmt, 1, texts[v % 16], -1, SQLITE_STATIC);
		break;
	default:
		sqlite3_bind_text(stmt, 1, "\033[2J\302\2332J\t\n<b>'\"|%s%n\\\xff\u202e\x7f", -1, SQLITE_STATIC);
	}
}

/* The one that a number stands for, or the next that has rows. */
static const char *some_table(struct sqlite3 *db, unsigned number)
{
	for (unsigned i = 0; i < n_tables; i++) {
		const char *table = tables[(number + i) % n_tables];
		sqlite3_stmt *stmt = NULL;
		char sql[256];
		bool has_rows;

		snprintf(sql, sizeof(sql), "SELECT 1 FROM \"%s\" LIMIT 1", table);
		has_rows = !sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) && sqlite3_step(stmt) == SQLITE_ROW;
		sqlite3_finalize(stmt);
		if (has_rows)
			return table;
	}
	return tables[number % n_tables];
}

/* The name of a column; a copy of the row, the row away, or no row at all instead of a value are three more. */
static void change(struct sqlite3 *db, const uint8_t c[CHANGE])
{
	const char *table = c[0] % 8 ? some_table(db, c[0]) : tables[c[0] % n_tables];
	sqlite3_stmt *stmt = NULL;
	char sql[512], where[160] = "";
	int columns;

	snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", table);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL))
		return;
	columns = sqlite3_column_count(stmt);
	if (c[2] < 128)
		snprintf(where, sizeof(where), "WHERE \"%s\" IN (SELECT \"%s\" FROM \"%s\" LIMIT 1 OFFSET %d)",
			 sqlite3_column_name(stmt, 0), sqlite3_column_name(stmt, 0), table, c[2] % 8);
	if (c[1] % (columns + 3) < columns)
		snprintf(sql, sizeof(sql), "UPDATE OR IGNORE \"%s\" SET \"%s\" = ?1 %s", table,
			 sqlite3_column_name(stmt, c[1] % (columns + 3)), where);
	else if (c[1] % (columns + 3) == columns)
		snprintf(sql, sizeof(sql), "INSERT OR IGNORE INTO \"%s\" SELECT * FROM \"%s\" %s LIMIT 100", table,
			 table, where);
	else if (c[1] % (columns + 3) == columns + 1)
		snprintf(sql, sizeof(sql), "DELETE FROM \"%s\" %s", table, where);
	else
		snprintf(sql, sizeof(sql), "INSERT OR IGNORE INTO \"%s\"(\"%s\") VALUES(?1)", table,
			 sqlite3_column_name(stmt, 0));
	sqlite3_finalize(stmt);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL))
		return;
	bind(stmt, c[3], c[4]);
	sqlite3_step(stmt);
	sqlite3_finalize(stmt);
}

static void write_changed(struct sqlite3 *of, const uint8_t *changes, size_t size)
{
	int fd = open(db_path, O_WRONLY | O_TRUNC);
	unsigned char *image;
	sqlite3_backup *copy;
	sqlite3_int64 n;
	struct sqlite3 *db;

	must(NULL, !sqlite3_open(":memory:", &db));
	copy = sqlite3_backup_init(db, "main", of, "main");
	must(db, copy && sqlite3_backup_step(copy, -1) == SQLITE_DONE && !sqlite3_backup_finish(copy));
	sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	for (; size >= CHANGE; changes += CHANGE, size -= CHANGE)
		change(db, changes);
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	image = sqlite3_serialize(db, "main", &n, 0);
	must(db, image && fd >= 0 && write(fd, image, n) == n && !close(fd));
	sqlite3_free(image);
	sqlite3_close(db);
}

/* ---- printing ------------------------------------------------------------------------------------ */

static void complain(const char *what, const char *text, char *const *argv)
{
	fprintf(stderr, "%s:", what);
	for (; *argv; argv++)
		fprintf(stderr, " %s", *argv);
	fprintf(stderr, "\n%.2000s\n", text);
	abort();
}

static bool is_json(const char *text)
{
	static struct sqlite3 *db;
	static sqlite3_stmt *stmt;
	bool is;

	if (!db)
		must(db, !sqlite3_open(":memory:", &db) &&
				 !sqlite3_prepare_v2(db, "SELECT json_valid(?1)", -1, &stmt, NULL));
	sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC);
	is = sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0);
	sqlite3_reset(stmt);
	return is;
}

/* Of ASCII, or of Latin-1 in UTF-8. JSON, which is for programs, need not escape those above its texts' own. */
static bool is_control(const char *p, bool json)
{
	const unsigned char *u = (const unsigned char *)p;

	return (u[0] < ' ' && u[0] != '\n') ||
	       (!json && (u[0] == 0x7f || (u[0] == 0xc2 && u[1] >= 0x80 && u[1] < 0xa0)));
}

static void check_output(const char *text, bool json, char *const *argv)
{
	for (const char *p = text; *p; p++)
		if (is_control(p, json))
			complain("a control character is printed", p - text > 200 ? p - 200 : text, argv);
	if (json && *text && !is_json(text))
		complain("no JSON is printed", text, argv);
}

static void run(cli_fn command, bool json, char **argv)
{
	struct trace_error err = { 0 };
	int argc = 0, code;
	off_t size;
	char *text;

	while (argv[argc])
		argc++;
	optind = 0;
	must(NULL, !ftruncate(output, 0) && !lseek(output, 0, SEEK_SET));
	code = command(argc, argv, &err);
	fflush(stdout);
	if (code < 0 && !err.text[0])
		complain("an error says nothing", "", argv);
	size = lseek(output, 0, SEEK_END);
	text = calloc(1, size + 1);
	must(NULL, pread(output, text, size, 0) == size);
	if (code == 0)
		check_output(text, json, argv);
	free(text);
}

static void print(uint8_t what, uint8_t how)
{
	static const char *const formats[] = { "text", "md", "html", "json" };
	static const char *views[64];
	static char names[64][32];
	static unsigned n;
	char *argv[9] = { "show", NULL, db_path, NULL };
	unsigned i = 3;

	for (const struct sql_file *f = sql_files; f->name && !views[0]; f++)
		for (; f->name && strncmp(f->name, "show/", 5) == 0; f++, n++) {
			snprintf(names[n], sizeof(names[n]), "%.*s", (int)strlen(f->name) - 9, f->name + 5);
			views[n] = names[n];
		}
	if (what % (n + 4) >= n) {
		argv[0] = "report";
		argv[1] = "--format";
		argv[2] = (char *)formats[what % (n + 4) - n];
		argv[3] = db_path;
		argv[4] = NULL;
		run(cmd_report, what % (n + 4) - n == 3, argv);
		return;
	}
	argv[1] = (char *)views[what % (n + 4)];
	if (how & 1)
		argv[i++] = "--json";
	if ((how & 6) == 2) {
		argv[i++] = "--interval";
		argv[i++] = "1";
	}
	if ((how & 24) == 8) {
		argv[i++] = "--iface";
		argv[i++] = "eth0";
	}
	argv[i] = NULL;
	run(cmd_show, how & 1, argv);
}

/* ---- the fuzzer ---------------------------------------------------------------------------------- */

static void remove_file(void)
{
	unlink(db_path);
}

static void set_up(void)
{
	strcpy(db_path, "/tmp/fuzz_sql-XXXXXX");
	must(NULL, mkstemp(db_path) >= 0);
	atexit(remove_file);
	output = memfd_create("output", 0);
	setenv("NO_COLOR", "1", 1);
	fflush(stdout);
	must(NULL, output >= 0 && dup2(output, STDOUT_FILENO) >= 0);
}

static size_t length_of(const uint8_t *data, size_t size)
{
	size_t n = data[2] | data[3] << 8;

	return n < size - HEAD ? n : size - HEAD;
}

/* Mostly the changes, now and then the recording. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	uint8_t changes[MAX_CHANGES];
	size_t n, m, rest;

	if (size < HEAD || max < HEAD + MAX_CHANGES)
		return LLVMFuzzerMutate(data, size, max);
	data[0] = seed;
	data[1] = seed >> 8;
	n = length_of(data, size);
	rest = size - HEAD - n;
	if (seed % 8 == 0) {
		m = traces__mutate_rows(data + HEAD + n, rest, max - HEAD - n, seed);
		return HEAD + n + (m ? m : rest);
	}
	m = n < MAX_CHANGES ? n : MAX_CHANGES;
	memcpy(changes, data + HEAD, m);
	m = LLVMFuzzerMutate(changes, m, MAX_CHANGES);
	for (__u64 s = seed + 1ull, more = CHANGE * (seed / 8 % 60); more && m < MAX_CHANGES; more--)
		changes[m++] = rnd(&s) >> 8;
	if (HEAD + m + rest > max)
		return size;
	memmove(data + HEAD + m, data + HEAD + n, rest);
	memcpy(data + HEAD, changes, m);
	data[2] = m;
	data[3] = m >> 8;
	return HEAD + m + rest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n;

	if (!output)
		set_up();
	if (size < HEAD)
		return 0;
	n = length_of(data, size);
	write_changed(analysis(data + HEAD + n, size - HEAD - n), data + HEAD, n);
	print(data[0], data[1]);
	return 0;
}
