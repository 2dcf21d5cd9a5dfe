/* ethtool.h: queues and rings of devices, as ethtool -i, -l and -g print them, into the trace. */
#ifndef RECORDER_ETHTOOL_H
#define RECORDER_ETHTOOL_H

#include "sink.h"

/*
 * Defines channels of all devices of the network namespace the calling thread is in, `inum` being its inode.
 * Three requests a device, each under the kernel's rtnl lock: not for every second. Takes the sink's lock itself.
 */
void ethtool__sample(struct sink *s, __u32 inum);

#endif
