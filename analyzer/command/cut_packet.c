/* cut_packet.c: where a packet is in a recording: an analysis of all of it tells, as it does for `show packets`. */
#include "analyzer/command/cut_packet.h"

#include <errno.h>
#include <sqlite3.h>
#include "analyzer/store/sql.h"
#include "analyzer/store/store.h"
#include "analyzer/sweep/analyze.h"

static const __u64 AROUND_NS = 1000000000;

static void set_times(struct cut_opts *o, __u64 begin, __u64 end)
{
	__u64 from = begin > AROUND_NS ? begin - AROUND_NS : 0, to = end + AROUND_NS;

	o->from = from > o->from ? from : o->from;
	o->to = o->to && o->to < to ? o->to : to;
}

static int read_packet(struct sqlite3 *db, unsigned long id, struct cut_opts *o, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int code = 0;

	if (sqlite3_prepare_v2(db, sql__text("cut/packet.sql"), -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_bind_int64(stmt, 1, (sqlite3_int64)id) != SQLITE_OK) {
		code = trace_error__set(err, -EIO, "cannot look for the packet: %s", sqlite3_errmsg(db));
	} else if (sqlite3_step(stmt) != SQLITE_ROW) {
		code = trace_error__set(err, -EINVAL, "no packet %lu is kept: `netanalyze show packets` has the numbers", id);
	} else {
		o->packet_ns = (__u64)sqlite3_column_int64(stmt, 0);
		o->packet_cpu = (__u16)sqlite3_column_int(stmt, 1);
		set_times(o, (__u64)sqlite3_column_int64(stmt, 2), (__u64)sqlite3_column_int64(stmt, 3));
	}
	sqlite3_finalize(stmt);
	return code;
}

int cut_packet__find(const struct trace *t, unsigned long id, struct cut_opts *o, struct trace_error *err)
{
	const struct analyze_opts opts = { .threads = o->threads };
	struct sqlite3 *db = NULL;
	int code;

	TRY(store__create(&db, NULL, false, err));
	code = analyze__run(t, db, &opts, NULL, err);
	if (!code)
		code = read_packet(db, id, o, err);
	sqlite3_close(db);
	return code;
}
