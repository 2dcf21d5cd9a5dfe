/*
 * operands.c: the recordings and databases that `compare` and `trend` work on.
 */
#include "analyzer/command/operands.h"

#include "analyzer/compare/gather.h"

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
