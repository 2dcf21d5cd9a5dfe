/*
 * tcp.bpf.c: TCP connections: segments sent again, changes of state, resets, and how they are doing.
 *
 * The tracepoint that tells of round-trip times and windows fires for every segment that arrives. A
 * connection is sampled at most every TCP_SAMPLE_NS, and at once when its window shrank or it had to
 * send something again; what was last seen of it is kept with its socket, and goes with it.
 */
#include "function.h"
#include "packet.h"

enum { FAMILY_INET = 2, FAMILY_INET6 = 10 };
enum { STATE_TIME_WAIT = 6, STATE_NEW_SYN_RECV = 12, TCP_RST = 4 };
enum { ROUTE_LOCAL = 2, SKB_DST_NOREF = 1 };
enum { EVENT_RESET_SENT, EVENT_RESET_RECEIVED, EVENT_BAD_CHECKSUM };

struct minmax_sample {
	__u32 v;
} __attribute__((preserve_access_index));

struct minmax {
	struct minmax_sample s[3];
} __attribute__((preserve_access_index));

struct tcp_rack {
	__u32 rtt_us;
} __attribute__((preserve_access_index));

/* A second view of struct tcp_sock: what only samples look at. */
struct tcp_sock___full {
	struct tcp_rack rack;
	struct minmax rtt_min;
	__u32 snd_cwnd, snd_ssthresh, snd_wnd, rcv_wnd;
	__u32 srtt_us, packets_out, lost_out, total_retrans;
	__u64 bytes_acked, bytes_received;
} __attribute__((preserve_access_index));

struct inet_sock {
	__be16 inet_sport;
} __attribute__((preserve_access_index));

struct inet_connection_sock {
	__u8 icsk_ca_state : 5;
} __attribute__((preserve_access_index));

struct tcp_skb_cb {
	__u32 seq;
} __attribute__((preserve_access_index));

struct sk_buff___dst {
	unsigned long _skb_refdst;
} __attribute__((preserve_access_index));

struct rtable {
	__u16 rt_type;
} __attribute__((preserve_access_index));

struct rt6_info {
	__u32 rt6i_flags;
} __attribute__((preserve_access_index));

struct tcp_seen {
	__u64 at;
	__u32 cwnd, retrans;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct tcp_seen);
} tcp_seen SEC(".maps");

static __always_inline void sock__addresses(const struct sock_common *c, __u8 *saddr, __u8 *daddr)
{
	if (c->skc_family == FAMILY_INET) {
		addr__mapped(saddr, c->skc_rcv_saddr);
		addr__mapped(daddr, c->skc_daddr);
	} else if (c->skc_family == FAMILY_INET6) {
		bpf_core_read(saddr, 16, &c->skc_v6_rcv_saddr);
		bpf_core_read(daddr, 16, &c->skc_v6_daddr);
	} else {
		addr__zero(saddr);
		addr__zero(daddr);
	}
}

/* Fills what every TCP record says about its connection. A socket that is closed has forgotten skc_num already. */
#define FILL_CONNECTION(t, sk)                                                        \
	do {                                                                          \
		const struct sock_common *common = &(sk)->__sk_common;                \
		sock__addresses(common, (t)->saddr, (t)->daddr);                      \
		(t)->sk = (__u64)(sk);                                                \
		(t)->sport = ntoh16(BPF_CORE_READ((struct inet_sock *)(sk), inet_sport)); \
		(t)->dport = ntoh16(common->skc_dport);                               \
		(t)->netns = common->skc_net.net->ns.inum;                            \
	} while (0)

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(on_tcp_retransmit_skb, struct sock *sk, struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = (void *)&skb->cb;
	struct tcp_sock *tp;
	struct rec_tcp *t;

	if (!control.enabled)
		return 0;
	t = EMIT(tcp);
	if (!t)
		return 0;
	t->len = skb->len;
	bpf_core_read(&t->seq, sizeof(t->seq), &cb->seq);
	FILL_CONNECTION(t, sk);
	t->state = sk->__sk_common.skc_state;
	tp = bpf_skc_to_tcp_sock(sk);
	t->cwnd = tp ? tp->snd_cwnd : 0;
	t->srtt = tp ? tp->srtt_us >> 3 : 0; /* the kernel keeps it times eight */
	t->packets_out = tp ? tp->packets_out : 0;
	t->retrans = tp ? tp->total_retrans : 0;
	emit__submit(t);
	return 0;
}

/* Other protocols report here, too. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_inet_sock_set_state, struct sock *sk, int before, int state)
{
	struct tcp_sock___full *tp;
	struct rec_tcp_state *t;

	if (!control.enabled)
		return 0;
	tp = (void *)bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	t = EMIT(tcp_state);
	if (!t)
		return 0;
	FILL_CONNECTION(t, sk);
	t->before = before;
	t->state = state;
	t->tid = bpf_get_current_pid_tgid();
	t->srtt = BPF_CORE_READ(tp, srtt_us) >> 3;
	t->retrans = BPF_CORE_READ(tp, total_retrans);
	t->acked = BPF_CORE_READ(tp, bytes_acked);
	t->received = BPF_CORE_READ(tp, bytes_received);
	emit__submit(t);
	return 0;
}

/* Is a sample of this connection due? */
static __always_inline bool sample__due(struct sock *sk, const struct tcp_sock *tp)
{
	struct tcp_seen *seen = bpf_sk_storage_get(&tcp_seen, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	__u32 cwnd = tp->snd_cwnd, retrans = tp->total_retrans;
	__u64 now = bpf_ktime_get_ns();

	if (!seen)
		return false;
	if (seen->at && now - seen->at < TCP_SAMPLE_NS && cwnd >= seen->cwnd && retrans == seen->retrans)
		return false;
	seen->at = now;
	seen->cwnd = cwnd;
	seen->retrans = retrans;
	return true;
}

static __always_inline void sample__fill(struct rec_tcp_sample *t, const struct tcp_sock___full *tp)
{
	t->ca_state = BPF_CORE_READ_BITFIELD_PROBED((struct inet_connection_sock *)tp, icsk_ca_state);
	t->rtt = BPF_CORE_READ(tp, rack.rtt_us);
	t->srtt = BPF_CORE_READ(tp, srtt_us) >> 3;
	t->min_rtt = BPF_CORE_READ(tp, rtt_min.s[0].v);
	t->cwnd = BPF_CORE_READ(tp, snd_cwnd);
	t->ssthresh = BPF_CORE_READ(tp, snd_ssthresh);
	t->packets_out = BPF_CORE_READ(tp, packets_out);
	t->lost_out = BPF_CORE_READ(tp, lost_out);
	t->retrans = BPF_CORE_READ(tp, total_retrans);
	t->snd_wnd = BPF_CORE_READ(tp, snd_wnd);
	t->rcv_wnd = BPF_CORE_READ(tp, rcv_wnd);
	t->acked = BPF_CORE_READ(tp, bytes_acked);
	t->received = BPF_CORE_READ(tp, bytes_received);
}

SEC("tp_btf/tcp_probe")
int BPF_PROG(on_tcp_probe, struct sock *sk)
{
	struct rec_tcp_sample *t;
	struct tcp_sock *tp;

	if (!control.enabled)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp || !sample__due(sk, tp))
		return 0;
	t = EMIT(tcp_sample);
	if (!t)
		return 0;
	FILL_CONNECTION(t, sk);
	sample__fill(t, (void *)tp);
	emit__submit(t);
	return 0;
}

/* ---- resets, wrong checksums --------------------------------------------------------------------- */

static __always_inline void segment__parse(const bool typed, struct rec_packet *p, struct sk_buff *skb)
{
	p->vlan = 0;
	packet__parse(p, skb__l3(typed, skb), skb__linear_end(typed, skb), ntoh16(GET(skb, protocol)));
}

/* The segment came from outside: its destination is the local end. */
static __always_inline void event__fill(struct rec_tcp_event *t, const struct rec_packet *p, __u32 netns, __u8 what)
{
	__builtin_memcpy(t->saddr, p->daddr, sizeof(t->saddr));
	__builtin_memcpy(t->daddr, p->saddr, sizeof(t->daddr));
	t->sk = 0;
	t->sport = p->dport;
	t->dport = p->sport;
	t->what = what;
	t->state = 0;
	t->netns = netns;
	t->reason = 0;
	t->seq = p->seq;
}

static __always_inline void event__from_segment(struct rec_tcp_event *t, struct sk_buff *skb, __u8 what)
{
	struct rec_packet p;

	segment__parse(true, &p, skb);
	event__fill(t, &p, dev__netns(true, skb->dev), what);
}

static __always_inline void event__from_socket(struct rec_tcp_event *t, struct sock *sk, __u8 what)
{
	FILL_CONNECTION(t, sk);
	t->what = what;
	t->state = sk->__sk_common.skc_state;
	t->reason = 0;
	t->seq = 0;
}

/* What a socket that is not a full one looks like is not for us to read: then the segment has to say. */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(on_tcp_send_reset, struct sock *sk, struct sk_buff *skb)
{
	bool full = sk && bpf_skc_to_tcp_sock(sk);
	struct rec_tcp_event *t;

	if (!control.enabled || (!full && !skb))
		return 0;
	t = EMIT(tcp_event);
	if (!t)
		return 0;
	if (full)
		event__from_socket(t, sk, EVENT_RESET_SENT);
	else
		event__from_segment(t, skb, EVENT_RESET_SENT);
	if (config.reset_has_reason)
		t->reason = ctx[2];
	emit__submit(t);
	return 0;
}

/* The kernel answers no reset and, without a socket, nothing that was not for this very host. */
static __always_inline bool reset__is_sent(const bool typed, struct sock *sk, struct sk_buff *skb, const struct rec_packet *p)
{
	struct sk_buff___dst *routed = (void *)skb;
	void *dst = (void *)(GET(routed, _skb_refdst) & ~(unsigned long)SKB_DST_NOREF);

	if (p->tcp_flags & TCP_RST)
		return false;
	if (sk)
		return true;
	if (p->ethertype == P_IP)
		return BPF_CORE_READ((struct rtable *)dst, rt_type) == ROUTE_LOCAL;
	return BPF_CORE_READ((struct rt6_info *)dst, rt6i_flags) >> 31; /* RTF_LOCAL */
}

/* Until 6.10 the tracepoint is silent without a full socket: such a reset, and no other, is told of here. */
static __always_inline int on_reset(const bool typed, struct sock *sk, struct sk_buff *skb)
{
	struct rec_tcp_event *t;
	struct rec_packet p;
	__u8 state = 0;

	if (sk)
		bpf_core_read(&state, sizeof(state), &sk->__sk_common.skc_state);
	if (config.reset_has_reason || (sk && state != STATE_TIME_WAIT && state != STATE_NEW_SYN_RECV))
		return 0;
	segment__parse(typed, &p, skb);
	if (!reset__is_sent(typed, sk, skb, &p))
		return 0;
	t = EMIT(tcp_event);
	if (!t)
		return 0;
	event__fill(t, &p, dev__netns(typed, GET(skb, dev)), EVENT_RESET_SENT);
	t->sk = (__u64)sk;
	t->state = state;
	emit__submit(t);
	return 0;
}

ON_FUNCTION(tcp_v4_send_reset, struct sock *sk, struct sk_buff *skb)
{
	return on_reset(typed, sk, skb);
}

ON_FUNCTION(tcp_v6_send_reset, struct sock *sk, struct sk_buff *skb)
{
	return on_reset(typed, sk, skb);
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(on_tcp_receive_reset, struct sock *sk)
{
	struct rec_tcp_event *t;

	if (!control.enabled)
		return 0;
	t = EMIT(tcp_event);
	if (!t)
		return 0;
	event__from_socket(t, sk, EVENT_RESET_RECEIVED);
	emit__submit(t);
	return 0;
}

SEC("tp_btf/tcp_bad_csum")
int BPF_PROG(on_tcp_bad_csum, struct sk_buff *skb)
{
	struct rec_tcp_event *t;

	if (!control.enabled)
		return 0;
	t = EMIT(tcp_event);
	if (!t)
		return 0;
	event__from_segment(t, skb, EVENT_BAD_CHECKSUM);
	emit__submit(t);
	return 0;
}
