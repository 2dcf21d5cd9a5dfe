/*
 * contrast.c: compares all that was gathered of the two sides.
 *
 * Of a latency its mean, its median and its P99 are compared; a percentile only where enough values lie beyond it. The
 * p-values of all comparisons are adjusted together at the end.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/compare/contrast.h"
#include "analyzer/compare/resample.h"
#include "analyzer/compare/student.h"
#include "analyzer/compare/windows.h"
#include "analyzer/store/sql.h"

/* What has an equal part of the level, schema/compared/keys.sql: counts, and the rest by metric.kind, 1 to 3. */
enum { FAMILIES = 4 };

/* One comparison that was made. */
struct made {
	sqlite3_int64 row;
	int family;
	struct statistic what;
	struct difference d;
};

struct contrast {
	sqlite3 *db;
	sqlite3_stmt *windows, *insert, *update;
	struct made *made;
	size_t n, room, of_family[FAMILIES];
	__u64 seed;
};

/* ---- one comparison --------------------------------------------------------------------------------- */

static void bind(sqlite3_stmt *stmt, int column, bool known, double value)
{
	if (known && isfinite(value))
		sqlite3_bind_double(stmt, column, value);
	else
		sqlite3_bind_null(stmt, column);
}

static int keep(struct contrast *c, const struct made *m)
{
	if (c->n == c->room) {
		size_t room = c->room ? 2 * c->room : 64;
		struct made *p = realloc(c->made, room * sizeof(*p));

		if (!p)
			return -ENOMEM;
		c->made = p;
		c->room = room;
	}
	c->made[c->n++] = *m;
	c->of_family[m->family]++;
	return 0;
}

/* What is compared: a row of schema/compared/keys.sql. */
static const char *metric_of(sqlite3_stmt *row)
{
	return (const char *)sqlite3_column_text(row, 0);
}

static const char *key_of(sqlite3_stmt *row)
{
	return (const char *)sqlite3_column_text(row, 1);
}

static int compare(struct contrast *c, sqlite3_stmt *of, const struct figure *stat, const struct series *before,
		   const struct series *after)
{
	struct made m = { .what = stat->statistic, .family = sqlite3_column_int(of, 6) };
	double effect = 0.5;
	int rc = resample__compare(before, after, &m.what, c->seed, &m.d);
	bool told = rc == 0;

	if (rc && rc != -ENODATA)
		return rc;
	rc = resample__effect(before, after, &m.what, &effect);
	if (rc)
		return rc;
	sqlite3_reset(c->insert);
	sqlite3_bind_text(c->insert, 1, metric_of(of), -1, SQLITE_STATIC);
	sqlite3_bind_text(c->insert, 2, key_of(of), -1, SQLITE_STATIC);
	sqlite3_bind_text(c->insert, 3, stat->name, -1, SQLITE_STATIC);
	bind(c->insert, 4, true, m.d.before);
	bind(c->insert, 5, true, m.d.after);
	bind(c->insert, 6, told, m.d.low);
	bind(c->insert, 7, told, m.d.high);
	bind(c->insert, 8, told, m.d.p);
	bind(c->insert, 9, told, m.d.df);
	bind(c->insert, 10, true, effect);
	bind(c->insert, 11, told, (double)m.d.block[0]);
	bind(c->insert, 12, told, (double)m.d.block[1]);
	sqlite3_bind_int64(c->insert, 13, (sqlite3_int64)before->n);
	sqlite3_bind_int64(c->insert, 14, (sqlite3_int64)after->n);
	if (sqlite3_step(c->insert) != SQLITE_DONE)
		return -EIO;
	m.row = sqlite3_last_insert_rowid(c->db);
	return told ? keep(c, &m) : 0;
}

static int compare_key(struct contrast *c, sqlite3_stmt *of)
{
	struct series before, after = { 0 };
	size_t n;
	const struct figure *figures = windows__figures(sqlite3_column_int(of, 2), sqlite3_column_int(of, 3), &n);
	int rc = windows__read(c->windows, "before", metric_of(of), key_of(of), &before);

	rc = rc ? rc : windows__read(c->windows, "after", metric_of(of), key_of(of), &after);
	for (size_t i = 0; i < n && rc == 0 && before.n && after.n; i++)
		if (windows__can_have(&before, &figures[i]) && windows__can_have(&after, &figures[i]))
			rc = compare(c, of, &figures[i], &before, &after);
	windows__free(&before);
	windows__free(&after);
	return rc;
}

/* ---- all of them -------------------------------------------------------------------------------------- */

/*
 * What part of the level a comparison has, 1 on average: each family has the same of it, so that the dozens of stages do not
 * hide what is late or lost. The false discovery rate is that of all of them, however they are weighted before they are seen
 * (Genovese, Roeder and Wasserman, Biometrika 93 (2006) 509-524).
 */
static double weight(const struct contrast *c, const struct made *m)
{
	size_t families = 0;

	for (size_t i = 0; i < FAMILIES; i++)
		families += c->of_family[i] > 0;
	return (double)c->n / (double)families / (double)c->of_family[m->family];
}

/* The least change that would have been found is that of a lone one among all that were compared. */
static int adjust(struct contrast *c)
{
	double *p = calloc(c->n ? c->n : 1, sizeof(*p));
	int rc = p ? 0 : -ENOMEM;

	for (size_t i = 0; p && i < c->n; i++)
		p[i] = c->made[i].d.p / weight(c, &c->made[i]);
	rc = rc ? rc : student__adjust(p, c->n);
	for (size_t i = 0; i < c->n && rc == 0; i++) {
		const struct made *m = &c->made[i];

		sqlite3_reset(c->update);
		sqlite3_bind_int64(c->update, 1, m->row);
		sqlite3_bind_double(c->update, 2, p[i]);
		bind(c->update, 3, true, resample__least(&m->d, &m->what, CONTRAST_LEVEL * weight(c, m) / (double)c->n));
		rc = sqlite3_step(c->update) == SQLITE_DONE ? 0 : -EIO;
	}
	free(p);
	return rc;
}

static int compare_all(struct contrast *c)
{
	sqlite3_stmt *keys = NULL;
	int rc = sqlite3_prepare_v2(c->db, sql__text("compared/keys.sql"), -1, &keys, NULL) == SQLITE_OK ? 0 : -EIO;

	while (rc == 0 && sqlite3_step(keys) == SQLITE_ROW)
		rc = compare_key(c, keys);
	sqlite3_finalize(keys);
	return rc ? rc : adjust(c);
}

int contrast__run(sqlite3 *db, __u64 seed, struct trace_error *err)
{
	struct contrast c = { .db = db, .seed = seed };
	int rc;

	if (sqlite3_prepare_v2(db, sql__text("compared/windows.sql"), -1, &c.windows, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, sql__text("compared/insert.sql"), -1, &c.insert, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, sql__text("compared/adjust.sql"), -1, &c.update, NULL) != SQLITE_OK)
		rc = -EIO;
	else
		rc = compare_all(&c);
	sqlite3_finalize(c.windows);
	sqlite3_finalize(c.insert);
	sqlite3_finalize(c.update);
	free(c.made);
	if (rc == -ENOMEM)
		return trace_error__set(err, rc, "out of memory");
	return rc ? trace_error__set(err, rc, "cannot compare: %s", sqlite3_errmsg(db)) : 0;
}

int contrast__judge(sqlite3 *db, struct trace_error *err)
{
	const char *at = sql__text("compared/judge.sql");
	int rc = SQLITE_OK;

	for (sqlite3_stmt *stmt = NULL; rc == SQLITE_OK && *at; sqlite3_finalize(stmt)) {
		rc = sqlite3_prepare_v2(db, at, -1, &stmt, &at);
		if (rc != SQLITE_OK || !stmt)
			continue;
		sqlite3_bind_double(stmt, sqlite3_bind_parameter_index(stmt, ":level"), CONTRAST_LEVEL);
		sqlite3_bind_double(stmt, sqlite3_bind_parameter_index(stmt, ":overall"), CONTRAST_OVERALL);
		rc = sqlite3_step(stmt) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
	}
	return rc ? trace_error__set(err, -EIO, "cannot run schema/compared/judge.sql: %s", sqlite3_errmsg(db)) : 0;
}
