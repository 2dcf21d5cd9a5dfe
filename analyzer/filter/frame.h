/*
 * frame.h: the bytes of a packet, made of its record, as a filter sees them: each with what it is worth.
 *
 * A filter means the same here as in netrec, which runs it over the packet itself: a VLAN tag beside the packet is put
 * where it would be in it when the filter asks for tags, a packet without an Ethernet header begins with layer 3, and
 * what is read beyond the packet's end matches nothing.
 */
#ifndef ANALYZER_FRAME_H
#define ANALYZER_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/record.h"

enum { FRAME_MAX = 128 }; /* bytes of a built frame */

/* What a byte is worth. */
enum frame_byte {
	BYTE_UNRECORDED = 0, /* the record does not hold it; built as 0 */
	BYTE_LENGTH = 1,     /* neither; but as the length of a header it is true: what is behind it was built there */
	BYTE_RECORDED = 2,   /* taken from the record */
	BYTE_SHAPE = 3,      /* follows from the kind of packet: ethertype, protocol, fragment */
};

struct frame {
	uint8_t bytes[FRAME_MAX];
	uint8_t worth[FRAME_MAX]; /* enum frame_byte */
	size_t len;      /* bytes built; those behind are not recorded */
	uint32_t wire;   /* length of the packet as a capture states it */
	size_t readable; /* a capture has no bytes from here on */
	bool ethernet;   /* begins with the Ethernet header; else with layer 3 */
	bool assumed;    /* the record does not say whether there are more tags or extension headers: built without */
};

/* First bytes of a packet, as a head or drop record has them. */
struct first_bytes {
	const uint8_t *at;
	size_t len;
	size_t room; /* how many there could be: with fewer the packet's linear part ends */
};

/*
 * `first`: of a packet that has FRAME_HEAD; NULL: it is lost. `tags`: does the filter ask for VLAN tags? Of a record
 * without FRAME_KNOWN, made by an older netrec or of another type, only one tag is known and no MAC address.
 */
void frame__build(struct frame *f, const struct rec_packet *p, const struct first_bytes *first, bool tags);

#endif
