/*
 * retained.h: the definitions in force, so that each segment can begin with them.
 */
#ifndef FORMAT_RETAINED_H
#define FORMAT_RETAINED_H

#include "record.h"

struct retained;

struct retained *retained__new(void); /* NULL when out of memory */
void retained__free(struct retained *r);

/*
 * Keeps a copy of the definition; one with equal KEY fields is replaced, one without KEY fields is the
 * only one of its record. Returns 1 when it is new or differs (but for ts), 0 when nothing changed,
 * -ENOMEM.
 */
int retained__put(struct retained *r, const struct rec *rec);

/* Calls fn for each kept definition, oldest first, until it returns a negative value; returns that or 0. */
int retained__each(const struct retained *r, int (*fn)(void *ctx, const struct rec *rec), void *ctx);

#endif
