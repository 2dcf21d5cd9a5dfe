/* ping_capture.h: a monitor's file that is a capture of its packets, in a format that libpcap reads. */
#ifndef ANALYZER_PING_CAPTURE_H
#define ANALYZER_PING_CAPTURE_H

#include <stdio.h>
#include "analyzer/monitor/pings.h"

/*
 * Reads all of f, which stays open. Echo requests and replies count, all else is passed over.
 * -EBADMSG: *err names the packet of `path` at which it is damaged, or why it cannot be used.
 */
int ping_capture__read(FILE *f, const char *path, struct pings *p, struct trace_error *err);

#endif
