/*
 * ping_line.h: what a line says that ping prints: of iputils, with and without -D and -O, of busybox, and of BSD.
 */
#ifndef ANALYZER_PING_LINE_H
#define ANALYZER_PING_LINE_H

#include <stdbool.h>
#include <linux/types.h>

enum ping_said {
	PING_GARBLED,   /* ping prints no such line */
	PING_NOTHING,   /* of no echo request, or nothing that counts */
	PING_BEGINS,    /* the first line of a ping: addr, saddr */
	PING_ANSWERED,  /* seq, addr (of who answered), rtt_ns */
	PING_NO_ANSWER, /* seq: none so far */
	PING_ERROR,     /* seq, error: instead of an answer */
	PING_TOTALS,    /* sent, received */
};

struct ping_line {
	enum ping_said said;
	__u8 addr[16], saddr[16]; /* IPv4: mapped into IPv6 */
	bool has_addr, has_saddr;
	bool from_0; /* this ping's first number is 0, not 1; of PING_BEGINS and PING_TOTALS */
	__u16 seq;
	__s64 rtt_ns; /* -1: not told */
	__u64 at_ns;  /* -D: CLOCK_REALTIME when it was printed; 0: not told */
	__u64 sent, received;
	char error[80];
};

/* `line`: without its end. */
void ping_line__parse(const char *line, struct ping_line *out);

#endif
