/*
 * task.h: what the kernel knows of a thread, whatever its version.
 */
#ifndef BPF_TASK_H
#define BPF_TASK_H

#include "kernel.h"

static __always_inline __u32 task__state(struct task_struct *task)
{
	struct task_struct___state *old = (void *)task;

	if (bpf_core_field_exists(task->__state))
		return task->__state;
	return BPF_CORE_READ(old, state);
}

static __always_inline __u32 task__cpu(struct task_struct *task)
{
	struct task_struct___cpu *old = (void *)task;

	if (bpf_core_field_exists(task->thread_info.cpu))
		return task->thread_info.cpu;
	return BPF_CORE_READ(old, cpu);
}

/* How often it left a CPU. */
static __always_inline __u32 task__switches(struct task_struct *task)
{
	return task->nvcsw + task->nivcsw;
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

#endif
