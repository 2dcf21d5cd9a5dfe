/*
 * reader_int.h: what the parts of the reader share.
 *   reader.c  opening, and what was found
 *   walk.c    finding the blocks of one file: by its index, or header by header past any damage
 *   settle.c  from what lies in the files to the segments of recordings
 *   rows.c    decoding one block
 */
#ifndef FORMAT_READER_INT_H
#define FORMAT_READER_INT_H

#include "block.h"
#include "codec.h"
#include "reader.h"

struct open_file {
	struct trace_file pub;
	int fd;
};

struct known_schema {
	__u32 crc; /* of its payload: what block headers name it by */
	struct layout *layout;
};

/* Where a block lies that is listed somewhere else. */
struct block_place {
	__u64 offset;
	__u32 file;
	__u32 next; /* place + 1; 0: no more */
};

struct trace {
	struct open_file *files;
	struct trace_segment *segments;
	struct trace_block *blocks;
	__u32 *block_schema; /* parallel to blocks: crc32 of the schema */
	__u32 *block_copy;   /* parallel to blocks: another place + 1; 0: none */
	struct block_place *places;
	struct trace_recording *recordings;
	struct trace_damage *damages;
	struct trace_block *others; /* not rows; only when checked */
	struct known_schema *schemas;
	size_t n_files, n_segments, n_blocks, n_damages, n_schemas, n_places, n_recordings, n_others;
	bool checked;      /* opened to find all damage */
	bool unknown;      /* give out rows of records the program does not know, too */
	size_t n_unknown;  /* blocks of a later minor version that this reader cannot read */
	__u16 newer_major; /* of a block this reader must not read; 0: none */
};

/* Appends one zeroed element to an array whose length is *n; returns it, or NULL. Grows by doubling. */
void *array__push(void *array_ptr, size_t *n, size_t size);

/* Reads exactly n bytes at offset. Returns 0, -EIO, or -EBADMSG when the file is shorter. */
int read_at(int fd, void *p, size_t n, __u64 offset);

/* Reads, decompresses and checks a payload. Returns 0, -ENOMEM, -EIO or -EBADMSG with *what. */
int read_payload(int fd, __u64 offset, const struct block_header *h, struct buf *raw, const char **what);

/* Finds the blocks, segments, schemas and damage of file number `file`. Returns 0, -ENOMEM or -EIO. */
int walk__file(struct trace *t, __u32 file);

/* Sorts what was found in all files into recordings and segments, each block once; leaves out what is not wanted. */
int settle__trace(struct trace *t, const struct trace_wanted *wanted, struct trace_error *err);

#endif
