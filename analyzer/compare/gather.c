/*
 * gather.c: the database that a comparison works on, and what it takes over from each analysis.
 *
 * schema/side/NAME.sql is a query on an analysis whose rows, behind side and run, are those of table NAME here;
 * schema/metric/ID.sql likewise of table series, behind side, run and ID.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/compare/gather.h"
#include "analyzer/store/row_copy.h"
#include "analyzer/store/sql.h"

/* From where rows are taken, and what stands before their columns. */
struct source {
	sqlite3 *db, *from;
	const char *side;
	unsigned run;
};

int gather__create(sqlite3 **db, struct trace_error *err)
{
	static const char *const files[] = { "compared/tables.sql", "compared/change.sql", "compared/metrics.sql" };

	if (sqlite3_open(":memory:", db) != SQLITE_OK)
		return trace_error__set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (sqlite3_exec(*db, sql__text(files[i]), NULL, NULL, NULL) != SQLITE_OK)
			return trace_error__set(err, -EIO, "cannot run schema/%s: %s", files[i], sqlite3_errmsg(*db));
	return 0;
}

/* Side, run, and what else stands before the query's columns (NULL: nothing). */
static int copy_rows(const struct source *src, const char *file, const char *table, const char *name,
		     struct trace_error *err)
{
	const struct value before[] = { V_TEXT("side", src->side), V_INT("run", src->run), V_TEXT("name", name) };
	const struct row_copy copy = { .from = src->from, .to = src->db, .file = file, .table = table, .before = before,
					.n_before = name ? 3 : 2 };

	return row_copy__run(&copy, err);
}

/* "side/run.sql" in folder "side/" is "run"; false in another folder. */
static bool name_in(const char *folder, const char *file, char *name, size_t cap)
{
	size_t skip = strlen(folder), len = strlen(file);

	if (strncmp(file, folder, skip) != 0 || len - skip < 5 || len - skip - 4 >= cap)
		return false;
	memcpy(name, file + skip, len - skip - 4);
	name[len - skip - 4] = '\0';
	return true;
}

/* With which query a metric was measured. */
static int keep_query(const struct source *src, const char *metric, const char *query, struct trace_error *err)
{
	sqlite3_stmt *insert = NULL;
	int rc = 0;

	if (row_copy__prepare_insert(src->db, "measured", 4, &insert) == SQLITE_OK) {
		sqlite3_bind_text(insert, 1, src->side, -1, SQLITE_STATIC);
		sqlite3_bind_int64(insert, 2, src->run);
		sqlite3_bind_text(insert, 3, metric, -1, SQLITE_STATIC);
		sqlite3_bind_text(insert, 4, query, -1, SQLITE_STATIC);
	}
	if (sqlite3_step(insert) != SQLITE_DONE)
		rc = trace_error__set(err, -EIO, "cannot keep how %s is measured: %s", metric, sqlite3_errmsg(src->db));
	sqlite3_finalize(insert);
	return rc;
}

int gather__add(sqlite3 *db, sqlite3 *from, const char *side, unsigned run, const char *path, struct trace_error *err)
{
	struct source src = { db, from, side, run };
	char name[64];
	int rc = 0;

	if (sqlite3_exec(from, sql__text("compared/active.sql"), NULL, NULL, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot query %s: %s", path, sqlite3_errmsg(from));
	sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	for (const struct sql_file *f = sql_files; f->name && rc == 0; f++) {
		if (name_in("metric/", f->name, name, sizeof(name)))
			rc = copy_rows(&src, f->name, "series", name, err) ?: keep_query(&src, name, f->text, err);
		else if (name_in("side/", f->name, name, sizeof(name)))
			rc = strcmp(name, "run") == 0 ? copy_rows(&src, f->name, name, path, err)
						      : copy_rows(&src, f->name, name, NULL, err);
	}
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	return rc;
}
