/*
 * sched.bpf.c: how long threads were off the CPU, and which threads there are.
 *
 * A thread's storage remembers when it left the CPU and when it was woken. The waker is whoever runs
 * on the CPU that wakes it: the thread that released what it waited for, or one that an interrupt
 * happened to interrupt. Waking can race with a switch-out that is under way, and then comes first;
 * so a waking just before counts, bounded by the switch-out. The stack is taken when the thread comes
 * back and only if it was away long: it is still the one it slept in. The stack of its program can be
 * taken a moment later only, when its memory is that of the CPU.
 *
 * Who had the CPU while a thread waited for it long is told with that wait: each CPU keeps its last slices.
 */
#include "function.h"
#include "wanted.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct task_struct___mm {
	void *mm; /* NULL: a thread of the kernel */
};
#pragma clang attribute pop

struct away {
	__u64 off_ts;  /* 0: on a CPU, or never seen leaving one */
	__u64 wake_ts;
	__u32 waker;
	__u32 state;   /* 0: preempted or yielded */
	bool quota;    /* its cgroup had used up its CPU quota */
	__u64 owed;    /* switch-in from a long wait whose user stack was not taken yet; 0: none */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct away);
} away_of SEC(".maps");

/* Who had a CPU lately. */
enum { SLICES = 16 };

struct slice {
	__u64 until;
	__u32 tid;
};

struct slices {
	struct slice last[SLICES]; /* n modulo */
	__u32 n, told;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slices);
} slices_of SEC(".maps");

/* Shorter ones are not told: they do not explain a long wait. */
enum { SLICE_LEAST_NS = 100000 };

/* A waking this much before the switch-out met a thread that was still running: it ended no sleep. */
enum { WAKE_RACE_NS = 20000 };

static __always_inline __u32 task__state(struct task_struct *task)
{
	struct task_struct___state *old = (void *)task;

	if (bpf_core_field_exists(task->__state))
		return task->__state;
	return BPF_CORE_READ(old, state);
}

/* May it not run although it could? Asked as it leaves a CPU, or is woken. */
static __always_inline bool task__over_quota(struct task_struct *task)
{
	struct task_struct___group *in = (void *)task;
	struct task_struct___throttled *alone = (void *)task;
	struct cfs_rq *rq;

	if (bpf_core_field_exists(alone->throttled))
		return alone->throttled;
	if (!bpf_core_field_exists(in->se.cfs_rq) || !bpf_core_field_exists(struct cfs_rq, throttle_count))
		return false;
	rq = in->se.cfs_rq;
	return rq && rq->throttle_count;
}

static __always_inline void slices__add(struct slices *s, __u32 tid, __u64 now)
{
	struct slice *slice = &s->last[s->n++ % SLICES];

	slice->until = now;
	slice->tid = tid;
}

static __always_inline void slice__tell(const struct slice *slice, __u64 ran, __u64 now)
{
	struct rec_oncpu *o = EMIT(oncpu);

	if (!o)
		return;
	o->rec.ts = now;
	o->tid = slice->tid;
	o->ago = now - slice->until;
	o->ran = ran;
	emit__submit(o);
}

/* Who had the CPU from `since` to now, as far back as is known; nothing is told twice. */
static __always_inline void slices__tell(struct slices *s, __u64 since, __u64 now)
{
	__u32 n = s->n;

	for (__u32 back = 0; back < SLICES - 1; back++) {
		const struct slice *slice = &s->last[(n - 1 - back) % SLICES];
		const struct slice *before = &s->last[(n - 2 - back) % SLICES];

		if (n - back == s->told || !before->until || slice->until <= since)
			break;
		if (slice->until - before->until >= SLICE_LEAST_NS)
			slice__tell(slice, slice->until - before->until, now);
	}
	s->told = n;
}

static __always_inline void sched__leave(struct task_struct *prev, __u32 state, __u64 now)
{
	struct away *a;

	if (!prev->pid || !task__wanted(prev))
		return;
	a = bpf_task_storage_get(&away_of, prev, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!a) {
		emit__count_lost(bpf_get_smp_processor_id(), REC_offcpu);
		return;
	}
	if (now - a->wake_ts > WAKE_RACE_NS)
		a->wake_ts = 0;
	a->off_ts = now;
	a->state = state;
	a->quota = !state && task__over_quota(prev);
}

static __always_inline void sched__enter(struct task_struct *prev, struct task_struct *next, struct slices *slices, __u64 now)
{
	struct rec_offcpu *o;
	struct away *a;
	__u64 off, wake, ready;

	if (!next->pid)
		return;
	a = bpf_task_storage_get(&away_of, next, 0, 0);
	if (!a || !a->off_ts)
		return;
	off = a->off_ts;
	wake = a->state ? a->wake_ts : 0;
	a->off_ts = 0;
	a->wake_ts = 0; /* used up: a sleep whose waking is not seen must not find this one */
	if (now - off < config.offcpu_min_ns)
		return;
	if (wake && wake < off)
		wake = off;
	ready = !a->state ? off : wake ? wake : now;
	if (slices && now - ready >= config.offcpu_stack_ns)
		slices__tell(slices, ready, now);
	if (now - off >= config.offcpu_stack_ns) {
		a->owed = a->state ? now : 0;
		o = EMIT_STACK(offcpu);
		if (!o)
			return;
		o->rec.frames = emit__frames(bpf_get_task_stack(next, o + 1, STACK_FRAMES * sizeof(__u64), 0));
	} else {
		o = EMIT(offcpu);
		if (!o)
			return;
	}
	o->rec.ts = now;
	o->blocked = ready - off;
	o->runnable = now - ready;
	o->quota = a->quota;
	o->tid = next->pid;
	o->tgid = next->tgid;
	o->state = a->state;
	o->waker = wake ? a->waker : 0;
	o->prev = prev->pid;
	o->stack = 0;
	emit__submit(o);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct slices *slices;
	__u32 state = 0, zero = 0;
	__u64 now;

	if (!control.enabled)
		return 0;
	now = bpf_ktime_get_ns();
	if (!preempt)
		state = config.switch_has_state ? ctx[3] : task__state(prev);
	sched__leave(prev, state, now);
	slices = bpf_map_lookup_elem(&slices_of, &zero);
	if (slices)
		slices__add(slices, prev->pid, now);
	sched__enter(prev, next, slices, now);
	return 0;
}

SEC("tp_btf/sched_waking")
int BPF_PROG(on_sched_waking, struct task_struct *task)
{
	struct away *a;

	if (!control.enabled)
		return 0;
	a = bpf_task_storage_get(&away_of, task, 0, 0);
	if (!a)
		return 0;
	a->wake_ts = bpf_ktime_get_ns();
	a->waker = bpf_get_current_pid_tgid();
	a->quota = task__over_quota(task);
	return 0;
}

/* The program's stack of a long wait that has just ended: the thread is on the CPU, still in the kernel. */
static __always_inline int sched__user_stack(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_struct___mm *user = (void *)task;
	struct away *a = bpf_task_storage_get(&away_of, task, 0, 0);
	struct rec_offcpu_ustack *u;
	__u64 since;

	if (!a || !a->owed)
		return 0;
	since = a->owed;
	a->owed = 0;
	if (!BPF_CORE_READ(user, mm))
		return 0;
	u = EMIT_STACK(offcpu_ustack);
	if (!u)
		return 0;
	u->rec.user_frames = emit__user_frames(ctx, u + 1);
	u->tid = task->pid;
	u->tgid = task->tgid;
	u->since = since;
	u->ustack = 0;
	emit__submit(u);
	return 0;
}

ON_FUNCTION_AS(user_stack, finish_task_switch, struct task_struct *prev)
{
	return sched__user_stack(ctx);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_user_stack_exit, struct pt_regs *regs, long ret)
{
	return control.enabled ? sched__user_stack(ctx) : 0;
}
