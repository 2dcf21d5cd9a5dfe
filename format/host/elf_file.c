/*
 * elf_file.c: see elf_file.h.
 *
 * Of two tables of symbols the full one is used where the file has it, else the dynamic one. Whatever the file says
 * is only a name for people to read, but it must not lead us astray: libelf checks what it returns.
 */
#include "format/host/elf_file.h"

#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_LOADS = 8, MAX_BUILD_ID = 32 };

struct load {
	__u64 offset, size, addr;
};

struct elf_file {
	Elf *elf;
	int fd;
	struct load loads[MAX_LOADS]; /* executable ones */
	unsigned n_loads;
	char build_id[2 * MAX_BUILD_ID + 1];
};

static void take_build_id(struct elf_file *f, const GElf_Phdr *p)
{
	Elf_Data *data = elf_getdata_rawchunk(f->elf, p->p_offset, p->p_filesz, ELF_T_NHDR);
	size_t at = 0, name, desc;
	GElf_Nhdr n;

	while (data && (at = gelf_getnote(data, at, &n, &name, &desc)) > 0) {
		const unsigned char *id = (const unsigned char *)data->d_buf + desc;

		if (n.n_type != NT_GNU_BUILD_ID || n.n_namesz != 4 || memcmp((char *)data->d_buf + name, "GNU", 4))
			continue;
		for (unsigned i = 0; i < n.n_descsz && i < MAX_BUILD_ID; i++)
			snprintf(f->build_id + 2 * i, 3, "%02x", id[i]);
		return;
	}
}

static void take_segments(struct elf_file *f)
{
	size_t n = 0;
	GElf_Phdr p;

	if (elf_getphdrnum(f->elf, &n))
		return;
	for (size_t i = 0; i < n && gelf_getphdr(f->elf, i, &p); i++) {
		if (p.p_type == PT_LOAD && p.p_flags & PF_X && f->n_loads < MAX_LOADS)
			f->loads[f->n_loads++] = (struct load){ p.p_offset, p.p_filesz, p.p_vaddr };
		else if (p.p_type == PT_NOTE && !f->build_id[0])
			take_build_id(f, &p);
	}
}

struct elf_file *elf_file__open(int fd)
{
	struct elf_file *f = calloc(1, sizeof(*f));

	elf_version(EV_CURRENT);
	if (f) {
		f->fd = fd;
		f->elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	}
	if (!f || !f->elf || elf_kind(f->elf) != ELF_K_ELF) {
		if (f && f->elf)
			elf_end(f->elf);
		free(f);
		close(fd);
		return NULL;
	}
	take_segments(f);
	return f;
}

void elf_file__close(struct elf_file *f)
{
	if (!f)
		return;
	elf_end(f->elf);
	close(f->fd);
	free(f);
}

const char *elf_file__build_id(const struct elf_file *f)
{
	return f->build_id;
}

__u64 elf_file__address(const struct elf_file *f, __u64 offset)
{
	for (unsigned i = 0; i < f->n_loads; i++)
		if (offset >= f->loads[i].offset && offset - f->loads[i].offset < f->loads[i].size)
			return offset - f->loads[i].offset + f->loads[i].addr;
	return offset;
}

static __u64 offset_of(const struct elf_file *f, __u64 addr)
{
	for (unsigned i = 0; i < f->n_loads; i++)
		if (addr >= f->loads[i].addr && addr - f->loads[i].addr < f->loads[i].size)
			return addr - f->loads[i].addr + f->loads[i].offset;
	return 0;
}

/* ---- symbols ------------------------------------------------------------------------------------ */

struct symbols {
	Elf_Data *data;
	size_t n, strings;
};

static bool find_symbols(struct elf_file *f, unsigned type, struct symbols *s)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(f->elf, section))) {
		if (!gelf_getshdr(section, &header) || header.sh_type != type || !header.sh_entsize)
			continue;
		s->data = elf_getdata(section, NULL);
		s->n = header.sh_size / header.sh_entsize;
		s->strings = header.sh_link;
		return s->data != NULL;
	}
	return false;
}

/* The i-th symbol when it is a function of this file; its name without a version goes to name[256]. */
static bool function_at(struct elf_file *f, const struct symbols *s, size_t i, GElf_Sym *sym, char *name)
{
	const char *text;

	if (!gelf_getsym(s->data, i, sym) || !sym->st_value || sym->st_shndx == SHN_UNDEF)
		return false;
	if (GELF_ST_TYPE(sym->st_info) != STT_FUNC && GELF_ST_TYPE(sym->st_info) != STT_GNU_IFUNC)
		return false;
	text = elf_strptr(f->elf, s->strings, sym->st_name);
	if (!text || !*text)
		return false;
	if (name)
		snprintf(name, 256, "%.*s", (int)strcspn(text, "@"), text);
	return true;
}

__u64 elf_file__function(struct elf_file *f, const char *name)
{
	static const unsigned TYPES[] = { SHT_DYNSYM, SHT_SYMTAB };
	char found[256];
	struct symbols s;
	GElf_Sym sym;

	for (unsigned t = 0; t < 2; t++) {
		if (!find_symbols(f, TYPES[t], &s))
			continue;
		for (size_t i = 0; i < s.n; i++)
			if (function_at(f, &s, i, &sym, found) && !strcmp(found, name))
				return offset_of(f, sym.st_value);
	}
	return 0;
}

struct place { /* the best function so far for an address */
	__u64 addr, begin, size;
	size_t symbol;
	bool found;
};

static int by_addr(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

/* Of functions that begin at or before the address, the nearest; one that ends before it only if it has no size. */
static void offer(struct place *at, size_t n, const GElf_Sym *sym, size_t symbol)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (at[mid].addr < sym->st_value)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < n && (!sym->st_size || at[lo].addr - sym->st_value < sym->st_size); lo++) {
		if (at[lo].found && at[lo].begin >= sym->st_value)
			continue;
		at[lo] = (struct place){ at[lo].addr, sym->st_value, sym->st_size, symbol, true };
	}
}

void elf_file__each(struct elf_file *f, __u64 *addrs, size_t n, void (*fn)(void *ctx, const struct elf_function *sym), void *ctx)
{
	struct place *at = calloc(n + 1, sizeof(*at));
	struct symbols s;
	GElf_Sym sym;

	if (!at || (!find_symbols(f, SHT_SYMTAB, &s) && !find_symbols(f, SHT_DYNSYM, &s))) {
		free(at);
		return;
	}
	if (n)
		qsort(addrs, n, sizeof(*addrs), by_addr);
	for (size_t i = 0; i < n; i++)
		at[i].addr = addrs[i];
	for (size_t i = 0; i < s.n; i++)
		if (function_at(f, &s, i, &sym, NULL))
			offer(at, n, &sym, i);
	for (size_t i = 0; i < n; i++) {
		struct elf_function u = { at[i].begin, at[i].size, "" };

		if (at[i].found && (!i || !at[i - 1].found || at[i - 1].begin != at[i].begin) &&
		    function_at(f, &s, at[i].symbol, &sym, u.name))
			fn(ctx, &u);
	}
	free(at);
}
