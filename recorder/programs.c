/* programs.c: which programs of an object are to be loaded (programs.h). */
#include "programs.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture_filter.h"
#include "objects.h"
#include "plan.h"
#include "probe_defs.h"

bool programs__belongs(const struct plan_probe *p, const char *program)
{
	const struct program_def *d = probe_defs__program(program);

	return d && !strcmp(d->probe, p->def->name) && d->candidate == p->candidate;
}

bool programs__is_pending(const struct plan_probe *p, const struct object *o)
{
	return p->wanted && p->candidate && p->status != PROBE_ATTACHED && !strcmp(p->def->object, o->name);
}

bool programs__any_pending(const struct plan *plan, const struct object *o)
{
	for (size_t i = 0; i < PLAN_PROBES; i++)
		if (programs__is_pending(&plan->probes[i], o))
			return true;
	return false;
}

struct bpf_object *programs__open(const struct object *o, const struct capture_filter *filter)
{
	struct bpf_object *obj;
	size_t size;
	const void *elf = o->elf(&size);
	void *copy;
	int err;

	if (!filter)
		return bpf_object__open_mem(elf, size, NULL);
	copy = malloc(size);
	if (!copy)
		return NULL;
	memcpy(copy, elf, size);
	err = capture_filter__install(filter, copy, size, NULL);
	obj = err < 0 ? NULL : bpf_object__open_mem(copy, size, NULL);
	err = err < 0 ? -err : errno;
	free(copy); /* libbpf has read it */
	errno = err;
	return obj;
}

const char *programs__served_by(const char *program)
{
	return strcmp(program, "on_run_switch") ? NULL : "on_sched_switch";
}

/* Threads that the walk does not find are introduced otherwise; where it finds all, that would only cost. */
static bool has_use(const struct bpf_program *prog, bool inner_pids)
{
	return inner_pids || strcmp(bpf_program__name(prog), "on_task_switch");
}

static bool leave_out_served(struct bpf_object *obj)
{
	struct bpf_program *prog, *server;
	bool any = false;

	bpf_object__for_each_program(prog, obj) {
		const char *by = bpf_program__autoload(prog) ? programs__served_by(bpf_program__name(prog)) : NULL;

		server = by ? bpf_object__find_program_by_name(obj, by) : NULL;
		if (!server || !bpf_program__autoload(server))
			continue;
		bpf_program__set_autoload(prog, false);
		any = true;
	}
	return any;
}

bool programs__choose(struct bpf_object *obj, const struct object *o, const struct plan *plan,
		      const struct plan_probe *only, bool inner_pids)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) {
		bool use = false;

		for (size_t i = 0; i < PLAN_PROBES; i++) {
			const struct plan_probe *p = &plan->probes[i];

			use |= (!only || only == p) && programs__is_pending(p, o) && programs__belongs(p, bpf_program__name(prog));
		}
		bpf_program__set_autoload(prog, use && has_use(prog, inner_pids));
	}
	return leave_out_served(obj);
}
