/* tunnels.c: a sorted array; most hosts have none or few (tunnels.h). */
#include "analyzer/packets/tunnels.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/sweep/pass.h"

struct tunnel {
	__u64 device; /* netns << 32 | ifindex */
	__u8 proto;
};

struct tunnels {
	size_t n, room;
	bool no_memory;
	struct tunnel *at; /* by device; one for each protocol */
};

static const struct {
	const char *kind;
	__u8 proto;
} kinds[] = {
#define TUNNEL(kind, proto) { kind, proto },
#include "format/host/tunnels.def"
#undef TUNNEL
};

static void add(struct tunnels *t, __u64 device, __u8 proto)
{
	if (t->n == t->room) {
		size_t room = t->room ? 2 * t->room : 16;
		struct tunnel *at = realloc(t->at, room * sizeof(*at));

		if (!at) {
			t->no_memory = true;
			return;
		}
		t->at = at;
		t->room = room;
	}
	t->at[t->n++] = (struct tunnel){ device, proto };
}

static void add_interface(void *arg, const struct rec *rec)
{
	const struct rec_interface *i = (const struct rec_interface *)rec;

	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		if (strlen(kinds[k].kind) == i->kind.len && memcmp(kinds[k].kind, i->kind.s, i->kind.len) == 0)
			add(arg, pair(i->netns, i->ifindex), kinds[k].proto);
}

static int by_device(const void *a, const void *b)
{
	const struct tunnel *x = a, *y = b;

	return x->device < y->device ? -1 : x->device > y->device;
}

struct tunnels *tunnels__new(const struct names *n)
{
	struct tunnels *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	names__each(n, REC_interface, add_interface, t);
	if (t->no_memory) {
		tunnels__free(t);
		return NULL;
	}
	if (t->n)
		qsort(t->at, t->n, sizeof(*t->at), by_device);
	return t;
}

void tunnels__free(struct tunnels *t)
{
	if (!t)
		return;
	free(t->at);
	free(t);
}

bool tunnels__has(const struct tunnels *t, __u32 netns, __u32 ifindex)
{
	struct tunnel key = { .device = pair(netns, ifindex) };

	assert(t->n < 2 || t->at[0].device <= t->at[t->n - 1].device);
	return t->n && bsearch(&key, t->at, t->n, sizeof(key), by_device);
}

bool tunnels__carried_by(const struct tunnels *t, __u32 netns, __u32 ifindex, __u8 proto)
{
	if (!tunnels__has(t, netns, ifindex))
		return false;
	for (size_t i = 0; i < t->n; i++)
		if (t->at[i].device == pair(netns, ifindex) && t->at[i].proto == proto)
			return true;
	return false;
}
