/*
 * plan.h: which probes are wanted, and how each would be attached on this kernel.
 *
 * Made before anything is loaded. Attaching (attach.h) then fills in what became of each.
 */
#ifndef RECORDER_PLAN_H
#define RECORDER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include "format/error.h"
#include "format/record.h"
#include "means.h"

enum {
	PLAN_DETAIL = 200,
	PLAN_PROBES = 0
#define PROBE(id, name, object, record, stage, doc) + 1
#define PROGRAM(name, candidate, method, program, target, role)
#include "bpf/probes.def"
#undef PROBE
#undef PROGRAM
};

enum program_role { ROLE_NEEDED, ROLE_HINT };
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

struct plan_probe {
	const struct probe_def *def;
	bool wanted;
	__u8 candidate; /* the one to use or in use; 0: this kernel has none */
	__u8 status;    /* enum probe_status; PROBE_ATTACHED only once it is */
	bool absent;    /* without a candidate because a function is not there: its module may come */
	char detail[PLAN_DETAIL]; /* why there is none, or why it failed */
};

struct plan {
	struct plan_probe probes[PLAN_PROBES];
};

/* The tables of bpf/probes.def. */
const struct probe_def *plan__probe_defs(size_t *n);
const struct program_def *plan__program_defs(size_t *n);
const struct program_def *plan__program_def(const char *program); /* by its name; NULL: there is none */

/*
 * Marks what the comma-separated profiles and events ask for; both NULL: the default profile.
 * -EINVAL for an unknown name, with the known ones in *err.
 */
int plan__select(struct plan *plan, const char *profiles, const char *events, struct trace_error *err);

/* Chooses each probe's first candidate, or the next one after `after`, that this kernel has. */
void plan__resolve(struct plan *plan, const struct means *m);
bool plan__next_candidate(struct plan_probe *probe, __u8 after, const struct means *m);

/* Method of the probe's candidate, as in the trace: "tp_btf", …; empty without one. */
const char *plan__method(const struct plan_probe *probe);

/* Adds the methods of a comma-separated list to the bits of *methods. -EINVAL with the known ones in *err. */
int plan__methods(const char *names, unsigned *methods, struct trace_error *err);

/* Does the method attach to a function? */
bool plan__is_function(__u8 method);

/* Name of a method, as in the trace. */
const char *plan__method_name(enum probe_method method);

/* Was probe i, below PLAN_PROBES, wanted in vain? */
bool plan__failed(const struct plan *plan, size_t i);

/* Number of wanted probes with this status. */
unsigned plan__count(const struct plan *plan, enum probe_status status);

#endif
