/* wrap.c: text in lines of a limited width (wrap.h). */
#include "analyzer/print/wrap.h"

#include <assert.h>
#include <string.h>

bool wrap__is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

/* C1 control characters in UTF-8 (c2 80 … c2 9f) are commands to a terminal, too. */
bool wrap__is_c1(const char *p)
{
	return (unsigned char)p[0] == 0xc2 && (unsigned char)p[1] >= 0x80 && (unsigned char)p[1] < 0xa0;
}

bool wrap__is_bidi(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	return p[0] == 0xe2 && ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) || (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

/* Bytes of the character that begins here, and its width. */
static size_t next(const char *p, size_t *width)
{
	size_t n = 1;

	*width = wrap__is_bidi(p) ? 6 : wrap__is_c1(p) || wrap__is_control((unsigned char)*p) ? 4 : 1;
	while (((unsigned char)p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

size_t wrap__width(const char *text)
{
	size_t sum = 0, width;

	for (const char *p = text; *p; p += next(p, &width), sum += width)
		;
	return sum;
}

size_t wrap__word(const char *text)
{
	size_t longest = 0, now = 0, width;

	for (const char *p = text; *p; now += width) {
		if (*p == ' ')
			now = (size_t)-1;
		p += next(p, &width);
		if (now + width > longest && now != (size_t)-1)
			longest = now + width;
	}
	return longest;
}

size_t wrap__line(const char *text, size_t width, size_t *skip, size_t *used)
{
	size_t w, end = 0, space = 0, before_space = 0;

	assert(width >= 4); /* or a control character would not fit */
	*skip = *used = 0;
	while (text[end]) {
		size_t n = next(text + end, &w);

		if (text[end] == ' ') {
			space = end;
			before_space = *used;
		}
		if (*used + w > width)
			break;
		*used += w;
		end += n;
	}
	if (!text[end] || !space)
		return end;
	*skip = 1;
	*used = before_space;
	return space;
}
