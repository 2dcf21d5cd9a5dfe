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
#include <sys/stat.h>
#include <sqlite3.h>
#include "analyzer/base/unfinished.h"
#include "analyzer/print/sqlfn.h"
#include "analyzer/read/scan.h"
#include "analyzer/rules/rules.h"
#include "analyzer/store/sql.h"
#include "analyzer/store/store.h"
#include "analyzer/sweep/analyze.h"
#include "format/reader.h"

static const __u64 LEAST_NS = 4000000000, SHORTEST_NS = 20000000;

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

/* Of the time of the finding, and as much before and after it. */
struct part {
	__u64 from, to, around;
};

/* What is looked for, and the best that was written so far. */
struct search {
	const struct trace *trace;
	const struct wanted *wanted;
	const struct cut_opts *opts;
	const char *path;
	char *name;              /* PATH_MAX; of the best */
	struct cut_stats *stats; /* of the best */
	struct timebase all;
	struct part part;        /* the best */
	__u64 size;              /* of the best, bytes; 0: there is none */
};

/* Its limits; false: that is all there is. */
static bool set_limits(const struct search *s, struct part p, struct cut_opts *o)
{
	__u64 from = p.from > p.around ? p.from - p.around : 0, to = p.to + p.around;
	__u64 first = o->from ? o->from : s->all.start_mono, last = o->to ? o->to : s->all.end_mono;

	if (from <= first && to >= last)
		return false;
	o->from = from > first ? from : o->from;
	o->to = to < last ? to : o->to;
	return true;
}

static __u64 size_of(const char *name)
{
	char file[PATH_MAX + sizeof(CUT_FILE) + 1];
	struct stat st;

	snprintf(file, sizeof(file), "%s/%s", name, CUT_FILE);
	return stat(file, &st) == 0 ? (__u64)st.st_size : 0;
}

static void take_best(struct search *s, const char *name, struct part part, const struct cut_stats *stats)
{
	if (s->size)
		unfinished__discard(s->name);
	strcpy(s->name, name);
	*s->stats = *stats;
	s->part = part;
	s->size = size_of(name);
}

/* Writes that part; it is the best when the finding is in it, else it is removed again. *whole: it is all there is. */
static int try(struct search *s, struct part part, bool *found, bool *whole, struct trace_error *err)
{
	struct cut_opts o = *s->opts;
	struct cut_stats stats;
	char name[PATH_MAX];
	int code;

	*whole = !set_limits(s, part, &o);
	*found = false;
	TRY(unfinished__create_directory(name, s->path, CUT_FILE, err));
	code = cut__write(s->trace, name, &o, &stats, err);
	if (!code)
		code = check(name, s->wanted, &o, found, err);
	if (code == -ENODATA && s->size) /* of a part of a part that was enough */
		code = 0;
	if (!code && *found)
		take_best(s, name, part, &stats);
	else
		unfinished__discard(name);
	return code;
}

/* The first seconds of the finding's time, and as many more as it takes. */
static int grow(struct search *s, struct trace_error *err)
{
	const struct wanted *w = s->wanted;
	bool found = false, whole = false;

	for (__u64 length = LEAST_NS; !found && !whole; length *= 2) {
		struct part part = { w->from, w->to - w->from < length ? w->to : w->from + length, length / 4 };

		TRY(try(s, part, &found, &whole, err));
	}
	return found ? 0 : trace_error__set(err, -ENODATA, "%s is not found in what is left: ask for less to be left out",
					    w->cause);
}

/* Half of it, as long as that is enough: the first, the second, or what is between. */
static int shrink(struct search *s, __u64 max, struct trace_error *err)
{
	bool found = true, whole;

	while (found && s->size > max && s->part.to - s->part.from > SHORTEST_NS) {
		struct part p = s->part;
		__u64 half = (p.to - p.from) / 2, at[] = { p.from, p.from + half, p.from + half / 2 };

		found = false;
		for (size_t i = 0; !found && i < sizeof(at) / sizeof(*at); i++)
			TRY(try(s, (struct part){ at[i], at[i] + half, half / 4 }, &found, &whole, err));
	}
	return 0;
}

static int search(struct search *s, __u64 max, struct trace_error *err)
{
	int code = grow(s, err);

	if (!code)
		code = shrink(s, max, err);
	if (code && s->size)
		unfinished__discard(s->name);
	return code;
}

int cut_finding__write(const struct trace *t, const struct cut_finding *f, char name[PATH_MAX], const char *path,
		       const struct cut_opts *opts, struct cut_stats *stats, __u64 *size, struct trace_error *err)
{
	struct wanted w = { .before = NULL };
	struct cut_opts o = *opts;
	struct search s = { .trace = t, .wanted = &w, .opts = &o, .path = path, .name = name, .stats = stats };
	char text[96];
	int code = look(t, f->rank, opts, &w, err);

	snprintf(text, sizeof(text), "%u %s", f->rank, w.cause);
	o.finding = text;
	scan__timebase(t, &s.all);
	if (!code)
		code = search(&s, f->max_size, err);
	free(w.before);
	*size = s.size;
	return code;
}
