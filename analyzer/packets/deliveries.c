/* deliveries.c: what became of a packet on this host (deliveries.h). */
#include "analyzer/packets/deliveries.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include "analyzer/sweep/pass.h"
#include "format/schema.h"

struct port {
	__u64 device, master; /* as pair() makes them */
};

struct list {
	struct port *at;
	size_t n, room;
	bool no_memory;
};

/* Sorted arrays: a lookup for each packet that was received. */
struct deliveries {
	const struct names *names;
	struct list switches, ports; /* of a switch: its device alone */
};

/* ---- ports of switches -------------------------------------------------------------------------- */

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
	struct deliveries *d = arg;

	if (is_kind(i, "bridge") || is_kind(i, "openvswitch"))
		add(&d->switches, port);
	if (i->master)
		add(&d->ports, port);
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

static bool is_port(const struct deliveries *d, __u32 netns, __u32 ifindex)
{
	const struct port *port = find(&d->ports, pair(netns, ifindex));

	return port && find(&d->switches, port->master);
}

struct deliveries *deliveries__new(const struct names *names)
{
	struct deliveries *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->names = names;
	names__each(names, REC_interface, add_interface, d);
	if (d->switches.no_memory || d->ports.no_memory) {
		deliveries__free(d);
		return NULL;
	}
	if (d->switches.n)
		qsort(d->switches.at, d->switches.n, sizeof(*d->switches.at), by_device);
	if (d->ports.n)
		qsort(d->ports.at, d->ports.n, sizeof(*d->ports.at), by_device);
	return d;
}

void deliveries__free(struct deliveries *d)
{
	if (!d)
		return;
	free(d->switches.at);
	free(d->ports.at);
	free(d);
}

/* ---- ends --------------------------------------------------------------------------------------- */

static bool has_left(const struct journey *j)
{
	return j->last_stage == STAGE_net_dev_start_xmit || j->last_stage == STAGE_tun_net_xmit ||
	       j->last_stage == STAGE_tun_recvmsg;
}

/* Is it on the way up to a socket, not through a switch or to another device? */
static bool is_received(const struct deliveries *d, const struct journey *j)
{
	if (j->last_stage == STAGE_netif_receive_skb)
		return !is_port(d, j->netns, j->ifindex);
	return schema__stage(j->last_stage)->place >= schema__stage(STAGE_ip_rcv)->place &&
	       j->last_stage != STAGE_ip_forward && j->last_stage != STAGE_ip6_forward;
}

bool deliveries__is_deferred(const struct deliveries *d, __u64 location)
{
	return names__in_function(d->names, location, "skb_defer_free_flush") ||
	       names__in_function(d->names, location, "skb_attempt_defer_free") ||
	       names__in_function(d->names, location, "net_rx_action");
}

static enum delivery of_consumed(const struct deliveries *d, const struct journey *j, const struct ending *end)
{
	if (has_left(j))
		return DELIVERY_LEFT;
	if (!is_received(d, j))
		return DELIVERY_UNSEEN;
	if (j->head.proto == IPPROTO_UDP && since(j->last, end->ts) >= SLOW_NS && j->last_stage != STAGE_skb_consume_udp &&
	    deliveries__is_deferred(d, end->location))
		return DELIVERY_SOMETIME;
	return DELIVERY_READ;
}

enum delivery deliveries__of(const struct deliveries *d, const struct journey *j, const struct ending *end)
{
	assert(end->fate < N_FATES);
	if (end->fate == FATE_DROPPED)
		return DELIVERY_DROPPED;
	if (j->gap)
		return DELIVERY_GAP;
	if (end->fate == FATE_UNFINISHED)
		return DELIVERY_EDGE;
	if (end->fate == FATE_EVICTED)
		return DELIVERY_FORGOTTEN;
	if (end->fate == FATE_UPCALL)
		return DELIVERY_UPCALL;
	return end->fate == FATE_CONSUMED ? of_consumed(d, j, end) : DELIVERY_UNSEEN;
}

__u64 deliveries__read_at(const struct journey *j, const struct ending *end)
{
	return j->last_stage == STAGE_skb_consume_udp ? j->last : end->ts;
}
