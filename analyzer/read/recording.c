/*
 * recording.c: preparing a recording for the sweep (recording.h).
 *
 * Gaps come from three places: what the recorder says (its own stream, read ahead here), blocks that are
 * missing (a jump in a stream's numbers, a segment without an end, a missing segment), and blocks that are
 * there but damaged (found during the sweep).
 *
 * In which order files and segments are met says nothing: what is later replaces what is earlier by segment number.
 */
#include "analyzer/read/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/lru.h"
#include "format/writer.h" /* STREAM_RECORDER */

/* ---- parts -------------------------------------------------------------------------------------- */

/* Segments of all parts belong to one recording, or journeys would mix. */
static int check_same(struct recording *r, const struct trace *t, const char *path, struct trace_error *err)
{
	for (size_t i = 0; i < trace__n_segments(t); i++) {
		const struct trace_segment *s = trace__segment(t, i);

		if (!r->created_ns)
			memcpy(r->uuid, s->uuid, sizeof(r->uuid));
		if (memcmp(r->uuid, s->uuid, sizeof(r->uuid)))
			return trace_error__set(err, -EBADMSG, "%s holds parts of different recordings; analyze each by itself",
						path);
		r->created_ns = r->created_ns && r->created_ns < s->created_ns ? r->created_ns : s->created_ns;
		r->n_cpus = s->n_cpus > r->n_cpus ? s->n_cpus : r->n_cpus;
		r->open_segments += !s->closed;
	}
	r->damages += trace__n_damages(t);
	return 0;
}

static int open_parts(struct recording *r, const char *const *paths, size_t n, struct trace_error *err)
{
	r->parts = calloc(n, sizeof(*r->parts));
	r->names = names__new();
	if (!r->parts || !r->names)
		return trace_error__set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		TRY(trace__open(&r->parts[i], paths[i], err));
		r->n_parts++;
		TRY(check_same(r, r->parts[i], paths[i], err));
	}
	if (r->n_cpus > STREAM_RECORDER)
		r->n_cpus = STREAM_RECORDER;
	return 0;
}

static __u32 first_file(const struct recording *r, __u32 part)
{
	__u32 files = 0;

	for (__u32 i = 0; i < part; i++)
		files += trace__n_files(r->parts[i]);
	return files;
}

/* ---- blocks as they were written ---------------------------------------------------------------- */

struct recorded_block {
	__u32 segment; /* its number */
	__u32 part, block;
};

static int by_writing(const void *a, const void *b)
{
	const struct recorded_block *x = a, *y = b;

	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	return x->block < y->block ? -1 : x->block > y->block;
}

static int list_blocks(struct recording *r, struct trace_error *err)
{
	for (size_t part = 0; part < r->n_parts; part++)
		r->n_blocks += trace__n_blocks(r->parts[part]);
	r->blocks = malloc((r->n_blocks + 1) * sizeof(*r->blocks));
	if (!r->blocks)
		return trace_error__set(err, -ENOMEM, "out of memory");
	r->n_blocks = 0;
	for (__u32 part = 0; part < r->n_parts; part++)
		for (size_t i = 0; i < trace__n_blocks(r->parts[part]); i++) {
			const struct trace *t = r->parts[part];
			__u32 segment = trace__block(t, i)->segment;

			r->blocks[r->n_blocks++] = (struct recorded_block){ trace__segment(t, segment)->number, part, i };
		}
	qsort(r->blocks, r->n_blocks, sizeof(*r->blocks), by_writing);
	return 0;
}

static const struct trace_block *block_at(const struct recording *r, size_t nth)
{
	return trace__block(r->parts[r->blocks[nth].part], r->blocks[nth].block);
}

/* ---- what is read ahead ------------------------------------------------------------------------- */

static int keep_task(struct recording *r, const struct rec_task *task)
{
	struct rec_task *p = r->earlier;

	/* Grows by doubling: a power of two is full. */
	if ((r->n_earlier & (r->n_earlier - 1)) == 0)
		p = realloc(p, (r->n_earlier ? r->n_earlier * 2 : 1) * sizeof(*p));
	if (!p)
		return -ENOMEM;
	r->earlier = p;
	p[r->n_earlier++] = *task;
	return 0;
}

/* Each segment has the definition. */
static void note_left_out(struct recording *r, const struct rec_left_out *l)
{
	__u64 *from = &r->left_out[l->type % REC_TYPE_MAX];

	*from = *from && *from < l->from ? *from : l->from;
}

static int take_row(struct recording *r, const struct rec *rec, __u64 from)
{
	const struct rec_gap *g = (const struct rec_gap *)rec;

	if (rec->type == REC_gap)
		return gaps__add(&r->gaps, &(struct gap){ g->from, g->to, g->lost, g->where,
							  g->type < REC_TYPE_MAX ? g->type : GAP_ANY_TYPE, g->why });
	if (rec->type == REC_left_out) {
		note_left_out(r, (const struct rec_left_out *)rec);
		return 0;
	}
	if (rec->type == REC_task)
		return rec->ts < from ? keep_task(r, (const struct rec_task *)rec) : 0;
	return names__add(r->names, rec);
}

static bool read_ahead(const struct trace_block *b)
{
	return b->flags & BLOCK_DEFINITIONS || b->stream == STREAM_RECORDER;
}

static int read_block(struct recording *r, __u32 part, size_t block, __u64 from, struct trace_rows *rows,
		      struct store *store)
{
	const struct trace *t = r->parts[part];
	struct load_job job = { .trace = t, .part = part, .block = block };
	struct trace_error why;
	int code = trace__decode(t, block, rows, &why);

	if (code == -ENOMEM)
		return code;
	if (code && trace__block(t, block)->flags & BLOCK_DEFINITIONS) /* others are met again in the sweep */
		recording__damaged(r, store, &job, &why);
	for (size_t i = 0; !code && i < rows->n; i++)
		TRY(take_row(r, trace_rows__at(rows, i), from));
	return 0;
}

/* What was left out from some time on is missing to the end, nobody knows how much of it. */
static int add_left_out(struct recording *r)
{
	__u64 end = 0;

	for (size_t i = 0; i < r->n_blocks; i++)
		end = block_at(r, i)->ts_max > end ? block_at(r, i)->ts_max : end;
	for (__u16 type = 1; type < REC_TYPE_MAX; type++)
		if (r->left_out[type])
			TRY(gaps__add(&r->gaps, &(struct gap){ r->left_out[type], end, 0, GAP_ANY_CPU, type,
							       GAP_LEFT_OUT }));
	return 0;
}

static int read_definitions(struct recording *r, __u64 from, struct store *store, struct trace_error *err)
{
	struct trace_rows rows = { 0 };
	int code = 0;

	for (size_t i = 0; !code && i < r->n_blocks; i++)
		if (read_ahead(block_at(r, i)))
			code = read_block(r, r->blocks[i].part, r->blocks[i].block, from, &rows, store);
	trace_rows__free(&rows);
	if (!code)
		code = add_left_out(r);
	if (!code)
		code = names__prepare(r->names);
	return code ? trace_error__set(err, code, "out of memory while reading definitions") : 0;
}

/* ---- missing blocks ----------------------------------------------------------------------------- */

struct stream_end {
	__u32 next_seq;
	__u64 ts_min, ts_max; /* of its rows; 0: none yet */
};

static int missing(struct recording *r, __u64 from, __u64 to, __u32 stream)
{
	return gaps__add(&r->gaps, &(struct gap){ from, to, 0, stream < STREAM_RECORDER ? stream : GAP_ANY_CPU,
						  GAP_ANY_TYPE, GAP_BLOCK_MISSING });
}

/* Jumps in the numbers of each stream of each segment. */
static int find_jumps(struct recording *r, __u32 part, struct lru *ends)
{
	const struct trace *t = r->parts[part];

	for (size_t i = 0; i < trace__n_blocks(t); i++) {
		const struct trace_block *b = trace__block(t, i);
		__u64 key[2] = { (__u64)part << 32 | b->segment, b->stream };
		struct stream_end *end;

		if (b->flags & BLOCK_DEFINITIONS)
			continue;
		end = lru__add(ends, key, NULL);
		if (b->seq > end->next_seq)
			TRY(missing(r, end->ts_max ? end->ts_max : b->ts_min, b->ts_min, b->stream));
		end->next_seq = b->seq + 1;
		end->ts_min = !end->ts_min || b->ts_min < end->ts_min ? b->ts_min : end->ts_min;
		end->ts_max = b->ts_max > end->ts_max ? b->ts_max : end->ts_max;
	}
	return 0;
}

struct segment_at {
	const struct trace_segment *segment;
	__u64 key; /* part and segment, as in the table of stream ends */
	__u64 begin;          /* of its rows; 0: it has none */
	__u64 complete_until; /* every CPU's rows are there up to this time: its last blocks prove that */
};

static int by_number(const void *a, const void *b)
{
	const struct segment_at *x = a, *y = b;

	if (x->segment->number != y->segment->number)
		return x->segment->number < y->segment->number ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

static void set_time(void *arg, const __u64 *key, void *value)
{
	const struct stream_end *end = value;
	struct segment_at *s = arg;

	if (key[0] != s->key)
		return;
	s->begin = !s->begin || end->ts_min < s->begin ? end->ts_min : s->begin;
	if (key[1] < STREAM_RECORDER && (!s->complete_until || end->ts_max < s->complete_until))
		s->complete_until = end->ts_max;
}

/* A segment without an end, or missing ones, in the middle of the recording. */
static int check_pair(struct recording *r, struct segment_at *before, struct segment_at *s, struct lru *ends)
{
	bool jump = s->segment->number > before->segment->number + 1;

	r->missing_segments += jump ? s->segment->number - before->segment->number - 1 : 0;
	if (before->segment->closed && !jump)
		return 0;
	lru__each(ends, set_time, before);
	lru__each(ends, set_time, s);
	if (!before->complete_until || !s->begin)
		return 0;
	return missing(r, before->complete_until, s->begin, STREAM_RECORDER);
}

static int find_open_ends(struct recording *r, struct lru *ends)
{
	struct segment_at *list;
	size_t n = 0;
	int code = 0;

	for (size_t part = 0; part < r->n_parts; part++)
		n += trace__n_segments(r->parts[part]);
	list = calloc(n + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	n = 0;
	for (size_t part = 0; part < r->n_parts; part++)
		for (size_t i = 0; i < trace__n_segments(r->parts[part]); i++)
			list[n++] = (struct segment_at){ trace__segment(r->parts[part], i), (__u64)part << 32 | i, 0, 0 };
	qsort(list, n, sizeof(*list), by_number);
	for (size_t i = 1; !code && i < n; i++)
		code = check_pair(r, &list[i - 1], &list[i], ends);
	free(list);
	return code;
}

/* Each stream of each segment has a block at least: the table of their ends never forgets one. */
static int find_missing(struct recording *r, struct trace_error *err)
{
	size_t blocks = 8;
	struct lru *ends;
	int code = 0;

	for (size_t part = 0; part < r->n_parts; part++)
		blocks += trace__n_blocks(r->parts[part]);
	ends = blocks < 1 << 30 ? lru__new(2, sizeof(struct stream_end), blocks) : NULL;
	for (size_t part = 0; ends && !code && part < r->n_parts; part++)
		code = find_jumps(r, part, ends);
	if (ends && !code)
		code = find_open_ends(r, ends);
	if (!ends || lru__forgotten(ends))
		code = -ENOMEM;
	lru__free(ends);
	return code ? trace_error__set(err, code, "out of memory while looking for missing blocks") : 0;
}

/* ---- event blocks ------------------------------------------------------------------------------- */

static int by_ts_min(const void *a, const void *b)
{
	const struct load_job *x = a, *y = b;

	if (x->ts_min != y->ts_min)
		return x->ts_min < y->ts_min ? -1 : 1;
	return x->nth < y->nth ? -1 : x->nth > y->nth;
}

static int list_jobs(struct recording *r, const char *path, __u64 from, __u64 to, struct trace_error *err)
{
	r->jobs = malloc((r->n_blocks + 1) * sizeof(*r->jobs));
	if (!r->jobs)
		return trace_error__set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < r->n_blocks; i++) {
		const struct trace_block *b = block_at(r, i);
		__u32 part = r->blocks[i].part;

		if (b->flags & BLOCK_DEFINITIONS || (from && b->ts_max < from) || (to && b->ts_min > to))
			continue;
		r->jobs[r->n_jobs++] = (struct load_job){ r->parts[part], part, r->blocks[i].block, b->ts_min, b->stream, i };
		r->rows += b->rows;
	}
	if (!r->n_jobs)
		return trace_error__set(err, -ENODATA, from || to ? "%s has no events in that time; see netanalyze info" :
								    "%s has no events", path);
	qsort(r->jobs, r->n_jobs, sizeof(*r->jobs), by_ts_min);
	r->first_ns = r->jobs[0].ts_min > from ? r->jobs[0].ts_min : from;
	return 0;
}

/* ---- interface ---------------------------------------------------------------------------------- */

int recording__open(struct recording *r, const char *const *paths, size_t n_paths, __u64 from, __u64 to,
		    struct store *store, struct trace_error *err)
{
	memset(r, 0, sizeof(*r));
	TRY(open_parts(r, paths, n_paths, err));
	TRY(list_blocks(r, err));
	TRY(read_definitions(r, from, store, err));
	TRY(find_missing(r, err));
	return list_jobs(r, paths[0], from, to, err);
}

void recording__damaged(struct recording *r, struct store *store, const struct load_job *job,
			const struct trace_error *why)
{
	const struct trace_block *b = trace__block(job->trace, job->block);

	r->damages++;
	STORE(store, "damage", V_INT("file", first_file(r, job->part) + b->file), V_INT("offset", b->offset),
	      V_INT("length", b->stored_len), V_TEXT("what", why->text));
	if (!(b->flags & BLOCK_DEFINITIONS))
		missing(r, b->ts_min, b->ts_max, b->stream);
}

static void store_part(const struct recording *r, __u32 part, struct store *store)
{
	const struct trace *t = r->parts[part];
	__u32 first = first_file(r, part);

	for (size_t i = 0; i < trace__n_files(t); i++)
		STORE(store, "file", V_INT("id", first + i), V_TEXT("path", trace__file(t, i)->path),
		      V_INT("size", trace__file(t, i)->size));
	for (size_t i = 0; i < trace__n_segments(t); i++) {
		const struct trace_segment *s = trace__segment(t, i);

		STORE(store, "segment", V_INT("number", s->number), V_INT("file", first + s->file),
		      V_INT("offset", s->offset), V_INT("created_ns", s->created_ns), V_INT("closed", s->closed));
	}
	for (size_t i = 0; i < trace__n_damages(t); i++) {
		const struct trace_damage *d = trace__damage(t, i);

		STORE(store, "damage", V_INT("file", first + d->file), V_INT("offset", d->offset),
		      V_INT("length", d->length), V_TEXT("what", d->what));
	}
}

void recording__store(struct recording *r, struct store *store)
{
	for (__u32 part = 0; part < r->n_parts; part++)
		store_part(r, part, store);
	gaps__store(&r->gaps, store);
	names__store(r->names, store);
}

void recording__close(struct recording *r)
{
	for (size_t i = 0; i < r->n_parts; i++)
		trace__close(r->parts[i]);
	free(r->parts);
	names__free(r->names);
	gaps__free(&r->gaps);
	free(r->blocks);
	free(r->jobs);
	free(r->earlier);
	memset(r, 0, sizeof(*r));
}
