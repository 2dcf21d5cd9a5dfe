/*
 * functions.c: which functions a program can be attached to on this kernel (functions.h).
 *
 * One pass over /proc/kallsyms, whose names are readable by everyone; the addresses are not needed. Whether
 * fentry works is asked by loading the smallest such program: some kernels have all it takes and refuse it.
 */
#include "functions.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "privilege.h"

struct functions {
	struct function *list; /* sorted by name */
	size_t n;
	char no_fentry[80];
	const char *no_kprobe;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct function *)a)->name, ((const struct function *)b)->name);
}

static struct function *find(const struct functions *f, const char *name)
{
	struct function key = { .name = name };

	return bsearch(&key, f->list, f->n, sizeof(*f->list), by_name);
}

/* The better the name, the lower: the function itself, then what the compiler made of it; -1: something else. */
static int rank_of(const char *suffix)
{
	static const char *const SUFFIXES[] = { "", ".isra.", ".constprop.", ".part." };

	if (!*suffix)
		return 0;
	for (int i = 1; i < 4; i++)
		if (!strncmp(suffix, SUFFIXES[i], strlen(SUFFIXES[i])) && !strstr(suffix, ".cold"))
			return i;
	return -1;
}

/* "0000000000000000 t name.isra.0\t[module]" */
static void take_line(struct functions *f, char *line)
{
	char base[96], *symbol, *module, *type = strchr(line, ' ');
	struct function *fn;
	int rank;

	if (!type || !strchr("tTwW", type[1]) || type[2] != ' ')
		return;
	symbol = type + 3;
	symbol[strcspn(symbol, "\n")] = 0;
	module = strchr(symbol, '\t');
	if (module)
		*module++ = 0;
	snprintf(base, sizeof(base), "%.*s", (int)strcspn(symbol, "."), symbol);
	fn = find(f, base);
	rank = fn ? rank_of(symbol + strlen(base)) : -1;
	if (rank < 0 || (fn->symbol[0] && rank_of(fn->symbol + strlen(base)) <= rank))
		return;
	snprintf(fn->symbol, sizeof(fn->symbol), "%s", symbol);
	fn->module[0] = 0;
	if (module && *module == '[')
		snprintf(fn->module, sizeof(fn->module), "%.*s", (int)strcspn(module + 1, "]"), module + 1);
}

static int read_symbols(struct functions *f, const char *path, struct trace_error *err)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;

	if (!file)
		return trace_error__set(err, -errno, "cannot read %s: %s", path, strerror(errno));
	while (getline(&line, &room, file) > 0)
		take_line(f, line);
	free(line);
	fclose(file);
	return 0;
}

/* A directory in sysfs gets a number that the one before it did not have. */
__u64 functions__instance(const char *module)
{
	struct stat st;
	char path[80];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return *module && !stat(path, &st) ? st.st_ino : 0;
}

struct owner {
	struct functions *functions;
	const char *module;
};

static bool is_of(const struct function *fn, const char *module)
{
	return fn->symbol[0] && !strcmp(fn->module, module);
}

/* Of functions that share a name, the first. */
static void take_type(void *ctx, const char *name, __u32 id)
{
	const struct owner *o = ctx;
	struct function *fn = find(o->functions, name);

	if (fn && fn->type < 0 && is_of(fn, o->module))
		fn->type = id;
}

/* The kernel and each module are asked once for all of their functions. */
static void read_types(struct functions *f, struct kernel_btf *k)
{
	for (size_t i = 0; i < f->n; i++) {
		f->list[i].type = -ENOENT;
		f->list[i].instance = functions__instance(f->list[i].module);
	}
	for (size_t i = 0; i < f->n; i++) {
		const char *module = f->list[i].module;
		size_t first = 0;

		while (first < i && !is_of(&f->list[first], module))
			first++;
		if (first == i && f->list[i].symbol[0])
			kernel_btf__functions(k, module, take_type, &(struct owner){ f, module });
	}
}

/* Loads "return 0" for a function that has a type; it is never attached. */
static void try_fentry(struct functions *f)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY);
	int fd;

	for (size_t i = 0; i < f->n; i++) {
		const struct function *fn = &f->list[i];

		if (fn->type < 0 || *fn->module)
			continue;
		opts.attach_btf_id = fn->type;
		fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", insns, 2, &opts);
		if (fd < 0)
			snprintf(f->no_fentry, sizeof(f->no_fentry), "this kernel refuses fentry programs: %s",
				 strerror(errno));
		else
			close(fd);
		return;
	}
}

static void ask_kprobes(struct functions *f)
{
	static const char *const PLACES[] = { "/sys/bus/event_source/devices/kprobe/type",
					      "/sys/kernel/tracing/kprobe_events",
					      "/sys/kernel/debug/tracing/kprobe_events" };

	for (size_t i = 0; i < sizeof(PLACES) / sizeof(PLACES[0]); i++)
		if (!access(PLACES[i], F_OK))
			return;
	f->no_kprobe = "this kernel has no kprobes";
}

/* Sorted, each once. */
static void take_names(struct functions *f, const char *const *names, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		f->list[i].name = names[i];
	qsort(f->list, n, sizeof(*f->list), by_name);
	for (size_t i = 0; i < n; i++)
		if (!kept || strcmp(f->list[kept - 1].name, f->list[i].name))
			f->list[kept++] = f->list[i];
	f->n = kept;
}

int functions__open(struct functions **out, const char *path, const char *const *names, size_t n,
		    struct kernel_btf *k, struct trace_error *err)
{
	struct functions *f = calloc(1, sizeof(*f));
	int ret;

	if (f)
		f->list = calloc(n + 1, sizeof(*f->list));
	if (!f || !f->list) {
		free(f);
		return trace_error__set(err, -ENOMEM, "out of memory");
	}
	take_names(f, names, n);
	ret = read_symbols(f, path, err);
	if (ret < 0) {
		functions__close(f);
		return ret;
	}
	read_types(f, k);
	if (privilege__can_bpf())
		try_fentry(f);
	ask_kprobes(f);
	*out = f;
	return 0;
}

void functions__close(struct functions *f)
{
	if (!f)
		return;
	free(f->list);
	free(f);
}

const struct function *functions__find(const struct functions *f, const char *name)
{
	const struct function *fn = f ? find(f, name) : NULL;

	return fn && fn->symbol[0] ? fn : NULL;
}

const char *functions__no_fentry(const struct functions *f)
{
	return f->no_fentry[0] ? f->no_fentry : NULL;
}

const char *functions__no_kprobe(const struct functions *f)
{
	return f->no_kprobe;
}
