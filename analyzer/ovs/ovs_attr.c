/* ovs_attr.c: netlink attributes, one after the other (ovs_attr.h). */
#include "analyzer/ovs/ovs_attr.h"

#include <assert.h>

enum { HEADER = 4, TYPE_MASK = 0x3fff /* without NLA_F_NESTED and NLA_F_NET_BYTEORDER */ };

bool ovs_attrs__next(struct ovs_attrs *rest, struct ovs_attr *a)
{
	size_t len, step;

	if (rest->len < HEADER)
		return false;
	len = ovs_u16(rest->p);
	if (len < HEADER || len > rest->len)
		return false;
	a->type = ovs_u16(rest->p + 2) & TYPE_MASK;
	a->data = (struct ovs_attrs){ rest->p + HEADER, len - HEADER };
	step = (len + 3) & ~(size_t)3;
	step = step < rest->len ? step : rest->len;
	assert(step >= HEADER && step <= rest->len);
	rest->p += step;
	rest->len -= step;
	return true;
}

bool ovs_attrs__find(struct ovs_attrs in, unsigned type, struct ovs_attr *a)
{
	while (ovs_attrs__next(&in, a))
		if (a->type == type)
			return true;
	return false;
}
