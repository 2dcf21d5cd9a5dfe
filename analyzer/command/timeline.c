/*
 * timeline.c: `netanalyze timeline`: the life of single packets, stage by stage, with what held them up.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sqlite3.h>
#include "analyzer/command/cli.h"
#include "analyzer/command/input.h"
#include "analyzer/print/view.h"
#include "analyzer/store/sql.h"

enum { DEFAULT_SLOWEST = 3, MAX_SLOWEST = 1000 };

struct timeline {
	const char *path;
	struct input_opts input;
	unsigned long packet;  /* id; 0: those that took longest */
	unsigned long slowest; /* so many; 0: not given */
	bool json;
};

static const char help_text[] =
	"usage: netanalyze timeline TRACE|DB [OPTION …]\n"
	"\n"
	"The life of packets from stage to stage, how long each step took, and of steps of 5 ms and more what whoever was to\n"
	"move the packet on did in such steps. Packets are those that an analysis keeps: the slowest, the dropped, the first.\n"
	"\n"
	"  --slowest N    the N packets that took longest (3)\n"
	"  --flow FILTER  of those that match, in tcpdump syntax: 'udp port 53 and host 10.0.0.2'\n"
	"  --packet ID    this one; `show packets` on the same TRACE or DB has the ids\n"
	"  --recording UUID  of several recordings the one whose UUID begins like that\n"
	"  --json         one JSON object, exact values: times in ns, CLOCK_REALTIME for points in time\n"
	"  --utc          times in UTC, not in local time\n"
	"\n"
	"examples:\n"
	"  netanalyze timeline web.nrec\n"
	"  netanalyze timeline web.nrec --flow 'icmp and host 10.0.0.2' --slowest 10\n"
	"  netanalyze timeline web.db --packet 114 --json\n";

/* ---- one packet --------------------------------------------------------------------------------- */

struct printing {
	const struct timeline *t;
	struct view_run run;
	char *packets; /* JSON: the elements so far; NULL: none */
};

static int add_json(struct printing *p, struct trace_error *err)
{
	char *doc = NULL, *all;
	int rc = view__json_add(&p->run, "timeline/packet.sql", &doc, err);

	if (rc == 0) {
		all = sqlite3_mprintf("%s%s%s", p->packets ? p->packets : "", p->packets ? "," : "", doc);
		sqlite3_free(p->packets);
		p->packets = all;
		rc = all ? 0 : trace_error__set(err, -ENOMEM, "out of memory");
	}
	sqlite3_free(doc);
	return rc;
}

static int print_packet(struct printing *p, long long id, struct trace_error *err)
{
	struct query_param params[] = { { ":packet", NULL, id } };
	int rc;

	p->run.params = params;
	p->run.n_params = 1;
	rc = p->t->json ? add_json(p, err) : view__print(&p->run, "timeline/packet.sql", err);
	p->run.params = NULL;
	return rc;
}

/* ---- which ones --------------------------------------------------------------------------------- */

static int none(const struct timeline *t, struct trace_error *err)
{
	if (t->packet)
		return trace_error__set(err, -EINVAL, "%s keeps no packet %lu: `netanalyze show packets` has the ids", t->path, t->packet);
	if (!t->json)
		printf("no packet was kept%s\n", t->input.filter ? " that matches" : "");
	return 0;
}

static int print_chosen(struct printing *p, sqlite3_stmt *chosen, struct trace_error *err)
{
	int n = 0, code;

	sqlite3_bind_int64(chosen, sqlite3_bind_parameter_index(chosen, ":packet"), (long long)p->t->packet);
	sqlite3_bind_int64(chosen, sqlite3_bind_parameter_index(chosen, ":top"), (long long)p->t->slowest);
	while ((code = sqlite3_step(chosen)) == SQLITE_ROW) {
		if (n++ && !p->t->json)
			putchar('\n');
		TRY(print_packet(p, sqlite3_column_int64(chosen, 0), err));
	}
	if (code != SQLITE_DONE)
		return trace_error__set(err, -EIO, "cannot choose packets: %s", sqlite3_errmsg(p->run.db));
	return n ? 0 : none(p->t, err);
}

static int print_all(const struct timeline *t, const struct input *in, struct trace_error *err)
{
	struct printing p = { .t = t, .run = {
		.db = in->db,
		.table = { .out = stdout, .format = GRID_TEXT, .utc = in->base.utc, .width = TEXT_WIDTH,
			   .color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") },
		.level = 3,
		.sublevel = 3,
	} };
	sqlite3_stmt *chosen = NULL;
	int rc;

	if (sqlite3_prepare_v2(in->db, sql__text("timeline/chosen.sql"), -1, &chosen, NULL) != SQLITE_OK)
		rc = trace_error__set(err, -EIO, "cannot choose packets: %s", sqlite3_errmsg(in->db));
	else
		rc = print_chosen(&p, chosen, err);
	sqlite3_finalize(chosen);
	if (rc == 0 && t->json)
		printf("{\"view\":\"timeline\",\"packets\":[%s]}\n", p.packets ? p.packets : "");
	sqlite3_free(p.packets);
	return rc;
}

/* ---- options ------------------------------------------------------------------------------------ */

static int take_option(struct timeline *t, int option, struct trace_error *err)
{
	switch (option) {
	case 'p':
		return cli__number("--packet", optarg, 1, 1ul << 62, &t->packet, err);
	case 's':
		return cli__number("--slowest", optarg, 1, MAX_SLOWEST, &t->slowest, err);
	case 'f':
		t->input.filter = optarg;
		return 0;
	case 'r':
		return cli__recording(optarg, &t->input.recording, err);
	case 'j':
		t->json = true;
		return 0;
	case 'u':
		t->input.utc = true;
		return 0;
	}
	return err->code ? err->code : -EINVAL;
}

static int run(struct timeline *t, struct trace_error *err)
{
	struct input in;
	int rc;

	if (t->packet && (t->slowest || t->input.filter))
		return cli__usage_error("timeline", err, "--packet names one packet: --slowest and --flow choose others");
	t->slowest = t->packet ? 1 : t->slowest ? t->slowest : DEFAULT_SLOWEST;
	t->input.keep = t->slowest > DEFAULT_TOP ? (unsigned)t->slowest : DEFAULT_TOP;
	TRY(input__open(&in, &t->path, 1, &t->input, err));
	rc = print_all(t, &in, err);
	input__remark(&in);
	input__close(&in);
	return rc;
}

int cmd_timeline(int argc, char **argv, struct trace_error *err)
{
	static const struct option options[] = {
		{ "packet", required_argument, NULL, 'p' }, { "slowest", required_argument, NULL, 's' },
		{ "recording", required_argument, NULL, 'r' }, { "flow", required_argument, NULL, 'f' },   { "json", no_argument, NULL, 'j' },
		{ "utc", no_argument, NULL, 'u' },          { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct timeline t = { 0 };
	int c;

	while ((c = cli__getopt(argc, argv, "h", options, err)) != -1) {
		if (c == 'h') {
			fputs(help_text, stdout);
			return CLI_DONE;
		}
		TRY(take_option(&t, c, err));
	}
	if (argc - optind != 1)
		return cli__usage_error("timeline", err, "timeline needs one recording or database");
	t.path = argv[optind];
	return run(&t, err);
}
