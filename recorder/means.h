/* means.h: what this kernel offers to attach programs to: its types, its functions, tracefs. */
#ifndef RECORDER_MEANS_H
#define RECORDER_MEANS_H

#include "functions.h"
#include "kernel_btf.h"
#include "uprobes.h"

struct means {
	struct kernel_btf *btf;
	struct functions *functions; /* of all function probes; NULL: not looked for */
	struct uprobes *uprobes;     /* of chosen processes; NULL: none are chosen */
	const char *tracefs;         /* where it is mounted; NULL: nowhere */
	__u64 modules;               /* a hash of the names and instances of all modules when the functions were looked for */
	unsigned without;            /* bits: methods that are not to be used */
};

/*
 * `without`: bits of methods (enum probe_method) that are not to be used. -EOPNOTSUPP when the kernel has no type
 * information. Zeroed *m may be closed in any case.
 */
int means__open(struct means *m, unsigned without, struct trace_error *err);
void means__close(struct means *m);

/* Are there other modules than when the functions were looked for last? */
bool means__changed(const struct means *m);

/* Looks for the functions once more. */
int means__renew(struct means *m, struct trace_error *err);

#endif
