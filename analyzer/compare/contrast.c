/*
 * contrast.c: compares all that was gathered of the two sides.
 *
 * Of a latency its mean, its median and its P99 are compared; a percentile only where enough values lie beyond it. All
 * comparisons together are one family: their p-values are adjusted at the end.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/compare/contrast.h"
#include "analyzer/compare/resample.h"
#include "analyzer/compare/student.h"
#include "analyzer/store/sql.h"

/* More windows than this are put together: a long recording is not compared more slowly than one of some minutes. */
enum { MAX_UNITS = 240, VALUES_BEYOND = 5 };

static const struct named {
	const char *name;
	struct statistic statistic;
} latency[] = {
	{ "mean", { .kind = STATISTIC_MEAN } },
	{ "P50", { .kind = STATISTIC_PERCENTILE, .percent = 50 } },
	{ "P99", { .kind = STATISTIC_PERCENTILE, .percent = 99 } },
};

/* One comparison that was made. */
struct made {
	sqlite3_int64 row;
	struct statistic what;
	struct difference d;
};

struct contrast {
	sqlite3 *db;
	sqlite3_stmt *windows, *insert, *update;
	struct made *made;
	size_t n, room;
	__u64 seed;
};

/* ---- windows -------------------------------------------------------------------------------------- */

static void free_series(struct series *s)
{
	for (size_t i = 0; i < s->n; i++)
		hist__free(&s->windows[i].hist);
	free(s->windows);
	*s = (struct series){ 0 };
}

static int add_window(struct series *s, size_t *room, sqlite3_stmt *row)
{
	struct window *w = s->windows;

	if (s->n == *room) {
		*room = *room ? 2 * *room : 64;
		w = realloc(w, *room * sizeof(*w));
		if (!w)
			return -ENOMEM;
		s->windows = w;
	}
	w = &w[s->n];
	*w = (struct window){ .run = (unsigned)sqlite3_column_int64(row, 0), .num = sqlite3_column_double(row, 1),
			      .den = sqlite3_column_double(row, 2) };
	hist__init(&w->hist);
	s->n++;
	if (sqlite3_column_type(row, 3) == SQLITE_NULL)
		return 0;
	return hist__decode(&w->hist, sqlite3_column_blob(row, 3), (size_t)sqlite3_column_bytes(row, 3));
}

/* Neighbours of one run become one, as often as it takes. */
static int put_together(struct series *s)
{
	int rc = 0;

	while (s->n > MAX_UNITS && rc == 0) {
		size_t kept = 0, n = s->n;

		for (size_t i = 0; i < n && rc == 0; kept++) {
			struct window *w = &s->windows[i], *next = w + 1;
			bool pair = i + 1 < n && next->run == w->run;

			if (pair) {
				w->num += next->num;
				w->den += next->den;
				rc = hist__merge(&w->hist, &next->hist);
				hist__free(&next->hist);
			}
			s->windows[kept] = *w;
			i += pair ? 2 : 1;
		}
		if (rc == 0)
			s->n = kept;
		if (kept == n)
			break;
	}
	return rc;
}

static int read_series(struct contrast *c, const char *side, const char *metric, const char *key, struct series *s)
{
	size_t room = 0;
	int rc = 0;

	*s = (struct series){ 0 };
	sqlite3_reset(c->windows);
	sqlite3_bind_text(c->windows, 1, side, -1, SQLITE_STATIC);
	sqlite3_bind_text(c->windows, 2, metric, -1, SQLITE_STATIC);
	sqlite3_bind_text(c->windows, 3, key, -1, SQLITE_STATIC);
	while (rc == 0 && sqlite3_step(c->windows) == SQLITE_ROW)
		rc = add_window(s, &room, c->windows);
	sqlite3_reset(c->windows);
	return rc ? rc : put_together(s);
}

/* ---- one comparison --------------------------------------------------------------------------------- */

static __u64 values(const struct series *s)
{
	__u64 n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->windows[i].hist.n;
	return n;
}

/* Enough values beyond the percentile that it is not the largest one's, whichever that was. */
static bool can_have(const struct statistic *what, const struct series *s)
{
	return what->kind != STATISTIC_PERCENTILE || (double)values(s) * (100 - what->percent) / 100 >= VALUES_BEYOND;
}

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
	return 0;
}

static int compare(struct contrast *c, const char *metric, const char *key, const struct named *stat,
		   const struct series *before, const struct series *after)
{
	struct made m = { .what = stat->statistic };
	double effect = 0.5;
	int rc = resample__compare(before, after, &m.what, c->seed, &m.d);
	bool told = rc == 0;

	if (rc && rc != -ENODATA)
		return rc;
	rc = resample__effect(before, after, &m.what, &effect);
	if (rc)
		return rc;
	sqlite3_reset(c->insert);
	sqlite3_bind_text(c->insert, 1, metric, -1, SQLITE_STATIC);
	sqlite3_bind_text(c->insert, 2, key, -1, SQLITE_STATIC);
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

static int compare_key(struct contrast *c, const char *metric, const char *key, bool is_latency, bool counted)
{
	const struct named rate = { "rate", { .kind = STATISTIC_RATE, .counted = counted } };
	struct series before, after = { 0 };
	int rc = read_series(c, "before", metric, key, &before);

	rc = rc ? rc : read_series(c, "after", metric, key, &after);
	if (rc == 0 && before.n && after.n && !is_latency)
		rc = compare(c, metric, key, &rate, &before, &after);
	for (size_t i = 0; is_latency && i < sizeof(latency) / sizeof(*latency) && rc == 0 && before.n && after.n; i++)
		if (can_have(&latency[i].statistic, &before) && can_have(&latency[i].statistic, &after))
			rc = compare(c, metric, key, &latency[i], &before, &after);
	free_series(&before);
	free_series(&after);
	return rc;
}

/* ---- all of them -------------------------------------------------------------------------------------- */

/* The least change that would have been found is that of a lone one among all that were compared. */
static int adjust(struct contrast *c)
{
	double *p = calloc(c->n ? c->n : 1, sizeof(*p));
	int rc = p ? 0 : -ENOMEM;

	for (size_t i = 0; p && i < c->n; i++)
		p[i] = c->made[i].d.p;
	rc = rc ? rc : student__adjust(p, c->n);
	for (size_t i = 0; i < c->n && rc == 0; i++) {
		const struct made *m = &c->made[i];

		sqlite3_reset(c->update);
		sqlite3_bind_int64(c->update, 1, m->row);
		sqlite3_bind_double(c->update, 2, p[i]);
		bind(c->update, 3, true, resample__least(&m->d, &m->what, CONTRAST_LEVEL / (double)c->n));
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
		rc = compare_key(c, (const char *)sqlite3_column_text(keys, 0),
				 (const char *)sqlite3_column_text(keys, 1), sqlite3_column_int(keys, 2),
				 sqlite3_column_int(keys, 3));
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
