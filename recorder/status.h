/* status.h: what netrec record says about itself on standard error. */
#ifndef RECORDER_STATUS_H
#define RECORDER_STATUS_H

#include <stdbool.h>
#include "sink.h"

struct status {
	__u64 began, last;      /* CLOCK_MONOTONIC */
	__u64 last_rows, last_cpu;
	bool line;              /* a status line stands on the terminal */
};

void status__begin(struct status *st);

/* The status line, once a second, if standard error is a terminal. */
void status__tick(struct status *st, struct sink *s);

/* Takes the line away. */
void status__clear(struct status *st);

/* One line at the end. `bytes` etc. of the closed trace. */
void status__summary(const struct status *st, const char *path, const struct trace_writer_stats *w, __u64 lost);

#endif
