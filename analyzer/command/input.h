/*
 * input.h: what a command works on: a database, or a recording that is analyzed first.
 */
#ifndef ANALYZER_INPUT_H
#define ANALYZER_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "analyzer/filter/devices.h"
#include "analyzer/filter/filter.h"
#include "analyzer/print/sqlfn.h"
#include "analyzer/base/timefmt.h"
#include "format/error.h"

struct sqlite3;

struct input_opts {
	const char *from;   /* as given to --from; NULL: from the start */
	const char *to;
	const char *filter; /* tcpdump expression; NULL: none */
	const char *recording; /* only this one of several, by its UUID or how that begins; NULL: there is only one */
	const char *monitor; /* file, see monitor/monitor_file.h; NULL: none */
	const struct rec_packet *unknown_in_db;    /* fields that the rows to filter lack, see filter.h; NULL: none */
	const struct rec_packet *unknown_in_trace; /* on a recording */
	const char *const *ifaces; /* only these devices, see devices.h */
	size_t n_ifaces;    /* 0: all */
	double interval_s;  /* 0: none */
	bool fine;          /* intervals below a window are possible, too: multiples of TICK_S */
	__u64 late_ns;      /* as --late says, of a recording only; 0: not given */
	unsigned keep;      /* single drops and packets wanted at least */
	bool utc;
};

struct input {
	struct sqlite3 *db;
	bool from_trace;         /* analyzed for this command: limits and filter are already applied */
	struct timebase base;
	struct sqlfn_context context; /* of the SQL functions on db */
	struct filter *filter;
	struct filter *flow_filter;
	struct devices devices;  /* those asked for */
	bool of_devices;         /* what the analysis kept and counted is of just these */
	uint64_t from_ns, to_ns; /* CLOCK_MONOTONIC, both included */
	long first_win, last_win;
	long ticks;              /* of 10 ms in an interval; 0: none */
	bool fine;               /* the interval is shorter than a window, or no multiple of one */
	bool unaligned;          /* a database: --from or --to fell within a window, which is shown as a whole */
};

/*
 * Opens `paths` for reading: one database, or the parts of one recording. A recording is analyzed into a private
 * temporary database with the limits of `opts`. On failure *in needs no closing.
 */
int input__open(struct input *in, const char *const *paths, size_t n_paths, const struct input_opts *opts,
		struct trace_error *err);

/* Says on stderr what has to be said about the answers of the filter. */
void input__remark(const struct input *in);

void input__close(struct input *in);

#endif
