/*
 * skb.bpf.c: packets at the stages that are tracepoints (format/stages.def), and their good ends.
 *
 * At the receiving stages skb->data is the layer 3 header and network_header is still unset; on the way out it is the
 * Ethernet header and network_header is valid.
 */
#include "function.h"
#include "stage.h"

static __always_inline int stage__receive(const bool typed, struct sk_buff *skb, __u8 stage, enum filter_side side)
{
	return stage__packet(typed, skb, stage, (__u64)GET(skb, data), ntoh16(GET(skb, protocol)), side);
}

ON_TRACEPOINT(napi_gro_receive_entry, struct sk_buff *skb)
{
	return stage__receive(typed, skb, STAGE_napi_gro_receive_entry, FILTER_ARRIVES);
}

ON_TRACEPOINT(netif_rx, struct sk_buff *skb)
{
	return stage__receive(typed, skb, STAGE_netif_rx, FILTER_ARRIVES);
}

ON_TRACEPOINT(netif_receive_skb, struct sk_buff *skb)
{
	return stage__receive(typed, skb, STAGE_netif_receive_skb, FILTER_IN);
}

ON_TRACEPOINT(net_dev_queue, struct sk_buff *skb)
{
	__u64 l3 = skb__l3(typed, skb);
	__u16 proto = ntoh16(GET(skb, protocol));

	if (proto__is_vlan(proto)) /* the tag is in the Ethernet header; network_header may be before or behind it */
		l3 = (__u64)GET(skb, data) + 14;
	return stage__packet(typed, skb, STAGE_net_dev_queue, l3, proto, FILTER_OUT);
}

ON_TRACEPOINT(net_dev_start_xmit, struct sk_buff *skb, struct net_device *dev)
{
	return stage__step(typed, skb, dev, STAGE_net_dev_start_xmit, 0);
}

/* The driver is done with it: the packet may be freed or on its way elsewhere, so skb is only a name here. */
ON_TRACEPOINT(net_dev_xmit, struct sk_buff *skb, int rc, struct net_device *dev, unsigned int len)
{
	struct rec_hop *h;

	if (!filter__was_followed(skb))
		return 0;
	h = EMIT(hop);
	if (!h)
		return 0;
	h->skb = (__u64)skb;
	h->netns = dev__netns(typed, dev);
	h->ifindex = dev__ifindex(typed, dev);
	h->len = len;
	h->aux = rc;
	h->queue = 0;
	h->stage = STAGE_net_dev_xmit;
	emit__submit(h);
	return 0;
}

ON_TRACEPOINT(qdisc_enqueue, struct Qdisc *qdisc, struct netdev_queue *txq, struct sk_buff *skb)
{
	return stage__step(typed, skb, GET(txq, dev), STAGE_qdisc_enqueue, typed ? qdisc->q.qlen : BPF_CORE_READ(qdisc, q.qlen));
}

/* A qdisc may hand out several packets together, as a list; an empty one reports no packet at all. */
ON_TRACEPOINT(qdisc_dequeue, struct Qdisc *qdisc, struct netdev_queue *txq, int packets, struct sk_buff *skb)
{
	for (int i = 0; i < 64 && i < packets && skb; i++, skb = GET(skb, next))
		stage__step(typed, skb, GET(txq, dev), STAGE_qdisc_dequeue, packets);
	return 0;
}

/* Messages of netlink and local sockets are sk_buffs too; what never was on a device has no protocol. */
ON_TRACEPOINT(consume_skb, struct sk_buff *skb)
{
	struct rec_free *f;

	if (!GET(skb, protocol) || !filter__end(skb))
		return 0;
	f = EMIT(free);
	if (!f)
		return 0;
	f->skb = (__u64)skb;
	f->location = config.free_has_location ? ctx[1] : 0;
	f->tid = bpf_get_current_pid_tgid();
	emit__submit(f);
	return 0;
}
