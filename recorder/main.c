/* main.c: netrec, by its commands. */
#include <stdio.h>
#include <string.h>

#include "format/host/expression.h"
#include "privilege.h"
#include "record_cmd.h"

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *help;
} COMMANDS[] = {
	{ "record", record__main, "record what packets, threads and interrupts do" },
	{ "probes", probes__main, "show what would be recorded, and how, on this kernel" },
	{ "check", check__main, "show whether and why this host can record" },
};

enum { N_COMMANDS = sizeof(COMMANDS) / sizeof(COMMANDS[0]) };

static void help(FILE *to)
{
	fputs("Usage: netrec COMMAND [OPTION…]\n\n"
	      "Records the packet path of this host, and what held it up, for netanalyze to explain.\n\n", to);
	for (int i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  %-8s %s\n", COMMANDS[i].name, COMMANDS[i].help);
	fputs("\nnetrec COMMAND --help says more. netrec --version prints the version.\n\n"
	      "Example:\n"
	      "  netrec record -t 10s -o slow.nrec && netanalyze slow.nrec\n\n"
	      "Exit status: 0 done, 2 usage, 3 output failed or exists, 4 not permitted or not supported here.\n",
	      to);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		help(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("netrec " VERSION);
		return EXIT_DONE;
	}
	privilege__raise_files();
	expression__keep_lookups_inside();
	for (int i = 0; i < N_COMMANDS; i++)
		if (!strcmp(argv[1], COMMANDS[i].name))
			return COMMANDS[i].main(argc - 1, argv + 1);
	fprintf(stderr, "netrec: unknown command \"%s\"; known: record, probes, check\n", argv[1]);
	return EXIT_USAGE;
}
