/*
 * view.c: runs the SQL files that views and report sections are made of.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/store/sql.h"
#include "analyzer/print/view.h"

enum { MAX_KEY = 32, MAX_LINE = 200 };

#define DEVICE_MATCH "device_match("

/* One statement of a file and what its comment says. */
struct part {
	const char *sql;
	int len;
	char key[MAX_KEY];
	char title[MAX_LINE];
	char none[MAX_LINE];
	char needs[MAX_LINE]; /* JSON array of record types; empty: none */
	bool list;
	bool limited; /* has a :top */
	bool devices; /* is limited to those asked for by its SQL */
	bool analyzed; /* by the analysis */
};

static void copy(char *to, size_t cap, const char *from, const char *end)
{
	size_t n = (size_t)(end - from) < cap - 1 ? (size_t)(end - from) : cap - 1;

	memcpy(to, from, n);
	to[n] = '\0';
}

/* "hop packet" as ["hop","packet"]. Our own words: nothing to escape. */
static void read_needs(struct part *p, const char *words, const char *end)
{
	char *to = p->needs;

	*to++ = '[';
	*to++ = '"';
	for (; words < end && to < p->needs + sizeof(p->needs) - 6; words++) {
		if (*words == ' ')
			to = stpcpy(to, "\",\"");
		else
			*to++ = *words;
	}
	strcpy(to, "\"]");
}

/* One comment line, without its dashes. */
static void read_comment(struct part *p, const char *line, const char *end)
{
	const char *colon = memchr(line, ':', (size_t)(end - line));
	bool is_none = end - line > 6 && strncmp(line, "none: ", 6) == 0;

	if (end - line == 4 && strncmp(line, "list", 4) == 0)
		p->list = true;
	else if (end - line == 17 && strncmp(line, "devices: analysis", 17) == 0)
		p->analyzed = true;
	else if (end - line > 7 && strncmp(line, "needs: ", 7) == 0)
		read_needs(p, line + 7, end);
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
	p->limited = sqlite3_bind_parameter_index(stmt, ":top") > 0;
	sqlite3_finalize(stmt);
	p->sql = *text;
	p->len = (int)(tail - *text);
	p->devices = memmem(p->sql, (size_t)p->len, DEVICE_MATCH, strlen(DEVICE_MATCH)) != NULL;
	*text = tail;
	return 1;
}

bool view__has_devices(const char *file)
{
	const char *text = sql__text(file);

	return text && strstr(text, DEVICE_MATCH);
}

/* Its rows cannot be told by device. */
static bool is_left_out(const struct view_run *run, const struct part *p)
{
	return run->devices != VIEW_ALL && !p->devices && !(p->analyzed && run->devices == VIEW_ANALYZED);
}

static struct query query_of(const struct view_run *run, const struct part *p)
{
	return (struct query){ run->db, p->sql, p->len, run->params, run->n_params };
}

/* ---- what was observed --------------------------------------------------------------------------- */

/* A part's needs as a parameter of view/observed.sql and view/not_observed.sql. */
static struct query needs_query(const struct view_run *run, const char *file, const struct query_param *types)
{
	return (struct query){ run->db, sql__text(file), -1, types, 1 };
}

static int is_observed(const struct view_run *run, const struct part *p, bool *observed, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;

	*observed = true;
	if (!p->needs[0])
		return 0;
	if (sqlite3_prepare_v2(run->db, sql__text("view/observed.sql"), -1, &stmt, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot query the analysis: %s", sqlite3_errmsg(run->db));
	sqlite3_bind_text(stmt, 1, p->needs, -1, SQLITE_STATIC);
	*observed = sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return 0;
}

/* ---- printing ------------------------------------------------------------------------------------ */

static int print_part(const struct view_run *run, const struct part *p, int level, struct trace_error *err)
{
	struct query_param types = { ":types", p->needs, 0 };
	struct query q = query_of(run, p), missing = needs_query(run, "view/not_observed.sql", &types);
	struct grid_opts opts = run->table;
	bool observed;
	size_t rows = 0;

	opts.list = p->list;
	opts.level = level;
	opts.title = p->title[0] ? p->title : NULL;
	if (is_left_out(run, p)) {
		grid__heading(&opts, level, p->title);
		fprintf(opts.out, "(left out: %s)\n", p->analyzed ? "not counted by device in this database; run this on the recording" : "it is not by device");
		return 0;
	}
	TRY(is_observed(run, p, &observed, err));
	if (observed) {
		TRY(grid__print(&q, &opts, p->none[0] ? p->none : NULL, &rows, err));
		opts.title = NULL;
	}
	if (p->limited && run->top && rows == run->top)
		fprintf(opts.out, "(the first %zu; --top N shows more, --top 0 all)\n", rows);
	opts.list = false;
	return p->needs[0] ? grid__print(&missing, &opts, NULL, NULL, err) : 0;
}

int view__print(const struct view_run *run, const char *file, struct trace_error *err)
{
	const char *text = sql__text(file);
	int level = run->level;
	struct part p;
	int more;

	if (!text)
		return trace_error__set(err, -ENOENT, "schema/%s is missing from this build", file);
	for (; (more = next_part(run->db, file, &text, &p, err)) > 0; level = run->sublevel)
		TRY(print_part(run, &p, level, err));
	return more;
}

/* ---- JSON ----------------------------------------------------------------------------------------- */

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

int view__rows_json(const struct query *q, char **json, struct trace_error *err)
{
	int rc = grid__json(q, json, err);

	return rc ? rc : flatten(q->db, json, err);
}

static int part_json(const struct view_run *run, const struct part *p, const char *key, char **doc,
		     struct trace_error *err)
{
	struct query q = query_of(run, p);
	char *rows = NULL;
	bool observed;
	int rc;

	if (is_left_out(run, p))
		return json_set(run->db, "SELECT json_set(?1, '$.left_out', json_insert(coalesce(json_extract(?1, '$.left_out'), '[]'), '$[#]', ?2))",
				doc, p->key, NULL, err);
	rc = is_observed(run, p, &observed, err);
	if (rc == 0 && !observed)
		return view__json_set(run->db, doc, key, "null", err);
	if (rc == 0)
		rc = view__rows_json(&q, &rows, err);

	if (rc == 0)
		rc = view__json_set(run->db, doc, key, rows, err);
	sqlite3_free(rows);
	return rc;
}

int view__json_add(const struct view_run *run, const char *file, char **doc, struct trace_error *err)
{
	const char *text = sql__text(file), *key = run->main_key;
	struct part p;
	int more;

	if (!text)
		return trace_error__set(err, -ENOENT, "schema/%s is missing from this build", file);
	for (; (more = next_part(run->db, file, &text, &p, err)) > 0; key = NULL)
		TRY(part_json(run, &p, key ? key : p.key, doc, err));
	return more;
}

/* ---- CSV ------------------------------------------------------------------------------------------ */

static int part_csv(const struct view_run *run, const struct part *p, struct trace_error *err)
{
	struct query q = query_of(run, p);
	bool observed;

	if (is_left_out(run, p))
		return trace_error__set(err, -EOPNOTSUPP, "the table %s is not by device%s", p->key,
					p->analyzed ? " in this database; run this on the recording" : "");
	TRY(is_observed(run, p, &observed, err));
	if (!observed)
		return trace_error__set(err, -EOPNOTSUPP, "what the table %s is made of was not observed: without --csv it says why",
					p->key);
	return grid__csv(&q, run->table.out, err);
}

static void add_key(char *keys, size_t size, const char *key)
{
	size_t len = strlen(keys);

	snprintf(keys + len, size - len, "%s%s", len ? ", " : "", key);
}

int view__csv(const struct view_run *run, const char *file, const char *key, char *others, size_t size,
	      struct trace_error *err)
{
	const char *text = sql__text(file);
	bool found = false;
	struct part p;
	int more;

	*others = '\0';
	if (!text)
		return trace_error__set(err, -ENOENT, "schema/%s is missing from this build", file);
	while ((more = next_part(run->db, file, &text, &p, err)) > 0) {
		if (found || (key && strcmp(key, p.key) != 0)) {
			add_key(others, size, p.key);
			continue;
		}
		TRY(part_csv(run, &p, err));
		found = true;
	}
	if (more == 0 && !found)
		return trace_error__set(err, -EINVAL, "there is no table '%s' in this view: it has %s", key, others);
	return more;
}
