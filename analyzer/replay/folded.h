/*
 * folded.h: the stacks of drops and waits in the collapsed format of Brendan Gregg's FlameGraph, which flamegraph.pl and
 * others read: a line each, frames from the outermost to the innermost with ; between them, a space, a number.
 *
 * The first frame is the event, the second the thread, or of drops the reason. What has no stack is added up as well,
 * under a frame that says so.
 */
#ifndef ANALYZER_FOLDED_H
#define ANALYZER_FOLDED_H

#include "analyzer/replay/replay_sink.h"

extern const struct sink folded_sink;

/* Has this type of event stacks that are added up? And a time that they can be added up by? */
bool folded__has(unsigned type);
bool folded__has_time(unsigned type);

#endif
