/*
 * run.bpf.c: how long threads were on a CPU, to the 10 ms.
 *
 * A thread's time on CPUs is added up from switch to switch and told in pieces of at least RUN_SPAN_NS, with where
 * they begin and end; what is next to nothing waits until it is worth a record. So the number of records is bounded
 * by the CPU time there is, however often threads switch. A thread that never leaves its CPU is asked by the
 * iterator when netrec samples.
 */
#include "wanted.h"

#define RUN_SPAN_NS 5000000ull    /* a piece is at least that long */
#define RUN_LEAST_NS 100000ull    /* and has that much CPU time, */
#define RUN_LONGEST_NS 1000000000ull /* unless it is that long */

struct running {
	__u64 in;          /* when it got the CPU; 0: it has none */
	__u64 begin, last; /* of the piece */
	__u64 ran;         /* in the piece so far */
	__u32 slices;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct running);
} running_of SEC(".maps");

enum { DEAD = 0x80 }; /* TASK_DEAD: it will not run again */

static __always_inline bool task__is_dead(struct task_struct *task)
{
	struct task_struct___state *old = (void *)task;

	if (bpf_core_field_exists(task->__state))
		return task->__state & DEAD;
	return BPF_CORE_READ(old, state) & DEAD;
}

static __always_inline void run__fill(struct rec_run *out, const struct running *r, struct task_struct *task)
{
	out->tid = task->pid;
	out->tgid = task->tgid;
	out->slices = r->slices;
	out->from = r->begin;
	out->to = r->last;
	out->ran = r->ran;
}

static __always_inline bool run__is_due(const struct running *r, __u64 now)
{
	if (!r->ran)
		return false;
	return (now - r->begin >= RUN_SPAN_NS && r->ran >= RUN_LEAST_NS) || now - r->begin >= RUN_LONGEST_NS;
}

static __always_inline void run__emit(struct running *r, struct task_struct *task)
{
	struct rec_run *out = EMIT(run);

	if (out) {
		run__fill(out, r, task);
		emit__submit(out);
	}
	r->ran = 0;
	r->slices = 0;
}

static __always_inline void run__add(struct running *r, __u64 in, __u64 now)
{
	if (!r->ran)
		r->begin = in;
	r->ran += now - in;
	r->last = now;
	r->slices++;
}

static __always_inline void run__leave(struct task_struct *prev, __u64 now)
{
	struct running *r = bpf_task_storage_get(&running_of, prev, 0, 0);
	__u64 in;

	if (!r)
		return;
	in = __sync_lock_test_and_set(&r->in, 0); /* the iterator may be about to take it */
	if (in)
		run__add(r, in, now);
	if (run__is_due(r, now) || (r->ran && task__is_dead(prev)))
		run__emit(r, prev);
}

static __always_inline void run__enter(struct task_struct *next, __u64 now)
{
	struct running *r;

	if (!task__wanted(next))
		return;
	r = bpf_task_storage_get(&running_of, next, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!r) {
		emit__count_lost(bpf_get_smp_processor_id(), REC_run);
		return;
	}
	if (run__is_due(r, now))
		run__emit(r, next);
	r->in = now;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_run_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	__u64 now;

	if (!control.enabled)
		return 0;
	now = bpf_ktime_get_ns();
	if (prev->pid)
		run__leave(prev, now);
	if (next->pid)
		run__enter(next, now);
	return 0;
}

SEC("iter/task")
int walk_runs(struct bpf_iter__task *ctx)
{
	struct rec_run out = {.rec = {.type = REC_run}};
	struct task_struct *task = ctx->task;
	struct running *r = task ? bpf_task_storage_get(&running_of, task, 0, 0) : NULL;
	__u64 in, now;

	if (!r)
		return 0;
	in = r->in;
	now = bpf_ktime_get_ns();
	if (!in || now - in < RUN_SPAN_NS || __sync_val_compare_and_swap(&r->in, in, now) != in)
		return 0;
	out.rec.ts = now;
	out.tid = task->pid;
	out.tgid = task->tgid;
	out.slices = 0; /* it goes on */
	out.from = in;
	out.to = now;
	out.ran = now - in;
	bpf_seq_write(ctx->meta->seq, &out, sizeof(out));
	return 0;
}
