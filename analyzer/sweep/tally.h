/*
 * tally.h: counters and histograms per key within one window; written to the database when it ends.
 *
 * A table that fills up within a window writes the rows of light keys early and uses their places again: the rows of such
 * a key come in parts, nothing is lost, and memory stays bounded.
 */
#ifndef ANALYZER_TALLY_H
#define ANALYZER_TALLY_H

#include "analyzer/base/heavy.h"
#include "analyzer/base/hist.h"
#include "analyzer/store/store.h"

enum { TALLY_KEYS = 1 << 17 }; /* of a window, at most: fewer where rows are big */

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
	struct heavy *rows;
	__u64 win;
};

/* Returns 0 or -ENOMEM. It must stay where it is. */
int tally__init(struct tally *t, const struct tally_spec *spec, struct store *store);

/* The row of this key in window `win`, which never decreases. Valid until the next call. */
struct tally_row tally__at(struct tally *t, __u64 win, const __u64 *key);

/* Writes what is left and frees. One that was not begun, all zero, is allowed. */
void tally__finish(struct tally *t);

#endif
