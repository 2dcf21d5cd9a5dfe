/*
 * pcapng.c: see pcapng.h. Numbers are in the order of this machine, which the section's header tells.
 */
#include "analyzer/replay/pcapng.h"

#include <string.h>

enum { SECTION_HEADER = 0x0a0d0d0a, INTERFACE = 1, ENHANCED_PACKET = 6 };
enum { OPTION_END = 0, COMMENT = 1, IF_NAME = 2, IF_DESCRIPTION = 3, SECTION_APPLICATION = 4, IF_TIME_RESOLUTION = 9 };
enum { LINK_ETHERNET = 1, SNAPLEN = 262144, MAX_OPTION = 65532 };

static void put16(FILE *out, uint16_t v)
{
	fwrite(&v, sizeof(v), 1, out);
}

static void put32(FILE *out, uint32_t v)
{
	fwrite(&v, sizeof(v), 1, out);
}

static uint32_t padded(uint32_t len)
{
	return (len + 3) & ~3u;
}

static void put_bytes(FILE *out, const void *bytes, uint32_t len)
{
	static const char zeros[4];

	fwrite(bytes, 1, len, out);
	fwrite(zeros, 1, padded(len) - len, out);
}

static uint32_t option_len(const char *text)
{
	size_t len = strlen(text);

	return len < MAX_OPTION ? (uint32_t)len : MAX_OPTION;
}

/* With its code and length. */
static uint32_t option_size(const char *text)
{
	return 4 + padded(option_len(text));
}

static void put_option(FILE *out, uint16_t code, const void *value, uint32_t len)
{
	put16(out, code);
	put16(out, (uint16_t)len);
	put_bytes(out, value, len);
}

static void put_text(FILE *out, uint16_t code, const char *text)
{
	put_option(out, code, text, option_len(text));
}

/* `body`: bytes between the two lengths. */
static uint32_t begin_block(FILE *out, uint32_t type, uint32_t body)
{
	put32(out, type);
	put32(out, body + 12);
	return body + 12;
}

static void end_block(FILE *out, uint32_t total)
{
	put_option(out, OPTION_END, "", 0);
	put32(out, total);
}

void pcapng__begin(FILE *out, const char *application, const char *comment)
{
	uint32_t total = begin_block(out, SECTION_HEADER, 16 + option_size(comment) + option_size(application) + 4);

	put32(out, 0x1a2b3c4d);
	put16(out, 1); /* version 1.0 */
	put16(out, 0);
	put32(out, ~0u); /* the section's length is not told */
	put32(out, ~0u);
	put_text(out, COMMENT, comment);
	put_text(out, SECTION_APPLICATION, application);
	end_block(out, total);
}

void pcapng__interface(FILE *out, const char *name, const char *description)
{
	static const uint8_t nanoseconds = 9; /* 10^-9 s */
	uint32_t total = begin_block(out, INTERFACE, 8 + option_size(name) + option_size(description) + 8 + 4);

	put16(out, LINK_ETHERNET);
	put16(out, 0);
	put32(out, SNAPLEN);
	put_text(out, IF_NAME, name);
	put_text(out, IF_DESCRIPTION, description);
	put_option(out, IF_TIME_RESOLUTION, &nanoseconds, 1);
	end_block(out, total);
}

void pcapng__packet(FILE *out, const struct pcapng_packet *p)
{
	uint32_t total = begin_block(out, ENHANCED_PACKET, 20 + padded(p->captured) + option_size(p->comment) + 4);

	put32(out, p->interface);
	put32(out, (uint32_t)(p->ns >> 32));
	put32(out, (uint32_t)p->ns);
	put32(out, p->captured);
	put32(out, p->original);
	put_bytes(out, p->bytes, p->captured);
	put_text(out, COMMENT, p->comment);
	end_block(out, total);
}
