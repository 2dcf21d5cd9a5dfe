/*
 * stack.bpf.c: packets at functions of the network stack: sockets, IP, the backlog, bridges (format/stages.def).
 */
#include "function.h"
#include "stage.h"

/* A STEP at a function: where its packet and device are. */
#define STEP(name, skb) stage__step(typed, skb, GET(skb, dev), STAGE_##name, 0)
#define STEP_FIRST(name) \
	ON_FUNCTION(name, struct sk_buff *skb) { return STEP(name, skb); }
#define STEP_SECOND(name) \
	ON_FUNCTION(name, struct sock *first, struct sk_buff *skb) { return STEP(name, skb); }

/* ---- down from a socket -------------------------------------------------------------------------- */

static __always_inline void packet__from_sock(const bool typed, struct rec_packet *p, struct sock_common *c)
{
	struct in6_addr addr;

	if (GET(c, skc_family) == 2) {
		addr__mapped(p->saddr, GET(c, skc_rcv_saddr));
		addr__mapped(p->daddr, GET(c, skc_daddr));
		return;
	}
	addr = BPF_CORE_READ(c, skc_v6_rcv_saddr);
	__builtin_memcpy(p->saddr, &addr, 16);
	addr = BPF_CORE_READ(c, skc_v6_daddr);
	__builtin_memcpy(p->daddr, &addr, 16);
}

static __always_inline void packet__no_frame(struct rec_packet *p)
{
	p->l2 = FRAME_KNOWN;
	p->pulled = 0;
	p->vlan = p->tpid = 0;
	p->tag2 = p->tag3 = 0;
	p->dmac = p->smac = 0;
}

/*
 * TCP hands over a segment: its own header is there, the IP header is not; addresses are those of the socket. ip_len 0
 * says so. The mark and the device come later.
 */
static __always_inline int segment_from_tcp(const bool typed, struct sock *sk, struct sk_buff *skb, __u8 stage, __u16 ethertype)
{
	struct rec_packet *p;

	if (config.filter) /* there is nothing yet to ask it; the packet begins at ip_output */
		return 0;
	p = EMIT(packet);
	if (!p)
		return 0;
	packet__meta(typed, p, skb, stage);
	p->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	p->ifindex = 0;
	p->ethertype = ethertype;
	packet__clear(p);
	packet__no_frame(p);
	packet__from_sock(typed, p, &sk->__sk_common);
	p->proto = L4_TCP;
	packet__l4_at(p, (__u64)GET(skb, data), skb__linear_end(typed, skb));
	emit__submit(p);
	return 0;
}

ON_FUNCTION(__ip_queue_xmit, struct sock *sk, struct sk_buff *skb)
{
	return segment_from_tcp(typed, sk, skb, STAGE___ip_queue_xmit, P_IP);
}

ON_FUNCTION(ip6_xmit, struct sock *sk, struct sk_buff *skb)
{
	return segment_from_tcp(typed, sk, skb, STAGE_ip6_xmit, P_IPV6);
}

/* The IP header is there; skb->protocol and the device are not yet. */
static __always_inline int packet_from_socket(const bool typed, struct sk_buff *skb, __u8 stage, __u16 ethertype)
{
	return stage__packet(typed, skb, stage, skb__l3(typed, skb), ethertype, FILTER_OUT);
}

ON_FUNCTION(ip_send_skb, struct net *net, struct sk_buff *skb)
{
	return packet_from_socket(typed, skb, STAGE_ip_send_skb, P_IP);
}

ON_FUNCTION(ip6_send_skb, struct sk_buff *skb)
{
	return packet_from_socket(typed, skb, STAGE_ip6_send_skb, P_IPV6);
}

ON_FUNCTION(ip_output, struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return packet_from_socket(typed, skb, STAGE_ip_output, P_IP);
}

ON_FUNCTION(ip6_output, struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return packet_from_socket(typed, skb, STAGE_ip6_output, P_IPV6);
}

/* ---- in from a device ---------------------------------------------------------------------------- */

ON_FUNCTION(enqueue_to_backlog, struct sk_buff *skb, int cpu)
{
	return stage__step(typed, skb, GET(skb, dev), STAGE_enqueue_to_backlog, cpu);
}

ON_FUNCTION_OF_ADDRESS(br_handle_frame, pskb)
{
	return stage__step_at_address(pskb, STAGE_br_handle_frame);
}

struct net_bridge_port {
	struct net_device *dev;
} __attribute__((preserve_access_index));

ON_FUNCTION(__br_forward, struct net_bridge_port *to, struct sk_buff *skb)
{
	return stage__step(typed, skb, GET(to, dev), STAGE___br_forward, 0);
}

/* Since 4.20 the packet is the first argument. */
STEP_FIRST(nf_conntrack_in)

/* ---- up to a socket ------------------------------------------------------------------------------ */

STEP_FIRST(ip_rcv)
STEP_FIRST(ipv6_rcv)
STEP_FIRST(ip_forward)
STEP_FIRST(ip6_forward)
STEP_FIRST(ip_local_deliver)
STEP_FIRST(ip6_input)
STEP_FIRST(tcp_v4_rcv)
STEP_FIRST(tcp_v6_rcv)
STEP_FIRST(udp_rcv)
STEP_FIRST(udpv6_rcv)
STEP_FIRST(icmp_rcv)
STEP_FIRST(icmpv6_rcv)
STEP_SECOND(__udp_enqueue_schedule_skb)
STEP_SECOND(tcp_queue_rcv)
STEP_SECOND(skb_consume_udp)
