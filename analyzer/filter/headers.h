/*
 * headers.h: packet headers as bytes, to and from the tuple fields of struct rec_packet.
 *
 * Drops carry the first bytes of the packet, packet records carry parsed fields. One side is parsed, the
 * other is built, so that a drop can be shown like a packet and a packet can be given to a tcpdump filter.
 */
#ifndef ANALYZER_HEADERS_H
#define ANALYZER_HEADERS_H

#include <stddef.h>
#include <stdint.h>
#include "format/record.h"

enum { HEADERS_MAX = 128 }; /* a built frame is shorter than this */

/* What a byte of a built frame is worth. */
enum header_byte {
	BYTE_UNRECORDED = 0, /* the record does not hold it; built as 0 */
	BYTE_RECORDED = 1,   /* taken from the record */
	BYTE_SHAPE = 2,      /* follows from the kind of packet: ethertype, protocol, fragment */
};

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

/*
 * Builds the Ethernet frame of a packet record: zero MAC addresses, an 802.1Q tag when it has one, layer 3
 * and layer 4 headers without options. `worth` (NULL is allowed) receives an enum header_byte for each byte.
 * Both hold HEADERS_MAX bytes. Returns the length.
 */
size_t headers__build(const struct rec_packet *p, uint8_t *buf, uint8_t *worth);

#endif
