/*
 * task.bpf.c: the names of threads and the CPU time they use.
 *
 * An iterator walks all threads when netrec samples. What it has to say goes out through the
 * iterator's own file, not through a ring: the walk is netrec's, not an event on some CPU. A thread
 * is introduced when it is first seen and again when it was renamed or moved to another cgroup; its CPU
 * time is reported only when it has run since the last walk. In a PID namespace the walk is only over the
 * threads in that: there all others are introduced when they get a CPU or leave one.
 */
#include "task.h"
#include "wanted.h"

struct seen {
	__u64 runtime;
	__u64 comm[2];
	__u64 cgroup;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct seen);
} seen_of SEC(".maps");

/* That of the cpu controller, whichever hierarchy it is in: a v1 mount or the unified one. */
static __always_inline __u64 task__cgroup(struct task_struct *task)
{
	struct task_struct___group *t = (void *)task;
	struct cgroup *cgroup;

	if (!bpf_core_field_exists(t->sched_task_group))
		return 0;
	cgroup = BPF_CORE_READ(t, sched_task_group, css.cgroup); /* NULL: an autogroup */
	return cgroup ? BPF_CORE_READ(cgroup, kn, id) : 0;
}

static __always_inline void task__fill(struct rec_task *t, struct task_struct *task, __u8 what)
{
	t->tid = task->pid;
	t->tgid = task->tgid;
	t->what = what;
	t->start = task->start_time;
	bpf_core_read(t->comm, sizeof(t->comm), &task->comm);
	t->cgroup = task__cgroup(task);
}

static __always_inline int task__emit(struct task_struct *task, __u8 what)
{
	struct rec_task *t;

	if (!control.enabled || !task__wanted(task))
		return 0;
	t = EMIT(task);
	if (!t)
		return 0;
	task__fill(t, task, what);
	emit__submit(t);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_sched_process_exec, struct task_struct *task)
{
	return task__emit(task, TASK_EXEC);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_sched_process_exit, struct task_struct *task)
{
	return task__emit(task, TASK_EXIT);
}

static __always_inline void task__introduce(struct task_struct *task)
{
	struct seen *seen;
	__u64 comm[2];

	if (!task->pid || !task__wanted(task))
		return;
	seen = bpf_task_storage_get(&seen_of, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	bpf_core_read(comm, sizeof(comm), &task->comm);
	if (!seen || (comm[0] == seen->comm[0] && comm[1] == seen->comm[1]))
		return;
	seen->comm[0] = comm[0];
	seen->comm[1] = comm[1];
	task__emit(task, TASK_FOUND);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_task_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	if (!control.enabled)
		return 0;
	task__introduce(prev);
	task__introduce(next);
	return 0;
}

static __always_inline void walk__introduce(struct seq_file *seq, struct task_struct *task, __u64 now)
{
	struct rec_task t = {.rec = {.ts = now, .type = REC_task}};

	task__fill(&t, task, TASK_FOUND);
	bpf_seq_write(seq, &t, sizeof(t));
}

static __always_inline void walk__runtime(struct seq_file *seq, struct task_struct *task, __u64 now)
{
	struct rec_thread t = {.rec = {.ts = now, .type = REC_thread}};

	t.tid = task->pid;
	t.tgid = task->tgid;
	t.last_cpu = task__cpu(task);
	t.runtime = task->se.sum_exec_runtime;
	t.nvcsw = task->nvcsw;
	t.nivcsw = task->nivcsw;
	bpf_seq_write(seq, &t, sizeof(t));
}

SEC("iter/task")
int walk_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u64 comm[2], runtime, cgroup, now;
	struct seen *seen;

	control.self_tgid = bpf_get_current_pid_tgid() >> 32; /* whoever reads the iterator is netrec */
	if (!task || !task__wanted(task))
		return 0;
	seen = bpf_task_storage_get(&seen_of, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!seen)
		return 0;
	now = bpf_ktime_get_ns();
	bpf_core_read(comm, sizeof(comm), &task->comm);
	cgroup = task__cgroup(task);
	if (comm[0] != seen->comm[0] || comm[1] != seen->comm[1] || cgroup != seen->cgroup) {
		seen->comm[0] = comm[0];
		seen->comm[1] = comm[1];
		seen->cgroup = cgroup;
		walk__introduce(ctx->meta->seq, task, now);
	}
	runtime = task->se.sum_exec_runtime;
	if (runtime != seen->runtime) {
		seen->runtime = runtime;
		walk__runtime(ctx->meta->seq, task, now);
	}
	return 0;
}
