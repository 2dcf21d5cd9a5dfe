/*
 * store.h: the SQLite database of an analysis: creation, migrations, inserts.
 *
 * Tables and statements are SQL files in schema/ (sql.h); nothing here or in its users names a table.
 * A database is built under another name (base/unfinished.h) and renamed when it is complete: a killed analysis leaves
 * no half-done result. PRAGMA application_id marks it as ours, user_version is the last migration applied.
 */
#ifndef ANALYZER_STORE_H
#define ANALYZER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "format/error.h"

struct sqlite3;
struct hist;

enum { STORE_APPLICATION_ID = 0x4e524543 }; /* "NREC" */

/* ---- opening ------------------------------------------------------------------------------------ */

/*
 * Creates an empty database with all tables. `path` NULL: a private temporary one, gone when closed.
 * Otherwise it has another name until store__keep(). An existing `path` is -EEXIST unless `force`.
 */
int store__create(struct sqlite3 **db, const char *path, bool force, struct trace_error *err);

/* Closes db and gives it its final name. */
int store__keep(struct sqlite3 *db, const char *path, struct trace_error *err);

/* Closes a database that is not kept, and removes its file. */
void store__discard(struct sqlite3 *db);

/*
 * Opens a finished database for reading, after bringing an older one up to date. Fails with -ENOENT, -EACCES,
 * -EBADMSG when it is no database of ours, -EPROTONOSUPPORT when a newer netanalyze made it.
 * Close with sqlite3_close().
 */
int store__open(struct sqlite3 **db, const char *path, struct trace_error *err);

/* Is this file a SQLite database (as opposed to a trace)? Looks at its first bytes only. */
bool store__is_database(const char *path);

/* ---- inserting ---------------------------------------------------------------------------------- */

enum value_kind { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BLOB, VALUE_HIST, VALUE_ADDR };

struct value {
	enum value_kind kind;
	__s64 i;
	const void *p; /* TEXT and BLOB: i bytes. HIST: struct hist. ADDR: 16 bytes. */
};

#define V_NULL ((struct value){ VALUE_NULL, 0, NULL })
#define V_INT(x) ((struct value){ VALUE_INT, (__s64)(x), NULL })
#define V_OPT(have, x) ((have) ? V_INT(x) : V_NULL)
#define V_TEXTN(s, len) ((struct value){ VALUE_TEXT, (__s64)(len), (s) })
#define V_TEXT(s) V_TEXTN(s, -1)                             /* NUL-terminated; NULL: NULL */
#define V_BLOB(p, len) ((struct value){ VALUE_BLOB, (__s64)(len), (p) })
#define V_HIST(h) ((struct value){ VALUE_HIST, 0, (h) })     /* five columns: n, sum, min, max, BLOB */
#define V_ADDR(a) ((struct value){ VALUE_ADDR, 0, (a) })     /* address as text; NULL: NULL */

struct store;

/* Prepares inserting into db; one transaction, ended by store__finish(). */
int store__begin(struct store **s, struct sqlite3 *db, struct trace_error *err);

/*
 * Runs schema/insert/NAME.sql with its parameters in order. The first failure is kept: later calls do
 * nothing and return it, so that callers may check once, at store__finish().
 */
int store__insert(struct store *s, const char *name, const struct value *values, size_t n);

#define STORE(s, name, ...)                                                                   \
	store__insert(s, name, (const struct value[]){ __VA_ARGS__ },                          \
		      sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value))

/* Commits and frees s. Returns the first error of any call on s. */
int store__finish(struct store *s, struct trace_error *err);

#endif
