/*
 * cpu_ring.h: a CPU's ring, memory that its programs write and netrec reads, without a call into the kernel.
 *
 * Positions count bytes and never wrap. A record takes its place by moving `produced` on with a compare-and-swap: whoever
 * comes in between, an interrupt or a thread that preempts this one, has a place of its own then, and the swap is tried
 * again. It is filled, and committed last. netrec reads committed records in order, up to the first one that is not yet,
 * and gives what it has read back by moving `consumed` on.
 *
 * Nothing is cleared: what lies in a place that was only taken is of an earlier time round. So the head of a record says,
 * in 48 bits, where it is, counted from a secret of this recording: no earlier head says that, and of what else there is,
 * packets' bytes among it, one word in 2^48.
 *
 * The memory is chunks with room for a whole record behind each: a record lies in one piece, in the chunk in which it
 * begins, and the next one begins as far into the next chunk as it would without that room.
 *
 * What each side may rely on, on every machine (kernel: Documentation/memory-barriers.txt):
 *   - netrec gives back what it has read (release), and a program writes only where it has seen `consumed` allow it: a
 *     store is not done before the load that decides about it;
 *   - who sees a record committed (acquire) sees all of it: it is committed by an exchange, which is a full barrier. On
 *     x86 a store does: it is not done before those before it;
 *   - `produced` is of one CPU's programs; netrec reads it to know how much waits, and where to stop for now.
 */
#ifndef BPF_CPU_RING_H
#define BPF_CPU_RING_H

#include <linux/types.h>

enum {
	RECORD_MOST = 1024,      /* bytes of the longest record, its head included */
	RING_CHUNK_BITS = 16,    /* of a chunk's bytes: a smaller ring is one chunk */
	RING_TRIES = 2,          /* to take a place: of a swap that fails twice the record is counted as lost */
};

/* The two sides do not share a cache line. */
struct ring_ends {
	__u64 produced, of_programs[7];
	__u64 consumed, of_netrec[7];
};

/* Before each record: the upper 48 bits say where it is, the others its bytes with the head, a multiple of 8, and the
 * lowest that it is committed. */
struct ring_head {
	__u64 word;
};

enum { RING_COMMITTED = 1, RING_WORD_BYTES = 0xfff8 };

/* What says that a record is `at`. */
static inline __attribute__((always_inline)) __u64 ring__mark(__u64 secret, __u64 at)
{
	return (secret + at / 8) << 16;
}

/* A place for `bytes` in a ring of `room`, in *at. False: there is none. */
static inline __attribute__((always_inline)) int ring__take(struct ring_ends *ends, __u64 bytes, __u64 room, __u64 *at)
{
#pragma GCC unroll 2
	for (int i = 0; i < RING_TRIES; i++) {
		__u64 produced = *(volatile __u64 *)&ends->produced;

		if (produced + bytes - *(volatile __u64 *)&ends->consumed > room)
			return 0;
		if (__sync_val_compare_and_swap(&ends->produced, produced, produced + bytes) == produced) {
			*at = produced;
			return 1;
		}
	}
	return 0;
}

/* Once all else is written. The head has its mark and bytes. */
static inline __attribute__((always_inline)) void ring__commit(struct ring_head *head)
{
	__u64 word = head->word | RING_COMMITTED;

#if defined(__TARGET_ARCH_x86) || defined(__x86_64__)
	asm volatile("" ::: "memory");
	*(volatile __u64 *)&head->word = word;
#else
	(void)__atomic_exchange_n(&head->word, word, __ATOMIC_ACQ_REL); /* BPF_XCHG: a full barrier */
#endif
}

#endif
