/* kernel_btf.h: what this kernel's type information says about tracepoints, functions and enums. */
#ifndef RECORDER_KERNEL_BTF_H
#define RECORDER_KERNEL_BTF_H

#include <stdbool.h>
#include <linux/types.h>
#include "format/error.h"

struct kernel_btf;

/* -EOPNOTSUPP when the kernel has none. */
int kernel_btf__open(struct kernel_btf **k, struct trace_error *err);
void kernel_btf__close(struct kernel_btf *k);

/* Arguments of a tracepoint, or -ENOENT when this kernel does not have it. */
int kernel_btf__tracepoint_args(const struct kernel_btf *k, const char *name);

/* Does the kernel itself, not a module, describe a struct of this name? */
bool kernel_btf__has_struct(const struct kernel_btf *k, const char *name);

/*
 * Calls `fn` for every function that the kernel or one of its modules (empty: the kernel) describes, with its type id. The
 * type information of a module is read when it is first asked for.
 */
typedef void (*kernel_btf_function_fn)(void *ctx, const char *name, __u32 id);
void kernel_btf__functions(struct kernel_btf *k, const char *module, kernel_btf_function_fn fn, void *ctx);

/*
 * What the bpf system call knows the type information by that such an id is from: 0 for the kernel itself, a file that
 * stays ours for a module; -errno. The function must have been found.
 */
int kernel_btf__object(struct kernel_btf *k, const char *module);

/* Modules have come or gone: what is known about them is looked up anew. */
void kernel_btf__forget_modules(struct kernel_btf *k);

/* Calls `fn` for every value of an enum; -ENOENT when there is none of that name. */
typedef void (*kernel_btf_enum_fn)(void *ctx, const char *name, __s64 value);
int kernel_btf__enum(const struct kernel_btf *k, const char *name, kernel_btf_enum_fn fn, void *ctx);

/* The name of the enum that has this value among its enumerators, for nameless enums. */
int kernel_btf__enum_with(const struct kernel_btf *k, const char *enumerator, kernel_btf_enum_fn fn, void *ctx);

#endif
