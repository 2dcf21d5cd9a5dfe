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
	bool fragile_storage;        /* a program that is preempted as it finds its thread's value keeps others from theirs */
	unsigned without;            /* bits: methods that are not to be used */
};

/*
 * `without`: bits of methods (enum probe_method) that are not to be used. -EOPNOTSUPP when the kernel has no type
 * information. Zeroed *m may be closed in any case.
 */
int means__open(struct means *m, unsigned without, struct trace_error *err);
void means__close(struct means *m);

/*
 * Before 6.2, a CPU on which a thread was preempted while its program looked for its value in a task storage finds none
 * for anybody until that thread goes on (bpf_task_storage_trylock()). False where the kernel is not preempted: of kernels
 * that decide at boot, `mode` is what /sys/kernel/debug/sched/preempt says, the one in brackets; NULL: unreadable.
 */
bool means__fragile_storage(const char *release, const char *version, const char *mode);

/* Are there other modules than when the functions were looked for last? */
bool means__changed(const struct means *m);

/* Looks for the functions once more. */
int means__renew(struct means *m, struct trace_error *err);

#endif
