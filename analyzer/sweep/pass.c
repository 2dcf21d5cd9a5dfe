/* pass.c: what passes say to the sweep (pass.h). */
#include "analyzer/sweep/pass.h"

#include <assert.h>

void pass__no_gap(void *state, const struct gap *gap)
{
	(void)state;
	(void)gap;
}

void sweep__limit(struct sweep *s, const char *what, __u64 limit, __u64 left_out, const char *effect)
{
	assert(what && effect);
	s->evicted += left_out;
	STORE(s->store, "eviction", V_TEXT("what", what), V_INT("size", limit), V_INT("n", left_out),
	      V_TEXT("effect", effect));
}
