/*
 * trend.c: `netanalyze trend`: in a series of runs, where did anything change beyond what runs vary?
 *
 * Figures of every run go into a database in memory (compare/gather.h), are compared with those of the runs before it
 * (compare/drift.h) and judged by schema/compared/trend.sql; what is printed are the files schema/trend/NN_name.sql.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>
#include "analyzer/command/cli.h"
#include "analyzer/command/operands.h"
#include "analyzer/command/tables.h"
#include "analyzer/compare/drift.h"
#include "analyzer/compare/gather.h"
#include "analyzer/store/sql.h"

static const char help_text[] =
	"usage: netanalyze trend TRACE|DB TRACE|DB … [OPTION …]\n"
	"\n"
	"In a series of runs, each a recording or a database, in their order: how long packets, upcalls and waits took,\n"
	"what was lost, and what CPU it took, run by run, and where that changed beyond what the runs before it vary\n"
	"among themselves. It takes three runs before one to tell, and more to tell what is small.\n"
	"\n"
	"  --format F          text (default), md, html (one self-contained file) or json\n"
	"  --json              the same as --format json\n"
	"  --late MS           a packet is late from so many milliseconds on; of recordings only\n"
	"  --recording UUID    of the TRACE before it, which holds several, the one whose UUID begins like that\n"
	"\n"
	"examples:\n"
	"  netanalyze trend nightly/*.db\n"
	"  netanalyze trend v1.db v2.db v3.db v4.db v5.db --json | jq '.changes'\n";

struct command {
	struct operands runs;
	struct operands_opts opts;
};

static int execute(sqlite3 *db, const char *file, struct trace_error *err)
{
	if (sqlite3_exec(db, sql__text(file), NULL, NULL, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot run schema/%s: %s", file, sqlite3_errmsg(db));
	return 0;
}

static int tell(const struct command *c, sqlite3 *db, struct trace_error *err)
{
	const struct tables what = { .db = db, .folder = "trend/", .title = "netanalyze trend", .format = c->opts.format };

	TRY(operands__gather(&c->runs, db, DRIFT_SIDE, &c->opts.input, err));
	TRY(drift__run(db, err));
	TRY(execute(db, "compared/trend.sql", err));
	return tables__print(&what, err);
}

static int trend(const struct command *c, struct trace_error *err)
{
	struct sqlfn_context context = { .interval = 0 };
	sqlite3 *db = NULL;
	int rc = gather__create(&db, err);

	rc = rc ? rc : sqlfn__add_plain(db, &context, err);
	rc = rc ? rc : tell(c, db, err);
	sqlite3_close(db);
	return rc;
}

/* ---- the command line --------------------------------------------------------------------------------- */

static int parse(struct command *c, int argc, char **argv, struct trace_error *err)
{
	static const struct option options[] = { OPERANDS_OPTIONS };
	int o;

	/* '-': operands in their place, as 1, so that --recording is about the one before it. */
	while ((o = cli__getopt(argc, argv, "-h", options, err)) != -1) {
		if (o == 1)
			operands__add(&c->runs, (struct operand){ optarg, NULL }, &c->opts);
		else
			TRY(operands__option(&c->opts, "trend", o, optarg, err));
	}
	for (int i = optind; i < argc; i++)
		operands__add(&c->runs, (struct operand){ argv[i], NULL }, &c->opts);
	return 0;
}

int cmd_trend(int argc, char **argv, struct trace_error *err)
{
	struct command c = { .opts.format = GRID_TEXT, .runs.list = calloc((size_t)argc, sizeof(*c.runs.list)) };
	int rc = c.runs.list ? parse(&c, argc, argv, err) : trace_error__set(err, -ENOMEM, "out of memory");

	if (rc == 0 && c.opts.help)
		fputs(help_text, stdout);
	else if (rc == 0 && c.runs.n < 2)
		rc = cli__usage_error("trend", err, "trend needs a series of recordings or databases");
	else if (rc == 0)
		rc = trend(&c, err);
	free(c.runs.list);
	return rc;
}
