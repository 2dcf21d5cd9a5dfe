/* ovs_text.c: texts of bounded length (ovs_text.h). */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "analyzer/ovs/ovs_text.h"

void ovs_text__init(struct ovs_text *t, char *out, size_t cap)
{
	assert(cap > 8); /* "…" has room */
	*t = (struct ovs_text){ .s = out, .cap = cap };
	out[0] = '\0';
}

static void cut(struct ovs_text *t)
{
	static const char more[] = "…";

	t->cut = true;
	t->len = t->cap - sizeof(more);
	memcpy(t->s + t->len, more, sizeof(more));
}

void ovs_text__add(struct ovs_text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (t->cut)
		return;
	assert(t->len < t->cap && t->s[t->len] == '\0');
	va_start(ap, fmt);
	n = vsnprintf(t->s + t->len, t->cap - t->len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= t->cap - t->len)
		cut(t);
	else
		t->len += (size_t)n;
}

void ovs_text__hex(struct ovs_text *t, struct ovs_attrs bytes)
{
	for (size_t i = 0; i < bytes.len && !t->cut; i++)
		ovs_text__add(t, "%s%02x", i ? " " : "", bytes.p[i]);
}

void ovs_text__chomp(struct ovs_text *t)
{
	if (!t->cut && t->len && t->s[t->len - 1] == ',')
		t->s[--t->len] = '\0';
}
