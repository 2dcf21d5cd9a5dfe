/* grid_json.c: the result of a query as JSON, made by SQLite (grid.h). */
#include <ctype.h>
#include <errno.h>
#include "analyzer/print/cells.h"
#include "analyzer/print/grid.h"

/* Takes a separator, the name, and three times the column: of what is in a database nothing is sure. */
static const char *json_form(enum unit unit)
{
	return unit == UNIT_LOG2 || unit == UNIT_LIST ?
		       "%s%Q,iif(json_valid(\"%w\"),json(\"%w\"),\"%w\")" : "%s%Q,\"%w\"";
}

static char *wrap_in_json(sqlite3_stmt *stmt, const char *sql, int sql_len)
{
	sqlite3_str *s = sqlite3_str_new(NULL);

	sqlite3_str_appendall(s, "SELECT json_group_array(json_object(");
	for (int i = 0; i < sqlite3_column_count(stmt); i++) {
		const char *name = sqlite3_column_name(stmt, i);
		size_t stem;

		sqlite3_str_appendf(s, json_form(cells__unit(name, &stem)), i ? "," : "", name, name, name, name);
	}
	sqlite3_str_appendall(s, ")) FROM (");
	sqlite3_str_append(s, sql, sql_len);
	sqlite3_str_appendall(s, "\n)"); /* the query may end in a comment */
	return sqlite3_str_finish(s);
}

int grid__json(const struct query *q, char **json, struct trace_error *err)
{
	const char *end = NULL;
	sqlite3_stmt *stmt = NULL;
	char *wrapped;
	int rc = 0;

	*json = NULL;
	if (sqlite3_prepare_v2(q->db, q->sql, q->sql_len, &stmt, &end) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot query the analysis: %s", sqlite3_errmsg(q->db));
	while (end > q->sql && (isspace((unsigned char)end[-1]) || end[-1] == ';'))
		end--;
	wrapped = wrap_in_json(stmt, q->sql, (int)(end - q->sql));
	sqlite3_finalize(stmt);
	stmt = NULL;
	if (wrapped)
		rc = cells__prepare(q, wrapped, -1, &stmt, err);
	if (rc == 0 && stmt && sqlite3_step(stmt) == SQLITE_ROW)
		*json = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
	if (rc == 0 && !*json)
		rc = trace_error__set(err, -EIO, "cannot query the analysis: %s", sqlite3_errmsg(q->db));
	sqlite3_finalize(stmt);
	sqlite3_free(wrapped);
	return rc;
}
