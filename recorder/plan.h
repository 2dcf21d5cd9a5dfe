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
#include "probe_defs.h"

enum { PLAN_DETAIL = 200, PLAN_PROBES = PROBE_DEFS };

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

/* Was probe i, below PLAN_PROBES, wanted in vain? */
bool plan__failed(const struct plan *plan, size_t i);

/* Number of wanted probes with this status. */
unsigned plan__count(const struct plan *plan, enum probe_status status);

#endif
