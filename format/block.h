/*
 * block.h: the 64-byte block header and the compressed payload behind it. FORMAT.md is the specification.
 */
#ifndef FORMAT_BLOCK_H
#define FORMAT_BLOCK_H

#include "bytes.h"
#include "reader.h"

enum {
	FORMAT_MAJOR = 1, /* a reader refuses a larger one */
	FORMAT_MINOR = 0, /* a reader may meet a larger one: new kinds of blocks and codecs */
	BLOCK_HEADER = 64,
	BLOCK_LIMIT_RAW = 1 << 26, /* payload bytes, decompressed, that a reader accepts */
	INDEX_ENTRY = 60,          /* a header without magic and checksum, and the block's offset in its segment */
	SEGMENT_PAYLOAD = 32
};

#define BLOCK_MAGIC "NETREC\r\n" /* CR LF: a copy in text mode damages it at once */

enum block_codec { BLOCK_RAW = 0, BLOCK_ZSTD = 1 };

struct block_header {
	__u8 kind, codec, flags, major;
	__u32 stored_len, raw_len, rows, stream, seq;
	__u64 ts_min, ts_max, lost;
	__u32 schema; /* crc32 of the schema payload the rows were written with */
};

void block_header__pack(const struct block_header *h, __u8 out[BLOCK_HEADER]);

/* Returns false when the bytes are no intact header of any version. */
bool block_header__unpack(struct block_header *h, const __u8 in[BLOCK_HEADER]);

/* The header as an index entry and back; an entry is trusted only after the block itself was read. */
void block_header__pack_entry(const struct block_header *h, __u64 offset, __u8 out[INDEX_ENTRY]);
void block_header__unpack_entry(struct block_header *h, __u64 *offset, const __u8 in[INDEX_ENTRY]);

/*
 * Compresses h->raw_len bytes of payload behind a packed header; `out` receives the whole block and
 * h->stored_len is set. cctx: a ZSTD_CCtx with level and checksum set. Returns 0 or -ENOMEM.
 */
int block__pack(struct block_header *h, const __u8 *payload, void *cctx, struct buf *out);

/* Decompresses a payload. Returns 0, -ENOMEM, or -EBADMSG with *what a static phrase. */
int block__unpack(const struct block_header *h, const __u8 *stored, void *dctx, struct buf *raw, const char **what);

#endif
