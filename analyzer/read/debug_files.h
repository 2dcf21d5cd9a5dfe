/*
 * debug_files.h: where this machine has the symbols of stripped programs, by build id.
 *
 * Looked up as gdb and perf do: DIR/.build-id/xx/yyyy.debug, as Debian's -dbgsym packages install them, and in the cache
 * of debuginfod-find.
 */
#ifndef ANALYZER_DEBUG_FILES_H
#define ANALYZER_DEBUG_FILES_H

#include <limits.h>
#include "format/host/elf_file.h"

/*
 * Opens the file with the symbols of that build id, hex digits, not NUL-terminated, which may come from anywhere; `path`
 * is where it is. NULL: there is none.
 *
 * The directories are those of $NETANALYZE_DEBUG_PATH, separated by colons, or /usr/lib/debug.
 */
struct elf_file *debug_file__open(const char *build_id, size_t len, char path[PATH_MAX]);

#endif
