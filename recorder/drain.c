/* drain.c: the thread that empties the rings into the trace (drain.h). */
#include "drain.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "bpf/shared.h"
#include "format/schema.h"
#include "privilege.h"
#include "ring.h"

enum {
	SLEEP_MIN_NS = 500000,
	SLEEP_ALONE_NS = 10000000, /* longer ones end when a ring fills: it would not last */
	SLEEP_MAX_NS = 50000000,
	FLUSH_EVERY_NS = 100000000,
	FLUSH_AGE_NS = 700000000, /* with the two above: nothing waits a second */
	LOCATION_FRAMES = 12,     /* how deep the freeing machinery is at most */
};

struct drain {
	struct attach *attach;
	struct sink *sink;
	struct losses *losses;
	struct ring *rings; /* n_cpus; those without a ring are all zero */
	pthread_t thread;
	struct ring_buffer *bell;
	int epoll; /* ends a long sleep: the bell, and `ended` */
	int ended; /* becomes readable when it is time to stop */
	atomic_bool stop;
	atomic_ullong peak;
	__u64 flushed;
	__u32 n_cpus, sleep_ns;
};

struct stream {
	struct sink *sink;
	__u32 cpu;
};

/*
 * A drop's stack begins inside kfree_skb, under our own program. The location is the return address of
 * whoever dropped the packet: from there on it is the path to explain.
 */
static __u32 drop_stack(struct sink *s, const struct rec_drop *d, const __u64 *frames, __u32 n)
{
	for (__u32 i = 0; i < n && i < LOCATION_FRAMES; i++)
		if (frames[i] == d->location)
			return sink__stack(s, frames + i, n - i);
	return sink__stack(s, frames, n);
}

static void on_drop(struct sink *s, __u32 stream, const struct rec_drop *wire)
{
	struct rec_drop d = *wire;

	sink__symbol(s, d.location);
	d.stack = drop_stack(s, wire, (const __u64 *)(wire + 1), d.rec.frames);
	sink__append(s, stream, &d.rec);
}

static void on_offcpu(struct sink *s, __u32 stream, const struct rec_offcpu *wire)
{
	struct rec_offcpu o = *wire;

	o.stack = sink__stack(s, (const __u64 *)(wire + 1), o.rec.frames);
	sink__append(s, stream, &o.rec);
}

static void on_lock(struct sink *s, __u32 stream, const struct rec_lock *wire)
{
	const __u64 *frames = (const __u64 *)(wire + 1);
	struct rec_lock l = *wire;
	__u32 own = sink__own_frames(s, frames, l.rec.frames);

	if (l.addr)
		sink__lock_address(s, l.addr);
	l.stack = sink__stack(s, frames + own, l.rec.frames - own);
	l.ustack = ustacks__id(s->ustacks, sink__segment(s), l.tgid, frames + STACK_FRAMES, l.rec.user_frames);
	sink__append(s, stream, &l.rec);
}

static void on_futex(struct sink *s, __u32 stream, const struct rec_futex *wire)
{
	struct rec_futex f = *wire;

	f.ustack = ustacks__id(s->ustacks, sink__segment(s), f.tgid, (const __u64 *)(wire + 1), f.rec.user_frames);
	sink__append(s, stream, &f.rec);
}

static void on_pthread(struct sink *s, __u32 stream, const struct rec_pthread *wire)
{
	struct rec_pthread p = *wire;

	p.ustack = ustacks__id(s->ustacks, sink__segment(s), p.tgid, (const __u64 *)(wire + 1), p.rec.user_frames);
	sink__append(s, stream, &p.rec);
}

static void on_offcpu_ustack(struct sink *s, __u32 stream, const struct rec_offcpu_ustack *wire)
{
	struct rec_offcpu_ustack u = *wire;

	u.ustack = ustacks__id(s->ustacks, sink__segment(s), u.tgid, (const __u64 *)(wire + 1), u.rec.user_frames);
	sink__append(s, stream, &u.rec); /* without a stack, too: what was produced is written or counted as lost */
}

/* Is all of the sample there that its header promises? */
static bool is_whole(const struct rec *rec, size_t size, __u32 len)
{
	size_t frames = rec->user_frames ? (rec->frames ? STACK_FRAMES : 0) + rec->user_frames : rec->frames;

	return len >= size + frames * sizeof(__u64);
}

void drain__record(struct sink *s, __u32 stream, const void *sample, __u32 len)
{
	const struct rec *rec = sample;

	switch (rec->type) {
	case REC_drop:
		if (len >= sizeof(struct rec_drop) + rec->frames * sizeof(__u64))
			on_drop(s, stream, sample);
		return;
	case REC_offcpu:
		if (len >= sizeof(struct rec_offcpu) + rec->frames * sizeof(__u64))
			on_offcpu(s, stream, sample);
		return;
	case REC_lock:
		if (is_whole(rec, sizeof(struct rec_lock), len))
			on_lock(s, stream, sample);
		return;
	case REC_futex:
		if (is_whole(rec, sizeof(struct rec_futex), len))
			on_futex(s, stream, sample);
		return;
	case REC_pthread:
		if (is_whole(rec, sizeof(struct rec_pthread), len))
			on_pthread(s, stream, sample);
		return;
	case REC_offcpu_ustack:
		if (is_whole(rec, sizeof(struct rec_offcpu_ustack), len))
			on_offcpu_ustack(s, stream, sample);
		return;
	case REC_task:
		if (((const struct rec_task *)rec)->what != TASK_FOUND)
			ustacks__forget(s->ustacks, ((const struct rec_task *)rec)->tid);
		break;
	case REC_ovs_drop:
		if (((const struct rec_ovs_drop *)sample)->location)
			sink__symbol(s, ((const struct rec_ovs_drop *)sample)->location);
		break;
	case REC_free:
		if (((const struct rec_free *)sample)->location)
			sink__symbol(s, ((const struct rec_free *)sample)->location);
	}
	sink__append(s, stream, rec);
}

static void on_sample(void *ctx, const void *sample, __u32 len)
{
	struct stream *st = ctx;

	drain__record(st->sink, st->cpu, sample, len);
}

/* How full the fullest ring was in this sweep, in bytes; kept as the peak since somebody last asked. */
static __u64 take_peaks(struct drain *d)
{
	__u64 max = 0;

	for (__u32 cpu = 0; cpu < d->n_cpus; cpu++) {
		max = d->rings[cpu].peak > max ? d->rings[cpu].peak : max;
		d->rings[cpu].peak = 0;
	}
	if (max > atomic_load(&d->peak))
		atomic_store(&d->peak, max);
	return max;
}

/* Returns how full the fullest ring was. */
static __u64 sweep(struct drain *d, bool last)
{
	struct stream st = { .sink = d->sink };
	__u64 now, used;

	sink__lock(d->sink);
	for (st.cpu = 0; st.cpu < d->n_cpus; st.cpu++)
		if (d->rings[st.cpu].data)
			ring__drain(&d->rings[st.cpu], on_sample, &st);
	used = take_peaks(d);
	now = now_ns();
	losses__look(d->losses, d->sink, attach__lost(d->attach), now, last);
	if (now - d->flushed >= FLUSH_EVERY_NS) {
		(void)trace_writer__flush(d->sink->writer, now, FLUSH_AGE_NS); /* the error stays with the writer */
		d->flushed = now;
	}
	sink__unlock(d->sink);
	return used;
}

/* An eighth full is too full; nearly empty is a wasted visit. */
static void adapt(struct drain *d, __u64 used)
{
	__u64 size = attach__ring_bytes(d->attach);

	if (used > size / 8)
		d->sleep_ns = d->sleep_ns / 2 < SLEEP_MIN_NS ? SLEEP_MIN_NS : d->sleep_ns / 2;
	else if (used < size / 64)
		d->sleep_ns *= 2;
	d->sleep_ns = d->sleep_ns > SLEEP_MAX_NS ? SLEEP_MAX_NS : d->sleep_ns;
}

static void rest(struct drain *d)
{
	struct timespec nap = { .tv_nsec = d->sleep_ns };
	struct epoll_event event;

	if (d->sleep_ns <= SLEEP_ALONE_NS) {
		nanosleep(&nap, NULL);
		return;
	}
	attach__wake_at(d->attach, attach__ring_bytes(d->attach) / 4);
	(void)epoll_wait(d->epoll, &event, 1, d->sleep_ns / 1000000);
	attach__wake_at(d->attach, 0);
	(void)ring_buffer__consume(d->bell);
}

static void *run(void *arg)
{
	struct drain *d = arg;
	__u64 used;

	prctl(PR_SET_NAME, "netrec-drain");
	prctl(PR_SET_TIMERSLACK, 50000);
	privilege__drop();
	while (!atomic_load(&d->stop)) {
		used = sweep(d, false);
		adapt(d, used);
		if (used > attach__ring_bytes(d->attach) / 2)
			continue; /* falling behind */
		rest(d);
	}
	return NULL;
}

static void free_drain(struct drain *d)
{
	for (__u32 cpu = 0; d->rings && cpu < d->n_cpus; cpu++)
		ring__close(&d->rings[cpu]);
	free(d->rings);
	ring_buffer__free(d->bell);
	if (d->epoll >= 0)
		close(d->epoll);
	if (d->ended >= 0)
		close(d->ended);
	free(d);
}

static int on_bell(void *ctx, void *data, size_t size)
{
	(void)ctx;
	(void)data;
	(void)size;
	return 0;
}

static int open_epoll(struct drain *d, struct trace_error *err)
{
	struct epoll_event readable = { .events = EPOLLIN };

	d->bell = ring_buffer__new(attach__bell_fd(d->attach), on_bell, NULL, NULL);
	d->epoll = epoll_create1(EPOLL_CLOEXEC);
	d->ended = eventfd(0, EFD_CLOEXEC);
	if (!d->bell || d->epoll < 0 || d->ended < 0 || epoll_ctl(d->epoll, EPOLL_CTL_ADD, d->ended, &readable) ||
	    epoll_ctl(d->epoll, EPOLL_CTL_ADD, attach__bell_fd(d->attach), &readable))
		return trace_error__set(err, -errno, "cannot wait for the rings: %s", strerror(errno));
	return 0;
}

static int open_rings(struct drain *d, struct trace_error *err)
{
	TRY(open_epoll(d, err));
	for (__u32 cpu = 0; cpu < d->n_cpus; cpu++)
		TRY(attach__open_ring(d->attach, cpu, &d->rings[cpu], err));
	return 0;
}

int drain__start(struct drain **out, struct attach *a, struct sink *s, struct losses *l, struct trace_error *err)
{
	struct drain *d = calloc(1, sizeof(*d));
	int ret;

	if (!d)
		return trace_error__set(err, -ENOMEM, "out of memory");
	d->epoll = d->ended = -1;
	d->attach = a;
	d->sink = s;
	d->losses = l;
	d->n_cpus = attach__n_cpus(a);
	d->sleep_ns = SLEEP_MIN_NS;
	d->flushed = now_ns();
	d->rings = calloc(d->n_cpus, sizeof(*d->rings));
	ret = d->rings ? open_rings(d, err) : trace_error__set(err, -ENOMEM, "out of memory");
	if (!ret && (ret = pthread_create(&d->thread, NULL, run, d)))
		ret = trace_error__set(err, -ret, "cannot start a thread: %s", strerror(ret));
	if (ret) {
		free_drain(d);
		return ret;
	}
	*out = d;
	return 0;
}

void drain__stop(struct drain *d)
{
	atomic_store(&d->stop, true);
	(void)eventfd_write(d->ended, 1);
	pthread_join(d->thread, NULL);
	sweep(d, true);
	free_drain(d);
}

__u64 drain__peak(struct drain *d)
{
	return atomic_exchange(&d->peak, 0);
}
