/*
 * link.bpf.c: packets that come from another packet: clones, copies, segments; and those that join one.
 *
 * What has no protocol yet is not on its way: TCP clones every segment that it keeps for a retransmission.
 */
#include "packet_filter.h"
#include "function.h"

enum { SEGMENTS = 64 };

static __always_inline int link__emit(__u64 from, __u64 to, __u8 how)
{
	struct rec_link *l;

	if (!filter__clone((struct sk_buff *)from, (struct sk_buff *)to))
		return 0;
	l = EMIT(link);
	if (!l)
		return 0;
	l->from = from;
	l->to = to;
	l->how = how;
	emit__submit(l);
	return 0;
}

static __always_inline int link__returned(const bool typed, struct sk_buff *skb, __u64 returned, __u8 how)
{
	if (!returned || !GET(skb, protocol))
		return 0;
	return link__emit((__u64)skb, returned, how);
}

ON_RETURN(skb_clone, link, struct sk_buff *skb)
{
	return link__returned(typed, skb, returned, LINK_CLONE);
}

ON_RETURN(skb_copy, link, struct sk_buff *skb)
{
	return link__returned(typed, skb, returned, LINK_COPY);
}

ON_RETURN(skb_copy_expand, link, struct sk_buff *skb)
{
	return link__returned(typed, skb, returned, LINK_COPY);
}

ON_RETURN(__pskb_copy_fclone, link, struct sk_buff *skb)
{
	return link__returned(typed, skb, returned, LINK_COPY);
}

/* Returns a list, NULL or an error. */
ON_RETURN(__skb_gso_segment, link, struct sk_buff *skb)
{
	struct sk_buff *segment = (void *)returned;

	for (int i = 0; i < SEGMENTS && segment && returned < (__u64)-4095; i++) {
		link__emit((__u64)skb, (__u64)segment, LINK_SEGMENT);
		segment = BPF_CORE_READ(segment, next);
	}
	return 0;
}

/* Merged into `into` when it returns 0. */
ON_RETURN(skb_gro_receive, link, struct sk_buff *into, struct sk_buff *skb)
{
	return (int)returned ? 0 : link__emit((__u64)skb, (__u64)into, LINK_MERGE);
}
