/*
 * packets.h: the packets of tests/live/filter/packets.
 *
 * "NAME 0800 4500 … *BYTE COUNT …": hexadecimal bytes; COUNT of one byte behind a star. Lines with # are comments.
 */
#ifndef TESTS_LIVE_PACKETS_H
#define TESTS_LIVE_PACKETS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PACKETS = 128, PACKET_ROOM = 2048, LINE = 8192 };

struct packet {
	char name[64];
	unsigned char bytes[PACKET_ROOM];
	unsigned len;
	bool has_l3;  /* IPv4 or IPv6 behind 14 bytes of Ethernet */
	bool has_tag; /* one that could be beside the packet */
};

static struct packet packets[MAX_PACKETS];
static unsigned n_packets;

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static void parse_packet(struct packet *p, char *text)
{
	char *word, *save = NULL;
	unsigned byte, count, used;

	for (word = strtok_r(text, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		if (*word == '*') {
			char *times = strtok_r(NULL, " \n", &save);

			if (sscanf(word, "*%2x", &byte) != 1 || !times || sscanf(times, "%x", &count) != 1)
				die("%s: bad repetition", p->name);
			for (; count && p->len < PACKET_ROOM; count--)
				p->bytes[p->len++] = byte;
			continue;
		}
		for (; sscanf(word, "%2x%n", &byte, &used) == 1 && used == 2 && p->len < PACKET_ROOM; word += 2)
			p->bytes[p->len++] = byte;
		if (*word)
			die("%s: \"%s\" is not hexadecimal", p->name, word);
	}
}

static void read_packets(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[LINE];

	if (!f)
		die("cannot open %s", path);
	while (fgets(line, sizeof(line), f)) {
		struct packet *p = &packets[n_packets];
		int name_ends;

		if (*line == '#' || sscanf(line, "%63s%n", p->name, &name_ends) != 1)
			continue;
		if (++n_packets == MAX_PACKETS)
			die("%s: too many packets", path);
		parse_packet(p, line + name_ends);
		p->has_l3 = !strncmp(p->name, "ip4", 3) || !strncmp(p->name, "ip6", 3);
		p->has_tag = !strncmp(p->name, "vlan-", 5);
	}
	fclose(f);
}

#endif
