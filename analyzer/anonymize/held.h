/*
 * held.h: rows that wait for others, without which it is not known what their bytes are.
 *
 * The first bytes of a packet wait for its record, which says how they begin; a part of a flow command waits for the
 * others. Rows come out in the order in which they came, and none waits for long.
 */
#ifndef ANALYZER_HELD_H
#define ANALYZER_HELD_H

#include "analyzer/anonymize/disguise.h"
#include "format/record.h"

struct held;

typedef int (*held_fn)(void *arg, const struct rec *rec);

struct held *held__new(struct disguise *d); /* NULL when out of memory */
void held__free(struct held *h);            /* NULL is allowed */

/* Takes a row, of whose bytes that wait none are changed yet, and gives those that need not wait any more to fn. */
int held__put(struct held *h, const struct rec *rec, held_fn fn, void *arg);

/* No more will come. */
int held__flush(struct held *h, held_fn fn, void *arg);

#endif
