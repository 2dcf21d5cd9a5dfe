/*
 * merge_cmd.c: `netanalyze merge`: recordings of a host and its guest, or of several hosts, as one.
 *
 * Each is analyzed as for any other command; merge/ puts what they saw of packets together; what is printed are the
 * files schema/join/NN_name.sql in their order.
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
#include "analyzer/merge/merge.h"
#include "analyzer/store/store.h"

static const char help_text[] =
	"usage: netanalyze merge TRACE TRACE … [OPTION …]\n"
	"\n"
	"Puts recordings of the same time together: of a host and of its guest, or of several hosts. Packets are known\n"
	"again by addresses, ports, and IP identification, TCP numbers or those of ping. Those that both saw say how far\n"
	"the clocks are apart, and how well that is known. Then it tells what became on the one side of what left the\n"
	"other, how long that took, and where what one side counts as lost elsewhere was lost, and shows packets on one\n"
	"time line, which is that of the first TRACE. Each other TRACE is put beside the first. What each recording\n"
	"alone says is wrong comes first.\n"
	"\n"
	"  --filter FILTER   only packets that match, in tcpdump syntax\n"
	"  --slowest N       show the steps of the N packets that took longest (3)\n"
	"  --late MS         an echo request (ping) is late from so many milliseconds on (200)\n"
	"  -o, --output FILE keep what was found as a SQLite database, too\n"
	"  --force           overwrite FILE\n"
	"  --format F        text (default), md, html or json\n"
	"  --json            the same as --format json\n"
	"  --recording UUID  of the TRACE before it, which holds several, the one whose UUID begins like that\n"
	"  --utc             times in UTC, not in local time\n"
	"\n"
	"Namespaces and devices are those of their side. The first 200000 packets of each are compared; where addresses\n"
	"are translated between two sides, their packets are not known again.\n"
	"\n"
	"examples:\n"
	"  netanalyze merge host.nrec guest.nrec\n"
	"  netanalyze merge host.nrec guest.nrec --filter 'icmp and host 10.0.0.2' --slowest 10\n"
	"  netanalyze merge host.nrec guest1.nrec guest2.nrec -o all.db --json | jq '.ends'\n";

enum { DEFAULT_SLOWEST = 3, MAX_SLOWEST = 1000, LABEL = 64 };

struct command {
	struct operands sides;
	const char *output;
	bool force, help;
	enum grid_format format;
	unsigned long slowest;
	struct input_opts input;
};

/* ---- one side ------------------------------------------------------------------------------------- */

/* "guest" of /tmp/guest.nrec: up to 40 characters. */
static void name_of(const char *path, char label[LABEL])
{
	size_t len = strlen(path);
	const char *base;

	while (len > 1 && path[len - 1] == '/')
		len--;
	base = memrchr(path, '/', len);
	base = base ? base + 1 : path;
	len -= (size_t)(base - path);
	if (len > 5 && memcmp(base + len - 5, ".nrec", 5) == 0)
		len -= 5;
	else if (len > 4 && memcmp(base + len - 4, ".nrs", 4) == 0)
		len -= 4;
	snprintf(label, LABEL, "%.*s", (int)(len < 40 ? len : 40), base);
}

/* Two of one name are told apart by their numbers. */
static void name_sides(const struct operands *sides, char labels[][LABEL])
{
	for (unsigned i = 0; i < sides->n; i++) {
		name_of(sides->list[i].path, labels[i]);
		for (unsigned k = 0; k < i; k++) {
			if (strcmp(labels[i], labels[k]) == 0) {
				size_t len = strlen(labels[i]);

				snprintf(labels[i] + len, LABEL - len, " #%u", i + 1);
				break;
			}
		}
	}
}

struct work {
	struct input inputs[MERGE_SIDES];
	unsigned n; /* that are open */
	char labels[MERGE_SIDES][LABEL];
	struct merge *merge;
};

static int add_side(const struct command *c, struct work *w, unsigned i, struct trace_error *err)
{
	const struct operand *o = &c->sides.list[i];
	struct input_opts opts = c->input;

	if (store__is_database(o->path))
		return trace_error__set(err, -EINVAL, "%s is a database, which keeps only some packets: give the "
					"recording", o->path);
	opts.recording = o->recording;
	opts.keep = MERGE_PACKETS;
	TRY(input__open(&w->inputs[i], &o->path, 1, &opts, err));
	w->n++;
	return merge__add(w->merge, w->inputs[i].db, w->labels[i], err);
}

/* ---- all ------------------------------------------------------------------------------------------ */

static int print(const struct command *c, sqlite3 *db, struct trace_error *err)
{
	const struct query_param params[] = { { ":slowest", NULL, (long long)c->slowest } };
	const struct tables what = { .db = db, .folder = "join/", .title = "netanalyze merge", .format = c->format,
				     .params = params, .n_params = 1, .utc = c->input.utc };

	return tables__print(&what, err);
}

static int run(const struct command *c, struct work *w, struct trace_error *err)
{
	struct sqlfn_context context = { .utc = c->input.utc };

	TRY(merge__create(&w->merge, err));
	TRY(sqlfn__add_plain(merge__db(w->merge), &context, err));
	name_sides(&c->sides, w->labels);
	for (unsigned i = 0; i < c->sides.n; i++)
		TRY(add_side(c, w, i, err));
	TRY(merge__run(w->merge, (unsigned)c->slowest, err));
	if (c->output)
		TRY(store__save(merge__db(w->merge), c->output, c->force, err));
	return print(c, merge__db(w->merge), err);
}

static int merge(const struct command *c, struct trace_error *err)
{
	struct work w = { .n = 0 };
	int rc;

	if (c->output && !c->force && access(c->output, F_OK) == 0)
		return trace_error__set(err, -EEXIST, "%s exists; name another output with -o, or overwrite it with "
					"--force", c->output);
	rc = run(c, &w, err);
	merge__free(w.merge);
	for (unsigned i = 0; i < w.n; i++)
		input__close(&w.inputs[i]);
	return rc;
}

/* ---- the command line ----------------------------------------------------------------------------- */

static int take_option(struct command *c, int option, struct trace_error *err)
{
	switch (option) {
	case 1:
		c->sides.list[c->sides.n++] = (struct operand){ optarg, NULL };
		return 0;
	case 'F':
		c->input.filter = optarg;
		return 0;
	case 's':
		return cli__number("--slowest", optarg, 1, MAX_SLOWEST, &c->slowest, err);
	case 'l':
		return cli__late(optarg, &c->input.late_ns, err);
	case 'o':
		c->output = optarg;
		return 0;
	case 'O':
		c->force = true;
		return 0;
	case 'f':
		return tables__format(optarg, &c->format, err);
	case 'j':
		c->format = GRID_JSON;
		return 0;
	case 'r':
		if (!c->sides.n)
			return cli__usage_error("merge", err, "--recording stands behind the TRACE that it is about");
		return cli__recording(optarg, &c->sides.list[c->sides.n - 1].recording, err);
	case 'u':
		c->input.utc = true;
		return 0;
	case 'h':
		c->help = true;
		return 0;
	}
	return err->code ? err->code : -EINVAL;
}

static int parse(struct command *c, int argc, char **argv, struct trace_error *err)
{
	static const struct option options[] = {
		{ "filter", required_argument, NULL, 'F' }, { "slowest", required_argument, NULL, 's' },
		{ "late", required_argument, NULL, 'l' },   { "output", required_argument, NULL, 'o' },
		{ "force", no_argument, NULL, 'O' },	    { "format", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },	    { "recording", required_argument, NULL, 'r' },
		{ "utc", no_argument, NULL, 'u' },	    { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int o;

	/* '-': operands in their place, as 1, so that --recording is about the one before it. */
	while ((o = cli__getopt(argc, argv, "-o:h", options, err)) != -1)
		TRY(take_option(c, o, err));
	for (int i = optind; i < argc; i++)
		c->sides.list[c->sides.n++] = (struct operand){ argv[i], NULL };
	return 0;
}

int cmd_merge(int argc, char **argv, struct trace_error *err)
{
	struct command c = { .slowest = DEFAULT_SLOWEST, .sides.list = calloc((size_t)argc, sizeof(*c.sides.list)) };
	int rc = c.sides.list ? parse(&c, argc, argv, err) : trace_error__set(err, -ENOMEM, "out of memory");

	if (rc == 0 && c.help)
		fputs(help_text, stdout);
	else if (rc == 0 && (c.sides.n < 2 || c.sides.n > MERGE_SIDES))
		rc = cli__usage_error("merge", err, "merge needs a recording of each side, from 2 to %d", MERGE_SIDES);
	else if (rc == 0)
		rc = merge(&c, err);
	free(c.sides.list);
	return rc;
}
