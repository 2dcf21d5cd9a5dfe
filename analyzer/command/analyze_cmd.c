/*
 * analyze_cmd.c: `netanalyze analyze`: analyzes a recording and keeps the result as a database.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "analyzer/sweep/analyze.h"
#include "analyzer/command/cli.h"
#include "analyzer/monitor/monitor_file.h"
#include "analyzer/print/sqlfn.h"
#include "analyzer/rules/rules.h"
#include "analyzer/filter/devices.h"
#include "analyzer/filter/filter.h"
#include "analyzer/read/scan.h"
#include "analyzer/store/store.h"
#include "analyzer/base/timefmt.h"
#include "format/reader.h"
#include "format/schema.h"

static const char help[] =
	"usage: netanalyze analyze TRACE … [-o REPORT.db] [OPTION …]\n"
	"\n"
	"Analyzes a recording (several TRACEs: one set of segments; -: standard input) and keeps the result as a SQLite\n"
	"database, which every other command reads in place of the recording.\n"
	"\n"
	"  -o, --output FILE    the database to write; default: the first TRACE with .nrec replaced by .db\n"
	"      --force          overwrite it if it exists\n"
	"      --from TIME      leave out what happened before: seconds from the start, 10:28:42.5, or ISO 8601\n"
	"      --to TIME        leave out what happened after\n"
	"      --late MS        count packets that took at least this long as late, and keep their path;\n"
	"                       the same for answers to echo requests and TCP connects, late from 200 ms on without it\n"
	"      --filter EXPR    only packets that match this tcpdump filter; scheduling and interrupts stay whole\n"
	"      --iface NAME     keep single packets and drops, and count flows and echoes, only of what passes this\n"
	"                       device, as tables name it: eth0, 'eth0 (blue)'; more than once for several\n"
	"      --monitor FILE   what ping printed, or a capture of it: what became of what that counts as lost?\n"
	"      --without TYPE,… as if records of these types had not been recorded: what would be known without them?\n"
	"      --recording UUID of several recordings the one whose UUID begins like that\n"
	"      --threads N      decode in N threads; default: one per CPU\n"
	"      --utc            times in UTC, not in local time\n"
	"\n"
	"example:\n"
	"  netanalyze analyze web.nrec --late 200 && netanalyze show packets web.db\n";

struct command {
	struct analyze_opts opts;
	const char *output, *from, *to, *filter, *monitor, *recording;
	const char *ifaces[MAX_IFACES];
	const char *const *paths;
	size_t n_paths;
	bool force, utc, help;
	bool progress; /* a line is on the terminal */
	char name[PATH_MAX];
};

enum { OPT_FORCE = 256, OPT_FROM, OPT_TO, OPT_LATE, OPT_FILTER, OPT_IFACE, OPT_THREADS, OPT_UTC, OPT_WITHOUT, OPT_MONITOR,
       OPT_RECORDING };

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },	   { "force", no_argument, NULL, OPT_FORCE },
	{ "from", required_argument, NULL, OPT_FROM },	   { "to", required_argument, NULL, OPT_TO },
	{ "late", required_argument, NULL, OPT_LATE },	   { "filter", required_argument, NULL, OPT_FILTER },
	{ "iface", required_argument, NULL, OPT_IFACE },	   { "threads", required_argument, NULL, OPT_THREADS },
	{ "without", required_argument, NULL, OPT_WITHOUT }, { "monitor", required_argument, NULL, OPT_MONITOR },
	{ "recording", required_argument, NULL, OPT_RECORDING },
	{ "utc", no_argument, NULL, OPT_UTC },		   { "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

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
	case OPT_FORCE:
		c->force = true;
		return 0;
	case OPT_FROM:
		c->from = optarg;
		return 0;
	case OPT_TO:
		c->to = optarg;
		return 0;
	case OPT_FILTER:
		c->filter = optarg;
		return 0;
	case OPT_IFACE:
		if (c->opts.n_ifaces == MAX_IFACES)
			return trace_error__set(err, -EINVAL, "--iface can be given %d times", MAX_IFACES);
		c->ifaces[c->opts.n_ifaces++] = optarg;
		return 0;
	case OPT_UTC:
		c->utc = true;
		return 0;
	case OPT_MONITOR:
		c->monitor = optarg;
		return 0;
	case OPT_RECORDING:
		return cli__recording(optarg, &c->recording, err);
	case OPT_WITHOUT:
		return cli__types("--without", optarg, NULL, c->opts.without, err);
	case OPT_LATE:
		return cli__late(optarg, &c->opts.late_ns, err);
	case OPT_THREADS:
		TRY(cli__number("--threads", optarg, 1, 256, &n, err));
		c->opts.threads = n;
		return 0;
	}
	return -EINVAL; /* *err was filled in */
}

/* web.nrec becomes web.db, and so does web.nrec/. */
static int default_output(struct command *c, struct trace_error *err)
{
	size_t len = strlen(c->paths[0]);

	if (!strcmp(c->paths[0], "-"))
		return cli__usage_error("analyze", err, "standard input has no name: name the output with -o");
	while (len > 1 && c->paths[0][len - 1] == '/')
		len--;
	if (len > 5 && strncmp(c->paths[0] + len - 5, ".nrec", 5) == 0)
		len -= 5;
	if (snprintf(c->name, sizeof(c->name), "%.*s.db", (int)len, c->paths[0]) >= (int)sizeof(c->name))
		return trace_error__set(err, -ENAMETOOLONG, "%s: the name is too long; name the output with -o", c->paths[0]);
	c->output = c->name;
	return 0;
}

static int parse(struct command *c, int argc, char **argv, struct trace_error *err)
{
	int option;

	optind = 0;
	while ((option = cli__getopt(argc, argv, "o:h", options, err)) != -1)
		TRY(take_option(c, option, err));
	if (c->help)
		return 0;
	c->paths = (const char *const *)argv + optind;
	c->n_paths = argc - optind;
	if (!c->n_paths)
		return cli__usage_error("analyze", err, "no recording given");
	for (size_t i = 0; i < c->n_paths; i++)
		if (store__is_database(c->paths[i]))
			return trace_error__set(err, -EINVAL, "%s is a database already; show and report read it as it is",
						c->paths[i]);
	return c->output ? 0 : default_output(c, err);
}

static int set_times(struct command *c, const struct trace *t, struct trace_error *err)
{
	struct timebase base = { .utc = c->utc };
	uint64_t from, to;

	if (!c->from && !c->to)
		return 0;
	scan__timebase(t, &base);
	base.utc = c->utc;
	TRY(timefmt__range(c->from, "--to", c->to, &base, &from, &to, err));
	c->opts.from = c->from ? from : 0;
	c->opts.to = c->to ? to : 0;
	return 0;
}

static bool match(void *arg, const struct rec_packet *p, const struct first_bytes *first)
{
	return filter__match(arg, p, first);
}

static void show_progress(void *arg, __u64 done, __u64 total)
{
	struct command *c = arg;
	int width = 30, filled = total ? (int)(done * width / total) : 0;

	c->progress = done < total;
	fprintf(stderr, "\ranalyzing [%.*s%*s] %3.0f %%", filled, "##############################", width - filled, "",
		total ? 100.0 * (double)done / (double)total : 100.0);
	if (done >= total)
		fputs("\r\033[K", stderr);
	fflush(stderr);
}

static void print_summary(const struct command *c, const struct analyze_stats *s)
{
	double seconds = (double)s->ns / 1e9;

	printf("%s: %llu events of %.3f s analyzed in %.2f s (%.2f M events/s); ", c->output, s->events,
	       (double)(s->last_ns - s->first_ns) / 1e9, seconds, seconds > 0 ? (double)s->events / seconds / 1e6 : 0.0);
	if (s->lost)
		printf("%llu records were lost while recording; ", s->lost);
	else
		printf("nothing was lost; ");
	if (s->damaged)
		printf("%llu damaged places were skipped, see `netanalyze verify`", s->damaged);
	else
		printf("no damage");
	if (s->unfinished)
		printf("; the recording has no end: netrec was killed or is still running");
	if (s->evicted)
		printf("; %llu items were left out of lists, see `netanalyze show loss`", s->evicted);
	putchar('\n');
}

static int judge(struct sqlite3 *db, struct trace_error *err)
{
	const struct sqlfn_context context = { 0 };
	int code = sqlfn__add(db, &context, err);

	if (!code)
		code = rules__judge(db, err);
	sqlfn__remove(db);
	return code;
}

static int analyze(struct command *c, const struct trace *t, struct trace_error *err)
{
	struct analyze_stats stats;
	struct sqlite3 *db;
	int code;

	TRY(set_times(c, t, err));
	TRY(store__create(&db, c->output, c->force, err));
	code = c->monitor ? monitor_file__load(c->monitor, db, err) : 0;
	if (!code)
		code = analyze__run(t, db, &c->opts, &stats, err);
	if (c->progress)
		fputs("\r\033[K", stderr);
	if (!code)
		code = judge(db, err);
	if (code) {
		store__discard(db);
		return code;
	}
	TRY(store__keep(db, c->output, err));
	print_summary(c, &stats);
	return CLI_DONE;
}

static int open_and_analyze(struct command *c, struct trace_error *err)
{
	const struct trace_wanted wanted = { .paths = c->paths, .n_paths = c->n_paths, .recording = c->recording };
	struct trace *t;
	int code;

	TRY(trace__open_set(&t, &wanted, err));
	cli__remark_on_trace(t);
	code = analyze(c, t, err);
	trace__close(t);
	return code;
}

int cmd_analyze(int argc, char **argv, struct trace_error *err)
{
	struct command c = { 0 };
	struct filter *filter = NULL;
	int code;

	TRY(parse(&c, argc, argv, err));
	if (c.help) {
		fputs(help, stdout);
		return CLI_DONE;
	}
	c.opts.ifaces = c.ifaces;
	if (c.filter) {
		cli__warn_of_filter(c.filter);
		TRY(filter__compile(&filter, c.filter, err));
		c.opts.filter = (struct analyze_filter){ match, filter, c.filter };
	}
	if (isatty(STDERR_FILENO)) {
		c.opts.progress = show_progress;
		c.opts.progress_arg = &c;
	}
	code = open_and_analyze(&c, err);
	if (code == CLI_DONE)
		cli__remark_on_filter(filter, true);
	filter__free(filter);
	return code;
}
