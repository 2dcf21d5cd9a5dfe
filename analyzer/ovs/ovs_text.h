/* ovs_text.h: writing texts of bounded length, for the files that put flows into words. */
#ifndef ANALYZER_OVS_TEXT_H
#define ANALYZER_OVS_TEXT_H

#include "analyzer/ovs/ovs_attr.h"

struct ovs_text {
	char *s;
	size_t cap, len;
	bool cut;
};

/* Writes to out, which has cap bytes, at least 8; what does not fit is cut and ends with "…". */
void ovs_text__init(struct ovs_text *t, char *out, size_t cap);
void ovs_text__add(struct ovs_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void ovs_text__hex(struct ovs_text *t, struct ovs_attrs bytes);

/* Takes back a trailing comma. */
void ovs_text__chomp(struct ovs_text *t);

#endif
