/*
 * words_text.c: texts of several words, one after the other (words.h).
 *
 * What must hold: a word stays only when all of it is known, or a number that cannot be a part of an address.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "analyzer/anonymize/words.h"
#include "analyzer/anonymize/words_known.h"
#include "format/error.h"

enum { MOST_DIGITS = 9, MOST_HEX = 8 }; /* of a number: with more it may be an id or an address */

static const char between[] = " \t\n,;=()<>[]{}\"'|&!?*`\\$%";

/* ---- numbers ------------------------------------------------------------------------------------ */

static size_t count(const char *s, size_t n, int (*is)(int))
{
	size_t i = 0;

	while (i < n && is((unsigned char)s[i]))
		i++;
	return i;
}

static bool is_unit(const char *s, size_t n)
{
	static const char *const units[] = { "", "s", "ms", "us", "ns", "m", "h", "d", "k", "K", "M", "G", "T", "B", "KiB",
					     "MiB", "GiB", "kB", "MB", "GB" };

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (n == strlen(units[i]) && !memcmp(s, units[i], n))
			return true;
	return false;
}

/* 12, 1.5ms, 0x1f, 0-3. */
static bool is_number(const char *s, size_t n)
{
	size_t whole = count(s, n, isdigit), part = 0;

	if (n > 2 && s[0] == '0' && s[1] == 'x')
		return n - 2 <= MOST_HEX && count(s + 2, n - 2, isxdigit) == n - 2;
	if (!whole || whole > MOST_DIGITS)
		return false;
	if (whole < n && (s[whole] == '.' || s[whole] == '-')) {
		part = count(s + whole + 1, n - whole - 1, isdigit);
		if (!part || part > MOST_DIGITS)
			return false;
		part++;
	}
	return is_unit(s + whole + part, n - whole - part);
}

/* ---- addresses ---------------------------------------------------------------------------------- */

static int put_text(struct buf *out, const char *s)
{
	return words__put(out, s, strlen(s));
}

static int put_address(struct disguise *d, int family, __u8 *address, unsigned bits, struct buf *out)
{
	char text[INET6_ADDRSTRLEN];
	unsigned n = family == AF_INET ? 4 : 16;

	if (family == AF_INET)
		disguise__ip4(d, address);
	else
		disguise__address(d, address);
	for (unsigned i = 0; i < n; i++) /* of a network, what is behind its prefix stays 0 */
		address[i] &= bits >= 8 * i + 8 ? 0xff : bits <= 8 * i ? 0 : 0xff << (8 * i + 8 - bits);
	return put_text(out, inet_ntop(family, address, text, sizeof(text)));
}

/* Appends an address, with the length of its prefix or a port behind it; 1: it is none. */
static int address(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	char text[INET6_ADDRSTRLEN + 8];
	__u8 bytes[16];
	size_t len;
	unsigned bits = 128;
	int family;

	if (n >= sizeof(text))
		return 1;
	memcpy(text, s, n);
	text[n] = 0;
	len = strcspn(text, "/");
	text[len] = 0;
	family = inet_pton(AF_INET, text, bytes) == 1 ? AF_INET : inet_pton(AF_INET6, text, bytes) == 1 ? AF_INET6 : 0;
	if (!family && strcspn(text, ":") < strlen(text)) { /* a.b.c.d:port */
		len = strcspn(text, ":");
		text[len] = 0;
		family = inet_pton(AF_INET, text, bytes) == 1 ? AF_INET : 0;
	}
	if (!family || (len < n && (len + 1 == n || count(s + len + 1, n - len - 1, isdigit) != n - len - 1)))
		return 1;
	if (len < n && s[len] == '/' && sscanf(text + len + 1, "%3u", &bits) != 1)
		return 1;
	TRY(put_address(d, family, bytes, bits, out));
	return words__put(out, s + len, n - len);
}

/* Likewise of Ethernet. */
static int mac(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	char text[18], sep = n == 17 ? s[2] : 0;
	unsigned b[6];
	__u8 bytes[6];

	if (n != 17 || (sep != ':' && sep != '-'))
		return 1;
	for (size_t i = 0; i < n; i++)
		if (i % 3 == 2 ? s[i] != sep : !isxdigit((unsigned char)s[i]))
			return 1;
	for (int i = 0; i < 6; i++) {
		char digits[3] = { s[3 * i], s[3 * i + 1], 0 };

		sscanf(digits, "%2x", &b[i]);
		bytes[i] = (__u8)b[i];
	}
	disguise__mac(d, bytes);
	snprintf(text, sizeof(text), "%02x%c%02x%c%02x%c%02x%c%02x%c%02x", bytes[0], sep, bytes[1], sep, bytes[2], sep,
		 bytes[3], sep, bytes[4], sep, bytes[5]);
	return put_text(out, text);
}

/* Likewise an UUID, with dashes or without: the same digits of both kinds become the same. */
static int uuid(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	char text[37] = "";
	__u8 bytes[16];
	size_t digits = 0;

	for (size_t i = 0; i < n; i++) {
		bool dash = n == 36 && (i == 8 || i == 13 || i == 18 || i == 23);

		if (dash ? s[i] != '-' : !isxdigit((unsigned char)s[i]) || digits == 32)
			return 1;
		if (!dash)
			text[digits++] = (char)tolower((unsigned char)s[i]);
	}
	if (digits != 32)
		return 1;
	for (int i = 0; i < 16; i++)
		sscanf(text + 2 * i, "%2hhx", &bytes[i]);
	disguise__bytes(d, bytes, sizeof(bytes));
	for (int i = 0, at = 0; i < 16; i++) {
		at += snprintf(text + at, 3, "%02x", bytes[i]);
		if (n == 36 && (i == 3 || i == 5 || i == 7 || i == 9))
			text[at++] = '-';
	}
	return words__put(out, text, n);
}

/* ---- words -------------------------------------------------------------------------------------- */

static bool ends(const char *s, size_t n, const char *with)
{
	size_t len = strlen(with);

	return n > len && !memcmp(s + n - len, with, len);
}

/* An interrupt's name has its device's, and behind it "-TxRx-3" or the like. Appends both; 1: it is none. */
static int queue(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	static const char *const kinds[] = { "-TxRx", "-txrx", "-rx", "-tx", "-fp", "-Rx", "-Tx", "-mgmnt", "-sp" };
	size_t dash = n;

	while (dash > 1 && isdigit((unsigned char)s[dash - 1]))
		dash--;
	if (dash == n || dash < 2 || s[dash - 1] != '-')
		return 1;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (ends(s, dash - 1, kinds[i])) {
			size_t len = dash - 1 - strlen(kinds[i]);

			TRY(words__device(d, s, len, out));
			return words__put(out, s + len, n - len);
		}
	return 1;
}

static bool is_known(const char *s, size_t n)
{
	static const enum words_known kinds[] = { KNOWN_WORDS, KNOWN_THREADS, KNOWN_DEVICES, KNOWN_PATHS };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (words__known(kinds[i], s, n))
			return true;
	return false;
}

static int word(struct disguise *d, const char *s, size_t n, bool part, struct buf *out);

/* A word of two parts with one of these between; 1: it is none. */
static int two_parts(struct disguise *d, const char *s, size_t n, char sep, struct buf *out)
{
	const char *at = memchr(s, sep, n);

	if (!at || memchr(at + 1, sep, n - (at + 1 - s)))
		return 1;
	TRY(word(d, s, at - s, true, out));
	TRY(words__put(out, at, 1));
	return word(d, at + 1, n - (at + 1 - s), true, out);
}

/* `part`: a number may be a part of an address here. */
static int word(struct disguise *d, const char *s, size_t n, bool part, struct buf *out)
{
	static int (*const kinds[])(struct disguise *, const char *, size_t, struct buf *) = { address, mac, uuid,
												queue };
	int code;

	if (!n || is_known(s, n) || (!part && is_number(s, n)) || (part && count(s, n, isdigit) == n && n <= 5))
		return words__put(out, s, n);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		code = kinds[i](d, s, n, out);
		if (code <= 0)
			return code;
	}
	if (memchr(s, '/', n))
		return words__path(d, s, n, out);
	code = two_parts(d, s, n, ':', out);
	if (code > 0)
		code = two_parts(d, s, n, '@', out);
	return code > 0 ? words__rename(d, "x", s, n, out) : code;
}

/* Behind these a number is the beginning of an address. */
static bool before_address(const char *s, size_t n)
{
	static const char words[] = " net host src dst mask gateway ";
	char padded[16];

	if (n + 3 > sizeof(padded))
		return false;
	snprintf(padded, sizeof(padded), " %.*s ", (int)n, s);
	return n && strstr(words, padded);
}

/* Of a virtual machine's arguments: is what follows the first n bytes a device of the host? */
static bool before_device(const char *s, size_t n)
{
	return (n >= 4 && !memcmp(s + n - 4, "tap=", 4)) || (n >= 7 && !memcmp(s + n - 7, "ifname=", 7));
}

int words__text(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	bool addressed = false;

	for (size_t at = 0; at < n;) {
		size_t len = 0;

		while (at + len < n && !(s[at + len] && strchr(between, s[at + len])))
			len++;
		if (addressed && count(s + at, len, isdigit) && is_number(s + at, len))
			TRY(words__rename(d, "x", s + at, len, out));
		else if (before_device(s, at))
			TRY(words__device(d, s + at, len, out));
		else
			TRY(word(d, s + at, len, false, out));
		addressed = len ? before_address(s + at, len) : addressed;
		at += len;
		if (at < n)
			TRY(words__put(out, s + at++, 1));
	}
	return 0;
}

/* NAME/NUMBER, … */
int words__tasks(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	for (size_t at = 0; at < n;) {
		const char *comma = memmem(s + at, n - at, ", ", 2);
		size_t len = comma ? (size_t)(comma - s) - at : n - at, name = len;

		while (name > 0 && isdigit((unsigned char)s[at + name - 1]))
			name--;
		name = name > 0 && s[at + name - 1] == '/' ? name - 1 : len;
		TRY(words__thread(d, s + at, name, out));
		TRY(words__put(out, s + at + name, len - name));
		at += len;
		if (comma) {
			TRY(words__put(out, ", ", 2));
			at += 2;
		}
	}
	return 0;
}
