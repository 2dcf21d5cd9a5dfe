/*
 * fuzz_ovs.c: any bytes as the netlink attributes of a flow command.
 */
#include <stdint.h>
#include <string.h>

#include "analyzer/ovs/ovs_flow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[1024], small[12];
	struct ovs_tuple tuple;
	struct ovs_flow flow;

	ovs_flow__parse((struct ovs_attrs){ data, size }, &flow);
	ovs_flow__key_text(&flow, text, sizeof(text));
	ovs_flow__actions_text(&flow, text, sizeof(text));
	ovs_flow__key_text(&flow, small, sizeof(small));
	ovs_flow__actions_text(&flow, small, sizeof(small));
	if (strlen(text) >= sizeof(text) || strlen(small) >= sizeof(small))
		__builtin_trap();
	ovs_flow__tuple(&flow, &tuple);
	return 0;
}
