/*
 * perfetto.h: a recording for the Perfetto UI and its trace processor: threads with what they waited for, CPUs with their
 * interrupts, devices with the packets that pass stages there, packets as flows from stage to stage, how full queues and
 * rings are, and where records are missing.
 */
#ifndef ANALYZER_PERFETTO_H
#define ANALYZER_PERFETTO_H

#include "analyzer/replay/replay_sink.h"

extern const struct sink perfetto_sink;

#endif
