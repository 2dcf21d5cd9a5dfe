/*
 * pthread.bpf.c: locks of chosen programs: who waited for a pthread lock, how long, and who had it.
 *
 * Probes in the C library of each chosen process. A lock says itself who has it: glibc keeps the thread id of a
 * mutex's owner and of a read-write lock's writer in the lock, at the same place in all its versions. Long waits, and
 * write locks that were held for long, carry the stack of the program.
 */
#include "wanted.h"

enum { OP_READ = 1, OP_WRITE = 2, OP_MUTEX = 3 };
enum { WAITED = 0, HELD = 1 };

/* glibc's struct __pthread_mutex_s and struct __pthread_rwlock_arch_t, 64 bit. */
enum { MUTEX_OWNER = 8, RWLOCK_WRITER = 24 };

struct locking { /* the call a thread is in */
	__u64 since; /* 0: none */
	__u64 addr;
	__u32 op;
	__u32 holder;
};

struct write_lock {
	__u32 tgid;
	__u32 pad;
	__u64 addr;
};

struct writer {
	__u64 since;
	__u32 tid;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct locking);
} locking_of SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct write_lock);
	__type(value, struct writer);
} writers SEC(".maps");

static __always_inline __u32 pthread__word(__u64 addr, __u32 offset)
{
	__u32 tid = 0;

	bpf_probe_read_user(&tid, sizeof(tid), (void *)(addr + offset));
	return tid;
}

static __always_inline int pthread__enter(struct pt_regs *ctx, __u32 op, __u32 owner)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct locking *l;

	if (!control.enabled || !task__wanted(task))
		return 0;
	l = bpf_task_storage_get(&locking_of, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!l) {
		emit__count_lost(bpf_get_smp_processor_id(), REC_pthread);
		return 0;
	}
	l->addr = PT_REGS_PARM1(ctx);
	l->op = op;
	l->holder = pthread__word(l->addr, owner);
	l->since = bpf_ktime_get_ns();
	return 0;
}

static __always_inline void pthread__emit(void *ctx, struct task_struct *task, const struct locking *l, __u8 what,
					  __u64 now, int ret)
{
	struct rec_pthread *p;

	if (now - l->since >= config.offcpu_stack_ns) {
		p = EMIT_STACK(pthread);
		if (!p)
			return;
		p->rec.user_frames = emit__user_frames(ctx, p + 1);
	} else {
		p = EMIT(pthread);
		if (!p)
			return;
	}
	p->rec.ts = now;
	p->addr = l->addr;
	p->tid = task->pid;
	p->tgid = task->tgid;
	p->holder = l->holder;
	p->op = l->op;
	p->what = what;
	p->ret = ret;
	p->duration = now - l->since;
	p->ustack = 0;
	emit__submit(p);
}

static __always_inline int pthread__return(struct pt_regs *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct locking *l = bpf_task_storage_get(&locking_of, task, 0, 0);
	__u64 now;
	int ret = PT_REGS_RC(ctx);

	if (!control.enabled || !l || !l->since)
		return 0;
	now = bpf_ktime_get_ns();
	if (now - l->since >= config.lock_min_ns)
		pthread__emit(ctx, task, l, WAITED, now, ret);
	l->since = 0;
	if (l->op == OP_WRITE && !ret) {
		struct write_lock key = {.tgid = task->tgid, .addr = l->addr};
		struct writer w = {.since = now, .tid = task->pid};

		bpf_map_update_elem(&writers, &key, &w, BPF_ANY);
	}
	return 0;
}

SEC("uprobe/pthread_rwlock_rdlock")
int on_rdlock(struct pt_regs *ctx)
{
	return pthread__enter(ctx, OP_READ, RWLOCK_WRITER);
}

SEC("uretprobe/pthread_rwlock_rdlock")
int on_rdlock_return(struct pt_regs *ctx)
{
	return pthread__return(ctx);
}

SEC("uprobe/pthread_rwlock_wrlock")
int on_wrlock(struct pt_regs *ctx)
{
	return pthread__enter(ctx, OP_WRITE, RWLOCK_WRITER);
}

SEC("uretprobe/pthread_rwlock_wrlock")
int on_wrlock_return(struct pt_regs *ctx)
{
	return pthread__return(ctx);
}

SEC("uprobe/pthread_rwlock_unlock")
int on_rwlock_unlock(struct pt_regs *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct write_lock key = {.tgid = task->tgid, .addr = PT_REGS_PARM1(ctx)};
	struct writer *w = control.enabled ? bpf_map_lookup_elem(&writers, &key) : NULL;
	struct locking held;
	__u64 now;

	if (!w || w->tid != (__u32)task->pid)
		return 0;
	now = bpf_ktime_get_ns();
	held = (struct locking){.since = w->since, .addr = key.addr, .op = OP_WRITE, .holder = task->pid};
	bpf_map_delete_elem(&writers, &key);
	if (now - held.since >= config.offcpu_min_ns)
		pthread__emit(ctx, task, &held, HELD, now, 0);
	return 0;
}

SEC("uprobe/pthread_mutex_lock")
int on_mutex_lock(struct pt_regs *ctx)
{
	return pthread__enter(ctx, OP_MUTEX, MUTEX_OWNER);
}

SEC("uretprobe/pthread_mutex_lock")
int on_mutex_lock_return(struct pt_regs *ctx)
{
	return pthread__return(ctx);
}
