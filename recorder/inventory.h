/* inventory.h: what a trace says about its host, its recording and its probes. */
#ifndef RECORDER_INVENTORY_H
#define RECORDER_INVENTORY_H

#include "kernel_btf.h"
#include "options.h"
#include "plan.h"
#include "sink.h"

/* Config definitions of host and recording. The sink is locked. */
void inventory__config(struct sink *s, const struct record_options *o, __u64 ring_bytes, int argc, char **argv);

/* Names of numbers, from the kernel's own type information. */
void inventory__enumerators(struct sink *s, const struct kernel_btf *k);

/* One definition per probe: wanted, attached how, or why not. */
void inventory__probes(struct sink *s, const struct plan *plan);

#endif
