/*
 * uprobes.h: functions of the C library in chosen processes, for programs to be attached to.
 *
 * Found through the mappings of each process and the symbols of the files: whatever version of the library it runs,
 * in whatever container. A process that starts later has none.
 */
#ifndef RECORDER_UPROBES_H
#define RECORDER_UPROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "bpf/shared.h"

struct uprobes;

enum { UPROBES_PROCESSES = 64 };

struct uprobe {
	__u32 pid;
	char path[64]; /* that opens the file, as long as the process lives */
	__u64 offset;  /* of the function in it */
};

/* The processes of `pids`, and those with a thread named one of `comms`. NULL when there are none, or no memory. */
struct uprobes *uprobes__find(const __u32 *pids, __u32 n_pids, const char comms[][16], __u32 n_comms);
void uprobes__free(struct uprobes *u);

/* The i-th place of a function, from 0; false: there are no more. */
bool uprobes__at(const struct uprobes *u, const char *function, size_t i, struct uprobe *at);

#endif
