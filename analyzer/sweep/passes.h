/*
 * passes.h: all passes (passes.def), and the sweep that takes the records through them.
 */
#ifndef ANALYZER_PASSES_H
#define ANALYZER_PASSES_H

#include "analyzer/sweep/pass.h"

struct passes;

int passes__start(struct passes **p, struct sweep *s);
void passes__run(struct passes *p, const struct item *items, size_t n);
/* Tells the passes of a thread that was introduced before the first event; not counted as a row. */
void passes__introduce(struct passes *p, const struct rec_task *task);
void passes__finish(struct passes *p);

#endif
