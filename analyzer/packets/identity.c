/* identity.c: see identity.h. */
#include "analyzer/packets/identity.h"

#include <string.h>
#include "analyzer/sweep/pass.h"
#include "format/schema.h"

static bool same_end(const __u8 *a, const __u8 *b, __u16 a_port, __u16 b_port)
{
	return a_port == b_port && memcmp(a, b, 16) == 0;
}

/*
 * One address may have been translated on the way, the rest of the identity stays. Where the length is not known, the
 * IP header was not built yet.
 */
static bool same_identity(const struct rec_packet *a, const struct rec_packet *b)
{
	return (a->ip_id == b->ip_id || !a->ip_len) && a->seq == b->seq && a->ack == b->ack && a->proto == b->proto &&
	       a->ethertype == b->ethertype &&
	       (same_end(a->saddr, b->saddr, a->sport, b->sport) || same_end(a->daddr, b->daddr, a->dport, b->dport));
}

/*
 * Headers without any number of their own say little: then the journey's first place again means a new packet. What is
 * sent again by TCP may even have the sk_buff of the first time.
 */
static bool begins_again(const struct journey *j, const struct rec_packet *p)
{
	if (schema__stage(p->stage)->role == STAGE_ROLE_ORIGIN)
		return true;
	return p->ip_id == 0 && p->seq == 0 && p->stage == j->first_stage && p->netns == j->first_netns &&
	       p->ifindex == j->first_ifindex;
}

static bool arrives(const struct rec_packet *p)
{
	return p->stage == STAGE_napi_gro_receive_entry || p->stage == STAGE_netif_rx || p->stage == STAGE_netif_receive_skb;
}

/* A tunnel device receives what another device received before it, with the outer headers. */
static bool comes_out(const struct journey *j, const struct rec_packet *p, const struct tunnels *tunnels)
{
	return arrives(p) && pair(p->netns, p->ifindex) != pair(j->netns, j->ifindex) &&
	       tunnels__carried_by(tunnels, p->netns, p->ifindex, j->head.proto);
}

enum identity identity__of(const struct journey *j, const struct rec_packet *p, const struct xmits *xmits,
			   const struct tunnels *tunnels)
{
	const struct xmit *busy = xmits__busy(xmits, p->rec.cpu, p->skb);

	if (j->orphan) /* what is put into a qdisc has to come out of it; one that cuts it into segments frees it before */
		return j->last_stage == STAGE_qdisc_enqueue ? ANOTHER : THE_SAME;
	if (same_identity(&j->head, p))
		return busy || !begins_again(j, p) ? THE_SAME : ANOTHER;
	if (j->wrapped && same_identity(&j->outer, p))
		return THE_SAME;
	if (busy)
		return tunnels__has(tunnels, busy->netns, busy->ifindex) ? WRAPPED : THE_SAME;
	return comes_out(j, p, tunnels) ? UNWRAPPED : ANOTHER;
}
