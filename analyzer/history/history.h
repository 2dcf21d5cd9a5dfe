/*
 * history.h: what threads did lately: their stretches off the CPU, and their waits for locks; and who had the CPUs.
 *
 * Answers why a thread did not do something in a given time. Of fixed size: the last stretches of all threads that took
 * HISTORY_SHORTEST_NS or more, HISTORY_STRETCHES for each CPU, of as many threads as fit, and of each CPU the last
 * HISTORY_SLICES slices; what is older is not known, and says so. Everything is told in the order in which it ended.
 */
#ifndef ANALYZER_HISTORY_H
#define ANALYZER_HISTORY_H

#include <stdbool.h>
#include <linux/types.h>

enum { HISTORY_STRETCHES = 1 << 15, HISTORY_SLICES = 512, HISTORY_SHORTEST_NS = 50000, HISTORY_THREADS = 1 << 16, HISTORY_CAUSES = 16 };

/* What a thread did in a part of the time. The order is that of how much it says. */
enum deed {
	DID_RUN,     /* it had a CPU, or was off it too shortly to be recorded */
	DID_QUEUE,   /* it could run and waited for a CPU; by: who had it */
	DID_NOBODY,  /* it could run and did not, and nobody had its CPU */
	DID_QUOTA,   /* it could run, and a CPU quota did not let it */
	DID_LOCK,    /* it waited for a lock; by: who held it, or ended the wait; addr: of the lock */
	DID_STOP,    /* it was stopped (SIGSTOP, ptrace, a frozen cgroup) */
	DID_SLEEP,   /* it slept; by: who woke it */
	DID_UNKNOWN, /* it is not known: too long ago, or records are missing */
	N_DEEDS
};

struct history_off {
	__u64 until;             /* it got a CPU */
	__u64 blocked, runnable; /* ns, in this order before it */
	__u32 state, waker, prev;
	__u32 cpu;
	bool quota;              /* a CPU quota kept it from running while it could */
};

/* A thread had a CPU; 0: nobody had. */
struct history_slice {
	__u64 from, until;
	__u32 tid;
};

struct history_wait {
	__u64 until, ns, addr;
	__u32 holder; /* 0: not known */
};

struct history_part {
	enum deed deed;
	__u32 by;
	__u64 addr;
	__u64 ns;
};

struct history;

/* Of a host whose CPUs have numbers below n_cpus. NULL when out of memory. */
struct history *history__new(unsigned n_cpus);
void history__free(struct history *h);

void history__off(struct history *h, __u32 tid, const struct history_off *off);
void history__wait(struct history *h, __u32 tid, const struct history_wait *wait);

/* Slices of one CPU do not overlap. They may come in groups, the latest of a group first, as rec_oncpu does. */
void history__slice(struct history *h, unsigned cpu, const struct history_slice *slice);

/* Records are missing before `now`: nothing is known of any thread up to there. */
void history__forget(struct history *h, __u64 now);

/*
 * Divides the time from `from` to `to` of a thread by what it did, the largest part first. Waits nest: a sleep inside the
 * wait for a lock is that wait. Fills up to HISTORY_CAUSES parts, whose sum is to - from; returns how many.
 */
unsigned history__why(const struct history *h, __u32 tid, __u64 from, __u64 to, struct history_part parts[HISTORY_CAUSES]);

/* Threads that made room for others. */
__u64 history__evicted(const struct history *h);

#endif
