/*
 * drift.c: in a series of runs, where did a figure change beyond what it varies from run to run?
 *
 * Each run is compared with those before it that were asked for the same (schema/compared/asked.sql), from MIN_RUNS of
 * them on; the p-values of all figures of one run are adjusted together, and a change has to be of practical interest,
 * too. A run that differs is no part of what later ones are compared with, unless the next one differs the same way:
 * then that is the level, from the first of the two on.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/compare/contrast.h"
#include "analyzer/compare/drift.h"
#include "analyzer/compare/student.h"
#include "analyzer/compare/windows.h"
#include "analyzer/store/sql.h"

/* One figure of one metric through all runs. */
struct track {
	char *metric, *key;
	const struct figure *figure;
	double least, share; /* of practical interest from there on, see metrics.sql */
	struct series s;
	bool *usual;         /* of each run: do later ones have to be like it? */
	int out;             /* the last run that it was in differed upward (1), downward (-1), or not (0) */
	unsigned last;       /* that run */
};

/* What came of a track in the run that is looked at. */
struct outcome {
	bool seen, told;
	unsigned before; /* runs it was compared with */
	struct difference d;
	double p_adjusted;
};

struct drift {
	sqlite3 *db;
	sqlite3_stmt *insert;
	struct track *tracks;
	struct outcome *outcomes; /* of each track */
	size_t n, room;
	unsigned runs, *asked;    /* of each run: the same number was asked for the same */
};

/* ---- reading ---------------------------------------------------------------------------------------- */

static int read_runs(struct drift *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(d->db, sql__text("compared/asked.sql"), -1, &stmt, NULL) == SQLITE_OK ? 0 : -EIO;

	while (rc == 0 && sqlite3_step(stmt) == SQLITE_ROW) {
		unsigned *more = realloc(d->asked, (d->runs + 1) * sizeof(*more));

		if (!more) {
			rc = -ENOMEM;
			break;
		}
		d->asked = more;
		d->asked[d->runs++] = (unsigned)sqlite3_column_int64(stmt, 0);
	}
	sqlite3_finalize(stmt);
	return rc;
}

static struct track *add_track(struct drift *d)
{
	if (d->n == d->room) {
		size_t room = d->room ? 2 * d->room : 64;
		struct track *more = realloc(d->tracks, room * sizeof(*more));

		if (!more)
			return NULL;
		d->tracks = more;
		d->room = room;
	}
	return memset(&d->tracks[d->n++], 0, sizeof(*d->tracks));
}

static int read_track(struct drift *d, sqlite3_stmt *windows, sqlite3_stmt *key, const struct figure *figure)
{
	struct track *t = add_track(d);

	if (!t)
		return -ENOMEM;
	t->figure = figure;
	t->metric = strdup((const char *)sqlite3_column_text(key, 0));
	t->key = strdup((const char *)sqlite3_column_text(key, 1));
	t->least = sqlite3_column_double(key, 4);
	t->share = sqlite3_column_double(key, 5);
	t->usual = calloc(d->runs ? d->runs : 1, sizeof(*t->usual));
	return t->metric && t->key && t->usual ? windows__read(windows, DRIFT_SIDE, t->metric, t->key, &t->s) : -ENOMEM;
}

static int read_tracks(struct drift *d)
{
	sqlite3_stmt *keys = NULL, *windows = NULL;
	int rc = 0;

	if (sqlite3_prepare_v2(d->db, sql__text("compared/keys.sql"), -1, &keys, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(d->db, sql__text("compared/windows.sql"), -1, &windows, NULL) != SQLITE_OK)
		rc = -EIO;
	while (rc == 0 && sqlite3_step(keys) == SQLITE_ROW) {
		size_t n;
		const struct figure *figures = windows__figures(sqlite3_column_int(keys, 2), sqlite3_column_int(keys, 3),
								&n);

		for (size_t i = 0; i < n && rc == 0; i++)
			rc = read_track(d, windows, keys, &figures[i]);
	}
	sqlite3_finalize(keys);
	sqlite3_finalize(windows);
	return rc;
}

/* ---- one run ------------------------------------------------------------------------------------------ */

/* A part of its windows, which stay its own: those of one run. */
static struct series run_of(const struct track *t, unsigned run)
{
	struct series s = { 0 };

	for (size_t i = 0; i < t->s.n; i++) {
		if (t->s.windows[i].run != run)
			continue;
		s.windows = s.windows ? s.windows : &t->s.windows[i];
		s.n++;
	}
	return s;
}

/* Likewise of the runs that this one has to be like; s.windows is to be freed, what is in it is not. */
static int usual_of(const struct drift *d, const struct track *t, unsigned run, struct series *s, unsigned *runs)
{
	*runs = 0;
	*s = (struct series){ calloc(t->s.n ? t->s.n : 1, sizeof(*s->windows)), 0 };
	for (unsigned r = 0; s->windows && r < run; r++) {
		struct series one = run_of(t, r);

		if (!t->usual[r] || d->asked[r] != d->asked[run] || !one.n)
			continue;
		memcpy(&s->windows[s->n], one.windows, one.n * sizeof(*one.windows));
		s->n += one.n;
		++*runs;
	}
	return s->windows ? 0 : -ENOMEM;
}

static int look(const struct drift *d, const struct track *t, unsigned run, struct outcome *o)
{
	struct series now = run_of(t, run), before;
	int rc;

	*o = (struct outcome){ .seen = now.n && windows__can_have(&now, t->figure), .p_adjusted = 1 };
	if (!o->seen)
		return 0;
	TRY(usual_of(d, t, run, &before, &o->before));
	rc = resample__next_run(&before, &now, &t->figure->statistic, &o->d);
	o->told = rc == 0;
	free(before.windows);
	return rc == -ENODATA ? 0 : rc;
}

static int adjust(struct drift *d)
{
	double *p = calloc(d->n ? d->n : 1, sizeof(*p));
	size_t n = 0;
	int rc = p ? 0 : -ENOMEM;

	for (size_t i = 0; p && i < d->n; i++)
		if (d->outcomes[i].told)
			p[n++] = d->outcomes[i].d.p;
	rc = rc ? rc : student__adjust(p, n);
	n = 0;
	for (size_t i = 0; i < d->n && rc == 0; i++)
		if (d->outcomes[i].told)
			d->outcomes[i].p_adjusted = p[n++];
	free(p);
	return rc;
}

/* Does it differ, and which way? */
static int direction(const struct track *t, const struct outcome *o)
{
	double by = o->d.after - o->d.before;

	if (!o->told || o->p_adjusted > CONTRAST_LEVEL || fabs(by) < fmax(t->least, t->share * o->d.before))
		return 0;
	return by > 0 ? 1 : -1;
}

/* What later runs are to be like. */
static void remember(struct track *t, unsigned run, unsigned runs, int out)
{
	if (out && out == t->out) {
		memset(t->usual, 0, runs * sizeof(*t->usual));
		t->usual[t->last] = t->usual[run] = true;
		out = 0;
	} else {
		t->usual[run] = !out;
	}
	t->out = out;
	t->last = run;
}

static void bind(sqlite3_stmt *stmt, int column, bool known, double value)
{
	if (known && isfinite(value))
		sqlite3_bind_double(stmt, column, value);
	else
		sqlite3_bind_null(stmt, column);
}

static int keep(struct drift *d, const struct track *t, const struct outcome *o, unsigned run, int out, size_t told)
{
	sqlite3_reset(d->insert);
	sqlite3_bind_int64(d->insert, 1, run);
	sqlite3_bind_text(d->insert, 2, t->metric, -1, SQLITE_STATIC);
	sqlite3_bind_text(d->insert, 3, t->key, -1, SQLITE_STATIC);
	sqlite3_bind_text(d->insert, 4, t->figure->name, -1, SQLITE_STATIC);
	bind(d->insert, 5, true, o->d.after);
	sqlite3_bind_int64(d->insert, 6, o->before);
	bind(d->insert, 7, o->before > 0, o->d.before);
	bind(d->insert, 8, o->told, o->d.low);
	bind(d->insert, 9, o->told, o->d.high);
	bind(d->insert, 10, o->told, o->d.p);
	bind(d->insert, 11, o->told, o->p_adjusted);
	bind(d->insert, 12, o->told, o->told ? resample__least(&o->d, &t->figure->statistic,
							       CONTRAST_LEVEL / (double)told) : 0);
	sqlite3_bind_int(d->insert, 13, out);
	return sqlite3_step(d->insert) == SQLITE_DONE ? 0 : -EIO;
}

static int look_at_run(struct drift *d, unsigned run)
{
	size_t told = 0;

	for (size_t i = 0; i < d->n; i++) {
		TRY(look(d, &d->tracks[i], run, &d->outcomes[i]));
		told += d->outcomes[i].told;
	}
	TRY(adjust(d));
	for (size_t i = 0; i < d->n; i++) {
		const struct outcome *o = &d->outcomes[i];
		int out = direction(&d->tracks[i], o);

		if (!o->seen)
			continue;
		TRY(keep(d, &d->tracks[i], o, run, out, told));
		remember(&d->tracks[i], run, d->runs, out);
	}
	return 0;
}

/* ---- all of them ---------------------------------------------------------------------------------------- */

static int run_all(struct drift *d)
{
	if (sqlite3_exec(d->db, sql__text("compared/level.sql"), NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(d->db, sql__text("compared/insert_level.sql"), -1, &d->insert, NULL) != SQLITE_OK)
		return -EIO;
	TRY(read_runs(d));
	TRY(read_tracks(d));
	d->outcomes = calloc(d->n ? d->n : 1, sizeof(*d->outcomes));
	if (!d->outcomes)
		return -ENOMEM;
	for (unsigned run = 0; run < d->runs; run++)
		TRY(look_at_run(d, run));
	return 0;
}

int drift__run(sqlite3 *db, struct trace_error *err)
{
	struct drift d = { .db = db };
	int rc = run_all(&d);

	if (rc)
		trace_error__set(err, rc, rc == -ENOMEM ? "out of memory" : "cannot compare the runs: %s",
				 sqlite3_errmsg(db));
	sqlite3_finalize(d.insert);
	for (size_t i = 0; i < d.n; i++) {
		windows__free(&d.tracks[i].s);
		free(d.tracks[i].metric);
		free(d.tracks[i].key);
		free(d.tracks[i].usual);
	}
	free(d.tracks);
	free(d.outcomes);
	free(d.asked);
	return rc;
}
