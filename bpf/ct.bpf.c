/*
 * ct.bpf.c: what connection tracking says of a packet: its connection, the state of it, the verdict, and the time
 * it took.
 *
 * Everything is known when the function returns; when it was entered is noted by CPU, in one of a few places that
 * the packet's address chooses. A packet that is moved to another CPU or meets another one in its place has no
 * duration. OVS frees a packet that it refuses: of that, only what happened is told.
 */
#include "packet_filter.h"
#include "function.h"

enum { BY_NETFILTER, BY_OVS };
enum { BEGINS = 16, CTINFO_BITS = 7 };
enum { HOOK_LOCAL_OUT = 3 };
enum { FLAG_COMMIT = 1, FLAG_FORCE = 2 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct sk_buff___ct {
	unsigned long _nfct;
};

struct nf_hook_state {
	__u8 hook;
	struct net *net;
};

struct nf_conntrack_zone {
	__u16 id;
};

struct ip_ct_tcp {
	__u8 state;
};

union nf_conntrack_proto {
	struct ip_ct_tcp tcp;
};

struct nf_conn {
	struct nf_conntrack_zone zone;
	unsigned long status;
	union nf_conntrack_proto proto;
};

struct sw_flow_key {
	__u8 ct_state;
};

struct ovs_conntrack_info {
	struct nf_conntrack_zone zone;
	__u8 commit : 1;
	__u8 force : 1;
};

#pragma clang attribute pop

struct begin {
	__u64 skb;
	__u64 ts;
	__u32 tid;
	__u32 by;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, BEGINS);
	__type(key, __u32);
	__type(value, struct begin);
} ct_begin SEC(".maps");

static __always_inline struct begin *begin__of(struct sk_buff *skb, __u32 by)
{
	__u32 slot = (((__u64)skb >> 8) + by) % BEGINS;

	return bpf_map_lookup_elem(&ct_begin, &slot);
}

static __always_inline int begin__note(struct sk_buff *skb, __u32 by)
{
	struct begin *b = begin__of(skb, by);

	if (!b)
		return 0;
	b->skb = (__u64)skb;
	b->tid = bpf_get_current_pid_tgid();
	b->by = by;
	b->ts = bpf_ktime_get_ns();
	return 0;
}

static __always_inline __u64 begin__take(struct sk_buff *skb, __u32 by, __u64 now)
{
	struct begin *b = begin__of(skb, by);

	if (!b || b->skb != (__u64)skb || b->by != by || b->tid != (__u32)bpf_get_current_pid_tgid())
		return 0;
	b->skb = 0;
	return now - b->ts;
}

ON_FUNCTION_AS(conntrack_begin, nf_conntrack_in, struct sk_buff *skb)
{
	return begin__note(skb, BY_NETFILTER);
}

ON_FUNCTION_AS(conntrack_ovs_begin, ovs_ct_execute, struct net *net, struct sk_buff *skb)
{
	return begin__note(skb, BY_OVS);
}

/* The device and the headers. A packet that nobody sent yet has no device. */
static __always_inline void ct__packet(const bool typed, struct rec_conntrack *r, struct sk_buff *skb)
{
	struct rec_packet p;

	p.vlan = 0;
	packet__parse(&p, skb__l3(typed, skb), skb__linear_end(typed, skb), ntoh16(GET(skb, protocol)));
	__builtin_memcpy(r->saddr, p.saddr, sizeof(r->saddr));
	__builtin_memcpy(r->daddr, p.daddr, sizeof(r->daddr));
	r->sport = p.sport;
	r->dport = p.dport;
	r->proto = p.proto;
	r->ethertype = p.ethertype;
	r->tcp_flags = p.tcp_flags;
	r->ip_id = p.ip_id;
	r->seq = p.seq;
	r->ack = p.ack;
	r->len = GET(skb, len);
	r->ifindex = dev__ifindex(typed, GET(skb, dev));
}

static __always_inline void ct__no_packet(struct rec_conntrack *r)
{
	addr__zero(r->saddr);
	addr__zero(r->daddr);
	r->sport = r->dport = 0;
	r->proto = r->tcp_flags = 0;
	r->ethertype = 0;
	r->ip_id = r->seq = r->ack = r->len = r->ifindex = 0;
}

static __always_inline void ct__connection(struct rec_conntrack *r, __u64 nfct)
{
	struct nf_conn *ct = (void *)(nfct & ~(__u64)CTINFO_BITS);

	r->ct = (__u64)ct;
	r->ctinfo = nfct & CTINFO_BITS;
	r->zone = 0;
	r->status = 0;
	r->state = 0;
	if (!ct)
		return;
	if (bpf_core_field_exists(ct->zone))
		r->zone = BPF_CORE_READ(ct, zone.id);
	r->status = BPF_CORE_READ(ct, status);
	if (r->proto == L4_TCP)
		r->state = BPF_CORE_READ(ct, proto.tcp.state);
}

ON_RETURN_AS(conntrack, nf_conntrack_in, conntrack, struct sk_buff *skb, struct nf_hook_state *state)
{
	__u64 now = bpf_ktime_get_ns(), duration = begin__take(skb, BY_NETFILTER, now);
	__u8 hook = GET(state, hook);
	struct net *net = GET(state, net);
	struct rec_conntrack *r;

	if (!filter__packet(skb, skb__l3(typed, skb), ntoh16(GET(skb, protocol)), hook >= HOOK_LOCAL_OUT ? FILTER_OUT : FILTER_IN, typed))
		return 0;
	r = EMIT(conntrack);
	if (!r)
		return 0;
	r->rec.ts = now;
	r->skb = (__u64)skb;
	r->by = BY_NETFILTER;
	r->hook = hook;
	r->flags = 0;
	r->ovs_state = 0;
	r->ret = returned;
	r->netns = GET(net, ns.inum);
	r->duration = duration;
	ct__packet(typed, r, skb);
	ct__connection(r, GET((struct sk_buff___ct *)skb, _nfct));
	emit__submit(r);
	return 0;
}

ON_RETURN_AS(conntrack_ovs, ovs_ct_execute, conntrack, struct net *net, struct sk_buff *skb, struct sw_flow_key *key,
	     struct ovs_conntrack_info *info)
{
	__u64 now = bpf_ktime_get_ns(), duration = begin__take(skb, BY_OVS, now);
	struct rec_conntrack *r;

	if (!filter__was_followed(skb))
		return 0;
	r = EMIT(conntrack);
	if (!r)
		return 0;
	r->rec.ts = now;
	r->skb = (__u64)skb;
	r->by = BY_OVS;
	r->hook = 0;
	r->flags = (BPF_CORE_READ_BITFIELD_PROBED(info, commit) ? FLAG_COMMIT : 0) |
		   (BPF_CORE_READ_BITFIELD_PROBED(info, force) ? FLAG_FORCE : 0);
	r->ovs_state = GET(key, ct_state);
	r->ret = returned;
	r->netns = GET(net, ns.inum);
	r->duration = duration;
	if (r->ret)
		ct__no_packet(r);
	else
		ct__packet(typed, r, skb);
	ct__connection(r, r->ret ? 0 : GET((struct sk_buff___ct *)skb, _nfct));
	if (!r->ct)
		r->zone = GET(info, zone.id);
	emit__submit(r);
	return 0;
}
