/* csv.c: see csv.h. */
#include "analyzer/base/csv.h"

#include <stdbool.h>
#include <string.h>

/* Excel and LibreOffice take these for the beginning of a formula. */
static bool is_formula(const char *text, size_t len)
{
	static const char *const begins[] = { "=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (len >= strlen(begins[i]) && !memcmp(text, begins[i], strlen(begins[i])))
			return true;
	return false;
}

static bool needs_quotes(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr(",\"\r\n", text[i]))
			return true;
	return false;
}

/* What a terminal obeys, C1 controls in UTF-8 included; lines may end within a cell. */
static bool is_control(const char *text, size_t len, size_t i)
{
	unsigned char c = (unsigned char)text[i], next = i + 1 < len ? (unsigned char)text[i + 1] : 0;

	return (c < 0x20 && c != '\n') || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0);
}

void csv__text(FILE *out, const char *text, size_t len)
{
	bool quoted = needs_quotes(text, len);

	if (quoted)
		putc('"', out);
	if (is_formula(text, len))
		putc('\'', out);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			putc('"', out);
		putc(is_control(text, len, i) ? '?' : text[i], out);
	}
	if (quoted)
		putc('"', out);
}
