/*
 * bars.c: a distribution as the power-of-two bars that bcc prints.
 *
 * The JSON text comes from hist_log2() (sqlfn.c); SQLite takes it apart.
 */
#include <errno.h>
#include <stdbool.h>
#include <sqlite3.h>
#include "analyzer/print/bars.h"

enum { BAR_WIDTH = 40 };

/* The buckets of a hist_log2() value, one row each: unit, low, high, count, share of the fullest. */
static const char buckets_sql[] =
	"SELECT json_extract(?1, '$.unit'), json_extract(value, '$[0]'), json_extract(value, '$[1]'), "
	"json_extract(value, '$[2]'), 1.0 * json_extract(value, '$[2]') / max(json_extract(value, '$[2]')) OVER () "
	"FROM json_each(?1, '$.buckets') ORDER BY key";

int bars__print(sqlite3 *db, FILE *out, const char *json, struct trace_error *err)
{
	static const char stars[] = "****************************************";
	sqlite3_stmt *stmt = NULL;
	bool first = true;
	int step;

	if (sqlite3_prepare_v2(db, buckets_sql, -1, &stmt, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot draw a histogram: %s", sqlite3_errmsg(db));
	sqlite3_bind_text(stmt, 1, json, -1, SQLITE_STATIC);
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (first)
			fprintf(out, "%24s : %-10s distribution\n", (const char *)sqlite3_column_text(stmt, 0), "count");
		first = false;
		fprintf(out, "%10lld -> %-10lld : %-10lld |%-*.*s|\n", (long long)sqlite3_column_int64(stmt, 1),
			(long long)sqlite3_column_int64(stmt, 2), (long long)sqlite3_column_int64(stmt, 3), BAR_WIDTH,
			(int)(BAR_WIDTH * sqlite3_column_double(stmt, 4) + 0.5), stars);
	}
	sqlite3_finalize(stmt);
	return step == SQLITE_DONE ? 0 : trace_error__set(err, -EIO, "cannot draw a histogram: %s", sqlite3_errmsg(db));
}
