/* cut_opts.h: what can be asked of a cut. */
#ifndef ANALYZER_CUT_OPTS_H
#define ANALYZER_CUT_OPTS_H

#include <stdbool.h>
#include "format/record.h"

struct filter;

struct cut_opts {
	unsigned threads;        /* that decode; at least 1 */
	__u64 from, to;          /* CLOCK_MONOTONIC ns, both included; 0: no limit */
	struct filter *filter;   /* only packets that match; NULL: all */
	const char *filter_text; /* as it was given */
	bool dropped;            /* only packets of addresses and ports of which some were dropped */
	__u64 late_ns;           /* or took at least so long on this host; 0: does not matter */
	__u64 packet_ns;         /* only the packet that a stage saw at this time, ns; 0: all packets */
	__u16 packet_cpu;        /* on this CPU */
	const char *events_text; /* names of the types of events that are kept, with commas; NULL: all */
	bool events[REC_TYPE_MAX]; /* those */
	const char *finding;     /* what it was cut to, in words; NULL: no finding */
};

#endif
