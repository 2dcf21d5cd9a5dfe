/* segment_file.c: see segment_file.h. */
#include "segment_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct finished {
	__u32 number;
	__u64 size;
};

struct segment_file {
	char *directory;
	char path[PATH_MAX]; /* of the current segment */
	int fd;              /* -1: none open */
	__u32 number;
	__u64 size;          /* complete blocks only */
	__u64 written_back;  /* bytes start_writeback has seen */
	struct finished *finished;
	size_t n_finished;
};

static int fail(const struct segment_file *f, struct trace_error *err, const char *doing)
{
	int code = -errno;
	const char *remedy = code == -ENOSPC || code == -EDQUOT
				     ? ". What was recorded so far is complete; free space or use --max-size"
				     : "";

	return trace_error__set(err, code, "cannot %s %s: %s%s", doing, f->path, strerror(-code), remedy);
}

int segment_file__new(struct segment_file **out, const char *directory, struct trace_error *err)
{
	struct segment_file *f;

	if (strlen(directory) + sizeof("/4294967295.nrs.part") > PATH_MAX)
		return trace_error__set(err, -ENAMETOOLONG, "%s: the name is too long", directory);
	if (mkdir(directory, 0700)) {
		int code = -errno;

		if (code == -EEXIST)
			return trace_error__set(err, code, "%s exists already; choose another name with -o", directory);
		return trace_error__set(err, code, "cannot create %s: %s", directory, strerror(-code));
	}
	f = calloc(1, sizeof(*f));
	if (f)
		f->directory = strdup(directory);
	if (!f || !f->directory) {
		free(f);
		return trace_error__set(err, -ENOMEM, "out of memory");
	}
	f->fd = -1;
	*out = f;
	return 0;
}

void segment_file__free(struct segment_file *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	free(f->finished);
	free(f->directory);
	free(f);
}

int segment_file__create(struct segment_file *f, __u32 number, struct trace_error *err)
{
	f->number = number;
	f->size = f->written_back = 0;
	snprintf(f->path, sizeof(f->path), "%s/%06u.nrs.part", f->directory, number);
	f->fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return f->fd < 0 ? fail(f, err, "create") : 0;
}

int segment_file__append(struct segment_file *f, const void *p, size_t n, struct trace_error *err)
{
	const char *from = p;
	size_t left = n;

	while (left) {
		ssize_t done = write(f->fd, from, left);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			int code = fail(f, err, "write");

			/* A torn block would be skipped by any reader; without it the file is simply shorter. */
			if (ftruncate(f->fd, f->size))
				return code;
			return code;
		}
		from += done;
		left -= done;
	}
	f->size += n;
	return 0;
}

__u64 segment_file__size(const struct segment_file *f)
{
	return f->size;
}

const char *segment_file__path(const struct segment_file *f)
{
	return f->path;
}

void segment_file__start_writeback(struct segment_file *f)
{
	if (f->size - f->written_back < 1 << 20)
		return;
	sync_file_range(f->fd, f->written_back, f->size - f->written_back, SYNC_FILE_RANGE_WRITE);
	f->written_back = f->size;
}

static int remember(struct segment_file *f)
{
	struct finished *p = realloc(f->finished, (f->n_finished + 1) * sizeof(*p));

	if (!p)
		return -ENOMEM;
	f->finished = p;
	p[f->n_finished++] = (struct finished){ f->number, f->size };
	return 0;
}

int segment_file__finish(struct segment_file *f, struct trace_error *err)
{
	char final[PATH_MAX];
	int fd = f->fd;

	f->fd = -1;
	snprintf(final, sizeof(final), "%.*s", (int)(strlen(f->path) - strlen(".part")), f->path);
	if (close(fd))
		return fail(f, err, "close");
	if (rename(f->path, final))
		return fail(f, err, "rename");
	if (remember(f))
		return trace_error__set(err, -ENOMEM, "out of memory");
	return 0;
}

static int remove_first(struct segment_file *f, struct trace_error *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%06u.nrs", f->directory, f->finished[0].number);
	if (unlink(path) && errno != ENOENT)
		return trace_error__set(err, -errno, "cannot remove %s to keep within --max-size: %s", path,
					strerror(errno));
	memmove(f->finished, f->finished + 1, --f->n_finished * sizeof(*f->finished));
	return 0;
}

int segment_file__trim(struct segment_file *f, __u64 max_bytes, struct trace_error *err)
{
	__u64 total = f->fd >= 0 ? f->size : 0;
	int removed = 0;

	for (size_t i = 0; i < f->n_finished; i++)
		total += f->finished[i].size;
	while (total > max_bytes && f->n_finished) {
		__u64 size = f->finished[0].size;
		int code = remove_first(f, err);

		if (code)
			return code;
		total -= size;
		removed++;
	}
	return removed;
}
