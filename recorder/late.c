/* late.c: probes at functions of modules that come later (late.h). */
#include "late.h"

#include "inventory.h"

/* Probes that no candidate was found for begin anew; what the kernel refused before is not asked again. */
static bool look_for_candidates(struct late *l)
{
	bool any = false;

	for (size_t i = 0; i < PLAN_PROBES; i++) {
		struct plan_probe *p = &l->plan->probes[i];

		if (plan__failed(l->plan, i) && p->absent && plan__next_candidate(p, 0, l->means))
			any = true;
	}
	return any;
}

void late__look(struct late *l, struct sink *sink)
{
	struct trace_error err;

	if (!means__changed(l->means) || means__renew(l->means, &err) < 0 || !look_for_candidates(l))
		return;
	if (attach__plan(l->attach, l->plan, l->means, &err) < 0)
		return;
	sink__lock(sink);
	inventory__probes(sink, l->plan);
	sink__unlock(sink);
}
