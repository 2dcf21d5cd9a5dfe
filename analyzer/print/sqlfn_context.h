/* sqlfn_context.h: what the functions of sqlfn.h need to know of what was asked. */
#ifndef ANALYZER_SQLFN_CONTEXT_H
#define ANALYZER_SQLFN_CONTEXT_H

#include <stdbool.h>

struct devices;
struct filter;

struct sqlfn_context {
	bool utc;                    /* clock_text() and date_text() */
	long interval;               /* windows of one slot(); 0: none */
	struct filter *filter; /* of packet_match(); NULL: none */
	struct filter *flow_filter; /* the same one; NULL: it asks for more than flow_match() is given */
	const struct devices *devices; /* of device_match(); NULL: all */
};

#endif
