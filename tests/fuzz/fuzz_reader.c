/*
 * fuzz_reader.c: a file of any bytes through the reader (libFuzzer). Seeds: segments of real traces.
 */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "format/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[64];
	static int fd = -1;
	struct trace_rows rows = { 0 };
	struct trace_error err;
	struct trace *t;

	if (fd < 0) {
		fd = memfd_create("trace", 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		return 0;
	if (trace__open(&t, path, &err))
		return 0;
	for (size_t i = 0; i < trace__n_blocks(t); i++)
		trace__decode(t, i, &rows, &err);
	trace_rows__free(&rows);
	trace__close(t);
	return 0;
}
