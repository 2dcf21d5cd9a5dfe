/*
 * cut_packets.h: which rows are of packets that a filter wants, at whatever stage they match it; or of addresses and
 * ports of which some were dropped or late: to tell what became of those, the others are needed; or of one packet.
 *
 * All rows are seen twice, in the same order: first to learn which packets match, then to be asked about. A packet is
 * followed by its address until it is freed, and is one with those that were made of it. What shows no headers is not
 * known to be unwanted, and neither are later fragments, which have no ports, and ICMP errors.
 */
#ifndef ANALYZER_CUT_PACKETS_H
#define ANALYZER_CUT_PACKETS_H

#include <stdbool.h>
#include "analyzer/cut/cut_opts.h"
#include "format/record.h"

struct cut_packets;

struct cut_packets *cut_packets__new(const struct cut_opts *opts, __u32 n_cpus); /* NULL when out of memory */
void cut_packets__free(struct cut_packets *p); /* NULL is allowed */

/* The next row, the first time. Returns 0 or -ENOMEM. */
int cut_packets__see(struct cut_packets *p, const struct rec *rec);

/* All rows come once more. */
void cut_packets__rewind(struct cut_packets *p);

/* The next row, the second time: is it to stay? Rows that are of no packet are. */
bool cut_packets__wanted(struct cut_packets *p, const struct rec *rec);

#endif
