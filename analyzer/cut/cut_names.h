/*
 * cut_names.h: names that a part of a recording refers to: strings, stacks, symbols and files, of which there may be more
 * than of rows. Those of the rest are left out.
 *
 * A row refers to them by the unit of its fields (events.def). They are told before the first row that does.
 */
#ifndef ANALYZER_CUT_NAMES_H
#define ANALYZER_CUT_NAMES_H

#include <stdbool.h>
#include "analyzer/read/names.h"
#include "format/record.h"

struct cut_names;

/* Tells a definition; returns 0 or a negative errno, which ends the telling. */
typedef int (*cut_names_fn)(void *arg, const struct rec *rec);

/* `names` stay in use. NULL when out of memory. */
struct cut_names *cut_names__new(const struct names *names, cut_names_fn fn, void *arg);
void cut_names__free(struct cut_names *n); /* NULL is allowed */

/* Are definitions of this type told by cut_names__need()? */
bool cut_names__holds(unsigned type);

/* A row is about to be written: what it refers to, and was not told yet, is told. */
int cut_names__need(struct cut_names *n, const struct rec *rec);

#endif
