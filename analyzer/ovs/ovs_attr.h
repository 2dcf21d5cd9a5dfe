/*
 * ovs_attr.h: the netlink attributes of Open vSwitch, one after the other, and the numbers in them.
 *
 * Attributes are hostile input: their lengths are checked in one place, ovs_attrs__next(). Numbers are read
 * from as many bytes as they have; the caller looks at the length first.
 */
#ifndef ANALYZER_OVS_ATTR_H
#define ANALYZER_OVS_ATTR_H

#include <stdbool.h>
#include <stddef.h>
#include "format/record.h"

enum { OVS_MAX_DEPTH = 8 }; /* attributes in attributes that are shown as such */

/* Attributes that follow each other; consumed by ovs_attrs__next(). */
struct ovs_attrs {
	const __u8 *p;
	size_t len;
};

struct ovs_attr {
	unsigned type;
	struct ovs_attrs data;
};

/* The next attribute; false at the end, and where a length reaches beyond it: then rest->len is not 0. */
bool ovs_attrs__next(struct ovs_attrs *rest, struct ovs_attr *a);

/* The first attribute of this type. */
bool ovs_attrs__find(struct ovs_attrs in, unsigned type, struct ovs_attr *a);

/* Numbers of the recording host: all that netrec runs on are little-endian. */
static inline __u16 ovs_u16(const __u8 *p)
{
	return p[0] | p[1] << 8;
}

static inline __u32 ovs_u32(const __u8 *p)
{
	return ovs_u16(p) | (__u32)ovs_u16(p + 2) << 16;
}

/* Numbers as they are in packets. */
static inline __u16 ovs_be16(const __u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline __u32 ovs_be32(const __u8 *p)
{
	return (__u32)ovs_be16(p) << 16 | ovs_be16(p + 2);
}

#endif
