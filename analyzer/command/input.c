/*
 * input.c: what a command works on: a database, or a recording that is analyzed first.
 *
 * What must hold: the same view of a recording and of its database says the same, or says why it cannot.
 * Windows are as fine as a database goes, so limits of time are widened to whole windows there and the user is told.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>
#include "analyzer/sweep/analyze.h"
#include "analyzer/command/cli.h"
#include "analyzer/command/input.h"
#include "analyzer/monitor/monitor_file.h"
#include "analyzer/read/scan.h"
#include "format/reader.h"
#include "analyzer/store/store.h"
#include "analyzer/print/view.h"
#include "analyzer/rules/rules.h"
#include "analyzer/store/sql.h"

enum { TICK_NS = 10000000 };

/* Packets of one flow differ in these. */
static const struct rec_packet not_in_flows = { .tos = 0xff, .ttl = 0xff, .tcp_flags = 0xff, .ip_id = ~0u, .ip_len = ~0u, .seq = ~0u,
						.ack = ~0u, .len = ~0u, .vlan = 0xffff, .dmac = ~0ull, .smac = ~0ull };

/* ---- analyzing ---------------------------------------------------------------------------------- */

static void progress(void *arg, __u64 done, __u64 total)
{
	(void)arg;
	if (total)
		fprintf(stderr, "\ranalyzing: %3.0f %%%s", 100.0 * (double)done / (double)total, done >= total ? "\r\033[K" : "");
}

static bool match(void *arg, const struct rec_packet *p, const struct first_bytes *first)
{
	return filter__match(arg, p, first);
}

static int analyze_trace(struct input *in, const struct trace *t, const struct input_opts *o, struct trace_error *err)
{
	struct analyze_opts opts = { .threads = 0 };

	if (o->from || o->to) {
		scan__timebase(t, &in->base);
		TRY(timefmt__range(o->from, "--to", o->to, &in->base, &in->from_ns, &in->to_ns, err));
		opts.from = o->from ? in->from_ns : 0;
		opts.to = o->to ? in->to_ns : 0;
	}
	opts.keep_at_least = o->keep;
	opts.late_ns = o->late_ns;
	opts.ifaces = o->ifaces;
	opts.n_ifaces = o->n_ifaces;
	if (in->filter)
		opts.filter = (struct analyze_filter){ match, in->filter, o->filter };
	if (isatty(STDERR_FILENO))
		opts.progress = progress;
	in->from_trace = true;
	TRY(store__create(&in->db, NULL, false, err));
	if (o->monitor)
		TRY(monitor_file__load(o->monitor, in->db, err));
	return analyze__run(t, in->db, &opts, NULL, err);
}

static int analyze(struct input *in, const char *const *paths, size_t n_paths, const struct input_opts *o,
		   struct trace_error *err)
{
	const struct trace_wanted wanted = { .paths = paths, .n_paths = n_paths, .recording = o->recording };
	struct trace *t;
	int code;

	TRY(trace__open_set(&t, &wanted, err));
	cli__remark_on_trace(t);
	code = analyze_trace(in, t, o, err);
	trace__close(t);
	return code;
}

/* ---- the database ------------------------------------------------------------------------------- */

/* Start, end, clock and window length of the analysis. */
static int read_base(struct input *in, long *window_ns, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = 0;

	if (sqlite3_prepare_v2(in->db, sql__text("view/base.sql"), -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW) {
		rc = trace_error__set(err, -EBADMSG, "the database holds no analysis: analyze the recording again");
	} else {
		in->base.start_mono = (uint64_t)sqlite3_column_int64(stmt, 0);
		in->base.end_mono = (uint64_t)sqlite3_column_int64(stmt, 1);
		*window_ns = (long)sqlite3_column_int64(stmt, 2);
		in->base.start_real = (uint64_t)sqlite3_column_int64(stmt, 3);
	}
	sqlite3_finalize(stmt);
	if (rc == 0 && *window_ns <= 0)
		rc = trace_error__set(err, -EBADMSG, "the database says that a window lasts %ld ns: analyze the recording again",
				      *window_ns);
	return rc;
}

/* An analyzed recording starts at its first event within the limits; the limits themselves are what was asked for. */
static void keep_limits(struct input *in, const struct input_opts *o)
{
	if (!o->from)
		in->from_ns = in->base.start_mono;
	if (!o->to)
		in->to_ns = in->base.end_mono;
}

/* Intervals are whole windows, or, where the view can, whole ticks. */
static int set_interval(struct input *in, const struct input_opts *o, long window_ns, struct trace_error *err)
{
	double windows = o->interval_s * 1e9 / (double)window_ns, ticks = o->interval_s * 1e9 / TICK_NS;
	bool coarse = windows >= 1 && fabs(windows - round(windows)) < 1e-9;

	if (o->interval_s == 0)
		return 0;
	in->fine = !coarse && o->fine && ticks > 1 - 1e-9 && fabs(ticks - round(ticks)) < 1e-6;
	if (windows > 1e9 || (!coarse && !in->fine))
		return trace_error__set(err, -EINVAL, "--interval takes whole multiples of %.*f s%s", o->fine ? 2 : 0,
					o->fine ? TICK_NS / 1e9 : (double)window_ns / 1e9,
					o->fine ? " here" : ", the length of a window");
	in->ticks = lround(ticks);
	in->context.interval = in->fine ? 0 : lround(windows);
	return 0;
}

static int set_windows(struct input *in, const struct input_opts *o, long window_ns, struct trace_error *err)
{
	uint64_t start = in->base.start_mono, end;

	if (!in->from_trace)
		TRY(timefmt__range(o->from, "--to", o->to, &in->base, &in->from_ns, &in->to_ns, err));
	else
		keep_limits(in, o);
	end = in->to_ns < in->base.end_mono ? in->to_ns : in->base.end_mono;
	in->first_win = in->from_ns > start ? (long)((in->from_ns - start) / (uint64_t)window_ns) : 0;
	in->last_win = (long)((end - start) / (uint64_t)window_ns);
	/* --to 5 means up to second 5, not the window that begins there. */
	if (o->to && !in->from_trace && in->last_win > in->first_win && (end - start) % (uint64_t)window_ns == 0)
		in->last_win--;
	in->unaligned = !in->from_trace && ((o->from && in->from_ns > start && (in->from_ns - start) % (uint64_t)window_ns) ||
					    (o->to && in->to_ns < in->base.end_mono && (end - start) % (uint64_t)window_ns));
	return set_interval(in, o, window_ns, err);
}

/* ---- devices ------------------------------------------------------------------------------------ */

static int add_devices(struct input *in)
{
	sqlite3_stmt *stmt = NULL;
	int rc = 0;

	if (sqlite3_prepare_v2(in->db, sql__text("view/devices.sql"), -1, &stmt, NULL) != SQLITE_OK)
		return -EIO;
	while (rc == 0 && sqlite3_step(stmt) == SQLITE_ROW)
		rc = devices__add(&in->devices, (__u32)sqlite3_column_int64(stmt, 0), (__u32)sqlite3_column_int64(stmt, 1),
				  (const char *)sqlite3_column_text(stmt, 2), (const char *)sqlite3_column_text(stmt, 3));
	sqlite3_finalize(stmt);
	return rc;
}

/* Was the analysis limited to just these? */
static bool analysis_is_of(struct input *in, const char *names)
{
	sqlite3_stmt *stmt = NULL;
	bool same = false;

	if (sqlite3_prepare_v2(in->db, sql__text("view/analyzed_iface.sql"), -1, &stmt, NULL) == SQLITE_OK) {
		sqlite3_bind_text(stmt, 1, names, -1, SQLITE_STATIC);
		same = sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0);
	}
	sqlite3_finalize(stmt);
	return same;
}

static int choose_devices(struct input *in, const struct input_opts *o, struct trace_error *err)
{
	char *names;

	if (!o->n_ifaces)
		return 0;
	if (add_devices(in))
		return trace_error__set(err, -EIO, "cannot read the devices: %s", sqlite3_errmsg(in->db));
	TRY(devices__choose(&in->devices, o->ifaces, o->n_ifaces, err));
	names = devices__text(o->ifaces, o->n_ifaces);
	if (!names)
		return trace_error__set(err, -ENOMEM, "out of memory");
	in->of_devices = analysis_is_of(in, names);
	in->context.devices = &in->devices;
	free(names);
	return 0;
}

/* ---- opening ------------------------------------------------------------------------------------- */

static int compile(struct input *in, const struct input_opts *o, const struct rec_packet *unknown,
		   struct trace_error *err)
{
	return unknown ? filter__compile_for(&in->filter, o->filter, unknown, err)
		       : filter__compile(&in->filter, o->filter, err);
}

static int open_db(struct input *in, const char *const *paths, size_t n_paths, const struct input_opts *o,
		   struct trace_error *err)
{
	long window_ns = 0;

	bool is_db = n_paths == 1 && store__is_database(paths[0]);

	if (is_db && o->late_ns)
		return trace_error__set(err, -EINVAL, "%s is a database: what is late was decided when it was analyzed, with "
					"netanalyze analyze --late; give the recording", paths[0]);
	if (is_db && o->monitor)
		return trace_error__set(err, -EINVAL, "%s is a database: give --monitor to netanalyze analyze, which makes it",
					paths[0]);
	if (is_db && o->recording)
		return trace_error__set(err, -EINVAL, "%s is a database, of one recording: --recording means nothing to it", paths[0]);
	if (o->filter)
		cli__warn_of_filter(o->filter);
	if (o->filter)
		TRY(compile(in, o, is_db ? o->unknown_in_db : o->unknown_in_trace, err));
	if (is_db && o->filter && filter__compile_for(&in->flow_filter, o->filter, &not_in_flows, &(struct trace_error){ 0 }))
		in->flow_filter = NULL;
	if (is_db)
		TRY(store__open(&in->db, paths[0], err));
	else
		TRY(analyze(in, paths, n_paths, o, err));
	in->context.filter = in->from_trace ? NULL : in->filter;
	in->context.flow_filter = in->from_trace ? NULL : in->flow_filter;
	TRY(sqlfn__add(in->db, &in->context, err));
	if (in->from_trace)
		TRY(rules__judge(in->db, err));
	TRY(choose_devices(in, o, err));
	TRY(read_base(in, &window_ns, err));
	return set_windows(in, o, window_ns, err);
}

/* ---- interface ---------------------------------------------------------------------------------- */

int input__open(struct input *in, const char *const *paths, size_t n_paths, const struct input_opts *opts,
		struct trace_error *err)
{
	int rc;

	memset(in, 0, sizeof(*in));
	in->base.utc = in->context.utc = opts->utc;
	for (size_t i = 0; n_paths > 1 && i < n_paths; i++)
		if (store__is_database(paths[i]))
			return trace_error__set(err, -EINVAL, "%s is a database: give one database, or recordings",
						paths[i]);
	rc = open_db(in, paths, n_paths, opts, err);
	if (rc != 0)
		input__close(in);
	return rc;
}

void input__remark(const struct input *in)
{
	cli__remark_on_filter(in->filter, false);
}

void input__close(struct input *in)
{
	if (in->db) {
		sqlfn__remove(in->db);
		sqlite3_close(in->db);
	}
	filter__free(in->filter);
	filter__free(in->flow_filter);
	devices__free(&in->devices);
	memset(in, 0, sizeof(*in));
}
