/*
 * cut_cmd.c: `netanalyze cut`: a part of a recording as a recording of its own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "analyzer/base/timefmt.h"
#include "analyzer/base/unfinished.h"
#include "analyzer/command/cli.h"
#include "analyzer/command/cut_finding.h"
#include "analyzer/command/cut_packet.h"
#include "analyzer/cut/cut.h"
#include "analyzer/filter/filter.h"
#include "analyzer/read/scan.h"
#include "analyzer/store/store.h"
#include "format/reader.h"
#include "format/schema.h"

static const char help[] =
	"usage: netanalyze cut TRACE … -o OUT.nrec [OPTION …] ['FILTER']\n"
	"\n"
	"Writes a part of a recording (segments of it, in any order; -: standard input) as a recording of its own, in one file,\n"
	"which every command reads: to attach to a ticket, say. Definitions that its records need are in it, and what was known\n"
	"of threads, devices, CPU quotas and counters when its time begins. It says what it was cut from. The same input gives\n"
	"the same bytes.\n"
	"\n"
	"  -o, --output DIR     what to write; it must not exist\n"
	"      --from TIME      leave out what happened before: seconds from the start, 10:28:42.5, or ISO 8601\n"
	"      --to TIME        leave out what happened after\n"
	"      --finding N      the first seconds of what finding N tells of (`netanalyze show findings`), and as many\n"
	"                       more as it takes for the same to be found in what is left, with no other cause before it;\n"
	"                       less, where that is enough and it would be larger than\n"
	"      --max-size SIZE  this, such as 200K or 5M; the default is 1 MB\n"
	"      --packet ID      only this one of all packets, as netanalyze show packets numbers them without a filter, with\n"
	"                       a second before and after it\n"
	"      --dropped        only packets of addresses and ports of which some were dropped on this host\n"
	"      --late MS        only those of which some took at least so long on this host; with --dropped: either\n"
	"      --events TYPE,…  only events of these types, as netanalyze info lists them; threads, devices and CPU\n"
	"                       quotas stay\n"
	"      --recording UUID of several recordings the one whose UUID begins like that\n"
	"      --threads N      decode in N threads; default: one per CPU\n"
	"      --utc            times in UTC, not in local time\n"
	"  FILTER               tcpdump syntax: leave out packets that show their headers and match at no stage, with their\n"
	"                       upcalls, ring states and lookups; ICMP errors and all other records stay\n"
	"\n"
	"examples:\n"
	"  netanalyze cut web.nrec -o ticket.nrec --finding 1\n"
	"  netanalyze cut web.nrec -o one.nrec --finding 1 'host 10.0.0.2 and tcp port 80'\n"
	"  netanalyze cut web.nrec -o lost.nrec --dropped\n"
	"  netanalyze cut web.nrec -o slow.nrec --packet 17\n"
	"  netanalyze cut web.nrec/000003.nrs web.nrec/000004.nrs -o two.nrec\n"
	"  netanalyze cut web.nrec -o noon.nrec --from 11:59:50 --to 12:00:10\n";

struct command {
	struct cut_opts opts;
	const char *output, *from, *to, *recording;
	unsigned long finding; /* 0: none */
	unsigned long packet;  /* 0: all */
	__u64 max_size;        /* of what shows it; 0: not given */
	char *const *paths;
	size_t n_paths;
	bool utc, help;
};

enum { MAX_SIZE = 1000000 }; /* bytes of what shows a finding: what fits into a ticket */

enum { OPT_FROM = 256, OPT_TO, OPT_FINDING, OPT_MAX_SIZE, OPT_PACKET, OPT_EVENTS,
       OPT_DROPPED, OPT_LATE, OPT_RECORDING, OPT_THREADS, OPT_UTC };

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "to", required_argument, NULL, OPT_TO },
	{ "finding", required_argument, NULL, OPT_FINDING },
	{ "max-size", required_argument, NULL, OPT_MAX_SIZE },
	{ "packet", required_argument, NULL, OPT_PACKET },
	{ "dropped", no_argument, NULL, OPT_DROPPED },
	{ "late", required_argument, NULL, OPT_LATE },
	{ "events", required_argument, NULL, OPT_EVENTS },
	{ "recording", required_argument, NULL, OPT_RECORDING },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "utc", no_argument, NULL, OPT_UTC },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int parse_size(const char *text, __u64 *size, struct trace_error *err)
{
	static const char units[] = "KMG";
	char *end;
	unsigned long n = strtoul(text, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;

	*size = (__u64)n << (unit ? 10 * (unit - units + 1) : 0);
	if (end == text || n == 0 || n > 1000000 || (*end && (!unit || end[1])))
		return trace_error__set(err, -EINVAL, "--max-size takes a size, such as 200K or 5M, not '%s'", text);
	return 0;
}

/* What others refer to stays. */
static int parse_events(struct cut_opts *o, const char *list, struct trace_error *err)
{
	static const __u8 always[] = { REC_task, REC_affinity, REC_link_state, REC_cgroup, REC_cost };

	for (size_t i = 0; i < sizeof(always); i++)
		o->events[always[i]] = true;
	o->events_text = list;
	return cli__types("--events", list, NULL, o->events, err);
}

static int take_option(struct command *c, int option, struct trace_error *err)
{
	unsigned long n;

	switch (option) {
	case 'o':
		c->output = optarg;
		return 0;
	case 'h':
		c->help = true;
		return 0;
	case OPT_FROM:
		c->from = optarg;
		return 0;
	case OPT_TO:
		c->to = optarg;
		return 0;
	case OPT_UTC:
		c->utc = true;
		return 0;
	case OPT_FINDING:
		return cli__number("--finding", optarg, 1, 1000000, &c->finding, err);
	case OPT_PACKET:
		return cli__number("--packet", optarg, 1, 1ul << 62, &c->packet, err);
	case OPT_MAX_SIZE:
		return parse_size(optarg, &c->max_size, err);
	case OPT_EVENTS:
		return parse_events(&c->opts, optarg, err);
	case OPT_DROPPED:
		c->opts.dropped = true;
		return 0;
	case OPT_LATE:
		return cli__late(optarg, &c->opts.late_ns, err);
	case OPT_RECORDING:
		return cli__recording(optarg, &c->recording, err);
	case OPT_THREADS:
		TRY(cli__number("--threads", optarg, 1, 256, &n, err));
		c->opts.threads = n;
		return 0;
	}
	return -EINVAL; /* *err was filled in */
}

/* The last one is the filter, unless there is such a file. */
static int take_operands(struct command *c, int n, char **args, struct trace_error *err)
{
	if (n > 1 && strcmp(args[n - 1], "-") != 0 && access(args[n - 1], F_OK) != 0)
		c->opts.filter_text = args[--n];
	c->paths = args;
	c->n_paths = (size_t)n;
	for (int i = 0; i < n; i++) {
		if (i && strcmp(args[i], "-") != 0 && access(args[i], F_OK) != 0)
			return cli__usage_error("cut", err, "there is no recording '%s'; is it part of a filter? Put that in "
						"quotes", args[i]);
		if (store__is_database(args[i]))
			return trace_error__set(err, -EINVAL, "%s is a database, which holds no events: give the recording",
						args[i]);
	}
	return 0;
}

static int parse(struct command *c, int argc, char **argv, struct trace_error *err)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int option;

	c->opts.threads = cpus > 0 ? cpus : 1;
	optind = 0;
	while ((option = cli__getopt(argc, argv, "o:h", options, err)) != -1)
		TRY(take_option(c, option, err));
	if (c->help)
		return 0;
	if (optind == argc)
		return cli__usage_error("cut", err, "no recording given");
	if (c->packet && (c->finding || c->opts.dropped || c->opts.late_ns))
		return cli__usage_error("cut", err, "--packet names one packet: --finding, --dropped and --late choose others");
	if (c->max_size && !c->finding)
		return cli__usage_error("cut", err, "--max-size is for --finding: otherwise all that is asked for is written");
	if (!c->output)
		return cli__usage_error("cut", err, "no output given: name it with -o");
	return take_operands(c, argc - optind, argv + optind, err);
}

/* A limit that leaves nothing out is none. */
static int set_times(struct command *c, const struct trace *t, struct trace_error *err)
{
	struct timebase base = { .utc = c->utc };
	uint64_t from, to;

	scan__timebase(t, &base);
	base.utc = c->utc;
	TRY(timefmt__range(c->from, "--to", c->to, &base, &from, &to, err));
	c->opts.from = from > base.start_mono ? from : 0;
	c->opts.to = to < base.end_mono ? to : 0;
	return 0;
}

static void print_summary(const struct command *c, const struct cut_stats *s)
{
	if (s->unknown)
		fprintf(stderr, "netanalyze: note: %llu rows of types that this version does not know are left out\n",
			s->unknown);
	if (s->damaged)
		fprintf(stderr, "netanalyze: note: %llu damaged place%s skipped, see `netanalyze verify`; what was there is "
			"marked as missing\n", s->damaged, s->damaged == 1 ? " was" : "s were");
	printf("%s: %llu of %llu events\n", c->output, s->kept, s->events);
}

static int write_finding(const struct command *c, const struct trace *t, char name[PATH_MAX], struct cut_stats *s,
			 struct trace_error *err)
{
	const struct cut_finding f = { c->finding, c->max_size ? c->max_size : MAX_SIZE };
	__u64 size;

	TRY(cut_finding__write(t, &f, name, c->output, &c->opts, s, &size, err));
	if (size > f.max_size)
		fprintf(stderr, "netanalyze: note: %llu kB is the least that shows the finding; a FILTER or --events leaves "
				"out more\n", size / 1000);
	return 0;
}

static int write_whole(const struct command *c, const struct trace *t, char name[PATH_MAX], struct cut_stats *s,
		       struct trace_error *err)
{
	int code;

	if (c->finding)
		return write_finding(c, t, name, s, err);
	TRY(unfinished__create_directory(name, c->output, CUT_FILE, err));
	code = cut__write(t, name, &c->opts, s, err);
	if (code)
		unfinished__discard(name);
	return code;
}

static int cut(struct command *c, const struct trace *t, struct trace_error *err)
{
	struct cut_stats stats;
	char name[PATH_MAX];

	TRY(set_times(c, t, err));
	if (c->packet)
		TRY(cut_packet__find(t, c->packet, &c->opts, err));
	TRY(write_whole(c, t, name, &stats, err));
	TRY(unfinished__keep(name, c->output, err));
	print_summary(c, &stats);
	return CLI_DONE;
}

static int open_and_cut(struct command *c, const struct trace_wanted *wanted, struct trace_error *err)
{
	struct trace *t;
	int code;

	TRY(trace__open_set(&t, wanted, err));
	cli__remark_on_trace(t);
	code = cut(c, t, err);
	trace__close(t);
	return code;
}

int cmd_cut(int argc, char **argv, struct trace_error *err)
{
	struct command c = { 0 };
	struct trace_wanted wanted;
	int code;

	TRY(parse(&c, argc, argv, err));
	if (c.help) {
		fputs(help, stdout);
		return CLI_DONE;
	}
	if (c.opts.filter_text) {
		cli__warn_of_filter(c.opts.filter_text);
		TRY(filter__compile(&c.opts.filter, c.opts.filter_text, err));
	}
	wanted = (struct trace_wanted){ .paths = (const char **)c.paths, .n_paths = c.n_paths, .recording = c.recording };
	code = open_and_cut(&c, &wanted, err);
	if (code == CLI_DONE)
		cli__remark_on_filter(c.opts.filter, false);
	filter__free(c.opts.filter);
	return code;
}
