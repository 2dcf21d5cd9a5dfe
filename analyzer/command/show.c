/*
 * show.c: `netanalyze show`: one view of a recording.
 *
 * What must hold: a view whose probes were not attached says so instead of showing nothing or 0, and a view over a
 * time with losses says that its counts are lower bounds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>
#include "analyzer/base/nearest.h"
#include "analyzer/command/cli.h"
#include "analyzer/command/input.h"
#include "analyzer/print/view.h"
#include "analyzer/store/sql.h"

enum view_flag { FLOWS = 1, PACKETS = 2, WINDOWS = 4, EVENTS = 8, PROSE = 16 };

struct view {
	const char *name;
	const char *types; /* JSON array */
	unsigned flags;
	const char *summary;
};

#define TYPES(...) "[" #__VA_ARGS__ "]"
#define VIEW(id, name, types, flags, summary) { name, types, flags, summary },
static const struct view views[] = {
#include "analyzer/print/views.def"
};
#undef VIEW
#undef TYPES

enum { N_VIEWS = sizeof(views) / sizeof(*views), N_PARAMS = 8 };

/* What the tables of single drops and retransmissions do not keep of the headers, and their events never had. */
static const struct rec_packet not_in_drops = { .tos = 0xff, .ip_len = ~0u };
static const struct rec_packet not_in_tcp = { .tos = 0xff, .ip_len = ~0u, .ack = ~0u, .ttl = 0xff, .tcp_flags = 0xff, .ip_id = ~0u,
					      .len = ~0u, .vlan = 0xffff, .dmac = ~0ull, .smac = ~0ull };

/* What events other than packets and drops never have. */
static const struct rec_packet not_in_others = { .dmac = ~0ull, .smac = ~0ull };

struct show {
	const struct view *view;
	const char *path;
	struct input_opts input;
	const char *ifaces[MAX_IFACES];
	unsigned long top; /* 0: all */
	bool json, csv;
	const char *table; /* of CSV; NULL: the first */
};

static const char help_text[] =
	"usage: netanalyze show VIEW TRACE|DB [OPTION …] ['FILTER']\n"
	"       netanalyze show                     lists the views\n"
	"\n"
	"  --interval S   one part per S seconds: whole seconds, with cpu from 0.01\n"
	"  --from T       from this time on: seconds from the start (2.5), time of day (10:28:42.567) or ISO 8601\n"
	"  --to T         up to this time\n"
	"  --iface NAME   only this device, as tables name it: eth0, 'eth0 (blue)' in another network namespace; more than once\n"
	"                 for several; packets and flows: those that passed it\n"
	"  --late MS      of a recording: a packet or answer is late from so many milliseconds on\n"
	"  --top N        rows of a table (20); 0: all\n"
	"  --monitor FILE of a recording, for view monitor: what ping printed, or a capture of it\n"
	"  --recording UUID  of several recordings the one whose UUID begins like that\n"
	"  --json         one JSON object, exact values: times in ns, CLOCK_REALTIME for points in time\n"
	"  --csv          one table of the view as CSV, exact values; no text in it is a formula to a spreadsheet\n"
	"  --table NAME   of --csv: which, as JSON names it; the first if not given\n"
	"  --utc          times in UTC, not in local time\n"
	"  FILTER         tcpdump syntax: only packets that match (those with a VLAN tag in them need `vlan and …`)\n"
	"\n"
	"On a database, times are rounded to its windows of one second, and a filter works where rows carry a flow\n"
	"(packets, drop-events, tcp). On a recording both are exact.\n"
	"\n"
	"examples:\n"
	"  netanalyze show stages web.nrec --top 5\n"
	"  netanalyze show drops web.nrec --interval 1 --from 2 --to 8\n"
	"  netanalyze show packets web.nrec 'tcp port 80 and host 10.0.0.2'\n"
	"  netanalyze show monitor web.nrec --monitor ping.txt\n"
	"  netanalyze show offcpu web.db --json\n"
	"  netanalyze show packets web.nrec --csv --table flows --top 0 >flows.csv\n";

/* ---- views -------------------------------------------------------------------------------------- */

static void list_views(void)
{
	printf("netanalyze show VIEW TRACE|DB: the views are\n\n");
	for (int i = 0; i < N_VIEWS; i++)
		printf("  %-12s  %s\n", views[i].name, views[i].summary);
}

static int find_view(const char *name, const struct view **view, struct trace_error *err)
{
	const char *names[N_VIEWS + 1] = { NULL };

	for (int i = 0; i < N_VIEWS; i++) {
		names[i] = views[i].name;
		if (strcmp(views[i].name, name) == 0) {
			*view = &views[i];
			return 0;
		}
	}
	const char *near = nearest(name, names);
	return trace_error__set(err, -EINVAL, "there is no view '%s'%s%s%s ('netanalyze show' lists them)", name,
				near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* ---- printing ----------------------------------------------------------------------------------- */

static void set_params(const struct show *s, const struct input *in, struct query_param params[N_PARAMS])
{
	params[0] = (struct query_param){ ":first_win", NULL, in->first_win };
	params[1] = (struct query_param){ ":last_win", NULL, in->last_win };
	params[2] = (struct query_param){ ":from_ns", NULL, (long long)in->from_ns };
	params[3] = (struct query_param){ ":to_ns", NULL, (long long)in->to_ns };
	params[4] = (struct query_param){ ":top", NULL, s->top ? (long long)s->top : INT64_MAX };
	params[5] = (struct query_param){ ":types", s->view->types, 0 };
	params[6] = (struct query_param){ ":ticks", NULL, in->ticks };
	params[7] = (struct query_param){ ":view", s->view->name, 0 };
}

static const char *const note_files[] = { "view/thresholds.sql", "view/losses.sql" };
enum { N_NOTES = sizeof(note_files) / sizeof(*note_files) };

static void print_range(const struct show *s, const struct input *in)
{
	char from[TIMEFMT_MAX], to[TIMEFMT_MAX], took[TIMEFMT_MAX];
	uint64_t real = in->base.start_real - in->base.start_mono;

	timefmt__date(real + in->from_ns, in->base.utc, from);
	timefmt__clock(real + in->to_ns, in->base.utc, to);
	timefmt__duration((double)(in->to_ns - in->from_ns), took);
	printf("%s: %s, %s to %s (%s)\n", s->view->name, s->path, from, to, took);
	if (s->input.n_ifaces) {
		printf("only");
		for (size_t i = 0; i < s->input.n_ifaces; i++)
			printf("%s %s", i ? "," : "", s->ifaces[i]);
		putchar('\n');
	}
	if (in->unaligned && !(s->view->flags & EVENTS))
		printf("note: a database counts in windows of 1 s: whole windows are shown; run this on the recording for exact limits\n");
}

static enum view_devices devices_of(const struct show *s, const struct input *in)
{
	return !s->input.n_ifaces ? VIEW_ALL : in->of_devices ? VIEW_ANALYZED : VIEW_SOME;
}

static int print_text(const struct show *s, const struct input *in, const struct query_param *params, struct trace_error *err)
{
	bool color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	struct view_run run = {
		.db = in->db,
		.params = params,
		.n_params = N_PARAMS,
		.table = { .out = stdout, .format = GRID_TEXT, .utc = in->base.utc, .color = color,
			   .width = s->view->flags & PROSE ? TEXT_WIDTH : 0 },
		.level = 3,
		.sublevel = 3,
		.devices = devices_of(s, in),
		.top = s->top,
	};
	char file[64];

	print_range(s, in);
	snprintf(file, sizeof(file), "%s/%s.sql", in->fine ? "fine" : "show", s->view->name);
	TRY(view__print(&run, file, err));
	fputc('\n', stdout);
	for (int i = 0; i < N_NOTES; i++) {
		struct query q = { in->db, sql__text(note_files[i]), -1, params, N_PARAMS };

		TRY(grid__print(&q, &run.table, NULL, NULL, err));
	}
	return 0;
}

static int add_notes(const struct view_run *run, char **doc, struct trace_error *err)
{
	static const char *const keys[N_NOTES] = { "thresholds", "losses" };

	for (int i = 0; i < N_NOTES; i++) {
		struct query q = { run->db, sql__text(note_files[i]), -1, run->params, run->n_params };
		char *rows = NULL;
		int rc = view__rows_json(&q, &rows, err);

		if (rc == 0)
			rc = view__json_set(run->db, doc, keys[i], rows, err);
		sqlite3_free(rows);
		TRY(rc);
	}
	return 0;
}

static int print_json(const struct show *s, const struct input *in, const struct query_param *params, struct trace_error *err)
{
	struct view_run run = { .db = in->db, .params = params, .n_params = N_PARAMS, .devices = devices_of(s, in), .main_key = "rows" };
	char *doc = NULL;
	char file[64];
	int rc;

	snprintf(file, sizeof(file), "%s/%s.sql", in->fine ? "fine" : "show", s->view->name);
	rc = view__json_text(in->db, &doc, "view", s->view->name, err);
	if (rc == 0)
		rc = view__json_add(&run, file, &doc, err);
	if (rc == 0)
		rc = add_notes(&run, &doc, err);
	if (rc == 0)
		printf("%s\n", doc);
	sqlite3_free(doc);
	return rc;
}

static int print_csv(const struct show *s, const struct input *in, const struct query_param *params, struct trace_error *err)
{
	struct view_run run = { .db = in->db, .params = params, .n_params = N_PARAMS, .table.out = stdout,
				.devices = devices_of(s, in) };
	char file[64], others[256];

	snprintf(file, sizeof(file), "%s/%s.sql", in->fine ? "fine" : "show", s->view->name);
	TRY(view__csv(&run, file, s->table, others, sizeof(others), err));
	if (*others && !s->table)
		fprintf(stderr, "netanalyze: note: this view has other tables, for --table: %s\n", others);
	return 0;
}

static void set_unknown(struct show *s)
{
	if (strcmp(s->view->name, "drop-events") == 0)
		s->input.unknown_in_db = &not_in_drops;
	if (strcmp(s->view->name, "tcp") == 0)
		s->input.unknown_in_db = s->input.unknown_in_trace = &not_in_tcp;
	if (strcmp(s->view->name, "upcalls") == 0 || strcmp(s->view->name, "megaflows") == 0 ||
	    strcmp(s->view->name, "ovs-drops") == 0 || strcmp(s->view->name, "conntrack") == 0)
		s->input.unknown_in_trace = &not_in_others;
}

static int show(struct show *s, struct trace_error *err)
{
	const char *paths[] = { s->path };
	struct query_param params[N_PARAMS];
	struct input in;
	char fine[64];
	int rc;

	set_unknown(s);
	s->input.ifaces = s->ifaces;
	snprintf(fine, sizeof(fine), "fine/%s.sql", s->view->name);
	s->input.fine = sql__text(fine) != NULL;
	s->input.keep = (unsigned)s->top;
	TRY(input__open(&in, paths, 1, &s->input, err));
	set_params(s, &in, params);
	if (s->input.filter && !in.from_trace && !(s->view->flags & FLOWS))
		rc = trace_error__set(err, -EINVAL,
				      "%s is a database, whose view '%s' keeps no flows to filter by: run this on the recording it was "
				      "made from", s->path, s->view->name);
	else
		rc = (s->json ? print_json : s->csv ? print_csv : print_text)(s, &in, params, err);
	input__remark(&in);
	input__close(&in);
	return rc;
}

/* ---- options ------------------------------------------------------------------------------------ */

static int take_option(struct show *s, int option, struct trace_error *err)
{
	char *end;

	switch (option) {
	case 'i':
		s->input.interval_s = strtod(optarg, &end);
		if (end == optarg || *end || !(s->input.interval_s > 0))
			return trace_error__set(err, -EINVAL, "--interval takes a number of seconds, not '%s'", optarg);
		return 0;
	case 'f':
		s->input.from = optarg;
		return 0;
	case 't':
		s->input.to = optarg;
		return 0;
	case 'd':
		if (s->input.n_ifaces == MAX_IFACES)
			return trace_error__set(err, -EINVAL, "--iface can be given %d times", MAX_IFACES);
		s->ifaces[s->input.n_ifaces++] = optarg;
		return 0;
	case 'l':
		return cli__late(optarg, &s->input.late_ns, err);
	case 'r':
		return cli__recording(optarg, &s->input.recording, err);
	case 'm':
		s->input.monitor = optarg;
		return 0;
	case 'n':
		return cli__number("--top", optarg, 0, 10000000, &s->top, err);
	case 'j':
		s->json = true;
		return 0;
	case 'c':
		s->csv = true;
		return 0;
	case 'T':
		s->table = optarg;
		return 0;
	case 'u':
		s->input.utc = true;
		return 0;
	}
	return err->code ? err->code : -EINVAL;
}

static int take_operands(struct show *s, int n, char **args, struct trace_error *err)
{
	char file[64];

	TRY(find_view(args[0], &s->view, err));
	if (n < 2)
		return cli__usage_error("show", err, "show %s needs a recording or a database", args[0]);
	if (n > 3)
		return cli__usage_error("show", err, "'%s' is one argument too many: put the filter in quotes", args[3]);
	if (s->json && s->csv)
		return cli__usage_error("show", err, "--json and --csv are two formats");
	if (s->table && !s->csv)
		return cli__usage_error("show", err, "--table is for --csv");
	s->path = args[1];
	s->input.filter = n == 3 ? args[2] : NULL;
	if (s->input.filter && !(s->view->flags & PACKETS))
		return trace_error__set(err, -EINVAL, "view '%s' is not made of packets, so a filter means nothing to it",
					s->view->name);
	if (s->input.late_ns && !s->input.monitor && !(s->view->flags & (PACKETS | PROSE)))
		return trace_error__set(err, -EINVAL, "view '%s' tells nothing of late packets, so --late means nothing to it",
					s->view->name);
	snprintf(file, sizeof(file), "show/%s.sql", s->view->name);
	if (s->input.n_ifaces && !view__has_devices(file))
		return trace_error__set(err, -EINVAL, "view '%s' is not by device, so --iface means nothing to it", s->view->name);
	if (s->input.interval_s != 0 && !(s->view->flags & WINDOWS))
		return trace_error__set(err, -EINVAL, "view '%s' has no --interval: use --from and --to", s->view->name);
	return 0;
}

int cmd_show(int argc, char **argv, struct trace_error *err)
{
	static const struct option options[] = {
		{ "interval", required_argument, NULL, 'i' }, { "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' },       { "top", required_argument, NULL, 'n' },
		{ "iface", required_argument, NULL, 'd' },    { "late", required_argument, NULL, 'l' },
		{ "recording", required_argument, NULL, 'r' }, { "monitor", required_argument, NULL, 'm' },  { "json", no_argument, NULL, 'j' },
		{ "csv", no_argument, NULL, 'c' },            { "table", required_argument, NULL, 'T' },
		{ "utc", no_argument, NULL, 'u' },            { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct show s = { .top = DEFAULT_TOP };
	int c;

	while ((c = cli__getopt(argc, argv, "h", options, err)) != -1) {
		if (c == 'h') {
			fputs(help_text, stdout);
			return CLI_DONE;
		}
		TRY(take_option(&s, c, err));
	}
	if (optind == argc) {
		list_views();
		return CLI_DONE;
	}
	TRY(take_operands(&s, argc - optind, argv + optind, err));
	return show(&s, err);
}
