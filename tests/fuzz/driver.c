/*
 * driver.c: runs a fuzzer without libFuzzer: every seed, then as many changed ones as asked for, the same each time.
 *
 *   fuzz_… [-runs=N] [-seed=S] [-save=FILE] SEED…
 *
 * There is no feedback from coverage: this is the short form for make check, in the sanitizer build; make fuzz has the
 * long one. FILE holds the input that is being run, for after a crash.
 */
#include <stdbool.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/fuzz/traces.h"
#include "tests/rows.h"

enum { MAX_SEEDS = 512, MAX_SIZE = 400000, HANG_S = 60 };

#pragma weak LLVMFuzzerCustomMutator

static struct {
	uint8_t *p;
	size_t size;
} inputs[MAX_SEEDS];
static size_t n_inputs;
static __u64 state = 1;

/* A few bytes changed, taken out or put in. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max)
{
	for (unsigned left = 1 + rnd(&state) % 4; left; left--) {
		size_t at = size ? rnd(&state) % size : 0, n = 1 + rnd(&state) % 8;

		switch (rnd(&state) % 4) {
		case 0:
			if (at + n > size)
				break;
			memmove(data + at, data + at + n, size - at - n);
			size -= n;
			break;
		case 1:
			if (size + n > max)
				break;
			memmove(data + at + n, data + at, size - at);
			for (size_t i = 0; i < n; i++)
				data[at + i] = rnd(&state);
			size += n;
			break;
		default:
			for (size_t i = at; i < at + n && i < size; i++)
				data[i] = rnd(&state) % 3 ? rnd(&state) : rnd(&state) % 2 ? 0 : 0xff;
		}
	}
	return size;
}

static bool read_seed(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = malloc(MAX_SIZE);

	if (!f || n_inputs == MAX_SEEDS) {
		fprintf(stderr, "cannot read %s\n", path);
		return false;
	}
	inputs[n_inputs].p = p;
	inputs[n_inputs++].size = fread(p, 1, MAX_SIZE, f);
	fclose(f);
	return true;
}

/* A copy of its own size: reading past the end is noticed. */
static void run(const char *save, const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + !size);
	int fd = save ? open(save, O_WRONLY | O_CREAT | O_TRUNC, 0644) : -1;

	memcpy(copy, data, size);
	if (fd >= 0 && (write(fd, data, size) < 0 || close(fd)))
		perror(save);
	alarm(HANG_S);
	LLVMFuzzerTestOneInput(copy, size);
	alarm(0);
	free(copy);
}

static size_t mutate(uint8_t *data, size_t size)
{
	size_t n = LLVMFuzzerCustomMutator ? LLVMFuzzerCustomMutator(data, size, MAX_SIZE, rnd(&state)) : 0;

	return n ? n : LLVMFuzzerMutate(data, size, MAX_SIZE);
}

/* One in four is gone on from, instead of the input that it was made of; seeds stay. */
static void fuzz(unsigned long runs, const char *save)
{
	uint8_t *data = malloc(MAX_SIZE);
	size_t seeds = n_inputs;

	for (unsigned long i = 0; i < runs && seeds; i++) {
		size_t from = rnd(&state) % n_inputs, to, size = inputs[from].size;

		memcpy(data, inputs[from].p, size);
		size = mutate(data, size);
		run(save, data, size);
		if (rnd(&state) % 4)
			continue;
		to = n_inputs < MAX_SEEDS ? n_inputs++ : seeds + rnd(&state) % (MAX_SEEDS - seeds);
		inputs[to].p = realloc(inputs[to].p, MAX_SIZE);
		memcpy(inputs[to].p, data, size);
		inputs[to].size = size;
	}
	free(data);
}

int main(int argc, char **argv)
{
	const char *save = NULL;
	unsigned long runs = 0;
	size_t seeds;

	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "-runs=", 6))
			runs = strtoul(argv[i] + 6, NULL, 10);
		else if (!strncmp(argv[i], "-seed=", 6))
			state = strtoul(argv[i] + 6, NULL, 10) | 1;
		else if (!strncmp(argv[i], "-save=", 6))
			save = argv[i] + 6;
		else if (!read_seed(argv[i]))
			return 1;
	}
	seeds = n_inputs;
	for (size_t i = 0; i < seeds; i++)
		run(save, inputs[i].p, inputs[i].size);
	fuzz(runs, save);
	fprintf(stderr, "%zu seeds, %lu runs\n", seeds, runs);
	for (size_t i = 0; i < n_inputs; i++)
		free(inputs[i].p);
	if (save)
		unlink(save);
	return seeds ? 0 : 1;
}
