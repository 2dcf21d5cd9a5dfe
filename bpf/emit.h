/*
 * emit.h: how a program hands a record to netrec.
 *
 * Every CPU has its own ring, so that CPUs never wait for each other. Reserve, then read the clock, then fill the
 * fields: the time is that of the event, not of the last step. Nobody is woken up: netrec comes by on a timer, and only
 * while that is a long one, a ring that fills wakes it. A record that finds no room is counted, by CPU and type, where
 * netrec reads it without a system call. Ring memory is not cleared: a program must fill every field.
 */
#ifndef BPF_EMIT_H
#define BPF_EMIT_H

#include "kernel.h"
#include "shared.h"
#include "format/record.h"

enum { RECORD_MOST = 1024 }; /* bytes, with what the ring puts before it */

#define RECORD(id, name, class, doc)
#define FIELD(record, type, name, key, unit, doc)
#define END(name)                                                                                           \
	_Static_assert(sizeof(struct rec_##name) + 2 * STACK_FRAMES * sizeof(__u64) + 8 <= RECORD_MOST, "too long");
#include "format/events.def"
#undef RECORD
#undef FIELD
#undef END

const volatile struct recorder_config config SEC(".rodata.config") = {};
volatile struct recorder_control control SEC(".data.control") = {};

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1); /* CPUs: set by netrec, which creates it */
	__type(key, __u32);
	__array(values, struct ring);
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, LOST_TYPES); /* times CPUs */
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

static __always_inline void emit__count_lost(__u32 cpu, __u32 type)
{
	__u32 slot = cpu * LOST_TYPES + type;
	__u64 *count = bpf_map_lookup_elem(&lost, &slot);

	if (count)
		__sync_fetch_and_add(count, 1);
}

/* A record of `size` bytes on this CPU's ring with its header filled in, or NULL: then it was counted. */
static __always_inline void *emit__reserve(__u32 type, __u64 size)
{
	__u32 cpu = bpf_get_smp_processor_id();
	void *ring = bpf_map_lookup_elem(&rings, &cpu);
	struct rec *rec;

	/* no ring: a CPU that came online after the recording began */
	rec = ring ? bpf_ringbuf_reserve(ring, size, 0) : NULL;
	if (!rec) {
		emit__count_lost(cpu, type);
		return NULL;
	}
	rec->ts = bpf_ktime_get_ns();
	rec->type = type;
	rec->cpu = cpu;
	rec->frames = 0;
	rec->user_frames = 0;
	return rec;
}

/*
 * How full the ring is, is asked once in a quarter of those bytes: where in memory a record is, tells when. Records
 * follow each other, and none is longer than RECORD_MOST, so one begins in the first so many bytes of every such
 * stretch. To the verifier only a difference of pointers is a number.
 */
static __always_inline bool emit__asks(const void *rec, __u64 wake_bytes)
{
	return (((__u64)rec - (__u64)&control) & (wake_bytes / 4 - 1)) < RECORD_MOST;
}

static __always_inline __u64 emit__wakes(const void *rec)
{
	__u64 wake_bytes = control.wake_bytes;
	__u32 cpu;
	void *ring;

	if (!wake_bytes || !emit__asks(rec, wake_bytes))
		return BPF_RB_NO_WAKEUP;
	cpu = bpf_get_smp_processor_id();
	ring = bpf_map_lookup_elem(&rings, &cpu);
	return ring && bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) > wake_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

static __always_inline void emit__submit(void *rec)
{
	bpf_ringbuf_submit(rec, emit__wakes(rec));
}

#define EMIT(name) ((struct rec_##name *)emit__reserve(REC_##name, sizeof(struct rec_##name)))
#define EMIT_STACK(name) \
	((struct rec_##name *)emit__reserve(REC_##name, sizeof(struct rec_##name) + STACK_FRAMES * sizeof(__u64)))

#define EMIT_STACKS(name) \
	((struct rec_##name *)emit__reserve(REC_##name, sizeof(struct rec_##name) + 2 * STACK_FRAMES * sizeof(__u64)))

/* Number of whole frames in what bpf_get_stack() returned. */
static __always_inline __u16 emit__frames(long bytes)
{
	return bytes > 0 ? (__u64)bytes / sizeof(__u64) : 0;
}

/* The current thread's program: its return addresses to `at`. Only as good as its frame pointers. */
static __always_inline __u16 emit__user_frames(void *ctx, void *at)
{
	return emit__frames(bpf_get_stack(ctx, at, STACK_FRAMES * sizeof(__u64), BPF_F_USER_STACK));
}

char LICENSE[] SEC("license") = "GPL";

#endif
