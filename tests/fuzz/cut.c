/* cut.c: a seed for the fuzzers: cut SEGMENT N: the first N rows of each type, as a segment on standard output. */
#include <stdio.h>
#include <stdlib.h>
#include "tests/fuzz/traces.h"

enum { MAX_SIZE = 1 << 24 };

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max)
{
	(void)data;
	(void)max;
	return size;
}

int main(int argc, char **argv)
{
	uint8_t *data = malloc(MAX_SIZE);
	FILE *f = argc == 3 ? fopen(argv[1], "rb") : NULL;
	size_t size = f && data ? fread(data, 1, MAX_SIZE, f) : 0;

	if (f)
		fclose(f);
	size = size ? traces__cut(data, size, MAX_SIZE, strtoul(argv[2], NULL, 10)) : 0;
	if (!size || fwrite(data, 1, size, stdout) != size) {
		fprintf(stderr, "usage: cut SEGMENT N\n");
		return 1;
	}
	free(data);
	return 0;
}
