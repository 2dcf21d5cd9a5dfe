/*
 * qdisc.bpf.c: packets that could not be sent, as whoever sent them is told.
 *
 * The packet is gone by then; the analyzer knows from its stages at which device that was.
 */
#include "packet_filter.h"
#include "function.h"

ON_RETURN(__dev_queue_xmit, xmit, struct sk_buff *skb)
{
	struct rec_xmit *r;

	if (!(__u32)returned || !filter__was_followed(skb))
		return 0;
	r = EMIT(xmit);
	if (!r)
		return 0;
	r->skb = (__u64)skb;
	r->ret = returned;
	emit__submit(r);
	return 0;
}
