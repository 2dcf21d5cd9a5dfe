/*
 * writer.c: rows to blocks to segments (writer.h).
 *
 * One open block per stream. Definitions have a stream of their own, written out before any block that
 * could refer to them. Whatever fails, bytes already written stay as they are.
 */
#include "writer.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "block.h"
#include "codec.h"
#include "retained.h"
#include "segment_file.h"

#include <zstd.h>

struct stream {
	struct encoder *encoder;
	__u32 id, seq;
	__u64 lost;
	__u64 opened; /* earliest flush that saw the block non-empty, ns; 0: none yet */
};

struct trace_writer {
	struct trace_writer_opts opts;
	struct trace_writer_stats stats;
	struct trace_error err; /* first error; nothing is written after it */
	struct segment_file *file;
	struct retained *retained;
	struct stream *streams; /* n_cpus, then STREAM_RECORDER, then STREAM_DEFINITIONS */
	__u32 n_streams;
	struct buf raw, block, index;
	ZSTD_CCtx *cctx;
	__u8 uuid[16];
	__u32 schema; /* crc32 of the schema payload */
	__u64 segment_start; /* CLOCK_MONOTONIC */
};

static struct stream *stream_of(struct trace_writer *w, __u32 id)
{
	if (id < w->opts.n_cpus)
		return &w->streams[id];
	return &w->streams[w->opts.n_cpus + (id == STREAM_DEFINITIONS)];
}

/* Compresses w->raw as one block, appends it to the segment and notes it in the index. */
static int write_block(struct trace_writer *w, struct block_header *h)
{
	__u64 offset = segment_file__size(w->file);
	int err;

	h->raw_len = w->raw.len;
	h->schema = w->schema;
	w->block.len = 0;
	err = block__pack(h, w->raw.p, w->cctx, &w->block);
	w->raw.len = 0;
	if (!err)
		err = buf__reserve(&w->index, INDEX_ENTRY);
	if (err)
		return trace_error__set(&w->err, err, "out of memory while writing %s",
					segment_file__path(w->file));
	TRY(segment_file__append(w->file, w->block.p, w->block.len, &w->err));
	w->stats.bytes += w->block.len;
	block_header__pack_entry(h, offset, w->index.p + w->index.len);
	w->index.len += INDEX_ENTRY;
	return 0;
}

static int write_rows(struct trace_writer *w, struct stream *s)
{
	struct block_header h = { .kind = BLOCK_ROWS, .stream = s->id, .seq = s->seq, .lost = s->lost };

	if (!encoder__rows(s->encoder))
		return 0;
	h.rows = encoder__rows(s->encoder);
	h.ts_min = encoder__ts_min(s->encoder);
	h.ts_max = encoder__ts_max(s->encoder);
	h.flags = s->id == STREAM_DEFINITIONS ? BLOCK_DEFINITIONS : 0;
	if (encoder__finish(s->encoder, &w->raw))
		return trace_error__set(&w->err, -ENOMEM, "out of memory while encoding a block");
	s->opened = 0;
	s->seq++;
	return write_block(w, &h);
}

/* Writes the stream's open block, after the definitions it may refer to. */
static int write_stream(struct trace_writer *w, struct stream *s)
{
	if (!encoder__rows(s->encoder))
		return 0;
	TRY(write_rows(w, stream_of(w, STREAM_DEFINITIONS)));
	return write_rows(w, s);
}

static int rotate(struct trace_writer *w, __u64 now);

static int end_block(struct trace_writer *w, struct stream *s, __u64 now)
{
	TRY(write_stream(w, s));
	/* Definitions never rotate: they are what a new segment begins with. */
	if (s->id != STREAM_DEFINITIONS && segment_file__size(w->file) >= w->opts.segment_bytes)
		return rotate(w, now);
	return 0;
}

static inline int add_row(struct trace_writer *w, struct stream *s, const struct rec *rec)
{
	if (w->err.code)
		return w->err.code;
	if (encoder__add(s->encoder, rec))
		return trace_error__set(&w->err, -ENOMEM, "out of memory while encoding a row");
	w->stats.rows_of[rec->type]++;
	return encoder__rows(s->encoder) < CODEC_MAX_ROWS ? 0 : end_block(w, s, rec->ts);
}

int trace_writer__append(struct trace_writer *w, __u32 stream, const struct rec *rec)
{
	TRY(add_row(w, stream_of(w, stream), rec));
	w->stats.rows++;
	return 0;
}

int trace_writer__define(struct trace_writer *w, const struct rec *rec)
{
	int changed = retained__put(w->retained, rec);

	if (w->err.code)
		return w->err.code;
	if (changed < 0)
		return trace_error__set(&w->err, changed, "out of memory while keeping definitions");
	return changed ? add_row(w, stream_of(w, STREAM_DEFINITIONS), rec) : 0;
}

void trace_writer__forget_older(struct trace_writer *w, enum rec_type type, __u64 ts)
{
	retained__forget_older(w->retained, type, ts);
}

int trace_writer__define_here(struct trace_writer *w, const struct rec *rec)
{
	return add_row(w, stream_of(w, STREAM_DEFINITIONS), rec);
}

void trace_writer__set_lost(struct trace_writer *w, __u32 stream, __u64 lost)
{
	stream_of(w, stream)->lost = lost;
}

static __u64 clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int write_segment_block(struct trace_writer *w)
{
	struct block_header h = { .kind = BLOCK_SEGMENT };
	__u32 number = w->stats.segments, minor = FORMAT_MINOR;
	__u16 n_cpus = w->opts.n_cpus;
	__u64 created = w->opts.created_ns ? w->opts.created_ns : clock_ns(CLOCK_REALTIME);

	if (buf__reserve(&w->raw, SEGMENT_PAYLOAD))
		return trace_error__set(&w->err, -ENOMEM, "out of memory");
	buf__put(&w->raw, w->uuid, 16);
	buf__put(&w->raw, &number, 4);
	buf__put(&w->raw, &n_cpus, 2);
	buf__put(&w->raw, &minor, 2);
	buf__put(&w->raw, &created, 8);
	return write_block(w, &h);
}

static int write_schema_block(struct trace_writer *w)
{
	struct block_header h = { .kind = BLOCK_SCHEMA };

	if (schema__encode(&w->raw))
		return trace_error__set(&w->err, -ENOMEM, "out of memory");
	w->schema = crc32(0, w->raw.p, w->raw.len);
	return write_block(w, &h);
}

static int redefine(void *ctx, const struct rec *rec)
{
	struct trace_writer *w = ctx;

	return add_row(w, stream_of(w, STREAM_DEFINITIONS), rec);
}

static int begin_segment(struct trace_writer *w, __u64 now)
{
	TRY(segment_file__create(w->file, w->stats.segments, &w->err));
	w->index.len = 0;
	w->segment_start = now;
	for (__u32 i = 0; i < w->n_streams; i++)
		w->streams[i].seq = 0;
	TRY(write_segment_block(w));
	TRY(write_schema_block(w));
	w->stats.segments++;
	return retained__each(w->retained, redefine, w);
}

static int write_end(struct trace_writer *w)
{
	struct block_header h = { .kind = BLOCK_INDEX };
	__u64 index_at = segment_file__size(w->file);

	if (buf__reserve(&w->raw, w->index.len))
		return trace_error__set(&w->err, -ENOMEM, "out of memory");
	buf__put(&w->raw, w->index.p, w->index.len);
	TRY(write_block(w, &h));
	h = (struct block_header){ .kind = BLOCK_END, .ts_min = index_at };
	h.ts_max = segment_file__size(w->file) + BLOCK_HEADER;
	return write_block(w, &h);
}

static int write_all(struct trace_writer *w)
{
	if (w->err.code)
		return w->err.code;
	for (__u32 i = 0; i < w->n_streams; i++)
		TRY(write_stream(w, &w->streams[i]));
	return 0;
}

/* A second schema, far from the first: without any, not one row could be read. */
static int end_segment(struct trace_writer *w)
{
	TRY(write_all(w));
	TRY(write_schema_block(w));
	TRY(write_end(w));
	return segment_file__finish(w->file, &w->err);
}

static int remove_oldest(struct trace_writer *w)
{
	int removed = 0;

	if (!w->opts.max_bytes)
		return 0;
	removed = segment_file__trim(w->file, w->opts.max_bytes, &w->err);
	if (removed > 0)
		w->stats.removed += removed;
	return removed < 0 ? removed : 0;
}

static int rotate(struct trace_writer *w, __u64 now)
{
	TRY(end_segment(w));
	TRY(begin_segment(w, now));
	return remove_oldest(w);
}

static bool segment_due(const struct trace_writer *w, __u64 now)
{
	return segment_file__size(w->file) >= w->opts.segment_bytes ||
	       (now > w->segment_start && now - w->segment_start >= w->opts.segment_ns);
}

static int flush_old(struct trace_writer *w, __u64 now, __u64 max_age)
{
	for (__u32 i = 0; i < w->n_streams; i++) {
		struct stream *s = &w->streams[i];

		if (!encoder__rows(s->encoder))
			continue;
		if (!s->opened)
			s->opened = now;
		if (now - s->opened >= max_age)
			TRY(write_stream(w, s));
	}
	return 0;
}

int trace_writer__flush(struct trace_writer *w, __u64 now, __u64 max_age)
{
	if (w->err.code)
		return w->err.code;
	TRY(flush_old(w, now, max_age));
	segment_file__start_writeback(w->file);
	return segment_due(w, now) ? rotate(w, now) : remove_oldest(w);
}

const struct trace_writer_stats *trace_writer__stats(const struct trace_writer *w)
{
	return &w->stats;
}

const struct trace_error *trace_writer__error(const struct trace_writer *w)
{
	return &w->err;
}

static void set_defaults(struct trace_writer_opts *o)
{
	if (!o->segment_bytes)
		o->segment_bytes = 256ull << 20;
	if (!o->segment_ns)
		o->segment_ns = 60000000000ull;
	/* So that what --max-size keeps is always most of what it allows. */
	if (o->max_bytes && o->segment_bytes > o->max_bytes / 8)
		o->segment_bytes = o->max_bytes / 8;
	if (!o->level)
		o->level = 1;
}

static int make_streams(struct trace_writer *w)
{
	w->n_streams = w->opts.n_cpus + 2;
	w->streams = calloc(w->n_streams, sizeof(*w->streams));
	if (!w->streams)
		return -ENOMEM;
	for (__u32 i = 0; i < w->n_streams; i++) {
		w->streams[i].id = i < w->opts.n_cpus ? i : STREAM_RECORDER - (i - w->opts.n_cpus);
		w->streams[i].encoder = encoder__new();
		if (!w->streams[i].encoder)
			return -ENOMEM;
	}
	return 0;
}

static int make_compressor(struct trace_writer *w)
{
	w->cctx = ZSTD_createCCtx();
	if (!w->cctx)
		return -ENOMEM;
	ZSTD_CCtx_setParameter(w->cctx, ZSTD_c_compressionLevel, w->opts.level);
	ZSTD_CCtx_setParameter(w->cctx, ZSTD_c_checksumFlag, 1);
	return 0;
}

static void writer__free(struct trace_writer *w)
{
	for (__u32 i = 0; w->streams && i < w->n_streams; i++)
		encoder__free(w->streams[i].encoder);
	free(w->streams);
	retained__free(w->retained);
	segment_file__free(w->file);
	ZSTD_freeCCtx(w->cctx);
	buf__free(&w->raw);
	buf__free(&w->block);
	buf__free(&w->index);
	free(w);
}

static int open_writer(struct trace_writer *w, const char *path, __u64 now)
{
	w->retained = retained__new();
	if (!w->retained || make_streams(w) || make_compressor(w))
		return trace_error__set(&w->err, -ENOMEM, "out of memory");
	if (w->opts.uuid)
		memcpy(w->uuid, w->opts.uuid, sizeof(w->uuid));
	else if (getrandom(w->uuid, sizeof(w->uuid), 0) != sizeof(w->uuid))
		return trace_error__set(&w->err, -EIO, "no random numbers for the recording's id");
	TRY(segment_file__new(&w->file, path, &w->err));
	return begin_segment(w, now);
}

int trace_writer__open(struct trace_writer **out, const char *path, const struct trace_writer_opts *opts, __u64 now,
		       struct trace_error *err)
{
	struct trace_writer *w = calloc(1, sizeof(*w));
	int code;

	if (!w)
		return trace_error__set(err, -ENOMEM, "out of memory");
	w->opts = *opts;
	set_defaults(&w->opts);
	code = open_writer(w, path, now);
	if (code) {
		if (err)
			*err = w->err;
		writer__free(w);
		return code;
	}
	*out = w;
	return 0;
}

int trace_writer__close(struct trace_writer *w, struct trace_error *err)
{
	int code;

	if (!w)
		return 0;
	code = w->err.code ? w->err.code : end_segment(w);
	if (!code)
		code = remove_oldest(w);
	if (code && err)
		*err = w->err;
	writer__free(w);
	return code;
}
