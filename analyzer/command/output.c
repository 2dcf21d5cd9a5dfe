/* output.c: see output.h. */
#include "analyzer/command/output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "analyzer/base/unfinished.h"

/* A device, pipe or socket is written to as it is: there is nothing in it that could be lost, and it stays what it is. */
static int open_special(const char *path, FILE **out, struct trace_error *err)
{
	*out = fopen(path, "we");
	return *out ? 0 : trace_error__set(err, -errno, "cannot write %s: %s", path, strerror(errno));
}

int output__open(const char *path, bool force, char name[PATH_MAX], FILE **out, struct trace_error *err)
{
	struct stat st;
	int fd;

	*out = stdout;
	name[0] = '\0';
	if (!path)
		return 0;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return open_special(path, out, err);
	if (!force && access(path, F_OK) == 0)
		return trace_error__set(err, -EEXIST, "%s exists: name another file with -o, or overwrite it with --force", path);
	fd = unfinished__create(name, path, err);
	TRY(fd);
	*out = fdopen(fd, "w");
	if (*out)
		return 0;
	close(fd);
	unfinished__discard(name);
	return trace_error__set(err, -ENOMEM, "out of memory");
}

int output__close(const char *path, const char *name, FILE *out, int rc, struct trace_error *err)
{
	bool failed = fflush(out) != 0 || ferror(out);

	if (out == stdout)
		return rc;
	failed |= fclose(out) != 0;
	if (rc == 0 && failed)
		rc = trace_error__set(err, -EIO, "could not write %s: is the disk full?", path);
	if (!name[0])
		return rc;
	if (rc == 0)
		return unfinished__keep(name, path, err);
	unfinished__discard(name);
	return rc;
}
