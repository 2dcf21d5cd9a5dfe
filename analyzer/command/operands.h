/*
 * operands.h: the recordings and databases that `compare`, `trend` and `merge` work on, and the options that the first two
 * share.
 */
#ifndef ANALYZER_OPERANDS_H
#define ANALYZER_OPERANDS_H

#include <stdbool.h>
#include "analyzer/command/input.h"
#include "analyzer/command/tables.h"
#include "format/error.h"

struct sqlite3;

struct operand {
	const char *path, *recording; /* the one of several, see struct input_opts; NULL: it holds one */
};

struct operands {
	struct operand *list; /* room for as many as there are words on the command line */
	unsigned n;
};

/* What the options that both understand were; last: the operand before them on the command line, or NULL. */
struct operands_opts {
	enum grid_format format;
	bool help;
	struct input_opts input;
	struct operand *last;
};

/* The end of a table for cli__getopt() of a command that understands them. */
#define OPERANDS_OPTIONS                                                                            \
	{ "format", required_argument, NULL, 'f' }, { "json", no_argument, NULL, 'j' },             \
	{ "late", required_argument, NULL, 'l' }, { "recording", required_argument, NULL, 'r' },    \
	{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 }

/* One more; there has to be room for it. */
void operands__add(struct operands *to, struct operand o, struct operands_opts *opts);

/* One of OPERANDS_OPTIONS, given to this command; -EINVAL when `option` is none of them, or takes no such argument. */
int operands__option(struct operands_opts *opts, const char *command, int option, const char *argument,
		     struct trace_error *err);

/* Takes over the figures of each, in their order, as runs of this side (gather__add()). */
int operands__gather(const struct operands *all, struct sqlite3 *db, const char *side, const struct input_opts *opts,
		     struct trace_error *err);

#endif
