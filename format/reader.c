/* reader.c: opening a recording (reader.h): which files it is made of, and what they hold. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "error.h"
#include "reader_int.h"

static int add_file(struct trace *t, const char *path, struct trace_error *err)
{
	struct open_file *f;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st)) {
		int code = -errno;

		if (fd >= 0)
			close(fd);
		return trace_error__set(err, code, "cannot open %s: %s", path, strerror(-code));
	}
	if (!S_ISREG(st.st_mode)) {
		close(fd);
		return trace_error__set(err, -EBADMSG, "%s is not a regular file, so no netrec trace", path);
	}
	f = array__push(&t->files, &t->n_files, sizeof(*f));
	if (!f) {
		close(fd);
		return trace_error__set(err, -ENOMEM, "out of memory");
	}
	f->fd = fd;
	f->pub.size = st.st_size;
	f->pub.path = strdup(path);
	return f->pub.path ? 0 : trace_error__set(err, -ENOMEM, "out of memory");
}

static bool ends_in(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n > m && !strcmp(s + n - m, tail);
}

static int is_segment(const struct dirent *d)
{
	return ends_in(d->d_name, ".nrs") || ends_in(d->d_name, ".nrs.part");
}

static int add_directory(struct trace *t, const char *path, struct trace_error *err)
{
	struct dirent **names;
	int n = scandir(path, &names, is_segment, alphasort), code = 0;

	if (n < 0)
		return trace_error__set(err, -errno, "cannot read directory %s: %s", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		char file[PATH_MAX];

		if (snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name) >= (int)sizeof(file))
			code = trace_error__set(err, -ENAMETOOLONG, "%s: the name is too long", path);
		if (!code)
			code = add_file(t, file, err);
		free(names[i]);
	}
	free(names);
	if (!code && !n)
		return trace_error__set(err, -ENODATA, "%s has no segment files (*.nrs), so it is no netrec trace", path);
	return code;
}

static int add_path(struct trace *t, const char *path, struct trace_error *err)
{
	struct stat st;

	if (stat(path, &st))
		return trace_error__set(err, -errno, "cannot open %s: %s", path, strerror(errno));
	return S_ISDIR(st.st_mode) ? add_directory(t, path, err) : add_file(t, path, err);
}

/* This program's own schema, under its checksum: rows written by the same version need no other. */
static int add_own_schema(struct trace *t)
{
	struct known_schema *s = array__push(&t->schemas, &t->n_schemas, sizeof(*s));
	struct buf raw = { 0 };
	int err = s ? schema__encode(&raw) : -ENOMEM;

	if (!err) {
		s->crc = crc32(0, raw.p, raw.len);
		err = layout__parse(&s->layout, raw.p, raw.len);
	}
	buf__free(&raw);
	return err;
}

/* What to say when not one block was found. */
static int nothing_found(const struct trace *t, const char *path, struct trace_error *err)
{
	__u64 size = 0;

	for (size_t i = 0; i < t->n_files; i++)
		size += t->files[i].pub.size;
	if (t->newer_major)
		return trace_error__set(err, -EPROTONOSUPPORT,
					"%s has format version %u, this program reads up to %u; use a newer netanalyze",
					path, t->newer_major, FORMAT_MAJOR);
	if (!size)
		return trace_error__set(err, -ENODATA, "%s is empty: the recording ended before anything was written",
					path);
	if (t->n_segments)
		return trace_error__set(err, -ENODATA, "%s has no events: the recording ended before its first second",
					path);
	return trace_error__set(err, -EBADMSG, "%s is not a netrec trace", path);
}

static int find_blocks(struct trace *t, const char *path, struct trace_error *err)
{
	for (size_t i = 0; i < t->n_files; i++) {
		int code = walk__file(t, i);

		if (code)
			return trace_error__set(err, code, "cannot read %s: %s", t->files[i].pub.path, strerror(-code));
	}
	if (t->newer_major || !t->n_blocks)
		return nothing_found(t, path, err);
	return 0;
}

static int open_trace(struct trace **out, const char *path, bool checked, struct trace_error *err)
{
	struct trace *t = calloc(1, sizeof(*t));
	int code;

	if (!t)
		return trace_error__set(err, -ENOMEM, "out of memory");
	t->checked = checked;
	code = add_path(t, path, err);
	if (!code && add_own_schema(t))
		code = trace_error__set(err, -ENOMEM, "out of memory");
	if (!code)
		code = find_blocks(t, path, err);
	if (code) {
		trace__close(t);
		return code;
	}
	*out = t;
	return 0;
}

int trace__open(struct trace **t, const char *path, struct trace_error *err)
{
	return open_trace(t, path, false, err);
}

int trace__open_checked(struct trace **t, const char *path, struct trace_error *err)
{
	return open_trace(t, path, true, err);
}

void trace__close(struct trace *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_files; i++) {
		close(t->files[i].fd);
		free((char *)t->files[i].pub.path);
	}
	for (size_t i = 0; i < t->n_schemas; i++)
		layout__free(t->schemas[i].layout);
	free(t->files);
	free(t->segments);
	free(t->blocks);
	free(t->block_schema);
	free(t->damages);
	free(t->schemas);
	free(t);
}

size_t trace__n_files(const struct trace *t)
{
	return t->n_files;
}

const struct trace_file *trace__file(const struct trace *t, size_t i)
{
	return &t->files[i].pub;
}

size_t trace__n_segments(const struct trace *t)
{
	return t->n_segments;
}

const struct trace_segment *trace__segment(const struct trace *t, size_t i)
{
	return &t->segments[i];
}

size_t trace__n_blocks(const struct trace *t)
{
	return t->n_blocks;
}

const struct trace_block *trace__block(const struct trace *t, size_t i)
{
	return &t->blocks[i];
}

size_t trace__n_damages(const struct trace *t)
{
	return t->n_damages;
}

const struct trace_damage *trace__damage(const struct trace *t, size_t i)
{
	return &t->damages[i];
}

const char *trace__stage_name(const struct trace *t, unsigned id)
{
	if (schema__stage(id)->role != STAGE_ROLE_none)
		return schema__stage(id)->name;
	for (size_t i = 0; id < STAGE_MAX && i < t->n_schemas; i++)
		if (t->schemas[i].layout->stage_name[id])
			return t->schemas[i].layout->stage_name[id];
	return NULL;
}
