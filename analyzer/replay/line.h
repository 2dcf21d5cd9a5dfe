/*
 * line.h: a record as one line, of text or JSON. The format is told of in netanalyze(1) and does not change.
 */
#ifndef ANALYZER_LINE_H
#define ANALYZER_LINE_H

#include "analyzer/replay/replay_sink.h"

enum line_form { LINE_TEXT, LINE_JSON, LINE_CSV };

struct line {
	FILE *out;
	enum line_form form;
	struct timebase base;
	const struct resolver *resolver;
	__u64 second;   /* of CLOCK_REALTIME: the one that `clock` is of */
	char clock[16]; /* "10:28:42" */
};

extern const struct sink text_sink, json_sink;

/*
 * A field's value, and the name of what it stands for: in parentheses, as another member, or as the cell behind it, which
 * is there whenever the field's unit has names.
 */
void line__value(struct line *l, const struct record_desc *d, const struct field_desc *f, const struct rec *rec);

/* A text of the trace as it is in that form. */
void line__text(const struct line *l, const char *s, size_t len);

/* CLOCK_REALTIME of a time, in ns. */
__u64 line__real(const struct line *l, __u64 mono);

#endif
