/* debug_files.c: see debug_files.h. */
#include "analyzer/read/debug_files.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_BUILD_ID = 8, MAX_BUILD_ID = 64 }; /* digits */

/* What is no build id must not become part of a path. */
static bool is_build_id(const char *id, size_t len)
{
	if (len < MIN_BUILD_ID || len > MAX_BUILD_ID)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isxdigit((unsigned char)id[i]))
			return false;
	return true;
}

static struct elf_file *try_file(const char *id, char path[PATH_MAX], const char *format, ...)
{
	struct elf_file *file;
	va_list args;
	int n, fd;

	va_start(args, format);
	n = vsnprintf(path, PATH_MAX, format, args);
	va_end(args);
	if (n >= PATH_MAX)
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	file = fd >= 0 ? elf_file__open(fd) : NULL;
	if (file && strcmp(elf_file__build_id(file), id) == 0)
		return file;
	elf_file__close(file);
	return NULL;
}

static struct elf_file *in_directories(const char *id, char path[PATH_MAX])
{
	const char *list = getenv("NETANALYZE_DEBUG_PATH"), *dir = list && *list ? list : "/usr/lib/debug";
	struct elf_file *file = NULL;

	for (size_t len; *dir && !file; dir += len + (dir[len] == ':')) {
		len = strcspn(dir, ":");
		if (len)
			file = try_file(id, path, "%.*s/.build-id/%.2s/%s.debug", (int)len, dir, id, id + 2);
	}
	return file;
}

static struct elf_file *in_cache(const char *id, char path[PATH_MAX])
{
	const char *own = getenv("DEBUGINFOD_CACHE_PATH"), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (own && *own)
		return try_file(id, path, "%s/%s/debuginfo", own, id);
	if (cache && *cache)
		return try_file(id, path, "%s/debuginfod_client/%s/debuginfo", cache, id);
	return home && *home ? try_file(id, path, "%s/.cache/debuginfod_client/%s/debuginfo", home, id) : NULL;
}

struct elf_file *debug_file__open(const char *build_id, size_t len, char path[PATH_MAX])
{
	char id[MAX_BUILD_ID + 1];
	struct elf_file *file;

	if (!is_build_id(build_id, len))
		return NULL;
	memcpy(id, build_id, len);
	id[len] = '\0';
	file = in_directories(id, path);
	return file ? file : in_cache(id, path);
}
