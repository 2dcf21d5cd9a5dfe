/*
 * report.c: `netanalyze report`: what is wrong, then the evidence: what was dropped, what was slow, what was not seen.
 *
 * The report is the files schema/report/NN_name.sql in their order; this file only decides how it is printed. What is
 * concluded was concluded when the recording was analyzed (rules/rules.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>
#include "analyzer/base/unfinished.h"
#include "analyzer/command/cli.h"
#include "analyzer/command/input.h"
#include "analyzer/store/sql.h"
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

static const char html_head[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>netanalyze report</title>\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>\n"
	"body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:80em;padding:0 1em;color:#1a1a1a;background:#fff}\n"
	"h1{font-size:1.5em}h2{font-size:1.2em;margin-top:2em;border-bottom:1px solid #bbb}h3{font-size:1em;margin-top:1.5em}\n"
	"table{border-collapse:collapse;display:block;overflow-x:auto;font-size:13px}\n"
	"th,td{padding:.2em .7em;text-align:left;border-bottom:1px solid #ddd;white-space:nowrap}\n"
	"th{background:#f2f2f2}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\n"
	"pre{font-size:12px;background:#f7f7f7;padding:.7em;overflow-x:auto}\n"
	"@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}th{background:#2a2a2a}th,td{border-color:#444}pre{background:#222}}\n"
	"</style></head><body>\n";

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

	fputs(o->format == GRID_HTML ? html_head : "", o->out);
	if (o->format != GRID_TEXT)
		grid__heading(o, 1, "netanalyze report");
	for (const struct sql_file *f = sql_files; f->name; f++)
		if (is_section(f))
			TRY(view__print(run, f->name, err));
	fputs(o->format == GRID_HTML ? "</body></html>\n" : "", o->out);
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

/*
 * Written under another name until it is complete, so that a failure leaves what was there. Created before the
 * analysis: a name that cannot be written is refused at once.
 */
static int open_output(const struct report *r, char name[PATH_MAX], FILE **out, struct trace_error *err)
{
	int fd;

	*out = stdout;
	if (!r->output)
		return 0;
	if (!r->force && access(r->output, F_OK) == 0)
		return trace_error__set(err, -EEXIST, "%s exists: name another file with -o, or overwrite it with --force",
					r->output);
	fd = unfinished__create(name, r->output, err);
	TRY(fd);
	*out = fdopen(fd, "w");
	if (*out)
		return 0;
	close(fd);
	unfinished__discard(name);
	return trace_error__set(err, -ENOMEM, "out of memory");
}

static int close_output(const struct report *r, const char *name, FILE *out, int rc, struct trace_error *err)
{
	bool failed = fflush(out) != 0 || ferror(out);

	if (out == stdout)
		return rc;
	failed |= fclose(out) != 0;
	if (rc == 0 && failed)
		rc = trace_error__set(err, -EIO, "could not write %s: is the disk full?", r->output);
	if (rc == 0)
		return unfinished__keep(name, r->output, err);
	unfinished__discard(name);
	return rc;
}

static int report(const struct report *r, const char *const *paths, size_t n, struct trace_error *err)
{
	char name[PATH_MAX] = "";
	struct input in;
	FILE *out;
	int rc;

	TRY(open_output(r, name, &out, err));
	rc = input__open(&in, paths, n, &r->input, err);
	if (rc == 0) {
		rc = print(r, &in, out, err);
		input__close(&in);
	}
	return close_output(r, name, out, rc, err);
}

static int find_format(const char *name, enum grid_format *format, struct trace_error *err)
{
	static const char *const names[] = { [GRID_TEXT] = "text", [GRID_MD] = "md", [GRID_HTML] = "html", [GRID_JSON] = "json" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(names[i], name) == 0) {
			*format = (enum grid_format)i;
			return 0;
		}
	}
	return trace_error__set(err, -EINVAL, "--format is text, md, html or json, not '%s'", name);
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
			TRY(find_format(optarg, &r.format, err));
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
