/* tun_ring.h: what a tun_ring record says about the ring. */
#ifndef ANALYZER_TUN_RING_H
#define ANALYZER_TUN_RING_H

#include "format/record.h"

/* Slots that are not free before the packet: those that wait, and those that were taken but not cleared yet. */
static inline __u32 tun_ring__used(const struct rec_tun_ring *r)
{
	if (r->full)
		return r->size;
	if (r->producer >= r->tail)
		return r->producer - r->tail;
	return r->producer + r->size > r->tail ? r->producer + r->size - r->tail : 0;
}

/* Packets that wait in the ring before this one. The reader is never behind what it cleared. */
static inline __u32 tun_ring__waiting(const struct rec_tun_ring *r)
{
	__u32 used = tun_ring__used(r), taken = r->head > r->tail ? r->head - r->tail : 0;

	return used > taken ? used - taken : 0;
}

#endif
