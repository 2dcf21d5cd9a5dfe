/*
 * store.h: the SQLite database of an analysis: creation, migrations, inserts.
 *
 * A table is written down once, in a migration in schema/ (sql.h): users name a table and its columns when they store
 * a row, and are told when these are not the table's.
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

#define STORE_FULL "the disk is full: free some space, or name an output elsewhere with -o"

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

/* Writes a copy of db, whatever it holds, as store__create() and store__keep() would; db stays open. */
int store__save(struct sqlite3 *db, const char *path, bool force, struct trace_error *err);

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
	const char *column; /* HIST: of five columns, with commas between them */
	enum value_kind kind;
	__s64 i;
	const void *p; /* TEXT and BLOB: i bytes. HIST: struct hist. ADDR: 16 bytes. */
};

#define V_NULL(column) ((struct value){ column, VALUE_NULL, 0, NULL })
#define V_INT(column, x) ((struct value){ column, VALUE_INT, (__s64)(x), NULL })
#define V_OPT(column, have, x) ((have) ? V_INT(column, x) : V_NULL(column))
#define V_TEXTN(column, s, len) ((struct value){ column, VALUE_TEXT, (__s64)(len), (s) })
#define V_TEXT(column, s) V_TEXTN(column, s, -1)                        /* NUL-terminated; NULL: NULL */
#define V_BLOB(column, p, len) ((struct value){ column, VALUE_BLOB, (__s64)(len), (p) })
#define V_ADDR(column, a) ((struct value){ column, VALUE_ADDR, 0, (a) }) /* address as text; NULL: NULL */

/* Five columns: PREFIXn, PREFIXsum, PREFIXmin, PREFIXmax and the BLOB PREFIXhist; _NS: PREFIXsum_ns … */
#define V_HIST(prefix, h) V_HIST_IN(prefix "n," prefix "sum," prefix "min," prefix "max," prefix "hist", h)
#define V_HIST_NS(prefix, h) V_HIST_IN(prefix "n," prefix "sum_ns," prefix "min_ns," prefix "max_ns," prefix "hist", h)
#define V_HIST_IN(columns, h) ((struct value){ columns, VALUE_HIST, 0, (h) })

struct store;

/* Prepares inserting into db; one transaction, ended by store__finish(). */
int store__begin(struct store **s, struct sqlite3 *db, struct trace_error *err);

/* What a second row of the same key does: it is an error, it is left out, it replaces the first, schema/merge/ says. */
enum store_rule { STORE_ONCE, STORE_KEEP, STORE_REPLACE, STORE_MERGE };

/*
 * Adds a row to a table, each value to the column it names. The columns must be the table's, all and each
 * once, whatever their order: else -EINVAL. The first failure is kept: later calls do nothing and return it, so that
 * callers may check once, at store__finish(). Names must live as long as s: they are literals.
 */
int store__insert(struct store *s, enum store_rule rule, const char *table, const struct value *values, size_t n);

#define STORE(s, table, ...) STORE_BY(STORE_ONCE, s, table, __VA_ARGS__)
#define STORE_FIRST(s, table, ...) STORE_BY(STORE_KEEP, s, table, __VA_ARGS__)
#define STORE_LAST(s, table, ...) STORE_BY(STORE_REPLACE, s, table, __VA_ARGS__)
#define STORE_MERGED(s, table, ...) STORE_BY(STORE_MERGE, s, table, __VA_ARGS__)
#define STORE_BY(rule, s, table, ...)                                                         \
	store__insert(s, rule, table, (const struct value[]){ __VA_ARGS__ },                   \
		      sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value))

/* Commits and frees s. Returns the first error of any call on s. */
int store__finish(struct store *s, struct trace_error *err);

#endif
