/* heads.h: first bytes of packets, from the head record that comes just before a packet record. */
#ifndef ANALYZER_HEADS_H
#define ANALYZER_HEADS_H

#include <stdbool.h>
#include "analyzer/filter/frame.h"
#include "format/record.h"

struct heads;

struct heads *heads__new(__u32 n_cpus); /* NULL when out of memory */
void heads__free(struct heads *h);

void heads__see(struct heads *h, const struct rec_head *r);

/* False: none belongs to this packet record. The bytes are valid until the next head record of its CPU. */
bool heads__find(const struct heads *h, const struct rec_packet *p, struct first_bytes *first);

#endif
