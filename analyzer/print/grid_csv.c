/* grid_csv.c: the result of a query as CSV (grid.h). */
#include <errno.h>
#include <string.h>
#include "analyzer/base/csv.h"
#include "analyzer/print/cells.h"
#include "analyzer/print/grid.h"

static void put_cell(FILE *out, sqlite3_stmt *stmt, int i)
{
	const char *text = (const char *)sqlite3_column_text(stmt, i);

	switch (sqlite3_column_type(stmt, i)) {
	case SQLITE_NULL:
		break;
	case SQLITE_INTEGER:
	case SQLITE_FLOAT:
		fputs(text ? text : "", out);
		break;
	default:
		csv__text(out, text ? text : "", text ? strlen(text) : 0);
	}
}

static void put_row(FILE *out, sqlite3_stmt *stmt)
{
	for (int i = 0; i < sqlite3_column_count(stmt); i++) {
		fputs(i ? "," : "", out);
		put_cell(out, stmt, i);
	}
	fputs(CSV_END, out);
}

int grid__csv(const struct query *q, FILE *out, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = cells__prepare(q, q->sql, q->sql_len, &stmt, err), step = SQLITE_DONE;

	for (int i = 0; rc == 0 && i < sqlite3_column_count(stmt); i++)
		fprintf(out, "%s%s", i ? "," : "", sqlite3_column_name(stmt, i));
	if (rc == 0)
		fputs(CSV_END, out);
	while (rc == 0 && (step = sqlite3_step(stmt)) == SQLITE_ROW)
		put_row(out, stmt);
	if (rc == 0 && step != SQLITE_DONE)
		rc = cells__failed(q, -EIO, err);
	sqlite3_finalize(stmt);
	return rc;
}
