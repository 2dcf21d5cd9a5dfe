/* sort.c: a least-significant-digit radix sort of ts - smallest ts, with as many digits as that needs. */
#include "analyzer/base/sort.h"

#include <assert.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 6, VALUES = 1 << DIGIT_BITS };

struct range {
	__u64 min, max;
	int sorted;
};

static struct range range_of(const struct item *items, size_t n)
{
	struct range r = { items[0].ts, items[0].ts, 1 };

	for (size_t i = 1; i < n; i++) {
		r.sorted &= items[i - 1].ts <= items[i].ts;
		r.min = items[i].ts < r.min ? items[i].ts : r.min;
		r.max = items[i].ts > r.max ? items[i].ts : r.max;
	}
	return r;
}

static void count(const struct item *items, size_t n, __u64 min, unsigned digits, __u32 counts[DIGITS][VALUES])
{
	memset(counts, 0, digits * sizeof(counts[0]));
	for (size_t i = 0; i < n; i++) {
		__u64 key = items[i].ts - min;

		for (unsigned d = 0; d < digits; d++, key >>= DIGIT_BITS)
			counts[d][key & (VALUES - 1)]++;
	}
}

static void scatter(const struct item *from, struct item *to, size_t n, __u64 min, unsigned digit, __u32 *counts)
{
	unsigned shift = digit * DIGIT_BITS;
	__u32 at = 0;

	for (unsigned v = 0; v < VALUES; v++) {
		__u32 here = counts[v];

		counts[v] = at;
		at += here;
	}
	for (size_t i = 0; i < n; i++)
		to[counts[((from[i].ts - min) >> shift) & (VALUES - 1)]++] = from[i];
}

static inline int is_sorted(const struct item *items, size_t n)
{
	return range_of(items, n).sorted;
}

struct item *sort__by_time(struct item *items, struct item *tmp, size_t n)
{
	static __thread __u32 counts[DIGITS][VALUES];
	struct range r;
	unsigned digits = 0;

	if (n < 2)
		return items;
	r = range_of(items, n);
	if (r.sorted)
		return items;
	while (digits < DIGITS && (digits * DIGIT_BITS < 64 && (r.max - r.min) >> (digits * DIGIT_BITS)))
		digits++;
	count(items, n, r.min, digits, counts);
	for (unsigned d = 0; d < digits; d++) {
		struct item *from = items;

		scatter(from, tmp, n, r.min, d, counts[d]);
		items = tmp;
		tmp = from;
	}
	assert(is_sorted(items, n));
	return items;
}
