/*
 * typed.h: reading kernel structs from both kinds of programs.
 *
 * Where the pointers are typed (tp_btf, fentry, fexit) they may be followed directly; elsewhere every read has to be
 * asked for. `typed`, a constant in each program, says which; GET(p, field) does what is right.
 */
#ifndef BPF_TYPED_H
#define BPF_TYPED_H

#include "emit.h"

#define GET(p, field)                                                    \
	({                                                               \
		typeof((p)->field) got_;                                 \
		if (typed)                                               \
			got_ = (p)->field;                               \
		else                                                     \
			bpf_core_read(&got_, sizeof(got_), &(p)->field); \
		got_;                                                    \
	})

static __always_inline __u32 dev__netns(const bool typed, struct net_device *dev)
{
	return !dev ? 0 : typed ? dev->nd_net.net->ns.inum : BPF_CORE_READ(dev, nd_net.net, ns.inum);
}

static __always_inline __u32 dev__ifindex(const bool typed, struct net_device *dev)
{
	return dev ? GET(dev, ifindex) : 0;
}

#endif
