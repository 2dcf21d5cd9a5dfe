/* options.h: the command line of netrec record. */
#ifndef RECORDER_OPTIONS_H
#define RECORDER_OPTIONS_H

#include <stdbool.h>
#include <linux/types.h>
#include "bpf/shared.h"
#include "format/error.h"

enum { MAX_NAMES = 64 }; /* --iface options, --netns options */

struct record_options {
	char output[4096];
	const char *profiles, *events; /* NULL: not given */
	char **command;                /* NULL: none */
	__u64 duration_ns;             /* 0: until stopped */
	__u64 max_bytes;               /* 0: no limit */
	__u64 ring_bytes;              /* 0: choose */
	double max_overhead;           /* percent of the time of all CPUs; 0: no limit */
	__u64 sample_ns, offcpu_min_ns, offcpu_stack_ns, lock_min_ns;
	__u32 pids[MAX_PIDS];
	char comms[MAX_COMMS][16];
	__u32 n_pids, n_comms;
	char filter[16384];                 /* capture filter; empty: none */
	const char *ifaces[MAX_NAMES], *netns[MAX_NAMES];
	__u32 n_ifaces, n_netns;
	unsigned without;                   /* bits: enum probe_method */
	bool quiet, help;
};

/* Parses `argv` after the command's name (argv[0] is "record"). -EINVAL with the reason in *err. */
int options__record(struct record_options *o, int argc, char **argv, struct trace_error *err);

extern const char options__record_help[];

#endif
