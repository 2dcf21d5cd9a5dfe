/*
 * test_ring.c: a CPU's ring: what netrec reads, and that of what programs put in nothing is lost uncounted, torn, or
 * read twice. The programs are this program, with their own code for taking and committing (bpf/cpu_ring.h); interrupts
 * above them are signals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "recorder/ring.h"

enum { SIZE = 256 * 1024, CONTEXTS = 4, RING_MOST = 16 };

#define SECRET 0xfffffffffff0ull /* the marks wrap */

/* Of each context, the thread and the signals that interrupt it and each other: what it has counted. */
struct counts {
	__u64 made, lost;
	__u64 read, next; /* records, and the number that has to come next, or any later one */
};

struct fake {
	struct ring ring;
	struct ring_ends ends;
	unsigned char *data; /* the ring's, as programs see it */
	size_t mapped;
	struct trace_error err;
	__u64 sum;
	size_t n, bytes;
	unsigned long add_while_reading;
	struct counts of[CONTEXTS];
	bool torn;
};

static int open_ring(struct fake *f, __u64 size, unsigned chunk_bits)
{
	int fd = memfd_create("ring", MFD_CLOEXEC);
	off_t bytes = (size >> chunk_bits) * ((1ull << chunk_bits) + RECORD_MOST);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (bytes + 4095) / 4096 * 4096), 0);
	f->ring = (struct ring){ .ends = &f->ends, .size = size, .chunk_bits = chunk_bits, .secret = SECRET };
	assert_int_equal(ring__open(&f->ring, fd, &f->err), 0);
	f->data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(f->data != MAP_FAILED);
	f->mapped = bytes;
	return close(fd);
}

static void close_ring(struct fake *f)
{
	ring__close(&f->ring);
	munmap(f->data, f->mapped);
}

static int setup(void **state)
{
	struct fake *f = aligned_alloc(64, (sizeof(*f) + 63) / 64 * 64);

	memset(f, 0, sizeof(*f));
	*state = f;
	return open_ring(f, SIZE, RING_CHUNK_BITS);
}

static int teardown(void **state)
{
	struct fake *f = *state;

	close_ring(f);
	free(f);
	return 0;
}

static __u64 rounded(__u64 len)
{
	return (sizeof(struct ring_head) + len + 7) & ~7ull;
}

/* As emit__place(): NULL when there is no room. */
static struct ring_head *take(struct fake *f, __u64 len)
{
	const struct ring *r = &f->ring;
	__u64 at, chunk;
	struct ring_head *head;

	if (!ring__take(&f->ends, rounded(len), r->size, &at))
		return NULL;
	chunk = (at & (r->size - 1)) >> r->chunk_bits;
	head = (struct ring_head *)(f->data + chunk * ((1ull << r->chunk_bits) + RECORD_MOST) +
				    (at & ((1ull << r->chunk_bits) - 1)));
	head->word = ring__mark(r->secret, at) | rounded(len);
	return head;
}

static bool produce(struct fake *f, __u64 len, __u64 value)
{
	struct ring_head *head = take(f, len);

	if (!head)
		return false;
	memcpy(head + 1, &value, len < 8 ? len : 8);
	ring__commit(head);
	return true;
}

static void on_sample(void *ctx, const void *sample, __u32 len)
{
	struct fake *f = ctx;
	__u64 value = 0;

	memcpy(&value, sample, len < 8 ? len : 8);
	f->sum += value;
	f->bytes += len;
	f->n++;
	if (f->add_while_reading) {
		f->add_while_reading--;
		produce(f, 8, 1000);
	}
}

static void reads_in_order(void **state)
{
	struct fake *f = *state;

	produce(f, 16, 1);
	produce(f, 20, 2);
	produce(f, 4, 3);
	assert_int_equal(ring__used(&f->ring), 24 + 32 + 16);
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 3);
	assert_int_equal(f->sum, 6);
	assert_int_equal(f->bytes, 16 + 24 + 8);
	assert_int_equal(f->ends.consumed, f->ends.produced);
	assert_int_equal(f->ring.peak, 24 + 32 + 16);
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 0);
	assert_int_equal(f->ring.peak, 24 + 32 + 16);
}

/* Who has taken a place and not filled it yet is waited for: what is behind it comes later. */
static void stops_at_what_is_not_committed(void **state)
{
	struct fake *f = *state;
	struct ring_head *busy;

	produce(f, 8, 1);
	busy = take(f, 8);
	memcpy(busy + 1, &(__u64){ 10 }, 8);
	produce(f, 8, 20);
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 1);
	assert_int_equal(f->ends.consumed, 16);
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 0);
	ring__commit(busy);
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 2);
	assert_int_equal(f->sum, 31);
}

/* A place that was only taken holds what was there: a head that was committed there the last time round is not its own. */
static void an_old_head_is_no_head(void **state)
{
	struct fake *f = *state;
	struct ring_head *busy;
	__u64 at = 0;

	for (int i = 0; i < SIZE / 16; i++)
		assert_true(produce(f, 8, 1));
	ring__drain(&f->ring, on_sample, f);
	assert_true(ring__take(&f->ends, 16, SIZE, &at)); /* interrupted before its head was written */
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 0);
	busy = (struct ring_head *)f->data;
	assert_true(busy->word & RING_COMMITTED);
	busy->word = ring__mark(SECRET, at) | 16;
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 0);
	ring__commit(busy);
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 1);
}

/* Rings of one chunk and of several, many times round, to the last byte: records lie across each end. */
static void wraps(void **state)
{
	const struct { __u64 size; unsigned bits; } shapes[] = { { 4096, 12 }, { 65536, 16 }, { SIZE, 16 } };

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct fake *f = *state;
		__u64 want = 0, value = 0;

		teardown(state);
		setup(state);
		f = *state;
		close_ring(f);
		open_ring(f, shapes[i].size, shapes[i].bits);
		for (int round = 0; round < 200; round++) {
			while (produce(f, 40 + (value + 1) % 900, value + 1))
				want += ++value;
			assert_in_range(ring__used(&f->ring), shapes[i].size - 960, shapes[i].size);
			ring__drain(&f->ring, on_sample, f);
			assert_int_equal(f->ends.consumed, f->ends.produced);
		}
		assert_true(f->ends.produced > 150 * shapes[i].size);
		assert_int_equal(f->n, value);
		assert_int_equal(f->sum, want);
	}
}

/* A producer as fast as we are does not keep us for ever. */
static void ends_on_a_busy_ring(void **state)
{
	struct fake *f = *state;

	f->add_while_reading = 100;
	produce(f, 8, 1);
	produce(f, 8, 1);
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 2);
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 2);
	assert_int_equal(f->sum, 2002);
}

/* What was read is there to be written only once it was given back. */
static void a_full_ring_refuses(void **state)
{
	struct fake *f = *state;
	size_t n = 0;

	while (produce(f, 56, 1))
		n++;
	assert_int_equal(n, SIZE / 64);
	assert_null(take(f, 0));
	f->add_while_reading = 1; /* while the first is read: nothing was given back */
	assert_int_equal(ring__drain(&f->ring, on_sample, f), n);
	assert_int_equal(f->sum, n);
	assert_true(produce(f, 56, 1));
}

/* ---- interrupts, a slow reader, two CPUs -------------------------------------------------------------- */

struct event {
	__u64 context, number, length, words[RING_MOST];
};

static struct fake *hit; /* by signals */

/* One record of a context, of a length that its number says, filled with that. It may be interrupted anywhere. */
static void make_event(struct fake *f, unsigned context)
{
	struct counts *c = &f->of[context];
	__u64 number = c->made++, words = number % RING_MOST;
	struct ring_head *head = take(f, offsetof(struct event, words) + words * 8);
	struct event *e = (struct event *)(head + 1);

	if (!head) {
		c->lost++;
		return;
	}
	e->context = context;
	e->number = number;
	e->length = words;
	for (__u64 i = 0; i < words; i++)
		e->words[i] = number * 31 + i;
	ring__commit(head);
}

static void on_signal(int nr)
{
	for (int i = 0; i < 3; i++)
		make_event(hit, 1 + nr - SIGRTMIN);
}

static void check_event(void *ctx, const void *sample, __u32 len)
{
	struct fake *f = ctx;
	const struct event *e = sample;
	struct counts *c = &f->of[e->context % CONTEXTS];

	f->torn |= e->context >= CONTEXTS || e->number < c->next || e->length != e->number % RING_MOST ||
		   len != offsetof(struct event, words) + e->length * 8;
	for (__u64 i = 0; i < e->length && !f->torn; i++)
		f->torn |= e->words[i] != e->number * 31 + i;
	c->next = e->number + 1;
	c->read++;
}

struct reader {
	struct fake *f;
	atomic_bool stop;
	unsigned slow_ns;
};

static void *read_ring(void *arg)
{
	struct reader *r = arg;
	struct timespec nap = { .tv_nsec = r->slow_ns };

	while (!atomic_load(&r->stop)) {
		ring__drain(&r->f->ring, check_event, r->f);
		if (r->slow_ns)
			nanosleep(&nap, NULL);
	}
	return NULL;
}

/* Signals interrupt the thread, and the later ones the earlier: as softirqs, interrupts and NMIs do. */
static void start_interrupts(timer_t timers[CONTEXTS - 1])
{
	for (int i = 0; i < CONTEXTS - 1; i++) {
		struct itimerspec often = { .it_interval.tv_nsec = 20000 + 7000 * i, .it_value.tv_nsec = 1 };
		struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
		struct sigevent how = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + i };

		for (int j = 0; j <= i; j++)
			sigaddset(&act.sa_mask, SIGRTMIN + j);
		assert_int_equal(sigaction(SIGRTMIN + i, &act, NULL), 0);
		assert_int_equal(timer_create(CLOCK_MONOTONIC, &how, &timers[i]), 0);
		assert_int_equal(timer_settime(timers[i], 0, &often, NULL), 0);
	}
}

static void stop_interrupts(timer_t timers[CONTEXTS - 1])
{
	for (int i = 0; i < CONTEXTS - 1; i++) {
		timer_delete(timers[i]);
		signal(SIGRTMIN + i, SIG_IGN);
	}
}

/* Everything that was made was read whole, once and in its order, or was counted as lost. */
static void run_interrupted(struct fake *f, unsigned slow_ns)
{
	struct reader reader = { .f = f, .slow_ns = slow_ns };
	timer_t timers[CONTEXTS - 1];
	sigset_t signals, before;
	pthread_t thread;
	__u64 lost = 0;

	hit = f;
	sigemptyset(&signals);
	for (int i = 0; i < CONTEXTS - 1; i++)
		sigaddset(&signals, SIGRTMIN + i);
	pthread_sigmask(SIG_BLOCK, &signals, &before); /* the reader is another CPU */
	assert_int_equal(pthread_create(&thread, NULL, read_ring, &reader), 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	start_interrupts(timers);
	while (f->of[0].made < 2000000 || f->of[CONTEXTS - 1].made < 100)
		make_event(f, 0);
	stop_interrupts(timers);
	atomic_store(&reader.stop, true);
	pthread_join(thread, NULL);
	ring__drain(&f->ring, check_event, f);
	assert_false(f->torn);
	assert_int_equal(f->ends.consumed, f->ends.produced);
	for (int i = 0; i < CONTEXTS; i++) {
		assert_int_equal(f->of[i].read + f->of[i].lost, f->of[i].made);
		assert_true(f->of[i].read);
		lost += f->of[i].lost;
	}
	assert_true(!slow_ns || lost);
}

static void interrupted(void **state)
{
	run_interrupted(*state, 0);
}

static void interrupted_and_too_slow(void **state)
{
	struct fake *f = *state;

	close_ring(f);
	open_ring(f, 4096, 12);
	run_interrupted(f, 100000);
}

/* Nobody reads any more: the ring fills, and all others are counted. */
static void nobody_reads(void **state)
{
	struct fake *f = *state;
	struct counts *c = &f->of[0];

	for (int i = 0; i < 100000; i++)
		make_event(f, 0);
	assert_in_range(f->ends.produced, SIZE - sizeof(struct event) - sizeof(struct ring_head), SIZE);
	ring__drain(&f->ring, check_event, f);
	assert_false(f->torn);
	assert_int_equal(c->read + c->lost, 100000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_in_order),
		TEST(stops_at_what_is_not_committed),
		TEST(an_old_head_is_no_head),
		TEST(wraps),
		TEST(ends_on_a_busy_ring),
		TEST(a_full_ring_refuses),
		TEST(interrupted),
		TEST(interrupted_and_too_slow),
		TEST(nobody_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
