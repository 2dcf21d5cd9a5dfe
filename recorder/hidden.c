/* hidden.c: /proc against the task iterator (hidden.h). */
#include "hidden.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct entry {
	__u32 tid, tgid;
	unsigned long long start; /* clock ticks after boot: tells a thread from a later one with its number */
	char comm[16];
};

struct hidden {
	struct entry *entries; /* sorted by tid */
	bool *seen;
	size_t n;
};

/* Thread name and start time from /proc/TGID/task/TID/stat; false when it is gone. */
static bool read_stat(struct entry *e)
{
	char path[64], line[512], *open, *close;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/stat", e->tgid, e->tid);
	f = fopen(path, "r");
	if (!f)
		return false;
	n = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[n] = 0;
	open = strchr(line, '(');
	close = strrchr(line, ')');
	if (!open || !close || close < open)
		return false;
	*close = 0;
	snprintf(e->comm, sizeof(e->comm), "%s", open + 1);
	return sscanf(close + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		      &e->start) == 1;
}

static bool add(struct hidden *h, __u32 tgid, __u32 tid)
{
	struct entry e = { .tid = tid, .tgid = tgid }, *p = h->entries;

	if (!read_stat(&e))
		return true;
	if ((h->n & (h->n - 1)) == 0) /* a power of two is full */
		p = realloc(p, (h->n ? h->n * 2 : 1) * sizeof(*p));
	if (!p)
		return false;
	h->entries = p;
	p[h->n++] = e;
	return true;
}

static bool add_process(struct hidden *h, __u32 tgid)
{
	struct dirent *d;
	char path[32];
	bool ok = true;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%u/task", tgid);
	dir = opendir(path);
	while (ok && dir && (d = readdir(dir)))
		if (atoi(d->d_name) > 0)
			ok = add(h, tgid, atoi(d->d_name));
	if (dir)
		closedir(dir);
	return ok;
}

static int by_tid(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

struct hidden *hidden__begin(void)
{
	struct hidden *h = calloc(1, sizeof(*h));
	DIR *dir = opendir("/proc");
	struct dirent *d;
	bool ok = h && dir;

	while (ok && (d = readdir(dir)))
		if (atoi(d->d_name) > 0 && atoi(d->d_name) != getpid())
			ok = add_process(h, atoi(d->d_name));
	if (dir)
		closedir(dir);
	if (ok)
		h->seen = calloc(h->n + 1, sizeof(*h->seen));
	if (!ok || !h->seen) {
		hidden__free(h);
		return NULL;
	}
	qsort(h->entries, h->n, sizeof(*h->entries), by_tid);
	return h;
}

void hidden__seen(struct hidden *h, __u32 tid)
{
	const struct entry key = { .tid = tid }, *e = bsearch(&key, h->entries, h->n, sizeof(key), by_tid);

	if (e)
		h->seen[e - h->entries] = true;
}

unsigned hidden__end(struct hidden *h, char *text, unsigned size)
{
	unsigned n = 0, used = 0;

	text[0] = 0;
	for (size_t i = 0; i < h->n; i++) {
		struct entry now = h->entries[i];

		if (h->seen[i] || !read_stat(&now) || now.start != h->entries[i].start)
			continue;
		n++;
		if (used + sizeof("some-thread-name/4194304, ") < size)
			used += snprintf(text + used, size - used, "%s%s/%u", used ? ", " : "", now.comm, now.tid);
	}
	return n;
}

void hidden__free(struct hidden *h)
{
	if (!h)
		return;
	free(h->entries);
	free(h->seen);
	free(h);
}
