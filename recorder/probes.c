/*
 * probes.c: netrec probes: what would be recorded, and how, on this kernel.
 *
 * Prints the plan that netrec record would carry out. With --try the programs are also loaded and
 * attached for a moment, without recording, so that the answer is what the kernel really says.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "format/schema.h"
#include "json.h"
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
	struct attach_opts opts = { .config.ring_bytes = 4096 };
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

static void print_json(const struct plan *plan)
{
	for (size_t i = 0; i < PLAN_PROBES; i++) {
		const struct plan_probe *p = &plan->probes[i];
		const char *members[][2] = { { "probe", p->def->name }, { "record", schema__record(p->def->record)->name },
					     { "stage", stage_of(p) },  { "state", state_of(p) },
					     { "method", plan__method(p) }, { "detail", p->detail },
					     { "doc", p->def->doc } };

		for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++) {
			printf("%s\"%s\":", m ? "," : i ? ",{" : "[{", members[m][0]);
			json__put(stdout, members[m][1]);
		}
		putchar('}');
	}
	puts("]");
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
		print_json(&plan);
	else
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
	return ret == -EINVAL ? EXIT_USAGE : EXIT_UNSUPPORTED;
}
