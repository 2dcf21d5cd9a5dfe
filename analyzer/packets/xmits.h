/*
 * xmits.h: drivers at work: packets between net_dev_start_xmit and net_dev_xmit, and in any other call that has a
 * stage for its begin and one for its return (format/stages.def: RETURN).
 *
 * The return reports on a packet that may be elsewhere, freed, or another one by now. It runs on the CPU of its begin,
 * nested like the calls are, so a small stack per CPU pairs them.
 */
#ifndef ANALYZER_XMITS_H
#define ANALYZER_XMITS_H

#include "analyzer/packets/journeys.h"

struct xmit {
	__u64 skb, ts;
	__u32 netns, ifindex;
	__u8 stage;   /* where it began */
	bool matched; /* the filter wants the packet */
};

struct xmits;

struct xmits *xmits__new(__u32 n_cpus); /* NULL when out of memory */
void xmits__free(struct xmits *x);

/* A call begins at h->stage. */
void xmits__open(struct xmits *x, __u64 skb, const struct hop *h, bool matched);

/* The call returns at h->stage: finds its begin, which is over. False when that was not recorded. */
bool xmits__close(struct xmits *x, __u64 skb, const struct hop *h, struct xmit *found);

/*
 * The innermost driver on this CPU that is still busy with this skb, or NULL. While there is one, nobody else can have
 * got the sk_buff.
 */
const struct xmit *xmits__busy(const struct xmits *x, __u16 cpu, __u64 skb);

/* Hops of this CPU were lost. */
void xmits__forget(struct xmits *x, __u32 cpu);

#endif
