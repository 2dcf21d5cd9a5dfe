/* reader.c: opening recordings (reader.h): which files they are made of, and what those hold. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "error.h"
#include "reader_int.h"
#include "spool.h"

/* Takes the descriptor over. */
static int add_open_file(struct trace *t, int fd, __u64 size, const char *name, struct trace_error *err)
{
	struct open_file *f = array__push(&t->files, &t->n_files, sizeof(*f));

	if (!f) {
		close(fd);
		return trace_error__set(err, -ENOMEM, "out of memory");
	}
	f->fd = fd;
	f->pub.size = size;
	f->pub.path = strdup(name);
	return f->pub.path ? 0 : trace_error__set(err, -ENOMEM, "out of memory");
}

/* What is no file is read to its end first. Takes the descriptor over. */
static int add_stream(struct trace *t, int fd, const char *name, struct trace_error *err)
{
	int file = spool__read(fd, name, err);
	struct stat st;

	close(fd);
	TRY(file);
	if (fstat(file, &st)) {
		close(file);
		return trace_error__set(err, -EIO, "cannot read %s", name);
	}
	return add_open_file(t, file, st.st_size, name, err);
}

static int add_descriptor(struct trace *t, int fd, const char *name, struct trace_error *err)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		int code = -errno;

		if (fd >= 0)
			close(fd);
		return trace_error__set(err, code, "cannot open %s: %s", name, strerror(-code));
	}
	if (S_ISREG(st.st_mode) && lseek(fd, 0, SEEK_CUR) == 0)
		return add_open_file(t, fd, st.st_size, name, err);
	return add_stream(t, fd, name, err);
}

static int add_stdin(struct trace *t, struct trace_error *err)
{
	static const char name[] = "standard input";

	for (size_t i = 0; i < t->n_files; i++)
		if (!strcmp(t->files[i].pub.path, name)) /* it can be read once */
			return 0;
	return add_descriptor(t, fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), name, err);
}

static int add_file(struct trace *t, const char *path, struct trace_error *err)
{
	return add_descriptor(t, open(path, O_RDONLY | O_CLOEXEC), path, err);
}

/* A segment in a directory is a file, or reading it could wait for ever. */
static int add_segment_file(struct trace *t, const char *path, struct trace_error *err)
{
	struct stat st;

	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return trace_error__set(err, -EBADMSG, "%s is not a regular file, so no netrec trace", path);
	return add_file(t, path, err);
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
			code = add_segment_file(t, file, err);
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

	if (!strcmp(path, "-"))
		return add_stdin(t, err);
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

static int open_all(struct trace *t, const struct trace_wanted *wanted, struct trace_error *err)
{
	for (size_t i = 0; i < wanted->n_paths; i++)
		TRY(add_path(t, wanted->paths[i], err));
	if (add_own_schema(t))
		return trace_error__set(err, -ENOMEM, "out of memory");
	TRY(find_blocks(t, wanted->n_paths == 1 ? t->files[0].pub.path : "this", err));
	TRY(settle__trace(t, wanted, err));
	return 0;
}

int trace__open_set(struct trace **out, const struct trace_wanted *wanted, struct trace_error *err)
{
	struct trace *t = calloc(1, sizeof(*t));
	int code;

	if (!t)
		return trace_error__set(err, -ENOMEM, "out of memory");
	t->checked = wanted->checked;
	t->unknown = wanted->unknown;
	code = open_all(t, wanted, err);
	if (code) {
		trace__close(t);
		return code;
	}
	*out = t;
	return 0;
}

int trace__open(struct trace **t, const char *path, struct trace_error *err)
{
	return trace__open_set(t, &(struct trace_wanted){ .paths = &path, .n_paths = 1 }, err);
}

int trace__open_checked(struct trace **t, const char *path, struct trace_error *err)
{
	return trace__open_set(t, &(struct trace_wanted){ .paths = &path, .n_paths = 1, .checked = true }, err);
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
	free(t->block_copy);
	free(t->places);
	free(t->recordings);
	free(t->damages);
	free(t->others);
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

size_t trace__n_recordings(const struct trace *t)
{
	return t->n_recordings;
}

const struct trace_recording *trace__recording(const struct trace *t, size_t i)
{
	return &t->recordings[i];
}

size_t trace__n_blocks(const struct trace *t)
{
	return t->n_blocks;
}

const struct trace_block *trace__block(const struct trace *t, size_t i)
{
	return &t->blocks[i];
}

size_t trace__n_others(const struct trace *t)
{
	return t->n_others;
}

const struct trace_block *trace__other(const struct trace *t, size_t i)
{
	return &t->others[i];
}

size_t trace__n_damages(const struct trace *t)
{
	return t->n_damages;
}

const struct trace_damage *trace__damage(const struct trace *t, size_t i)
{
	return &t->damages[i];
}

size_t trace__n_schemas(const struct trace *t)
{
	return t->n_schemas;
}

const struct record_desc *trace__record(const struct trace *t, unsigned schema, unsigned id)
{
	const struct layout_record *r;

	if (schema >= t->n_schemas || id >= LAYOUT_RECORDS)
		return NULL;
	r = &t->schemas[schema].layout->records[id];
	return r->size ? &r->desc : NULL;
}

static unsigned most(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

struct trace_newer trace__newer(const struct trace *t)
{
	struct trace_newer newer = { .blocks = t->n_unknown };

	for (size_t i = 0; i < t->n_schemas; i++) {
		newer.records = most(newer.records, t->schemas[i].layout->unknown_records);
		newer.fields = most(newer.fields, t->schemas[i].layout->unknown_fields);
	}
	return newer;
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
