/*
 * probes.c: netrec probes: what would be recorded, and how, on this kernel.
 *
 * Prints the plan that netrec record would carry out. With --try the programs are also loaded and
 * attached for a moment, without recording, so that the answer is what the kernel really says.
 */
#include <errno.h>
#include <getopt.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "format/schema.h"
#include "privilege.h"
#include "record_cmd.h"

static const char HELP[] =
	"Usage: netrec probes [-p PROFILE,…] [-e EVENT,…] [--without METHOD,…] [--try] [--json]\n"
	"\n"
	"Shows every probe: the record it makes, the stage of the packet path it watches, and how\n"
	"it would be attached on this kernel, or why it cannot be.\n"
	"\n"
	"  -p PROFILE,…  what netrec record -p PROFILE would use (host)\n"
	"  -e EVENT,…    likewise\n"
	"      --without METHOD,…  ways to attach that are not to be used\n"
	"      --try     load and attach the programs for a moment (root)\n"
	"      --json    the same as JSON\n"
	"  -h, --help    this text\n"
	"\n"
	"Examples:\n"
	"  netrec probes -p drops\n"
	"  sudo netrec probes --try --json\n";

struct probes_options {
	unsigned without; /* bits: enum probe_method */
	const char *profiles, *events;
	bool try, json, help;
};

static int parse(struct probes_options *o, int argc, char **argv, struct trace_error *err)
{
	static const struct option LONG[] = {
		{ "profile", required_argument, NULL, 'p' }, { "event", required_argument, NULL, 'e' },
		{ "try", no_argument, NULL, 't' },           { "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },          { "without", required_argument, NULL, 'w' },
		{ 0 },
	};
	int opt;

	optind = 0;
	while ((opt = getopt_long(argc, argv, "+:p:e:h", LONG, NULL)) != -1) {
		switch (opt) {
		case 'p':
		case 'e':
			if (opt == 'p' ? o->profiles : o->events)
				return trace_error__set(err, -EINVAL, "-%c is given twice; write one list with commas", opt);
			*(opt == 'p' ? &o->profiles : &o->events) = optarg;
			break;
		case 'w':
			TRY(plan__methods(optarg, &o->without, err));
			break;
		case 't':
			o->try = true;
			break;
		case 'j':
			o->json = true;
			break;
		case 'h':
			o->help = true;
			break;
		default:
			return trace_error__set(err, -EINVAL, "%s %s; see netrec probes --help",
						opt == ':' ? "a value is missing after" : "unknown option",
						argv[optind - 1]);
		}
	}
	if (optind < argc)
		return trace_error__set(err, -EINVAL, "\"%s\" is too much; see netrec probes --help", argv[optind]);
	return 0;
}

/* Loads and attaches for real; nothing is enabled, so nothing is recorded. */
static int try_plan(struct plan *plan, const struct means *means, struct trace_error *err)
{
	struct attach_opts opts = { .ring_bytes = 4096 };
	struct attach *a;
	int ret;

	TRY(attach__open(&a, &opts, means->btf, err));
	ret = attach__plan(a, plan, means, err);
	attach__close(a);
	return ret;
}

static const char *state_of(const struct plan_probe *p)
{
	if (!p->wanted)
		return "not wanted";
	if (p->status == PROBE_ATTACHED)
		return "attached";
	return p->candidate ? "planned" : "impossible";
}

static const char *stage_of(const struct plan_probe *p)
{
	return p->def->stage ? schema__stage(p->def->stage)->name : "";
}

static void print_table(const struct plan *plan)
{
	printf("%-24s %-11s %-24s %-11s %-8s %s\n", "PROBE", "RECORD", "STAGE", "STATE", "METHOD", "WHAT, OR WHY NOT");
	for (size_t i = 0; i < PLAN_PROBES; i++) {
		const struct plan_probe *p = &plan->probes[i];

		printf("%-24s %-11s %-24s %-11s %-8s %s\n", p->def->name, schema__record(p->def->record)->name,
		       stage_of(p), state_of(p), plan__method(p), p->detail[0] ? p->detail : p->def->doc);
	}
}

/* SQLite makes the JSON. */
static int insert(sqlite3_stmt *st, const struct plan_probe *p)
{
	const char *columns[] = { p->def->name, schema__record(p->def->record)->name, stage_of(p), state_of(p),
				  plan__method(p), p->detail, p->def->doc };

	sqlite3_reset(st);
	for (int i = 0; i < 7; i++)
		sqlite3_bind_text(st, i + 1, columns[i], -1, SQLITE_STATIC);
	return sqlite3_step(st) == SQLITE_DONE ? 0 : -EIO;
}

static int print_json_from(sqlite3 *db, const struct plan *plan)
{
	static const char QUERY[] =
		"SELECT json_group_array(json_object('probe', probe, 'record', record, 'stage', nullif(stage, ''),"
		" 'state', state, 'method', nullif(method, ''), 'detail', nullif(detail, ''), 'doc', doc)) FROM p";
	sqlite3_stmt *st = NULL;
	int ret = -EIO;

	if (sqlite3_exec(db, "CREATE TABLE p(probe, record, stage, state, method, detail, doc)", NULL, NULL, NULL) ||
	    sqlite3_prepare_v2(db, "INSERT INTO p VALUES(?,?,?,?,?,?,?)", -1, &st, NULL))
		return -EIO;
	for (size_t i = 0; i < PLAN_PROBES; i++)
		if (insert(st, &plan->probes[i]))
			goto out;
	sqlite3_finalize(st);
	if (sqlite3_prepare_v2(db, QUERY, -1, &st, NULL) || sqlite3_step(st) != SQLITE_ROW)
		goto out;
	puts((const char *)sqlite3_column_text(st, 0));
	ret = 0;
out:
	sqlite3_finalize(st);
	return ret;
}

static int print_json(const struct plan *plan, struct trace_error *err)
{
	sqlite3 *db;
	int ret = -EIO;

	if (!sqlite3_open(":memory:", &db))
		ret = print_json_from(db, plan);
	if (ret)
		trace_error__set(err, ret, "cannot make JSON: %s", sqlite3_errmsg(db));
	sqlite3_close(db);
	return ret;
}

static int show(const struct probes_options *o, struct trace_error *err)
{
	struct means means = { 0 };
	struct plan plan;
	int ret;

	TRY(plan__select(&plan, o->profiles, o->events, err));
	TRY(means__open(&means, o->without, err));
	plan__resolve(&plan, &means);
	ret = o->try ? try_plan(&plan, &means, err) : 0;
	means__close(&means);
	if (ret < 0)
		return ret;
	if (o->json)
		return print_json(&plan, err);
	print_table(&plan);
	return 0;
}

int probes__main(int argc, char **argv)
{
	struct probes_options o = { 0 };
	struct trace_error err = { 0 };
	int ret = parse(&o, argc, argv, &err);

	if (!ret && o.help) {
		fputs(HELP, stdout);
		return EXIT_DONE;
	}
	if (!ret && o.try && !privilege__can_bpf())
		ret = trace_error__set(&err, -EPERM, "--try needs root; without it the plan is shown");
	if (!ret)
		ret = show(&o, &err);
	if (!ret)
		return EXIT_DONE;
	fprintf(stderr, "netrec: %s\n", err.text);
	return ret == -EINVAL ? EXIT_USAGE : ret == -EIO ? EXIT_DATA : EXIT_UNSUPPORTED;
}
