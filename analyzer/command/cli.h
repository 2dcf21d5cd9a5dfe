/*
 * cli.h: what the commands of netanalyze share: the command table, option errors, exit status.
 */
#ifndef ANALYZER_CLI_H
#define ANALYZER_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <linux/types.h>
#include "format/error.h"
#include "format/record.h"

enum cli_exit {
	CLI_DONE = 0,
	CLI_CONDITION = 1,   /* --fail-on */
	CLI_USAGE = 2,
	CLI_BAD_INPUT = 3,   /* or output that could not be written */
	CLI_UNSUPPORTED = 4, /* not permitted or not supported here */
};

/*
 * A command: argv[0] is its name. Returns an enum cli_exit, or a negative errno with the sentence in *err;
 * main() prints that and exits with cli__exit_of().
 */
typedef int (*cli_fn)(int argc, char **argv, struct trace_error *err);

struct cli_command {
	const char *name;
	cli_fn fn;
	const char *summary; /* one line for the list of commands */
};

int cmd_analyze(int argc, char **argv, struct trace_error *err);
int cmd_report(int argc, char **argv, struct trace_error *err);
int cmd_anonymize(int argc, char **argv, struct trace_error *err);
int cmd_compare(int argc, char **argv, struct trace_error *err);
int cmd_cut(int argc, char **argv, struct trace_error *err);
int cmd_info(int argc, char **argv, struct trace_error *err);
int cmd_verify(int argc, char **argv, struct trace_error *err);
int cmd_show(int argc, char **argv, struct trace_error *err);
int cmd_export(int argc, char **argv, struct trace_error *err);
int cmd_merge(int argc, char **argv, struct trace_error *err);
int cmd_replay(int argc, char **argv, struct trace_error *err);
int cmd_timeline(int argc, char **argv, struct trace_error *err);
int cmd_trend(int argc, char **argv, struct trace_error *err);

/* Rows of a table, and packets that are kept, unless more are asked for. */
enum { DEFAULT_TOP = 20 };

/* Of text that is made to be read as a whole, in characters. */
enum { TEXT_WIDTH = 100 };

/* -EINVAL is a usage error; -EPERM, -EACCES, -EPROTONOSUPPORT and -EOPNOTSUPP are 4; the rest is 3. */
enum cli_exit cli__exit_of(int negative_errno);

/*
 * getopt_long() with our error sentences: returns the option's value, -1 at the end, or '?' after filling
 * *err with what is wrong with argv (unknown option with the nearest known one, missing argument).
 */
int cli__getopt(int argc, char **argv, const char *shorts, const struct option *longs, struct trace_error *err);

struct filter;
struct trace;

/* Warns on stderr of a filter that does not mean what it seems to. */
void cli__warn_of_filter(const char *expression);

/* Says on stderr what has to be said about the answers of the filter; NULL is allowed. `events`: see filter__remark(). */
void cli__remark_on_filter(const struct filter *f, bool events);

/* Says on stderr which segments are there several times, and what is of a later version and left out. */
void cli__remark_on_trace(const struct trace *t);

/* Takes what --recording takes: hex digits that a UUID begins with; -EINVAL says so. */
int cli__recording(const char *text, const char **out, struct trace_error *err);

/*
 * Takes names of events with commas between: those this program knows and, unless t is NULL, those only the trace knows.
 * Sets their elements of `types`. -EINVAL names the option and the one that is none.
 */
int cli__types(const char *option, const char *list, const struct trace *t, bool types[REC_TYPE_MAX],
	       struct trace_error *err);

/* Parses a whole decimal number in [min, max]; -EINVAL names the option. */
int cli__number(const char *option, const char *text, unsigned long min, unsigned long max, unsigned long *out,
		struct trace_error *err);

/* Parses what --late takes: milliseconds above 0, also parts of one, to ns; -EINVAL says so. */
int cli__late(const char *text, __u64 *ns, struct trace_error *err);

/* Fails with -EINVAL and the sentence `what`, followed by how to get the usage of `command`. */
int cli__usage_error(const char *command, struct trace_error *err, const char *what, ...)
	__attribute__((format(printf, 3, 4)));

#endif
