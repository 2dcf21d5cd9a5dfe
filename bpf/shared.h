/*
 * shared.h: what netrec tells its BPF programs, and the maps they have in common.
 *
 * Included by both sides. The config is read-only data of each object: the verifier knows its values
 * and drops the code that they rule out. The control word is one page all objects share: everything
 * is attached first and then switched on at once.
 */
#ifndef BPF_SHARED_H
#define BPF_SHARED_H

#include <linux/types.h>

enum {
	LOST_TYPES = 64,    /* event record ids are below this */
	STACK_FRAMES = 32,  /* deepest stack a record carries */
	MAX_COMMS = 8,      /* --comm options */
	MAX_PIDS = 1024,    /* --pid options */
	TCP_SAMPLE_NS = 10000000, /* between two samples of a TCP connection */
	FILTER_ROOM = 2048, /* instructions of a capture filter, translated */
	MAX_DEVICES = 1024, /* devices that --iface and --netns name */
};

/* Bits of config.filter. */
enum {
	FILTER_PACKETS = 1, /* there is a capture filter */
	FILTER_DEVICES = 2, /* packets begin to be followed at the devices in wanted_devices */
	FILTER_TAGS = 4,    /* it asks for VLAN tags: one beside the packet is put where it would be in it */
};

struct device_key {
	__u32 netns;
	__u32 ifindex; /* 0: every device of the namespace */
};

struct recorder_config {
	__u64 ring_bytes;      /* of each CPU: a power of two */
	__u64 ring_chunk_bits; /* 2 to the power of which is its chunks' (cpu_ring.h) */
	__u64 ring_secret;
	__u64 offcpu_min_ns;   /* shorter waits are not recorded */
	__u64 offcpu_stack_ns; /* waits from here on carry a stack */
	__u64 lock_min_ns;     /* shorter waits for kernel locks are only counted */
	__u64 comms[MAX_COMMS][2];
	__u32 n_comms;
	__u32 n_pids;
	__u32 futex_nr;        /* system call number */
	__u32 filter_bytes;    /* bytes of a packet's head the capture filter looks at: 16 to 128 */
	__u8 drop_has_reason;  /* kfree_skb has the reason: 5.17 */
	__u8 free_has_location; /* consume_skb has the location: 6.3 */
	__u8 switch_has_state; /* sched_switch has the state: 5.18 */
	__u8 reset_has_reason; /* tcp_send_reset has the reason: 6.10 */
	__u8 filter;           /* FILTER_*: 0 records every packet */
	__u8 inner_pids;       /* netrec is in a PID namespace, where iterators show only what is in it */
	__u8 switch_tells_runs; /* on_sched_switch does the work of on_run_switch */
	__u8 pad;
};

struct recorder_control {
	__u32 enabled;
	__u32 self_tgid; /* netrec: its own waits are no news */
	__u64 ovs_text, ovs_text_end; /* the openvswitch module's code; 0: not loaded */
	__u64 wake_bytes; /* a ring in which more waits wakes netrec: a power of two; 0: it comes by soon enough */
};

#endif
