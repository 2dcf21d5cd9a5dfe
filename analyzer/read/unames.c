/*
 * unames.c: stacks of programs, their files and functions (unames.h).
 *
 * The recorder names functions by the symbols that it finds in the files themselves. Those of distributions are
 * stripped; where this machine has their symbols (debug_files.h), these are better.
 */
#include "analyzer/read/unames.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/read/debug_files.h"

struct function {
	__u32 module;
	__u32 len;
	__u64 addr, size;
	const char *name;
	char *own; /* name, when it is not the recording's */
};

struct unames {
	const struct names *names;
	struct store *store;
	struct function *functions; /* by file and address */
	size_t n, room;
	__u32 module; /* the one whose file is being read */
	__u64 *addrs; /* its code on stacks */
	size_t n_addrs, room_addrs;
	bool no_memory;
};

static void *grown(struct unames *u, void *array, size_t n, size_t *room, size_t size)
{
	void *larger;

	if (n < *room)
		return array;
	larger = realloc(array, (2 * n + 64) * size);
	if (!larger) {
		u->no_memory = true;
		return NULL;
	}
	*room = 2 * n + 64;
	return larger;
}

static void add_function(struct unames *u, struct function f)
{
	struct function *functions = grown(u, u->functions, u->n, &u->room, sizeof(*functions));

	if (!functions) {
		free(f.own);
		return;
	}
	u->functions = functions;
	u->functions[u->n++] = f;
}

static void take_recorded(void *arg, const struct rec *rec)
{
	const struct rec_usymbol *s = (const struct rec_usymbol *)rec;

	add_function(arg, (struct function){ s->module, s->name.len, s->addr, s->size, s->name.s, NULL });
}

static void take_from_file(void *arg, const struct elf_function *f)
{
	struct unames *u = arg;
	char *name = strdup(f->name);

	if (name)
		add_function(u, (struct function){ u->module, strlen(name), f->addr, f->size, name, name });
	else
		u->no_memory = true;
}

/* Frames are return addresses: the call before is what counts. Only where a program was interrupted it is not. */
static void take_address(void *arg, const struct rec *rec)
{
	const struct rec_ustack *r = (const struct rec_ustack *)rec;
	struct unames *u = arg;
	__u64 *addrs;

	if (r->module != u->module || !r->addr)
		return;
	addrs = grown(u, u->addrs, u->n_addrs, &u->room_addrs, sizeof(*addrs));
	if (!addrs)
		return;
	u->addrs = addrs;
	u->addrs[u->n_addrs++] = r->addr - 1;
}

/* Returns whether there is a file; where it is. */
static bool take_debug_file(struct unames *u, const struct rec_module *r, char path[PATH_MAX])
{
	struct elf_file *file = debug_file__open(r->build_id.s, r->build_id.len, path);

	if (!file)
		return false;
	u->module = r->id;
	u->n_addrs = 0;
	names__each(u->names, REC_ustack, take_address, u);
	elf_file__each(file, u->addrs, u->n_addrs, take_from_file, u);
	elf_file__close(file);
	return true;
}

static void put_module(void *arg, const struct rec *rec)
{
	const struct rec_module *r = (const struct rec_module *)rec;
	struct unames *u = arg;
	char path[PATH_MAX];
	bool found = take_debug_file(u, r, path);
	size_t base = r->path.len;

	while (base && r->path.s[base - 1] != '/')
		base--;
	STORE_LAST(u->store, "module", V_INT("id", r->id), V_TEXTN("build_id", r->build_id.s, r->build_id.len),
		   V_TEXTN("path", r->path.s, r->path.len), V_TEXTN("name", r->path.s + base, r->path.len - base),
		   found ? V_TEXT("debug_file", path) : V_NULL("debug_file"));
}

static int by_place(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	if (x->module != y->module)
		return x->module < y->module ? -1 : 1;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* The function an address lies in, or NULL. */
static const struct function *find(const struct unames *u, __u32 module, __u64 addr)
{
	size_t low = 0, high = u->n;
	const struct function *f;

	while (low < high) {
		size_t middle = (low + high) / 2;

		f = &u->functions[middle];
		if (f->module < module || (f->module == module && f->addr <= addr))
			low = middle + 1;
		else
			high = middle;
	}
	f = low ? &u->functions[low - 1] : NULL;
	return f && f->module == module && (!f->size || addr - f->addr < f->size) ? f : NULL;
}

static void put_frame(void *arg, const struct rec *rec)
{
	const struct rec_ustack *r = (const struct rec_ustack *)rec;
	const struct unames *u = arg;
	const struct function *f = r->module && r->addr ? find(u, r->module, r->addr - 1) : NULL;

	STORE_LAST(u->store, "user_frame", V_INT("ustack", r->id), V_INT("depth", r->depth), V_INT("module", r->module),
		   V_INT("addr", r->addr), f ? V_TEXTN("symbol", f->name, f->len) : V_NULL("symbol"),
		   V_OPT("offset", f, r->addr - f->addr));
}

int unames__store(const struct names *n, struct store *s)
{
	struct unames u = { .names = n, .store = s };

	names__each(n, REC_usymbol, take_recorded, &u);
	names__each(n, REC_module, put_module, &u);
	if (u.n)
		qsort(u.functions, u.n, sizeof(*u.functions), by_place);
	names__each(n, REC_ustack, put_frame, &u);
	for (size_t i = 0; i < u.n; i++)
		free(u.functions[i].own);
	free(u.functions);
	free(u.addrs);
	return u.no_memory ? -ENOMEM : 0;
}
