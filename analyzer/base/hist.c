/*
 * hist.c: log-linear latency histograms.
 *
 * Bucket of a value below 32: the value. Above: its octave, by the highest set bit, then the five bits
 * below that bit. Octave k >= 1 holds 2^(k+4) .. 2^(k+5)-1 in buckets 2^(k-1) wide.
 *
 * A histogram of few values has a list of its buckets instead: most of a hundred thousand threads run a few times
 * a second.
 *
 * BLOB: version byte, varints n, sum, min, max, then for every bucket that is not empty, ascending, the
 * distance to the bucket before (the first: its index) and its count. The end is the end of the BLOB.
 */
#include "analyzer/base/hist.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HIST_VERSION = 1 };
enum { FEW = 32, FEW_VALUES = 64 }; /* buckets in a list, and values: what gets more is worth its octaves */

static unsigned bucket_of(__u64 value)
{
	unsigned shift;

	if (value < HIST_SUB)
		return value;
	shift = 63 - __builtin_clzll(value) - HIST_SUB_BITS;
	return (shift + 1) * HIST_SUB + ((value >> shift) & (HIST_SUB - 1));
}

static __u64 bucket_low(unsigned bucket)
{
	unsigned octave = bucket / HIST_SUB, sub = bucket % HIST_SUB;

	return octave == 0 ? sub : (__u64)(HIST_SUB + sub) << (octave - 1);
}

static __u64 bucket_width(unsigned bucket)
{
	return bucket < 2 * HIST_SUB ? 1 : 1ull << (bucket / HIST_SUB - 1);
}

static __u64 add_saturated(__u64 a, __u64 b)
{
	return a > ~0ull - b ? ~0ull : a + b;
}

void hist__init(struct hist *h)
{
	memset(h, 0, sizeof(*h));
}

void hist__reset(struct hist *h)
{
	h->n = h->sum = h->min = h->max = 0;
	h->n_few = 0;
	for (unsigned i = 0; h->octave && i < HIST_OCTAVES; i++)
		if (h->octave[i])
			memset(h->octave[i], 0, HIST_SUB * sizeof(__u64));
}

void hist__free(struct hist *h)
{
	for (unsigned i = 0; h->octave && i < HIST_OCTAVES; i++)
		free(h->octave[i]);
	free(h->octave);
	free(h->few);
	hist__init(h);
}

/* ---- buckets ------------------------------------------------------------------------------------ */

/* One of few: its number above its count. */
enum { COUNT_BITS = 53 };
#define COUNT_MAX ((1ull << COUNT_BITS) - 1)

static unsigned few_bucket(__u64 few)
{
	return few >> COUNT_BITS;
}

static __u64 few_count(__u64 few)
{
	return few & COUNT_MAX;
}

/* The counts of a bucket's octave; NULL: out of memory. */
static __u64 *octave_of(struct hist *h, unsigned bucket)
{
	__u64 **octave = &h->octave[bucket / HIST_SUB];

	if (!*octave)
		*octave = calloc(HIST_SUB, sizeof(__u64));
	return *octave;
}

/* From a list to octaves. Out of memory: it stays a list. */
static int spread(struct hist *h)
{
	struct hist wide = { .octave = calloc(HIST_OCTAVES, sizeof(*wide.octave)) };

	assert(!h->octave);
	if (!wide.octave)
		return -ENOMEM;
	for (unsigned i = 0; i < h->n_few; i++) {
		unsigned bucket = few_bucket(h->few[i]);
		__u64 *octave = octave_of(&wide, bucket);

		if (!octave) {
			hist__free(&wide);
			return -ENOMEM;
		}
		octave[bucket % HIST_SUB] = few_count(h->few[i]);
	}
	free(h->few);
	h->few = NULL;
	h->n_few = h->room = 0;
	h->octave = wide.octave;
	return 0;
}

/* Room for one more in the list; false also where it ends to be of use. */
static bool room_for_one(struct hist *h)
{
	unsigned room = h->room ? h->room * 2 : 4;
	__u64 *few;

	if (h->n_few < h->room)
		return true;
	few = room <= FEW ? realloc(h->few, room * sizeof(*few)) : NULL;
	if (!few)
		return false;
	h->few = few;
	h->room = room;
	return true;
}

/* Adds to a bucket of the list, which ascends. */
static bool add_to_few(struct hist *h, unsigned bucket, __u64 count)
{
	unsigned i = h->n_few;

	assert(h->n_few <= h->room && h->room <= FEW);
	while (i && few_bucket(h->few[i - 1]) > bucket)
		i--;
	if (i && few_bucket(h->few[i - 1]) == bucket) {
		if (count > COUNT_MAX - few_count(h->few[i - 1]))
			return false;
		h->few[i - 1] += count;
		return true;
	}
	if (count > COUNT_MAX || !room_for_one(h))
		return false;
	memmove(h->few + i + 1, h->few + i, (h->n_few - i) * sizeof(*h->few));
	h->few[i] = (__u64)bucket << COUNT_BITS | count;
	h->n_few++;
	assert(i == 0 || few_bucket(h->few[i - 1]) < bucket);
	assert(i + 1u == h->n_few || few_bucket(h->few[i + 1]) > bucket);
	return true;
}

static int add_to(struct hist *h, unsigned bucket, __u64 count)
{
	__u64 *octave;

	assert(bucket < HIST_BUCKETS);
	if (!h->octave) {
		if (h->n < FEW_VALUES && add_to_few(h, bucket, count))
			return 0;
		if (spread(h))
			return -ENOMEM;
	}
	octave = octave_of(h, bucket);
	if (!octave)
		return -ENOMEM;
	octave[bucket % HIST_SUB] += count;
	return 0;
}

/* The buckets that are not empty, ascending. */
struct walk {
	const struct hist *h;
	unsigned next;
	unsigned bucket;
	__u64 count;
};

static bool step(struct walk *w)
{
	const struct hist *h = w->h;

	if (!h->octave) {
		if (w->next >= h->n_few)
			return false;
		w->bucket = few_bucket(h->few[w->next]);
		w->count = few_count(h->few[w->next++]);
		return true;
	}
	while (w->next < HIST_BUCKETS) {
		const __u64 *octave = h->octave[w->next / HIST_SUB];

		if (octave && octave[w->next % HIST_SUB]) {
			w->bucket = w->next++;
			w->count = octave[w->bucket % HIST_SUB];
			return true;
		}
		w->next += octave ? 1 : HIST_SUB;
	}
	return false;
}

/* ---- adding and asking -------------------------------------------------------------------------- */

static void count_in(struct hist *h, __u64 n, __u64 sum, __u64 min, __u64 max)
{
	if (h->n == 0 || min < h->min)
		h->min = min;
	if (h->n == 0 || max > h->max)
		h->max = max;
	h->n += n;
	h->sum = add_saturated(h->sum, sum);
	assert(h->min <= h->max);
}

int hist__add(struct hist *h, __u64 value)
{
	unsigned bucket = bucket_of(value);
	__u64 *octave = h->octave ? h->octave[bucket / HIST_SUB] : NULL;

	if (octave)
		octave[bucket % HIST_SUB]++;
	else if (add_to(h, bucket, 1))
		return -ENOMEM;
	count_in(h, 1, value, value, value);
	return 0;
}

/* Octave by octave: comparing adds up millions of histograms, and looking for what is not 0 in them was most of it. */
static int merge_octaves(struct hist *to, const struct hist *from)
{
	for (unsigned i = 0; i < HIST_OCTAVES; i++)
		if (from->octave[i] && !octave_of(to, i * HIST_SUB))
			return -ENOMEM;
	for (unsigned i = 0; i < HIST_OCTAVES; i++)
		for (unsigned k = 0; from->octave[i] && k < HIST_SUB; k++)
			to->octave[i][k] += from->octave[i][k];
	count_in(to, from->n, from->sum, from->min, from->max);
	return 0;
}

int hist__merge(struct hist *to, const struct hist *from)
{
	if (from->n == 0)
		return 0;
	if (!to->octave && spread(to))
		return -ENOMEM;
	if (from->octave)
		return merge_octaves(to, from);
	for (struct walk w = { .h = from }; step(&w);)
		if (!octave_of(to, w.bucket))
			return -ENOMEM;
	for (struct walk w = { .h = from }; step(&w);)
		to->octave[w.bucket / HIST_SUB][w.bucket % HIST_SUB] += w.count;
	count_in(to, from->n, from->sum, from->min, from->max);
	return 0;
}

static __u64 clamp(const struct hist *h, __u64 value)
{
	return value < h->min ? h->min : value > h->max ? h->max : value;
}

__u64 hist__percentile(const struct hist *h, double percent)
{
	__u64 seen = 0, rank;

	if (h->n == 0)
		return 0;
	if (!(percent > 0)) /* NaN as well */
		return h->min;
	rank = percent >= 100 ? h->n : (__u64)ceil((long double)percent / 100 * h->n);
	if (rank >= h->n)
		return h->max;
	for (struct walk w = { .h = h }; step(&w);) {
		seen += w.count;
		if (seen >= rank)
			return clamp(h, bucket_low(w.bucket) + bucket_width(w.bucket) / 2);
	}
	return h->max;
}

double hist__mean(const struct hist *h)
{
	return h->n ? (double)h->sum / h->n : 0;
}

__u64 hist__count_from(const struct hist *h, __u64 limit)
{
	unsigned first = bucket_of(limit);
	__u64 count = 0;

	for (struct walk w = { .h = h }; step(&w);)
		count += w.bucket >= first ? w.count : 0;
	return count;
}

void hist__pow2(const struct hist *h, __u64 out[64])
{
	memset(out, 0, 64 * sizeof(*out));
	for (struct walk w = { .h = h }; step(&w);) {
		__u64 low = bucket_low(w.bucket);

		out[low < 2 ? 0 : 63 - __builtin_clzll(low)] += w.count;
	}
}

static unsigned char *put_varint(unsigned char *p, __u64 value)
{
	for (; value >= 0x80; value >>= 7)
		*p++ = value | 0x80;
	*p++ = value;
	return p;
}

size_t hist__encode(const struct hist *h, unsigned char *buf)
{
	unsigned char *p = buf;
	unsigned last = 0;

	*p++ = HIST_VERSION;
	p = put_varint(p, h->n);
	p = put_varint(p, h->sum);
	p = put_varint(p, h->min);
	p = put_varint(p, h->max);
	for (struct walk w = { .h = h }; step(&w); last = w.bucket) {
		p = put_varint(p, w.bucket - last);
		p = put_varint(p, w.count);
	}
	assert(p - buf <= HIST_BLOB_MAX);
	return p - buf;
}

struct cursor {
	const unsigned char *p, *end;
};

/* The only code that touches a BLOB's bytes. */
static int get_varint(struct cursor *c, __u64 *value)
{
	*value = 0;
	for (unsigned shift = 0; shift < 64 && c->p < c->end; shift += 7) {
		__u64 byte = *c->p++;

		if (shift == 63 && byte > 1)
			return -EBADMSG;
		*value |= (byte & 0x7f) << shift;
		if (byte < 0x80)
			return 0;
	}
	return -EBADMSG;
}

/* Buckets must ascend and add up to n, or merging and percentiles would lie. */
static int get_buckets(struct hist *h, struct cursor *c)
{
	__u64 bucket = 0, step, count, total = 0;
	bool first = true;

	while (c->p < c->end) {
		if (get_varint(c, &step) || get_varint(c, &count))
			return -EBADMSG;
		if ((step == 0 && !first) || step >= HIST_BUCKETS - bucket || count == 0 || count > h->n - total)
			return -EBADMSG;
		bucket += step;
		if (first && bucket != bucket_of(h->min))
			return -EBADMSG;
		first = false;
		if (add_to(h, bucket, count))
			return -ENOMEM;
		total += count;
	}
	return total != h->n || (!first && bucket != bucket_of(h->max)) ? -EBADMSG : 0;
}

static int decode(struct hist *h, struct cursor *c)
{
	if (c->p == c->end)
		return -EBADMSG;
	if (*c->p != HIST_VERSION)
		return *c->p > HIST_VERSION ? -EPROTONOSUPPORT : -EBADMSG;
	c->p++;
	if (get_varint(c, &h->n) || get_varint(c, &h->sum) || get_varint(c, &h->min) || get_varint(c, &h->max))
		return -EBADMSG;
	if (h->min > h->max || (h->n == 0 && (h->sum || h->max)))
		return -EBADMSG;
	return get_buckets(h, c);
}

int hist__decode(struct hist *h, const void *blob, size_t len)
{
	struct cursor c = { blob, (const unsigned char *)blob + len };
	int ret;

	hist__free(h);
	ret = len ? decode(h, &c) : -EBADMSG;
	if (ret)
		hist__free(h);
	return ret;
}
