/* tally.c: window tables (tally.h). A value is its counters, then its histograms. */
#include "analyzer/sweep/tally.h"

#include <errno.h>
#include <string.h>

void tally__init(struct tally *t, const struct tally_spec *spec, struct store *store)
{
	t->spec = spec;
	t->store = store;
	t->win = 0;
	table__init(&t->table, spec->key_words, spec->counters * sizeof(__u64) + spec->hists * sizeof(struct hist),
		    TALLY_LIMIT);
}

static struct tally_row row_of(const struct tally *t, void *value)
{
	return (struct tally_row){ value, (struct hist *)((__u64 *)value + t->spec->counters) };
}

static void flush(struct tally *t)
{
	for (size_t i = 0; i < t->table.n; i++) {
		struct tally_row row = row_of(t, table__value(&t->table, i));

		t->spec->put(t->store, t->win, table__key(&t->table, i), &row);
	}
	table__clear(&t->table);
}

/* Memory of an earlier window is used again. */
static void reset(const struct tally *t, struct tally_row row)
{
	memset(row.count, 0, t->spec->counters * sizeof(*row.count));
	for (unsigned i = 0; i < t->spec->hists; i++)
		hist__reset(&row.hist[i]);
}

/* Where counts go when there is no memory at all; tally__finish() reports it. */
static struct tally_row nowhere(void)
{
	static __thread __u64 counters[128];
	static __thread struct hist hists[2];

	return (struct tally_row){ counters, hists };
}

struct tally_row tally__at(struct tally *t, __u64 win, const __u64 *key)
{
	bool fresh;
	void *value;

	if (win != t->win) {
		flush(t);
		t->win = win;
	}
	if (t->table.n == t->table.limit && !table__find(&t->table, key))
		flush(t);
	value = table__add(&t->table, key, &fresh);
	if (!value)
		return nowhere();
	if (fresh)
		reset(t, row_of(t, value));
	return row_of(t, value);
}

int tally__finish(struct tally *t)
{
	int code = t->table.refused ? -ENOMEM : 0;

	flush(t);
	for (size_t i = 0; i < t->table.cap; i++)
		for (unsigned k = 0; k < t->spec->hists; k++)
			hist__free(&row_of(t, table__value(&t->table, i)).hist[k]);
	table__free(&t->table);
	return code;
}
