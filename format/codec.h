/*
 * codec.h: rows to columns and back.
 *
 * One rule for every record: a row is coded as the difference from the last row of the same record
 * whose KEY fields fall into the same of 256 slots. A mask says which fields differ; only those go into
 * their field's column. A packet crosses five to ten stages with the same fields, so most rows are a
 * slot, a mask and a time. The columns of a block are then compressed together (block.h).
 */
#ifndef FORMAT_CODEC_H
#define FORMAT_CODEC_H

#include "bytes.h"
#include "schema.h"

enum {
	CODEC_SLOTS = 256,
	CODEC_MAX_ROWS = 16384,     /* rows the encoder puts into a block */
	CODEC_LIMIT_ROWS = 65536,   /* rows a decoder accepts in a block */
	CODEC_LIMIT_ROW = 4096,     /* bytes of a decoded row it accepts */
	CODEC_LIMIT_ARENA = 1 << 26 /* bytes of decoded rows it accepts in a block */
};

/* Columns of record type 0: the envelope. Records have 0: slots, 1: masks, 2 + i: field i. */
enum { COLUMN_TYPES = 0, COLUMN_TIMES = 1 };
enum { COLUMN_SLOTS = 0, COLUMN_MASKS = 1, COLUMN_FIELDS = 2 };

struct encoder;

/* Returns NULL when out of memory. */
struct encoder *encoder__new(void);
void encoder__free(struct encoder *e);

/* Adds a row. Returns 0 or -ENOMEM. */
int encoder__add(struct encoder *e, const struct rec *rec);

size_t encoder__rows(const struct encoder *e);
__u64 encoder__ts_min(const struct encoder *e);
__u64 encoder__ts_max(const struct encoder *e);

/* Appends the block's raw payload to `out` and starts a new block. Returns 0 or -ENOMEM. */
int encoder__finish(struct encoder *e, struct buf *out);

/*
 * How the rows of one schema come out as the structs of this program. A field the program does not
 * know, or knows with another width, is decoded to scratch space behind the struct.
 */
struct layout_field {
	__u8 kind, size;
	bool known;   /* to the program, by this name, kind and size */
	__u16 offset; /* in the decoded row */
};

struct layout_record {
	const struct record_desc *known; /* NULL: rows are skipped, unless the decoder is to keep them */
	struct record_desc desc;         /* as the schema has it, its fields where they are in a decoded row */
	struct layout_field *fields;
	__u16 n_fields;
	__u16 size; /* of a decoded row, a multiple of 8 */
	bool has_text;
};

enum { LAYOUT_RECORDS = 256 }; /* a row's type is one byte */

struct layout {
	struct layout_record records[LAYOUT_RECORDS];
	unsigned unknown_records, unknown_fields; /* to this program */
	char *stage_name[STAGE_MAX]; /* NULL: the trace has no such stage */
};

/* The schema block's payload for this program's own records. Returns 0 or -ENOMEM. */
int schema__encode(struct buf *out);

/* Builds a layout from a schema payload. Returns 0, -ENOMEM, or -EBADMSG. Free with layout__free. */
int layout__parse(struct layout **l, const __u8 *payload, size_t len);
void layout__free(struct layout *l);

struct decoder {
	__u8 *arena; /* decoded rows */
	size_t arena_cap;
	__u64 *ts;
	__u32 *at;
	size_t cap; /* of ts and at, in rows */
	size_t n, skipped;
	__u16 schema; /* rec.schema of decoded rows */
	bool unknown; /* keep rows of records that the program does not know */
};

/*
 * Decodes a raw payload of `rows` rows; texts point into it. *what is a static phrase on -EBADMSG.
 * Returns 0, -ENOMEM or -EBADMSG.
 */
int decoder__run(struct decoder *d, const struct layout *l, __u16 cpu, __u32 rows, const __u8 *payload, size_t len,
		 const char **what);
void decoder__free(struct decoder *d);

#endif
