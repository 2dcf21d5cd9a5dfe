/*
 * analyze.c: one analysis: recording, sweep, results (analyze.h).
 */
#include "analyzer/sweep/analyze.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "analyzer/read/order.h"
#include "analyzer/sweep/passes.h"
#include "analyzer/read/recording.h"
#include "format/schema.h"

enum { PROGRESS_NS = 250000000 };

struct analysis {
	struct recording recording;
	struct devices devices;
	struct store *store;
	struct sweep sweep;
	struct order *order;
	struct passes *passes;
	__u64 last_ns;
	__u64 began, reported; /* wall clock */
};

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * 1000000000 + t.tv_nsec;
}

static unsigned choose(unsigned given, unsigned usual, unsigned least)
{
	unsigned n = given ? given : usual;

	return n > least ? n : least;
}

static struct analyze_opts fill_in(const struct analyze_opts *given)
{
	struct analyze_opts o = given ? *given : (struct analyze_opts){ 0 };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	o.threads = o.threads ? o.threads : cpus > 0 ? cpus : 1;
	o.keep_first = choose(o.keep_first, 1000, o.keep_at_least);
	o.keep_slowest = choose(o.keep_slowest, 1000, o.keep_at_least);
	o.keep_dropped = choose(o.keep_dropped, 10000, o.keep_at_least);
	o.keep_drops = choose(o.keep_drops, 100000, o.keep_at_least);
	return o;
}

static void damaged(void *arg, const struct load_job *job, const struct trace_error *why)
{
	struct analysis *a = arg;

	recording__damaged(&a->recording, a->store, job, why);
}

/* ---- devices ------------------------------------------------------------------------------------ */

struct lookup {
	__u32 inum;
	char name[NAMES_MAX_TEXT + 1];
	bool found;
};

static void find_netns(void *arg, const struct rec *rec)
{
	const struct rec_netns *r = (const struct rec_netns *)rec;
	struct lookup *l = arg;

	if (r->inum != l->inum)
		return;
	l->found = true;
	snprintf(l->name, sizeof(l->name), "%.*s", (int)r->name.len, r->name.s);
}

static void add_device(void *arg, const struct rec *rec)
{
	const struct rec_interface *r = (const struct rec_interface *)rec;
	struct lookup netns = { .inum = r->netns };
	struct analysis *a = arg;
	char name[NAMES_MAX_TEXT + 1];

	names__each(a->recording.names, REC_netns, find_netns, &netns);
	snprintf(name, sizeof(name), "%.*s", (int)r->name.len, r->name.s);
	if (devices__add(&a->devices, r->netns, r->ifindex, name, netns.found ? netns.name : NULL))
		a->sweep.no_memory = true;
}

static int choose_devices(struct analysis *a, struct trace_error *err)
{
	struct sweep *s = &a->sweep;

	if (!s->opts.n_ifaces)
		return 0;
	names__each(a->recording.names, REC_interface, add_device, a);
	if (s->no_memory)
		return trace_error__set(err, -ENOMEM, "out of memory");
	s->devices = &a->devices;
	return devices__choose(&a->devices, s->opts.ifaces, s->opts.n_ifaces, err);
}

/* ---- the sweep ---------------------------------------------------------------------------------- */

static int prepare(struct analysis *a, const struct trace *t, struct trace_error *err)
{
	struct sweep *s = &a->sweep;
	int code;

	TRY(recording__open(&a->recording, t, s->opts.from, s->opts.to, a->store, err));
	s->store = a->store;
	s->names = a->recording.names;
	s->gaps = &a->recording.gaps;
	s->first_ns = a->recording.first_ns;
	s->win_end = s->first_ns + WINDOW_NS;
	s->n_cpus = a->recording.n_cpus;
	TRY(choose_devices(a, err));
	code = passes__start(&a->passes, s);
	for (size_t i = 0; !code && i < a->recording.n_earlier; i++)
		passes__introduce(a->passes, &a->recording.earlier[i]);
	if (!code)
		code = order__start(&a->order, a->recording.jobs, a->recording.n_jobs, s->opts.threads, s->opts.from,
				    s->opts.to, damaged, a);
	if (code == -EAGAIN)
		return trace_error__set(err, code, "cannot start a thread; try --threads 1, or free some memory");
	return code ? trace_error__set(err, code, "out of memory") : 0;
}

static void report_progress(struct analysis *a, bool end)
{
	const struct analyze_opts *o = &a->sweep.opts;
	__u64 now;

	if (!o->progress)
		return;
	now = now_ns();
	if (!end && now - a->reported < PROGRESS_NS)
		return;
	a->reported = now;
	o->progress(o->progress_arg, end ? a->recording.rows : order__stats(a->order)->rows, a->recording.rows);
}

static int sweep(struct analysis *a, struct trace_error *err)
{
	const struct item *items;
	long n;

	while ((n = order__next(a->order, &items)) > 0) {
		passes__run(a->passes, items, n);
		if (items[n - 1].ts > a->last_ns)
			a->last_ns = items[n - 1].ts;
		report_progress(a, false);
	}
	report_progress(a, true);
	if (n < 0)
		return trace_error__set(err, n, "out of memory");
	if (!order__stats(a->order)->rows)
		return trace_error__set(err, -ENODATA, a->sweep.opts.from || a->sweep.opts.to ?
						"the recording has no events in that time; see netanalyze info" :
						"the recording has no events that can be read; see netanalyze verify");
	return 0;
}

/* ---- results ------------------------------------------------------------------------------------ */

/* How an interval ends besides at a stage: STAGE_CONSUMED and those behind it (pass.h). */
static void store_ends(struct analysis *a)
{
	static const struct { const char *name, *doc; } ends[] = {
		{ "consumed", "freed by whoever was to receive or send it" },
		{ "dropped", "freed because it was dropped" },
		{ "answered", "a TCP request: a segment with data went the other way" },
	};

	for (unsigned i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		STORE_LAST(a->store, "stage", V_INT("id", STAGE_CONSUMED + i), V_TEXT("name", ends[i].name),
			   V_TEXT("role", "END"), V_TEXT("aux", "none"), V_TEXT("doc", ends[i].doc),
			   V_INT("place", STAGE_CONSUMED + i), V_TEXT("mover", "nobody"), V_NULL("call"));
}

static void store_stages(struct analysis *a)
{
	static const char *const roles[] = { "", "ENTRY", "STEP", "ASIDE", "ORIGIN" };
	static const char *const movers[N_MOVERS] = { "", "caller", "softirq", "qdisc", "driver", "vhost", "guest", "handler",
						      "reader", "nobody" };

	for (unsigned id = 1; id < STAGE_MAX; id++) {
		const struct stage_desc *d = schema__stage(id);
		const char *name = trace__stage_name(a->recording.trace, id);

		if (!name)
			continue;
		STORE_LAST(a->store, "stage", V_INT("id", id), V_TEXT("name", name),
			   V_TEXT("role", d->role < 5 ? roles[d->role] : ""), V_TEXT("aux", d->role ? d->aux : "none"),
			   V_TEXT("doc", d->role ? d->doc : ""), V_INT("place", d->place),
			   V_TEXT("mover", movers[d->mover]), V_OPT("call", d->call, d->call));
	}
	store_ends(a);
}

static void store_fact(struct analysis *a, const char *key, const char *value)
{
	STORE_LAST(a->store, "config", V_TEXT("key", key), V_TEXT("value", value));
}

static void store_number(struct analysis *a, const char *key, __u64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	store_fact(a, key, text);
}

static void store_ifaces(struct analysis *a)
{
	char *text = devices__text(a->sweep.opts.ifaces, a->sweep.opts.n_ifaces);

	if (text)
		store_fact(a, "analyze.iface", text);
	else
		a->sweep.no_memory = true;
	free(text);
}

static void store_without(struct analysis *a)
{
	char text[1024] = "";
	size_t len = 0;

	for (unsigned type = 1; type < REC_TYPE_MAX && len < sizeof(text); type++)
		if (a->sweep.opts.without[type])
			len += snprintf(text + len, sizeof(text) - len, "%s%s", len ? "," : "", schema__record(type)->name);
	if (len)
		store_fact(a, "analyze.without", text);
}

static void store_facts(struct analysis *a)
{
	const struct analyze_opts *o = &a->sweep.opts;

	store_fact(a, "analyze.version", VERSION);
	if (o->filter.match)
		store_fact(a, "analyze.filter", o->filter.text ? o->filter.text : "");
	store_without(a);
	if (a->devices.n)
		store_ifaces(a);
	if (o->from)
		store_number(a, "analyze.from_ns", o->from);
	if (o->to)
		store_number(a, "analyze.to_ns", o->to);
	if (o->late_ns)
		store_number(a, "analyze.late_ns", o->late_ns);
}

static void store_trace(struct analysis *a)
{
	const struct recording *r = &a->recording;
	const struct order_stats *rows = order__stats(a->order);
	bool complete = !r->damages && !r->open_segments && !r->missing_segments && !r->part;
	char uuid[33];

	for (int i = 0; i < 16; i++)
		snprintf(uuid + 2 * i, 3, "%02x", r->uuid[i]);
	STORE(a->store, "trace", V_INT("first_ns", r->first_ns), V_INT("last_ns", a->last_ns),
	      V_INT("window_ns", WINDOW_NS), V_INT("n_cpus", r->n_cpus), V_TEXT("uuid", uuid),
	      V_INT("created_ns", r->created_ns), V_INT("complete", complete), V_INT("events", rows->rows),
	      V_INT("unknown_rows", rows->skipped), V_INT("late_rows", rows->late));
}

static void store_results(struct analysis *a)
{
	const struct gaps *g = &a->recording.gaps;

	passes__finish(a->passes);
	a->passes = NULL;
	sweep__limit(&a->sweep, "definitions", NAMES_MAX, names__left_out(a->recording.names),
		     "some names are missing");
	sweep__limit(&a->sweep, "gaps", g->n, g->left_out, "gaps are joined: more is called uncertain than is");
	recording__store(&a->recording, a->store);
	store_stages(a);
	store_facts(a);
	store_trace(a);
}

static void fill_stats(const struct analysis *a, struct analyze_stats *out)
{
	*out = (struct analyze_stats){
		.events = order__stats(a->order)->rows,
		.ns = now_ns() - a->began,
		.first_ns = a->recording.first_ns,
		.last_ns = a->last_ns,
		.lost = a->sweep.lost,
		.damaged = a->recording.damages,
		.unfinished = a->recording.open_segments,
		.evicted = a->sweep.evicted,
	};
}

static int run(struct analysis *a, const struct trace *t, struct trace_error *err)
{
	TRY(prepare(a, t, err));
	TRY(sweep(a, err));
	store_results(a);
	if (a->sweep.no_memory)
		return trace_error__set(err, -ENOMEM, "out of memory");
	return 0;
}

int analyze__run(const struct trace *t, struct sqlite3 *db, const struct analyze_opts *opts, struct analyze_stats *stats,
		 struct trace_error *err)
{
	struct analysis *a = calloc(1, sizeof(*a));
	int code, stored = 0;

	if (!a)
		return trace_error__set(err, -ENOMEM, "out of memory");
	a->began = now_ns();
	a->sweep.opts = fill_in(opts);
	code = store__begin(&a->store, db, err);
	if (!code)
		code = run(a, t, err);
	passes__finish(a->passes);
	if (a->store)
		stored = store__finish(a->store, code ? NULL : err);
	if (!code)
		code = stored;
	if (!code && stats)
		fill_stats(a, stats);
	order__free(a->order);
	recording__close(&a->recording);
	devices__free(&a->devices);
	free(a);
	return code;
}
