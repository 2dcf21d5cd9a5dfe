/*
 * flow_bytes.h: netlink attributes of a flow command of Open vSwitch with other addresses.
 *
 * Attributes, their order and lengths stay, and with them numbers, ports and masks; flows keep their identity under
 * another UFID. Names, labels, what ovs-vswitchd gives itself to remember (userdata), and attributes that are not known
 * become 0. Any bytes will do.
 */
#ifndef ANALYZER_FLOW_BYTES_H
#define ANALYZER_FLOW_BYTES_H

#include "analyzer/anonymize/disguise.h"

/* Changes the attributes, as OVS_FLOW_ATTR_*, in place; they may end in the middle of one, whose value becomes 0. */
void flow_bytes__disguise(struct disguise *d, __u8 *attrs, size_t len);

#endif
