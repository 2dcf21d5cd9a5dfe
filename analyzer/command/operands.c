/*
 * operands.c: the recordings and databases that `compare`, `trend` and `merge` work on, and the options that the first two
 * share.
 */
#include "analyzer/command/operands.h"

#include <errno.h>
#include "analyzer/command/cli.h"
#include "analyzer/compare/gather.h"

void operands__add(struct operands *to, struct operand o, struct operands_opts *opts)
{
	opts->last = &to->list[to->n++];
	*opts->last = o;
}

int operands__option(struct operands_opts *opts, const char *command, int option, const char *argument,
		     struct trace_error *err)
{
	switch (option) {
	case 'f':
		return tables__format(argument, &opts->format, err);
	case 'j':
		opts->format = GRID_JSON;
		return 0;
	case 'l':
		return cli__late(argument, &opts->input.late_ns, err);
	case 'r':
		if (!opts->last)
			return cli__usage_error(command, err, "--recording stands behind the TRACE that it is about");
		return cli__recording(argument, &opts->last->recording, err);
	case 'h':
		opts->help = true;
		return 0;
	default:
		return -EINVAL;
	}
}

int operands__gather(const struct operands *all, struct sqlite3 *db, const char *side, const struct input_opts *opts,
		     struct trace_error *err)
{
	for (unsigned run = 0; run < all->n; run++) {
		const struct operand *o = &all->list[run];
		struct input_opts of_this = *opts;
		struct input in;
		int rc;

		of_this.recording = o->recording;
		TRY(input__open(&in, &o->path, 1, &of_this, err));
		rc = gather__add(db, in.db, side, run, o->path, err);
		input__close(&in);
		TRY(rc);
	}
	return 0;
}
