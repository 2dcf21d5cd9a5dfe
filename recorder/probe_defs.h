/* probe_defs.h: the tables of bpf/probes.def: every probe, and the programs it can be attached by. */
#ifndef RECORDER_PROBE_DEFS_H
#define RECORDER_PROBE_DEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

enum {
	PROBE_DEFS = 0
#define PROBE(id, name, object, record, stage, doc) + 1
#define PROGRAM(name, candidate, method, program, target, role)
#include "bpf/probes.def"
#undef PROBE
#undef PROGRAM
	, PROGRAM_DEFS = 0
#define PROBE(id, name, object, record, stage, doc)
#define PROGRAM(name, candidate, method, program, target, role) + 1
#include "bpf/probes.def"
#undef PROBE
#undef PROGRAM
};

enum program_role { ROLE_NEEDED, ROLE_HINT, ROLE_THREAD };
enum probe_method {
	METHOD_none,
	METHOD_tp_btf,
	METHOD_raw_tp,
	METHOD_fentry,
	METHOD_fexit,
	METHOD_kprobe,
	METHOD_kretprobe,
	METHOD_tp,
	METHOD_iter,
	METHOD_uprobe,
	METHOD_uretprobe,
	METHODS
};

struct probe_def {
	const char *name, *object, *doc;
	__u16 id, record;
	__u8 stage;
};

struct program_def {
	const char *probe, *program, *target;
	__u8 candidate; /* from 1, in order of preference */
	__u8 method;    /* enum probe_method */
	__u8 role;      /* enum program_role */
};

/* In the order of the file. */
extern const struct probe_def probe_defs[PROBE_DEFS];
extern const struct program_def program_defs[PROGRAM_DEFS];

const struct program_def *probe_defs__program(const char *program); /* by its name; NULL: there is none */

/* Does the method attach to a function? */
bool probe_defs__is_function(__u8 method);

/* Name of a method, as in the trace: "tp_btf", …; empty for none. */
const char *probe_defs__method(enum probe_method method);

#endif
