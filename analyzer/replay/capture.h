/*
 * capture.h: the packets of a recording as a capture file: each time one is at a stage or is dropped, with what is
 * recorded of it.
 *
 * What must hold: no byte is made up. What is not recorded and does not follow from what is, is 0; what is behind the
 * headers is not captured.
 */
#ifndef ANALYZER_CAPTURE_H
#define ANALYZER_CAPTURE_H

#include "analyzer/replay/replay_sink.h"

extern const struct sink capture_sink;

#endif
