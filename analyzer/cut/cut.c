/*
 * cut.c: writing a part of a recording (cut.h).
 *
 * Rows come in the order of time and go to the stream they were in. What must hold: what is written depends on the
 * recording and on what is asked for, and on nothing else.
 */
#include "analyzer/cut/cut.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/cut/cut_definitions.h"
#include "analyzer/cut/cut_names.h"
#include "analyzer/cut/cut_packets.h"
#include "analyzer/cut/cut_state.h"
#include "analyzer/read/order.h"
#include "analyzer/read/recording.h"
#include "format/schema.h"
#include "format/writer.h"

enum { MAX_CPUS = 8192 }; /* that a kernel can have: a stream takes memory */

struct cutting {
	const struct cut_opts *opts;
	struct cut_stats *stats;
	struct recording recording;
	struct store *store; /* of what opening a recording stores, which nobody asks for here */
	struct trace_writer *writer;
	struct cut_state *state;
	struct cut_packets *packets; /* NULL: all are wanted */
	struct cut_names *names; /* that rows refer to; NULL: all have been told */
	bool begun, any, complete;
	__u64 unknown; /* definitions */
	struct rec_total totals[REC_TYPE_MAX]; /* .type 0: none */
};

/* ---- rows --------------------------------------------------------------------------------------- */

static int append(void *arg, const struct rec *rec)
{
	const struct cutting *c = arg;
	const struct cut_rewrite *r = c->opts->rewrite;

	if (c->names)
		TRY(cut_names__need(c->names, rec));
	return r ? r->append(r->arg, c->writer, rec) : trace_writer__append(c->writer, rec->cpu, rec);
}

static int begin(struct cutting *c)
{
	if (c->begun)
		return 0;
	c->begun = true;
	return c->opts->from ? cut_state__begin(c->state, c->opts->from, append, c) : 0;
}

static int define(void *arg, const struct rec *rec)
{
	const struct cutting *c = arg;
	const struct cut_rewrite *r = c->opts->rewrite;

	return r ? r->define(r->arg, c->writer, rec) : trace_writer__define(c->writer, rec);
}

typedef int (*row_fn)(struct cutting *c, const struct rec *rec);

static int learn(struct cutting *c, const struct rec *rec)
{
	return cut_packets__see(c->packets, rec);
}

/* Totals and gaps are told at the end, as they are by then. */
static int take_row(struct cutting *c, const struct rec *rec)
{
	const struct rec_total *total = (const struct rec_total *)rec;
	struct rec_futex_total counted;
	bool wanted = !c->packets || cut_packets__wanted(c->packets, rec);

	if (rec->ts < c->opts->from) {
		cut_state__see(c->state, rec);
		return 0;
	}
	TRY(begin(c));
	if (rec->type == REC_total && total->type < REC_TYPE_MAX)
		c->totals[total->type] = *total;
	if (rec->type == REC_total || rec->type == REC_gap || !wanted ||
	    (c->opts->events_text && !c->opts->events[rec->type]))
		return 0;
	c->any = true;
	TRY(cut_state__sample(c->state, c->opts->from, rec, append, c));
	return append(c, cut_state__count(c->state, rec, &counted));
}

static void damaged(void *arg, const struct load_job *job, const struct trace_error *why)
{
	struct cutting *c = arg;

	recording__damaged(&c->recording, c->store, job, why);
}

/* What cannot be decoded is noted in the last round. */
static void noted_later(void *arg, const struct load_job *job, const struct trace_error *why)
{
	(void)arg;
	(void)job;
	(void)why;
}

static int give_rows(struct cutting *c, struct order *order, row_fn fn, struct trace_error *err)
{
	const struct item *items;
	long n;

	while ((n = order__next(order, &items)) > 0)
		for (long i = 0; i < n; i++) {
			int code = fn(c, items[i].rec);

			if (code && trace_writer__error(c->writer)->code)
				*err = *trace_writer__error(c->writer);
			else if (code)
				trace_error__set(err, code, "out of memory");
			if (code)
				return code;
		}
	return n ? trace_error__set(err, n, "out of memory") : 0;
}

/* All rows up to the end of what is kept, those before its beginning included. */
static int each_row(struct cutting *c, row_fn fn, struct trace_error *err)
{
	const struct recording *r = &c->recording;
	struct order *order;
	int code = order__start(&order, r->jobs, r->n_jobs, c->opts->threads, 0, c->opts->to,
				fn == take_row ? damaged : noted_later, c);

	if (code)
		return trace_error__set(err, code, code == -EAGAIN ?
						"cannot start a thread; try --threads 1, or free some memory" :
						"out of memory");
	code = give_rows(c, order, fn, err);
	c->stats->unknown = c->unknown + order__stats(order)->skipped;
	order__free(order);
	return code;
}

static int take_rows(struct cutting *c, struct trace_error *err)
{
	if (c->opts->filter || c->opts->dropped || c->opts->late_ns || c->opts->packet_ns) {
		c->packets = cut_packets__new(c->opts, c->recording.n_cpus);
		if (!c->packets)
			return trace_error__set(err, -ENOMEM, "out of memory");
		TRY(each_row(c, learn, err));
		cut_packets__rewind(c->packets);
	}
	return each_row(c, take_row, err);
}

/* ---- the end ------------------------------------------------------------------------------------ */

static __u64 clamp(const struct cut_opts *o, __u64 ts)
{
	ts = ts < o->from ? o->from : ts;
	return o->to && ts > o->to ? o->to : ts;
}

/* Those that reach into the time that is kept, as they were told: how many were lost in a part of one nobody knows. */
static int tell_gaps(struct cutting *c, __u64 lost[REC_TYPE_MAX])
{
	const struct gaps *gaps = &c->recording.gaps;
	__u64 *on_cpu = calloc(c->recording.n_cpus + 1, sizeof(*on_cpu));
	int code = on_cpu ? 0 : -ENOMEM;

	for (size_t i = 0; !code && i < gaps->n; i++) {
		const struct gap *g = &gaps->list[i];
		struct rec_gap r = { .where = g->cpu, .type = g->type, .why = g->why, .from = g->from, .to = g->to,
				     .lost = g->lost };

		if (g->why == GAP_LEFT_OUT || g->to < c->opts->from || (c->opts->to && g->from > c->opts->to))
			continue;
		r.rec = (struct rec){ .ts = clamp(c->opts, g->to), .type = REC_gap, .cpu = STREAM_RECORDER };
		lost[g->type % REC_TYPE_MAX] += g->lost;
		if (g->cpu < c->recording.n_cpus)
			trace_writer__set_lost(c->writer, g->cpu, on_cpu[g->cpu] += g->lost);
		code = append(c, &r.rec);
	}
	free(on_cpu);
	return code;
}

/* A recording without totals was not ended; its cut has none either when it goes to where that ends. */
static int tell_totals(struct cutting *c, const __u64 lost[REC_TYPE_MAX])
{
	const struct cut_opts *o = c->opts;
	bool part = o->from || o->to;

	for (__u16 type = 1; type < REC_TYPE_MAX; type++) {
		const struct record_desc *d = schema__record(type);
		struct rec_total t = c->totals[type];

		if (!d || d->class != RECORD_EVENT || type == REC_total || (!o->to && !t.type))
			continue;
		t.rec = (struct rec){ .ts = o->to ? o->to : t.rec.ts, .type = REC_total, .cpu = STREAM_RECORDER };
		t.type = type;
		t.written = trace_writer__stats(c->writer)->rows_of[type];
		t.lost = part ? lost[type] : t.lost;
		if (t.written || t.lost)
			TRY(append(c, &t.rec));
	}
	return 0;
}

static int finish(struct cutting *c, struct trace_error *err)
{
	const struct recording *r = &c->recording;
	__u64 lost[REC_TYPE_MAX] = { 0 };
	int code;

	if (!c->any)
		return trace_error__set(err, -ENODATA, "nothing is left: the recording has no such events in that time; "
					"see netanalyze info");
	c->stats->damaged = r->damages;
	c->complete &= !c->packets && !c->opts->events_text && !c->opts->from && !c->opts->to && !r->damages &&
		       !r->open_segments && !r->missing_segments && !c->stats->unknown;
	code = c->opts->from ? cut_state__end(c->state, c->opts->from, append, c) : 0;
	if (!code && c->opts->rewrite)
		code = c->opts->rewrite->flush(c->opts->rewrite->arg, c->writer);
	if (!code)
		code = tell_gaps(c, lost);
	if (!code)
		code = tell_totals(c, lost);
	if (!code)
		code = cut_definitions__fact(c->writer, c->opts, "cut.complete", c->complete ? "yes" : "no");
	c->stats->kept = trace_writer__stats(c->writer)->rows;
	if (code && trace_writer__error(c->writer)->code)
		*err = *trace_writer__error(c->writer);
	else if (code)
		trace_error__set(err, code, "out of memory");
	return code;
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static int open_writer(struct cutting *c, const struct trace *t, const char *name, struct trace_error *err)
{
	__u8 uuid[16];
	struct trace_writer_opts opts = { .n_cpus = c->recording.n_cpus, .segment_bytes = ~0ull, .segment_ns = ~0ull,
					  .uuid = uuid, .created_ns = c->recording.created_ns };

	if (opts.n_cpus > MAX_CPUS)
		return trace_error__set(err, -EBADMSG, "the recording says that its host has %u CPUs: it cannot be cut",
					opts.n_cpus);
	opts.created_ns += !opts.created_ns; /* the time it is now would make other bytes */
	cut_definitions__uuid(t, c->opts, uuid);
	return trace_writer__open(&c->writer, name, &opts, 0, err);
}

/* Are rows left out, and with them names? Where there were too many to hold, all are told. */
static bool leaves_out(const struct cutting *c)
{
	const struct cut_opts *o = c->opts;

	return (o->from || o->to || o->filter || o->dropped || o->late_ns || o->packet_ns || o->events_text) &&
	       !names__left_out(c->recording.names);
}

static int write_definitions(struct cutting *c, const struct trace *t, struct trace_error *err)
{
	bool some = leaves_out(c);

	TRY(cut_definitions__write(t, c->opts, c->writer, !some, &c->complete, &c->unknown, err));
	if (some)
		c->names = cut_names__new(c->recording.names, define, c);
	return some && !c->names ? trace_error__set(err, -ENOMEM, "out of memory") : 0;
}

static int write_all(struct cutting *c, const struct trace *t, const char *name, struct trace_error *err)
{
	struct trace_error ignored;
	int code = open_writer(c, t, name, err), closed;

	if (!code)
		code = write_definitions(c, t, err);
	if (!code)
		code = take_rows(c, err);
	if (!code)
		code = finish(c, err);
	closed = trace_writer__close(c->writer, code ? &ignored : err);
	return code ? code : closed;
}

/* What opening a recording stores goes into a database that nobody reads. */
static int cut(struct cutting *c, const struct trace *t, const char *name, struct trace_error *err)
{
	struct sqlite3 *db;
	int code;

	TRY(store__create(&db, NULL, false, err));
	code = store__begin(&c->store, db, err);
	if (!code)
		code = recording__open(&c->recording, t, 0, c->opts->to, c->store, err);
	if (!code)
		code = write_all(c, t, name, err);
	if (c->store)
		store__finish(c->store, NULL);
	recording__close(&c->recording);
	store__discard(db);
	return code;
}

int cut__write(const struct trace *t, const char *name, const struct cut_opts *opts, struct cut_stats *stats,
	       struct trace_error *err)
{
	struct cutting c = { .opts = opts, .stats = stats, .complete = true };
	int code;

	*stats = (struct cut_stats){ 0 };
	for (size_t i = 0; i < trace__n_blocks(t); i++)
		stats->events += trace__block(t, i)->flags & BLOCK_DEFINITIONS ? 0 : trace__block(t, i)->rows;
	c.state = cut_state__new();
	code = c.state ? cut(&c, t, name, err) : trace_error__set(err, -ENOMEM, "out of memory");
	cut_state__free(c.state);
	cut_packets__free(c.packets);
	cut_names__free(c.names);
	if (code == -ENOSPC || code == -EDQUOT)
		return trace_error__set(err, code, "cannot write %s: %s", name, STORE_FULL);
	return code;
}
