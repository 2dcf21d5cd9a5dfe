/*
 * retained.h: the definitions in force, so that each segment can begin with them.
 *
 * Those of things that are gone are forgotten by whoever knows; of too many, those that were not put for longest.
 */
#ifndef FORMAT_RETAINED_H
#define FORMAT_RETAINED_H

#include <stddef.h>
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

/* Forgets those of a type that were last put with a ts before `ts`. Returns how many. */
size_t retained__forget_older(struct retained *r, enum rec_type type, __u64 ts);

/*
 * Forgets the one that was not put for longest, of the type that has the most: what comes and goes all the time makes
 * room for itself. All frames of a stack go together. Returns how many; 0 when there is nothing.
 */
size_t retained__make_room(struct retained *r);

size_t retained__count(const struct retained *r);

/* Calls fn for each kept definition, oldest first, until it returns a negative value; returns that or 0. */
int retained__each(const struct retained *r, int (*fn)(void *ctx, const struct rec *rec), void *ctx);

#endif
