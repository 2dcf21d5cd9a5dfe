/*
 * programs.h: which programs of an object are to be loaded, before it is.
 */
#ifndef RECORDER_PROGRAMS_H
#define RECORDER_PROGRAMS_H

#include <stdbool.h>

struct bpf_object;
struct capture_filter;
struct object;
struct plan;
struct plan_probe;

/* Is this program one of the candidate that the probe is to use? */
bool programs__belongs(const struct plan_probe *p, const char *program);

/* Is the probe one of this object that is wanted, not attached yet, and has a candidate left? */
bool programs__is_pending(const struct plan_probe *p, const struct object *o);
bool programs__any_pending(const struct plan *plan, const struct object *o);

/* An object as built or, where `filter` is not NULL, with that in it. The caller closes it. NULL with errno. */
struct bpf_object *programs__open(const struct object *o, const struct capture_filter *filter);

/*
 * Marks those to be loaded: of the pending probe `only`, or of all when it is NULL. inner_pids: are there threads that
 * the walk through all of them does not find? Is one left out because another one does its work?
 */
bool programs__choose(struct bpf_object *obj, const struct object *o, const struct plan *plan,
		      const struct plan_probe *only, bool inner_pids);

/* The program that does the work of this one with its own, where both are wanted; NULL: none. */
const char *programs__served_by(const char *program);

#endif
