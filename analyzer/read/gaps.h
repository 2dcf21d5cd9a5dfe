/*
 * gaps.h: the times in which records are known to be missing.
 *
 * Gathered before the sweep, so that an interval can be asked about the moment it ends: the recorder
 * reports a gap only after it. Blocks that turn out to be damaged add theirs just before their time comes.
 */
#ifndef ANALYZER_GAPS_H
#define ANALYZER_GAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "analyzer/store/store.h"

enum { GAP_ANY_CPU = 0xffffffff, GAP_ANY_TYPE = 0 };

struct gap {
	__u64 from, to; /* records were lost after from and before to, ns */
	__u64 lost;     /* 0: not known */
	__u32 cpu;
	__u16 type;     /* record id */
	__u8 why;       /* enum gap_why */
	bool told;      /* by a record */
};

struct interval {
	__u64 from, to;
};

struct gaps {
	struct gap *list; /* by from */
	size_t n, cap;
	__u64 left_out;   /* beyond the limit: merged with the one before */
	struct interval *packet; /* gaps in packet, hop, free and drop records of any CPU: disjoint, ascending */
	size_t n_packet, cap_packet;
};

/* Returns 0 or -ENOMEM. */
int gaps__add(struct gaps *g, const struct gap *gap);

/* Were packet, hop, free or drop records lost between these times? */
bool gaps__in_packets(const struct gaps *g, __u64 from, __u64 to);

/* Records lost, by type; index 0: type not known. `lost` has REC_TYPE_MAX elements. */
void gaps__count(const struct gaps *g, __u64 *lost);

void gaps__store(const struct gaps *g, struct store *s);
void gaps__free(struct gaps *g);

#endif
