/*
 * line.h: a record as one line, of text or JSON. The format is told of in netanalyze(1) and does not change.
 */
#ifndef ANALYZER_LINE_H
#define ANALYZER_LINE_H

#include <stdbool.h>
#include <stdio.h>
#include "analyzer/base/timefmt.h"
#include "analyzer/replay/resolve.h"

struct line {
	FILE *out;
	bool json;
	struct timebase base;
	const struct resolver *resolver;
	__u64 second;   /* of CLOCK_REALTIME: the one that `clock` is of */
	char clock[16]; /* "10:28:42" */
};

/* `d` describes the row, as trace__record() does. */
void line__print(struct line *l, const struct record_desc *d, const struct rec *rec);

#endif
