/*
 * report.c: `netanalyze report`: what is wrong, then the evidence: what was dropped, what was slow, what was not seen.
 *
 * The report is the files schema/report/NN_name.sql in their order; this file only decides how it is printed. What is
 * concluded was concluded when the recording was analyzed (rules/rules.h).
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>
#include "analyzer/command/cli.h"
#include "analyzer/command/input.h"
#include "analyzer/command/output.h"
#include "analyzer/command/tables.h"
#include "analyzer/store/sql.h"
#include "analyzer/print/page.h"
#include "analyzer/print/view.h"

struct report {
	enum grid_format format;
	const char *output; /* NULL: standard output */
	bool force;
	struct input_opts input;
};

static const char help_text[] =
	"usage: netanalyze report TRACE|DB … [OPTION …]\n"
	"       netanalyze TRACE\n"
	"\n"
	"What is wrong, where, since when, who does it, how sure that is, and what to do; then the evidence:\n"
	"what was dropped, which stage was slow, what the recording cost, what was not seen.\n"
	"Several TRACEs, in any order, are one set of segments, of one recording; - is standard input.\n"
	"\n"
	"  --format F         text (default), md, html (one self-contained file) or json\n"
	"  -o, --output FILE  write to FILE\n"
	"  --force            overwrite FILE\n"
	"  --late MS          a packet or answer is late from so many milliseconds on; of a recording only\n"
	"  --monitor FILE     what ping printed, or a capture of it: what became of what that counts as lost? Of a recording\n"
	"                     only\n"
	"  --recording UUID   of several recordings the one whose UUID begins like that (netanalyze info lists them)\n"
	"  --utc              times in UTC, not in local time\n"
	"\n"
	"examples:\n"
	"  netanalyze web.nrec\n"
	"  netanalyze report web.nrec --format html -o web.html\n"
	"  netanalyze report web.db --format json | jq .drops\n";

static bool is_section(const struct sql_file *f)
{
	return strncmp(f->name, "report/", 7) == 0;
}

static int print_json(const struct view_run *run, struct trace_error *err)
{
	char *doc = NULL;
	int rc = 0;

	for (const struct sql_file *f = sql_files; f->name && rc == 0; f++)
		if (is_section(f))
			rc = view__json_add(run, f->name, &doc, err);
	if (rc == 0)
		fprintf(run->table.out, "%s\n", doc);
	sqlite3_free(doc);
	return rc;
}

static int print_sections(const struct view_run *run, struct trace_error *err)
{
	const struct grid_opts *o = &run->table;

	if (o->format == GRID_HTML)
		page__begin(o->out, "netanalyze report");
	if (o->format != GRID_TEXT)
		grid__heading(o, 1, "netanalyze report");
	for (const struct sql_file *f = sql_files; f->name; f++)
		if (is_section(f))
			TRY(view__print(run, f->name, err));
	if (o->format == GRID_HTML)
		page__end(o->out);
	return 0;
}

static int print(const struct report *r, const struct input *in, FILE *out, struct trace_error *err)
{
	bool color = r->format == GRID_TEXT && isatty(fileno(out)) && !getenv("NO_COLOR");
	struct view_run run = {
		.db = in->db,
		.table = { .out = out, .format = r->format, .utc = r->input.utc, .color = color, .width = TEXT_WIDTH },
		.level = 2,
		.sublevel = 3,
	};

	return r->format == GRID_JSON ? print_json(&run, err) : print_sections(&run, err);
}

static int report(const struct report *r, const char *const *paths, size_t n, struct trace_error *err)
{
	char name[PATH_MAX] = "";
	struct input in;
	FILE *out;
	int rc;

	TRY(output__open(r->output, r->force, name, &out, err));
	rc = input__open(&in, paths, n, &r->input, err);
	if (rc == 0) {
		rc = print(r, &in, out, err);
		input__close(&in);
	}
	return output__close(r->output, name, out, rc, err);
}

int cmd_report(int argc, char **argv, struct trace_error *err)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' }, { "output", required_argument, NULL, 'o' },
		{ "force", no_argument, NULL, 'F' },        { "late", required_argument, NULL, 'l' },
		{ "monitor", required_argument, NULL, 'm' }, { "recording", required_argument, NULL, 'r' },
		{ "utc", no_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 },
	};
	struct report r = { .format = GRID_TEXT };
	int c;

	while ((c = cli__getopt(argc, argv, "ho:", options, err)) != -1) {
		switch (c) {
		case 'f':
			TRY(tables__format(optarg, &r.format, err));
			break;
		case 'o':
			r.output = optarg;
			break;
		case 'F':
			r.force = true;
			break;
		case 'l':
			TRY(cli__late(optarg, &r.input.late_ns, err));
			break;
		case 'u':
			r.input.utc = true;
			break;
		case 'r':
			TRY(cli__recording(optarg, &r.input.recording, err));
			break;
		case 'm':
			r.input.monitor = optarg;
			break;
		case 'h':
			fputs(help_text, stdout);
			return CLI_DONE;
		default:
			return -EINVAL;
		}
	}
	if (optind == argc)
		return cli__usage_error("report", err, "report needs a recording or a database");
	return report(&r, (const char *const *)argv + optind, (size_t)(argc - optind), err);
}
