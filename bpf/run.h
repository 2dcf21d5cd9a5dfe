/*
 * run.h: how long threads were on a CPU, to the 10 ms.
 *
 * A thread's time on CPUs is added up from switch to switch and told in pieces of at least RUN_SPAN_NS, with where
 * they begin and end; what is next to nothing waits until it is worth a record. So the number of records is bounded
 * by the CPU time there is, however often threads switch. A thread that never leaves its CPU is asked by the
 * iterator when netrec samples.
 */
#ifndef BPF_RUN_H
#define BPF_RUN_H

#include "thread.h"

#define RUN_SPAN_NS 5000000ull    /* a piece is at least that long */
#define RUN_LEAST_NS 100000ull    /* and has that much CPU time, */
#define RUN_LONGEST_NS 1000000000ull /* unless it is that long */

static __always_inline bool run__is_due(const struct piece *p, __u64 now)
{
	if (!p->ran)
		return false;
	return (now - p->begin >= RUN_SPAN_NS && p->ran >= RUN_LEAST_NS) || now - p->begin >= RUN_LONGEST_NS;
}

static __always_inline void run__emit(struct piece *p, struct task_struct *task)
{
	struct rec_run *out = EMIT(run);

	if (out) {
		out->tid = task->pid;
		out->tgid = task->tgid;
		out->slices = p->slices;
		out->from = p->begin;
		out->to = p->last;
		out->ran = p->ran;
		emit__submit(out);
	}
	p->ran = 0;
	p->slices = 0;
}

static __always_inline void run__add(struct piece *p, __u64 in, __u64 now)
{
	if (!p->ran)
		p->begin = in;
	p->ran += now - in;
	p->last = now;
	p->slices++;
}

/* It got the CPU at `in`, 0 when that was not seen. `dead`: it will not run again. */
static __always_inline void run__leave(struct piece *p, struct task_struct *prev, __u64 in, __u64 now, bool dead)
{
	if (in)
		run__add(p, in, now);
	if (run__is_due(p, now) || (p->ran && dead))
		run__emit(p, prev);
}

/* A thread that has been on its CPU for long: what is not told yet of that, into `out`. False when there is nothing. */
static __always_inline bool run__walk(struct rec_run *out, struct task_struct *task)
{
	struct cpu *cpu = cpu__at(config.switch_tells_runs, task__cpu(task));
	__u64 in, now;

	if (!cpu || !task->pid || !task__wanted(task))
		return false;
	in = __sync_fetch_and_add(&cpu->in, 0); /* before tid */
	now = bpf_ktime_get_ns();
	if (cpu->tid != (__u32)task->pid || !in || now < in + RUN_SPAN_NS)
		return false;
	if (__sync_val_compare_and_swap(&cpu->in, in, now) != in)
		return false;
	out->rec.ts = now;
	out->tid = task->pid;
	out->tgid = task->tgid;
	out->slices = 0; /* it goes on */
	out->from = in;
	out->to = now;
	out->ran = now - in;
	return true;
}

#endif
