/*
 * ovs_flow.h: an Open vSwitch flow command, decoded and put into words.
 *
 * The texts are those of `ovs-dpctl dump-flows`: of keys without what the mask leaves out, of actions in
 * their order, duplicates included. What is not known is shown by its number and bytes. Nesting has a limit,
 * texts are cut.
 */
#ifndef ANALYZER_OVS_FLOW_H
#define ANALYZER_OVS_FLOW_H

#include "analyzer/ovs/ovs_attr.h"

enum { OVS_UFID_TEXT = 37 };

/* Of a flow command: what it has. Points into its attributes. */
struct ovs_flow {
	struct ovs_attrs key, mask, actions;
	__u8 ufid[16];
	bool has_key, has_mask, has_actions, has_ufid;
	bool probe; /* only asks whether the datapath takes such a flow */
	bool clear; /* sets its statistics back */
	bool cut;   /* the attributes end in the middle of one */
};

void ovs_flow__parse(struct ovs_attrs attrs, struct ovs_flow *f);

/*
 * NUL-terminated texts; one that does not fit into cap bytes is cut and ends with "…".
 * cap is at least 8.
 */
void ovs_flow__key_text(const struct ovs_flow *f, char *out, size_t cap);
void ovs_flow__actions_text(const struct ovs_flow *f, char *out, size_t cap);

/* As OVS writes it, without "ufid:". */
void ovs_flow__ufid_text(const __u8 ufid[16], char out[OVS_UFID_TEXT]);

/* What a key says of a packet that user space was asked about. */
struct ovs_tuple {
	__u8 saddr[16], daddr[16]; /* as in packet records */
	__u16 sport, dport;
	__u16 ethertype;
	__u8 proto;
	__u8 pad;
	__u32 in_port, recirc_id;
};

/* False without an ethertype: nothing to tell packets apart by. ICMP: dport is type << 8 | code, sport 0. */
bool ovs_flow__tuple(const struct ovs_flow *f, struct ovs_tuple *t);

#endif
