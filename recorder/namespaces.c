/* namespaces.c: the network namespaces of the host (namespaces.h). */
#include "namespaces.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct namespaces {
	struct namespace *list; /* [0] is our own */
	size_t n, room;
	int own; /* file of our own namespace */
};

/* A namespace's file is the same inode wherever it is seen; anything else in /run/netns is not one. */
static __u32 inum_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

static struct namespace *find(const struct namespaces *n, __u32 inum)
{
	for (size_t i = 0; i < n->n; i++)
		if (n->list[i].inum == inum)
			return &n->list[i];
	return NULL;
}

static void add(struct namespaces *n, __u32 inum, const char *path, const char *name)
{
	struct namespace *ns;

	if (n->n == n->room) {
		size_t room = n->room ? n->room * 2 : 16;

		ns = realloc(n->list, room * sizeof(*ns));
		if (!ns)
			return; /* one namespace less is sampled; there are worse things when memory is out */
		n->list = ns;
		n->room = room;
	}
	ns = &n->list[n->n++];
	ns->inum = inum;
	snprintf(ns->path, sizeof(ns->path), "%s", path);
	snprintf(ns->name, sizeof(ns->name), "%s", name);
}

int namespaces__open(struct namespaces **out, struct trace_error *err)
{
	struct namespaces *n = calloc(1, sizeof(*n));

	if (!n)
		return trace_error__set(err, -ENOMEM, "out of memory");
	n->own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (n->own < 0) {
		free(n);
		return trace_error__set(err, -errno, "cannot open /proc/thread-self/ns/net: %s; is /proc mounted?",
					strerror(errno));
	}
	add(n, inum_of("/proc/thread-self/ns/net"), "/proc/thread-self/ns/net", "");
	*out = n;
	return 0;
}

void namespaces__close(struct namespaces *n)
{
	if (!n)
		return;
	close(n->own);
	free(n->list);
	free(n);
}

static void drop_vanished(struct namespaces *n)
{
	for (size_t i = 1; i < n->n;) {
		if (inum_of(n->list[i].path) == n->list[i].inum)
			i++;
		else
			n->list[i] = n->list[--n->n];
	}
}

static void see(struct namespaces *n, const char *path, const char *name)
{
	__u32 inum = inum_of(path);
	struct namespace *known = inum ? find(n, inum) : NULL;

	if (!inum)
		return;
	if (!known)
		add(n, inum, path, name);
	else if (known != n->list && strncmp(name, "pid:", 4) && !strncmp(known->name, "pid:", 4))
		snprintf(known->name, sizeof(known->name), "%s", name); /* it was given a name meanwhile */
}

static void scan_named(struct namespaces *n)
{
	DIR *dir = opendir("/run/netns");
	char path[320];
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.' || strlen(e->d_name) >= sizeof(n->list->name))
			continue;
		snprintf(path, sizeof(path), "/run/netns/%s", e->d_name);
		see(n, path, e->d_name);
	}
	if (dir)
		closedir(dir);
}

static void scan_processes(struct namespaces *n)
{
	DIR *dir = opendir("/proc");
	char path[320], name[300];
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/ns/net", e->d_name);
		snprintf(name, sizeof(name), "pid:%s", e->d_name);
		see(n, path, name);
	}
	if (dir)
		closedir(dir);
}

void namespaces__scan(struct namespaces *n, bool processes)
{
	drop_vanished(n);
	scan_named(n);
	if (processes)
		scan_processes(n);
}

size_t namespaces__count(const struct namespaces *n)
{
	return n->n;
}

const struct namespace *namespaces__at(const struct namespaces *n, size_t i)
{
	return &n->list[i];
}

int namespaces__file(const struct namespace *ns)
{
	int fd = open(ns->path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && st.st_ino == ns->inum)
		return fd;
	close(fd);
	return -ENOENT;
}

int namespaces__enter(const struct namespaces *n, size_t i)
{
	int fd, ret;

	if (!i)
		return 0;
	fd = namespaces__file(&n->list[i]);
	if (fd < 0)
		return fd;
	ret = setns(fd, CLONE_NEWNET) ? -errno : 0;
	close(fd);
	return ret;
}

void namespaces__leave(const struct namespaces *n)
{
	(void)setns(n->own, CLONE_NEWNET); /* back to where we came from: nothing can forbid it */
}
