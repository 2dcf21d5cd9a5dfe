/*
 * test_damage.c: a small trace cut at every byte and with every byte flipped gives back exactly the rows
 * of its intact blocks, says so when one is missing, and never crashes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/block.h"
#include "format/writer.h"
#include "tests/rows.h"

enum { MAX_BLOCKS = 64, MAX_BYTES = 1 << 17 };

/* One ROWS block of the sound file, and a checksum of its rows. */
struct sound_block {
	__u64 offset, end;
	size_t n;
	__u64 sum;
};

static struct {
	char dir[64], file[96], copy[96];
	__u8 bytes[MAX_BYTES];
	size_t size;
	struct sound_block blocks[MAX_BLOCKS];
	size_t n_blocks;
} sound;

static __u64 sum_rows(const struct trace_rows *rows)
{
	__u64 sum = 14695981039346656037ull;

	for (size_t i = 0; i < rows->n; i++) {
		const struct rec *r = trace_rows__at(rows, i);
		const struct record_desc *d = schema__record(r->type);

		sum = (sum ^ r->ts ^ r->type) * 1099511628211ull;
		for (unsigned f = 0; f < d->n_fields; f++) {
			const __u8 *p = (const __u8 *)r + d->fields[f].offset;
			size_t n = d->fields[f].size;

			if (d->fields[f].kind == FIELD_TEXT) {
				n = ((const struct rec_text *)p)->len;
				p = (const __u8 *)((const struct rec_text *)p)->s;
			}
			for (size_t j = 0; j < n; j++)
				sum = (sum ^ p[j]) * 1099511628211ull;
		}
	}
	return sum;
}

static void write_sound_trace(void)
{
	struct trace_writer_opts opts = { .n_cpus = 2 };
	struct trace_writer *w;
	__u64 seed = 99;
	char pool[64] = "the quick brown fox jumps over the lazy dog and runs away again";
	union any_rec rec;

	assert_int_equal(trace_writer__open(&w, sound.dir, &opts, 1, NULL), 0);
	for (int i = 0; i < 60; i++) {
		unsigned type = rnd_type(&seed);

		rnd_rec(&seed, type, &rec, pool);
		if (schema__record(type)->class == RECORD_DEFINITION)
			assert_int_equal(trace_writer__define(w, &rec.rec), 0);
		else
			assert_int_equal(trace_writer__append(w, i % 3 == 2 ? STREAM_RECORDER : i % 3, &rec.rec), 0);
		if (i % 20 == 19)
			assert_int_equal(trace_writer__flush(w, i, 0), 0);
	}
	assert_int_equal(trace_writer__close(w, NULL), 0);
}

static void note_sound_blocks(void)
{
	struct trace_rows rows = { 0 };
	struct trace *t;

	assert_int_equal(trace__open(&t, sound.file, NULL), 0);
	assert_int_equal(trace__n_damages(t), 0);
	assert_true(trace__segment(t, 0)->closed);
	sound.n_blocks = trace__n_blocks(t);
	assert_in_range(sound.n_blocks, 6, MAX_BLOCKS);
	for (size_t i = 0; i < sound.n_blocks; i++) {
		const struct trace_block *b = trace__block(t, i);

		assert_int_equal(trace__decode(t, i, &rows, NULL), 0);
		sound.blocks[i] = (struct sound_block){ b->offset, b->offset + BLOCK_HEADER + b->stored_len, rows.n,
							sum_rows(&rows) };
	}
	trace_rows__free(&rows);
	trace__close(t);
}

static int setup(void **state)
{
	FILE *f;

	(void)state;
	snprintf(sound.dir, sizeof(sound.dir), "/tmp/netrec-damage-%d", getpid());
	snprintf(sound.file, sizeof(sound.file), "%s/000000.nrs", sound.dir);
	snprintf(sound.copy, sizeof(sound.copy), "%s/copy.nrs", sound.dir);
	write_sound_trace();
	f = fopen(sound.file, "rb");
	assert_non_null(f);
	sound.size = fread(sound.bytes, 1, sizeof(sound.bytes), f);
	fclose(f);
	assert_in_range(sound.size, 1000, MAX_BYTES - 1);
	note_sound_blocks();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(sound.file);
	unlink(sound.copy);
	return rmdir(sound.dir);
}

static void write_copy(const __u8 *bytes, size_t n)
{
	FILE *f = fopen(sound.copy, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* In place: ext4 makes a file that is written anew wait for the disk, 60000 times in this test. */
static void write_byte(size_t at, __u8 byte)
{
	int fd = open(sound.copy, O_WRONLY);

	assert_in_range(fd, 0, INT_MAX);
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	assert_int_equal(close(fd), 0);
}

static const struct sound_block *sound_block_at(__u64 offset)
{
	for (size_t i = 0; i < sound.n_blocks; i++)
		if (sound.blocks[i].offset == offset)
			return &sound.blocks[i];
	return NULL;
}

/* Does a thorough reader complain about the copy? */
static bool copy_is_damaged(void)
{
	struct trace_rows rows = { 0 };
	struct trace *t;
	bool damaged;

	if (trace__open_checked(&t, sound.copy, NULL))
		return true;
	damaged = trace__n_damages(t) > 0 || trace__n_blocks(t) < sound.n_blocks || !trace__segment(t, 0)->closed;
	for (size_t i = 0; i < trace__n_blocks(t); i++)
		damaged |= trace__decode(t, i, &rows, NULL) < 0;
	trace_rows__free(&rows);
	trace__close(t);
	return damaged;
}

/*
 * Reads the copy: every block that decodes must be a sound one, unchanged. Returns how many did, and
 * in *complained whether anything said that something is missing.
 */
static size_t intact_blocks(bool *complained)
{
	struct trace_rows rows = { 0 };
	struct trace_error err;
	struct trace *t;
	size_t good = 0;

	*complained = true;
	if (trace__open(&t, sound.copy, &err)) {
		assert_true(err.text[0]);
		return 0;
	}
	*complained = trace__n_damages(t) > 0 || !trace__segment(t, trace__n_segments(t) - 1)->closed;
	for (size_t i = 0; i < trace__n_blocks(t); i++) {
		const struct sound_block *b = sound_block_at(trace__block(t, i)->offset);

		if (trace__decode(t, i, &rows, &err)) {
			*complained = true;
			continue;
		}
		assert_non_null(b);
		assert_int_equal(rows.n, b->n);
		assert_true(sum_rows(&rows) == b->sum);
		good++;
	}
	trace_rows__free(&rows);
	trace__close(t);
	return good;
}

static void cut_at_every_byte(void **state)
{
	(void)state;
	write_copy(sound.bytes, sound.size);
	for (size_t n = sound.size; n-- > 0;) {
		size_t expect = 0;
		bool complained;

		for (size_t i = 0; i < sound.n_blocks; i++)
			expect += sound.blocks[i].end <= n;
		assert_int_equal(truncate(sound.copy, n), 0);
		assert_int_equal(intact_blocks(&complained), expect);
		assert_true(complained);
	}
}

static void flip_every_byte(void **state)
{
	size_t unnoticed = 0;

	(void)state;
	write_copy(sound.bytes, sound.size);
	for (size_t at = 0; at < sound.size; at++) {
		size_t expect = 0, good;
		bool complained;

		for (size_t i = 0; i < sound.n_blocks; i++)
			expect += at < sound.blocks[i].offset || at >= sound.blocks[i].end;
		write_byte(at, sound.bytes[at] ^ 1 << at % 8);
		good = intact_blocks(&complained);
		/* A flip that leaves every row as it was (an unused bit of a zstd frame) is no damage. */
		assert_in_range(good, expect, sound.n_blocks);
		assert_true(complained || good == sound.n_blocks);
		unnoticed += !copy_is_damaged();
		write_byte(at, sound.bytes[at]);
	}
	/* unused bits of zstd frames: what they hold has a checksum, and is the same */
	assert_in_range(unnoticed, 0, sound.size / 500);
}

/* One damaged block must not cost all rows: the schema that describes them stands at both ends. */
static void schema_stands_twice(void **state)
{
	struct block_header h;
	__u64 at_schema[2] = { 0 };
	size_t n = 0;

	(void)state;
	for (size_t at = 0; at + BLOCK_HEADER <= sound.size; at++)
		if (block_header__unpack(&h, sound.bytes + at) && h.kind == BLOCK_SCHEMA) {
			assert_in_range(n, 0, 1);
			at_schema[n++] = at;
		}
	assert_int_equal(n, 2);
	assert_true(at_schema[0] < sound.blocks[0].offset);
	assert_true(at_schema[1] > sound.blocks[sound.n_blocks - 1].offset);
}

/* Bytes thrown in between blocks are skipped, and named. */
static void junk_between_blocks(void **state)
{
	__u8 *bytes = malloc(sound.size + 1000);

	(void)state;
	for (size_t i = 0; i < sound.n_blocks; i++) {
		size_t at = sound.blocks[i].offset;

		memcpy(bytes, sound.bytes, at);
		memset(bytes + at, 'N', 777);
		memcpy(bytes + at + 777, sound.bytes + at, sound.size - at);
		write_copy(bytes, sound.size + 777);
		{
			struct trace *t;

			assert_int_equal(trace__open(&t, sound.copy, NULL), 0);
			assert_int_equal(trace__n_blocks(t), sound.n_blocks);
			assert_int_equal(trace__n_damages(t), 1);
			assert_int_equal(trace__damage(t, 0)->offset, at);
			assert_int_equal(trace__damage(t, 0)->length, 777);
			trace__close(t);
		}
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(flip_every_byte),
		cmocka_unit_test(schema_stands_twice),
		cmocka_unit_test(junk_between_blocks),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
