/*
 * pings.h: the pings of a monitor's file as rows of the database: each echo request once, with what was said of it.
 *
 * Sequence numbers have 16 bits; here they are counted on where they wrap: a number is the nearest one to the last.
 */
#ifndef ANALYZER_PINGS_H
#define ANALYZER_PINGS_H

#include <stdbool.h>
#include "analyzer/store/store.h"

enum { MAX_PINGS = 1000, MAX_PING_ECHOES = 1000000 };

struct ping {
	__u64 line; /* where it begins; 0: a capture */
	__u8 saddr[16], daddr[16];
	bool has_saddr, has_daddr;
	__s32 id;          /* -1: not told */
	bool whole;        /* it sent no others than those from the first to the last */
	bool begun;        /* the next two are valid */
	__s64 first, last; /* sequence numbers, counted on */
	__u64 at_ns;       /* when the latest request was sent; 0: not told */
};

/* What is said of a request. Times are CLOCK_REALTIME, 0: not told. */
struct ping_echo {
	__u64 sent_ns, answer_ns;
	__s64 rtt_ns;     /* -1: not told */
	const char *said; /* as in monitor_echo */
};

struct pings;

struct pings *pings__new(struct store *s); /* NULL when out of memory */
void pings__free(struct pings *p);

/* Begins another one. NULL: there are too many, and *err says so. */
struct ping *pings__add(struct pings *p, const struct ping *ping, struct trace_error *err);

/* The one that was begun last, or the latest with these addresses and identifier; NULL: there is none. */
struct ping *pings__last(struct pings *p);
struct ping *pings__find(struct pings *p, const __u8 *saddr, const __u8 *daddr, __u16 id);

/* A sequence number as it is counted on. */
__s64 pings__number(const struct ping *ping, __u16 seq);

/* There is a request with this number, and so there are all from the first to the last. -E2BIG: too many. */
int pings__reach(struct pings *p, struct ping *ping, __s64 number, struct trace_error *err);

/* The same, and what is said of it. */
int pings__say(struct pings *p, struct ping *ping, __s64 number, const struct ping_echo *echo, struct trace_error *err);

/* The latest packet of a capture. */
void pings__end_at(struct pings *p, __u64 ns);

/* The file is over. -EBADMSG when it told of no request. */
int pings__store(struct pings *p, const char *path, struct trace_error *err);

#endif
