/*
 * tun.bpf.c: packets at the rings of tun queues: what comes in, and what vhost takes out.
 *
 * tun_net_xmit puts the skb into the ring of the queue that queue_mapping names, and drops it when the slot for it
 * is taken. vhost takes packets out in batches and hands each to tun_recvmsg.
 */
#include "packet_filter.h"
#include "function.h"

enum { NETDEV_ALIGN = 32, XDP_FRAME = 1, MAX_QUEUES = 256 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ptr_ring {
	int producer;
	int consumer_head;
	int consumer_tail;
	int size;
	void **queue;
};

struct socket {
	void *file;
};

struct tun_file {
	struct socket socket;
	__u16 queue_index;
	struct ptr_ring tx_ring;
};

struct tun_struct {
	struct tun_file *tfiles[MAX_QUEUES];
};

struct msghdr {
	void *msg_control;
};

#pragma clang attribute pop

/* Private data of a driver follows the device. */
static __always_inline struct tun_struct *dev__tun(struct net_device *dev)
{
	__u64 size = bpf_core_type_size(struct net_device);

	return (void *)dev + (size + NETDEV_ALIGN - 1) / NETDEV_ALIGN * NETDEV_ALIGN;
}

static __always_inline struct tun_file *tun__queue(struct tun_struct *tun, __u16 queue)
{
	void *slots = (void *)tun + bpf_core_field_offset(struct tun_struct, tfiles);
	struct tun_file *tfile = NULL;

	if (queue < MAX_QUEUES)
		bpf_probe_read_kernel(&tfile, sizeof(tfile), slots + queue * sizeof(tfile));
	return tfile;
}

static __always_inline void ring__clear(struct rec_tun_ring *r)
{
	r->sock = 0;
	r->size = r->producer = r->head = r->tail = 0;
	r->full = 0;
}

static __always_inline void ring__read(struct rec_tun_ring *r, struct tun_file *tfile)
{
	struct ptr_ring *ring = (void *)tfile + bpf_core_field_offset(struct tun_file, tx_ring);
	void *next = NULL;

	r->sock = (__u64)tfile + bpf_core_field_offset(struct tun_file, socket);
	bpf_core_read(&r->size, sizeof(r->size), &ring->size);
	bpf_core_read(&r->producer, sizeof(r->producer), &ring->producer);
	bpf_core_read(&r->head, sizeof(r->head), &ring->consumer_head);
	bpf_core_read(&r->tail, sizeof(r->tail), &ring->consumer_tail);
	bpf_probe_read_kernel(&next, sizeof(next), BPF_CORE_READ(ring, queue) + r->producer);
	r->full = next != NULL || !r->size;
}

ON_FUNCTION(tun_net_xmit, struct sk_buff *skb, struct net_device *dev)
{
	struct rec_tun_ring *r = filter__followed(skb) ? EMIT(tun_ring) : NULL;
	struct tun_file *tfile;
	struct net *net;

	if (!r)
		return 0;
	net = GET(dev, nd_net.net);
	r->skb = (__u64)skb;
	r->netns = GET(net, ns.inum);
	r->ifindex = GET(dev, ifindex);
	r->len = GET(skb, len);
	r->queue = GET(skb, queue_mapping);
	tfile = tun__queue(dev__tun(dev), r->queue);
	if (tfile)
		ring__read(r, tfile);
	else
		ring__clear(r);
	emit__submit(r);
	return 0;
}

/* Packets in it. Empty and full look alike but for the slot itself; what was taken is cleared in batches. */
static __always_inline __u32 ring__waiting(struct ptr_ring *ring)
{
	__u32 producer = BPF_CORE_READ(ring, producer), head = BPF_CORE_READ(ring, consumer_head);
	__u32 size = BPF_CORE_READ(ring, size);
	void *next = NULL;

	bpf_probe_read_kernel(&next, sizeof(next), BPF_CORE_READ(ring, queue) + producer);
	if (producer == head)
		return next ? size : 0;
	return producer > head ? producer - head : producer + size - head;
}

/* vhost passes the skb, or an XDP frame, which is none, in msg_control; others that read pass nothing. */
ON_FUNCTION(tun_recvmsg, struct socket *sock, struct msghdr *m)
{
	struct tun_file *tfile = (void *)sock - bpf_core_field_offset(struct tun_file, socket);
	struct sk_buff *skb = GET(m, msg_control);
	struct rec_hop *h;

	if (!skb || (__u64)skb & XDP_FRAME || !filter__followed(skb))
		return 0;
	h = EMIT(hop);
	if (!h)
		return 0;
	h->skb = (__u64)skb;
	h->netns = BPF_CORE_READ(skb, dev, nd_net.net, ns.inum);
	h->ifindex = BPF_CORE_READ(skb, dev, ifindex);
	h->len = BPF_CORE_READ(skb, len);
	h->aux = ring__waiting((void *)tfile + bpf_core_field_offset(struct tun_file, tx_ring));
	h->queue = BPF_CORE_READ(tfile, queue_index);
	h->stage = STAGE_tun_recvmsg;
	emit__submit(h);
	return 0;
}
