/*
 * headers.h: from packet headers as bytes, which drops have, to the tuple fields of struct rec_packet, so that a drop
 * can be shown like a packet. The other way: frame.h.
 */
#ifndef ANALYZER_HEADERS_H
#define ANALYZER_HEADERS_H

#include <stddef.h>
#include <stdint.h>
#include "format/record.h"

/*
 * Parses `len` bytes of a packet whose layer 3 header starts at l3_off. ethertype and vlan are what the
 * kernel holds beside the bytes (host order; 0: none). Sets addresses, ports, ethertype, proto, ttl, tos,
 * tcp_flags, vlan, frag, ip_id, seq, ack and ip_len of *out, as events.def describes them, and nothing else;
 * what the bytes do not reach is 0. Hostile input is fine.
 * Returns 0 when the layer 3 header was understood, -ENODATA when the bytes end before that,
 * -EPROTONOSUPPORT for a layer 3 protocol without addresses known here.
 */
int headers__parse(const uint8_t *bytes, size_t len, unsigned l3_off, uint16_t ethertype, uint16_t vlan,
		   struct rec_packet *out);

#endif
