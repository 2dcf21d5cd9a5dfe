/*
 * store_insert.c: inserting rows (store.h).
 *
 * Statements are made at first use, from the names the caller gives, and kept. These are string literals, so the
 * pointers usually find them; comparing texts is the fallback. What must hold: a statement that is kept sets every
 * column of its table, so that none is bound to what an earlier row had.
 */
#include "analyzer/store/store.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/hist.h"
#include "analyzer/store/sql.h"

enum { MAX_STATEMENTS = 256, HIST_COLUMNS = 5 };

struct statement {
	const char *table;
	enum store_rule rule;
	size_t n;
	const char **columns; /* of its n values */
	sqlite3_stmt *stmt;
};

struct store {
	struct sqlite3 *db;
	struct trace_error err; /* the first one */
	struct statement statements[MAX_STATEMENTS];
	unsigned n, last; /* last: the one used last, and mostly the next one, too */
	sqlite3_stmt *columns; /* of a table */
	unsigned char blob[HIST_BLOB_MAX];
};

static int failed(struct store *s, const char *table)
{
	int code = sqlite3_errcode(s->db) & 0xff;

	if (s->err.code)
		return s->err.code;
	if (code == SQLITE_FULL)
		return trace_error__set(&s->err, -ENOSPC, STORE_FULL);
	return trace_error__set(&s->err, code == SQLITE_NOMEM ? -ENOMEM : -EIO, "cannot store %s: %s", table,
				sqlite3_errmsg(s->db));
}

/* ---- statements --------------------------------------------------------------------------------- */

static int columns_of(const struct value *v)
{
	return v->kind == VALUE_HIST ? HIST_COLUMNS : 1;
}

/* The next of the names at *at; NULL: there is none. */
static const char *next_name(const char **at, int *len)
{
	const char *name = *at + strspn(*at, ", ");

	*len = strcspn(name, ", ");
	*at = name + *len;
	return *len ? name : NULL;
}

/* How rows of a table that have the same key become one, the end of the statement; NULL: schema/merge/ does not say. */
static const char *merge_text(const char *table)
{
	char name[64];

	snprintf(name, sizeof(name), "merge/%s.sql", table);
	return sql__text(name);
}

/* INSERT … INTO table(columns) VALUES(?, …) …; NULL without memory. Free with sqlite3_free(). */
static char *insert_text(enum store_rule rule, const char *table, const struct value *values, size_t n)
{
	static const char *const verbs[] = { "INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE", "INSERT" };
	sqlite3_str *text = sqlite3_str_new(NULL);
	const char *separator = "(";
	int places = 0, len;

	sqlite3_str_appendf(text, "%s INTO \"%w\"", verbs[rule], table);
	for (size_t i = 0; i < n; i++) {
		for (const char *name, *at = values[i].column; (name = next_name(&at, &len)); separator = ", ")
			sqlite3_str_appendf(text, "%s\"%.*w\"", separator, len, name);
		places += columns_of(&values[i]);
	}
	for (int i = 0; i < places; i++)
		sqlite3_str_appendall(text, i ? ", ?" : ") VALUES(?");
	sqlite3_str_appendall(text, ")");
	if (rule == STORE_MERGE)
		sqlite3_str_appendf(text, "\n%s", merge_text(table));
	return sqlite3_str_finish(text);
}

/* How many of the values go to this column. */
static unsigned given(const char *column, const struct value *values, size_t n)
{
	unsigned times = 0;
	int len;

	for (size_t i = 0; i < n; i++)
		for (const char *name, *at = values[i].column; (name = next_name(&at, &len));)
			times += strncmp(name, column, len) == 0 && column[len] == '\0';
	return times;
}

/* SQLite itself refuses columns that the table does not have. */
static int check_columns(struct store *s, const char *table, const struct value *values, size_t n)
{
	static const char text[] = "SELECT name FROM pragma_table_info(?)";

	if (!s->columns && sqlite3_prepare_v2(s->db, text, -1, &s->columns, NULL) != SQLITE_OK)
		return failed(s, table);
	sqlite3_bind_text(s->columns, 1, table, -1, SQLITE_STATIC);
	while (!s->err.code && sqlite3_step(s->columns) == SQLITE_ROW) {
		const char *column = (const char *)sqlite3_column_text(s->columns, 0);

		if (given(column, values, n) != 1)
			trace_error__set(&s->err, -EINVAL, "storing %s: its column %s is given %u values", table,
					 column, given(column, values, n));
	}
	sqlite3_reset(s->columns);
	return s->err.code;
}

static struct statement *prepare(struct store *s, enum store_rule rule, const char *table, const struct value *values,
				 size_t n)
{
	const char **columns = malloc(n * sizeof(*columns));
	char *text = insert_text(rule, table, values, n);
	sqlite3_stmt *stmt = NULL;

	if (!columns || !text)
		trace_error__set(&s->err, -ENOMEM, "out of memory");
	else if (rule == STORE_MERGE && !merge_text(table))
		trace_error__set(&s->err, -EINVAL, "storing %s: there is no schema/merge/%s.sql", table, table);
	else if (sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
		trace_error__set(&s->err, -EINVAL, "storing %s: %s", table, sqlite3_errmsg(s->db));
	else if (s->n == MAX_STATEMENTS)
		trace_error__set(&s->err, -EINVAL, "storing %s: there are more than %d statements", table,
				 MAX_STATEMENTS);
	else
		check_columns(s, table, values, n);
	sqlite3_free(text);
	if (s->err.code) {
		sqlite3_finalize(stmt);
		free(columns);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		columns[i] = values[i].column;
	s->statements[s->n] = (struct statement){ table, rule, n, columns, stmt };
	return &s->statements[s->n++];
}

static bool fits(const struct statement *st, enum store_rule rule, const struct value *values, size_t n)
{
	if (st->rule != rule || st->n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (st->columns[i] != values[i].column && strcmp(st->columns[i], values[i].column))
			return false;
	return true;
}

static struct statement *find(struct store *s, enum store_rule rule, const char *table, const struct value *values,
			      size_t n)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->statements[i].table == table && fits(&s->statements[i], rule, values, n))
			return &s->statements[i];
	for (unsigned i = 0; i < s->n; i++)
		if (strcmp(s->statements[i].table, table) == 0 && fits(&s->statements[i], rule, values, n))
			return &s->statements[i];
	return prepare(s, rule, table, values, n);
}

static sqlite3_stmt *statement(struct store *s, enum store_rule rule, const char *table, const struct value *values,
			       size_t n)
{
	struct statement *st = &s->statements[s->last];

	if (st->table != table || !fits(st, rule, values, n))
		st = find(s, rule, table, values, n);
	if (!st)
		return NULL;
	s->last = st - s->statements;
	return st->stmt;
}

/* ---- values ------------------------------------------------------------------------------------- */

static int bind_hist(struct store *s, sqlite3_stmt *stmt, int at, const struct hist *h)
{
	__u64 values[4] = { h->n, h->sum, h->min, h->max };

	for (int i = 0; i < 4; i++) {
		__s64 value = values[i] > INT64_MAX ? INT64_MAX : (__s64)values[i];

		if (sqlite3_bind_int64(stmt, at + i, value) != SQLITE_OK)
			return SQLITE_ERROR;
	}
	return sqlite3_bind_blob(stmt, at + 4, s->blob, hist__encode(h, s->blob), SQLITE_TRANSIENT);
}

static int bind_addr(sqlite3_stmt *stmt, int at, const unsigned char *addr)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];

	if (!addr)
		return sqlite3_bind_null(stmt, at);
	if (memcmp(addr, mapped, sizeof(mapped)) == 0)
		inet_ntop(AF_INET, addr + 12, text, sizeof(text));
	else
		inet_ntop(AF_INET6, addr, text, sizeof(text));
	return sqlite3_bind_text(stmt, at, text, -1, SQLITE_TRANSIENT);
}

/* Texts and BLOBs of the caller are not copied: they last until the row is stored. */
static int bind_value(struct store *s, sqlite3_stmt *stmt, int at, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NULL:
		return sqlite3_bind_null(stmt, at);
	case VALUE_INT:
		return sqlite3_bind_int64(stmt, at, v->i);
	case VALUE_TEXT: /* a NULL pointer of length 0 is an empty text; of length -1 it is NULL */
		return sqlite3_bind_text(stmt, at, v->p || v->i < 0 ? v->p : "", v->i, SQLITE_STATIC);
	case VALUE_BLOB:
		return v->i ? sqlite3_bind_blob(stmt, at, v->p, v->i, SQLITE_STATIC) : sqlite3_bind_zeroblob(stmt, at, 0);
	case VALUE_HIST:
		return bind_hist(s, stmt, at, v->p);
	case VALUE_ADDR:
		return bind_addr(stmt, at, v->p);
	}
	return SQLITE_MISUSE;
}

int store__insert(struct store *s, enum store_rule rule, const char *table, const struct value *values, size_t n)
{
	sqlite3_stmt *stmt;
	int at = 1;

	if (s->err.code)
		return s->err.code;
	stmt = statement(s, rule, table, values, n);
	if (!stmt)
		return s->err.code;
	for (size_t i = 0; i < n; i++) {
		if (bind_value(s, stmt, at, &values[i]) != SQLITE_OK)
			return failed(s, table);
		at += columns_of(&values[i]);
	}
	assert(at == sqlite3_bind_parameter_count(stmt) + 1);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		failed(s, table);
	sqlite3_reset(stmt);
	return s->err.code;
}

int store__begin(struct store **s, struct sqlite3 *db, struct trace_error *err)
{
	*s = calloc(1, sizeof(**s));
	if (!*s)
		return trace_error__set(err, -ENOMEM, "out of memory");
	(*s)->db = db;
	if (sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK) {
		int code = trace_error__set(err, -EIO, "cannot write to the database: %s", sqlite3_errmsg(db));

		free(*s);
		*s = NULL;
		return code;
	}
	return 0;
}

int store__finish(struct store *s, struct trace_error *err)
{
	int code;

	for (unsigned i = 0; i < s->n; i++) {
		sqlite3_finalize(s->statements[i].stmt);
		free(s->statements[i].columns);
	}
	sqlite3_finalize(s->columns);
	if (!s->err.code && sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		failed(s, "the database");
	code = s->err.code;
	if (code && err)
		*err = s->err;
	free(s);
	return code;
}
