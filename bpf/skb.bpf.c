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

static __always_inline int free__emit(struct sk_buff *skb, __u64 location)
{
	struct rec_free *f;

	if (!filter__end(skb))
		return 0;
	f = EMIT(free);
	if (!f)
		return 0;
	f->skb = (__u64)skb;
	f->location = location;
	f->tid = bpf_get_current_pid_tgid();
	emit__submit(f);
	return 0;
}

/* Messages of netlink and local sockets are sk_buffs too; what never was on a device has no protocol. */
ON_TRACEPOINT(consume_skb, struct sk_buff *skb)
{
	return GET(skb, protocol) ? free__emit(skb, config.free_has_location ? ctx[1] : 0) : 0;
}

/*
 * Who reads a datagram leaves its free to another CPU, or does it without a word. It is not freed before this, and
 * consume_skb, if it comes, finds it at its end already.
 */
ON_FUNCTION_AS(udp_read, skb_consume_udp, struct sock *sk, struct sk_buff *skb)
{
	return free__emit(skb, 0);
}

/*
 * Where functions cannot be attached to: a socket's datagrams are read in their order. What comes to an empty queue is
 * read next, and after each read what is first in the queue then. It goes with its socket.
 */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} read_next SEC(".maps");

enum { UDP = 17, DATAGRAMS = 2, INET = 2, INET6 = 10, PEEK = 0x2, ERROR_QUEUE = 0x2000 };

static __always_inline bool sock__is_udp(struct sock *sk)
{
	return sk->sk_protocol == UDP && sk->sk_type == DATAGRAMS &&
	       (sk->__sk_common.skc_family == INET || sk->__sk_common.skc_family == INET6);
}

static __always_inline __u64 queue__first(struct sk_buff_head *q, struct sk_buff *next)
{
	return next == (struct sk_buff *)q ? 0 : (__u64)next;
}

static __always_inline __u64 sock__arrived(struct sock *sk)
{
	return queue__first(&sk->sk_receive_queue, sk->sk_receive_queue.next);
}

static __always_inline __u64 sock__first(struct sock *sk)
{
	struct sk_buff_head *taken = &((struct udp_sock *)sk)->reader_queue;
	__u64 first = queue__first(taken, BPF_CORE_READ(taken, next));

	return first ? first : sock__arrived(sk);
}

SEC("tp_btf/sk_data_ready")
int BPF_PROG(on_sk_data_ready, struct sock *sk)
{
	__u64 *next;

	if (!control.enabled || !sock__is_udp(sk))
		return 0;
	next = bpf_sk_storage_get(&read_next, sk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (next && !*next) /* the reader had taken over nothing more */
		*next = sock__arrived(sk);
	return 0;
}

/* Of threads that read one socket at once another one may be told, or none: what is in the queue still was not read. */
SEC("tp_btf/sock_recv_length")
int BPF_PROG(on_sock_recv_length, struct sock *sk, int length, int flags)
{
	__u64 *next, was;

	if (!control.enabled || length < 0 || flags & (PEEK | ERROR_QUEUE) || !sock__is_udp(sk))
		return 0;
	next = bpf_sk_storage_get(&read_next, sk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!next)
		return 0;
	was = *next;
	*next = sock__first(sk);
	return was && was != *next ? free__emit((struct sk_buff *)was, 0) : 0;
}
