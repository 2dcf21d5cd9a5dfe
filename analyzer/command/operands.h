/*
 * operands.h: the recordings and databases that `compare`, `trend` and `merge` work on.
 */
#ifndef ANALYZER_OPERANDS_H
#define ANALYZER_OPERANDS_H

#include "analyzer/command/input.h"
#include "format/error.h"

struct sqlite3;

struct operand {
	const char *path, *recording; /* the one of several, see struct input_opts; NULL: it holds one */
};

struct operands {
	struct operand *list; /* room for as many as there are words on the command line */
	unsigned n;
};

/* Takes over the figures of each, in their order, as runs of this side (gather__add()). */
int operands__gather(const struct operands *all, struct sqlite3 *db, const char *side, const struct input_opts *opts,
		     struct trace_error *err);

#endif
