/*
 * unames.c: stacks of programs, their files and functions (unames.h).
 */
#include "analyzer/unames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct unames {
	struct store *store;
	const struct rec_usymbol **symbols; /* by file and address */
	size_t n;
};

static void count(void *arg, const struct rec *rec)
{
	(void)rec;
	++*(size_t *)arg;
}

static void take(void *arg, const struct rec *rec)
{
	struct unames *u = arg;

	u->symbols[u->n++] = (const struct rec_usymbol *)rec;
}

static int by_place(const void *a, const void *b)
{
	const struct rec_usymbol *x = *(const struct rec_usymbol *const *)a, *y = *(const struct rec_usymbol *const *)b;

	if (x->module != y->module)
		return x->module < y->module ? -1 : 1;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* The function an address lies in, or NULL. */
static const struct rec_usymbol *find(const struct unames *u, __u32 module, __u64 addr)
{
	size_t low = 0, high = u->n;
	const struct rec_usymbol *s;

	while (low < high) {
		size_t middle = (low + high) / 2;

		s = u->symbols[middle];
		if (s->module < module || (s->module == module && s->addr <= addr))
			low = middle + 1;
		else
			high = middle;
	}
	s = low ? u->symbols[low - 1] : NULL;
	return s && s->module == module && (!s->size || addr - s->addr < s->size) ? s : NULL;
}

static void put_module(void *arg, const struct rec *rec)
{
	const struct rec_module *r = (const struct rec_module *)rec;
	const struct unames *u = arg;
	size_t base = r->path.len;

	while (base && r->path.s[base - 1] != '/')
		base--;
	STORE(u->store, "module", V_INT(r->id), V_TEXTN(r->build_id.s, r->build_id.len), V_TEXTN(r->path.s, r->path.len),
	      V_TEXTN(r->path.s + base, r->path.len - base));
}

/* Frames are return addresses: the call before is what counts. Only where a program was interrupted it is not. */
static void put_frame(void *arg, const struct rec *rec)
{
	const struct rec_ustack *r = (const struct rec_ustack *)rec;
	const struct unames *u = arg;
	const struct rec_usymbol *s = r->module && r->addr ? find(u, r->module, r->addr - 1) : NULL;

	STORE(u->store, "user_frame", V_INT(r->id), V_INT(r->depth), V_INT(r->module), V_INT(r->addr),
	      s ? V_TEXTN(s->name.s, s->name.len) : V_NULL, V_OPT(s, r->addr - s->addr));
}

int unames__store(const struct names *n, struct store *s)
{
	struct unames u = { .store = s };
	size_t symbols = 0;

	names__each(n, REC_usymbol, count, &symbols);
	u.symbols = malloc((symbols + 1) * sizeof(*u.symbols));
	if (!u.symbols)
		return -ENOMEM;
	names__each(n, REC_usymbol, take, &u);
	qsort(u.symbols, u.n, sizeof(*u.symbols), by_place);
	names__each(n, REC_module, put_module, &u);
	names__each(n, REC_ustack, put_frame, &u);
	free(u.symbols);
	return 0;
}
