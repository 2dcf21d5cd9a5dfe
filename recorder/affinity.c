/*
 * affinity.c: on which CPUs threads may run (affinity.h).
 *
 * By system calls of a microsecond each, not from /proc: a large host has ten thousand threads. Those that have ended are
 * forgotten at the next look: a host that starts a thousand a second has the room for its living ones.
 */
#include "affinity.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CPUS = 4096, MAX_THREADS = 1 << 22 /* the kernel has no more: PID_MAX_LIMIT */, LIST = 512 };

struct thread {
	__u32 tid, tgid;
	__u64 was; /* hash of what was told; 0: nothing */
};

struct affinity {
	struct intern *tids;
	struct thread *threads; /* by id - 1 */
	size_t room;
	cpu_set_t *cpus;
};

struct affinity *affinity__new(void)
{
	struct affinity *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->tids = intern__new(MAX_THREADS);
	a->cpus = CPU_ALLOC(MAX_CPUS);
	if (!a->tids || !a->cpus) {
		affinity__free(a);
		return NULL;
	}
	return a;
}

void affinity__free(struct affinity *a)
{
	if (!a)
		return;
	intern__free(a->tids);
	if (a->cpus)
		CPU_FREE(a->cpus);
	free(a->threads);
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

static __u64 hash_of(const char *list, int policy, int prio)
{
	__u64 h = 0xcbf29ce484222325ULL ^ (__u64)policy << 32 ^ prio;

	for (; *list; list++)
		h = (h ^ (unsigned char)*list) * 0x100000001b3ULL;
	return h | 1;
}

/* Returns whether the thread is still there. */
static bool tell(struct affinity *a, struct sink *s, struct thread *t)
{
	struct rec_affinity r = { .rec = { .ts = now_ns(), .type = REC_affinity }, .tid = t->tid, .tgid = t->tgid };
	struct sched_param param = { 0 };
	char list[LIST];
	int policy;
	__u64 hash;

	CPU_ZERO_S(CPU_ALLOC_SIZE(MAX_CPUS), a->cpus);
	policy = sched_getscheduler(t->tid);
	if (policy < 0 || sched_getaffinity(t->tid, CPU_ALLOC_SIZE(MAX_CPUS), a->cpus) || sched_getparam(t->tid, &param))
		return false;
	policy &= 0xff; /* without SCHED_RESET_ON_FORK */
	list_of(a->cpus, list, sizeof(list));
	hash = hash_of(list, policy, param.sched_priority);
	if (hash == t->was)
		return true;
	t->was = hash;
	r.cpus = sink__string(s, list);
	r.policy = policy;
	r.prio = param.sched_priority;
	sink__append(s, STREAM_RECORDER, &r.rec);
	return true;
}

static bool make_room(struct affinity *a)
{
	size_t room = a->room ? a->room * 2 : 1024;
	struct thread *t;

	if (intern__count(a->tids) < a->room)
		return true;
	t = realloc(a->threads, room * sizeof(*t));
	if (!t)
		return false;
	a->threads = t;
	a->room = room;
	return true;
}

/* NULL: out of memory. */
static struct thread *thread_at(struct affinity *a, __u32 tid)
{
	bool is_new;
	__u32 id = make_room(a) ? intern__id(a->tids, &tid, sizeof(tid), &is_new) : 0;

	if (!id)
		return NULL;
	if (is_new)
		a->threads[id - 1] = (struct thread){ .tid = tid };
	return &a->threads[id - 1];
}

void affinity__look(struct affinity *a, struct sink *s, __u32 tid, __u32 tgid)
{
	struct thread *t = tid ? thread_at(a, tid) : NULL; /* 0: the idle threads, and to system calls the caller */

	if (!t)
		return;
	if (t->tgid != tgid) /* another thread with this number */
		*t = (struct thread){ .tid = tid, .tgid = tgid };
	tell(a, s, t);
}

/* Those of tid 0 have ended. Out of memory: they stay until the next time. */
static void forget_ended(struct affinity *a)
{
	struct intern *tids = intern__new(MAX_THREADS);
	__u32 n = intern__count(a->tids), kept = 0;

	for (__u32 i = 0; tids && i < n; i++) {
		bool is_new;

		if (!a->threads[i].tid)
			continue;
		if (intern__id(tids, &a->threads[i].tid, sizeof(a->threads[i].tid), &is_new) != ++kept) {
			intern__free(tids);
			tids = NULL;
		}
	}
	if (!tids)
		return;
	kept = 0;
	for (__u32 i = 0; i < n; i++)
		if (a->threads[i].tid)
			a->threads[kept++] = a->threads[i];
	intern__free(a->tids);
	a->tids = tids;
}

void affinity__look_again(struct affinity *a, struct sink *s)
{
	enum { BATCH = 256 }; /* the rings wait while the trace is locked */
	bool ended = false;

	for (__u32 i = 0; i < intern__count(a->tids);) {
		sink__lock(s);
		for (__u32 n = 0; n < BATCH && i < intern__count(a->tids); n++, i++) {
			if (!a->threads[i].tid || tell(a, s, &a->threads[i]))
				continue;
			a->threads[i].tid = 0;
			ended = true;
		}
		sink__unlock(s);
	}
	if (!ended)
		return;
	sink__lock(s);
	forget_ended(a);
	sink__unlock(s);
}

__u32 affinity__n(const struct affinity *a)
{
	return intern__count(a->tids);
}
