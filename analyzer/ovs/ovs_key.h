/* ovs_key.h: keys of flows in words. */
#ifndef ANALYZER_OVS_KEY_H
#define ANALYZER_OVS_KEY_H

#include "analyzer/ovs/ovs_text.h"

/* Keys, one after the other; mask.p NULL: every bit counts. depth: how many attributes they are in. */
void ovs_key__put_all(struct ovs_text *t, struct ovs_attrs keys, struct ovs_attrs mask, unsigned depth);

/* One key; mask and depth as above. */
void ovs_key__put(struct ovs_text *t, const struct ovs_attr *key, struct ovs_attrs mask, unsigned depth);

#endif
