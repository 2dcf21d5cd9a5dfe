/* unfinished.c: see unfinished.h. The names are known to a signal handler, so they lie in fixed places. */
#include "analyzer/base/unfinished.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { AT_A_TIME = 4 };

static struct unfinished {
	char name[PATH_MAX];
	char inside[PATH_MAX], part[PATH_MAX]; /* of a directory: its file, complete and not; else empty */
	volatile sig_atomic_t used;
} files[AT_A_TIME];

static const int ending[] = { SIGINT, SIGTERM, SIGHUP };

static void remove_one(const struct unfinished *u)
{
	if (!u->inside[0]) {
		unlink(u->name);
		return;
	}
	unlink(u->part);
	unlink(u->inside);
	rmdir(u->name);
}

/* The default action follows: the handler is installed for one signal. */
static void remove_all(int signal)
{
	for (int i = 0; i < AT_A_TIME; i++)
		if (files[i].used)
			remove_one(&files[i]);
	raise(signal);
}

/* Signals that are ignored stay so: nohup. */
static void watch(void)
{
	struct sigaction now, act = { .sa_handler = remove_all, .sa_flags = (int)SA_RESETHAND };

	for (unsigned i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		if (sigaction(ending[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
			sigaction(ending[i], &act, NULL);
}

static int place_of(const char *name)
{
	int i = 0;

	while (i < AT_A_TIME && !(name ? files[i].used && strcmp(files[i].name, name) == 0 : !files[i].used))
		i++;
	return i;
}

static void forget(const char *name)
{
	int i = place_of(name);

	if (i < AT_A_TIME)
		files[i].used = 0;
}

/* Whole, as SQLite will call it: from the root on. */
static int make(char name[PATH_MAX], char *made)
{
	int fd = mkostemps(made, 4, O_CLOEXEC), code;

	if (fd < 0)
		return -errno;
	if (realpath(made, name))
		return fd;
	code = -errno;
	close(fd);
	unlink(made);
	return code;
}

/* What a symbolic link leads to is what is replaced, not the link. */
static const char *leads_to(const char *path, char real[PATH_MAX])
{
	return realpath(path, real) ? real : path;
}

int unfinished__create(char name[PATH_MAX], const char *path, struct trace_error *err)
{
	int place = place_of(NULL), fd;
	char made[PATH_MAX], real[PATH_MAX];
	sigset_t all, before;
	struct stat st;

	assert(place < AT_A_TIME);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return trace_error__set(err, -EINVAL, "cannot write %s: it is not a regular file", path);
	path = leads_to(path, real);
	if (snprintf(made, PATH_MAX, "%s.XXXXXX.tmp", path) >= PATH_MAX)
		return trace_error__set(err, -ENAMETOOLONG, "%s: the name is too long", path);
	watch();
	/* No signal comes between the file and its place in the list. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	fd = make(name, made);
	if (fd >= 0) {
		strcpy(files[place].name, name);
		files[place].inside[0] = '\0';
		files[place].used = 1;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (fd < 0)
		return trace_error__set(err, fd, "cannot write %s: %s", path, strerror(-fd));
	return fd;
}

static int exists(const char *path, struct trace_error *err)
{
	return trace_error__set(err, -EEXIST, "%s exists already; choose another name with -o", path);
}

int unfinished__create_directory(char name[PATH_MAX], const char *path, const char *inside, struct trace_error *err)
{
	int place = place_of(NULL), len = (int)strlen(path);
	struct unfinished *u = &files[place];
	struct stat st;

	assert(u < files + AT_A_TIME);
	while (len > 1 && path[len - 1] == '/')
		len--;
	if (snprintf(u->part, PATH_MAX, "%.*s.%d-%d.tmp/%s.part", len, path, getpid(), place, inside) >= PATH_MAX)
		return trace_error__set(err, -ENAMETOOLONG, "%s: the name is too long", path);
	if (lstat(path, &st) == 0)
		return exists(path, err);
	snprintf(u->inside, PATH_MAX, "%.*s.%d-%d.tmp/%s", len, path, getpid(), place, inside);
	snprintf(u->name, PATH_MAX, "%.*s.%d-%d.tmp", len, path, getpid(), place);
	strcpy(name, u->name);
	watch();
	u->used = 1;
	return 0;
}

static int sync_file(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC), code;

	if (fd < 0)
		return -errno;
	code = fsync(fd) ? -errno : 0;
	close(fd);
	return code;
}

/* A directory never takes the place of another one, be it empty. */
static int rename_it(const char *name, const char *path, bool directory)
{
	if (!directory)
		return rename(name, path) ? -errno : 0;
	if (renameat2(AT_FDCWD, name, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	return rename(name, path) ? -errno : 0; /* a file system that cannot promise it */
}

int unfinished__keep(const char *name, const char *path, struct trace_error *err)
{
	const struct unfinished *u = &files[place_of(name)];
	bool directory = u < files + AT_A_TIME && u->inside[0];
	int code = sync_file(directory ? u->inside : name);
	char real[PATH_MAX];

	if (!code)
		code = rename_it(name, directory ? path : leads_to(path, real), directory);
	if (code) {
		unfinished__discard(name);
		return code == -EEXIST ? exists(path, err) :
					 trace_error__set(err, code, "cannot write %s: %s", path, strerror(-code));
	}
	forget(name);
	return 0;
}

void unfinished__discard(const char *name)
{
	int i = place_of(name);

	if (i < AT_A_TIME)
		remove_one(&files[i]);
	else
		unlink(name);
	forget(name);
}
