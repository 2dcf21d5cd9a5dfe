/* ovs_text.h: writing texts of bounded length, for the files that put flows into words. */
#ifndef ANALYZER_OVS_TEXT_H
#define ANALYZER_OVS_TEXT_H

#include "analyzer/ovs/ovs_netlink.h"

struct ovs_text {
	char *s;
	size_t cap, len;
	bool cut;
};

void ovs_text__init(struct ovs_text *t, char *out, size_t cap);
void ovs_text__add(struct ovs_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void ovs_text__hex(struct ovs_text *t, struct ovs_attrs bytes);

/* Takes back a trailing comma. */
void ovs_text__chomp(struct ovs_text *t);

/* Keys, one after the other; mask.p NULL: every bit counts. */
void ovs_text__keys(struct ovs_text *t, struct ovs_attrs keys, struct ovs_attrs mask, unsigned depth);

/* One key; mask as above. */
void ovs_text__key(struct ovs_text *t, const struct ovs_attr *key, struct ovs_attrs mask, unsigned depth);

void ovs_text__actions(struct ovs_text *t, struct ovs_attrs actions, unsigned depth);

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
