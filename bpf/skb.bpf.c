/*
 * skb.bpf.c: packets at the stages that are tracepoints (format/stages.def), and their good ends.
 *
 * At the receiving stages skb->data is the layer 3 header and network_header is still unset; on the way out it is the
 * Ethernet header and network_header is valid.
 */
#include "stage.h"

static __always_inline int stage__receive(struct sk_buff *skb, __u8 stage, enum filter_side side)
{
	if (!control.enabled)
		return 0;
	return stage__packet(true, skb, stage, (__u64)skb->data, ntoh16(skb->protocol), side);
}

SEC("tp_btf/napi_gro_receive_entry")
int BPF_PROG(on_napi_gro_receive_entry, struct sk_buff *skb)
{
	return stage__receive(skb, STAGE_napi_gro_receive_entry, FILTER_ARRIVES);
}

SEC("tp_btf/netif_rx")
int BPF_PROG(on_netif_rx, struct sk_buff *skb)
{
	return stage__receive(skb, STAGE_netif_rx, FILTER_ARRIVES);
}

SEC("tp_btf/netif_receive_skb")
int BPF_PROG(on_netif_receive_skb, struct sk_buff *skb)
{
	return stage__receive(skb, STAGE_netif_receive_skb, FILTER_IN);
}

SEC("tp_btf/net_dev_queue")
int BPF_PROG(on_net_dev_queue, struct sk_buff *skb)
{
	__u64 l3 = (__u64)skb->head + skb->network_header;
	__u16 proto = ntoh16(skb->protocol);

	if (!control.enabled)
		return 0;
	if (proto__is_vlan(proto)) /* the tag is in the Ethernet header; network_header may be before or behind it */
		l3 = (__u64)skb->data + 14;
	return stage__packet(true, skb, STAGE_net_dev_queue, l3, proto, FILTER_OUT);
}

SEC("tp_btf/net_dev_start_xmit")
int BPF_PROG(on_net_dev_start_xmit, struct sk_buff *skb, struct net_device *dev)
{
	if (!control.enabled)
		return 0;
	return stage__step(true, skb, dev, STAGE_net_dev_start_xmit, 0);
}

/* The driver is done with it: the packet may be freed or on its way elsewhere, so skb is only a name here. */
SEC("tp_btf/net_dev_xmit")
int BPF_PROG(on_net_dev_xmit, struct sk_buff *skb, int rc, struct net_device *dev, unsigned int len)
{
	struct rec_hop *h;

	if (!control.enabled || !filter__was_followed(skb))
		return 0;
	h = EMIT(hop);
	if (!h)
		return 0;
	h->skb = (__u64)skb;
	h->netns = dev__netns(dev);
	h->ifindex = dev__ifindex(dev);
	h->len = len;
	h->aux = rc;
	h->queue = 0;
	h->stage = STAGE_net_dev_xmit;
	emit__submit(h);
	return 0;
}

SEC("tp_btf/qdisc_enqueue")
int BPF_PROG(on_qdisc_enqueue, struct Qdisc *qdisc, struct netdev_queue *txq, struct sk_buff *skb)
{
	if (!control.enabled)
		return 0;
	return stage__step(true, skb, txq->dev, STAGE_qdisc_enqueue, qdisc->q.qlen);
}

/* A qdisc may hand out several packets together, as a list; an empty one reports no packet at all. */
SEC("tp_btf/qdisc_dequeue")
int BPF_PROG(on_qdisc_dequeue, struct Qdisc *qdisc, struct netdev_queue *txq, int packets, struct sk_buff *skb)
{
	if (!control.enabled)
		return 0;
	for (int i = 0; i < 64 && i < packets && skb; i++, skb = skb->next)
		stage__step(true, skb, txq->dev, STAGE_qdisc_dequeue, packets);
	return 0;
}

/* Messages of netlink and local sockets are sk_buffs too; what never was on a device has no protocol. */
SEC("tp_btf/consume_skb")
int BPF_PROG(on_consume_skb, struct sk_buff *skb)
{
	struct rec_free *f;

	if (!control.enabled || !skb->protocol || !filter__end(skb))
		return 0;
	f = EMIT(free);
	if (!f)
		return 0;
	f->skb = (__u64)skb;
	f->location = config.free_has_location ? ctx[1] : 0;
	emit__submit(f);
	return 0;
}
