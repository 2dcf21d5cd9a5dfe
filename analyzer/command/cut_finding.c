/*
 * cut_finding.c: how much of a recording one of its findings needs (cut_finding.h).
 *
 * What a rule needs is not known beforehand: what is usual for an interval, for instance, follows from all of it. So it
 * is tried: each part is analyzed, and the first that is enough stays.
 */
#include "analyzer/command/cut_finding.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/base/unfinished.h"
#include "analyzer/print/sqlfn.h"
#include "analyzer/read/scan.h"
#include "analyzer/rules/rules.h"
#include "analyzer/store/sql.h"
#include "analyzer/store/store.h"
#include "analyzer/sweep/analyze.h"
#include "format/reader.h"

static const __u64 LEAST_NS = 4000000000;

struct wanted {
	char cause[64];
	char *before; /* causes of the findings before it, a JSON array */
	__u64 from, to;
	bool info; /* it is not worth mentioning */
};

/* ---- analyses ----------------------------------------------------------------------------------- */

static int judge(const struct trace *t, struct sqlite3 **db, const struct cut_opts *o, struct trace_error *err)
{
	static const struct sqlfn_context context = { 0 };
	const struct analyze_opts opts = { .threads = o->threads, .from = o->from, .to = o->to };
	int code;

	TRY(store__create(db, NULL, false, err));
	code = analyze__run(t, *db, &opts, NULL, err);
	if (!code)
		code = sqlfn__add(*db, &context, err);
	if (!code)
		code = rules__judge(*db, err);
	return code;
}

static void close_db(struct sqlite3 *db)
{
	if (!db)
		return;
	sqlfn__remove(db);
	sqlite3_close(db);
}

static int failed(struct sqlite3 *db, struct trace_error *err)
{
	return trace_error__set(err, -EIO, "cannot look for the finding: %s", sqlite3_errmsg(db));
}

static int read_finding(struct sqlite3 *db, unsigned rank, struct wanted *w, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int code = 0;

	if (sqlite3_prepare_v2(db, sql__text("cut/finding.sql"), -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_bind_int64(stmt, 1, rank) != SQLITE_OK || sqlite3_step(stmt) != SQLITE_ROW) {
		code = failed(db, err);
	} else if (sqlite3_column_type(stmt, 0) == SQLITE_NULL) {
		code = trace_error__set(err, -EINVAL, "there is no finding %u: the recording has %d; see netanalyze show "
					"findings", rank, sqlite3_column_int(stmt, 4));
	} else {
		snprintf(w->cause, sizeof(w->cause), "%s", (const char *)sqlite3_column_text(stmt, 0));
		w->from = (__u64)sqlite3_column_int64(stmt, 1);
		w->to = (__u64)sqlite3_column_int64(stmt, 2);
		w->info = sqlite3_column_int(stmt, 5);
		w->before = strdup((const char *)sqlite3_column_text(stmt, 3));
		code = w->before ? 0 : trace_error__set(err, -ENOMEM, "out of memory");
	}
	sqlite3_finalize(stmt);
	return code;
}

static int look(const struct trace *t, unsigned rank, const struct cut_opts *o, struct wanted *w,
		struct trace_error *err)
{
	struct sqlite3 *db = NULL;
	int code = judge(t, &db, o, err);

	if (!code)
		code = read_finding(db, rank, w, err);
	close_db(db);
	return code;
}

static int ask(struct sqlite3 *db, const struct wanted *w, bool *found, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int code = 0;

	if (sqlite3_prepare_v2(db, sql__text("cut/found.sql"), -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_bind_text(stmt, 1, w->cause, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_text(stmt, 2, w->before, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_int(stmt, 3, w->info) != SQLITE_OK || sqlite3_step(stmt) != SQLITE_ROW)
		code = failed(db, err);
	else
		*found = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return code;
}

/* Is it found in what was written? */
static int check(const char *path, const struct wanted *w, const struct cut_opts *o, bool *found,
		 struct trace_error *err)
{
	const struct cut_opts whole = { .threads = o->threads };
	struct sqlite3 *db = NULL;
	struct trace *t;
	int code;

	TRY(trace__open(&t, path, err));
	code = judge(t, &db, &whole, err);
	if (!code)
		code = ask(db, w, found, err);
	close_db(db);
	trace__close(t);
	return code;
}

/* ---- parts -------------------------------------------------------------------------------------- */

/* The first `length` of the finding's time and a quarter of that around it; false: that is all there is. */
static bool part_of(const struct wanted *w, const struct timebase *all, __u64 length, struct cut_opts *o)
{
	__u64 around = length / 4, from = w->from > around ? w->from - around : 0;
	__u64 to = (w->to - w->from < length ? w->to : w->from + length) + around;
	__u64 first = o->from ? o->from : all->start_mono, last = o->to ? o->to : all->end_mono;

	if (from <= first && to >= last)
		return false;
	o->from = from > first ? from : o->from;
	o->to = to < last ? to : o->to;
	return true;
}

/* Removed again where it is not enough. */
static int try(const struct trace *t, const struct wanted *w, char name[PATH_MAX], const char *path,
	       const struct cut_opts *o, struct cut_stats *stats, bool *found, struct trace_error *err)
{
	int code;

	TRY(unfinished__create_directory(name, path, CUT_FILE, err));
	code = cut__write(t, name, o, stats, err);
	if (!code)
		code = check(name, w, o, found, err);
	if (code || !*found)
		unfinished__discard(name);
	return code;
}

static int search(const struct trace *t, const struct wanted *w, char name[PATH_MAX], const char *path,
		  const struct cut_opts *opts, struct cut_stats *stats, struct trace_error *err)
{
	struct timebase all = { 0 };
	bool found = false, more = true;

	scan__timebase(t, &all);
	for (__u64 length = LEAST_NS; more && !found; length *= 2) {
		struct cut_opts o = *opts;

		more = part_of(w, &all, length, &o);
		TRY(try(t, w, name, path, &o, stats, &found, err));
	}
	return found ? 0 : trace_error__set(err, -ENODATA, "%s is not found in what is left: ask for less to be left out",
					    w->cause);
}

int cut_finding__write(const struct trace *t, unsigned rank, char name[PATH_MAX], const char *path,
		       const struct cut_opts *opts, struct cut_stats *stats, struct trace_error *err)
{
	struct wanted w = { .before = NULL };
	struct cut_opts o = *opts;
	char text[96];
	int code = look(t, rank, opts, &w, err);

	snprintf(text, sizeof(text), "%u %s", rank, w.cause);
	o.finding = text;
	if (!code)
		code = search(t, &w, name, path, &o, stats, err);
	free(w.before);
	return code;
}
