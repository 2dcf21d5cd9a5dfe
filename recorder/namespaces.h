/*
 * namespaces.h: the network namespaces of the host, and visiting them.
 *
 * None is held open: an open file would keep a deleted namespace, and its devices, alive.
 */
#ifndef RECORDER_NAMESPACES_H
#define RECORDER_NAMESPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "format/error.h"

struct namespace {
	__u32 inum;
	char path[96]; /* of its file: /run/netns/NAME or /proc/PID/ns/net */
	char name[64]; /* NAME, pid:PID, or "" for our own */
};

struct namespaces;

/* Starts with the calling thread's own namespace, which is where visits return to. */
int namespaces__open(struct namespaces **n, struct trace_error *err);
void namespaces__close(struct namespaces *n);

/* Looks for new and vanished ones; `processes`: also through every process, which takes longer. */
void namespaces__scan(struct namespaces *n, bool processes);

size_t namespaces__count(const struct namespaces *n);
const struct namespace *namespaces__at(const struct namespaces *n, size_t i);

/*
 * Opens the namespace's file; the caller closes it. -errno, -ENOENT also when the path leads to another namespace by
 * now: the number of a process or a name was used again.
 */
int namespaces__file(const struct namespace *ns);

/* Puts the calling thread into namespace i; -errno when it is gone or forbidden. Return with leave(). */
int namespaces__enter(const struct namespaces *n, size_t i);
void namespaces__leave(const struct namespaces *n);

#endif
