/* opts.h: what can be asked of an analysis. */
#ifndef ANALYZER_OPTS_H
#define ANALYZER_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include "format/record.h"

struct first_bytes;

/*
 * A packet filter. `match` sees packets, with their first bytes where these were recorded and are needed, and, as packets,
 * the parsed headers of drops and the addresses of TCP events (fields those lack are 0). Journeys, drops, TCP and interface packet counts then hold only what matches;
 * everything else is unaffected.
 */
struct analyze_filter {
	bool (*match)(void *arg, const struct rec_packet *packet, const struct first_bytes *first); /* NULL: no filter */
	void *arg;
	const char *text; /* as the user gave it: goes to config analyze.filter */
};

struct analyze_opts {
	unsigned threads;    /* that decode; 0: one per online CPU */
	__u64 from, to;      /* CLOCK_MONOTONIC ns, both included; 0: no limit */
	__u64 late_ns;       /* a journey of at least this is late; 0: no limit given */
	unsigned keep_first;   /* packets kept with their timeline: the first; 0: 1000 */
	unsigned keep_slowest; /* the slowest; 0: 1000. They take memory: 32768 at most */
	unsigned keep_dropped; /* dropped and, with late_ns, late ones; 0: 10000 each */
	unsigned keep_drops;   /* single drops kept; 0: 100000 */
	unsigned keep_at_least; /* of each of these */
	struct analyze_filter filter;
	/* Single packets, single drops, flows and echoes of what passes one of these; names as in devices.h. */
	const char *const *ifaces;
	size_t n_ifaces; /* 0: of all */
	bool without[REC_TYPE_MAX]; /* as if records of these types had not been asked for */
	void (*progress)(void *arg, __u64 done, __u64 total); /* rows; may be NULL; called a few times a second */
	void *progress_arg;
};

#endif
