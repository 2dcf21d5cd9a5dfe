/*
 * drop.bpf.c: packets that were dropped: where, why, by what path, and their first bytes.
 *
 * Drops are rare and the ones to explain, so they may cost more than a hop. A stack costs more than
 * everything else together and repeats itself: one per second, CPU, place and reason is taken.
 */
#include "packet_filter.h"
#include "packet.h"

enum { STACK_INTERVAL_NS = 1000000000 };

struct drop_key {
	__u64 location;
	__u32 reason;
	__u32 cpu;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct drop_key);
	__type(value, __u64);
} drop_stack_at SEC(".maps");

/* Is a stack due for this place and reason? */
static __always_inline bool drop__wants_stack(__u64 location, __u32 reason)
{
	struct drop_key key = {.location = location, .reason = reason, .cpu = bpf_get_smp_processor_id()};
	__u64 *last = bpf_map_lookup_elem(&drop_stack_at, &key);
	__u64 now = bpf_ktime_get_ns();

	if (last && now - *last < STACK_INTERVAL_NS)
		return false;
	if (last)
		*last = now;
	else
		bpf_map_update_elem(&drop_stack_at, &key, &now, BPF_ANY);
	return true;
}

/* Where layer 3 begins. Early in the receive path network_header is not set or left over from the way out. */
static __always_inline __u64 drop__l3(struct sk_buff *skb)
{
	__u64 head = (__u64)skb->head, l3 = (__u64)skb->data;

	if (skb->network_header && skb->network_header != NO_HEADER)
		l3 = head + skb->network_header;
	if (skb->mac_header != NO_HEADER && l3 < head + skb->mac_header)
		l3 = (__u64)skb->data;
	return l3;
}

/* First bytes: from the Ethernet header where one is known to precede the layer 3 header, else from the latter. */
static __always_inline void drop__head(struct rec_drop *d, struct sk_buff *skb)
{
	__u64 end = skb__linear_end(true, skb), l3 = drop__l3(skb), start = l3, len;
	__u64 ethernet = skb__ethernet(true, skb, l3);

	d->l3_off = 0;
	d->head_len = 0;
	d->l2 = FRAME_KNOWN | (ethernet ? FRAME_ETHERNET : 0) | (d->tpid ? FRAME_TAG_BESIDE : 0);
	d->pulled = (__u64)skb->data - (ethernet ? ethernet : l3);
	__builtin_memset(d->head, 0, sizeof(d->head));
	if (ethernet) {
		start = ethernet;
	} else if (skb->mac_header != NO_HEADER) {
		__u64 mac = (__u64)skb->head + skb->mac_header;

		if (l3 >= mac && l3 - mac <= 40)
			start = mac;
	}
	if (start >= end)
		return;
	len = end - start;
	if (len > sizeof(d->head))
		len = sizeof(d->head);
	if (bpf_probe_read_kernel(d->head, len, (void *)start))
		return;
	d->l3_off = l3 - start;
	d->head_len = len;
}

static __always_inline void drop__fill(struct rec_drop *d, struct sk_buff *skb, __u64 location, __u32 reason)
{
	struct net_device *dev = skb->dev;
	__u32 tag = skb__tag(true, skb);

	d->skb = (__u64)skb;
	d->location = location;
	d->reason = reason;
	d->netns = dev__netns(true, dev);
	d->ifindex = dev__ifindex(true, dev);
	if (!d->netns)
		d->ifindex = 0; /* a socket's own use of the field, not a device */
	d->len = skb->len;
	d->stack = 0;
	d->tid = bpf_get_current_pid_tgid();
	d->ethertype = ntoh16(skb->protocol);
	d->vlan = tag;
	d->tpid = tag >> 16;
	drop__head(d, skb);
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(on_kfree_skb, struct sk_buff *skb, void *location)
{
	__u32 reason = config.drop_has_reason ? ctx[2] : 0;
	struct rec_drop *d;

	if (!control.enabled || !filter__packet(skb, drop__l3(skb), ntoh16(skb->protocol), FILTER_END, true))
		return 0;
	if (drop__wants_stack((__u64)location, reason)) {
		d = EMIT_STACK(drop);
		if (!d)
			return 0;
		d->rec.frames = emit__frames(bpf_get_stack(ctx, d + 1, STACK_FRAMES * sizeof(__u64), 0));
	} else {
		d = EMIT(drop);
		if (!d)
			return 0;
	}
	drop__fill(d, skb, (__u64)location, reason);
	emit__submit(d);
	return 0;
}
