/* rules.c: runs the SQL of judgement in its order (rules.h). */
#include "analyzer/rules/rules.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/store/sql.h"

enum { MAX_LINE = 1000, MAX_ID = 64 };

struct rule {
	char id[MAX_ID];
	char title[MAX_LINE], needs[MAX_LINE], about[MAX_LINE], advice[MAX_LINE];
	const struct sql_file *file;
};

static int failed(sqlite3 *db, const char *file, struct trace_error *err)
{
	return trace_error__set(err, -EIO, "cannot run schema/%s: %s", file, sqlite3_errmsg(db));
}

/* Runs one statement that gives no rows, or whose only row says yes or no in *yes; texts are its parameters. */
static int run(sqlite3 *db, const char *file, const char *const *texts, int n, bool *yes, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, sql__text(file), -1, &stmt, NULL);

	for (int i = 0; rc == SQLITE_OK && i < n; i++)
		rc = sqlite3_bind_text(stmt, i + 1, texts[i], -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW && yes)
		*yes = sqlite3_column_int(stmt, 0);
	rc = rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : failed(db, file, err);
	sqlite3_finalize(stmt);
	return rc;
}

/* ---- a rule's file ------------------------------------------------------------------------------- */

/* Appends what stands behind "-- KEY: " in this line, if it does. Lines with the same key are one text. */
static void take(char to[MAX_LINE], const char *key, const char *line, size_t len)
{
	size_t have = strlen(to), skip = strlen(key);

	if (len <= skip || strncmp(line, key, skip) != 0)
		return;
	if (have && have < MAX_LINE - 1)
		to[have++] = ' ';
	len = len - skip < MAX_LINE - 1 - have ? len - skip : MAX_LINE - 1 - have;
	memcpy(to + have, line + skip, len);
	to[have + len] = '\0';
}

/* "rule/lock-held.sql" gives lock-held. */
static bool read_rule(const struct sql_file *f, struct rule *r)
{
	static const char folder[] = "rule/";
	const char *end = f->name + strlen(f->name) - strlen(".sql");

	if (strncmp(f->name, folder, sizeof(folder) - 1) != 0)
		return false;
	memset(r, 0, sizeof(*r));
	memcpy(r->id, f->name + sizeof(folder) - 1, (size_t)(end - f->name) - (sizeof(folder) - 1));
	r->file = f;
	for (const char *line = f->text; strncmp(line, "--", 2) == 0;) {
		size_t len = (size_t)(strchrnul(line, '\n') - line);

		take(r->title, "-- rule: ", line, len);
		take(r->needs, "-- needs: ", line, len);
		take(r->about, "-- about: ", line, len);
		take(r->advice, "-- advice: ", line, len);
		line += len + (line[len] == '\n');
	}
	return true;
}

/* ---- claims -------------------------------------------------------------------------------------- */

static int store_claims(sqlite3 *db, const struct rule *r, sqlite3_stmt *claim, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc;

	if (sqlite3_prepare_v2(db, r->file->text, -1, &stmt, NULL) != SQLITE_OK)
		return failed(db, r->file->name, err);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		sqlite3_bind_text(claim, 1, r->id, -1, SQLITE_STATIC);
		for (int i = 0; i < sqlite3_column_count(stmt); i++)
			sqlite3_bind_value(claim, i + 2, sqlite3_column_value(stmt, i));
		rc = sqlite3_step(claim);
		sqlite3_reset(claim);
		sqlite3_clear_bindings(claim);
		if (rc != SQLITE_DONE)
			break;
	}
	rc = rc == SQLITE_DONE ? 0 : failed(db, r->file->name, err);
	sqlite3_finalize(stmt);
	return rc;
}

static int judge_rule(sqlite3 *db, const struct rule *r, sqlite3_stmt *claim, struct trace_error *err)
{
	bool able = true;

	TRY(run(db, "judge/rule.sql", (const char *[]){ r->id, r->title, r->advice, r->needs }, 4, NULL, err));
	TRY(run(db, "judge/able.sql", (const char *[]){ r->needs }, 1, &able, err));
	if (!able)
		return run(db, "judge/unable.sql", (const char *[]){ r->id, r->needs, r->about }, 3, NULL, err);
	return store_claims(db, r, claim, err);
}

static int judge_rules(sqlite3 *db, struct trace_error *err)
{
	sqlite3_stmt *claim = NULL;
	struct rule r;
	int rc = 0;

	if (sqlite3_prepare_v2(db, sql__text("judge/claim.sql"), -1, &claim, NULL) != SQLITE_OK)
		return failed(db, "judge/claim.sql", err);
	for (const struct sql_file *f = sql_files; f->name && rc == 0; f++)
		if (read_rule(f, &r))
			rc = judge_rule(db, &r, claim, err);
	sqlite3_finalize(claim);
	return rc;
}

/* ---- judgement ----------------------------------------------------------------------------------- */

static int run_script(sqlite3 *db, const char *file, struct trace_error *err)
{
	return sqlite3_exec(db, sql__text(file), NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(db, file, err);
}

/* Scripts judge/FIRST….sql, by name. */
static int run_scripts(sqlite3 *db, char first, struct trace_error *err)
{
	for (const struct sql_file *f = sql_files; f->name; f++) {
		if (strncmp(f->name, "judge/", 6) != 0 || f->name[6] != first)
			continue;
		TRY(run_script(db, f->name, err));
	}
	return 0;
}

static int judge(sqlite3 *db, struct trace_error *err)
{
	bool has_monitor = false;

	TRY(run_scripts(db, '1', err));
	TRY(judge_rules(db, err));
	TRY(run_scripts(db, '8', err));
	TRY(run(db, "judge/has_monitor.sql", NULL, 0, &has_monitor, err));
	return has_monitor ? run_script(db, "judge/monitor.sql", err) : 0;
}

/* One transaction for speed: who calls discards the database if this fails. */
int rules__judge(sqlite3 *db, struct trace_error *err)
{
	int rc;

	if (sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return failed(db, "judge", err);
	rc = judge(db, err);
	if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK && !rc)
		rc = failed(db, "judge", err);
	return rc;
}
