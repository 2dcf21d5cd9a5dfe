/*
 * pcapng.h: writes capture files of the format pcapng (draft-ietf-opsawg-pcapng): one section, interfaces as they are met,
 * and packets with comments. libpcap reads such files, and does not write them.
 */
#ifndef ANALYZER_PCAPNG_H
#define ANALYZER_PCAPNG_H

#include <stdint.h>
#include <stdio.h>

struct pcapng_packet {
	uint32_t interface;  /* from 0, in the order in which they were written */
	uint64_t ns;         /* CLOCK_REALTIME */
	const uint8_t *bytes; /* from the Ethernet header on */
	uint32_t captured;   /* how many of them */
	uint32_t original;   /* length of the packet, captured or more */
	const char *comment;
};

/* First. Errors of writing are left to ferror(). Texts are UTF-8; what is longer than an option can be is cut. */
void pcapng__begin(FILE *out, const char *application, const char *comment);

/* Ethernet, with times in ns. */
void pcapng__interface(FILE *out, const char *name, const char *description);
void pcapng__packet(FILE *out, const struct pcapng_packet *p);

#endif
