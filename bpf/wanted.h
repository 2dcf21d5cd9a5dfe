/*
 * wanted.h: which threads the recording is about: --pid, --comm, and never netrec itself.
 *
 * Restricts what is recorded about threads. Packets and drops are not the work of a thread, and are
 * never restricted by it.
 */
#ifndef BPF_WANTED_H
#define BPF_WANTED_H

#include "emit.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_PIDS);
	__type(key, __u32);
	__type(value, __u8);
} wanted_pids SEC(".maps");

static __always_inline bool comm__wanted(struct task_struct *task)
{
	__u64 comm[2] = {};

	bpf_core_read(comm, sizeof(comm), &task->comm);
	for (__u32 i = 0; i < MAX_COMMS; i++) {
		if (i >= config.n_comms)
			break;
		if (config.comms[i][0] == comm[0] && config.comms[i][1] == comm[1])
			return true;
	}
	return false;
}

static __always_inline bool task__wanted(struct task_struct *task)
{
	__u32 tgid = task->tgid;

	if (tgid == control.self_tgid)
		return false;
	if (!config.n_pids && !config.n_comms)
		return true;
	if (config.n_pids && bpf_map_lookup_elem(&wanted_pids, &tgid))
		return true;
	return config.n_comms && comm__wanted(task);
}

#endif
