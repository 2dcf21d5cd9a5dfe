/* ping_text.h: a monitor's file that holds what ping printed. */
#ifndef ANALYZER_PING_TEXT_H
#define ANALYZER_PING_TEXT_H

#include <stdio.h>
#include "analyzer/monitor/pings.h"

/* Reads all of f. -EBADMSG: *err names the line of `path` that ping does not print, or that contradicts the others. */
int ping_text__read(FILE *f, const char *path, struct pings *p, struct trace_error *err);

#endif
