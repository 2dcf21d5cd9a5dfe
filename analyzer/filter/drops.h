/* drops.h: a drop as the packet that it is of, from the first bytes that came with it. */
#ifndef ANALYZER_DROPS_H
#define ANALYZER_DROPS_H

#include <stdbool.h>
#include "analyzer/filter/frame.h"
#include "format/record.h"

/* Drops without a device and protocol are skbs of unix sockets, netlink and the like. */
bool drops__is_other(const struct rec_drop *d);

/* Fills in all of *p that is known; false: its headers are not. */
bool drops__parse(const struct rec_drop *d, struct rec_packet *p);

/* What a filter sees of it: from the Ethernet header on, or from layer 3 where there is none. */
struct first_bytes drops__first_bytes(const struct rec_drop *d);

#endif
