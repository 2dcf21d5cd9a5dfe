/*
 * tcp.bpf.c: segments that TCP had to send again, and the state of the connection at that moment.
 */
#include "packet.h"

enum { FAMILY_INET = 2, FAMILY_INET6 = 10 };

struct tcp_skb_cb {
	__u32 seq;
} __attribute__((preserve_access_index));

static __always_inline void tcp__addresses(struct rec_tcp *t, const struct sock_common *c)
{
	if (c->skc_family == FAMILY_INET) {
		addr__mapped(t->saddr, c->skc_rcv_saddr);
		addr__mapped(t->daddr, c->skc_daddr);
	} else if (c->skc_family == FAMILY_INET6) {
		bpf_core_read(t->saddr, sizeof(t->saddr), &c->skc_v6_rcv_saddr);
		bpf_core_read(t->daddr, sizeof(t->daddr), &c->skc_v6_daddr);
	} else {
		addr__zero(t->saddr);
		addr__zero(t->daddr);
	}
	t->sport = c->skc_num;
	t->dport = ntoh16(c->skc_dport);
	t->state = c->skc_state;
	t->netns = c->skc_net.net->ns.inum;
}

static __always_inline void tcp__congestion(struct rec_tcp *t, struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	t->cwnd = tp ? tp->snd_cwnd : 0;
	t->srtt = tp ? tp->srtt_us >> 3 : 0; /* the kernel keeps it times eight */
	t->packets_out = tp ? tp->packets_out : 0;
	t->retrans = tp ? tp->total_retrans : 0;
}

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(on_tcp_retransmit_skb, struct sock *sk, struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = (void *)&skb->cb;
	struct rec_tcp *t;

	if (!control.enabled)
		return 0;
	t = EMIT(tcp);
	if (!t)
		return 0;
	t->sk = (__u64)sk;
	t->len = skb->len;
	bpf_core_read(&t->seq, sizeof(t->seq), &cb->seq);
	tcp__addresses(t, &sk->__sk_common);
	tcp__congestion(t, sk);
	emit__submit(t);
	return 0;
}
