/*
 * ovs_path.bpf.c: packets on their way through the Open vSwitch datapath (format/stages.def).
 */
#include "function.h"
#include "stage.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct vport {
	struct net_device *dev;
};

struct sw_flow_key {
	__u32 recirc_id;
};

struct dp_upcall_info {
	__u8 cmd;
};

struct datapath;

#pragma clang attribute pop

ON_FUNCTION(internal_dev_xmit, struct sk_buff *skb, struct net_device *dev)
{
	return stage__step(typed, skb, dev, STAGE_internal_dev_xmit, 0);
}

ON_FUNCTION_OF_ADDRESS(netdev_frame_hook, pskb)
{
	return stage__step_at_address(pskb, STAGE_netdev_frame_hook);
}

ON_FUNCTION(ovs_vport_receive, struct vport *vport, struct sk_buff *skb)
{
	return stage__step(typed, skb, GET(vport, dev), STAGE_ovs_vport_receive, 0);
}

ON_FUNCTION(ovs_dp_process_packet, struct sk_buff *skb, struct sw_flow_key *key)
{
	return stage__step(typed, skb, GET(skb, dev), STAGE_ovs_dp_process_packet, GET(key, recirc_id));
}

ON_FUNCTION(ovs_dp_upcall, struct datapath *dp, struct sk_buff *skb, struct sw_flow_key *key, struct dp_upcall_info *info)
{
	return stage__step(typed, skb, GET(skb, dev), STAGE_ovs_dp_upcall, GET(info, cmd));
}

/* ovs-vswitchd sent it: Ethernet from skb->data on, no header is marked, no device is set. */
ON_FUNCTION(ovs_flow_key_extract_userspace, struct net *net, void *attr, struct sk_buff *skb)
{
	__u64 data = (__u64)GET(skb, data);
	__be16 proto = 0;

	bpf_probe_read_kernel(&proto, sizeof(proto), (void *)(data + 12));
	return stage__packet(typed, skb, STAGE_ovs_flow_key_extract_userspace, data + 14, ntoh16(proto),
			     FILTER_OUT);
}

ON_FUNCTION(ovs_execute_actions, struct datapath *dp, struct sk_buff *skb)
{
	return stage__step(typed, skb, GET(skb, dev), STAGE_ovs_execute_actions, 0);
}

ON_FUNCTION(ovs_ct_execute, struct net *net, struct sk_buff *skb)
{
	return stage__step(typed, skb, GET(skb, dev), STAGE_ovs_ct_execute, 0);
}

ON_FUNCTION(ovs_vport_send, struct vport *vport, struct sk_buff *skb)
{
	return stage__step(typed, skb, GET(vport, dev), STAGE_ovs_vport_send, 0);
}

ON_FUNCTION(internal_dev_recv, struct sk_buff *skb)
{
	return stage__step(typed, skb, GET(skb, dev), STAGE_internal_dev_recv, 0);
}
