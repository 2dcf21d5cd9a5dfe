/*
 * sort.h: rows by time.
 */
#ifndef ANALYZER_SORT_H
#define ANALYZER_SORT_H

#include <stddef.h>
#include "format/record.h"

struct item {
	__u64 ts;
	const struct rec *rec;
};

/*
 * Sorts n items by ts; equal ones keep their order. `tmp` holds n items as well. Returns where the
 * sorted items are: `items` or `tmp`. Time grows with n, and with the logarithm of the number of sorted runs in it or, at
 * most, of the span of ts.
 */
struct item *sort__by_time(struct item *items, struct item *tmp, size_t n);

#endif
