/*
 * packet_filter.h: which packets are recorded, when a capture filter, --iface or --netns is given.
 *
 * An ENTRY stage decides by content and device: filter__packet(). A packet that matched is followed by its
 * address: STEP stages ask filter__followed() only, so it stays in the recording when its headers change or
 * cannot be found. Without a filter all of this is constant true, and the verifier removes it.
 *
 * Addresses are reused, and not every end of a packet shows: TCP and GRO free packets where nobody can
 * watch. At an ENTRY stage a packet of a followed address that does not match by itself is therefore
 * still followed only if it cannot be a new one: filter__same().
 *
 * The expression itself is code that netrec puts in the place of filter_l2() and filter_l3()
 * (recorder/capture_filter.h): they decide about a snapshot of the packet's head. It lies on the stack, where
 * no other program that interrupts this one can touch it.
 */
#ifndef BPF_PACKET_FILTER_H
#define BPF_PACKET_FILTER_H

#include "packet.h"

enum { FILTER_SNAPSHOT = 128 };

/* Where a packet was last seen: the value of `followed`. */
enum filter_side {
	FILTER_NOT,     /* its address is known, it is not followed */
	FILTER_OUT,     /* a stage on the way out */
	FILTER_ARRIVES, /* a stage on the way in before the stack receives it: netif_rx, napi_gro_receive_entry */
	FILTER_IN,      /* any other stage on the way in */
	FILTER_END,     /* it is gone; only who worked on it to its end may still speak of it */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* netrec makes it larger when there is a filter */
	__type(key, __u64);
	__type(value, __u32);
} followed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_DEVICES);
	__type(key, struct device_key);
	__type(value, __u8);
} wanted_devices SEC(".maps");

/* 1: the packet matches. The body is room for the translated expression; the arguments are translate.h's. */
#define FILTER_FUNCTION(name) \
	static __noinline __u64 name(const void *snapshot, __u64 readable, __u32 wire, __u64 origin) \
	{ \
		__u64 ret; \
\
		asm volatile("%0 = 1\n.rept %c5\ngoto +0\n.endr\n" \
			     : "=r"(ret) : "r"(snapshot), "r"(readable), "r"(wire), "r"(origin), "i"(FILTER_ROOM) \
			     : "memory"); \
		return ret; \
	}
FILTER_FUNCTION(filter_l2)
FILTER_FUNCTION(filter_l3)

/* The head of a packet. Aligned so that the layer 3 header is, behind an Ethernet header or without one. */
struct filter_head {
	__u16 half[FILTER_SNAPSHOT / 2 + 4]; /* 2 bytes to align, 4 for a tag */
} __attribute__((aligned(8)));

/* `start`: address of the Ethernet header. `tag`: VLAN protocol << 16 | TCI beside the packet, 0 for none. */
static __always_inline bool filter__match_l2(__u64 start, __s64 readable, __u32 wire, __u32 tag)
{
	struct filter_head h;
	__u16 *at = h.half + 1;
	long failed;

	if (tag) { /* put it where it would be in the packet */
		failed = bpf_probe_read_kernel(at + 2, config.filter_bytes, (void *)start);
#pragma unroll
		for (int i = 0; i < 6; i++)
			at[i] = at[i + 2];
		at[6] = ntoh16(tag >> 16);
		at[7] = ntoh16(tag & 0xffff);
		start -= 4;
		readable += 4;
		wire += 4;
	} else {
		failed = bpf_probe_read_kernel(at, config.filter_bytes, (void *)start);
	}
	if (failed || readable < 0)
		readable = 0;
	return filter_l2(at, readable, wire, start);
}

/* `start`: address of the layer 3 header. */
static __always_inline bool filter__match_l3(__u64 start, __s64 readable, __u32 wire)
{
	struct filter_head h;

	if (bpf_probe_read_kernel(h.half, config.filter_bytes, (void *)start) || readable < 0)
		readable = 0;
	return filter_l3(h.half, readable, wire, start);
}

/* `l3`: address of the layer 3 header, or of a VLAN tag before it; `proto`: its protocol. */
static __always_inline bool filter__match(struct sk_buff *skb, __u64 l3, __u16 proto, bool typed)
{
	__u64 data = (__u64)GET(skb, data), mac = skb__ethernet(typed, skb, l3);
	__u32 len = GET(skb, len);
	__u64 end = data + (len - GET(skb, data_len));

	if (mac)
		return filter__match_l2(mac, end - mac, len + (__u32)(data - mac),
					config.filter & FILTER_TAGS ? skb__tag(typed, skb) : 0);
	if (proto != P_IP && proto != P_IPV6)
		return false;
	return filter__match_l3(l3, end - l3, len + (__u32)(data - l3));
}

static __always_inline bool filter__device(struct sk_buff *skb, bool typed)
{
	struct net_device *dev = GET(skb, dev);
	struct device_key key = {};

	if (!dev)
		return false;
	key.netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
	if (bpf_map_lookup_elem(&wanted_devices, &key)) /* the whole namespace */
		return true;
	key.ifindex = BPF_CORE_READ(dev, ifindex);
	return bpf_map_lookup_elem(&wanted_devices, &key);
}

/* A tunnel's device: what it receives was received before, by another one. A kind's first 7 letters tell it apart. */
static __always_inline bool filter__is_tunnel(struct net_device *dev)
{
	union {
		char text[8];
		__u64 word;
	} kind = {}, known;

	bpf_probe_read_kernel_str(kind.text, sizeof(kind.text), BPF_CORE_READ(dev, rtnl_link_ops, kind));
#define TUNNEL(name, proto) \
	__builtin_memcpy(known.text, name "\0\0\0\0\0\0\0", 7); \
	known.text[7] = '\0'; \
	if (kind.word == known.word) \
		return true;
#include "format/host/tunnels.def"
#undef TUNNEL
	return false;
}

/*
 * Seen at `before`, and now at `side`: is it still the same packet? On the way out every end shows; a new packet
 * does not come to the stack without arriving first; and one that has come in through a device knows which, unless
 * that was forgotten where the headers of a tunnel were taken off.
 */
static __always_inline bool filter__same(struct sk_buff *skb, __u32 before, enum filter_side side, bool typed)
{
	if (before == FILTER_OUT || (before == FILTER_ARRIVES && side > FILTER_ARRIVES))
		return true;
	return before == FILTER_IN && (GET(skb, skb_iif) || (side != FILTER_OUT && filter__is_tunnel(GET(skb, dev))));
}

/*
 * Is this packet recorded? To be asked where its headers can be found: at ENTRY stages and at drops.
 * `l3`: address of its layer 3 header, or of a VLAN tag before it; `proto`: the protocol there. `side`: where it is
 * seen. From here on it is followed, or not; after FILTER_END no longer.
 */
static __always_inline bool filter__packet(struct sk_buff *skb, __u64 l3, __u16 proto, enum filter_side side, bool typed)
{
	__u64 key = (__u64)skb;
	__u32 *state, now = side;
	bool match;

	if (!config.filter)
		return true;
	match = (!(config.filter & FILTER_DEVICES) || filter__device(skb, typed)) &&
		(!(config.filter & FILTER_PACKETS) || filter__match(skb, l3, proto, typed));
	state = bpf_map_lookup_elem(&followed, &key);
	if (!match) {
		if (!state || *state == FILTER_NOT)
			return false;
		if (!filter__same(skb, *state, side, typed)) {
			*state = FILTER_NOT;
			return false;
		}
	}
	if (state)
		*state = side;
	else if (side != FILTER_END)
		bpf_map_update_elem(&followed, &key, &now, BPF_ANY);
	return true;
}

static __always_inline bool filter__is_live(__u32 state)
{
	return state != FILTER_NOT && state != FILTER_END;
}

/* Is this packet followed? For STEP stages: only its address is used. */
static __always_inline bool filter__followed(struct sk_buff *skb)
{
	__u64 key = (__u64)skb;
	__u32 *state;

	if (!config.filter)
		return true;
	state = bpf_map_lookup_elem(&followed, &key);
	return state && filter__is_live(*state);
}

/* The same where the packet may have met its end already: a stage that tells what became of it. */
static __always_inline bool filter__was_followed(struct sk_buff *skb)
{
	__u64 key = (__u64)skb;
	__u32 *state;

	if (!config.filter)
		return true;
	state = bpf_map_lookup_elem(&followed, &key);
	return state && *state != FILTER_NOT;
}

/* Was this packet followed? It is not any longer. */
static __always_inline bool filter__end(struct sk_buff *skb)
{
	__u64 key = (__u64)skb;
	__u32 *state;

	if (!config.filter)
		return true;
	state = bpf_map_lookup_elem(&followed, &key);
	if (!state || !filter__is_live(*state))
		return false;
	*state = FILTER_END;
	return true;
}

/* A packet was made from another (clone, copy, segment): followed if that is. True when it is. */
static __always_inline bool filter__clone(struct sk_buff *from, struct sk_buff *to)
{
	__u64 key = (__u64)from;
	__u32 *state, side;

	if (!config.filter)
		return true;
	state = bpf_map_lookup_elem(&followed, &key);
	if (!state || !filter__is_live(*state))
		return false;
	side = *state;
	key = (__u64)to;
	bpf_map_update_elem(&followed, &key, &side, BPF_ANY);
	return true;
}

#endif
