/*
 * ustacks.c: stacks of programs (ustacks.h).
 *
 * The mappings of a process are read when an address of it is in none that we know, at most once a second: code made
 * at run time is in no file and must not make us read them for every stack.
 */
#include "ustacks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "intern.h"
#include "units.h"
#include "format/host/elf_file.h"
#include "format/record.h"

/* Processes lie in sets, found by their number: hosts with hundreds of containers have thousands of them. */
enum { SET_BITS = 9, SETS = 1 << SET_BITS, WAYS = 8, MAX_FRAMES = 64, MODULES = 4096 };

#define READ_EVERY_NS 1000000000ull

struct mapping { /* executable */
	__u64 start, end, offset; /* offset into the file */
	__u32 module;
};

struct process {
	__u32 tgid; /* 0: free */
	__u64 read_ts, used_ts;
	struct mapping *maps;
	size_t n, room;
};

struct module {
	struct elf_file *file; /* NULL: not needed so far, or unreadable */
	bool defined;
};

struct place { /* in a file; what a stack and a symbol are made of */
	__u64 addr;
	__u32 module;
	__u32 pad;
};

struct ustacks {
	struct intern *modules, *stacks, *places;
	struct module of[MODULES];
	struct process processes[SETS][WAYS];
	ustacks_define define;
	void *define_arg;
	__u64 refused, reads;
	__u32 open_files;
};

struct ustacks *ustacks__new(ustacks_define define, void *arg)
{
	struct ustacks *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->define = define;
	u->define_arg = arg;
	u->modules = intern__new(MODULES);
	u->stacks = intern__new(USTACKS_MAX);
	u->places = intern__new(0);
	if (!u->modules || !u->stacks || !u->places) {
		ustacks__free(u);
		return NULL;
	}
	return u;
}

void ustacks__free(struct ustacks *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < MODULES; i++)
		elf_file__close(u->of[i].file);
	for (size_t i = 0; i < SETS * WAYS; i++)
		free(u->processes[i / WAYS][i % WAYS].maps);
	intern__free(u->modules);
	intern__free(u->stacks);
	intern__free(u->places);
	free(u);
}

__u64 ustacks__refused(const struct ustacks *u)
{
	return u->refused;
}

__u64 ustacks__reads(const struct ustacks *u)
{
	return u->reads;
}

/* ---- files -------------------------------------------------------------------------------------- */

static struct rec_text text_of(const char *s)
{
	return (struct rec_text){ .s = s, .len = strlen(s) };
}

/* The very file that is mapped, whatever is at its path now; else what the process sees at that path. */
static int open_mapped(__u32 tgid, const struct mapping *m, const char *path)
{
	char name[4300];
	int fd;

	snprintf(name, sizeof(name), "/proc/%u/map_files/%llx-%llx", tgid, m->start, m->end);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0)
		return fd;
	snprintf(name, sizeof(name), "/proc/%u/root%s", tgid, path);
	return open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* Opens and defines the file of a mapping when it is first needed. */
static struct elf_file *file_of(struct ustacks *u, __u32 tgid, const struct mapping *m)
{
	struct rec_module r = { .rec = { .ts = now_ns(), .type = REC_module }, .id = m->module };
	struct module *of = &u->of[m->module - 1];
	char path[4200];
	int fd;

	if (of->defined)
		return of->file;
	of->defined = true;
	snprintf(path, sizeof(path), "%s", strchr((const char *)intern__bytes(u->modules, m->module), '/'));
	fd = u->open_files < USTACKS_FILES ? open_mapped(tgid, m, path) : -1;
	of->file = fd >= 0 ? elf_file__open(fd) : NULL;
	u->open_files += of->file != NULL;
	r.path = text_of(path);
	r.build_id = text_of(of->file ? elf_file__build_id(of->file) : "");
	u->define(u->define_arg, &r.rec);
	return of->file;
}

/* ---- mappings ----------------------------------------------------------------------------------- */

static struct mapping *add_mapping(struct process *p)
{
	if (p->n == p->room) {
		size_t room = p->room ? p->room * 2 : 32;
		struct mapping *maps = realloc(p->maps, room * sizeof(*maps));

		if (!maps)
			return NULL;
		p->maps = maps;
		p->room = room;
	}
	return &p->maps[p->n++];
}

/* "55d0c0a00000-55d0c0a52000 r-xp 00010000 fe:01 1234    /usr/sbin/x" */
static void take_line(struct ustacks *u, struct process *p, char *line)
{
	unsigned long long start, end, offset;
	char perms[8], device[16], identity[4200];
	unsigned long long inode;
	struct mapping *m;
	bool is_new;
	int at = 0;

	line[strcspn(line, "\n")] = 0;
	if (sscanf(line, "%llx-%llx %7s %llx %15s %llu %n", &start, &end, perms, &offset, device, &inode, &at) < 6 || !at ||
	    perms[2] != 'x' || line[at] != '/')
		return;
	snprintf(identity, sizeof(identity), "%s %llu %s", device, inode, line + at);
	m = add_mapping(p);
	if (m)
		*m = (struct mapping){ start, end, offset,
				       intern__id(u->modules, identity, strlen(identity) + 1, &is_new) };
}

static void read_maps(struct ustacks *u, struct process *p, __u64 now)
{
	char path[40], *line = NULL;
	size_t room = 0;
	FILE *f;

	u->reads++;
	p->read_ts = now;
	p->n = 0;
	snprintf(path, sizeof(path), "/proc/%u/maps", p->tgid);
	f = fopen(path, "re");
	while (f && getline(&line, &room, f) > 0)
		take_line(u, p, line);
	free(line);
	if (f)
		fclose(f);
}

static struct process *set_of(struct ustacks *u, __u32 tgid)
{
	return u->processes[tgid * 0x9e3779b1u >> (32 - SET_BITS)];
}

void ustacks__forget(struct ustacks *u, __u32 tgid)
{
	struct process *set = set_of(u, tgid);

	for (int i = 0; i < WAYS; i++)
		if (set[i].tgid == tgid)
			set[i].tgid = 0;
}

/* The one of its set that was least recently asked for makes room. */
static struct process *process_of(struct ustacks *u, __u32 tgid, __u64 now)
{
	struct process *set = set_of(u, tgid), *p = NULL;

	for (int i = 0; i < WAYS; i++) {
		struct process *q = &set[i];

		if (q->tgid == tgid) {
			q->used_ts = now;
			return q;
		}
		if (!p || !q->tgid || (p->tgid && q->used_ts < p->used_ts))
			p = q;
	}
	p->tgid = tgid;
	p->n = 0;
	p->read_ts = 0;
	p->used_ts = now;
	return p;
}

static const struct mapping *mapping_at(const struct process *p, __u64 addr)
{
	size_t lo = 0, hi = p->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->maps[mid].start <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && addr < p->maps[lo - 1].end ? &p->maps[lo - 1] : NULL;
}

static struct place resolve(struct ustacks *u, struct process *p, __u64 addr, __u64 now)
{
	const struct mapping *m = mapping_at(p, addr);
	struct elf_file *file;
	__u64 offset;

	if (!m && (!p->read_ts || now - p->read_ts >= READ_EVERY_NS)) {
		read_maps(u, p, now);
		m = mapping_at(p, addr);
	}
	if (!m || !m->module)
		return (struct place){ .addr = addr };
	offset = addr - m->start + m->offset;
	file = file_of(u, p->tgid, m);
	return (struct place){ file ? elf_file__address(file, offset) : offset, m->module, 0 };
}

/* ---- stacks ------------------------------------------------------------------------------------- */

static void define(struct ustacks *u, __u32 id, const struct place *places, __u32 n)
{
	bool is_new;

	for (__u32 i = 0; i < n; i++) {
		struct rec_ustack r = { .rec = { .ts = now_ns(), .type = REC_ustack }, .id = id, .depth = i,
					.module = places[i].module, .addr = places[i].addr };

		if (places[i].module)
			intern__id(u->places, &places[i], sizeof(places[i]), &is_new);
		u->define(u->define_arg, &r.rec);
	}
}

__u32 ustacks__id(struct ustacks *u, __u32 tgid, const __u64 *frames, __u32 n)
{
	struct place places[MAX_FRAMES];
	__u64 now = now_ns();
	struct process *p;
	bool is_new;
	__u32 id;

	n = n > MAX_FRAMES ? MAX_FRAMES : n;
	for (__u32 i = 0; i < n; i++)
		if (frames[i] < 4096 || frames[i] >> 56) /* no frame pointer: the walk went astray */
			n = i;
	if (!n)
		return 0;
	p = process_of(u, tgid, now);
	for (__u32 i = 0; i < n; i++)
		places[i] = resolve(u, p, frames[i], now);
	id = intern__id(u->stacks, places, n * sizeof(*places), &is_new);
	u->refused += !id;
	if (is_new)
		define(u, id, places, n);
	return id;
}

/* ---- functions ---------------------------------------------------------------------------------- */

struct naming {
	struct ustacks *u;
	__u32 module;
};

static void define_function(void *ctx, const struct elf_function *sym)
{
	const struct naming *n = ctx;
	struct rec_usymbol r = { .rec = { .ts = now_ns(), .type = REC_usymbol }, .module = n->module, .addr = sym->addr,
				 .size = sym->size, .name = text_of(sym->name) };

	n->u->define(n->u->define_arg, &r.rec);
}

/* Return addresses: it is the call before that counts, which may be the last thing of its function. */
static size_t addresses_in(const struct ustacks *u, __u32 module, __u64 *addrs)
{
	struct place place;
	size_t n = 0;

	for (__u32 i = 1; i <= intern__count(u->places); i++) {
		memcpy(&place, intern__bytes(u->places, i), sizeof(place));
		if (place.module == module)
			addrs[n++] = place.addr - 1;
	}
	return n;
}

void ustacks__name(struct ustacks *u)
{
	__u64 *addrs = malloc((intern__count(u->places) + 1) * sizeof(*addrs));

	for (__u32 m = 1; addrs && m <= intern__count(u->modules); m++) {
		struct naming n = { u, m };
		size_t count = addresses_in(u, m, addrs);

		if (count && u->of[m - 1].file)
			elf_file__each(u->of[m - 1].file, addrs, count, define_function, &n);
	}
	free(addrs);
}
