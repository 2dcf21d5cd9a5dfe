/* output.c: see output.h. */
#include "analyzer/command/output.h"

#include <errno.h>
#include <unistd.h>
#include "analyzer/base/unfinished.h"

int output__open(const char *path, bool force, char name[PATH_MAX], FILE **out, struct trace_error *err)
{
	int fd;

	*out = stdout;
	if (!path)
		return 0;
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
	if (rc == 0)
		return unfinished__keep(name, path, err);
	unfinished__discard(name);
	return rc;
}
