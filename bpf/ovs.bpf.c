/*
 * ovs.bpf.c: Open vSwitch: upcalls and what comes back, commands about flows, packets the datapath drops.
 *
 * An upcall is recorded with the packet's headers, and so is a packet that user space sends back: it is
 * another skb then, and only its headers say which packet it was. Commands are recorded at their return,
 * when their result is known; the request is still there.
 *
 * A drop by a rule is a flow without actions: most kernels free such a packet as if it had been delivered.
 * What the module frees as dropped is found by the address that frees it. Which action a packet was at is
 * kept per CPU, as pointers: they are looked at only when that packet is dropped.
 */
#include <linux/netlink.h>
#include <linux/genetlink.h>
#include "packet_filter.h"
#include "function.h"

enum {
	ETH_LEN = 14,
	ETHERNET = 1,        /* net_device.type */
	ATTR_PACKET = 1,     /* OVS_PACKET_ATTR_PACKET */
	OVS_HEADER_LEN = NLMSG_HDRLEN + GENL_HDRLEN + 4,
	CMD_NEW = 1, CMD_DEL = 2, CMD_SET = 4, /* OVS_FLOW_CMD_* */
	MAX_PARTS = 11,
	ACTION_OUTPUT = 1, ACTION_RECIRC = 7, ACTION_METER = 19, ACTION_UNKNOWN = 255,
	WHY_NO_ACTIONS = 1, WHY_METER = 2, WHY_FREED = 3,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct vport {
	struct net_device *dev;
	__u16 port_no;
};

struct ovs_skb_cb {
	struct vport *input_vport;
};

struct sw_flow_key {
	__u32 recirc_id;
	__u8 ct_state;
};

struct sw_flow_actions {
	__u32 actions_len;
};

struct dp_upcall_info {
	__u32 portid;
	__u8 cmd;
};

struct genl_info {
	struct nlmsghdr *nlhdr;
	struct nlattr **attrs;
};

struct datapath;

#pragma clang attribute pop

/* What this CPU is doing with a packet. */
struct at_work {
	struct sk_buff *skb;
	const struct sw_flow_key *key;
	const struct nlattr *action; /* NULL: none yet */
	__u64 upcall;  /* skb of the upcall under way */
	__u64 since;   /* when it began */
	bool wanted;   /* it is recorded */
	bool counted;  /* the packet's drop is recorded already */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct at_work);
} ovs_at_work SEC(".maps");

/* When a thread began its command. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u64);
} ovs_begun SEC(".maps");

static __always_inline struct at_work *at_work(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&ovs_at_work, &zero);
}

/* ---- packets -------------------------------------------------------------------------------------- */

struct place {
	__u32 netns, ifindex, port;
	bool ethernet;
};

static __always_inline void place__of_device(struct place *p, struct net_device *dev)
{
	p->netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
	p->ifindex = BPF_CORE_READ(dev, ifindex);
	p->ethernet = BPF_CORE_READ(dev, type) == ETHERNET;
}

static __always_inline void place__of_input(struct place *p, struct sk_buff *skb)
{
	struct ovs_skb_cb *cb = (void *)&skb->cb;
	struct vport *in = BPF_CORE_READ(cb, input_vport);

	p->port = BPF_CORE_READ(in, port_no);
	place__of_device(p, BPF_CORE_READ(in, dev));
}

/* From the Ethernet header on. */
static __always_inline void frame__parse(struct rec_packet *p, __u64 frame, __u64 end)
{
	__be16 proto = 0;

	if (frame + ETH_LEN <= end)
		bpf_probe_read_kernel(&proto, sizeof(proto), (void *)(frame + ETH_LEN - sizeof(proto)));
	packet__parse(p, frame + ETH_LEN, end, ntoh16(proto));
}

/* In the datapath skb->data is the Ethernet header, or the layer 3 header of a device without one. */
static __always_inline void skb__parse(struct rec_packet *p, struct sk_buff *skb, bool ethernet)
{
	__u64 data = (__u64)BPF_CORE_READ(skb, data);
	__u64 end = data + (BPF_CORE_READ(skb, len) - BPF_CORE_READ(skb, data_len));

	p->vlan = skb__tag(false, skb);
	if (ethernet)
		frame__parse(p, data, end);
	else
		packet__parse(p, data, end, ntoh16(BPF_CORE_READ(skb, protocol)));
}

/* Does the capture filter want it? It has its Ethernet header here, or never had one. */
static __always_inline bool skb__wanted(struct sk_buff *skb, enum filter_side side, bool typed)
{
	__u64 data = (__u64)GET(skb, data);
	__be16 proto = 0;

	if (!config.filter)
		return true;
	bpf_probe_read_kernel(&proto, sizeof(proto), (void *)(data + ETH_LEN - sizeof(proto)));
	return filter__packet(skb, data + ETH_LEN, ntoh16(proto), side, typed);
}

#define COPY_TUPLE(to, p)                                \
	do {                                             \
		__builtin_memcpy((to)->saddr, (p).saddr, 16); \
		__builtin_memcpy((to)->daddr, (p).daddr, 16); \
		(to)->sport = (p).sport;                 \
		(to)->dport = (p).dport;                 \
		(to)->ethertype = (p).ethertype;         \
		(to)->proto = (p).proto;                 \
		(to)->tcp_flags = (p).tcp_flags;         \
		(to)->vlan = (p).vlan;                   \
		(to)->ip_id = (p).ip_id;                 \
		(to)->seq = (p).seq;                     \
	} while (0)

/* ---- upcalls -------------------------------------------------------------------------------------- */

static __always_inline __u16 skb__gso_segs(struct sk_buff *skb)
{
	struct skb_shared_info *shinfo = (void *)(BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, end));

	return BPF_CORE_READ(shinfo, gso_size) ? BPF_CORE_READ(shinfo, gso_segs) : 0;
}

static __always_inline int upcall__emit(struct sk_buff *skb, const struct sw_flow_key *key,
					const struct dp_upcall_info *info, bool part)
{
	struct rec_packet p;
	struct place in = {};
	struct rec_upcall *u = EMIT(upcall);

	if (!u)
		return 0;
	place__of_input(&in, skb);
	skb__parse(&p, skb, in.ethernet);
	COPY_TUPLE(u, p);
	u->skb = (__u64)skb;
	u->cmd = BPF_CORE_READ(info, cmd);
	u->part = part;
	u->frag = p.frag;
	u->gso_segs = part ? 0 : skb__gso_segs(skb);
	u->ack = p.ack;
	u->ip_len = p.ip_len;
	u->len = BPF_CORE_READ(skb, len);
	u->netns = in.netns;
	u->ifindex = in.ifindex;
	u->in_port = in.port;
	u->portid = BPF_CORE_READ(info, portid);
	u->recirc_id = BPF_CORE_READ(key, recirc_id);
	emit__submit(u);
	return 0;
}

ON_FUNCTION_AS(ovs_upcall, ovs_dp_upcall, struct datapath *dp, struct sk_buff *skb, const struct sw_flow_key *key,
	       const struct dp_upcall_info *info)
{
	struct at_work *w = at_work();

	if (!w)
		return 0;
	w->skb = skb;
	w->key = key;
	w->action = NULL;
	w->counted = false;
	w->upcall = (__u64)skb;
	w->wanted = skb__wanted(skb, FILTER_OUT, typed);
	w->since = bpf_ktime_get_ns();
	return w->wanted ? upcall__emit(skb, key, info, false) : 0;
}

/* Each segment of a GSO packet is a message of its own, and comes back as a packet of its own. */
ON_FUNCTION_AS(ovs_upcall_segment, queue_userspace_packet, struct datapath *dp, struct sk_buff *skb,
	       const struct sw_flow_key *key, const struct dp_upcall_info *info)
{
	struct at_work *w = at_work();

	if (!w || !w->wanted || w->upcall == (__u64)skb)
		return 0;
	return upcall__emit(skb, key, info, true);
}

ON_RETURN_AS(ovs_upcall_end, ovs_dp_upcall, upcall_end, struct datapath *dp, struct sk_buff *skb)
{
	struct at_work *w = at_work();
	bool begun = w && w->upcall == (__u64)skb; /* not so when the recording began meanwhile */
	struct rec_upcall_end *e = !begun || w->wanted ? EMIT(upcall_end) : NULL;

	if (!e)
		return 0;
	e->skb = (__u64)skb;
	e->ret = returned;
	e->duration = begun ? e->rec.ts - w->since : 0;
	emit__submit(e);
	return 0;
}

/* ---- commands ------------------------------------------------------------------------------------- */

static __always_inline int command__begin(void)
{
	__u32 tid = bpf_get_current_pid_tgid();
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&ovs_begun, &tid, &now, BPF_ANY);
	return 0;
}

/* Time since then, 0 when it is not known. */
static __always_inline __u64 command__took(__u64 now)
{
	__u32 tid = bpf_get_current_pid_tgid();
	__u64 *since = bpf_map_lookup_elem(&ovs_begun, &tid);
	__u64 took = since && now > *since ? now - *since : 0;

	bpf_map_delete_elem(&ovs_begun, &tid);
	return took;
}

#define COMMAND_BEGINS(name, function)                                                    \
	ON_FUNCTION_AS(name, function, struct sk_buff *skb, struct genl_info *info) \
	{                                                                                 \
		return command__begin();                                                  \
	}

COMMAND_BEGINS(ovs_execute_begin, ovs_packet_cmd_execute)
COMMAND_BEGINS(ovs_flow_new_begin, ovs_flow_cmd_new)
COMMAND_BEGINS(ovs_flow_set_begin, ovs_flow_cmd_set)
COMMAND_BEGINS(ovs_flow_del_begin, ovs_flow_cmd_del)

/* Where the packet in the request lies. */
static __always_inline __u64 request__packet(struct genl_info *info, __u32 *len)
{
	struct nlattr **attrs = BPF_CORE_READ(info, attrs), *a = NULL;
	struct nlattr head = {};

	*len = 0;
	if (bpf_probe_read_kernel(&a, sizeof(a), &attrs[ATTR_PACKET]) || !a)
		return 0;
	if (bpf_probe_read_kernel(&head, sizeof(head), a) || head.nla_len < NLA_HDRLEN)
		return 0;
	*len = head.nla_len - NLA_HDRLEN;
	return (__u64)a + NLA_HDRLEN;
}

ON_RETURN_AS(ovs_execute, ovs_packet_cmd_execute, upcall_execute, struct sk_buff *skb, struct genl_info *info)
{
	__u64 thread = bpf_get_current_pid_tgid(), frame;
	struct rec_upcall_execute *e;
	struct rec_packet p;
	__u32 len;

	frame = request__packet(info, &len);
	if (config.filter & FILTER_PACKETS && !filter__match_l2(frame, len, len, 0))
		return 0;
	e = EMIT(upcall_execute);
	if (!e)
		return 0;
	p.vlan = 0;
	frame__parse(&p, frame, frame + len);
	COPY_TUPLE(e, p);
	e->tid = thread;
	e->tgid = thread >> 32;
	e->frag = p.frag;
	e->ack = p.ack;
	e->ip_len = p.ip_len;
	e->len = len;
	e->ret = returned;
	e->duration = command__took(e->rec.ts);
	emit__submit(e);
	return 0;
}

struct flow_request {
	__u64 attrs;
	__u64 took;
	__u32 total, seq, dp, ret;
	__u8 cmd;
};

static __always_inline void flow__emit_part(const struct flow_request *r, __u32 offset)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__u32 len = r->total - offset;
	struct rec_flow_cmd *c = EMIT(flow_cmd);

	if (!c)
		return;
	if (len > sizeof(c->part))
		len = sizeof(c->part);
	c->tid = thread;
	c->tgid = thread >> 32;
	c->cmd = r->cmd;
	c->seq = r->seq;
	c->dp = r->dp;
	c->ret = r->ret;
	c->duration = r->took;
	c->total = r->total;
	c->offset = offset;
	__builtin_memset(c->part, 0, sizeof(c->part));
	c->part_len = bpf_probe_read_kernel(c->part, len, (void *)(r->attrs + offset)) ? 0 : len;
	emit__submit(c);
}

static __always_inline int flow__emit(struct genl_info *info, __u8 cmd, __u32 ret)
{
	struct nlmsghdr *at = BPF_CORE_READ(info, nlhdr);
	struct flow_request r = { .cmd = cmd, .ret = ret, .attrs = (__u64)at + OVS_HEADER_LEN };
	struct nlmsghdr head = {};

	bpf_probe_read_kernel(&head, sizeof(head), at);
	bpf_probe_read_kernel(&r.dp, sizeof(r.dp), (void *)(r.attrs - sizeof(r.dp)));
	r.total = head.nlmsg_len > OVS_HEADER_LEN ? head.nlmsg_len - OVS_HEADER_LEN : 0;
	r.seq = head.nlmsg_seq;
	r.took = command__took(bpf_ktime_get_ns());
	for (__u32 i = 0; i < MAX_PARTS; i++) {
		if (i && i * sizeof(((struct rec_flow_cmd *)0)->part) >= r.total)
			break;
		flow__emit_part(&r, i * sizeof(((struct rec_flow_cmd *)0)->part));
	}
	return 0;
}

ON_RETURN_AS(ovs_flow_new, ovs_flow_cmd_new, flow_cmd, struct sk_buff *skb, struct genl_info *info)
{
	return flow__emit(info, CMD_NEW, returned);
}

ON_RETURN_AS(ovs_flow_set, ovs_flow_cmd_set, flow_cmd, struct sk_buff *skb, struct genl_info *info)
{
	return flow__emit(info, CMD_SET, returned);
}

ON_RETURN_AS(ovs_flow_del, ovs_flow_cmd_del, flow_cmd, struct sk_buff *skb, struct genl_info *info)
{
	return flow__emit(info, CMD_DEL, returned);
}

/* ---- drops ---------------------------------------------------------------------------------------- */

struct dropped {
	struct sk_buff *skb;
	const struct sw_flow_key *key; /* NULL: not known */
	__u64 location;
	__u32 reason, arg;
	__u8 why, action;
	bool in_datapath; /* its control block says where it came from */
};

static __always_inline int ovs_drop__emit(const struct dropped *from)
{
	const struct sw_flow_key *key = from->key;
	struct sk_buff *skb = from->skb;
	struct rec_packet p;
	struct place in = {};
	struct rec_ovs_drop *d = EMIT(ovs_drop);

	if (!d)
		return 0;
	if (from->in_datapath)
		place__of_input(&in, skb);
	else
		place__of_device(&in, BPF_CORE_READ(skb, dev));
	skb__parse(&p, skb, in.ethernet);
	COPY_TUPLE(d, p);
	d->skb = (__u64)skb;
	d->location = from->location;
	d->why = from->why;
	d->action = from->action;
	d->arg = from->arg;
	d->reason = from->reason;
	d->ct_state = key ? BPF_CORE_READ(key, ct_state) : 0;
	d->recirc_id = key ? BPF_CORE_READ(key, recirc_id) : 0;
	d->in_port = in.port;
	d->netns = in.netns;
	d->ifindex = in.ifindex;
	d->len = BPF_CORE_READ(skb, len);
	emit__submit(d);
	return 0;
}

/* Actions begin: a flow without any drops. */
ON_FUNCTION_AS(ovs_no_actions, ovs_execute_actions, struct datapath *dp, struct sk_buff *skb,
	       struct sw_flow_actions *acts, struct sw_flow_key *key)
{
	struct dropped d = { .skb = skb, .key = key, .why = WHY_NO_ACTIONS, .in_datapath = true };
	struct at_work *w = at_work();

	if (!w)
		return 0;
	w->skb = skb;
	w->key = key;
	w->action = NULL;
	w->counted = !GET(acts, actions_len);
	return w->counted && skb__wanted(skb, FILTER_OUT, typed) ? ovs_drop__emit(&d) : 0;
}

ON_RETURN_AS(ovs_meter, ovs_meter_execute, ovs_drop, struct datapath *dp, struct sk_buff *skb, struct sw_flow_key *key,
	     __u32 meter)
{
	struct dropped d = { .skb = skb, .key = key, .why = WHY_METER, .action = ACTION_METER, .arg = meter, .in_datapath = true };
	struct at_work *w = at_work();

	if (!(returned & 1))
		return 0;
	if (w) {
		w->skb = skb;
		w->counted = true;
	}
	return skb__wanted(skb, FILTER_OUT, typed) ? ovs_drop__emit(&d) : 0;
}

SEC("tp_btf/ovs_do_execute_action")
int BPF_PROG(on_ovs_action, struct datapath *dp, struct sk_buff *skb, struct sw_flow_key *key, const struct nlattr *a, int rem)
{
	struct at_work *w;

	if (!control.enabled)
		return 0;
	w = at_work();
	if (!w)
		return 0;
	w->skb = skb;
	w->key = key;
	w->action = a;
	w->counted = false;
	return 0;
}

/* Is it the packet this CPU works on, or a clone of it? */
static __always_inline bool is_at_work(const struct at_work *w, struct sk_buff *skb)
{
	struct sk_buff *own = w->skb;

	return own == skb || (own && BPF_CORE_READ(own, head) == BPF_CORE_READ(skb, head));
}

static __always_inline void dropped__action(struct dropped *d, const struct nlattr *action)
{
	struct {
		struct nlattr head;
		__u32 value;
	} a = {};

	d->action = 0;
	if (!action || bpf_probe_read_kernel(&a, sizeof(a), action))
		return;
	d->action = a.head.nla_type;
	if (d->action == ACTION_OUTPUT || d->action == ACTION_RECIRC || d->action == ACTION_METER)
		d->arg = a.value;
}

/* Whatever the module itself frees as dropped. */
SEC("tp_btf/kfree_skb")
int BPF_PROG(on_ovs_kfree_skb, struct sk_buff *skb, void *location)
{
	struct dropped d = { .skb = skb, .location = (__u64)location, .why = WHY_FREED, .action = ACTION_UNKNOWN };
	struct at_work *w;

	if (!control.enabled || d.location < control.ovs_text || d.location >= control.ovs_text_end)
		return 0;
	if (!skb->protocol) /* a message of netlink */
		return 0;
	d.reason = config.drop_has_reason ? ctx[2] : 0;
	w = at_work();
	if (w && is_at_work(w, skb)) {
		if (w->counted && w->skb == skb)
			return 0;
		d.key = w->key;
		d.in_datapath = true;
		dropped__action(&d, w->action);
	}
	return filter__was_followed(skb) || skb__wanted(skb, FILTER_END, true) ? ovs_drop__emit(&d) : 0;
}
