/*
 * ring.c: reads a BPF ring buffer (ring.h).
 *
 * Layout, from the kernel: one page with the consumer's position, one page with the producer's, then
 * the data twice. Each record has an 8-byte header: length with two flag bits, then a page offset
 * that does not concern us. A busy record is reserved and still being filled; those after it wait.
 */
#include "ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { RECORD_HEADER = 8, GIVE_BACK = 128 * 1024, PREFETCH = 512 };

int ring__open(struct ring *r, int fd, __u64 size, struct trace_error *err)
{
	size_t page = sysconf(_SC_PAGESIZE);
	unsigned char *producer;
	void *consumer;

	consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (consumer == MAP_FAILED)
		return trace_error__set(err, -errno, "cannot map a ring: %s", strerror(errno));
	producer = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, fd, page);
	if (producer == MAP_FAILED) {
		int code = -errno;

		munmap(consumer, page);
		return trace_error__set(err, code, "cannot map a ring: %s; give a smaller --ring", strerror(-code));
	}
	r->consumer = consumer;
	r->producer = (const volatile unsigned long *)producer;
	r->data = producer + page;
	r->size = size;
	return 0;
}

void ring__close(struct ring *r)
{
	size_t page = sysconf(_SC_PAGESIZE);

	if (!r->data)
		return;
	munmap((void *)r->consumer, page);
	munmap((void *)r->producer, page + 2 * r->size);
	memset(r, 0, sizeof(*r));
}

__u64 ring__used(const struct ring *r)
{
	return __atomic_load_n(r->producer, __ATOMIC_ACQUIRE) - *r->consumer;
}

/* Gives the kernel back what lies before `at`, having looked how much waited until now. */
static void give_back(struct ring *r, unsigned long at)
{
	__u64 used = ring__used(r);

	r->peak = used > r->peak ? used : r->peak;
	__atomic_store_n(r->consumer, at, __ATOMIC_RELEASE);
}

size_t ring__drain(struct ring *r, ring_fn fn, void *ctx)
{
	unsigned long end = __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);
	unsigned long at = *r->consumer, given = at;
	size_t n = 0;

	while (at < end) {
		const unsigned char *record = r->data + (at & (r->size - 1));
		__u32 len = __atomic_load_n((const __u32 *)record, __ATOMIC_ACQUIRE);
		__u32 bytes = len & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		__builtin_prefetch(record + PREFETCH);
		__builtin_prefetch(record + PREFETCH + 64);
		if (len & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(len & BPF_RINGBUF_DISCARD_BIT)) {
			fn(ctx, record + RECORD_HEADER, bytes);
			n++;
		}
		at += (bytes + RECORD_HEADER + 7UL) & ~7UL;
		if (at - given >= GIVE_BACK) {
			given = at;
			give_back(r, at);
		}
	}
	give_back(r, at);
	return n;
}
