/*
 * compare.c: `netanalyze compare`: did a change help, did anything get worse?
 *
 * Figures of every recording go into a database in memory (compare/gather.h), are compared there (compare/contrast.h)
 * and judged by schema/compared/judge.sql; what is printed are the files schema/compare/NN_name.sql in their order.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>
#include "analyzer/command/cli.h"
#include "analyzer/command/input.h"
#include "analyzer/compare/contrast.h"
#include "analyzer/compare/gather.h"
#include "analyzer/print/view.h"
#include "analyzer/store/sql.h"

static const char help_text[] =
	"usage: netanalyze compare BEFORE AFTER [OPTION …]\n"
	"       netanalyze compare --before TRACE|DB … --after TRACE|DB … [OPTION …]\n"
	"\n"
	"Did a change help, did anything get worse? Compares what was found, how long packets, upcalls and waits took,\n"
	"what was lost, and what CPU it took, and says of each: better, worse, no detectable change, or not comparable.\n"
	"A window of 1 s is one observation, not a packet. Several recordings of a side are the better way: three of\n"
	"each, and a recording is one observation.\n"
	"\n"
	"  --before TRACE|DB … recordings or databases of before\n"
	"  --after TRACE|DB …  of after\n"
	"  --format F          text (default), md or json\n"
	"  --json              the same as --format json\n"
	"  --late MS           a packet is late from so many milliseconds on; of recordings only\n"
	"  --seed N            of the random numbers, from 1 on; the same seed gives the same result (default 1)\n"
	"  --fail-on regression   exit status 1, and a line on stderr, when anything got worse\n"
	"\n"
	"examples:\n"
	"  netanalyze compare monday.nrec tuesday.nrec\n"
	"  netanalyze compare --before b1.db b2.db b3.db --after a1.db a2.db a3.db\n"
	"  netanalyze compare main.db branch.nrec --fail-on regression --json\n";

enum { BEFORE, AFTER, SIDES };

static const char *const side_names[SIDES] = { "before", "after" };

struct command {
	const char **paths[SIDES];
	unsigned n[SIDES];
	enum grid_format format;
	bool fail_on_regression, help;
	unsigned long seed;
	struct input_opts input;
};

/* ---- comparing ------------------------------------------------------------------------------------ */

static int gather_one(const struct command *c, sqlite3 *db, int side, unsigned run, struct trace_error *err)
{
	const char *path = c->paths[side][run];
	struct input in;
	int rc;

	TRY(input__open(&in, &path, 1, &c->input, err));
	rc = gather__add(db, in.db, side_names[side], run, path, err);
	input__close(&in);
	return rc;
}

static int judge(sqlite3 *db, struct trace_error *err)
{
	const char *at = sql__text("compared/judge.sql");
	int rc = SQLITE_OK;

	for (sqlite3_stmt *stmt = NULL; rc == SQLITE_OK && *at; sqlite3_finalize(stmt)) {
		rc = sqlite3_prepare_v2(db, at, -1, &stmt, &at);
		if (rc != SQLITE_OK || !stmt)
			continue;
		sqlite3_bind_double(stmt, sqlite3_bind_parameter_index(stmt, ":level"), CONTRAST_LEVEL);
		rc = sqlite3_step(stmt) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
	}
	return rc ? trace_error__set(err, -EIO, "cannot run schema/compared/judge.sql: %s", sqlite3_errmsg(db)) : 0;
}

static int gather(const struct command *c, sqlite3 **db, const struct sqlfn_context *context, struct trace_error *err)
{
	TRY(gather__create(db, err));
	TRY(sqlfn__add_plain(*db, context, err));
	for (int side = 0; side < SIDES; side++)
		for (unsigned run = 0; run < c->n[side]; run++)
			TRY(gather_one(c, *db, side, run, err));
	TRY(contrast__run(*db, c->seed, err));
	return judge(*db, err);
}

/* ---- printing --------------------------------------------------------------------------------------- */

static int print_json(const struct view_run *run, struct trace_error *err)
{
	char *doc = NULL;
	int rc = 0;

	for (const struct sql_file *f = sql_files; f->name && rc == 0; f++)
		if (strncmp(f->name, "compare/", 8) == 0)
			rc = view__json_add(run, f->name, &doc, err);
	if (rc == 0)
		printf("%s\n", doc);
	sqlite3_free(doc);
	return rc;
}

static int print(const struct command *c, sqlite3 *db, struct trace_error *err)
{
	const struct query_param params[] = { { ":seed", NULL, (long long)c->seed } };
	struct view_run run = {
		.db = db,
		.params = params,
		.n_params = 1,
		.table = { .out = stdout, .format = c->format, .width = TEXT_WIDTH,
			   .color = c->format == GRID_TEXT && isatty(STDOUT_FILENO) && !getenv("NO_COLOR") },
		.level = 2,
		.sublevel = 3,
	};

	if (c->format == GRID_JSON)
		return print_json(&run, err);
	if (c->format != GRID_TEXT)
		grid__heading(&run.table, 1, "netanalyze compare");
	for (const struct sql_file *f = sql_files; f->name; f++)
		if (strncmp(f->name, "compare/", 8) == 0)
			TRY(view__print(&run, f->name, err));
	return 0;
}

/* Exit status 1 and why, when --fail-on asks for it. */
static int fail_on(const struct command *c, sqlite3 *db, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = CLI_DONE;

	if (!c->fail_on_regression)
		return CLI_DONE;
	if (sqlite3_prepare_v2(db, sql__text("compared/regression.sql"), -1, &stmt, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot run schema/compared/regression.sql: %s", sqlite3_errmsg(db));
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		fprintf(stderr, "netanalyze: regression: %s\n", sqlite3_column_text(stmt, 0));
		rc = CLI_CONDITION;
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int compare(const struct command *c, struct trace_error *err)
{
	struct sqlfn_context context = { .interval = 0 };
	sqlite3 *db = NULL;
	int rc = gather(c, &db, &context, err);

	rc = rc ? rc : print(c, db, err);
	rc = rc ? rc : fail_on(c, db, err);
	sqlite3_close(db);
	return rc;
}

/* ---- the command line --------------------------------------------------------------------------------- */

/* Operands before any --before and --after are those two, in this order. */
static int add_path(struct command *c, int side, const char *path, struct trace_error *err)
{
	if (side == SIDES && c->n[AFTER])
		return cli__usage_error("compare", err, "which side is %s of? Say so with --before and --after", path);
	if (side == SIDES)
		side = c->n[BEFORE] == 0 ? BEFORE : AFTER;
	c->paths[side][c->n[side]++] = path;
	return 0;
}

static int find_format(const char *name, enum grid_format *format, struct trace_error *err)
{
	if (strcmp(name, "text") == 0)
		*format = GRID_TEXT;
	else if (strcmp(name, "md") == 0)
		*format = GRID_MD;
	else if (strcmp(name, "json") == 0)
		*format = GRID_JSON;
	else
		return trace_error__set(err, -EINVAL, "--format is text, md or json, not '%s'", name);
	return 0;
}

static int parse(struct command *c, int argc, char **argv, struct trace_error *err)
{
	static const struct option options[] = {
		{ "before", required_argument, NULL, 'b' }, { "after", required_argument, NULL, 'a' },
		{ "format", required_argument, NULL, 'f' }, { "json", no_argument, NULL, 'j' },
		{ "late", required_argument, NULL, 'l' },   { "seed", required_argument, NULL, 's' },
		{ "fail-on", required_argument, NULL, 'F' }, { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int side = SIDES, o;

	/* '-': operands in their place, as 1, so that those behind --before and --after are theirs. */
	while ((o = cli__getopt(argc, argv, "-h", options, err)) != -1) {
		switch (o) {
		case 'b':
		case 'a':
			side = o == 'b' ? BEFORE : AFTER;
			TRY(add_path(c, side, optarg, err));
			break;
		case 1:
			TRY(add_path(c, side, optarg, err));
			break;
		case 'f':
			TRY(find_format(optarg, &c->format, err));
			break;
		case 'j':
			c->format = GRID_JSON;
			break;
		case 'l':
			TRY(cli__late(optarg, &c->input.late_ns, err));
			break;
		case 's':
			TRY(cli__number("--seed", optarg, 1, 1ul << 32, &c->seed, err));
			break;
		case 'F':
			if (strcmp(optarg, "regression") != 0)
				return trace_error__set(err, -EINVAL, "--fail-on takes regression, not '%s'", optarg);
			c->fail_on_regression = true;
			break;
		case 'h':
			c->help = true;
			break;
		default:
			return -EINVAL;
		}
	}
	for (int i = optind; i < argc; i++)
		TRY(add_path(c, side, argv[i], err));
	return 0;
}

int cmd_compare(int argc, char **argv, struct trace_error *err)
{
	struct command c = { .format = GRID_TEXT, .seed = 1 };
	int rc = 0;

	for (int side = 0; side < SIDES; side++)
		if (!(c.paths[side] = calloc((size_t)argc, sizeof(*c.paths[side]))))
			rc = trace_error__set(err, -ENOMEM, "out of memory");
	rc = rc ? rc : parse(&c, argc, argv, err);
	if (rc == 0 && c.help)
		fputs(help_text, stdout);
	else if (rc == 0 && (c.n[BEFORE] == 0 || c.n[AFTER] == 0))
		rc = cli__usage_error("compare", err, "compare needs a recording or database of before, and one of after");
	else if (rc == 0)
		rc = compare(&c, err);
	for (int side = 0; side < SIDES; side++)
		free(c.paths[side]);
	return rc;
}
