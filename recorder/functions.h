/*
 * functions.h: which functions a program can be attached to on this kernel, under which names.
 *
 * A compiler may have kept a function only as a variant (name.isra.0, name.constprop.0, name.part.0), whose
 * arguments may differ. Such a one is offered to kprobes only, and the trace says which it was.
 */
#ifndef RECORDER_FUNCTIONS_H
#define RECORDER_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include "format/error.h"
#include "kernel_btf.h"

struct functions;

struct function {
	const char *name;   /* asked for */
	char symbol[96];    /* what the kernel calls it; empty when it has none */
	char module[56];    /* empty for the kernel itself */
	__u64 instance;     /* tells that module from a later one of its name; 0: the kernel itself, or not known */
	int type;           /* id in the kernel's or the module's type information under `name`; -ENOENT: none */
};

/*
 * Looks up the `n` names (kept by the caller) in `path`, /proc/kallsyms, and in the type information of the
 * kernel and the modules they are in.
 */
int functions__open(struct functions **f, const char *path, const char *const *names, size_t n,
		    struct kernel_btf *k, struct trace_error *err);
void functions__close(struct functions *f);

/* What tells a module that is loaded from any later one of its name; 0: not known. */
__u64 functions__instance(const char *module);

/* NULL when the name was not asked for or this kernel has no such function. */
const struct function *functions__find(const struct functions *f, const char *name);

/* Why this kernel takes no fentry programs, or no kprobes at all; NULL when it takes them. */
const char *functions__no_fentry(const struct functions *f);
const char *functions__no_kprobe(const struct functions *f);

#endif
