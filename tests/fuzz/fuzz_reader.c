/*
 * fuzz_reader.c: a file of any bytes through the reader. Blocks are changed so that their checksums hold again
 * (traces.h): what lies behind them is reached.
 */
#include "format/reader.h"
#include "tests/fuzz/traces.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	size_t n = seed % 4 ? traces__mutate_blocks(data, size, max, seed) : 0;

	return n ? n : LLVMFuzzerMutate(data, size, max);
}

static void read_all(const char *path, int (*open)(struct trace **, const char *, struct trace_error *))
{
	struct trace_rows rows = { 0 };
	struct trace_error err;
	struct trace *t;

	if (open(&t, path, &err))
		return;
	for (size_t i = 0; i < trace__n_blocks(t); i++)
		trace__decode(t, i, &rows, &err);
	trace_rows__free(&rows);
	trace__close(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = traces__file(data, size);

	if (!path)
		return 0;
	read_all(path, trace__open);
	read_all(path, trace__open_checked);
	return 0;
}
