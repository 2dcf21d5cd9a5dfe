/*
 * ustacks.c: stacks of programs (ustacks.h).
 *
 * The mappings of a process are read when an address of it is in none that we know, at most once a second: code made
 * at run time is in no file and must not make us read them for every stack.
 */
#include "ustacks.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "intern.h"
#include "units.h"
#include "format/record.h"

/* Processes lie in sets, found by their number: hosts with hundreds of containers have thousands of them. */
enum { SET_BITS = 9, SETS = 1 << SET_BITS, WAYS = 8, MAX_FRAMES = 64 };

#define READ_EVERY_NS 1000000000ull

struct mapping { /* executable */
	__u64 start, end, offset; /* offset into the file */
	struct module *module;    /* NULL: no memory */
};

struct process {
	__u32 tgid; /* 0: free */
	__u64 read_ts, used_ts;
	struct mapping *maps;
	size_t n, room;
};

struct place { /* in a file; what a stack and a symbol are made of */
	__u64 addr;
	__u32 module;
	__u32 pad;
};

struct ustacks {
	struct modules *modules;
	struct intern *stacks; /* of places; value: in which segment it was last defined */
	struct process processes[SETS][WAYS];
	modules_write define;
	void *arg;
	__u64 refused, reads;
};

struct ustacks *ustacks__new(modules_write define, void *arg)
{
	struct ustacks *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->define = define;
	u->arg = arg;
	u->modules = modules__new(define, arg);
	u->stacks = intern__new(USTACKS_MAX);
	if (!u->modules || !u->stacks) {
		ustacks__free(u);
		return NULL;
	}
	return u;
}

/* Its mappings are of no use any more. */
static void clear(struct ustacks *u, struct process *p)
{
	for (size_t i = 0; i < p->n; i++)
		modules__leave(u->modules, p->maps[i].module);
	p->n = 0;
}

static void clear_all(struct ustacks *u)
{
	for (size_t i = 0; i < SETS * WAYS; i++) {
		struct process *p = &u->processes[i / WAYS][i % WAYS];

		clear(u, p);
		free(p->maps);
		*p = (struct process){ 0 };
	}
}

void ustacks__free(struct ustacks *u)
{
	if (!u)
		return;
	clear_all(u);
	modules__free(u->modules);
	intern__free(u->stacks);
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
	int at = 0;

	line[strcspn(line, "\n")] = 0;
	if (sscanf(line, "%llx-%llx %7s %llx %15s %llu %n", &start, &end, perms, &offset, device, &inode, &at) < 6 || !at ||
	    perms[2] != 'x' || line[at] != '/')
		return;
	snprintf(identity, sizeof(identity), "%s %llu %s", device, inode, line + at);
	m = add_mapping(p);
	if (m)
		*m = (struct mapping){ start, end, offset, modules__join(u->modules, identity) };
}

static void read_maps(struct ustacks *u, struct process *p, __u64 now)
{
	char path[40], *line = NULL;
	size_t room = 0;
	FILE *f;

	u->reads++;
	p->read_ts = now;
	clear(u, p);
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
		if (set[i].tgid == tgid) {
			clear(u, &set[i]);
			set[i].tgid = 0;
		}
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
	clear(u, p);
	p->tgid = tgid;
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

/* NULL: it is in no file. */
static const struct mapping *find_mapping(struct ustacks *u, struct process *p, __u64 addr, __u64 now)
{
	const struct mapping *m = mapping_at(p, addr);

	if (!m && (!p->read_ts || now - p->read_ts >= READ_EVERY_NS)) {
		read_maps(u, p, now);
		m = mapping_at(p, addr);
	}
	return m && m->module ? m : NULL;
}

/* ---- stacks ------------------------------------------------------------------------------------- */

static void define(struct ustacks *u, const struct interned *stack, const struct place *places, struct module **modules,
		   __u32 n)
{
	for (__u32 i = 0; i < n; i++) {
		struct rec_ustack r = { .rec = { .ts = now_ns(), .type = REC_ustack }, .id = stack->id, .depth = i,
					.module = places[i].module, .addr = places[i].addr };

		if (modules[i])
			modules__use(u->modules, modules[i], places[i].addr, stack->value);
		u->define(u->arg, &r.rec);
	}
}

/* *module: its file; NULL when the address is in none. */
static struct place resolve(struct ustacks *u, struct process *p, __u64 addr, __u64 now, struct module **module)
{
	const struct mapping *m = find_mapping(u, p, addr, now);
	__u64 offset;

	*module = m ? m->module : NULL;
	if (!m)
		return (struct place){ .addr = addr };
	offset = addr - m->start + m->offset;
	return (struct place){ modules__address(u->modules, m->module, p->tgid, m->start, m->end, offset),
			       modules__id(m->module), 0 };
}

__u32 ustacks__id(struct ustacks *u, __u32 segment, __u32 tgid, const __u64 *frames, __u32 n)
{
	struct module *modules[MAX_FRAMES];
	struct place places[MAX_FRAMES];
	struct interned *stack;
	__u64 now = now_ns();
	struct process *p;
	bool is_new;

	n = n > MAX_FRAMES ? MAX_FRAMES : n;
	for (__u32 i = 0; i < n; i++)
		if (frames[i] < 4096 || frames[i] >> 56) /* no frame pointer: the walk went astray */
			n = i;
	if (!n)
		return 0;
	p = process_of(u, tgid, now);
	for (__u32 i = 0; i < n; i++)
		(void)find_mapping(u, p, frames[i], now); /* which may read them anew: modules are valid from here on */
	for (__u32 i = 0; i < n; i++)
		places[i] = resolve(u, p, frames[i], now, &modules[i]);
	stack = intern__get(u->stacks, places, n * sizeof(*places), &is_new);
	if (!stack) {
		u->refused++;
		return 0;
	}
	if (stack->value != segment) {
		stack->value = segment;
		define(u, stack, places, modules, n);
	}
	return stack->id;
}

void ustacks__name(struct ustacks *u)
{
	clear_all(u);
	modules__name(u->modules);
}

struct modules *ustacks__modules(struct ustacks *u)
{
	return u->modules;
}
