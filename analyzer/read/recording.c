/*
 * recording.c: preparing a recording for the sweep (recording.h).
 *
 * Gaps come from three places: what the recorder says (its own stream, read ahead here), blocks that are
 * missing (a jump in a stream's numbers, a segment without an end, a missing segment), and blocks that are
 * there but damaged (found during the sweep).
 *
 * Blocks come by segment number, as they were written (format/reader.h): what is later replaces what is earlier.
 */
#include "analyzer/read/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "format/writer.h" /* STREAM_RECORDER */

static void look_at_segments(struct recording *r)
{
	const struct trace_recording *of = trace__recording(r->trace, 0);

	memcpy(r->uuid, of->uuid, sizeof(r->uuid));
	r->created_ns = of->created_ns;
	for (size_t i = 0; i < trace__n_segments(r->trace); i++) {
		const struct trace_segment *s = trace__segment(r->trace, i);

		r->n_cpus = s->n_cpus > r->n_cpus ? s->n_cpus : r->n_cpus;
		r->open_segments += !s->closed;
	}
	if (r->n_cpus > STREAM_RECORDER)
		r->n_cpus = STREAM_RECORDER;
	r->damages = trace__n_damages(r->trace);
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

static bool is(const struct rec_text *text, const char *word)
{
	return text->len == strlen(word) && !memcmp(text->s, word, text->len);
}

static void note_cut(struct recording *r, const struct rec_config *c)
{
	if (is(&c->key, "cut.complete"))
		r->part = !is(&c->value, "yes");
}

static int take_row(struct recording *r, const struct rec *rec, __u64 from)
{
	const struct rec_gap *g = (const struct rec_gap *)rec;

	if (rec->type == REC_gap)
		return gaps__add(&r->gaps, &(struct gap){ g->from, g->to, g->lost, g->where,
							  g->type < REC_TYPE_MAX ? g->type : GAP_ANY_TYPE, g->why,
							  true });
	if (rec->type == REC_left_out) {
		note_left_out(r, (const struct rec_left_out *)rec);
		return 0;
	}
	if (rec->type == REC_config)
		note_cut(r, (const struct rec_config *)rec);
	if (rec->type == REC_task)
		return rec->ts < from ? keep_task(r, (const struct rec_task *)rec) : 0;
	return names__add(r->names, rec);
}

static bool read_ahead(const struct trace_block *b)
{
	return b->flags & BLOCK_DEFINITIONS || b->stream == STREAM_RECORDER;
}

static int read_block(struct recording *r, size_t block, __u64 from, struct trace_rows *rows, struct store *store)
{
	struct trace_error why;
	int code = trace__decode(r->trace, block, rows, &why);

	if (code == -ENOMEM)
		return code;
	if (code && trace__block(r->trace, block)->flags & BLOCK_DEFINITIONS) /* others are met again in the sweep */
		recording__damaged(r, store, &(struct load_job){ .trace = r->trace, .block = block }, &why);
	for (size_t i = 0; !code && i < rows->n; i++)
		TRY(take_row(r, trace_rows__at(rows, i), from));
	return 0;
}

/* What was left out from some time on is missing to the end, nobody knows how much of it. */
static int add_left_out(struct recording *r)
{
	__u64 end = 0;

	for (size_t i = 0; i < trace__n_blocks(r->trace); i++)
		end = trace__block(r->trace, i)->ts_max > end ? trace__block(r->trace, i)->ts_max : end;
	for (__u16 type = 1; type < REC_TYPE_MAX; type++)
		if (r->left_out[type])
			TRY(gaps__add(&r->gaps, &(struct gap){ r->left_out[type], end, 0, GAP_ANY_CPU, type,
							       GAP_LEFT_OUT, false }));
	return 0;
}

static int read_definitions(struct recording *r, __u64 from, struct store *store, struct trace_error *err)
{
	struct trace_rows rows = { 0 };
	int code = 0;

	r->names = names__new();
	if (!r->names)
		code = -ENOMEM;
	for (size_t i = 0; !code && i < trace__n_blocks(r->trace); i++)
		if (read_ahead(trace__block(r->trace, i)))
			code = read_block(r, i, from, &rows, store);
	trace_rows__free(&rows);
	if (!code)
		code = add_left_out(r);
	if (!code)
		code = names__prepare(r->names);
	return code ? trace_error__set(err, code, "out of memory while reading definitions") : 0;
}

/* ---- missing blocks ----------------------------------------------------------------------------- */

/* Streams are CPUs, then the recorder; a stream of any other number is damage that checks out. */
enum { N_STREAMS = STREAM_RECORDER + 1 };

struct stream_end {
	__u32 segment; /* + 1; what follows is of that one */
	__u32 next_seq;
	__u64 ts_max; /* of its rows */
};

static int missing(struct recording *r, __u64 from, __u64 to, __u32 stream)
{
	return gaps__add(&r->gaps, &(struct gap){ from, to, 0, stream < STREAM_RECORDER ? stream : GAP_ANY_CPU,
						  GAP_ANY_TYPE, GAP_BLOCK_MISSING, false });
}

/* A jump in the numbers of a stream of a segment. */
static int check_block(struct recording *r, const struct trace_block *b, struct stream_end *ends)
{
	struct stream_end *end = &ends[b->stream];

	if (end->segment != b->segment + 1)
		*end = (struct stream_end){ .segment = b->segment + 1 };
	if (b->seq > end->next_seq)
		TRY(missing(r, end->ts_max ? end->ts_max : b->ts_min, b->ts_min, b->stream));
	end->next_seq = b->seq + 1;
	end->ts_max = b->ts_max > end->ts_max ? b->ts_max : end->ts_max;
	return 0;
}

/* Every CPU's rows are there up to this time: its last block in the segment proves that. 0: no CPU has any. */
static __u64 complete_until(const struct recording *r, __u32 segment, const struct stream_end *ends)
{
	__u64 until = 0;

	for (__u32 cpu = 0; cpu < r->n_cpus; cpu++)
		if (ends[cpu].segment == segment + 1 && (!until || ends[cpu].ts_max < until))
			until = ends[cpu].ts_max;
	return until;
}

struct run { /* of segments that follow each other */
	__u64 complete_until;
	bool broken; /* what comes next does not follow */
};

/* A segment without an end, or missing ones, in the middle of the recording: what lies between is a gap. */
static int begin_segment(struct recording *r, __u32 segment, __u64 begin, struct run *run)
{
	const struct trace_segment *s = trace__segment(r->trace, segment), *before = s - 1;

	if (!segment)
		return 0;
	if (s->number > before->number + 1)
		r->missing_segments += s->number - before->number - 1;
	run->broken |= !before->closed || s->number > before->number + 1;
	if (!run->broken || !begin || !run->complete_until)
		return 0;
	run->broken = false;
	return missing(r, run->complete_until, begin, STREAM_RECORDER);
}

static int check_segment(struct recording *r, __u32 segment, size_t *at, struct stream_end *ends, struct run *run)
{
	size_t first = *at, n = trace__n_blocks(r->trace);
	__u64 begin = 0, until;

	for (; *at < n && trace__block(r->trace, *at)->segment == segment; ++*at) {
		const struct trace_block *b = trace__block(r->trace, *at);

		if (!(b->flags & BLOCK_DEFINITIONS) && (!begin || b->ts_min < begin))
			begin = b->ts_min;
	}
	TRY(begin_segment(r, segment, begin, run));
	for (size_t i = first; i < *at; i++) {
		const struct trace_block *b = trace__block(r->trace, i);

		if (!(b->flags & BLOCK_DEFINITIONS) && b->stream < N_STREAMS)
			TRY(check_block(r, b, ends));
	}
	until = complete_until(r, segment, ends);
	run->complete_until = until ? until : run->complete_until;
	return 0;
}

static int find_missing(struct recording *r, struct trace_error *err)
{
	struct stream_end *ends = calloc(N_STREAMS, sizeof(*ends));
	struct run run = { 0 };
	int code = ends ? 0 : -ENOMEM;
	size_t at = 0;

	for (__u32 i = 0; !code && i < trace__n_segments(r->trace); i++)
		code = check_segment(r, i, &at, ends, &run);
	free(ends);
	return code ? trace_error__set(err, code, "out of memory while looking for missing blocks") : 0;
}

/* ---- event blocks ------------------------------------------------------------------------------- */

static int by_ts_min(const void *a, const void *b)
{
	const struct load_job *x = a, *y = b;

	if (x->ts_min != y->ts_min)
		return x->ts_min < y->ts_min ? -1 : 1;
	return x->block < y->block ? -1 : x->block > y->block;
}

static int list_jobs(struct recording *r, __u64 from, __u64 to, struct trace_error *err)
{
	size_t n = trace__n_blocks(r->trace);

	r->jobs = malloc((n + 1) * sizeof(*r->jobs));
	if (!r->jobs)
		return trace_error__set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const struct trace_block *b = trace__block(r->trace, i);

		if (b->flags & BLOCK_DEFINITIONS || (from && b->ts_max < from) || (to && b->ts_min > to))
			continue;
		r->jobs[r->n_jobs++] = (struct load_job){ r->trace, i, b->ts_min, b->stream };
		r->rows += b->rows;
	}
	if (!r->n_jobs)
		return trace_error__set(err, -ENODATA, from || to ? "%s has no events in that time; see netanalyze info" :
								    "%s has no events", trace__file(r->trace, 0)->path);
	qsort(r->jobs, r->n_jobs, sizeof(*r->jobs), by_ts_min);
	r->first_ns = r->jobs[0].ts_min > from ? r->jobs[0].ts_min : from;
	return 0;
}

/* ---- interface ---------------------------------------------------------------------------------- */

int recording__open(struct recording *r, const struct trace *t, __u64 from, __u64 to, struct store *store,
		    struct trace_error *err)
{
	memset(r, 0, sizeof(*r));
	r->trace = t;
	look_at_segments(r);
	TRY(read_definitions(r, from, store, err));
	TRY(find_missing(r, err));
	return list_jobs(r, from, to, err);
}

void recording__damaged(struct recording *r, struct store *store, const struct load_job *job,
			const struct trace_error *why)
{
	const struct trace_block *b = trace__block(job->trace, job->block);

	r->damages++;
	if (store)
		STORE(store, "damage", V_INT("file", b->file), V_INT("offset", b->offset),
		      V_INT("length", b->stored_len), V_TEXT("what", why->text));
	if (!(b->flags & BLOCK_DEFINITIONS))
		missing(r, b->ts_min, b->ts_max, b->stream);
}

void recording__store(struct recording *r, struct store *store)
{
	const struct trace *t = r->trace;

	for (size_t i = 0; i < trace__n_files(t); i++)
		STORE(store, "file", V_INT("id", i), V_TEXT("path", trace__file(t, i)->path),
		      V_INT("size", trace__file(t, i)->size));
	for (size_t i = 0; i < trace__n_segments(t); i++) {
		const struct trace_segment *s = trace__segment(t, i);

		STORE(store, "segment", V_INT("number", s->number), V_INT("file", s->file), V_INT("offset", s->offset),
		      V_INT("created_ns", s->created_ns), V_INT("closed", s->closed));
	}
	for (size_t i = 0; i < trace__n_damages(t); i++) {
		const struct trace_damage *d = trace__damage(t, i);

		STORE(store, "damage", V_INT("file", d->file), V_INT("offset", d->offset), V_INT("length", d->length),
		      V_TEXT("what", d->what));
	}
	gaps__store(&r->gaps, store);
	names__store(r->names, store);
}

void recording__close(struct recording *r)
{
	names__free(r->names);
	gaps__free(&r->gaps);
	free(r->jobs);
	free(r->earlier);
	memset(r, 0, sizeof(*r));
}
