/* deliveries.c: what became of a packet on this host (deliveries.h). */
#include "analyzer/packets/deliveries.h"

#include <assert.h>
#include <stdlib.h>
#include <netinet/in.h>
#include "analyzer/packets/switches.h"
#include "analyzer/sweep/pass.h"
#include "format/schema.h"

struct deliveries {
	const struct names *names;
	struct switches *switches;
};

struct deliveries *deliveries__new(const struct names *names)
{
	struct deliveries *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->names = names;
	d->switches = switches__new(names);
	if (!d->switches) {
		deliveries__free(d);
		return NULL;
	}
	return d;
}

void deliveries__free(struct deliveries *d)
{
	if (!d)
		return;
	switches__free(d->switches);
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
		return !switches__of_port(d->switches, j->netns, j->ifindex);
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
