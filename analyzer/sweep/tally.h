/*
 * tally.h: counters and histograms per key within one window; written to the database when it ends.
 *
 * A table that fills up within a window is written early and begins anew: rows of one key come in parts
 * then, nothing is lost, and memory stays bounded.
 */
#ifndef ANALYZER_TALLY_H
#define ANALYZER_TALLY_H

#include "analyzer/base/hist.h"
#include "analyzer/store/store.h"
#include "analyzer/base/table.h"

struct tally_row {
	__u64 *count;      /* spec.counters of them */
	struct hist *hist; /* spec.hists of them */
};

struct tally_spec {
	unsigned key_words;
	unsigned counters;
	unsigned hists;
	/* Stores one row. */
	void (*put)(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row);
};

struct tally {
	const struct tally_spec *spec;
	struct store *store;
	struct table table;
	__u64 win;
};

enum { TALLY_LIMIT = 4096 };

void tally__init(struct tally *t, const struct tally_spec *spec, struct store *store);

/*
 * The row of this key in window `win`, which never decreases. Valid until the next call. It always
 * exists: out of memory shows as rows that go nowhere and an error from tally__finish().
 */
struct tally_row tally__at(struct tally *t, __u64 win, const __u64 *key);

/* Writes what is left and frees. Returns 0 or -ENOMEM when counts were lost. */
int tally__finish(struct tally *t);

#endif
