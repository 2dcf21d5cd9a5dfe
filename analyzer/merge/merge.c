/*
 * merge.c: see merge.h.
 */
#include "analyzer/merge/merge.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sqlite3.h>
#include "analyzer/merge/clock_fit.h"
#include "analyzer/store/row_copy.h"
#include "analyzer/store/sql.h"

/*
 * Clocks that contradict a steady line by more than this do not go together: one was set or stood still, or packets are
 * taken for others.
 */
#define MAX_BEND_NS 100e6

struct merge {
	sqlite3 *db;
	sqlite3 *sides[MERGE_SIDES];
	unsigned n;
};

/* ---- the database --------------------------------------------------------------------------------- */

static int execute(struct merge *m, const char *file, struct trace_error *err)
{
	if (sqlite3_exec(m->db, sql__text(file), NULL, NULL, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot run schema/%s: %s", file, sqlite3_errmsg(m->db));
	return 0;
}

static int prepare(struct merge *m, const char *file, sqlite3_stmt **stmt, struct trace_error *err)
{
	if (sqlite3_prepare_v2(m->db, sql__text(file), -1, stmt, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot run schema/%s: %s", file, sqlite3_errmsg(m->db));
	return 0;
}

/* Ends a statement whose last step gave `step`. */
static int finish(struct merge *m, sqlite3_stmt *stmt, int step, const char *file, struct trace_error *err)
{
	int rc = 0;

	if (step != SQLITE_DONE && step != SQLITE_ROW)
		rc = trace_error__set(err, -EIO, "cannot run schema/%s: %s", file, sqlite3_errmsg(m->db));
	sqlite3_finalize(stmt);
	return rc;
}

int merge__create(struct merge **out, struct trace_error *err)
{
	struct merge *m = calloc(1, sizeof(*m));
	int rc;

	if (!m)
		return trace_error__set(err, -ENOMEM, "out of memory");
	/* Private and temporary: SQLite keeps it in memory as long as it is small. */
	rc = sqlite3_open("", &m->db) == SQLITE_OK ? 0 : trace_error__set(err, -ENOMEM, "out of memory");
	rc = rc ? rc : execute(m, "joined/tables.sql", err);
	if (rc) {
		merge__free(m);
		return rc;
	}
	*out = m;
	return 0;
}

void merge__free(struct merge *m)
{
	if (!m)
		return;
	sqlite3_close(m->db);
	free(m);
}

sqlite3 *merge__db(const struct merge *m)
{
	return m->db;
}

/* ---- taking over ---------------------------------------------------------------------------------- */

static int copy(struct merge *m, unsigned side, const char *file, const char *table, const char *label, __s64 param,
		struct trace_error *err)
{
	const struct value before[] = { V_INT("side", side), V_TEXT("label", label) };
	const struct row_copy c = { .from = m->sides[side], .to = m->db, .file = file, .table = table, .before = before,
				     .n_before = label ? 2 : 1, .param = param };

	return row_copy__run(&c, err);
}

/* Recordings of one host have one clock, and each packet twice. */
static int check_hosts(struct merge *m, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int step, rc = 0;

	TRY(prepare(m, "joined/same_host.sql", &stmt, err));
	step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		rc = trace_error__set(err, -EBADMSG, "%s", sqlite3_column_text(stmt, 0));
	return finish(m, stmt, step, "joined/same_host.sql", err) ?: rc;
}

static int take_over(struct merge *m, unsigned side, const char *label, struct trace_error *err)
{
	TRY(copy(m, side, "seen/side.sql", "side", label, MERGE_PACKETS, err));
	TRY(check_hosts(m, err));
	TRY(copy(m, side, "seen/sighting.sql", "sighting", NULL, MERGE_PACKETS, err));
	TRY(copy(m, side, "seen/gap.sql", "gap", NULL, 0, err));
	TRY(copy(m, side, "seen/echo.sql", "echo", NULL, 0, err));
	return copy(m, side, "side/finding.sql", "finding", NULL, 0, err);
}

int merge__add(struct merge *m, sqlite3 *analysis, const char *label, struct trace_error *err)
{
	int rc;

	assert(m->n < MERGE_SIDES);
	m->sides[m->n++] = analysis;
	sqlite3_exec(m->db, "BEGIN", NULL, NULL, NULL);
	rc = take_over(m, m->n - 1, label, err);
	sqlite3_exec(m->db, "COMMIT", NULL, NULL, NULL);
	return rc;
}

/* ---- clocks --------------------------------------------------------------------------------------- */

struct packets {
	unsigned there, back;
};

static int add_points(struct merge *m, unsigned side, struct clock_fit *fit, struct packets *n, struct trace_error *err)
{
	static const char file[] = "joined/points.sql";
	sqlite3_stmt *stmt = NULL;
	int step, rc = 0;

	TRY(prepare(m, file, &stmt, err));
	sqlite3_bind_int64(stmt, 1, side);
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW && rc == 0) {
		__s64 here = sqlite3_column_int64(stmt, 1), there = sqlite3_column_int64(stmt, 2);
		bool goes = sqlite3_column_int(stmt, 0);

		n->there += goes;
		n->back += !goes;
		rc = goes ? clock_fit__there(fit, here, there) : clock_fit__back(fit, here, there);
		if (rc)
			trace_error__set(err, rc, "out of memory");
	}
	return finish(m, stmt, step, file, err) ?: rc;
}

/* Why the clocks cannot be put beside each other; free with sqlite3_free(). */
static int few_text(struct merge *m, unsigned side, char **text, struct trace_error *err)
{
	static const char file[] = "joined/few.sql";
	sqlite3_stmt *stmt = NULL;
	int step;

	TRY(prepare(m, file, &stmt, err));
	sqlite3_bind_int64(stmt, 1, side);
	sqlite3_bind_int64(stmt, 2, CLOCK_FIT_ENOUGH);
	step = sqlite3_step(stmt);
	*text = step == SQLITE_ROW ? sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0)) : NULL;
	return finish(m, stmt, step, file, err);
}

/* `why`: there is no line. */
static int store_line(struct merge *m, unsigned side, const struct packets *n, const struct clock_line *line,
		      const char *why, struct trace_error *err)
{
	static const char file[] = "joined/line.sql";
	sqlite3_stmt *stmt = NULL;

	TRY(prepare(m, file, &stmt, err));
	sqlite3_bind_int64(stmt, 1, side);
	sqlite3_bind_int64(stmt, 2, n->there);
	sqlite3_bind_int64(stmt, 3, n->back);
	if (!why) {
		sqlite3_bind_int64(stmt, 4, line->at_ns);
		sqlite3_bind_int64(stmt, 5, line->offset_ns);
		sqlite3_bind_double(stmt, 6, line->drift);
		sqlite3_bind_int64(stmt, 9, (__s64)ceil(line->bend_ns));
	}
	if (!why && !line->one_way) {
		sqlite3_bind_double(stmt, 7, line->drift_error);
		sqlite3_bind_int64(stmt, 8, (__s64)ceil(line->error_ns));
	}
	sqlite3_bind_text(stmt, 10, why, -1, SQLITE_STATIC);
	return finish(m, stmt, sqlite3_step(stmt), file, err);
}

static int fit_clock(struct merge *m, unsigned side, struct clock_fit *fit, struct trace_error *err)
{
	struct packets n = { 0 };
	struct clock_line line = { 0 };
	char *why = NULL;
	int rc;

	TRY(add_points(m, side, fit, &n, err));
	rc = clock_fit__solve(fit, &line) ? few_text(m, side, &why, err) : 0;
	if (rc == 0 && !why && line.bend_ns > MAX_BEND_NS)
		why = sqlite3_mprintf("packets that look the same to both contradict each other by %.0f ms: the "
				      "recordings are not of the same time, or a clock was set or stood still.",
				      line.bend_ns / 1e6);
	rc = rc ? rc : store_line(m, side, &n, &line, why, err);
	sqlite3_free(why);
	return rc;
}

static int align(struct merge *m, unsigned side, struct trace_error *err)
{
	struct clock_fit *fit = clock_fit__new();
	int rc = fit ? fit_clock(m, side, fit, err) : trace_error__set(err, -ENOMEM, "out of memory");

	clock_fit__free(fit);
	return rc;
}

/* ---- interface ------------------------------------------------------------------------------------ */

static int take_steps(struct merge *m, unsigned slowest, struct trace_error *err)
{
	static const char file[] = "joined/shown.sql";
	sqlite3_stmt *stmt = NULL;
	int step, rc = 0;

	TRY(prepare(m, file, &stmt, err));
	sqlite3_bind_int64(stmt, 1, slowest);
	while (rc == 0 && (step = sqlite3_step(stmt)) == SQLITE_ROW)
		rc = copy(m, (unsigned)sqlite3_column_int(stmt, 0), "joined/hop.sql", "hop", NULL,
			  sqlite3_column_int64(stmt, 1), err);
	return finish(m, stmt, rc ? SQLITE_DONE : step, file, err) ?: rc;
}

int merge__run(struct merge *m, unsigned slowest, struct trace_error *err)
{
	TRY(execute(m, "joined/pair.sql", err));
	TRY(execute(m, "joined/own.sql", err));
	for (unsigned side = 1; side < m->n; side++)
		TRY(align(m, side, err));
	TRY(execute(m, "joined/passage.sql", err));
	TRY(execute(m, "joined/slowest.sql", err));
	return take_steps(m, slowest, err);
}
