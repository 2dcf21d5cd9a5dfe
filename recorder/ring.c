/* ring.c: reads a CPU's ring (ring.h). */
#include "ring.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { GIVE_BACK = 128 * 1024, PREFETCH = 512 };

static size_t mapped_bytes(const struct ring *r)
{
	size_t page = sysconf(_SC_PAGESIZE), chunks = r->size >> r->chunk_bits;

	return (chunks * ((1ul << r->chunk_bits) + RECORD_MOST) + page - 1) / page * page;
}

int ring__open(struct ring *r, int fd, struct trace_error *err)
{
	void *data = mmap(NULL, mapped_bytes(r), PROT_READ, MAP_SHARED, fd, 0);

	if (data == MAP_FAILED)
		return trace_error__set(err, -errno, "cannot map a ring: %s; give a smaller --ring", strerror(errno));
	r->data = data;
	return 0;
}

void ring__close(struct ring *r)
{
	if (r->data)
		munmap((void *)r->data, mapped_bytes(r));
	memset(r, 0, sizeof(*r));
}

__u64 ring__used(const struct ring *r)
{
	return __atomic_load_n(&r->ends->produced, __ATOMIC_ACQUIRE) - r->ends->consumed;
}

/* Gives back what lies before `at`, having looked how much waited until now. */
static void give_back(struct ring *r, __u64 at)
{
	__u64 used = ring__used(r);

	r->peak = used > r->peak ? used : r->peak;
	__atomic_store_n(&r->ends->consumed, at, __ATOMIC_RELEASE);
}

static const unsigned char *place(const struct ring *r, __u64 at)
{
	__u64 chunk = (at & (r->size - 1)) >> r->chunk_bits, in_it = at & ((1ull << r->chunk_bits) - 1);

	return r->data + chunk * ((1ull << r->chunk_bits) + RECORD_MOST) + in_it;
}

/* Reads on in the chunk of `at`, to `end` at most. Returns where it stopped: there, or at a record that is not
 * committed. */
static __u64 drain_chunk(struct ring *r, __u64 at, __u64 end, ring_fn fn, void *ctx, size_t *n)
{
	const unsigned char *record = place(r, at);
	__u64 chunk = at >> r->chunk_bits;

	while (at < end && at >> r->chunk_bits == chunk) {
		const struct ring_head *head = (const struct ring_head *)record;
		__u64 word = __atomic_load_n(&head->word, __ATOMIC_ACQUIRE) ^ ring__mark(r->secret, at);
		__u64 bytes = word & RING_WORD_BYTES;

		__builtin_prefetch(record + PREFETCH);
		__builtin_prefetch(record + PREFETCH + 64);
		if (word != (bytes | RING_COMMITTED))
			break;
		fn(ctx, head + 1, bytes - sizeof(*head));
		(*n)++;
		at += bytes;
		record += bytes;
	}
	return at;
}

size_t ring__drain(struct ring *r, ring_fn fn, void *ctx)
{
	__u64 end = __atomic_load_n(&r->ends->produced, __ATOMIC_ACQUIRE);
	__u64 at = r->ends->consumed, given = at, from;
	size_t n = 0;

	do {
		from = at;
		at = drain_chunk(r, at, end, fn, ctx, &n);
		if (at - given >= GIVE_BACK) {
			given = at;
			give_back(r, at);
		}
	} while (at != from && at < end);
	give_back(r, at);
	return n;
}
