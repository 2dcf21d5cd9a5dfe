/*
 * filter.h: tcpdump filters over packet records.
 *
 * libpcap compiles the expression, twice: for packets with an Ethernet header and for those without one; it runs over
 * the frame that frame__build() makes of a record. A filter means what it means in netrec and tcpdump. An expression
 * that asks for what packet records never hold is refused; where one record does not hold it, the packet is not
 * matched, and filter__remark() says so: nothing is ever silently 0.
 */
#ifndef ANALYZER_FILTER_H
#define ANALYZER_FILTER_H

#include <stdbool.h>
#include "analyzer/filter/frame.h"
#include "format/error.h"

struct filter;

/*
 * Compiles a pcap-filter(7) expression. -EINVAL for one that libpcap refuses or that asks for payload or header fields
 * that packet records do not hold.
 */
int filter__compile(struct filter **f, const char *expression, struct trace_error *err);

/*
 * The same for packets of which less is known: the non-zero fields of *unknown (tos, ttl, tcp_flags, ip_id, ip_len,
 * seq, ack, len, vlan, dmac, smac) are not, and a filter that asks for one of them is refused, too.
 */
int filter__compile_for(struct filter **f, const char *expression, const struct rec_packet *unknown,
			struct trace_error *err);

/*
 * Does the packet match? `first`: its first bytes, if it has FRAME_HEAD; NULL when they are not there. `len`, `less`
 * and `greater` mean the length on a wire, or skb->len where that is not known.
 */
bool filter__match(struct filter *f, const struct rec_packet *p, const struct first_bytes *first);

/*
 * What has to be said about the answers given so far, as one sentence: those about packets and drops and, with `events`,
 * those about what has less of their headers. False, and nothing in `text`: nothing.
 */
bool filter__remark(const struct filter *f, bool events, char *text, size_t size);

/* NULL is allowed. */
void filter__free(struct filter *f);

#endif
