/* json.c: see json.h. */
#include "json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_space(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

/* Behind the string that begins here. */
static const char *end_of_string(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && !*++p)
			return NULL;
	return *p ? p + 1 : NULL;
}

/* Brackets are counted, not matched: who answers us writes them well, and others learn nothing from it. */
const char *json__end(const char *value)
{
	size_t depth = 0;

	if (!value)
		return NULL;
	for (const char *p = skip_space(value); *p; p = skip_space(p)) {
		if (*p == '"')
			p = end_of_string(p);
		else if (*p == '{' || *p == '[')
			depth++, p++;
		else if (*p == '}' || *p == ']')
			p = depth && depth-- ? p + 1 : NULL;
		else if (*p == ',' || *p == ':')
			p = depth ? p + 1 : NULL;
		else
			p += strcspn(p, " \t\r\n\"{}[],:");
		if (!p || !depth)
			return p;
	}
	return NULL;
}

/* What stands in brackets that open with `open`: its first value, NULL when it is empty or something else. */
static const char *inside(const char *value, char open)
{
	const char *p = value ? skip_space(value) : "";

	if (*p != open)
		return NULL;
	p = skip_space(p + 1);
	return *p == ']' || *p == '}' || !*p ? NULL : p;
}

static const char *behind(const char *value, char mark)
{
	const char *p = json__end(value);

	p = p ? skip_space(p) : "";
	return *p == mark ? skip_space(p + 1) : NULL;
}

const char *json__first(const char *array)
{
	return inside(array, '[');
}

const char *json__next(const char *value)
{
	return behind(value, ',');
}

/* Names are compared as they are written: those that are asked for need no escapes. */
const char *json__member(const char *object, const char *name)
{
	size_t len = strlen(name);

	for (const char *key = inside(object, '{'), *value; key; key = json__next(value)) {
		value = behind(key, ':');
		if (value && *key == '"' && !strncmp(key + 1, name, len) && key[1 + len] == '"')
			return value;
	}
	return NULL;
}

/* U+FFFD for what is no character by itself, and for NUL, which would be the end of the text. */
static size_t put_utf8(char *out, unsigned c)
{
	if (!c || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	if (c < 0x80) {
		out[0] = c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = 0xc0 | c >> 6;
		out[1] = 0x80 | (c & 0x3f);
		return 2;
	}
	out[0] = 0xe0 | c >> 12;
	out[1] = 0x80 | (c >> 6 & 0x3f);
	out[2] = 0x80 | (c & 0x3f);
	return 3;
}

/* The character of an escape, at *p behind its backslash, and *p to what follows it. One that is none is itself. */
static size_t unescape(const char **p, char *out)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *known = strchr(from, **p);

	if (**p == 'u' && strspn(*p + 1, "0123456789abcdefABCDEF") >= 4) {
		char digits[5] = { 0 };

		memcpy(digits, *p + 1, 4);
		*p += 5;
		return put_utf8(out, strtoul(digits, NULL, 16));
	}
	*out = known ? to[known - from] : **p;
	(*p)++;
	return 1;
}

int json__text(const char *value, char *out, size_t size)
{
	const char *p = value ? skip_space(value) : "", *end = *p == '"' ? end_of_string(p) : NULL;
	size_t len = 0;
	char c[3];

	if (!end)
		return -EBADMSG;
	for (p++; p < end - 1;) {
		size_t n = 1;

		if (*p == '\\')
			p++, n = unescape(&p, c);
		else
			c[0] = *p++;
		if (len + n >= size)
			return -ENOBUFS;
		memcpy(out + len, c, n);
		len += n;
	}
	out[len] = 0;
	return 0;
}

void json__put(FILE *to, const char *text)
{
	if (!text || !*text) {
		fputs("null", to);
		return;
	}
	fputc('"', to);
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			fputc('\\', to);
		if ((unsigned char)*p < ' ')
			fprintf(to, "\\u%04x", *p);
		else
			fputc(*p, to);
	}
	fputc('"', to);
}
