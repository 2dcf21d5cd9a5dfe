/*
 * uprobes.c: functions of the C library in chosen processes (uprobes.h).
 *
 * Until glibc 2.34 the functions of pthread were in libpthread, with stubs in libc: so libpthread goes first. A program
 * without either has them in itself, if anywhere.
 */
#include "uprobes.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format/host/elf_file.h"

enum rank { NO_LIBRARY, PROGRAM, LIBC, LIBPTHREAD };

struct target {
	__u32 pid;
	enum rank rank;
	char path[64];
	struct elf_file *file;
};

struct uprobes {
	struct target targets[UPROBES_PROCESSES];
	size_t n;
};

static enum rank rank_of(const char *path, bool first)
{
	const char *name = strrchr(path, '/');

	name = name ? name + 1 : path;
	if (!strncmp(name, "libpthread", 10))
		return LIBPTHREAD;
	if (!strncmp(name, "libc.so", 7) || !strncmp(name, "libc-", 5) || !strncmp(name, "ld-musl", 7))
		return LIBC;
	return first ? PROGRAM : NO_LIBRARY;
}

/* The best of the files that the process runs code from. */
static void choose_file(struct target *t)
{
	char path[40], *line = NULL, perms[8];
	unsigned long long start, end;
	bool first = true;
	size_t room = 0;
	enum rank rank;
	int at;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/maps", t->pid);
	f = fopen(path, "re");
	while (f && getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = 0;
		at = 0;
		if (sscanf(line, "%llx-%llx %7s %*x %*s %*u %n", &start, &end, perms, &at) < 3 || perms[2] != 'x' || !at ||
		    line[at] != '/')
			continue;
		rank = rank_of(line + at, first);
		first = false;
		if (rank <= t->rank)
			continue;
		t->rank = rank;
		snprintf(t->path, sizeof(t->path), "/proc/%u/map_files/%llx-%llx", t->pid, start, end);
	}
	free(line);
	if (f)
		fclose(f);
}

static void add(struct uprobes *u, __u32 pid)
{
	struct target *t = &u->targets[u->n];
	int fd;

	for (size_t i = 0; i < u->n; i++)
		if (u->targets[i].pid == pid)
			return;
	if (u->n == UPROBES_PROCESSES)
		return;
	*t = (struct target){ .pid = pid };
	choose_file(t);
	fd = t->rank ? open(t->path, O_RDONLY | O_CLOEXEC) : -1;
	t->file = fd >= 0 ? elf_file__open(fd) : NULL;
	u->n += t->file != NULL;
}

static bool has_name(const char *task, const char comms[][16], __u32 n_comms)
{
	char path[320], comm[20] = "";
	FILE *f;

	snprintf(path, sizeof(path), "%s/comm", task);
	f = fopen(path, "re");
	if (f && fgets(comm, sizeof(comm), f))
		comm[strcspn(comm, "\n")] = 0;
	if (f)
		fclose(f);
	for (__u32 i = 0; i < n_comms; i++)
		if (!strcmp(comm, comms[i]))
			return true;
	return false;
}

/* Does the process have a thread with one of the names? */
static bool has_thread(const char *pid, const char comms[][16], __u32 n_comms)
{
	char path[40], task[300];
	bool found = false;
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%.10s/task", pid);
	d = opendir(path);
	while (d && !found && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(task, sizeof(task), "%s/%s", path, e->d_name);
		found = has_name(task, comms, n_comms);
	}
	if (d)
		closedir(d);
	return found;
}

struct uprobes *uprobes__find(const __u32 *pids, __u32 n_pids, const char comms[][16], __u32 n_comms)
{
	struct uprobes *u = n_pids || n_comms ? calloc(1, sizeof(*u)) : NULL;
	DIR *d = u && n_comms ? opendir("/proc") : NULL;
	struct dirent *e;

	for (__u32 i = 0; u && i < n_pids; i++)
		add(u, pids[i]);
	while (d && (e = readdir(d)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && has_thread(e->d_name, comms, n_comms))
			add(u, strtoul(e->d_name, NULL, 10));
	if (d)
		closedir(d);
	return u;
}

void uprobes__free(struct uprobes *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < u->n; i++)
		elf_file__close(u->targets[i].file);
	free(u);
}

bool uprobes__at(const struct uprobes *u, const char *function, size_t i, struct uprobe *at)
{
	for (size_t k = 0; u && k < u->n; k++) {
		const struct target *t = &u->targets[k];
		__u64 offset = elf_file__function(t->file, function);

		if (!offset || i--)
			continue;
		*at = (struct uprobe){ .pid = t->pid, .offset = offset };
		memcpy(at->path, t->path, sizeof(at->path));
		return true;
	}
	return false;
}
