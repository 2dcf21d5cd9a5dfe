/*
 * view.c: runs the SQL files that views and report sections are made of.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/sql.h"
#include "analyzer/view.h"

enum { MAX_KEY = 32, MAX_LINE = 200 };

/* One statement of a file and what its comment says. */
struct part {
	const char *sql;
	int len;
	char key[MAX_KEY];
	char title[MAX_LINE];
	char none[MAX_LINE];
	bool list;
};

const char *view__sql(const char *file)
{
	for (const struct sql_file *f = sql_files; f->name; f++)
		if (strcmp(f->name, file) == 0)
			return f->text;
	return NULL;
}

static void copy(char *to, size_t cap, const char *from, const char *end)
{
	size_t n = (size_t)(end - from) < cap - 1 ? (size_t)(end - from) : cap - 1;

	memcpy(to, from, n);
	to[n] = '\0';
}

/* One comment line, without its dashes. */
static void read_comment(struct part *p, const char *line, const char *end)
{
	const char *colon = memchr(line, ':', (size_t)(end - line));
	bool is_none = end - line > 6 && strncmp(line, "none: ", 6) == 0;

	if (end - line == 4 && strncmp(line, "list", 4) == 0)
		p->list = true;
	else if (is_none)
		copy(p->none, sizeof(p->none), line + 6, end);
	else if (!p->key[0] && colon && colon[1] == ' ') {
		copy(p->key, sizeof(p->key), line, colon);
		copy(p->title, sizeof(p->title), colon + 2, end);
	}
}

/* Reads comments up to the statement; false at the end of the file. */
static bool read_head(const char **text, struct part *p)
{
	memset(p, 0, sizeof(*p));
	for (;;) {
		while (isspace((unsigned char)**text))
			++*text;
		if (strncmp(*text, "--", 2) != 0)
			return **text != '\0';
		const char *end = strchrnul(*text, '\n');
		const char *line = *text + 2 + ((*text)[2] == ' ');
		read_comment(p, line, end);
		*text = end;
	}
}

/* The next statement of a file; *text moves behind it. 0: none left. */
static int next_part(sqlite3 *db, const char *file, const char **text, struct part *p, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *tail = NULL;

	if (!read_head(text, p))
		return 0;
	if (sqlite3_prepare_v2(db, *text, -1, &stmt, &tail) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot run schema/%s: %s", file, sqlite3_errmsg(db));
	sqlite3_finalize(stmt);
	p->sql = *text;
	p->len = (int)(tail - *text);
	*text = tail;
	return 1;
}

static struct grid_query query_of(const struct view_run *run, const struct part *p)
{
	return (struct grid_query){ run->db, p->sql, p->len, run->params, run->n_params };
}

void view__heading(const struct grid_opts *o, int level, const char *text)
{
	if (o->format == GRID_MD) {
		fprintf(o->out, "\n%.*s %s\n\n", level, "######", text);
	} else if (o->format == GRID_HTML) {
		fprintf(o->out, "<h%d>%s</h%d>\n", level, text, level);
	} else {
		fprintf(o->out, o->color ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
		for (size_t i = 0; level == 2 && text[i]; i++)
			if (((unsigned char)text[i] & 0xc0) != 0x80)
				fputc('=', o->out);
		fputs(level == 2 ? "\n" : "", o->out);
	}
}

int view__print(const struct view_run *run, const char *file, struct trace_error *err)
{
	const char *text = view__sql(file);
	struct part p;
	int more;

	if (!text)
		return trace_error__set(err, -ENOENT, "schema/%s is missing from this build", file);
	while ((more = next_part(run->db, file, &text, &p, err)) > 0) {
		struct grid_query q = query_of(run, &p);
		struct grid_opts opts = run->table;
		size_t rows;

		opts.list = p.list;
		if (p.title[0])
			view__heading(&run->table, run->level, p.title);
		TRY(grid__print(&q, &opts, p.none[0] ? p.none : NULL, &rows, err));
		if (run->top && rows == run->top)
			fprintf(run->table.out, "(the first %zu; --top N shows more, --top 0 all)\n", rows);
	}
	return more;
}

static int json_set(sqlite3 *db, const char *sql, char **doc, const char *key, const char *value, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	char *result = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK) {
		sqlite3_bind_text(stmt, 1, *doc ? *doc : "{}", -1, SQLITE_STATIC);
		sqlite3_bind_text(stmt, 2, key, -1, SQLITE_STATIC);
		sqlite3_bind_text(stmt, 3, value, -1, SQLITE_STATIC);
		if (sqlite3_step(stmt) == SQLITE_ROW)
			result = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
	}
	sqlite3_finalize(stmt);
	if (!result)
		return trace_error__set(err, -EIO, "cannot make the JSON text: %s", sqlite3_errmsg(db));
	sqlite3_free(*doc);
	*doc = result;
	return 0;
}

int view__json_set(sqlite3 *db, char **doc, const char *key, const char *json, struct trace_error *err)
{
	return json_set(db, "SELECT json_set(?1, '$.\"' || ?2 || '\"', json(?3))", doc, key, json, err);
}

int view__json_text(sqlite3 *db, char **doc, const char *key, const char *text, struct trace_error *err)
{
	return json_set(db, "SELECT json_set(?1, '$.\"' || ?2 || '\"', ?3)", doc, key, text, err);
}

/* [{"text": "a"}, …] as ["a", …]; anything else as it is. */
static const char flatten_sql[] =
	"SELECT CASE WHEN (SELECT count(*) FROM json_each(?1, '$[0]')) = 1 AND json_extract(?1, '$[0].text') IS NOT NULL "
	"THEN (SELECT json_group_array(json_extract(value, '$.text')) FROM (SELECT value FROM json_each(?1) ORDER BY key)) "
	"ELSE ?1 END";

static int flatten(sqlite3 *db, char **json, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	char *result = NULL;

	if (sqlite3_prepare_v2(db, flatten_sql, -1, &stmt, NULL) == SQLITE_OK) {
		sqlite3_bind_text(stmt, 1, *json, -1, SQLITE_STATIC);
		if (sqlite3_step(stmt) == SQLITE_ROW)
			result = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
	}
	sqlite3_finalize(stmt);
	if (!result)
		return trace_error__set(err, -EIO, "cannot make the JSON text: %s", sqlite3_errmsg(db));
	sqlite3_free(*json);
	*json = result;
	return 0;
}

int view__rows_json(const struct grid_query *q, char **json, struct trace_error *err)
{
	int rc = grid__json(q, json, err);

	return rc ? rc : flatten(q->db, json, err);
}

static int part_json(const struct view_run *run, const struct part *p, char **doc, struct trace_error *err)
{
	struct grid_query q = query_of(run, p);
	char *rows = NULL;
	int rc = view__rows_json(&q, &rows, err);

	if (rc == 0)
		rc = view__json_set(run->db, doc, p->key, rows, err);
	sqlite3_free(rows);
	return rc;
}

int view__json(const struct view_run *run, const char *file, char **json, struct trace_error *err)
{
	const char *text = view__sql(file);
	struct part p;
	int more = 0;

	*json = sqlite3_mprintf("{}");
	if (!text)
		return trace_error__set(err, -ENOENT, "schema/%s is missing from this build", file);
	while (*json && (more = next_part(run->db, file, &text, &p, err)) > 0)
		TRY(part_json(run, &p, json, err));
	return *json ? more : trace_error__set(err, -ENOMEM, "out of memory");
}
