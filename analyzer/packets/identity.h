/*
 * identity.h: is the packet that an sk_buff holds now the one of its journey?
 *
 * Addresses of sk_buffs are used again, and not every end of a packet shows. Headers tell packets apart, but change on
 * the way: by address translation, and in tunnels.
 */
#ifndef ANALYZER_IDENTITY_H
#define ANALYZER_IDENTITY_H

#include "analyzer/packets/journeys.h"
#include "analyzer/packets/tunnels.h"
#include "analyzer/packets/xmits.h"

enum identity {
	ANOTHER,   /* packet */
	THE_SAME,
	WRAPPED,   /* the same, with the headers of a tunnel before it */
	UNWRAPPED, /* the same, and so far the journey showed the headers of its tunnel */
};

enum identity identity__of(const struct journey *j, const struct rec_packet *p, const struct xmits *xmits,
			   const struct tunnels *tunnels);

#endif
