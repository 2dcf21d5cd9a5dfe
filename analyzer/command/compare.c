/*
 * compare.c: `netanalyze compare`: did a change help, did anything get worse?
 *
 * Figures of every recording go into a database in memory (compare/gather.h), are compared there (compare/contrast.h)
 * and judged by schema/compared/judge.sql; what is printed are the files schema/compare/NN_name.sql in their order.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/command/cli.h"
#include "analyzer/command/operands.h"
#include "analyzer/command/tables.h"
#include "analyzer/compare/baseline.h"
#include "analyzer/compare/contrast.h"
#include "analyzer/compare/gather.h"
#include "analyzer/store/sql.h"

static const char help_text[] =
	"usage: netanalyze compare BEFORE AFTER [OPTION …]\n"
	"       netanalyze compare --before TRACE|DB … --after TRACE|DB … [OPTION …]\n"
	"       netanalyze compare --save NAME TRACE|DB …\n"
	"       netanalyze compare --baseline NAME TRACE|DB … [OPTION …]\n"
	"\n"
	"Did a change help, did anything get worse? Compares what was found, how long packets, upcalls and waits took,\n"
	"what was lost, and what CPU it took, and says of each: better, worse, no detectable change, or not comparable.\n"
	"A window of 1 s is one observation, not a packet. Several recordings of a side are the better way: three of\n"
	"each, and a recording is one observation.\n"
	"\n"
	"  --before TRACE|DB … recordings or databases of before\n"
	"  --after TRACE|DB …  of after\n"
	"  --save NAME         keep what is compared of these recordings as a baseline, no packets; compares nothing\n"
	"  --force             replace a baseline of that name\n"
	"  --baseline NAME     what was before is this baseline\n"
	"  --baselines FILE    where they are kept (default: $XDG_DATA_HOME/netanalyze/baselines.db, or\n"
	"                      ~/.local/share/netanalyze/baselines.db when that is not set)\n"
	"  --format F          text (default), md, html (one self-contained file, with distributions drawn) or json\n"
	"  --json              the same as --format json\n"
	"  --late MS           a packet is late from so many milliseconds on; of recordings only\n"
	"  --recording UUID    of the TRACE before it, which holds several, the one whose UUID begins like that\n"
	"  --seed N            of the random numbers, from 1 on; the same seed gives the same result (default 1)\n"
	"  --fail-on regression[=METRIC,…]\n"
	"                      exit status 1, and a line on stderr, when anything got worse, or one of these metrics did;\n"
	"                      a word that is none is answered with their names\n"
	"\n"
	"examples:\n"
	"  netanalyze compare monday.nrec tuesday.nrec\n"
	"  netanalyze compare --before b1.db b2.db b3.db --after a1.db a2.db a3.db\n"
	"  netanalyze compare main.db branch.nrec --fail-on regression --json\n"
	"  netanalyze compare main.db branch.nrec --fail-on regression=late,dropped,upcall\n"
	"  netanalyze compare --save main main1.nrec main2.nrec main3.nrec\n"
	"  netanalyze compare --baseline main branch1.nrec branch2.nrec branch3.nrec --fail-on regression\n";

enum { BEFORE, AFTER, SIDES, UNSAID = SIDES, LISTS };

static const char *const side_names[SIDES] = { "before", "after" };

struct command {
	struct operands sides[LISTS]; /* UNSAID: no --before or --after stands before them; until sort_out() */
	struct operands_opts opts;
	bool fail_on_regression, force;
	const char *save, *baseline, *baselines; /* names; the file they are in, NULL: the usual one */
	const char *metrics; /* that --fail-on is about, with commas; NULL: any */
	unsigned long seed;
};

/* ---- comparing ------------------------------------------------------------------------------------ */

/* Are all of them metrics? */
static int check_metrics(const struct command *c, sqlite3 *db, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = 0;

	if (!c->metrics)
		return 0;
	if (sqlite3_prepare_v2(db, sql__text("compared/unknown.sql"), -1, &stmt, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot run schema/compared/unknown.sql: %s", sqlite3_errmsg(db));
	sqlite3_bind_text(stmt, 1, c->metrics, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		rc = cli__usage_error("compare", err, "--fail-on: %s", sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return rc;
}

static int find_baselines(const struct command *c, char path[PATH_MAX], struct trace_error *err)
{
	if (!c->baselines)
		return baseline__path(path, err);
	if ((size_t)snprintf(path, PATH_MAX, "%s", c->baselines) >= PATH_MAX)
		return trace_error__set(err, -ENAMETOOLONG, "the name of the file is too long: %s", c->baselines);
	return 0;
}

static int gather(const struct command *c, sqlite3 **db, const struct sqlfn_context *context, struct trace_error *err)
{
	char path[PATH_MAX];

	if (c->baseline)
		TRY(find_baselines(c, path, err));
	TRY(gather__create(db, err));
	TRY(check_metrics(c, *db, err));
	TRY(sqlfn__add_plain(*db, context, err));
	if (c->baseline)
		TRY(baseline__load(*db, path, c->baseline, err));
	for (int side = 0; side < SIDES; side++)
		TRY(operands__gather(&c->sides[side], *db, side_names[side], &c->opts.input, err));
	TRY(contrast__run(*db, c->seed, err));
	return contrast__judge(*db, err);
}

/* ---- printing --------------------------------------------------------------------------------------- */

static int print(const struct command *c, sqlite3 *db, struct trace_error *err)
{
	const struct query_param params[] = { { ":seed", NULL, (long long)c->seed } };
	const struct tables what = { .db = db, .folder = "compare/", .title = "netanalyze compare", .format = c->opts.format,
				     .params = params, .n_params = 1, .drawn = "compare/60_distribution.sql",
				     .curves = "compared/curves.sql" };

	return tables__print(&what, err);
}

/* The first row of schema/compared/FILE, about the metrics of --fail-on, on stderr; *any: was there one? */
static int say(const struct command *c, sqlite3 *db, const char *file, const char *what, bool *any,
	       struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(db, sql__text(file), -1, &stmt, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot run schema/%s: %s", file, sqlite3_errmsg(db));
	sqlite3_bind_text(stmt, sqlite3_bind_parameter_index(stmt, ":metrics"), c->metrics, -1, SQLITE_STATIC);
	*any = sqlite3_step(stmt) == SQLITE_ROW;
	if (*any)
		fprintf(stderr, "netanalyze: %s: %s\n", what, sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return 0;
}

/* Exit status 1 and why, when --fail-on asks for it. Of what could not be compared, it says so. */
static int fail_on(const struct command *c, sqlite3 *db, struct trace_error *err)
{
	bool worse = false, untold;

	if (c->metrics)
		TRY(say(c, db, "compared/untold.sql", "note", &untold, err));
	if (c->fail_on_regression)
		TRY(say(c, db, "compared/regression.sql", "regression", &worse, err));
	return worse ? CLI_CONDITION : CLI_DONE;
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

static int save(const struct command *c, struct trace_error *err)
{
	const struct operands *runs = &c->sides[AFTER];
	char path[PATH_MAX];
	sqlite3 *db = NULL;
	int rc;

	TRY(find_baselines(c, path, err));
	rc = gather__create(&db, err);
	rc = rc ? rc : operands__gather(runs, db, c->save, &c->opts.input, err);
	rc = rc ? rc : baseline__save(db, path, c->save, !c->baselines, c->force, err);
	if (rc == 0)
		printf("Saved baseline %s, of %u recording%s, in %s.\n", c->save, runs->n, runs->n == 1 ? "" : "s", path);
	sqlite3_close(db);
	return rc;
}

/* ---- the command line --------------------------------------------------------------------------------- */

/* Whose are those that no --before or --after stands before? Of a baseline, or after it; otherwise before and after. */
static int sort_out(struct command *c, struct trace_error *err)
{
	const struct operands *unsaid = &c->sides[UNSAID];

	if (c->save && (c->sides[BEFORE].n || c->sides[AFTER].n || c->baseline || c->fail_on_regression))
		return cli__usage_error("compare", err, "--save keeps recordings and compares nothing");
	if (c->baseline && c->sides[BEFORE].n)
		return cli__usage_error("compare", err, "with --baseline, that is what was before");
	if ((c->force && !c->save) || (c->baselines && !c->save && !c->baseline))
		return cli__usage_error("compare", err, "--force is for --save, and --baselines for that and --baseline");
	for (unsigned i = 0; i < unsaid->n; i++) {
		bool is_after = c->save || c->baseline || c->sides[BEFORE].n;

		if (is_after && !c->save && !c->baseline && c->sides[AFTER].n)
			return cli__usage_error("compare", err, "which side is %s of? Say so with --before and --after",
						unsaid->list[i].path);
		operands__add(&c->sides[is_after ? AFTER : BEFORE], unsaid->list[i], &c->opts);
	}
	if (c->save && !c->sides[AFTER].n)
		return cli__usage_error("compare", err, "compare --save needs recordings or databases to keep");
	if (!c->save && (!c->sides[AFTER].n || (!c->sides[BEFORE].n && !c->baseline)))
		return cli__usage_error("compare", err, "compare needs a recording or database of before, and one of after");
	return 0;
}

static int set_fail_on(struct command *c, const char *what, struct trace_error *err)
{
	static const char regression[] = "regression";
	size_t len = sizeof(regression) - 1;

	if (strncmp(what, regression, len) != 0 || (what[len] && what[len] != '='))
		return trace_error__set(err, -EINVAL, "--fail-on takes regression or regression=METRIC,…, not '%s'", what);
	c->fail_on_regression = true;
	c->metrics = what[len] ? what + len + 1 : NULL;
	return 0;
}

static int parse(struct command *c, int argc, char **argv, struct trace_error *err)
{
	static const struct option options[] = {
		{ "before", required_argument, NULL, 'b' },   { "after", required_argument, NULL, 'a' },
		{ "seed", required_argument, NULL, 's' },     { "fail-on", required_argument, NULL, 'F' },
		{ "save", required_argument, NULL, 'S' },     { "baseline", required_argument, NULL, 'B' },
		{ "baselines", required_argument, NULL, 'D' }, { "force", no_argument, NULL, 'O' },
		OPERANDS_OPTIONS,
	};
	int side = UNSAID, o;

	/* '-': operands in their place, as 1, so that those behind --before and --after are theirs. */
	while ((o = cli__getopt(argc, argv, "-h", options, err)) != -1) {
		switch (o) {
		case 'b':
		case 'a':
			side = o == 'b' ? BEFORE : AFTER;
			operands__add(&c->sides[side], (struct operand){ optarg, NULL }, &c->opts);
			break;
		case 1:
			operands__add(&c->sides[side], (struct operand){ optarg, NULL }, &c->opts);
			break;
		case 's':
			TRY(cli__number("--seed", optarg, 1, 1ul << 32, &c->seed, err));
			break;
		case 'F':
			TRY(set_fail_on(c, optarg, err));
			break;
		case 'S':
		case 'B':
			TRY(baseline__check_name(optarg, err));
			*(o == 'S' ? &c->save : &c->baseline) = optarg;
			break;
		case 'D':
			c->baselines = optarg;
			break;
		case 'O':
			c->force = true;
			break;
		default:
			TRY(operands__option(&c->opts, "compare", o, optarg, err));
		}
	}
	for (int i = optind; i < argc; i++)
		operands__add(&c->sides[side], (struct operand){ argv[i], NULL }, &c->opts);
	return 0;
}

int cmd_compare(int argc, char **argv, struct trace_error *err)
{
	struct command c = { .opts.format = GRID_TEXT, .seed = 1 };
	int rc = 0;

	for (int side = 0; side < LISTS; side++)
		if (!(c.sides[side].list = calloc((size_t)argc, sizeof(*c.sides[side].list))))
			rc = trace_error__set(err, -ENOMEM, "out of memory");
	rc = rc ? rc : parse(&c, argc, argv, err);
	if (rc == 0 && c.opts.help)
		fputs(help_text, stdout);
	else if (rc == 0)
		rc = sort_out(&c, err) ?: c.save ? save(&c, err) : compare(&c, err);
	for (int side = 0; side < LISTS; side++)
		free(c.sides[side].list);
	return rc;
}
