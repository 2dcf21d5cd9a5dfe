/*
 * scan.c: a look at a recording without analyzing it.
 *
 * What must hold: everything found goes into tables as found; what it means is said by the queries in schema/scan/.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/read/scan.h"
#include "analyzer/store/store.h"
#include "analyzer/store/sql.h"
#include "format/reader.h"

/* ---- begin and end ------------------------------------------------------------------------------ */

/* Points *base at a clock reading: CLOCK_REALTIME of start_mono follows from any one of them. */
static bool find_clock(const struct trace *t, struct trace_rows *rows, size_t block, struct timebase *base)
{
	if (trace__decode(t, block, rows, NULL) != 0)
		return false;
	for (size_t i = 0; i < rows->n; i++) {
		const struct rec_clock *c = (const struct rec_clock *)trace_rows__at(rows, i);

		if (c->rec.type != REC_clock)
			continue;
		base->start_real = c->realtime - (rows->ts[i] - base->start_mono);
		return true;
	}
	return false;
}

static void widen(const struct trace *t, struct timebase *base)
{
	for (size_t i = 0; i < trace__n_blocks(t); i++) {
		const struct trace_block *b = trace__block(t, i);

		if (b->flags & BLOCK_DEFINITIONS)
			continue;
		if (!base->start_mono || b->ts_min < base->start_mono)
			base->start_mono = b->ts_min;
		if (b->ts_max > base->end_mono)
			base->end_mono = b->ts_max;
	}
}

static void find_any_clock(const struct trace *t, struct timebase *base)
{
	struct trace_rows rows = { .n = 0 };
	bool found = false;

	for (size_t i = 0; !found && i < trace__n_blocks(t); i++)
		if (trace__block(t, i)->flags & BLOCK_DEFINITIONS)
			found = find_clock(t, &rows, i, base);
	trace_rows__free(&rows);
}

void scan__timebase(const struct trace *t, struct timebase *base)
{
	base->start_mono = base->end_mono = base->start_real = 0;
	widen(t, base);
	find_any_clock(t, base);
}

/* ---- everything --------------------------------------------------------------------------------- */

struct scan {
	struct store *store;
	const struct trace *t;
	const struct trace_recording *recording;
	const char *name; /* what it is to be called */
	__u64 rows_of[REC_TYPE_MAX];
	__u64 unknown;
};

#define TEXT(column, t) V_TEXTN(column, (t).s, (t).len)

static void put_row(struct scan *s, const struct rec *rec, __u64 ts)
{
	union {
		const struct rec *rec;
		const struct rec_config *config;
		const struct rec_clock *clock;
		const struct rec_total *total;
		const struct rec_gap *gap;
	} r = { rec };

	s->rows_of[rec->type % REC_TYPE_MAX]++;
	switch (rec->type) {
	case REC_config:
		STORE_LAST(s->store, "scan_config", TEXT("key", r.config->key), TEXT("value", r.config->value));
		break;
	case REC_clock:
		STORE(s->store, "scan_clock", V_INT("mono_ns", ts), V_INT("real_ns", r.clock->realtime));
		break;
	case REC_total:
		STORE(s->store, "scan_total", V_INT("type", r.total->type), V_INT("written", r.total->written),
		      V_INT("lost", r.total->lost));
		break;
	case REC_gap:
		STORE(s->store, "scan_gap", V_OPT("cpu", r.gap->where != 0xffffffff, r.gap->where),
		      V_OPT("type", r.gap->type, r.gap->type), V_INT("why", r.gap->why), V_INT("from_ns", r.gap->from),
		      V_INT("to_ns", r.gap->to), V_INT("lost", r.gap->lost));
		break;
	}
}

/* Are not all rows of the class that the block's header names? */
static bool is_mixed(const struct trace_block *b, const struct trace_rows *rows)
{
	unsigned class = b->flags & BLOCK_DEFINITIONS ? RECORD_DEFINITION : RECORD_EVENT;

	for (size_t i = 0; i < rows->n; i++)
		if (schema__record(trace_rows__at(rows, i)->type)->class != class)
			return true;
	return false;
}

/* Of rows that are not known, none can be told. */
static bool fills_its_time(const struct trace_block *b, const struct trace_rows *rows)
{
	__u64 first = b->ts_max, last = b->ts_min;

	for (size_t i = 0; i < rows->n; i++) {
		first = rows->ts[i] < first ? rows->ts[i] : first;
		last = rows->ts[i] > last ? rows->ts[i] : last;
	}
	return rows->skipped || !rows->n || (first == b->ts_min && last == b->ts_max);
}

/* A block that is damaged is noted as such; one that memory is short for says nothing about itself. */
static int put_block(struct scan *s, size_t i, struct trace_rows *rows, struct trace_error *out)
{
	const struct trace_block *b = trace__block(s->t, i);
	struct trace_error err = { .code = 0 };
	int code = trace__decode(s->t, i, rows, &err);

	if (code == -ENOMEM) {
		*out = err;
		return code;
	}
	if (code == 0 && is_mixed(b, rows))
		rows->what = "events and definitions are mixed";
	else if (code == 0 && !fills_its_time(b, rows))
		rows->what = "its header gives its rows more time than they have";
	else if (code == 0) {
		for (size_t j = 0; j < rows->n; j++)
			put_row(s, trace_rows__at(rows, j), rows->ts[j]);
		s->unknown += rows->skipped;
	}
	STORE(s->store, "scan_block", V_INT("id", i), V_INT("file", b->file), V_INT("segment", b->segment),
	      V_INT("offset", b->offset), V_INT("stream", b->stream), V_INT("seq", b->seq), V_INT("rows", b->rows),
	      V_INT("from_ns", b->ts_min), V_INT("to_ns", b->ts_max), V_INT("lost", b->lost),
	      V_INT("stored", b->stored_len), V_INT("raw", b->raw_len),
	      V_INT("definitions", b->flags & BLOCK_DEFINITIONS), V_TEXT("bad", rows->what), V_INT("unknown", b->unknown));
	return 0;
}

/* Is something of the recording in this file? One that holds no segment at all belongs to the first. */
static bool holds_some(const struct scan *s, __u32 file)
{
	bool any = false;

	for (size_t i = 0; i < trace__n_segments(s->t); i++) {
		if (trace__segment(s->t, i)->file != file)
			continue;
		any = true;
		if (i >= s->recording->first_segment && i < s->recording->first_segment + s->recording->n_segments)
			return true;
	}
	return !any && s->recording == trace__recording(s->t, 0);
}

static void put_file(struct scan *s, __u32 file)
{
	const struct trace_file *f = trace__file(s->t, file);

	if (!holds_some(s, file))
		return;
	STORE(s->store, "scan_file", V_INT("id", file), V_TEXT("path", f->path), V_INT("size", f->size));
	for (size_t i = 0; i < trace__n_damages(s->t); i++) {
		const struct trace_damage *d = trace__damage(s->t, i);

		if (d->file == file)
			STORE(s->store, "scan_damage", V_INT("file", d->file), V_INT("offset", d->offset),
			      V_INT("length", d->length), V_TEXT("what", d->what));
	}
}

static void put_parts(struct scan *s)
{
	const struct trace_recording *r = s->recording;
	__u32 n_cpus = 0;
	char uuid[33];

	for (size_t i = 0; i < trace__n_files(s->t); i++)
		put_file(s, i);
	for (size_t i = r->first_segment; i < r->first_segment + r->n_segments; i++) {
		const struct trace_segment *g = trace__segment(s->t, i);

		STORE(s->store, "scan_segment", V_INT("id", i), V_INT("number", g->number), V_INT("file", g->file),
		      V_INT("offset", g->offset), V_INT("created_ns", g->created_ns), V_INT("closed", g->closed),
		      V_INT("headless", g->headless), V_INT("copies", g->copies));
		n_cpus = g->n_cpus > n_cpus ? g->n_cpus : n_cpus;
	}
	for (int j = 0; j < 16; j++)
		snprintf(uuid + 2 * j, 3, "%02x", r->uuid[j]);
	STORE(s->store, "scan_trace", V_TEXT("path", s->name), V_TEXT("uuid", uuid), V_INT("n_cpus", n_cpus));
}

/* Blocks without rows, of this recording or of none. */
static void put_others(struct scan *s)
{
	const struct trace_recording *r = s->recording;
	__u32 file = UINT32_MAX;
	bool ours = false; /* what belongs to no segment of it */

	for (size_t i = 0; i < trace__n_others(s->t); i++) {
		const struct trace_block *o = trace__other(s->t, i);
		bool nobodys = o->segment == NO_SEGMENT;

		if (nobodys && o->file != file) {
			file = o->file;
			ours = holds_some(s, file);
		}
		if (nobodys ? ours : o->segment - r->first_segment < r->n_segments)
			STORE(s->store, "scan_other", V_INT("file", o->file), V_OPT("segment", !nobodys, o->segment),
			      V_INT("offset", o->offset), V_INT("kind", o->kind), V_INT("stored", o->stored_len));
	}
}

static void put_counts(struct scan *s)
{
	for (unsigned id = 0; id < REC_TYPE_MAX; id++) {
		const struct record_desc *r = schema__record(id);

		if (r)
			STORE(s->store, "scan_rows", V_INT("type", id), V_TEXT("name", r->name),
			      V_INT("definition", r->class == RECORD_DEFINITION), V_INT("n", s->rows_of[id]));
	}
	if (s->unknown)
		STORE(s->store, "scan_rows", V_INT("type", -1), V_TEXT("name", "(types unknown to this version)"),
		      V_INT("definition", 0), V_INT("n", s->unknown));
}

int scan__fill(sqlite3 *db, const struct trace *t, size_t recording, const char *name, struct trace_error *err)
{
	const struct trace_recording *r = trace__recording(t, recording);
	struct scan s = { .t = t, .recording = r, .name = name };
	struct trace_rows rows = { .n = 0 };
	int code, stored;

	if (sqlite3_exec(db, sql__text("scan/tables.sql"), NULL, NULL, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot prepare the summary: %s", sqlite3_errmsg(db));
	code = store__begin(&s.store, db, err);
	if (code)
		return code;
	put_parts(&s);
	put_others(&s);
	for (size_t i = r->first_block; i < r->first_block + r->n_blocks && !code; i++)
		code = put_block(&s, i, &rows, err);
	put_counts(&s);
	trace_rows__free(&rows);
	stored = store__finish(s.store, code ? NULL : err);
	return code ? code : stored;
}
