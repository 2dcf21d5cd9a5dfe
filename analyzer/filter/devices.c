/* devices.c: devices by their names (devices.h). */
#include "analyzer/filter/devices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/nearest.h"

int devices__add(struct devices *d, __u32 netns, __u32 ifindex, const char *name, const char *netns_name)
{
	struct named_device *list = reallocarray(d->list, d->n + 1, sizeof(*list));
	char unnamed[32];
	char *text;
	int len;

	if (!list)
		return -ENOMEM;
	d->list = list;
	snprintf(unnamed, sizeof(unnamed), "netns %u", netns);
	if (netns_name && !*netns_name)
		len = asprintf(&text, "%s", name);
	else
		len = asprintf(&text, "%s (%s)", name, netns_name ? netns_name : unnamed);
	if (len < 0)
		return -ENOMEM;
	list[d->n++] = (struct named_device){ netns, ifindex, text, false };
	return 0;
}

/* Those of the same name in other namespaces, or what the name most looks like. */
static int unknown(const struct devices *d, const char *name, struct trace_error *err)
{
	const char **texts = calloc(d->n + 1, sizeof(*texts)), *near;
	size_t len = strcspn(name, " "), listed = 0; /* without a namespace */
	char others[200] = "";
	int code;

	if (!texts)
		return trace_error__set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < d->n; i++) {
		const char *text = texts[i] = d->list[i].text;

		if (strncmp(text, name, len) == 0 && (!text[len] || text[len] == ' ') && strlen(others) + strlen(text) + 5 < sizeof(others))
			sprintf(others + strlen(others), "%s'%s'", listed++ ? ", " : "", text);
	}
	near = listed ? NULL : nearest(name, texts);
	code = trace_error__set(err, -EINVAL, "there is no device '%s' in the recording%s%s%s%s%s", name, listed ? "; there is " : "", others,
				near ? "; did you mean '" : "", near ? near : "",
				near ? "'?" : listed ? "" : " ('netanalyze show interfaces' lists those with traffic)");
	free(texts);
	return code;
}

/* Marks those of this name. */
static bool choose(struct devices *d, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->list[i].text, name) == 0)
			d->list[i].chosen = found = true;
	return found;
}

int devices__choose(struct devices *d, const char *const *names, size_t n, struct trace_error *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!choose(d, names[i]))
			return unknown(d, names[i], err);
	for (size_t i = 0; i < d->n; i++) {
		if (d->list[i].chosen)
			d->list[kept++] = d->list[i];
		else
			free(d->list[i].text);
	}
	d->n = kept;
	return 0;
}

char *devices__text(const char *const *names, size_t n)
{
	size_t len = 1;
	char *text, *at;

	for (size_t i = 0; i < n; i++)
		len += strlen(names[i]) + 2;
	at = text = malloc(len);
	if (!text)
		return NULL;
	*text = '\0';
	for (size_t i = 0; i < n; i++)
		at += sprintf(at, "%s%s", i ? ", " : "", names[i]);
	return text;
}

bool devices__has(const struct devices *d, __u32 netns, __u32 ifindex)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->list[i].ifindex == ifindex && d->list[i].netns == netns)
			return true;
	return false;
}

void devices__free(struct devices *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->list[i].text);
	free(d->list);
	*d = (struct devices){ 0 };
}
