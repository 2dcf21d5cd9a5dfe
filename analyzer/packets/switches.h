/* switches.h: bridges and datapaths of Open vSwitch, and their ports, as they were when the recording ended. */
#ifndef ANALYZER_SWITCHES_H
#define ANALYZER_SWITCHES_H

#include "analyzer/read/names.h"

struct switches;

struct switches *switches__new(const struct names *names); /* NULL when out of memory */
void switches__free(struct switches *s); /* NULL is allowed */

/* The ifindex of the switch that this device is a port of; 0: of none. A port of OVS that is no other device is not known. */
__u32 switches__of_port(const struct switches *s, __u32 netns, __u32 ifindex);

#endif
