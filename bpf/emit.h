/*
 * emit.h: how a program hands a record to netrec.
 *
 * Every CPU has its own ring (cpu_ring.h), so that CPUs never wait for each other. Reserve, then read the clock, then fill
 * the fields: the time is that of the event, not of the last step. Nobody is woken up: netrec comes by on a timer, and
 * only while that is a long one, a ring that fills wakes it. A record that finds no room is counted, by CPU and type,
 * where netrec reads it without a system call. A place holds what an earlier record left there: a program fills every
 * field.
 */
#ifndef BPF_EMIT_H
#define BPF_EMIT_H

#include "kernel.h"
#include "cpu_ring.h"
#include "shared.h"
#include "format/record.h"

#define RECORD(id, name, class, doc)
#define FIELD(record, type, name, key, unit, doc)
#define END(name)                                                                                           \
	_Static_assert(sizeof(struct rec_##name) + 2 * STACK_FRAMES * sizeof(__u64) + sizeof(struct ring_head) <= RECORD_MOST, "too long");
#include "format/events.def"
#undef RECORD
#undef FIELD
#undef END

const volatile struct recorder_config config SEC(".rodata.config") = {};
volatile struct recorder_control control SEC(".data.control") = {};

/* The chunks of a CPU's ring. */
struct ring {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[4096 + RECORD_MOST]);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1); /* CPUs: set by netrec, which creates it and the rings */
	__type(key, __u32);
	__array(values, struct ring);
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* CPUs */
	__type(key, __u32);
	__type(value, struct ring_ends);
} ring_ends SEC(".maps");

/* Wakes netrec: what is in it says nothing. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} bell SEC(".maps");

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

/* Asked once in a quarter of those bytes; who fails to ring finds that netrec was woken already. */
static __always_inline void emit__wake(__u64 at, __u64 bytes, __u64 consumed)
{
	__u64 wake_bytes = control.wake_bytes, quarter = wake_bytes / 4;

	if (wake_bytes && ((at ^ (at + bytes)) & quarter) && at + bytes - consumed > wake_bytes)
		bpf_ringbuf_output(&bell, &quarter, sizeof(quarter), BPF_RB_FORCE_WAKEUP);
}

/* A place for `bytes` on this CPU's ring, or NULL. */
static __always_inline struct ring_head *emit__place(__u32 cpu, __u64 bytes)
{
	struct ring_ends *ends = bpf_map_lookup_elem(&ring_ends, &cpu);
	void *ring = bpf_map_lookup_elem(&rings, &cpu), *chunk;
	struct ring_head *head;
	__u32 nr;
	__u64 at;

	/* no ring: a CPU that came online after the recording began */
	if (!ends || !ring || !ring__take(ends, bytes, config.ring_bytes, &at))
		return NULL;
	emit__wake(at, bytes, ends->consumed);
	nr = (at & (config.ring_bytes - 1)) >> config.ring_chunk_bits;
	chunk = bpf_map_lookup_elem(ring, &nr);
	if (!chunk)
		return NULL;
	head = chunk + (at & ((1ull << config.ring_chunk_bits) - 1));
	head->word = ring__mark(config.ring_secret, at) | bytes;
	return head;
}

/* A record of `size` bytes on this CPU's ring with its header filled in, or NULL: then it was counted. */
static __always_inline void *emit__reserve(__u32 type, __u64 size)
{
	__u64 bytes = (sizeof(struct ring_head) + size + 7) & ~7ull;
	__u32 cpu = bpf_get_smp_processor_id();
	struct ring_head *head = emit__place(cpu, bytes);
	struct rec *rec = (struct rec *)(head + 1);

	if (!head) {
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

static __always_inline void emit__submit(void *rec)
{
	ring__commit((struct ring_head *)rec - 1);
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
