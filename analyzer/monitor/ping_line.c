/*
 * ping_line.c: reads a line of ping (ping_line.h).
 *
 * What ping prints of requests without an answer is rarely about the request itself, so a line that is not understood
 * must not be passed over: only those are that ping is known to print of something else.
 */
#include "analyzer/monitor/ping_line.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS 1000000000ull
#define MAX_NUMBER 1000000000000ull

/* ---- words --------------------------------------------------------------------------------------- */

static bool starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* A whole number at *at, which moves behind it. */
static bool take_number(const char **at, __u64 *n)
{
	const char *p = *at;

	for (*n = 0; isdigit((unsigned char)*p) && *n < MAX_NUMBER; p++)
		*n = *n * 10 + (__u64)(*p - '0');
	if (p == *at || isdigit((unsigned char)*p))
		return false;
	*at = p;
	return true;
}

/* A decimal number in units of `unit` ns. */
static bool take_decimal(const char **at, __u64 unit, __u64 *ns)
{
	if (!take_number(at, ns) || *ns > 10 * SECOND_NS)
		return false;
	*ns *= unit;
	if (**at != '.')
		return true;
	for (++*at; isdigit((unsigned char)**at); ++*at)
		*ns += (unit /= 10) * (__u64)(**at - '0');
	return true;
}

/* An address without what an interface's name adds: fe80::1%eth0. */
static bool read_addr(const char *from, size_t len, __u8 addr[16])
{
	const char *scope = memchr(from, '%', len);
	char text[INET6_ADDRSTRLEN] = "";

	if (scope)
		len = (size_t)(scope - from);
	if (!len || len >= sizeof(text))
		return false;
	memcpy(text, from, len);
	if (inet_pton(AF_INET6, text, addr) == 1)
		return true;
	memset(addr, 0, 10);
	addr[10] = addr[11] = 0xff;
	return inet_pton(AF_INET, text, addr + 12) == 1;
}

/* "10.0.0.2", or "name (10.0.0.2)". */
static bool read_who(const char *from, const char *end, __u8 addr[16])
{
	const char *open = end > from && end[-1] == ')' ? memrchr(from, '(', (size_t)(end - from)) : NULL;

	return open ? read_addr(open + 1, (size_t)(end - open) - 2, addr) : read_addr(from, (size_t)(end - from), addr);
}

/* The number behind a word; *at moves behind both. */
static bool take_seq(const char **at, struct ping_line *out)
{
	static const char *const words[] = { "icmp_seq=", "seq=", "icmp_seq " };
	__u64 n;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!starts(*at, words[i]))
			continue;
		*at += strlen(words[i]);
		if (!take_number(at, &n) || n > 0xffff)
			return false;
		out->seq = (__u16)n;
		return true;
	}
	return false;
}

/* ---- lines --------------------------------------------------------------------------------------- */

/* "PING name (10.0.0.2) from 10.0.0.1 eth0: 56(84) bytes of data."; IPv6: "PING fd98::2(fd98::2) 56 data bytes". */
static bool read_begin(const char *line, struct ping_line *out)
{
	const char *open = strchr(line, '('), *close = open ? strchr(open, ')') : NULL, *from, *end;

	if (!close || !strstr(close, " bytes of data") == !strstr(close, " data bytes"))
		return false;
	out->said = PING_BEGINS;
	out->has_addr = read_addr(open + 1, (size_t)(close - open) - 1, out->addr);
	out->from_0 = close[1] == ':';
	from = starts(close, ") from ") ? close + strlen(") from ") : NULL;
	end = from ? from + strcspn(from, " ") : NULL;
	if (from && end > from && end[-1] == ':')
		end--;
	out->has_saddr = from && read_addr(from, (size_t)(end - from), out->saddr);
	return out->has_addr;
}

/* "64 bytes from name (10.0.0.2): icmp_seq=1 ttl=64 time=0.1 ms (DUP!)"; short ones have no time. */
static bool read_answer(const char *line, struct ping_line *out)
{
	const char *from = strstr(line, " bytes from "), *colon, *at;
	__u64 bytes, ns;

	if (!take_number(&line, &bytes) || line != from)
		return false;
	from += strlen(" bytes from ");
	for (at = from; (colon = strstr(at, ": ")); at = colon + 2) {
		at = colon + 2;
		if (starts(at, "icmp_seq=") || starts(at, "seq="))
			break;
	}
	if (!colon || !read_who(from, colon, out->addr) || !take_seq(&at, out) || (*at && *at != ' '))
		return false;
	out->has_addr = true;
	out->said = strstr(at, "(BAD CHECKSUM!)") || strstr(at, "(DUP!)") ? PING_NOTHING : PING_ANSWERED;
	at = strstr(at, " time=");
	if (!at)
		return true;
	at += strlen(" time=");
	if (!take_decimal(&at, 1000000, &ns) || !starts(at, " ms"))
		return false;
	out->rtt_ns = (__s64)ns;
	return true;
}

/* "From 10.0.0.1 icmp_seq=3 Destination Host Unreachable". A redirect is no error: the request goes on. */
static bool read_error(const char *line, struct ping_line *out)
{
	const char *at = strstr(line, " icmp_seq=");

	if (!at++ || !take_seq(&at, out) || *at++ != ' ' || !*at)
		return false;
	out->said = starts(at, "Redirect") || starts(at, "Source Quench") ? PING_NOTHING : PING_ERROR;
	snprintf(out->error, sizeof(out->error), "%s", at);
	return true;
}

static bool read_no_answer(const char *at, struct ping_line *out)
{
	out->said = PING_NO_ANSWER;
	return take_seq(&at, out) && !*at;
}

/* "10 packets transmitted, 9 received, 10% packet loss, time 9123ms"; busybox, BSD: "…, 9 packets received, …". */
static bool read_totals(const char *at, struct ping_line *out)
{
	if (!take_number(&at, &out->sent) || !starts(at, " packets transmitted, "))
		return false;
	at += strlen(" packets transmitted, ");
	if (!take_number(&at, &out->received))
		return false;
	out->from_0 = starts(at, " packets received");
	out->said = PING_TOTALS;
	return out->from_0 || starts(at, " received");
}

/* What ping prints besides: "5/6 packets, 16% loss" is what it answers to SIGQUIT. */
static bool is_other(const char *line)
{
	static const char *const others[] = {
		"--- ",      "rtt ",      "round-trip ",      "pipe ", ", pipe ", "ping: ", "ping6: ",  "connect: ",
		"WARNING: ", "Warning: ", "wrong data byte ", "#",     "\t",      "^C",     "Vr HL TOS" };
	__u64 n;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (starts(line, others[i]))
			return true;
	return !*line || (take_number(&line, &n) && *line == '/' && strstr(line, " packets, "));
}

/* "[1732866535.123456] ", of -D. */
static bool take_stamp(const char **line, struct ping_line *out)
{
	const char *at = *line + 1;

	if (**line != '[')
		return true;
	if (!take_decimal(&at, SECOND_NS, &out->at_ns) || !starts(at, "] "))
		return false;
	*line = at + 2;
	return true;
}

static bool parse(const char *line, struct ping_line *out)
{
	if (!take_stamp(&line, out))
		return false;
	if (starts(line, "PING "))
		return read_begin(line, out);
	if (strstr(line, " bytes from "))
		return read_answer(line, out);
	if (starts(line, "From "))
		return read_error(line, out);
	if (starts(line, "no answer yet for "))
		return read_no_answer(line + strlen("no answer yet for "), out);
	if (starts(line, "Request timeout for "))
		return read_no_answer(line + strlen("Request timeout for "), out);
	if (strstr(line, " packets transmitted, "))
		return read_totals(line, out);
	out->said = PING_NOTHING;
	return is_other(line);
}

void ping_line__parse(const char *line, struct ping_line *out)
{
	memset(out, 0, sizeof(*out));
	out->rtt_ns = -1;
	if (!parse(line, out))
		out->said = PING_GARBLED;
}
