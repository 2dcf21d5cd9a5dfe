/*
 * filter.h: tcpdump filters over packet records.
 *
 * libpcap compiles the expression; it runs over the frame that headers__build() makes of a record. An
 * expression that needs what a packet record does not hold is refused: it must never silently match nothing.
 */
#ifndef ANALYZER_FILTER_H
#define ANALYZER_FILTER_H

#include <stdbool.h>
#include "format/error.h"
#include "format/record.h"

struct filter;

/*
 * Compiles a pcap-filter(7) expression. -EINVAL for one that libpcap refuses or that
 * asks for MAC addresses, payload or header fields that packet records do not hold.
 */
int filter__compile(struct filter **f, const char *expression, struct trace_error *err);

/*
 * The same for packets of which less is known: the non-zero fields of *unknown (tos, ttl, tcp_flags, ip_id, ip_len,
 * seq, ack, len, vlan) are not, and a filter that asks for one of them is refused, too.
 */
int filter__compile_for(struct filter **f, const char *expression, const struct rec_packet *unknown,
			struct trace_error *err);

/* Does the packet match? `len`, `less` and `greater` mean skb->len. Thread-safe. */
bool filter__match(const struct filter *f, const struct rec_packet *p);

/* NULL is allowed. */
void filter__free(struct filter *f);

#endif
