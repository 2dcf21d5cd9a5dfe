/*
 * sqlfn.c: SQL functions for the views in schema/: those of sqlfn_*.c, and those written in SQL, one a file of
 * schema/fn/.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/print/sqlfn.h"
#include "analyzer/print/sqlfn_parts.h"
#include "analyzer/store/sql.h"

/* ---- functions written in SQL ------------------------------------------------------------------- */

static void run_query(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	sqlite3_stmt *stmt = sqlite3_user_data(c);
	int rc;

	for (int i = 0; i < argc; i++)
		sqlite3_bind_value(stmt, i + 1, argv[i]);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		sqlite3_result_value(c, sqlite3_column_value(stmt, 0));
	else if (rc != SQLITE_DONE)
		sqlite3_result_error(c, sqlite3_errmsg(sqlite3_db_handle(stmt)), -1);
	sqlite3_reset(stmt);
}

/* "fn/device.sql" gives "device". */
static const char *function_name(const struct sql_file *f, char *buf, size_t cap)
{
	size_t len = strlen(f->name);

	if (strncmp(f->name, "fn/", 3) != 0 || len < 8 || len - 7 >= cap)
		return NULL;
	memcpy(buf, f->name + 3, len - 7);
	buf[len - 7] = '\0';
	return buf;
}

static void finalize(void *stmt)
{
	sqlite3_finalize(stmt);
}

static int add_query(sqlite3 *db, const struct sql_file *f, const char *name, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v3(db, f->text, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot prepare schema/%s: %s", f->name, sqlite3_errmsg(db));
	if (sqlite3_create_function_v2(db, name, sqlite3_bind_parameter_count(stmt), SQLITE_UTF8, stmt, run_query, NULL,
				       NULL, finalize) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot add schema/%s: %s", f->name, sqlite3_errmsg(db));
	return 0;
}

enum { MAX_QUERIES = 128 };

/* Files may use each other's functions in any order: those that do not compile yet are tried again. */
static int add_queries(sqlite3 *db, struct trace_error *err)
{
	bool done[MAX_QUERIES] = { false };
	bool progress, missing;

	do {
		size_t i = 0;

		progress = missing = false;
		for (const struct sql_file *f = sql_files; f->name; f++) {
			char name[64];

			if (!function_name(f, name, sizeof(name)))
				continue;
			if (i >= sizeof(done))
				return trace_error__set(err, -E2BIG, "schema/fn has too many files");
			if (done[i++])
				continue;
			if (add_query(db, f, name, err) == 0)
				progress = done[i - 1] = true;
			else
				missing = true;
		}
	} while (missing && progress);
	return missing ? -EIO : 0;
}

/* ---- interface --------------------------------------------------------------------------------- */

static int add_parts(sqlite3 *db, const struct sqlfn_part *part, const struct sqlfn_context *context)
{
	int rc = SQLITE_OK;

	for (; part->name && rc == SQLITE_OK; part++) {
		void *data = part->data ? part->data : (void *)(uintptr_t)context;

		rc = sqlite3_create_function_v2(db, part->name, part->args, part->flags, data, part->fn, part->step,
						part->final, NULL);
	}
	return rc;
}

int sqlfn__add_plain(sqlite3 *db, const struct sqlfn_context *context, struct trace_error *err)
{
	static const struct sqlfn_part *const parts[] = { sqlfn_hist, sqlfn_text, sqlfn_match };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (add_parts(db, parts[i], context) != SQLITE_OK)
			return trace_error__set(err, -EIO, "cannot prepare the database connection: %s",
						sqlite3_errmsg(db));
	if (sqlfn__add_sum(db) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot prepare the database connection: %s", sqlite3_errmsg(db));
	return 0;
}

int sqlfn__add(sqlite3 *db, const struct sqlfn_context *context, struct trace_error *err)
{
	TRY(sqlfn__add_plain(db, context, err));
	return add_queries(db, err);
}

void sqlfn__remove(sqlite3 *db)
{
	for (const struct sql_file *f = sql_files; f->name; f++) {
		char name[64];

		if (!function_name(f, name, sizeof(name)))
			continue;
		for (int args = 0; args <= 8; args++)
			sqlite3_create_function_v2(db, name, args, SQLITE_UTF8, NULL, NULL, NULL, NULL, NULL);
	}
}
