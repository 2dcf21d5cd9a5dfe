/*
 * filter_verdict.bpf.c: the verdict of the capture filter about one packet, for filter_equivalence.
 *
 * The same functions of bpf/packet_filter.h that decide about real packets, run on demand (BPF_PROG_TEST_RUN).
 * The packet is in `packet`; the arguments say how much of it there is.
 */
#include "bpf/packet_filter.h"

enum { PACKET_ROOM = 2048 };

__u8 packet[PACKET_ROOM];
volatile __u64 address;

struct verdict_args {
	__u64 readable, wire, tag, l2;
};

SEC("raw_tp")
int verdict(struct verdict_args *args)
{
	address = (__u64)packet; /* once through memory: from then on a number, as skb->head is */
	if (args->l2)
		return filter__match_l2(address, args->readable, args->wire, args->tag);
	return filter__match_l3(address, args->readable, args->wire);
}
