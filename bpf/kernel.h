/*
 * kernel.h: the few kernel types our programs look into.
 *
 * Only the fields we read, in no particular order: CO-RE finds each by name in the running kernel's BTF
 * when a program is loaded. Fields inside anonymous structs and unions of the kernel's types are
 * written flat here; libbpf looks through those. A name with three underscores is a second view of the
 * same kernel type, for a field that only some kernels have.
 */
#ifndef BPF_KERNEL_H
#define BPF_KERNEL_H

#define __VMLINUX_H__ /* bpf_tracing.h: registers have the names that the kernel gives them */

#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

/* BPF_PROG() names every argument of a tracepoint; few programs need them all. */
#pragma clang diagnostic ignored "-Wunused-parameter"

typedef _Bool bool;
enum { false, true };
#define NULL ((void *)0)

#ifndef __BIG_ENDIAN__
#define ntoh16(x) __builtin_bswap16(x)
#define ntoh32(x) __builtin_bswap32(x)
#define ntoh64(x) __builtin_bswap64(x)
#else
#define ntoh16(x) (x)
#define ntoh32(x) (x)
#define ntoh64(x) (x)
#endif

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct rtnl_link_ops {
	const char *kind;
};

struct net_device {
	int ifindex;
	unsigned short type;
	possible_net_t nd_net;
	const struct rtnl_link_ops *rtnl_link_ops;
};

struct netdev_queue {
	struct net_device *dev;
};

struct skb_shared_info {
	unsigned short gso_size;
	unsigned short gso_segs;
};

struct sk_buff {
	struct sk_buff *next;
	struct net_device *dev;
	char cb[48];
	unsigned int len;
	unsigned int data_len;
	int skb_iif;
	__u16 queue_mapping;
	__u32 hash;
	__be16 vlan_proto;
	__u16 vlan_tci;
	__u32 mark;
	__be16 protocol;
	__u16 network_header;
	__u16 mac_header;
	unsigned int end;
	unsigned char *head;
	unsigned char *data;
};

/* Until 6.2 the tag's presence was a bit of its own, and a removed tag stayed readable. */
struct sk_buff___vlan_present {
	__u8 vlan_present : 1;
};

struct qdisc_skb_head {
	__u32 qlen;
};

struct Qdisc {
	struct qdisc_skb_head q;
};

struct napi_struct {
	struct net_device *dev;
};

struct irqaction;

struct sched_entity {
	__u64 sum_exec_runtime;
};

struct thread_info {
	__u32 cpu;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	struct sched_entity se;
	int pid;
	int tgid;
	unsigned long nvcsw;
	unsigned long nivcsw;
	__u64 start_time;
	char comm[16];
};

struct task_struct___state {
	volatile long state; /* before 5.14 */
};

struct cfs_rq {
	int throttle_count; /* with CONFIG_CFS_BANDWIDTH: it and those above it that used up their quota */
};

struct sched_entity___group {
	struct cfs_rq *cfs_rq; /* with CONFIG_FAIR_GROUP_SCHED */
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct task_group {
	struct cgroup_subsys_state css;
};

struct task_struct___group {
	struct sched_entity___group se;
	struct task_group *sched_task_group; /* with CONFIG_CGROUP_SCHED */
};

struct task_struct___throttled {
	bool throttled; /* from 6.18 on threads are throttled one by one, as they return to user space */
};

struct task_struct___cpu {
	unsigned int cpu; /* before 5.16, and where thread_info lacks it */
};

struct linux_binprm;

struct in6_addr {
	__u8 bytes[16];
};

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct sk_buff_head {
	struct sk_buff *next;
};

struct sock {
	struct sock_common __sk_common;
	struct sk_buff_head sk_receive_queue;
	__u16 sk_type;
	__u16 sk_protocol;
};

struct udp_sock {
	struct sk_buff_head reader_queue; /* what its reader took over from sk_receive_queue, to be read first */
};

struct tcp_sock {
	__u32 snd_cwnd;
	__u32 srtt_us;
	__u32 packets_out;
	__u32 total_retrans;
};

struct trace_event_raw_sys_enter {
	long id;
	unsigned long args[6];
};

struct trace_event_raw_sys_exit {
	long id;
	long ret;
};

struct pt_regs {
	unsigned long di, si, dx, cx, r8, ax, bp, sp, ip; /* x86-64 */
};

struct pt_regs___arm64 {
	__u64 regs[31];
	__u64 orig_x0;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

#endif
