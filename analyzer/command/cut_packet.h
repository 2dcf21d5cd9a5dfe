/* cut_packet.h: cuts a recording to one of its packets. */
#ifndef ANALYZER_CUT_PACKET_H
#define ANALYZER_CUT_PACKET_H

#include "analyzer/cut/cut_opts.h"
#include "format/error.h"

struct trace;

/*
 * Sets in *o which packet is meant, with the number that `netanalyze show packets` gives it, and the time: its way and a
 * second before and after it, within o->from and to. -EINVAL: none is kept that has this number.
 */
int cut_packet__find(const struct trace *t, unsigned long id, struct cut_opts *o, struct trace_error *err);

#endif
