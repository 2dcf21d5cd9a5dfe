/*
 * row_copy.c: see row_copy.h.
 */
#include "analyzer/store/row_copy.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include "analyzer/store/sql.h"

int row_copy__prepare_insert(sqlite3 *db, const char *table, int n, sqlite3_stmt **stmt)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	char *sql;
	int rc;

	sqlite3_str_appendf(s, "INSERT INTO \"%w\" VALUES(", table);
	for (int i = 0; i < n; i++)
		sqlite3_str_appendall(s, i ? ",?" : "?");
	sqlite3_str_appendchar(s, 1, ')');
	sql = sqlite3_str_finish(s);
	rc = sql ? sqlite3_prepare_v2(db, sql, -1, stmt, NULL) : SQLITE_NOMEM;
	sqlite3_free(sql);
	return rc;
}

static void bind_before(const struct row_copy *c, sqlite3_stmt *insert)
{
	for (size_t i = 0; i < c->n_before; i++) {
		const struct value *v = &c->before[i];

		assert(v->kind == VALUE_INT || v->kind == VALUE_TEXT);
		if (v->kind == VALUE_INT)
			sqlite3_bind_int64(insert, (int)i + 1, v->i);
		else
			sqlite3_bind_text(insert, (int)i + 1, v->p, (int)v->i, SQLITE_STATIC);
	}
}

static int copy_all(const struct row_copy *c, sqlite3_stmt *rows, sqlite3_stmt *insert, struct trace_error *err)
{
	int n = sqlite3_column_count(rows), step;

	bind_before(c, insert);
	while ((step = sqlite3_step(rows)) == SQLITE_ROW) {
		for (int i = 0; i < n; i++)
			sqlite3_bind_value(insert, (int)c->n_before + i + 1, sqlite3_column_value(rows, i));
		if (sqlite3_step(insert) != SQLITE_DONE)
			return trace_error__set(err, -EIO, "cannot keep what schema/%s gives: %s", c->file,
						sqlite3_errmsg(c->to));
		sqlite3_reset(insert);
	}
	if (step != SQLITE_DONE)
		return trace_error__set(err, -EIO, "cannot run schema/%s: %s", c->file, sqlite3_errmsg(c->from));
	return 0;
}

int row_copy__run(const struct row_copy *c, struct trace_error *err)
{
	sqlite3_stmt *rows = NULL, *insert = NULL;
	int n, rc;

	if (sqlite3_prepare_v2(c->from, sql__text(c->file), -1, &rows, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot run schema/%s: %s", c->file, sqlite3_errmsg(c->from));
	if (sqlite3_bind_parameter_count(rows))
		sqlite3_bind_int64(rows, 1, c->param);
	n = (int)c->n_before + sqlite3_column_count(rows);
	if (row_copy__prepare_insert(c->to, c->table, n, &insert) != SQLITE_OK)
		rc = trace_error__set(err, -EIO, "cannot keep what schema/%s gives: %s", c->file,
				      sqlite3_errmsg(c->to));
	else
		rc = copy_all(c, rows, insert, err);
	sqlite3_finalize(rows);
	sqlite3_finalize(insert);
	return rc;
}
