/*
 * store_insert.c: inserting rows (store.h).
 *
 * Statements are prepared at first use and kept. Callers name them by string literals, so the pointer
 * usually finds them; comparing texts is the fallback.
 */
#include "analyzer/store/store.h"

#include <arpa/inet.h>
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
	const char *name;
	sqlite3_stmt *stmt;
};

struct store {
	struct sqlite3 *db;
	struct trace_error err; /* the first one */
	struct statement statements[MAX_STATEMENTS];
	unsigned n;
	unsigned char blob[HIST_BLOB_MAX];
};

static int failed(struct store *s, const char *name)
{
	int code = sqlite3_errcode(s->db) & 0xff;

	if (s->err.code)
		return s->err.code;
	if (code == SQLITE_FULL)
		return trace_error__set(&s->err, -ENOSPC, "the disk is full: free some space, or name an output elsewhere with -o");
	return trace_error__set(&s->err, code == SQLITE_NOMEM ? -ENOMEM : -EIO, "cannot store %s: %s", name,
				sqlite3_errmsg(s->db));
}

static const char *text_of(const char *name)
{
	size_t prefix = strlen("insert/"), len = strlen(name);

	for (const struct sql_file *f = sql_files; f->name; f++)
		if (strncmp(f->name, "insert/", prefix) == 0 && strncmp(f->name + prefix, name, len) == 0 &&
		    strcmp(f->name + prefix + len, ".sql") == 0)
			return f->text;
	return NULL;
}

static sqlite3_stmt *prepare(struct store *s, const char *name)
{
	const char *text = text_of(name);
	sqlite3_stmt *stmt;

	if (!text || s->n == MAX_STATEMENTS) {
		trace_error__set(&s->err, -EINVAL, "there is no statement to store %s", name);
		return NULL;
	}
	if (sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK) {
		failed(s, name);
		return NULL;
	}
	s->statements[s->n++] = (struct statement){ name, stmt };
	return stmt;
}

static sqlite3_stmt *statement(struct store *s, const char *name)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->statements[i].name == name)
			return s->statements[i].stmt;
	for (unsigned i = 0; i < s->n; i++)
		if (strcmp(s->statements[i].name, name) == 0)
			return s->statements[i].stmt;
	return prepare(s, name);
}

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

static int bind_value(struct store *s, sqlite3_stmt *stmt, int at, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NULL:
		return sqlite3_bind_null(stmt, at);
	case VALUE_INT:
		return sqlite3_bind_int64(stmt, at, v->i);
	case VALUE_TEXT: /* a NULL pointer of length 0 is an empty text; of length -1 it is NULL */
		return sqlite3_bind_text(stmt, at, v->p || v->i < 0 ? v->p : "", v->i, SQLITE_TRANSIENT);
	case VALUE_BLOB:
		return v->i ? sqlite3_bind_blob(stmt, at, v->p, v->i, SQLITE_TRANSIENT) : sqlite3_bind_zeroblob(stmt, at, 0);
	case VALUE_HIST:
		return bind_hist(s, stmt, at, v->p);
	case VALUE_ADDR:
		return bind_addr(stmt, at, v->p);
	}
	return SQLITE_MISUSE;
}

static int columns_of(const struct value *values, size_t n)
{
	int columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += values[i].kind == VALUE_HIST ? HIST_COLUMNS : 1;
	return columns;
}

int store__insert(struct store *s, const char *name, const struct value *values, size_t n)
{
	sqlite3_stmt *stmt;
	int at = 1;

	if (s->err.code)
		return s->err.code;
	stmt = statement(s, name);
	if (!stmt)
		return s->err.code;
	if (columns_of(values, n) != sqlite3_bind_parameter_count(stmt))
		return trace_error__set(&s->err, -EINVAL, "storing %s takes %d values, not %d", name,
					sqlite3_bind_parameter_count(stmt), columns_of(values, n));
	for (size_t i = 0; i < n; i++) {
		if (bind_value(s, stmt, at, &values[i]) != SQLITE_OK)
			return failed(s, name);
		at += columns_of(&values[i], 1);
	}
	if (sqlite3_step(stmt) != SQLITE_DONE)
		failed(s, name);
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

	for (unsigned i = 0; i < s->n; i++)
		sqlite3_finalize(s->statements[i].stmt);
	if (!s->err.code && sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		failed(s, "the database");
	code = s->err.code;
	if (code && err)
		*err = s->err;
	free(s);
	return code;
}
