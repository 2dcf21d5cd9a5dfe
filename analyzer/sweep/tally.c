/* tally.c: window tables (tally.h). A value is its counters, then its histograms. */
#include "analyzer/sweep/tally.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum {
	MEMORY = 32 << 20,       /* for the keys of one tally, but for what histograms allocate */
	LEAST = 1 << 12,         /* keys that it has room for in any case */
	MOST = TALLY_KEYS,
	KEEP = 1 << 12,          /* of so many keys the memory of histograms is kept for the next window */
};

static size_t value_size(const struct tally_spec *spec)
{
	return spec->counters * sizeof(__u64) + spec->hists * sizeof(struct hist);
}

static __u32 limit_of(const struct tally_spec *spec)
{
	size_t n = MEMORY / (spec->key_words * sizeof(__u64) + value_size(spec));

	return n < LEAST ? LEAST : n > MOST ? MOST : n;
}

static struct tally_row row_of(const struct tally *t, void *value)
{
	return (struct tally_row){ value, (struct hist *)((__u64 *)value + t->spec->counters) };
}

static void put(void *arg, const __u64 *key, __u64 n, void *value)
{
	const struct tally *t = arg;
	struct tally_row row = row_of(t, value);

	(void)n;
	t->spec->put(t->store, t->win, key, &row);
}

int tally__init(struct tally *t, const struct tally_spec *spec, struct store *store)
{
	assert(spec->put && spec->counters + spec->hists);
	*t = (struct tally){ .spec = spec, .store = store };
	t->rows = heavy__new(spec->key_words, value_size(spec), limit_of(spec));
	if (!t->rows)
		return -ENOMEM;
	heavy__on_forget(t->rows, put, t);
	return 0;
}

static void put_and_free(void *arg, const __u64 *key, __u64 n, void *value)
{
	const struct tally *t = arg;
	struct tally_row row = row_of(t, value);

	put(arg, key, n, value);
	for (unsigned i = 0; i < t->spec->hists; i++)
		hist__free(&row.hist[i]);
}

static void flush(struct tally *t)
{
	heavy__each(t->rows, heavy__n(t->rows) > KEEP ? put_and_free : put, t);
	heavy__clear(t->rows);
}

/* Memory of an earlier window is used again. */
static void reset(const struct tally *t, struct tally_row row)
{
	memset(row.count, 0, t->spec->counters * sizeof(*row.count));
	for (unsigned i = 0; i < t->spec->hists; i++)
		hist__reset(&row.hist[i]);
}

struct tally_row tally__at(struct tally *t, __u64 win, const __u64 *key)
{
	struct tally_row row;
	bool fresh;

	assert(t->rows && win >= t->win);
	if (win != t->win) {
		flush(t);
		t->win = win;
	}
	row = row_of(t, heavy__use(t->rows, key, &fresh));
	if (fresh)
		reset(t, row);
	return row;
}

static void free_hists(void *arg, void *value)
{
	const struct tally *t = arg;
	struct tally_row row = row_of(t, value);

	for (unsigned i = 0; i < t->spec->hists; i++)
		hist__free(&row.hist[i]);
}

void tally__finish(struct tally *t)
{
	if (!t->rows)
		return;
	flush(t);
	heavy__each_value(t->rows, free_hists, t);
	heavy__free(t->rows);
	t->rows = NULL;
}
