/*
 * sort.c: a few runs that are sorted, such as the blocks of a few CPUs, are merged. Many take a least-significant-digit
 * radix sort of ts - smallest ts, with as many digits as that needs.
 */
#include "analyzer/base/sort.h"

#include <assert.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 6, VALUES = 1 << DIGIT_BITS, MOST_RUNS = 16 };

/* ---- runs ---------------------------------------------------------------------------------------- */

/* Where runs end, the last one at n. Returns how many there are; above MOST_RUNS they are not all told. */
static unsigned find_runs(const struct item *items, size_t n, size_t ends[MOST_RUNS])
{
	unsigned runs = 0;

	for (size_t i = 1; i < n; i++) {
		if (items[i - 1].ts <= items[i].ts)
			continue;
		if (runs == MOST_RUNS - 1)
			return MOST_RUNS + 1;
		ends[runs++] = i;
	}
	ends[runs++] = n;
	return runs;
}

/* Of equal ones those of the first run go first. Which run the next one is of can not be predicted: no branch asks. */
static void merge_two(const struct item *a, const struct item *a_end, const struct item *b_end, struct item *to)
{
	const struct item *b = a_end;

	while (a < a_end && b < b_end) {
		size_t second = b->ts < a->ts;

		*to++ = *(second ? b : a);
		b += second;
		a += 1 - second;
	}
	memcpy(to, a, (size_t)(a_end - a) * sizeof(*a));
	memcpy(to + (a_end - a), b, (size_t)(b_end - b) * sizeof(*b));
}

/* Neighbours by twos, until one is left. */
static struct item *merge_runs(struct item *items, struct item *tmp, size_t ends[MOST_RUNS], unsigned runs)
{
	while (runs > 1) {
		struct item *from = items;
		unsigned kept = 0;
		size_t begin = 0;

		for (unsigned i = 0; i < runs; i += 2) {
			size_t middle = ends[i], end = i + 1 < runs ? ends[i + 1] : middle;

			merge_two(from + begin, from + middle, from + end, tmp + begin);
			ends[kept++] = begin = end;
		}
		runs = kept;
		items = tmp;
		tmp = from;
	}
	return items;
}

/* ---- digits -------------------------------------------------------------------------------------- */

struct range {
	__u64 min, max;
};

static struct range range_of(const struct item *items, size_t n)
{
	struct range r = { items[0].ts, items[0].ts };

	for (size_t i = 1; i < n; i++) {
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

static struct item *sort_digits(struct item *items, struct item *tmp, size_t n)
{
	static __thread __u32 counts[DIGITS][VALUES];
	struct range r = range_of(items, n);
	unsigned digits = 0;

	while (digits < DIGITS && (digits * DIGIT_BITS < 64 && (r.max - r.min) >> (digits * DIGIT_BITS)))
		digits++;
	count(items, n, r.min, digits, counts);
	for (unsigned d = 0; d < digits; d++) {
		struct item *from = items;

		scatter(from, tmp, n, r.min, d, counts[d]);
		items = tmp;
		tmp = from;
	}
	return items;
}

struct item *sort__by_time(struct item *items, struct item *tmp, size_t n)
{
	size_t ends[MOST_RUNS];
	unsigned runs;

	if (n < 2)
		return items;
	runs = find_runs(items, n, ends);
	items = runs > MOST_RUNS ? sort_digits(items, tmp, n) : merge_runs(items, tmp, ends, runs);
	assert(find_runs(items, n, ends) == 1);
	return items;
}
