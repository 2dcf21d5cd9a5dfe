/* late.c: probes at functions of modules that come later (late.h). */
#include "late.h"

#include <stdio.h>

#include "inventory.h"

/* The names only: how often each is used changes all the time. */
static __u64 hash_of_modules(void)
{
	FILE *f = fopen("/proc/modules", "re");
	__u64 hash = 0xcbf29ce484222325;
	char line[512];

	while (f && fgets(line, sizeof(line), f))
		for (const char *p = line; *p && *p != '\n'; p++) {
			if (*p == ' ')
				break;
			hash = (hash ^ (unsigned char)*p) * 0x100000001b3;
		}
	if (f)
		fclose(f);
	return hash;
}

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
	__u64 modules = hash_of_modules(), before = l->modules;
	struct trace_error err;

	l->modules = modules;
	if (!before || before == modules || means__renew(l->means, &err) < 0 || !look_for_candidates(l))
		return;
	if (attach__plan(l->attach, l->plan, l->means, &err) < 0)
		return;
	sink__lock(sink);
	inventory__probes(sink, l->plan);
	sink__unlock(sink);
}
