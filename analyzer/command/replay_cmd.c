/*
 * replay_cmd.c: `netanalyze replay` and `netanalyze export`: the events of a recording as they happened, printed or for
 * other tools.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/command/cli.h"
#include "analyzer/command/output.h"
#include "analyzer/read/scan.h"
#include "analyzer/replay/folded.h"
#include "analyzer/replay/replay.h"
#include "analyzer/store/store.h"
#include "format/reader.h"

static const char help_text[] =
	"usage: netanalyze replay TRACE [OPTION …] ['FILTER']\n"
	"\n"
	"The events of a recording as they happened, of all CPUs in the order of time, one line each: time, CPU, event,\n"
	"then each field as name=value, with its unit and, in parentheses, what it stands for. Where records were lost,\n"
	"or blocks are missing, a line says so.\n"
	"\n"
	"  --events NAME,…   only these, as netanalyze info lists them, and what says that some of them are missing\n"
	"  --from TIME       from there: seconds from the start, 10:28:42.5, or ISO 8601\n"
	"  --to TIME         up to there\n"
	"  --speed X         as fast as it happened (1), twice as fast (2), …; default: as fast as possible\n"
	"  --json            one JSON object a line, exact values\n"
	"  --recording UUID  of several recordings the one whose UUID begins like that\n"
	"  --utc             times in UTC, not in local time\n"
	"  FILTER            only events of packets that match, in tcpdump syntax: 'udp port 53 and host 10.0.0.2'\n"
	"\n"
	"examples:\n"
	"  netanalyze replay web.nrec | less -S\n"
	"  netanalyze replay web.nrec --from 12.5 --to 12.6 'icmp and host 10.0.0.2'\n"
	"  netanalyze replay web.nrec --events offcpu,softirq --speed 0.1\n"
	"  netanalyze replay web.nrec --events drop --json | jq -r .reason_name | sort | uniq -c\n";

static const char export_help[] =
	"usage: netanalyze export TRACE --to FORMAT -o FILE [OPTION …] ['FILTER']\n"
	"\n"
	"A recording for other tools.\n"
	"\n"
	"  --to FORMAT       pcapng: for wireshark and tcpdump, each packet once for each stage where it was seen, with stage,\n"
	"                    time since the stage before, and why it was dropped, as its comment; an interface a device.\n"
	"                    json: the lines of netanalyze replay, as JSON\n"
	"                    csv: a table of the events of --events, a column for each of their fields; no text in it is\n"
	"                    a formula to a spreadsheet (netanalyze show has views as such tables)\n"
	"                    perfetto: for ui.perfetto.dev, threads, CPUs and devices as tracks, packets as flows, queues and rings\n"
	"                    as counters\n"
	"                    folded: stacks of drops and waits, as flamegraph.pl reads them\n"
	"  --events NAME,…   only these, as netanalyze info lists them\n"
	"  --weight WHAT     folded: what stacks are added up by: count (the default), or ns, time waited\n"
	"  -o, --output FILE write to FILE, which must not exist\n"
	"      --force       overwrite it\n"
	"  --from TIME       from there: seconds from the start, 10:28:42.5, or ISO 8601\n"
	"  --until TIME      up to there\n"
	"  --recording UUID  of several recordings the one whose UUID begins like that\n"
	"  --utc             times of day are UTC, not local\n"
	"  FILTER            only packets that match, in tcpdump syntax\n"
	"\n"
	"examples:\n"
	"  netanalyze export web.nrec --to pcapng -o web.pcapng && wireshark web.pcapng\n"
	"  netanalyze export web.nrec --to pcapng -o dns.pcapng --from 12.5 --until 14 'udp port 53'\n"
	"  netanalyze export web.nrec --to perfetto -o web.pftrace --from 12.5 --until 14\n"
	"  netanalyze export web.nrec --to csv -o drops.csv --events drop\n"
	"  netanalyze export web.nrec --to folded -o waits.folded --events offcpu --weight ns\n";

struct command {
	struct replay_opts opts;
	const char *name; /* of the option for the end: --to, --until */
	const char *path, *from, *to, *events, *filter, *recording, *output;
	bool force, weighted;
	bool types[REC_TYPE_MAX];
};

static int limits(struct command *c, struct trace_error *err)
{
	uint64_t from, to;

	if (!c->from && !c->to)
		return 0;
	TRY(timefmt__range(c->from, c->name, c->to, &c->opts.base, &from, &to, err));
	c->opts.from = c->from ? from : 0;
	c->opts.to = c->to ? to : 0;
	return 0;
}

static void remark(const struct command *c, const struct replay_stats *stats)
{
	cli__remark_on_filter(c->opts.filter, true);
	if (stats->damages || stats->missing_segments)
		fprintf(stderr, "netanalyze: note: parts of the recording are damaged or missing: netanalyze verify says "
				"which\n");
	if (stats->headless)
		fprintf(stderr, "netanalyze: note: left out, for their headers were not recorded: packets at a stage, %llu "
				"times\n", stats->headless);
	if (stats->gaps)
		fprintf(stderr, "netanalyze: note: records of these events are missing in %llu places: what is added up is less than "
				"there was\n", stats->gaps);
}

static int check_stacks(const struct command *c, struct trace_error *err)
{
	for (unsigned type = 1; c->events && type < REC_TYPE_MAX; type++) {
		if (!c->types[type] || folded__has_time(type) || (folded__has(type) && c->opts.weight == WEIGHT_COUNT))
			continue;
		if (folded__has(type))
			return trace_error__set(err, -EINVAL, "--weight ns adds up waits: a drop takes no time");
		return trace_error__set(err, -EINVAL, "--to folded takes events with stacks: drop, offcpu, lock, futex, pthread");
	}
	return 0;
}

static int replay(struct command *c, const struct trace *t, FILE *out, struct trace_error *err)
{
	struct replay_stats stats;
	bool utc = c->opts.base.utc;

	cli__remark_on_trace(t);
	scan__timebase(t, &c->opts.base);
	c->opts.base.utc = utc;
	TRY(limits(c, err));
	if (c->events)
		TRY(cli__types("--events", c->events, t, c->types, err));
	c->opts.types = c->events ? c->types : NULL;
	if (c->opts.format == REPLAY_FOLDED)
		TRY(check_stacks(c, err));
	TRY(replay__run(t, &c->opts, out, &stats, err));
	remark(c, &stats);
	return 0;
}

static int open_and_replay(struct command *c, FILE *out, struct trace_error *err)
{
	const struct trace_wanted wanted = { .paths = &c->path, .n_paths = 1, .recording = c->recording,
					     .unknown = true };
	struct trace *t;
	int code;

	if (store__is_database(c->path))
		return trace_error__set(err, -EINVAL,
					"%s is a database, which has no events: give the recording it was made from", c->path);
	if (c->filter) {
		cli__warn_of_filter(c->filter);
		TRY(filter__compile(&c->opts.filter, c->filter, err));
	}
	code = trace__open_set(&t, &wanted, err);
	if (!code) {
		code = replay(c, t, out, err);
		trace__close(t);
	}
	filter__free(c->opts.filter);
	return code;
}

static int take_option(struct command *c, int option, struct trace_error *err)
{
	char *end;

	switch (option) {
	case 'e':
		c->events = optarg;
		return 0;
	case 'f':
		c->from = optarg;
		return 0;
	case 't':
		c->to = optarg;
		return 0;
	case 's':
		c->opts.speed = strtod(optarg, &end);
		if (end == optarg || *end || !(c->opts.speed > 0) || c->opts.speed > 1e9)
			return trace_error__set(err, -EINVAL, "--speed takes a number above 0, such as 1 or 0.1, not '%s'",
						optarg);
		return 0;
	case 'j':
		c->opts.format = REPLAY_JSON;
		return 0;
	case 'r':
		return cli__recording(optarg, &c->recording, err);
	case 'u':
		c->opts.base.utc = true;
		return 0;
	}
	return err->code ? err->code : -EINVAL;
}

static int take_operands(struct command *c, int argc, char **argv, struct trace_error *err)
{
	if (optind == argc)
		return cli__usage_error(argv[0], err, "%s needs a recording", argv[0]);
	if (argc - optind > 2)
		return cli__usage_error(argv[0], err, "'%s' is one argument too many: put the filter in quotes",
					argv[optind + 2]);
	c->path = argv[optind];
	c->filter = argv[optind + 1];
	return 0;
}

/* ---- replay ------------------------------------------------------------------------------------- */

int cmd_replay(int argc, char **argv, struct trace_error *err)
{
	static const struct option options[] = {
		{ "events", required_argument, NULL, 'e' }, { "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' },	    { "speed", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },	    { "recording", required_argument, NULL, 'r' },
		{ "utc", no_argument, NULL, 'u' },	    { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct command c = { .name = "--to" };
	int option;

	while ((option = cli__getopt(argc, argv, "h", options, err)) != -1) {
		if (option == 'h') {
			fputs(help_text, stdout);
			return CLI_DONE;
		}
		TRY(take_option(&c, option, err));
	}
	TRY(take_operands(&c, argc, argv, err));
	return open_and_replay(&c, stdout, err);
}

/* ---- export ------------------------------------------------------------------------------------- */

static int take_format(struct command *c, const char *name, struct trace_error *err)
{
	static const char *const names[] = { [REPLAY_JSON] = "json", [REPLAY_CSV] = "csv", [REPLAY_PCAPNG] = "pcapng",
					     [REPLAY_FOLDED] = "folded", [REPLAY_PERFETTO] = "perfetto" };

	for (size_t i = REPLAY_TEXT + 1; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(name, names[i]) == 0) {
			c->opts.format = (enum replay_format)i;
			return 0;
		}
	}
	return trace_error__set(err, -EINVAL, "--to is pcapng, perfetto, folded, csv or json, not '%s'", name);
}

static int take_weight(struct command *c, const char *name, struct trace_error *err)
{
	bool ns = strcmp(name, "ns") == 0;

	if (!ns && strcmp(name, "count") != 0)
		return trace_error__set(err, -EINVAL, "--weight is count or ns, not '%s'", name);
	c->opts.weight = ns ? WEIGHT_NS : WEIGHT_COUNT;
	c->weighted = true;
	return 0;
}

static int take_export_option(struct command *c, int option, struct trace_error *err)
{
	switch (option) {
	case 'T':
		return take_format(c, optarg, err);
	case 'o':
		c->output = optarg;
		return 0;
	case 'F':
		c->force = true;
		return 0;
	case 'w':
		return take_weight(c, optarg, err);
	default:
		return take_option(c, option, err);
	}
}

static int export(struct command *c, struct trace_error *err)
{
	char name[PATH_MAX] = "";
	FILE *out;

	if (c->opts.format == REPLAY_TEXT)
		return cli__usage_error("export", err, "export needs --to FORMAT");
	if (c->opts.format == REPLAY_CSV && !c->events)
		return cli__usage_error("export", err, "--to csv makes one table: give its events, such as --events drop");
	if (c->opts.format == REPLAY_PCAPNG && c->events)
		return cli__usage_error("export", err, "--to pcapng writes packets: --events means nothing to it");
	if (c->weighted && c->opts.format != REPLAY_FOLDED)
		return cli__usage_error("export", err, "--weight is for --to folded");
	if (!c->output)
		return cli__usage_error("export", err, "export needs -o FILE");
	TRY(output__open(c->output, c->force, name, &out, err));
	return output__close(c->output, name, out, open_and_replay(c, out, err), err);
}

int cmd_export(int argc, char **argv, struct trace_error *err)
{
	static const struct option options[] = {
		{ "to", required_argument, NULL, 'T' },	   { "output", required_argument, NULL, 'o' },
		{ "force", no_argument, NULL, 'F' },	   { "events", required_argument, NULL, 'e' },
		{ "weight", required_argument, NULL, 'w' }, { "from", required_argument, NULL, 'f' },
		{ "until", required_argument, NULL, 't' }, { "recording", required_argument, NULL, 'r' },
		{ "utc", no_argument, NULL, 'u' },	   { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct command c = { .name = "--until" };
	int option;

	while ((option = cli__getopt(argc, argv, "ho:", options, err)) != -1) {
		if (option == 'h') {
			fputs(export_help, stdout);
			return CLI_DONE;
		}
		TRY(take_export_option(&c, option, err));
	}
	TRY(take_operands(&c, argc, argv, err));
	return export(&c, err);
}
