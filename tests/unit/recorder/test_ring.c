/* test_ring.c: the ring consumer, over memory laid out as the kernel does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "recorder/ring.h"

enum { SIZE = 256 * 1024 };

struct fake {
	struct ring ring;
	unsigned long consumer, producer;
	unsigned char *data; /* 2 * SIZE; the halves are kept equal, as the kernel's double mapping is */
	__u64 sum;
	size_t n, bytes;
	unsigned long add_while_reading;
};

static int setup(void **state)
{
	struct fake *f = calloc(1, sizeof(*f));

	f->data = calloc(2, SIZE);
	f->ring = (struct ring){ .consumer = &f->consumer, .producer = &f->producer, .data = f->data, .size = SIZE };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fake *f = *state;

	free(f->data);
	free(f);
	return 0;
}

static void put(struct fake *f, unsigned long at, const void *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		f->data[(at + i) % SIZE] = ((const unsigned char *)bytes)[i];
		f->data[(at + i) % SIZE + SIZE] = ((const unsigned char *)bytes)[i];
	}
}

static void produce(struct fake *f, __u32 len, __u32 flags, __u64 value)
{
	__u32 header[2] = { len | flags, 0 };

	put(f, f->producer, header, sizeof(header));
	put(f, f->producer + 8, &value, len < 8 ? len : 8);
	f->producer += (len + 8 + 7) & ~7UL;
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
		produce(f, 8, 0, 1000);
	}
}

static void reads_in_order(void **state)
{
	struct fake *f = *state;

	produce(f, 16, 0, 1);
	produce(f, 20, 0, 2);
	produce(f, 4, 0, 3);
	assert_int_equal(ring__used(&f->ring), 24 + 32 + 16);
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 3);
	assert_int_equal(f->sum, 6);
	assert_int_equal(f->bytes, 40);
	assert_int_equal(f->consumer, f->producer);
	assert_int_equal(f->ring.peak, 24 + 32 + 16);
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 0);
	assert_int_equal(f->ring.peak, 24 + 32 + 16);
}

static void skips_discarded_stops_at_busy(void **state)
{
	struct fake *f = *state;
	unsigned long busy;

	produce(f, 8, 0, 1);
	produce(f, 8, BPF_RINGBUF_DISCARD_BIT, 100);
	busy = f->producer;
	produce(f, 8, BPF_RINGBUF_BUSY_BIT, 10);
	produce(f, 8, 0, 20);
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 1);
	assert_int_equal(f->consumer, busy);
	put(f, busy, &(__u32){ 8 }, 4); /* submitted at last */
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 2);
	assert_int_equal(f->sum, 31);
}

/* Records that lie across the end, many times round. */
static void wraps(void **state)
{
	struct fake *f = *state;
	__u64 want = 0, value = 0;

	for (int round = 0; round < 50; round++) {
		while (ring__used(&f->ring) + 176 < SIZE) {
			want += ++value;
			produce(f, 40 + value % 120, 0, value);
		}
		ring__drain(&f->ring, on_sample, f);
		assert_int_equal(f->consumer, f->producer);
	}
	assert_true(f->producer > 40UL * SIZE);
	assert_int_equal(f->n, value);
	assert_int_equal(f->sum, want);
}

/* A producer as fast as we are does not keep us for ever. */
static void ends_on_a_busy_ring(void **state)
{
	struct fake *f = *state;

	f->add_while_reading = 100;
	produce(f, 8, 0, 1);
	produce(f, 8, 0, 1);
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 2);
	assert_int_equal(ring__drain(&f->ring, on_sample, f), 2);
	assert_int_equal(f->sum, 2002);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_in_order),
		TEST(skips_discarded_stops_at_busy),
		TEST(wraps),
		TEST(ends_on_a_busy_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
