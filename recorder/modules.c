/*
 * modules.c: see modules.h.
 *
 * A module lives as long as its identity is kept, which makes room for others when it was not asked for for longest, or
 * a process maps it. Then it is gone: on a list until its functions are looked up.
 */
#include "modules.h"

#include <assert.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "intern.h"
#include "units.h"
#include "format/host/elf_file.h"
#include "format/record.h"

enum { PLACES = 8192 }; /* of one file */

struct module {
	__u32 id, processes;    /* that map it */
	bool known;             /* by its identity */
	bool opened;            /* tried to */
	__u32 segment;          /* in which it was last defined */
	struct elf_file *file;  /* NULL: not needed so far, or unreadable */
	struct intern *places;  /* return addresses; NULL: none so far */
	struct module *next;    /* of those that are gone */
	char path[];
};

struct modules {
	struct intern *known; /* by identity; value: struct module * */
	struct module *gone;
	modules_write define;
	void *arg;
	__u32 open_files, last_id;
};

static struct rec_text text_of(const char *s)
{
	return (struct rec_text){ .s = s, .len = strlen(s) };
}

static void free_module(struct module *m)
{
	elf_file__close(m->file);
	intern__free(m->places);
	free(m);
}

/* Nobody can ask for it any more. */
static void give_up(struct modules *ms, struct module *m)
{
	assert(!m->known && !m->processes);
	ms->open_files -= m->file != NULL;
	if (!m->file || !m->places) {
		free_module(m);
		return;
	}
	m->next = ms->gone;
	ms->gone = m;
}

static void forget_identity(void *ctx, const struct interned *i)
{
	struct module *m = (struct module *)(uintptr_t)i->value;

	if (!m)
		return;
	m->known = false;
	if (!m->processes)
		give_up(ctx, m);
}

struct modules *modules__new(modules_write define, void *arg)
{
	struct modules *ms = calloc(1, sizeof(*ms));

	if (!ms)
		return NULL;
	ms->define = define;
	ms->arg = arg;
	ms->known = intern__new(MODULES_MAX);
	if (!ms->known) {
		free(ms);
		return NULL;
	}
	intern__on_forget(ms->known, forget_identity, ms);
	return ms;
}

void modules__free(struct modules *ms)
{
	if (!ms)
		return;
	intern__forget_unused(ms->known, intern__now(ms->known));
	for (struct module *m = ms->gone, *next; m; m = next) {
		next = m->next;
		free_module(m);
	}
	intern__free(ms->known);
	free(ms);
}

static struct module *new_module(struct modules *ms, const char *path)
{
	struct module *m = calloc(1, sizeof(*m) + strlen(path) + 1);

	if (!m)
		return NULL;
	strcpy(m->path, path);
	m->id = ++ms->last_id;
	m->known = true;
	return m;
}

struct module *modules__join(struct modules *ms, const char *identity)
{
	bool is_new;
	struct interned *i = intern__get(ms->known, identity, strlen(identity), &is_new);
	struct module *m;

	if (!i)
		return NULL;
	if (!i->value)
		i->value = (uintptr_t)new_module(ms, strchr(identity, '/'));
	m = (struct module *)(uintptr_t)i->value;
	if (m)
		m->processes++;
	return m;
}

void modules__leave(struct modules *ms, struct module *m)
{
	if (!m)
		return;
	assert(m->processes);
	if (!--m->processes && !m->known)
		give_up(ms, m);
}

__u32 modules__id(const struct module *m)
{
	return m->id;
}

/* ---- files -------------------------------------------------------------------------------------- */

/* The very file that is mapped, whatever is at its path now; else what the process sees at that path. */
static int open_mapped(const struct module *m, __u32 tgid, __u64 start, __u64 end)
{
	char name[4300];
	int fd;

	snprintf(name, sizeof(name), "/proc/%u/map_files/%llx-%llx", tgid, start, end);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0)
		return fd;
	snprintf(name, sizeof(name), "/proc/%u/root%s", tgid, m->path);
	return open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

__u64 modules__address(struct modules *ms, struct module *m, __u32 tgid, __u64 start, __u64 end, __u64 offset)
{
	int fd;

	if (!m->opened) {
		fd = ms->open_files < MODULES_FILES ? open_mapped(m, tgid, start, end) : -1;
		m->opened = true;
		m->file = fd >= 0 ? elf_file__open(fd) : NULL;
		ms->open_files += m->file != NULL;
	}
	return m->file ? elf_file__address(m->file, offset) : offset;
}

/* ---- functions ---------------------------------------------------------------------------------- */

void modules__use(struct modules *ms, struct module *m, __u64 address, __u32 segment)
{
	struct rec_module r = { .rec = { .ts = now_ns(), .type = REC_module }, .id = m->id, .path = text_of(m->path) };
	bool is_new;

	if (!m->places)
		m->places = intern__new(PLACES);
	if (m->places)
		(void)intern__id(m->places, &address, sizeof(address), &is_new);
	if (m->segment == segment)
		return;
	m->segment = segment;
	r.build_id = text_of(m->file ? elf_file__build_id(m->file) : "");
	ms->define(ms->arg, &r.rec);
}

struct naming {
	modules_write define;
	void *arg;
	__u32 module;
};

static void define_function(void *ctx, const struct elf_function *sym)
{
	const struct naming *n = ctx;
	struct rec_usymbol r = { .rec = { .ts = now_ns(), .type = REC_usymbol }, .module = n->module, .addr = sym->addr,
				 .size = sym->size, .name = text_of(sym->name) };

	n->define(n->arg, &r.rec);
}

/* Return addresses: it is the call before that counts, which may be the last thing of its function. */
static void name(const struct module *m, modules_write define, void *arg)
{
	struct naming n = { define, arg, m->id };
	__u64 *addrs, address;
	size_t count = 0;

	if (!m->file || !m->places)
		return;
	addrs = malloc(intern__count(m->places) * sizeof(*addrs));
	for (const struct interned *i = intern__first(m->places); addrs && i; i = intern__next(i)) {
		memcpy(&address, i->bytes, sizeof(address));
		addrs[count++] = address - 1;
	}
	if (count)
		elf_file__each(m->file, addrs, count, define_function, &n);
	free(addrs);
}

void modules__name(struct modules *ms)
{
	for (const struct interned *i = intern__first(ms->known); i; i = intern__next(i))
		if (i->value)
			name((const struct module *)(uintptr_t)i->value, ms->define, ms->arg);
	for (const struct module *m = ms->gone; m; m = m->next)
		name(m, ms->define, ms->arg);
}

/* Half of the files stay free for what comes, as long as there are files that no process runs. */
static void close_idle(struct modules *ms)
{
	for (struct interned *i = intern__first(ms->known), *next; i && ms->open_files > MODULES_FILES / 2; i = next) {
		const struct module *m = (const struct module *)(uintptr_t)i->value;

		next = intern__next(i);
		if (m && m->file && !m->processes)
			intern__forget(ms->known, i);
	}
}

struct module *modules__take_gone(struct modules *ms)
{
	struct module *gone;

	if (ms->open_files > MODULES_FILES / 4 * 3)
		close_idle(ms);
	gone = ms->gone;
	ms->gone = NULL;
	return gone;
}

void modules__name_gone(struct module *gone, modules_write define, void *arg)
{
	for (struct module *next; gone; gone = next) {
		next = gone->next;
		name(gone, define, arg);
		free_module(gone);
	}
}
