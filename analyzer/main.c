/*
 * main.c: netanalyze: finds the command and turns its result into the exit status.
 *
 * Nothing below this file exits.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "analyzer/base/nearest.h"
#include "analyzer/command/cli.h"
#include "format/host/expression.h"

static int cmd_help(int argc, char **argv, struct trace_error *err);

static const struct cli_command commands[] = {
	{ "report", cmd_report, "what is wrong, who does it, what to do; then the evidence (the default)" },
	{ "show", cmd_show, "one view: stages, drops, packets, offcpu, …; `netanalyze show` lists them" },
	{ "timeline", cmd_timeline, "the life of single packets, step by step, and what held them up" },
	{ "replay", cmd_replay, "the events as they happened, one line each" },
	{ "export", cmd_export, "packets or events for other tools: wireshark, Perfetto, flame graphs, jq" },
	{ "compare", cmd_compare, "before and after: did it help, did anything get worse?" },
	{ "trend", cmd_trend, "a series of runs: where did anything change beyond what runs vary?" },
	{ "merge", cmd_merge, "recordings of a host and its guest, or of several hosts, as one" },
	{ "analyze", cmd_analyze, "analyze a recording once and keep the result as a SQLite database" },
	{ "cut", cmd_cut, "a part of a recording as a recording of its own: a time, or what a finding needs" },
	{ "anonymize", cmd_anonymize, "a recording with other addresses and names, to be given away" },
	{ "info", cmd_info, "what a recording holds: host, time, command, rows by type, losses" },
	{ "verify", cmd_verify, "is a recording intact: damage, missing parts, and the times they affect" },
	{ "help", cmd_help, "this text, or the help of a command" },
};

enum { N_COMMANDS = sizeof(commands) / sizeof(*commands) };

static void print_help(FILE *out)
{
	fprintf(out, "netanalyze explains recordings made by netrec. It needs no privileges and no network.\n\n"
		     "usage: netanalyze COMMAND [OPTION …] TRACE\n"
		     "       netanalyze TRACE            the same as netanalyze report TRACE\n\n");
	for (int i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-9s  %s\n", commands[i].name, commands[i].summary);
	fprintf(out, "\nA TRACE is a directory NAME.nrec, a segment (.nrs) of it, several of them in one file, or - for standard\n"
		     "input; several TRACEs are read as one set. Where TRACE|DB is written, a database that `netanalyze\n"
		     "analyze` made does as well, and is faster.\n\n"
		     "examples:\n"
		     "  netanalyze web.nrec                          read the report\n"
		     "  netanalyze show stages web.nrec              how long packets took from stage to stage\n"
		     "  netanalyze show drops web.nrec --top 5 --json\n"
		     "  netanalyze analyze web.nrec -o web.db && netanalyze show packets web.db 'tcp port 80'\n\n"
		     "exit status: 0 done, 1 what --fail-on asks about is so, 2 usage, 3 bad or damaged input or output that could\n"
		     "             not be written, 4 not permitted or not supported here\n"
		     "`netanalyze COMMAND --help` shows options and examples; netanalyze(1) is the manual.\n");
}

static const struct cli_command *find(const char *name)
{
	for (int i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int unknown_command(const char *name, struct trace_error *err)
{
	const char *names[N_COMMANDS + 1] = { NULL };
	const char *near;

	for (int i = 0; i < N_COMMANDS; i++)
		names[i] = commands[i].name;
	near = nearest(name, names);
	if (name[0] == '-')
		return trace_error__set(err, -EINVAL, "unknown option '%s'; 'netanalyze help' shows the usage", name);
	return trace_error__set(err, -EINVAL,
				"'%s' is neither a command nor a file%s%s%s ('netanalyze help' lists the commands)", name,
				near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int cmd_help(int argc, char **argv, struct trace_error *err)
{
	static char help_option[] = "--help";
	const struct cli_command *command = argc > 1 && argv[1][0] != '-' ? find(argv[1]) : NULL;

	if (argc > 1 && argv[1][0] != '-' && !command)
		return unknown_command(argv[1], err);
	if (command && command->fn != cmd_help) {
		char *args[] = { argv[1], help_option, NULL };

		return command->fn(2, args, err);
	}
	print_help(stdout);
	return CLI_DONE;
}

static int run(int argc, char **argv, struct trace_error *err)
{
	const struct cli_command *command;

	if (argc < 2) {
		print_help(stderr);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("netanalyze %s\n", VERSION);
		return CLI_DONE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return cmd_help(1, argv, err);
	command = find(argv[1]);
	if (command)
		return command->fn(argc - 1, argv + 1, err);
	/* Standard input, or a path; one that does not exist is reported as such, not as an unknown command. */
	if (strcmp(argv[1], "-") == 0 || access(argv[1], F_OK) == 0 || strchr(argv[1], '/') || strstr(argv[1], ".nr") || strstr(argv[1], ".db")) {
		static char report[] = "report";

		argv[0] = report;
		return cmd_report(argc, argv, err);
	}
	return unknown_command(argv[1], err);
}

int main(int argc, char **argv)
{
	struct trace_error err = { .code = 0 };
	int rc;

	expression__keep_lookups_inside();
	rc = run(argc, argv, &err);
	if (rc < 0) {
		fprintf(stderr, "netanalyze: %s\n", err.text[0] ? err.text : strerror(-rc));
		rc = cli__exit_of(rc);
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "netanalyze: could not write to standard output: disk full or pipe closed\n");
		if (rc == CLI_DONE)
			rc = CLI_BAD_INPUT;
	}
	return rc;
}
