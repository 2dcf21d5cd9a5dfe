/* gone.c: see gone.h. */
#include "gone.h"

static const enum rec_type COME_AND_GO[] = { REC_netns, REC_interface, REC_channels, REC_vm, REC_ovs_datapath,
					     REC_ovs_port };

void gone__look(struct gone *g, struct sink *s, __u64 now)
{
	__u64 ago = now > GONE_NS ? now - GONE_NS : 0, seen = g->look_before < ago ? g->look_before : ago;

	sink__lock(s);
	for (size_t i = 0; i < sizeof(COME_AND_GO) / sizeof(COME_AND_GO[0]); i++)
		sink__forget_older(s, COME_AND_GO[i], seen);
	sink__unlock(s);
	g->look_before = g->look;
	g->look = now;
}
