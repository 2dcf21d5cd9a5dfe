/*
 * replay.c: printing events in time order (replay.h).
 *
 * Where blocks are missing or cannot be read, or records were made no more, there is no record that says so: a line
 * "missing" does, where that begins.
 */
#include "analyzer/replay/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "analyzer/read/order.h"
#include "analyzer/replay/capture.h"
#include "analyzer/replay/choice.h"
#include "analyzer/replay/columns.h"
#include "analyzer/replay/folded.h"
#include "analyzer/replay/line.h"
#include "analyzer/replay/perfetto.h"

enum { SECOND = 1000000000 };

struct replay {
	const struct replay_opts *opts;
	const struct trace *trace;
	FILE *out;
	struct recording recording;
	struct resolver *resolver;
	struct choice *choice;
	struct order *order;
	const struct sink *sink;
	void *written; /* state of the sink */
	size_t next_gap;
	__u64 first_ns, began_ns; /* the event printed first, and when that was */
};

/* ---- pace --------------------------------------------------------------------------------------- */

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * SECOND + t.tv_nsec;
}

/* Waits until it is time for what happened then. */
static void wait_for(struct replay *r, __u64 ts)
{
	struct timespec until;
	__u64 at;

	if (!r->opts->speed)
		return;
	if (!r->began_ns) {
		r->began_ns = now_ns();
		r->first_ns = ts;
	}
	at = r->began_ns + (__u64)((double)(ts > r->first_ns ? ts - r->first_ns : 0) / r->opts->speed);
	if (at <= now_ns())
		return;
	fflush(r->out);
	until = (struct timespec){ (time_t)(at / SECOND), (long)(at % SECOND) };
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* ---- what is missing ---------------------------------------------------------------------------- */

#define MISSING(field, unit, doc) \
	{ #field, unit, doc, offsetof(struct rec_gap, field), FIELD_UINT, sizeof(((struct rec_gap *)0)->field), false }

static const struct field_desc missing_fields[] = {
	MISSING(where, "NONE", "CPU; 0xffffffff: any"),
	MISSING(type, "RECORD", "record type; 0: any"),
	MISSING(why, "ENUM", "4 left out to cost less, 5 block missing"),
	MISSING(from, "AT", "after this time"),
	MISSING(to, "AT", "and before this time"),
};

static const struct record_desc missing = { .name = "missing", .doc = "", .fields = missing_fields,
					    .n_fields = sizeof(missing_fields) / sizeof(*missing_fields) };

static void print_missing(struct replay *r, const struct gap *g)
{
	struct rec_gap row = { .rec = { .ts = g->from, .cpu = g->cpu < STREAM_CPUS ? (__u16)g->cpu : STREAM_RECORDER },
			       .where = g->cpu, .type = g->type, .why = g->why, .from = g->from, .to = g->to };

	if (g->to < r->opts->from || (r->opts->to && g->from > r->opts->to) || !choice__wants_gap(r->choice, g->type))
		return;
	wait_for(r, g->from);
	r->sink->see(r->written, &missing, &row.rec, true);
}

/* Those that begin before this time and of which no record tells. */
static void tell_gaps(struct replay *r, __u64 until)
{
	const struct gaps *g = &r->recording.gaps;

	for (; r->next_gap < g->n && g->list[r->next_gap].from < until; r->next_gap++)
		if (!g->list[r->next_gap].told)
			print_missing(r, &g->list[r->next_gap]);
}

static void damaged(void *arg, const struct load_job *job, const struct trace_error *why)
{
	struct replay *r = arg;

	recording__damaged(&r->recording, NULL, job, why);
}

/* ---- events ------------------------------------------------------------------------------------- */

static void print_events(struct replay *r, const struct item *items, size_t n)
{
	for (size_t i = 0; i < n && !ferror(r->out); i++) {
		const struct rec *rec = items[i].rec;
		const struct record_desc *d = trace__record(r->trace, rec->schema, rec->type);
		bool wanted;

		tell_gaps(r, rec->ts);
		resolver__see(r->resolver, rec);
		wanted = choice__wants(r->choice, d, items, n, i);
		if (wanted)
			wait_for(r, rec->ts);
		r->sink->see(r->written, d, rec, wanted);
	}
}

static int print_all(struct replay *r)
{
	const struct item *items;
	long n;

	while ((n = order__next(r->order, &items)) > 0 && !ferror(r->out))
		print_events(r, items, (size_t)n);
	if (n == 0)
		tell_gaps(r, ~0ull);
	return n < 0 ? (int)n : 0;
}

static const struct sink *const sinks[] = {
	[REPLAY_TEXT] = &text_sink,	[REPLAY_JSON] = &json_sink,	[REPLAY_CSV] = &csv_sink,
	[REPLAY_PCAPNG] = &capture_sink, [REPLAY_FOLDED] = &folded_sink,	[REPLAY_PERFETTO] = &perfetto_sink,
};

static int prepare(struct replay *r)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct sink_to to = { r->out, &r->recording, r->opts->base, NULL, r->opts->types, r->opts->weight };

	TRY(resolver__new(&r->resolver, &r->recording));
	to.resolver = r->resolver;
	TRY(choice__new(&r->choice, r->opts->types, r->opts->filter, r->recording.n_cpus));
	r->sink = sinks[r->opts->format];
	TRY(r->sink->begin(&r->written, &to));
	return order__start(&r->order, r->recording.jobs, r->recording.n_jobs, cpus > 0 ? (unsigned)cpus : 1,
			    r->opts->from, r->opts->to, damaged, r);
}

static int run(struct replay *r, struct trace_error *err)
{
	int code = prepare(r);

	if (!code)
		code = print_all(r);
	if (code == -EAGAIN)
		return trace_error__set(err, code, "cannot start a thread: free some memory");
	return code ? trace_error__set(err, code, "out of memory") : 0;
}

int replay__run(const struct trace *t, const struct replay_opts *opts, FILE *out, struct replay_stats *stats,
		struct trace_error *err)
{
	struct replay r = { .opts = opts, .trace = t, .out = out };
	int code = recording__open(&r.recording, t, opts->from, opts->to, NULL, err);

	if (!code)
		code = run(&r, err);
	*stats = (struct replay_stats){ .damages = r.recording.damages, .missing_segments = r.recording.missing_segments };
	if (!code && r.sink->end)
		r.sink->end(r.written, stats);
	if (r.sink)
		r.sink->free(r.written);
	order__free(r.order);
	choice__free(r.choice);
	resolver__free(r.resolver);
	recording__close(&r.recording);
	return code;
}
