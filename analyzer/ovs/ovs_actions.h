/* ovs_actions.h: actions of flows in words. */
#ifndef ANALYZER_OVS_ACTIONS_H
#define ANALYZER_OVS_ACTIONS_H

#include "analyzer/ovs/ovs_text.h"

/* Actions, one after the other; none is "drop". depth: how many attributes they are in. */
void ovs_actions__put(struct ovs_text *t, struct ovs_attrs actions, unsigned depth);

#endif
