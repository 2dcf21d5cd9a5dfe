/* late.c: probes at functions of modules that come later, or come back (late.h). */
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
	bool any;

	if (!means__changed(l->means) || means__renew(l->means, &err) < 0)
		return;
	sink__renew_symbols(sink);
	any = attach__renew(l->attach, l->plan, l->means);
	if (look_for_candidates(l) && !attach__plan(l->attach, l->plan, l->means, &err))
		any = true;
	if (!any)
		return;
	sink__lock(sink);
	inventory__probes(sink, l->plan);
	sink__unlock(sink);
}
