/*
 * info.c: `netanalyze info` and `netanalyze verify`: what a recording holds, and whether it is intact.
 *
 * Both look at every block without analyzing it (scan.c) and print queries of schema/scan/. What verify calls a fault
 * is one query, verdict.sql.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>
#include "analyzer/command/cli.h"
#include "analyzer/read/scan.h"
#include "analyzer/print/sqlfn.h"
#include "analyzer/store/store.h"
#include "analyzer/print/view.h"
#include "analyzer/store/sql.h"
#include "format/reader.h"

static const char info_help[] =
	"usage: netanalyze info TRACE … [--recording UUID] [--json] [--utc]\n"
	"\n"
	"What a recording holds: host, kernel, command, start, duration, rows by type, bytes, losses, damage. All TRACEs\n"
	"are one set of segments, in any order (-: standard input): what is there twice counts once, and each recording\n"
	"that segments are of is told of by itself.\n"
	"\n"
	"  --recording UUID  only the recording whose UUID begins like that\n"
	"  --json            one JSON object a recording, exact values\n"
	"  --utc             times in UTC, not in local time\n"
	"\n"
	"example:\n"
	"  netanalyze info web.nrec\n";

static const char verify_help[] =
	"usage: netanalyze verify TRACE … [--blocks] [--recording UUID] [--json] [--utc]\n"
	"\n"
	"Reads every block of a recording, decodes every row and says what is not there: damaged bytes, blocks whose rows do\n"
	"not decode or are of another time than their header says, missing blocks and segments, a missing end, an index or\n"
	"counts that disagree; and the times they affect. The last line is the verdict. All TRACEs are one set of\n"
	"segments, in any order (-: standard input); what one copy lacks is taken from another.\n"
	"\n"
	"Exit status 0: nothing is wrong with what is there. A recording that was not closed (the recorder was killed or\n"
	"is still running) and one whose oldest segments were removed are reported and are no fault. 3: something is\n"
	"damaged or missing; `netanalyze analyze` still works on the rest.\n"
	"\n"
	"  --blocks          every block, too: segment, offset, kind, stream, rows, size, time range, and whether it is intact\n"
	"  --recording UUID  only the recording whose UUID begins like that\n"
	"  --json            one JSON object a recording\n"
	"  --utc             times in UTC, not in local time\n"
	"\n"
	"example:\n"
	"  netanalyze verify web.nrec && echo intact\n"
	"  netanalyze verify web.nrec --blocks --json | jq '.blocks[] | select(.state != \"intact\")'\n";

static const char blocks_file[] = "scan/blocks.sql";

struct look {
	const char *help;
	const char *file; /* of schema/scan/ */
	bool verdict;
	bool blocks; /* list them */
	bool json;
	bool utc;
	const char *recording;
	const char *const *paths;
	size_t n_paths;
};

/* `sentence`: sqlite3_malloc'ed. */
static int judge(sqlite3 *db, long *faults, char **sentence, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = 0;

	if (sqlite3_prepare_v2(db, sql__text("scan/verdict.sql"), -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		rc = trace_error__set(err, -EIO, "cannot judge the recording: %s", sqlite3_errmsg(db));
	else
		*faults = (long)sqlite3_column_int64(stmt, 0);
	if (rc == 0)
		*sentence = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 1));
	sqlite3_finalize(stmt);
	return rc;
}

static int print_json(const struct view_run *run, const struct look *look, long faults, const char *sentence,
		      struct trace_error *err)
{
	char *doc = NULL, number[24];
	int rc = view__json_add(run, look->file, &doc, err);

	snprintf(number, sizeof(number), "%ld", faults);
	if (rc == 0 && look->blocks)
		rc = view__json_add(run, blocks_file, &doc, err);
	if (rc == 0 && look->verdict)
		rc = view__json_set(run->db, &doc, "faults", number, err);
	if (rc == 0 && look->verdict)
		rc = view__json_text(run->db, &doc, "verdict", sentence, err);
	if (rc == 0)
		printf("%s\n", doc);
	sqlite3_free(doc);
	return rc;
}

/* What a recording is called: the one path that was given, or where it begins. */
static void name_of(const struct look *look, const struct trace *t, size_t recording, char *out, size_t size)
{
	const struct trace_recording *r = trace__recording(t, recording);
	__u32 file = trace__segment(t, r->first_segment)->file;

	if (look->n_paths == 1 && strcmp(look->paths[0], "-"))
		snprintf(out, size, "%s", look->paths[0]);
	else
		snprintf(out, size, "%s%s", trace__file(t, file)->path, r->n_segments > 1 ? " …" : "");
}

static int print_text(const struct view_run *run, const struct look *look, const char *name, const char *sentence,
		      struct trace_error *err)
{
	TRY(view__print(run, look->file, err));
	if (look->blocks)
		TRY(view__print(run, blocks_file, err));
	if (look->verdict)
		printf("\n%s is %s\n", name, sentence);
	return 0;
}

static int print(sqlite3 *db, const struct look *look, const struct trace *t, size_t recording, long *faults,
		 struct trace_error *err)
{
	bool color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	char name[PATH_MAX + 8], *sentence = NULL;
	int rc;
	struct view_run run = {
		.db = db,
		.table = { .out = stdout, .format = GRID_TEXT, .utc = look->utc, .color = color },
		.level = 3,
		.sublevel = 3,
	};

	name_of(look, t, recording, name, sizeof(name));
	TRY(scan__fill(db, t, recording, name, err));
	if (sqlite3_exec(db, sql__text("scan/when.sql"), NULL, NULL, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot tell the times of blocks: %s", sqlite3_errmsg(db));
	if (look->verdict)
		TRY(judge(db, faults, &sentence, err));
	rc = look->json ? print_json(&run, look, *faults, sentence, err) : print_text(&run, look, name, sentence, err);
	sqlite3_free(sentence);
	return rc;
}

static int look_at(const struct look *look, const struct trace *t, size_t recording, long *faults, struct trace_error *err)
{
	struct sqlfn_context context = { .utc = look->utc };
	sqlite3 *db = NULL;
	int rc;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK)
		rc = trace_error__set(err, -ENOMEM, "out of memory");
	else
		rc = sqlfn__add_plain(db, &context, err);
	if (rc == 0)
		rc = print(db, look, t, recording, faults, err);
	sqlite3_close(db);
	return rc;
}

static int look_at_all(const struct look *look, const struct trace *t, struct trace_error *err)
{
	size_t n = trace__n_recordings(t), bad = 0;

	for (size_t i = 0; i < n; i++) {
		long faults = 0;

		if (i && !look->json)
			putchar('\n');
		TRY(look_at(look, t, i, &faults, err));
		bad += faults > 0;
	}
	if (n > 1 && look->verdict && !look->json)
		printf("\n%zu recordings: %zu intact, %zu with faults\n", n, n - bad, bad);
	return look->verdict && bad ? CLI_BAD_INPUT : CLI_DONE;
}

static int look_at_paths(const struct look *look, struct trace_error *err)
{
	const struct trace_wanted wanted = { .paths = look->paths, .n_paths = look->n_paths, .recording = look->recording,
					     .several = true, .checked = true };
	struct trace *t;
	int rc;

	for (size_t i = 0; i < look->n_paths; i++)
		if (store__is_database(look->paths[i]))
			return trace_error__set(err, -EINVAL, "%s is a database: give the recording it was made from",
						look->paths[i]);
	TRY(trace__open_set(&t, &wanted, err));
	rc = look_at_all(look, t, err);
	trace__close(t);
	return rc;
}

static int run(struct look *look, int argc, char **argv, struct trace_error *err)
{
	static const struct option options[] = { /* info has all but the first */
		{ "blocks", no_argument, NULL, 'b' },
		{ "recording", required_argument, NULL, 'r' },
		{ "json", no_argument, NULL, 'j' },
		{ "utc", no_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = cli__getopt(argc, argv, "h", options + !look->verdict, err)) != -1) {
		if (c == 'h') {
			fputs(look->help, stdout);
			return CLI_DONE;
		}
		if (c == '?')
			return -EINVAL;
		if (c == 'r')
			TRY(cli__recording(optarg, &look->recording, err));
		look->blocks |= c == 'b';
		look->json |= c == 'j';
		look->utc |= c == 'u';
	}
	if (optind == argc)
		return cli__usage_error(argv[0], err, "%s needs a recording", argv[0]);
	look->paths = (const char *const *)argv + optind;
	look->n_paths = argc - optind;
	return look_at_paths(look, err);
}

int cmd_info(int argc, char **argv, struct trace_error *err)
{
	struct look look = { .help = info_help, .file = "scan/info.sql" };

	return run(&look, argc, argv, err);
}

int cmd_verify(int argc, char **argv, struct trace_error *err)
{
	struct look look = { .help = verify_help, .file = "scan/verify.sql", .verdict = true };

	return run(&look, argc, argv, err);
}
