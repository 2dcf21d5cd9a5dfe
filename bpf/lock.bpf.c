/*
 * lock.bpf.c: who waited for a lock of the kernel, for how long, and who held it.
 *
 * One record for each wait that took long; the others of a CPU are only counted, in the next record of
 * that CPU. A thread sleeps for one lock at a time: its wait lies in a table by thread, which is
 * allocated in advance, because allocating memory takes locks, too. A CPU spins for one lock at a time,
 * but interrupts may spin on top of it: those waits lie on a small stack of the CPU. A mutex says again
 * and again that it is being waited for, spinning and sleeping by turns; all that is one wait.
 */
#include "wanted.h"

enum { /* include/trace/events/lock.h */
	LOCK_SPIN = 1,
	LOCK_READ = 2,
	LOCK_WRITE = 4,
	LOCK_RT = 8,
	LOCK_PERCPU = 16,
	LOCK_MUTEX = 32,
};

enum { MAX_SLEEPERS = 16384, SPIN_DEPTH = 4 };

#define SHORT_NS 1000000000ull /* counts of short waits are not kept back longer than that */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct lock_owner {
	long counter;
};

struct mutex {
	struct lock_owner owner;
};

struct rw_semaphore {
	struct lock_owner owner;
};

struct rt_mutex_base {
	struct task_struct *owner;
};
#pragma clang attribute pop

struct lock_wait {
	__u64 since;
	__u64 lock;
	__u32 flags;
	__u32 owner;
};

struct lock_spins {
	struct lock_wait at[SPIN_DEPTH];
	__u32 n;
};

struct lock_short {
	__u64 since; /* of the last record of this CPU */
	__u64 ns;
	__u32 n;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_SLEEPERS);
	__type(key, __u32);
	__type(value, struct lock_wait);
} lock_sleepers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lock_spins);
} lock_spinners SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lock_short);
} lock_shorts SEC(".maps");

/* The thread an owner word points to; its low bits say other things. 0 when it is free or not known. */
static __always_inline __u32 lock__owner(__u64 word)
{
	struct task_struct *task = (void *)(word & ~7ull);

	return task ? BPF_CORE_READ(task, pid) : 0;
}

/* Who holds it now: mutexes, write-locked semaphores and real-time mutexes know. */
static __always_inline __u32 lock__holder(void *lock, __u32 flags)
{
	struct rt_mutex_base *rt = lock;
	struct rw_semaphore *sem = lock;
	struct mutex *mutex = lock;
	__u64 word;

	if (flags & LOCK_PERCPU)
		return 0;
	if (flags & LOCK_RT)
		return bpf_core_field_exists(rt->owner) ? lock__owner((__u64)BPF_CORE_READ(rt, owner)) : 0;
	if (flags & LOCK_MUTEX)
		return bpf_core_field_exists(mutex->owner) ? lock__owner(BPF_CORE_READ(mutex, owner.counter)) : 0;
	if (flags & LOCK_SPIN || !(flags & (LOCK_READ | LOCK_WRITE)) || !bpf_core_field_exists(sem->owner))
		return 0;
	word = BPF_CORE_READ(sem, owner.counter);
	return word & 1 ? 0 : lock__owner(word); /* bit 0: readers have it, and only the last one is known */
}

static __always_inline bool lock__spins(__u32 flags)
{
	return flags & LOCK_SPIN && !(flags & LOCK_MUTEX);
}

static __always_inline void lock__push(struct lock_wait *w)
{
	__u32 zero = 0;
	struct lock_spins *s = bpf_map_lookup_elem(&lock_spinners, &zero);

	if (!s)
		return;
	if (s->n < SPIN_DEPTH)
		s->at[s->n] = *w;
	s->n++;
}

/* The topmost wait of this CPU, when it is the one for `lock`. */
static __always_inline bool lock__pop(__u64 lock, struct lock_wait *w)
{
	__u32 zero = 0, top;
	struct lock_spins *s = bpf_map_lookup_elem(&lock_spinners, &zero);

	if (!s || !s->n)
		return false;
	top = s->n - 1;
	if (top >= SPIN_DEPTH) { /* deeper than we keep: not recorded */
		s->n--;
		return false;
	}
	*w = s->at[top];
	if (w->lock != lock) {
		s->n = w->since + SHORT_NS < bpf_ktime_get_ns() ? 0 : s->n; /* an end was missed: begin anew */
		return false;
	}
	s->n--;
	return true;
}

static __always_inline void lock__sleep(struct lock_wait *w)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct lock_wait *old = bpf_map_lookup_elem(&lock_sleepers, &tid);

	if (old && old->lock == w->lock) {
		old->flags |= w->flags;
		old->owner = w->owner ? w->owner : old->owner;
		return;
	}
	bpf_map_update_elem(&lock_sleepers, &tid, w, BPF_ANY);
}

static __always_inline bool lock__wake(__u64 lock, struct lock_wait *w)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct lock_wait *old = bpf_map_lookup_elem(&lock_sleepers, &tid);

	if (!old || old->lock != lock)
		return false;
	*w = *old;
	bpf_map_delete_elem(&lock_sleepers, &tid);
	return true;
}

/* Counts a wait that was short. True when there is something to tell and it is time to. */
static __always_inline bool lock__count(struct lock_short *s, __u64 ns, __u64 now)
{
	s->n++;
	s->ns += ns;
	if (!s->since)
		s->since = now;
	return now - s->since >= SHORT_NS;
}

static __always_inline void lock__emit(void *ctx, const struct lock_wait *w, struct lock_short *s, __u64 now, int ret)
{
	__u64 tid = bpf_get_current_pid_tgid();
	struct rec_lock *l;

	if (w && now - w->since >= config.offcpu_stack_ns) {
		l = EMIT_STACKS(lock);
		if (!l)
			return;
		l->rec.frames = emit__frames(bpf_get_stack(ctx, l + 1, STACK_FRAMES * sizeof(__u64), 0));
		if (l->rec.frames && !lock__spins(w->flags)) /* an interrupt spins for itself */
			l->rec.user_frames = emit__user_frames(ctx, (__u64 *)(l + 1) + STACK_FRAMES);
	} else {
		l = EMIT(lock);
		if (!l)
			return;
	}
	l->rec.ts = now;
	l->tid = tid;
	l->tgid = tid >> 32;
	l->addr = w ? w->lock : 0;
	l->owner = w ? w->owner : 0;
	l->flags = w ? w->flags : 0;
	l->ret = ret;
	l->stack = 0;
	l->duration = w ? now - w->since : 0;
	l->short_n = s->n;
	l->short_ns = s->ns;
	l->ustack = 0;
	s->n = 0;
	s->ns = 0;
	s->since = now;
	emit__submit(l);
}

SEC("tp_btf/contention_begin")
int BPF_PROG(on_contention_begin, void *lock, unsigned int flags)
{
	struct lock_wait w = {.lock = (__u64)lock, .flags = flags};

	if (!control.enabled || !task__wanted(bpf_get_current_task_btf()))
		return 0;
	w.owner = lock__holder(lock, flags);
	w.since = bpf_ktime_get_ns();
	if (lock__spins(flags))
		lock__push(&w);
	else
		lock__sleep(&w);
	return 0;
}

SEC("tp_btf/contention_end")
int BPF_PROG(on_contention_end, void *lock, int ret)
{
	struct lock_wait w;
	struct lock_short *s;
	__u32 zero = 0;
	__u64 now;

	if (!control.enabled)
		return 0;
	if (!lock__pop((__u64)lock, &w) && !lock__wake((__u64)lock, &w))
		return 0;
	now = bpf_ktime_get_ns();
	s = bpf_map_lookup_elem(&lock_shorts, &zero);
	if (!s)
		return 0;
	if (now - w.since >= config.lock_min_ns)
		lock__emit(ctx, &w, s, now, ret);
	else if (lock__count(s, now - w.since, now))
		lock__emit(ctx, NULL, s, now, 0);
	return 0;
}
