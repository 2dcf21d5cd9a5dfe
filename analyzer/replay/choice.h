/*
 * choice.h: which records of a recording are wanted: of some types, of packets that a filter matches.
 *
 * A filter is asked about what carries headers. What only names a packet follows it: by the address of its sk_buff,
 * from the record in which it matched until it is freed. Records that are of no packet are not wanted then; those that
 * say that records are missing always are, if these would have been.
 */
#ifndef ANALYZER_CHOICE_H
#define ANALYZER_CHOICE_H

#include <stdbool.h>
#include "analyzer/base/sort.h"
#include "analyzer/filter/filter.h"
#include "format/schema.h"

struct choice;

/* `types`: REC_TYPE_MAX of them; NULL: all. `filter`: NULL: none; the caller's. Returns 0 or -ENOMEM. */
int choice__new(struct choice **c, const bool *types, struct filter *filter, __u32 n_cpus);
void choice__free(struct choice *c); /* NULL is allowed */

/* Is record i of these, which `d` describes, wanted? To be asked about each record once, in time order. */
bool choice__wants(struct choice *c, const struct record_desc *d, const struct item *items, size_t n, size_t i);

/* Is it to be told that records of this type are missing? 0: those of any. */
bool choice__wants_gap(const struct choice *c, unsigned type);

#endif
