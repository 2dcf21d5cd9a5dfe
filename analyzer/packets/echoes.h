/*
 * echoes.h: echo requests (ping) and their replies, and how long each part of the round trip took.
 *
 * Both are packets of this host, with a journey each. What lies between the last sign of the request and the first of
 * its reply is beyond: another host, a guest, or a program that answers.
 *
 * Each echo has one outcome: answered in time or late (200 ms, or what --late says), or not answered, and then what was
 * seen of it last; and which of its packets was dropped.
 */
#ifndef ANALYZER_ECHOES_H
#define ANALYZER_ECHOES_H

#include "analyzer/packets/journeys.h"
#include "analyzer/packets/kept_packets.h"
#include "analyzer/sweep/pass.h"

struct echoes;

struct echoes *echoes__new(struct sweep *s); /* NULL when out of memory */

/* A journey has ended; what is no echo is ignored. */
void echoes__see(struct echoes *e, const struct journey *j, const struct ending *end);

/* The recording is over, its last record was at `now`: no more of any echo is expected. */
void echoes__store(struct echoes *e, __u64 now);

void echoes__free(struct echoes *e); /* NULL is allowed */

#endif
