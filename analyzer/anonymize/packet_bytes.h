/*
 * packet_bytes.h: the first bytes of a packet with other addresses, and without what follows its headers.
 *
 * Headers of Ethernet, VLAN, MPLS, PPPoE, ARP, IP, TCP, UDP, SCTP, ICMP, IGMP and tunnels keep what is no address and no
 * payload, fields of others and all that is behind become 0. The checksum of IPv4 headers is right or wrong as before,
 * others are 0. Any bytes will do.
 */
#ifndef ANALYZER_PACKET_BYTES_H
#define ANALYZER_PACKET_BYTES_H

#include "analyzer/anonymize/disguise.h"

enum { PACKET_BYTES_MAX = 96 };

/*
 * Changes `len` of the PACKET_BYTES_MAX bytes of `bytes`, and clears the others. `ethernet`: they begin with such a
 * header. `l3_off` is where layer 3 begins; 0: behind that header and the tags that follow it, or at once. `ethertype` is
 * what that layer is, unless the Ethernet header says.
 */
void packet_bytes__disguise(struct disguise *d, __u8 *bytes, size_t len, bool ethernet, size_t l3_off, __u16 ethertype);

#endif
