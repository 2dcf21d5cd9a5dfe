/*
 * affinity.c: on which CPUs threads may run (affinity.h).
 *
 * By system calls of a microsecond each, not from /proc: a large host has ten thousand threads. Those that have ended
 * are forgotten at the next look: a host that starts a thousand a second has the room for its living ones.
 */
#include "affinity.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CPUS = 4096, MAX_THREADS = 1 << 22 /* the kernel has no more: PID_MAX_LIMIT */, LIST = 512 };

struct affinity {
	struct intern *threads; /* by tid; value: its process, and a hash of what was told, 0: nothing */
	cpu_set_t *cpus;
};

struct affinity *affinity__new(void)
{
	struct affinity *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->threads = intern__new(MAX_THREADS);
	a->cpus = CPU_ALLOC(MAX_CPUS);
	if (!a->threads || !a->cpus) {
		affinity__free(a);
		return NULL;
	}
	return a;
}

void affinity__free(struct affinity *a)
{
	if (!a)
		return;
	intern__free(a->threads);
	if (a->cpus)
		CPU_FREE(a->cpus);
	free(a);
}

/* "0-3,7" */
static void list_of(const cpu_set_t *cpus, char *to, size_t len)
{
	size_t size = CPU_ALLOC_SIZE(MAX_CPUS), used = 0;

	to[0] = 0;
	for (int i = 0, last; i < MAX_CPUS && used + 16 < len; i = last + 1) {
		last = i;
		if (!CPU_ISSET_S(i, size, cpus))
			continue;
		while (last + 1 < MAX_CPUS && CPU_ISSET_S(last + 1, size, cpus))
			last++;
		used += snprintf(to + used, len - used, last > i ? "%s%d-%d" : "%s%d", used ? "," : "", i, last);
	}
}

static __u32 hash_of(const cpu_set_t *cpus, int policy, int prio)
{
	const unsigned long *words = (const unsigned long *)cpus;
	__u64 h = 0xcbf29ce484222325ULL ^ (__u64)policy << 32 ^ prio;

	for (size_t i = 0; i < CPU_ALLOC_SIZE(MAX_CPUS) / sizeof(*words); i++)
		h = (h ^ words[i]) * 0x9e3779b97f4a7c15ULL;
	return (h ^ h >> 32) | 1;
}

/* False when the thread is gone. */
static bool tell(struct affinity *a, struct sink *s, struct interned *known)
{
	struct rec_affinity r = { .rec = { .ts = now_ns(), .type = REC_affinity }, .tgid = known->value >> 32 };
	struct sched_param param = { 0 };
	char list[LIST];
	int policy;
	__u64 value;

	memcpy(&r.tid, known->bytes, sizeof(r.tid));
	CPU_ZERO_S(CPU_ALLOC_SIZE(MAX_CPUS), a->cpus);
	policy = sched_getscheduler(r.tid);
	if (policy < 0 || sched_getaffinity(r.tid, CPU_ALLOC_SIZE(MAX_CPUS), a->cpus) || sched_getparam(r.tid, &param))
		return false;
	policy &= 0xff; /* without SCHED_RESET_ON_FORK */
	value = (__u64)r.tgid << 32 | hash_of(a->cpus, policy, param.sched_priority);
	if (value == known->value)
		return true;
	known->value = value;
	list_of(a->cpus, list, sizeof(list));
	r.cpus = sink__string(s, list);
	r.policy = policy;
	r.prio = param.sched_priority;
	sink__append(s, STREAM_RECORDER, &r.rec);
	return true;
}

void affinity__look(struct affinity *a, struct sink *s, __u32 tid, __u32 tgid)
{
	bool is_new;
	struct interned *known;

	if (!tid) /* the idle threads, and to system calls the caller */
		return;
	known = intern__get(a->threads, &tid, sizeof(tid), &is_new);
	if (known && known->value >> 32 != tgid) /* new, or another thread with this number */
		known->value = (__u64)tgid << 32;
	if (known && !tell(a, s, known))
		intern__forget(a->threads, known);
}

void affinity__look_again(struct affinity *a, struct sink *s)
{
	enum { BATCH = 256 }; /* the rings wait while the trace is locked */
	struct interned *known = intern__first(a->threads);

	while (known) {
		sink__lock(s);
		for (__u32 n = 0; n < BATCH && known; n++) {
			struct interned *next = intern__next(known);

			if (!tell(a, s, known))
				intern__forget(a->threads, known);
			known = next;
		}
		sink__unlock(s);
	}
}

__u32 affinity__n(const struct affinity *a)
{
	return intern__count(a->threads);
}
