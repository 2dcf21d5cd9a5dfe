/*
 * traces.h: recordings for fuzzers: a segment's bytes as rows, changed, and as bytes again with sound checksums.
 */
#ifndef TESTS_FUZZ_TRACES_H
#define TESTS_FUZZ_TRACES_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's, or that of driver.c. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

/* Makes the bytes a file in memory; its path is valid until the next call. NULL: it cannot. */
const char *traces__file(const uint8_t *data, size_t size);

/*
 * Changes the segment in place. Both return its new size, at most max, or 0 when it has nothing to change.
 *   blocks  headers, payloads, order of blocks; headers and payloads check out again most of the time
 *   rows    values, texts, times, order of rows, streams, losses
 */
size_t traces__mutate_blocks(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t traces__mutate_rows(uint8_t *data, size_t size, size_t max, unsigned seed);

/* Only the first n rows of each type. */
size_t traces__cut(uint8_t *data, size_t size, size_t max, size_t n);

#endif
