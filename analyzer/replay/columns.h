/*
 * columns.h: events of some types as one table in CSV: a line each, a column for each field of any of them.
 */
#ifndef ANALYZER_COLUMNS_H
#define ANALYZER_COLUMNS_H

#include "analyzer/replay/replay_sink.h"

/* Needs sink_to.types. */
extern const struct sink csv_sink;

#endif
