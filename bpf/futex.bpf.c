/*
 * futex.bpf.c: who waited in futex(2), on what, for how long, and who woke somebody.
 *
 * Recorded are calls that took long, and calls that woke a waiter however short they were. The
 * tracepoints of the one system call are preferred; where they cannot be attached, those of all
 * system calls serve, at a cost to every call on the host.
 */
#include <linux/futex.h>
#include "wanted.h"

struct call {
	__u64 since; /* 0: not in the call */
	__u64 uaddr;
	__u32 op;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct call);
} call_of SEC(".maps");

static __always_inline int futex__enter(__u64 uaddr, __u32 op)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct call *call;

	if (!task__wanted(task))
		return 0;
	call = bpf_task_storage_get(&call_of, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!call) {
		emit__count_lost(bpf_get_smp_processor_id(), REC_futex);
		return 0;
	}
	call->uaddr = uaddr;
	call->op = op;
	call->since = bpf_ktime_get_ns();
	return 0;
}

static __always_inline bool futex__wakes(__u32 op)
{
	switch (op & FUTEX_CMD_MASK) {
	case FUTEX_WAKE:
	case FUTEX_WAKE_BITSET:
	case FUTEX_WAKE_OP:
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
		return true;
	}
	return false;
}

static __always_inline int futex__exit(long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct call *call = bpf_task_storage_get(&call_of, task, 0, 0);
	struct rec_futex *f;
	__u64 now, since;

	if (!call || !call->since)
		return 0;
	now = bpf_ktime_get_ns();
	since = call->since;
	call->since = 0;
	if (now - since < config.offcpu_min_ns && !(ret > 0 && futex__wakes(call->op)))
		return 0;
	f = EMIT(futex);
	if (!f)
		return 0;
	f->rec.ts = now;
	f->tid = task->pid;
	f->tgid = task->tgid;
	f->op = call->op;
	f->ret = ret;
	f->uaddr = call->uaddr;
	f->duration = now - since;
	emit__submit(f);
	return 0;
}

SEC("tp/syscalls/sys_enter_futex")
int on_sys_enter_futex(struct trace_event_raw_sys_enter *ctx)
{
	return control.enabled ? futex__enter(ctx->args[0], ctx->args[1]) : 0;
}

SEC("tp/syscalls/sys_exit_futex")
int on_sys_exit_futex(struct trace_event_raw_sys_exit *ctx)
{
	return control.enabled ? futex__exit(ctx->ret) : 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_any_sys_enter, struct pt_regs *regs, long nr)
{
	struct pt_regs___arm64 *arm = (void *)regs;

	if (!control.enabled || nr != config.futex_nr)
		return 0;
	if (bpf_core_field_exists(arm->orig_x0))
		return futex__enter(BPF_CORE_READ(arm, orig_x0), BPF_CORE_READ(arm, regs[1]));
	return futex__enter(BPF_CORE_READ(regs, di), BPF_CORE_READ(regs, si));
}

/* The number is not an argument here; the storage knows whether this thread is in a futex call. */
SEC("tp_btf/sys_exit")
int BPF_PROG(on_any_sys_exit, struct pt_regs *regs, long ret)
{
	return control.enabled ? futex__exit(ret) : 0;
}
