/*
 * kernel_btf.c: what this kernel's type information says (kernel_btf.h).
 *
 * A tracepoint "x" is the typedef btf_trace_x of a pointer to its probe's prototype, whose first
 * argument is the probe's own data and does not count.
 */
#include "kernel_btf.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_MODULES = 32 };

struct kernel_btf {
	struct btf *btf;
	struct module {
		char name[56];
		struct btf *btf; /* NULL: it has none */
		int fd;          /* of the same in the kernel; 0: not asked for yet */
	} modules[MAX_MODULES];
	size_t n_modules;
};

int kernel_btf__open(struct kernel_btf **k, struct trace_error *err)
{
	struct btf *btf = btf__load_vmlinux_btf();

	if (!btf)
		return trace_error__set(err, -EOPNOTSUPP,
					"this kernel has no type information (/sys/kernel/btf/vmlinux: %s); netrec needs "
					"a kernel built with CONFIG_DEBUG_INFO_BTF=y, as those of distributions are",
					strerror(errno));
	*k = calloc(1, sizeof(**k));
	if (!*k) {
		btf__free(btf);
		return trace_error__set(err, -ENOMEM, "out of memory");
	}
	(*k)->btf = btf;
	return 0;
}

static void close_module(struct module *m)
{
	btf__free(m->btf);
	if (m->fd > 0)
		close(m->fd);
}

void kernel_btf__forget_modules(struct kernel_btf *k)
{
	while (k->n_modules) {
		close_module(&k->modules[--k->n_modules]);
		k->modules[k->n_modules] = (struct module){ 0 };
	}
}

void kernel_btf__close(struct kernel_btf *k)
{
	if (!k)
		return;
	kernel_btf__forget_modules(k);
	btf__free(k->btf);
	free(k);
}

static int tracepoint_args(const struct btf *btf, const char *name)
{
	const struct btf_type *t;
	char typedef_name[128];
	int id;

	snprintf(typedef_name, sizeof(typedef_name), "btf_trace_%s", name);
	id = btf__find_by_name_kind(btf, typedef_name, BTF_KIND_TYPEDEF);
	if (id < 0)
		return -ENOENT;
	t = btf__type_by_id(btf, btf__type_by_id(btf, id)->type);
	if (!t || !btf_is_ptr(t))
		return -ENOENT;
	t = btf__type_by_id(btf, t->type);
	if (!t || !btf_is_func_proto(t) || !btf_vlen(t))
		return -ENOENT;
	return btf_vlen(t) - 1;
}

int kernel_btf__tracepoint_args(const struct kernel_btf *k, const char *name)
{
	int n = tracepoint_args(k->btf, name);

	for (size_t i = 0; i < k->n_modules && n < 0; i++)
		if (k->modules[i].btf)
			n = tracepoint_args(k->modules[i].btf, name);
	return n;
}

bool kernel_btf__has_struct(const struct kernel_btf *k, const char *name)
{
	return btf__find_by_name_kind(k->btf, name, BTF_KIND_STRUCT) > 0;
}

static struct module *find_module(struct kernel_btf *k, const char *name)
{
	struct module *m = k->modules;

	for (; m < k->modules + k->n_modules; m++)
		if (!strcmp(m->name, name))
			return m;
	if (k->n_modules == MAX_MODULES)
		return NULL;
	snprintf(m->name, sizeof(m->name), "%s", name);
	m->btf = btf__load_module_btf(name, k->btf);
	k->n_modules++;
	return m;
}

/* A module's ids follow those of the kernel: only its own types are looked at, which libbpf would not do. */
void kernel_btf__functions(struct kernel_btf *k, const char *module, kernel_btf_function_fn fn, void *ctx)
{
	const struct module *m = *module ? find_module(k, module) : NULL;
	const struct btf *btf = m ? m->btf : *module ? NULL : k->btf;
	__u32 end = btf ? btf__type_cnt(btf) : 0;

	for (__u32 id = m ? btf__type_cnt(k->btf) : 1; id < end; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_func(t))
			fn(ctx, btf__name_by_offset(btf, t->name_off), id);
	}
}

/* The file of a module's type information. */
static int open_object(const char *module)
{
	__u32 id = 0;

	while (!bpf_btf_get_next_id(id, &id)) {
		char name[64] = "";
		struct bpf_btf_info info = { .name = (__u64)(unsigned long)name, .name_len = sizeof(name) };
		__u32 len = sizeof(info);
		int fd = bpf_btf_get_fd_by_id(id);

		if (fd < 0)
			continue; /* it has just gone */
		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.kernel_btf && !strcmp(name, module))
			return fd;
		close(fd);
	}
	return -ENOENT;
}

int kernel_btf__object(struct kernel_btf *k, const char *module)
{
	struct module *m;

	if (!*module)
		return 0;
	m = find_module(k, module);
	if (!m)
		return -ENOENT;
	if (!m->fd)
		m->fd = open_object(module);
	return m->fd;
}

static void each_value(const struct kernel_btf *k, const struct btf_type *t, kernel_btf_enum_fn fn, void *ctx)
{
	const struct btf_enum *e = btf_enum(t);

	for (int i = 0; i < btf_vlen(t); i++)
		fn(ctx, btf__name_by_offset(k->btf, e[i].name_off), e[i].val);
}

int kernel_btf__enum(const struct kernel_btf *k, const char *name, kernel_btf_enum_fn fn, void *ctx)
{
	int id = btf__find_by_name_kind(k->btf, name, BTF_KIND_ENUM);

	if (id < 0)
		return -ENOENT;
	each_value(k, btf__type_by_id(k->btf, id), fn, ctx);
	return 0;
}

static int has_value(const struct kernel_btf *k, const struct btf_type *t, const char *enumerator)
{
	const struct btf_enum *e = btf_enum(t);

	for (int i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(k->btf, e[i].name_off), enumerator))
			return 1;
	return 0;
}

int kernel_btf__enum_with(const struct kernel_btf *k, const char *enumerator, kernel_btf_enum_fn fn, void *ctx)
{
	for (__u32 id = 1; id < btf__type_cnt(k->btf); id++) {
		const struct btf_type *t = btf__type_by_id(k->btf, id);

		if (!btf_is_enum(t) || !has_value(k, t, enumerator))
			continue;
		each_value(k, t, fn, ctx);
		return 0;
	}
	return -ENOENT;
}
