/*
 * tunnels.h: the tunnel devices of the recorded host (format/host/tunnels.def).
 */
#ifndef ANALYZER_TUNNELS_H
#define ANALYZER_TUNNELS_H

#include <stdbool.h>
#include "analyzer/read/names.h"

struct tunnels;

struct tunnels *tunnels__new(const struct names *n); /* NULL when out of memory */
void tunnels__free(struct tunnels *t);

/* Is this device a tunnel? */
bool tunnels__has(const struct tunnels *t, __u32 netns, __u32 ifindex);

/* Is it one whose outer headers are of this protocol, IPPROTO_*? */
bool tunnels__carried_by(const struct tunnels *t, __u32 netns, __u32 ifindex, __u8 proto);

#endif
