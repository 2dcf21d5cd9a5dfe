/*
 * thread.h: what is kept of threads and CPUs from switch to switch.
 *
 * A thread has one value, for all that is recorded about its waits and its CPU time: it is found once as the thread
 * leaves a CPU, once as it is woken, and as it comes back only where that can matter. What concerns the thread that
 * runs is its CPU's, which needs no search. Threads that are not wanted have no value.
 */
#ifndef BPF_THREAD_H
#define BPF_THREAD_H

#include "task.h"
#include "wanted.h"

/* A piece of a thread's time on CPUs, so far. */
struct piece {
	__u64 begin, last;
	__u64 ran;
	__u32 slices;
};

struct thread {
	__u64 off_ts;   /* 0: on a CPU, or never seen leaving one */
	__u64 wake_ts;
	__u32 waker;
	__u32 state;    /* 0: preempted or yielded */
	__u32 switches; /* the kernel's count as it left: another one now is that of a leaving that was missed */
	bool quota;     /* its cgroup had used up its CPU quota */
	struct piece piece;
	__u64 owed;     /* switch-in from a long wait whose user stack was not taken yet; 0: none */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread);
} thread_of SEC(".maps");

/* Who had a CPU lately. */
enum { SLICES = 16 };

struct slice {
	__u64 until;
	__u32 tid;
};

/*
 * Written by the CPU itself as it switches. The iterator takes `in` from others: it is 0 while `tid` changes, and
 * no two threads get a CPU in the same nanosecond, so who finds the same `in` before and after knows whose it is.
 */
struct cpu {
	__u64 since; /* when that thread got it */
	__u64 in;    /* from when on its time is not told yet; 0: being changed */
	__u32 tid;
	__u32 n, told; /* slices */
	struct slice last[SLICES]; /* n modulo */
};

struct cpu_of {
	struct cpu waits; /* of the program that tells waits, and CPU time with them */
	struct cpu runs;  /* of one that tells only CPU time */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* CPUs: set by netrec */
	__type(key, __u32);
	__type(value, struct cpu_of);
} cpus SEC(".maps");

static __always_inline struct cpu *cpu__at(const bool waits, __u32 nr)
{
	struct cpu_of *of = bpf_map_lookup_elem(&cpus, &nr);

	return !of ? NULL : waits ? &of->waits : &of->runs;
}

#endif
