/*
 * futex.bpf.c: who waited in futex(2), on what, for how long, and who woke somebody.
 *
 * Recorded are calls that took long, and calls that woke a waiter however short they were. All others
 * are counted by thread; an iterator reads the totals when netrec samples. The function of the one
 * system call is preferred. Any tracepoint of system calls, even of that one, makes every call on the host
 * take the slow way in and out of the kernel; those of the one call cost the others nothing more.
 */
#include <linux/futex.h>
#include "wanted.h"

struct call {
	__u64 since; /* 0: not in the call */
	__u64 uaddr;
	__u32 op;
	__u32 told;  /* calls that were in the last total */
	__u32 waits, wakes, woken, others; /* all calls, however short */
	__u64 wait_ns, wake_ns;
	__u64 stack_ts; /* of the last wake-up that carried a stack */
};

#ifdef bpf_target_x86
#define FUTEX_CALL "__x64_sys_futex"
#else
#define FUTEX_CALL "__arm64_sys_futex"
#endif

#define WAKE_STACK_NS 100000000ull /* a thread's wake-ups carry a stack this often */

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

static __always_inline bool futex__waits(__u32 op)
{
	switch (op & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_LOCK_PI:
	case 13: /* FUTEX_LOCK_PI2 */
		return true;
	}
	return false;
}

static __always_inline void futex__count(struct call *call, __u64 ns, long ret)
{
	if (futex__waits(call->op)) {
		call->waits++;
		call->wait_ns += ns;
	} else if (futex__wakes(call->op)) {
		call->wakes++;
		call->wake_ns += ns;
		call->woken += ret > 0 ? ret : 0;
	} else {
		call->others++;
	}
}

/* Where a long wait was, and now and then where a wake-up comes from: most likely an unlock. */
static __always_inline bool futex__needs_stack(struct call *call, __u64 now, __u64 since)
{
	if (!futex__wakes(call->op))
		return now - since >= config.offcpu_stack_ns;
	if (now - call->stack_ts < WAKE_STACK_NS)
		return false;
	call->stack_ts = now;
	return true;
}

static __always_inline int futex__exit(void *ctx, long ret)
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
	futex__count(call, now - since, ret);
	if (now - since < config.offcpu_min_ns && !(ret > 0 && futex__wakes(call->op)))
		return 0;
	if (futex__needs_stack(call, now, since)) {
		f = EMIT_STACK(futex);
		if (!f)
			return 0;
		f->rec.user_frames = emit__user_frames(ctx, f + 1);
	} else {
		f = EMIT(futex);
		if (!f)
			return 0;
	}
	f->rec.ts = now;
	f->tid = task->pid;
	f->tgid = task->tgid;
	f->op = call->op;
	f->ret = ret;
	f->uaddr = call->uaddr;
	f->duration = now - since;
	f->ustack = 0;
	emit__submit(f);
	return 0;
}

/* The registers of the caller are the function's only argument. */
static __always_inline int futex__enter_with(struct pt_regs *regs)
{
	struct pt_regs___arm64 *arm = (void *)regs;

	if (bpf_core_field_exists(arm->orig_x0))
		return futex__enter(BPF_CORE_READ(arm, orig_x0), BPF_CORE_READ(arm, regs[1]));
	return futex__enter(BPF_CORE_READ(regs, di), BPF_CORE_READ(regs, si));
}

SEC("fentry/" FUTEX_CALL)
int BPF_PROG(fentry_sys_futex, struct pt_regs *regs)
{
	return control.enabled ? futex__enter_with(regs) : 0;
}

SEC("fexit/" FUTEX_CALL)
int BPF_PROG(fexit_sys_futex, struct pt_regs *regs, long ret)
{
	return control.enabled ? futex__exit(ctx, ret) : 0;
}

SEC("tp/syscalls/sys_enter_futex")
int on_sys_enter_futex(struct trace_event_raw_sys_enter *ctx)
{
	return control.enabled ? futex__enter(ctx->args[0], ctx->args[1]) : 0;
}

SEC("tp/syscalls/sys_exit_futex")
int on_sys_exit_futex(struct trace_event_raw_sys_exit *ctx)
{
	return control.enabled ? futex__exit(ctx, ctx->ret) : 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_any_sys_enter, struct pt_regs *regs, long nr)
{
	return control.enabled && nr == config.futex_nr ? futex__enter_with(regs) : 0;
}

/* The number is not an argument here; the storage knows whether this thread is in a futex call. */
SEC("tp_btf/sys_exit")
int BPF_PROG(on_any_sys_exit, struct pt_regs *regs, long ret)
{
	return control.enabled ? futex__exit(ctx, ret) : 0;
}

SEC("iter/task")
int walk_futexes(struct bpf_iter__task *ctx)
{
	struct rec_futex_total t = {.rec = {.type = REC_futex_total}};
	struct task_struct *task = ctx->task;
	struct call *call = task ? bpf_task_storage_get(&call_of, task, 0, 0) : NULL;
	__u32 calls;

	if (!call)
		return 0;
	calls = call->waits + call->wakes + call->others;
	if (calls == call->told)
		return 0;
	call->told = calls;
	t.rec.ts = bpf_ktime_get_ns();
	t.tid = task->pid;
	t.tgid = task->tgid;
	t.waits = call->waits;
	t.wakes = call->wakes;
	t.woken = call->woken;
	t.others = call->others;
	t.wait_ns = call->wait_ns;
	t.wake_ns = call->wake_ns;
	bpf_seq_write(ctx->meta->seq, &t, sizeof(t));
	return 0;
}
