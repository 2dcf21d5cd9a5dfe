/*
 * openvswitch.h: what Open vSwitch says about itself: datapaths, ports, statistics, settings, coverage.
 *
 * The datapath answers by generic netlink; ovs-vswitchd and its database are asked through their control
 * sockets, where they can be reached, and do not keep anybody waiting. Without the module nothing is asked:
 * the question alone would load it.
 */
#ifndef RECORDER_OPENVSWITCH_H
#define RECORDER_OPENVSWITCH_H

#include "procfs.h"

bool openvswitch__present(void);

/* Datapaths of the calling thread's network namespace; their ports, too, when asked to. 0 or -errno. */
int openvswitch__sample(struct procfs *p, struct sink *s, __u32 inum, bool ports, bool all);

/* Coverage counters and settings of ovs-vswitchd; what could not be had is said in the trace. */
void openvswitch__ask_daemon(struct procfs *p, struct sink *s);

#endif
