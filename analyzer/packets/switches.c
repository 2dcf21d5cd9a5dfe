/* switches.c: bridges and their ports (switches.h): sorted arrays, for a lookup for each packet that was received. */
#include "analyzer/packets/switches.h"

#include <stdlib.h>
#include <string.h>
#include "analyzer/sweep/pass.h"

struct port {
	__u64 device, master; /* as pair() makes them */
};

struct list {
	struct port *at;
	size_t n, room;
	bool no_memory;
};

struct switches {
	struct list switches, ports; /* of a switch: its device alone */
};

static void add(struct list *l, struct port port)
{
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 16;
		struct port *at = realloc(l->at, room * sizeof(*at));

		if (!at) {
			l->no_memory = true;
			return;
		}
		l->at = at;
		l->room = room;
	}
	l->at[l->n++] = port;
}

static bool is_kind(const struct rec_interface *i, const char *kind)
{
	return strlen(kind) == i->kind.len && memcmp(kind, i->kind.s, i->kind.len) == 0;
}

static void add_interface(void *arg, const struct rec *rec)
{
	const struct rec_interface *i = (const struct rec_interface *)rec;
	struct port port = { pair(i->netns, i->ifindex), pair(i->netns, i->master) };
	struct switches *s = arg;

	if (is_kind(i, "bridge") || is_kind(i, "openvswitch"))
		add(&s->switches, port);
	if (i->master)
		add(&s->ports, port);
}

static int by_device(const void *a, const void *b)
{
	const struct port *x = a, *y = b;

	return x->device < y->device ? -1 : x->device > y->device;
}

static const struct port *find(const struct list *l, __u64 device)
{
	return l->n ? bsearch(&(struct port){ device, 0 }, l->at, l->n, sizeof(*l->at), by_device) : NULL;
}

struct switches *switches__new(const struct names *names)
{
	struct switches *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	names__each(names, REC_interface, add_interface, s);
	if (s->switches.no_memory || s->ports.no_memory) {
		switches__free(s);
		return NULL;
	}
	if (s->switches.n)
		qsort(s->switches.at, s->switches.n, sizeof(*s->switches.at), by_device);
	if (s->ports.n)
		qsort(s->ports.at, s->ports.n, sizeof(*s->ports.at), by_device);
	return s;
}

void switches__free(struct switches *s)
{
	if (!s)
		return;
	free(s->switches.at);
	free(s->ports.at);
	free(s);
}

__u32 switches__of_port(const struct switches *s, __u32 netns, __u32 ifindex)
{
	const struct port *port = find(&s->ports, pair(netns, ifindex));

	return port && find(&s->switches, port->master) ? (__u32)port->master : 0;
}
