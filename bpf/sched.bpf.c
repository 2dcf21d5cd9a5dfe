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
#include "run.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct task_struct___mm {
	void *mm; /* NULL: a thread of the kernel */
};
#pragma clang attribute pop

/* Shorter ones are not told: they do not explain a long wait. */
enum { SLICE_LEAST_NS = 100000 };

/* A waking this much before the switch-out met a thread that was still running: it ended no sleep. */
enum { WAKE_RACE_NS = 20000 };

enum { DEAD = 0x80 }; /* TASK_DEAD: it will not run again */

static __always_inline void slices__add(struct cpu *s, __u32 tid, __u64 now)
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
static __always_inline void slices__tell(struct cpu *s, __u64 since, __u64 now)
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

/* The waking that ended the wait before, or one too long ago, has nothing to do with the one that begins. */
static __always_inline void wait__begin(struct thread *t, struct task_struct *prev, __u32 state, __u64 since, __u64 now)
{
	if (t->wake_ts < since || now - t->wake_ts > WAKE_RACE_NS)
		t->wake_ts = 0;
	t->off_ts = now;
	t->state = state;
	t->switches = task__switches(prev);
	t->quota = !state && task__over_quota(prev);
}

static __always_inline void wait__emit(struct thread *t, struct task_struct *prev, struct task_struct *next, __u64 off,
				       __u64 wake, __u64 ready, __u64 now)
{
	struct rec_offcpu *o;

	if (now - off >= config.offcpu_stack_ns) {
		t->owed = t->state ? now : 0;
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
	o->quota = t->quota;
	o->tid = next->pid;
	o->tgid = next->tgid;
	o->state = t->state;
	o->waker = wake ? t->waker : 0;
	o->prev = prev->pid;
	o->stack = 0;
	emit__submit(o);
}

static __always_inline void wait__end(struct thread *t, struct cpu *cpu, struct task_struct *prev,
				      struct task_struct *next, __u64 now)
{
	__u64 off = t->off_ts, wake = t->state ? t->wake_ts : 0, ready;

	t->off_ts = 0;
	t->wake_ts = 0; /* used up: a sleep whose waking is not seen must not find this one */
	if (!off || t->switches != task__switches(next) || now - off < config.offcpu_min_ns)
		return;
	if (wake && wake < off)
		wake = off;
	ready = !t->state ? off : wake ? wake : now;
	if (now - ready >= config.offcpu_stack_ns)
		slices__tell(cpu, ready, now);
	wait__emit(t, prev, next, off, wake, ready, now);
}

/* A thread without a value dies: there is only what it ran since it got the CPU. */
static __always_inline void switch__last(const bool run, struct task_struct *prev, __u64 in, __u64 now)
{
	struct thread *t = bpf_task_storage_get(&thread_of, prev, 0, 0);
	struct piece alone = {};

	if (run)
		run__leave(t ? &t->piece : &alone, prev, in, now, true);
}

static __always_inline void switch__leave(const bool offcpu, const bool run, struct task_struct *prev, __u32 state,
					  __u64 since, __u64 in, __u64 now)
{
	struct thread *t;

	if (state & DEAD) {
		switch__last(run, prev, in, now);
		return;
	}
	t = bpf_task_storage_get(&thread_of, prev, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!t) {
		if (offcpu)
			emit__count_lost(bpf_get_smp_processor_id(), REC_offcpu);
		if (run)
			emit__count_lost(bpf_get_smp_processor_id(), REC_run);
		return;
	}
	if (offcpu)
		wait__begin(t, prev, state, since, now);
	if (run)
		run__leave(&t->piece, prev, in, now, false);
}

/*
 * Did it leave this CPU so lately, just before the thread that leaves now, that its wait is too short to be told?
 * Only a pause, then, in its piece of CPU time, too.
 */
static __always_inline bool switch__is_back(const struct cpu *cpu, __u32 next_tid, __u64 now)
{
	const struct slice *slice = &cpu->last[(cpu->n - 2) % SLICES];

	return slice->tid == next_tid && now - slice->until < config.offcpu_min_ns && now - slice->until < SLICE_LEAST_NS;
}

static __always_inline void switch__enter(const bool offcpu, const bool run, struct cpu *cpu, struct task_struct *prev,
					  struct task_struct *next, __u64 now)
{
	struct thread *t = bpf_task_storage_get(&thread_of, next, 0, 0);

	if (!t)
		return;
	if (run && run__is_due(&t->piece, now))
		run__emit(&t->piece, next);
	if (offcpu)
		wait__end(t, cpu, prev, next, now);
}

/* The CPU's own account: it is next's from now on. */
static __always_inline void cpu__switch(struct cpu *cpu, const bool run, __u32 prev_tid, __u32 next_tid, __u64 *since,
					__u64 *in, __u64 now)
{
	bool known = cpu->tid == prev_tid;

	*since = known ? cpu->since : 0;
	if (run)
		*in = __sync_lock_test_and_set(&cpu->in, 0); /* the iterator may be about to take it */
	*in = known && run ? *in : 0;
	cpu->tid = next_tid;
	cpu->since = now;
	if (run)
		*(volatile __u64 *)&cpu->in = now;
	slices__add(cpu, prev_tid, now);
}

static __always_inline int at_switch(void *ctx, const bool offcpu, const bool run, bool preempt,
				     struct task_struct *prev, struct task_struct *next)
{
	const bool any = !config.n_pids && !config.n_comms; /* and netrec's own threads have no value */
	__u32 prev_tid = prev->pid, next_tid = next->pid, state = 0;
	bool prev_counts = prev_tid && task__wanted(prev), next_counts = next_tid && (any || task__wanted(next));
	__u64 now, in = 0, since;
	struct cpu *cpu;

	if (!offcpu && !prev_counts && !next_counts)
		return 0;
	cpu = cpu__at(offcpu, bpf_get_smp_processor_id());
	if (!cpu)
		return 0;
	now = bpf_ktime_get_ns();
	cpu__switch(cpu, run, prev_tid, next_tid, &since, &in, now);
	if (!preempt)
		state = config.switch_has_state ? ((__u64 *)ctx)[3] : task__state(prev);
	if (prev_counts)
		switch__leave(offcpu, run, prev, state, since, in, now);
	if (next_counts && !switch__is_back(cpu, next_tid, now))
		switch__enter(offcpu, run, cpu, prev, next, now);
	return 0;
}

/* One program serves both probes where both are wanted, and does not search for the same threads twice. */
SEC("tp_btf/sched_switch")
int BPF_PROG(on_sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	return control.enabled ? at_switch(ctx, true, config.switch_tells_runs, preempt, prev, next) : 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_run_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	return control.enabled ? at_switch(ctx, false, true, preempt, prev, next) : 0;
}

SEC("iter/task")
int walk_runs(struct bpf_iter__task *ctx)
{
	struct rec_run out = {.rec = {.type = REC_run}};
	struct task_struct *task = ctx->task;

	if (task && run__walk(&out, task))
		bpf_seq_write(ctx->meta->seq, &out, sizeof(out));
	return 0;
}

/*
 * Waking, not wakeup: the thread that wakes is the current one only here. They are equally many, but where a thread
 * is woken on another CPU, wakeup comes in an interrupt there.
 */
SEC("tp_btf/sched_waking")
int BPF_PROG(on_sched_waking, struct task_struct *task)
{
	struct thread *t;

	if (!control.enabled)
		return 0;
	t = bpf_task_storage_get(&thread_of, task, 0, 0);
	if (!t)
		return 0;
	t->wake_ts = bpf_ktime_get_ns();
	t->waker = bpf_get_current_pid_tgid();
	t->quota = task__over_quota(task);
	return 0;
}

/* The program's stack of a long wait that has just ended: the thread is on the CPU, still in the kernel. */
static __always_inline int sched__user_stack(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_struct___mm *user = (void *)task;
	struct thread *t = bpf_task_storage_get(&thread_of, task, 0, 0);
	struct rec_offcpu_ustack *u;
	__u64 since;

	if (!t || !t->owed)
		return 0;
	since = t->owed;
	t->owed = 0;
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
