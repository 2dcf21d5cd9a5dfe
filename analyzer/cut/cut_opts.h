/* cut_opts.h: what can be asked of a cut. */
#ifndef ANALYZER_CUT_OPTS_H
#define ANALYZER_CUT_OPTS_H

#include <stdbool.h>
#include "format/record.h"

struct filter;
struct trace_writer;

/* What becomes of all that is written. Each returns 0 or a negative errno. */
struct cut_rewrite {
	int (*define)(void *arg, struct trace_writer *w, const struct rec *rec); /* writes what stands for a definition */
	int (*append)(void *arg, struct trace_writer *w, const struct rec *rec); /* for a row, or keeps it until later */
	int (*flush)(void *arg, struct trace_writer *w);                         /* no more rows will come */
	void (*uuid)(void *arg, __u8 uuid[16]);                                  /* of the recording */
	void *arg;
};

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
	const struct cut_rewrite *rewrite; /* NULL: rows and definitions are written as they are */
};

#endif
