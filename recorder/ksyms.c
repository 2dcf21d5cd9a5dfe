/*
 * ksyms.c: names of kernel addresses (ksyms.h).
 *
 * All function symbols, sorted by address; the names stay where the file's text was read to.
 */
#include "ksyms.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	__u64 addr;
	__u32 name, module; /* offsets into text */
};

struct ksyms {
	struct entry *entries;
	char *text;
	size_t n, room, used, text_room;
};

static bool put_text(struct ksyms *k, const char *s, __u32 *at)
{
	size_t len = strlen(s) + 1;

	if (k->used + len > k->text_room) {
		size_t room = (k->text_room + len) * 2;
		char *text = realloc(k->text, room);

		if (!text)
			return false;
		k->text = text;
		k->text_room = room;
	}
	memcpy(k->text + k->used, s, len);
	*at = k->used;
	k->used += len;
	return true;
}

static bool put_entry(struct ksyms *k, __u64 addr, const char *name, const char *module)
{
	struct entry *e;

	if (k->n == k->room) {
		size_t room = k->room ? k->room * 2 : 65536;

		e = realloc(k->entries, room * sizeof(*e));
		if (!e)
			return false;
		k->entries = e;
		k->room = room;
	}
	e = &k->entries[k->n];
	e->addr = addr;
	e->module = 0; /* the text begins with an empty string */
	if (!put_text(k, name, &e->name) || (*module && !put_text(k, module, &e->module)))
		return false;
	k->n++;
	return true;
}

/* "ffffffff81000000 T name\t[module]"; functions only. False when memory ran out. */
static bool put_line(struct ksyms *k, char *line)
{
	char *end, *name, *module = "";
	__u64 addr = strtoull(line, &end, 16);

	if (!addr || *end != ' ' || !strchr("tTwW", end[1]) || end[2] != ' ')
		return true;
	name = end + 3;
	name[strcspn(name, "\n")] = 0;
	end = strchr(name, '\t');
	if (end) {
		*end++ = 0;
		if (*end == '[')
			end++;
		end[strcspn(end, "]")] = 0;
		module = end;
	}
	return put_entry(k, addr, name, module);
}

static int by_addr(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name; /* of aliases, the first listed */
}

static void drop_aliases(struct ksyms *k)
{
	size_t kept = 0;

	for (size_t i = 0; i < k->n; i++)
		if (!kept || k->entries[i].addr != k->entries[kept - 1].addr)
			k->entries[kept++] = k->entries[i];
	k->n = kept;
}

struct ksyms *ksyms__read(FILE *f)
{
	struct ksyms *k = calloc(1, sizeof(*k));
	char *line = NULL;
	size_t len = 0;
	__u32 empty;
	bool ok;

	rewind(f);
	ok = k && put_text(k, "", &empty);
	while (ok && getline(&line, &len, f) > 0)
		ok = put_line(k, line);
	free(line);
	if (!ok) {
		ksyms__close(k);
		return NULL;
	}
	if (k->n)
		qsort(k->entries, k->n, sizeof(*k->entries), by_addr);
	drop_aliases(k);
	return k;
}

void ksyms__close(struct ksyms *k)
{
	if (!k)
		return;
	free(k->entries);
	free(k->text);
	free(k);
}

size_t ksyms__count(const struct ksyms *k)
{
	return k->n;
}

int ksyms__find(const struct ksyms *k, __u64 addr, struct ksym *sym, size_t *index)
{
	size_t lo = 0, hi = k->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (k->entries[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return -ENOENT;
	*index = lo - 1;
	sym->addr = k->entries[lo - 1].addr;
	sym->size = lo < k->n ? k->entries[lo].addr - sym->addr : 0;
	sym->name = k->text + k->entries[lo - 1].name;
	sym->module = k->text + k->entries[lo - 1].module;
	return 0;
}

/* ---- data --------------------------------------------------------------------------------------- */

enum { MAX_NAME = 128, MAX_DATA = 1 << 20 /* no variable with a lock in it is larger */ };

struct nearest {
	__u64 addr, below, above; /* above: where the next symbol begins; ~0: none */
	bool data;                /* what is below is data */
	char name[MAX_NAME], module[MAX_NAME];
};

static int by_value(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

/* Takes a line into account for every address that it is nearer to than what was there. */
static void consider(struct nearest *at, size_t n, const char *line)
{
	char name[MAX_NAME] = "", module[MAX_NAME] = "", type = 0;
	unsigned long long addr = 0;
	size_t lo = 0, hi = n;

	if (sscanf(line, "%llx %c %127s [%127[^]]", &addr, &type, name, module) < 3 || !addr)
		return;
	while (lo < hi) { /* the first address at or behind the symbol */
		size_t mid = lo + (hi - lo) / 2;

		if (at[mid].addr < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (size_t i = lo; i < n && addr - 1 < at[i].addr && addr > at[i].below; i++) {
		at[i].below = addr;
		at[i].data = strchr("bBdDrRvV", type) != NULL;
		strcpy(at[i].name, name);
		strcpy(at[i].module, module);
	}
	while (lo-- > 0 && addr < at[lo].above)
		at[lo].above = addr;
}

void ksyms__each_data(FILE *f, __u64 *addrs, size_t n, void (*fn)(void *ctx, const struct ksym *sym), void *ctx)
{
	struct nearest *at = calloc(n + 1, sizeof(*at));
	char line[512];

	if (!at)
		return; /* the addresses stay without names */
	if (n)
		qsort(addrs, n, sizeof(*addrs), by_value);
	for (size_t i = 0; i < n; i++)
		at[i] = (struct nearest){ .addr = addrs[i], .above = ~0ull };
	rewind(f);
	while (fgets(line, sizeof(line), f))
		consider(at, n, line);
	for (size_t i = 0; i < n; i++) {
		const struct nearest *a = &at[i];

		if (a->data && a->above != ~0ull && a->above - a->below <= MAX_DATA && (!i || at[i - 1].below != a->below))
			fn(ctx, &(struct ksym){ a->below, a->above - a->below, a->name, a->module });
	}
	free(at);
}
