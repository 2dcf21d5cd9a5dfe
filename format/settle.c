/*
 * settle.c: from the segments as they lie in files to those of recordings.
 *
 * A segment is known by the UUID of its recording and its number, wherever it lies. Of copies every block is listed once,
 * at its place in the segment, which is the same in all of them; the other places are kept, for a copy that is damaged.
 * What must hold: in which order files were met makes no difference to what is listed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "reader_int.h"

/* A segment as it lies in a file. */
struct found {
	__u32 segment;  /* of the trace, before it is settled; then that of the result */
	bool left_out;
	__u64 begin, end; /* of the rows of its events; 0: none */
	__u64 length;     /* bytes, about */
};

struct settling {
	struct trace *t;
	struct found *found; /* by the order of files */
	__u32 *order;        /* those that are not left out, by recording, number and place */
	size_t n;
};

static const struct trace_segment *segment_of(const struct settling *s, size_t nth)
{
	return &s->t->segments[s->order[nth]];
}

static void measure(struct settling *s)
{
	for (size_t i = 0; i < s->t->n_blocks; i++) {
		const struct trace_block *b = &s->t->blocks[i];
		struct found *f = &s->found[b->segment];

		f->length = b->offset + BLOCK_HEADER + b->stored_len - s->t->segments[b->segment].offset;
		if (b->flags & BLOCK_DEFINITIONS)
			continue;
		f->begin = !f->begin || b->ts_min < f->begin ? b->ts_min : f->begin;
		f->end = b->ts_max > f->end ? b->ts_max : f->end;
	}
}

/* ---- recordings --------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b, void *arg)
{
	const struct trace_segment *all = arg, *x = &all[*(const __u32 *)a], *y = &all[*(const __u32 *)b];
	int order = memcmp(x->uuid, y->uuid, sizeof(x->uuid));

	if (order)
		return order;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void sort_segments(struct settling *s)
{
	s->n = 0;
	for (__u32 i = 0; i < s->t->n_segments; i++)
		if (!s->found[i].left_out)
			s->order[s->n++] = i;
	qsort_r(s->order, s->n, sizeof(*s->order), by_number, s->t->segments);
}

static int by_creation(const void *a, const void *b)
{
	const struct trace_recording *x = a, *y = b;

	if (x->created_ns != y->created_ns)
		return x->created_ns < y->created_ns ? -1 : 1;
	return memcmp(x->uuid, y->uuid, sizeof(x->uuid));
}

/* Lists the recordings; first_segment is where `order` has their first one. */
static int list_recordings(struct settling *s)
{
	struct trace *t = s->t;
	struct trace_recording *r = NULL;

	t->n_recordings = 0;
	for (size_t i = 0; i < s->n; i++) {
		const struct trace_segment *g = segment_of(s, i);

		if (!r || memcmp(r->uuid, g->uuid, sizeof(r->uuid))) {
			r = array__push(&t->recordings, &t->n_recordings, sizeof(*r));
			if (!r)
				return -ENOMEM;
			memcpy(r->uuid, g->uuid, sizeof(r->uuid));
			r->first_segment = i;
		}
		r->n_segments++;
		if (!g->headless && (!r->created_ns || g->created_ns < r->created_ns))
			r->created_ns = g->created_ns;
	}
	if (t->n_recordings)
		qsort(t->recordings, t->n_recordings, sizeof(*r), by_creation);
	return 0;
}

/* ---- segments that do not say what they are ----------------------------------------------------- */

static int by_time(const void *a, const void *b, void *arg)
{
	const struct found *found = arg, *x = &found[*(const __u32 *)a], *y = &found[*(const __u32 *)b];
	__u64 at = x->begin / 2 + x->end / 2, other = y->begin / 2 + y->end / 2;

	if (at != other)
		return at < other ? -1 : 1;
	return *(const __u32 *)a < *(const __u32 *)b ? -1 : 1;
}

static int leave_out(struct settling *s, __u32 segment)
{
	struct trace_damage *d = array__push(&s->t->damages, &s->t->n_damages, sizeof(*d));
	const struct trace_segment *g = &s->t->segments[segment];

	if (!d)
		return -ENOMEM;
	*d = (struct trace_damage){ g->file, g->offset, s->found[segment].length,
				    "its segment block is damaged or missing, and where it belongs does not show" };
	s->found[segment].left_out = true;
	return 0;
}

/*
 * A segment without its first block is taken for one that is missing, by its time. Where none is missing it is a copy, and
 * with several recordings it may be of any: left out, lest something counts twice or mixes.
 */
static int adopt(struct settling *s, const __u8 *uuid)
{
	struct trace_segment *all = s->t->segments;
	__u64 *next = malloc((s->t->n_segments + 1) * sizeof(*next)), room = 0;
	size_t n = s->t->n_segments;
	int code = next ? 0 : -ENOMEM;

	for (__u32 i = 0; i < n; i++)
		s->order[i] = i;
	qsort_r(s->order, n, sizeof(*s->order), by_time, s->found);
	if (next)
		next[n] = 1ull << 32;
	for (size_t i = n; !code && i-- > 0;)
		next[i] = all[s->order[i]].headless ? next[i + 1] : all[s->order[i]].number;
	for (size_t i = 0; !code && i < n; i++) {
		struct trace_segment *g = &all[s->order[i]];

		if (!g->headless) {
			room = (__u64)g->number + 1;
		} else if (uuid && room < next[i + 1]) {
			memcpy(g->uuid, uuid, sizeof(g->uuid));
			g->number = room++;
		} else {
			code = leave_out(s, s->order[i]);
		}
	}
	free(next);
	return code;
}

static int take_headless(struct settling *s)
{
	const struct trace_segment *known = NULL;
	bool several = false, any = false;
	static const __u8 nobody[16];

	for (size_t i = 0; i < s->t->n_segments; i++) {
		const struct trace_segment *g = &s->t->segments[i];

		any |= g->headless;
		several |= !g->headless && known && memcmp(known->uuid, g->uuid, sizeof(g->uuid));
		known = g->headless ? known : g;
	}
	return any ? adopt(s, several ? NULL : known ? known->uuid : nobody) : 0;
}

/* ---- which recording ---------------------------------------------------------------------------- */

static void uuid_text(const __u8 *uuid, char out[33])
{
	for (int i = 0; i < 16; i++)
		snprintf(out + 2 * i, 3, "%02x", uuid[i]);
}

static int name_recordings(const struct trace *t, const char *what, struct trace_error *err)
{
	char list[256] = "", uuid[33];
	size_t len = 0;

	for (size_t i = 0; i < t->n_recordings && i < 3; i++) {
		uuid_text(t->recordings[i].uuid, uuid);
		len += snprintf(list + len, sizeof(list) - len, "%s%s (%u segment%s)", i ? ", " : "", uuid,
				t->recordings[i].n_segments, t->recordings[i].n_segments == 1 ? "" : "s");
	}
	return trace_error__set(err, -EBADMSG, "%s: %s%s; choose one with --recording UUID", what, list,
				t->n_recordings > 3 ? ", …" : "");
}

/* Leaves out what is not of the recording that is wanted, by its UUID or how that begins. */
static int choose(struct settling *s, const char *wanted, struct trace_error *err)
{
	size_t chosen = 0;

	for (size_t i = 0; i < s->t->n_recordings; i++) {
		const struct trace_recording *r = &s->t->recordings[i];
		char uuid[33];

		uuid_text(r->uuid, uuid);
		if (!strncasecmp(uuid, wanted, strlen(wanted))) {
			chosen++;
			continue;
		}
		for (size_t j = 0; j < r->n_segments; j++)
			s->found[s->order[r->first_segment + j]].left_out = true;
	}
	if (chosen != 1)
		return name_recordings(s->t, chosen ? "several recordings begin like that" : "no recording has this UUID", err);
	sort_segments(s);
	return list_recordings(s) ? trace_error__set(err, -ENOMEM, "out of memory") : 0;
}

/* ---- the result --------------------------------------------------------------------------------- */

struct settled {
	struct trace_segment *segments;
	struct trace_block *blocks;
	__u32 *schema, *copy;
	size_t n_segments, n_blocks;
};

static bool same_segment(const struct trace_segment *a, const struct trace_segment *b)
{
	return a->number == b->number && !memcmp(a->uuid, b->uuid, sizeof(a->uuid));
}

/* A segment that was ended stands for its copies. Returns which one it is in the result. */
static void merge_segments(struct settling *s, struct settled *out)
{
	for (size_t r = 0; r < s->t->n_recordings; r++) {
		struct trace_recording *rec = &s->t->recordings[r];
		size_t first = rec->first_segment, n = rec->n_segments;

		rec->first_segment = out->n_segments;
		for (size_t i = first; i < first + n; i++) {
			const struct trace_segment *g = segment_of(s, i);
			struct trace_segment *last = i > first ? &out->segments[out->n_segments - 1] : NULL;

			if (last && same_segment(last, g)) {
				__u32 copies = last->copies + 1;

				if (g->closed && !last->closed)
					*last = *g;
				last->copies = copies;
			} else {
				out->segments[out->n_segments++] = *g;
			}
			s->found[s->order[i]].segment = out->n_segments - 1;
		}
		rec->n_segments = out->n_segments - rec->first_segment;
	}
}

struct placed {
	__u64 at; /* in the segment */
	__u32 segment, block;
};

static int by_place(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->block < y->block ? -1 : x->block > y->block;
}

static bool same_block(const struct trace *t, __u32 a, __u32 b)
{
	const struct trace_block *x = &t->blocks[a], *y = &t->blocks[b];

	return x->stream == y->stream && x->seq == y->seq && x->rows == y->rows && x->ts_min == y->ts_min &&
	       x->ts_max == y->ts_max && x->lost == y->lost && x->stored_len == y->stored_len && x->raw_len == y->raw_len &&
	       x->flags == y->flags && t->block_schema[a] == t->block_schema[b];
}

static int contradiction(const struct settling *s, const struct settled *out, const struct placed *p, struct trace_error *err)
{
	const struct trace_block *x = &out->blocks[out->n_blocks - 1], *y = &s->t->blocks[p->block];

	return trace_error__set(err, -EBADMSG, "segment %u is there twice, with different content: in %s and in %s; "
				"leave one of them out", out->segments[p->segment].number, s->t->files[x->file].pub.path,
				s->t->files[y->file].pub.path);
}

static int add_place(struct trace *t, __u32 *copy, const struct trace_block *b)
{
	struct block_place *place = array__push(&t->places, &t->n_places, sizeof(*place));

	if (!place)
		return -ENOMEM;
	*place = (struct block_place){ b->offset, b->file, *copy };
	*copy = t->n_places;
	return 0;
}

/* In the order in which they were written. */
static int merge_blocks(struct settling *s, struct settled *out, struct placed *placed, size_t n, struct trace_error *err)
{
	struct trace *t = s->t;

	qsort(placed, n, sizeof(*placed), by_place);
	for (size_t i = 0; i < n; i++) {
		const struct placed *p = &placed[i], *before = i ? &placed[i - 1] : NULL;
		bool copied = out->segments[p->segment].copies && before && before->segment == p->segment;

		if (copied && before->at == p->at && same_block(t, before->block, p->block)) {
			TRY(add_place(t, &out->copy[out->n_blocks - 1], &t->blocks[p->block]));
			continue;
		}
		if (copied && p->at < before->at + BLOCK_HEADER + t->blocks[before->block].stored_len)
			return contradiction(s, out, p, err);
		out->schema[out->n_blocks] = t->block_schema[p->block];
		out->blocks[out->n_blocks] = t->blocks[p->block];
		out->blocks[out->n_blocks++].segment = p->segment;
	}
	return 0;
}

static int place_blocks(struct settling *s, struct settled *out, struct trace_error *err)
{
	const struct trace *t = s->t;
	struct placed *placed = malloc((t->n_blocks + 1) * sizeof(*placed));
	size_t n = 0;
	int code;

	if (!placed)
		return -ENOMEM;
	for (__u32 i = 0; i < t->n_blocks; i++) {
		const struct trace_block *b = &t->blocks[i];

		if (!s->found[b->segment].left_out)
			placed[n++] = (struct placed){ b->offset - t->segments[b->segment].offset,
						       s->found[b->segment].segment, i };
	}
	code = merge_blocks(s, out, placed, n, err);
	free(placed);
	return code;
}

static int replace(struct settling *s, struct trace_error *err)
{
	struct trace *t = s->t;
	struct settled out = {
		.segments = malloc((s->n + 1) * sizeof(*out.segments)),
		.blocks = malloc((t->n_blocks + 1) * sizeof(*out.blocks)),
		.schema = malloc((t->n_blocks + 1) * sizeof(*out.schema)),
		.copy = calloc(t->n_blocks + 1, sizeof(*out.copy)),
	};
	int code = -ENOMEM;

	if (out.segments && out.blocks && out.schema && out.copy) {
		merge_segments(s, &out);
		code = place_blocks(s, &out, err);
	}
	if (code) {
		free(out.segments);
		free(out.blocks);
		free(out.schema);
		free(out.copy);
		return code == -ENOMEM ? trace_error__set(err, code, "out of memory") : code;
	}
	free(t->segments);
	free(t->blocks);
	free(t->block_schema);
	t->segments = out.segments;
	t->blocks = out.blocks;
	t->block_schema = out.schema;
	t->block_copy = out.copy;
	t->n_segments = out.n_segments;
	t->n_blocks = out.n_blocks;
	return 0;
}

/* Blocks that hold no rows go with their segments. */
static void keep_others(struct settling *s)
{
	struct trace *t = s->t;
	size_t n = 0;

	for (size_t i = 0; i < t->n_others; i++) {
		struct trace_block o = t->others[i];

		if (o.segment != NO_SEGMENT && s->found[o.segment].left_out)
			continue;
		if (o.segment != NO_SEGMENT)
			o.segment = s->found[o.segment].segment;
		t->others[n++] = o;
	}
	t->n_others = n;
}

static void count_blocks(struct trace *t)
{
	size_t at = 0;

	for (size_t r = 0; r < t->n_recordings; r++) {
		struct trace_recording *rec = &t->recordings[r];

		rec->first_block = at;
		while (at < t->n_blocks && t->blocks[at].segment < rec->first_segment + rec->n_segments)
			at++;
		rec->n_blocks = at - rec->first_block;
	}
}

static int run(struct settling *s, const struct trace_wanted *wanted, struct trace_error *err)
{
	measure(s);
	if (take_headless(s))
		return trace_error__set(err, -ENOMEM, "out of memory");
	sort_segments(s);
	if (list_recordings(s))
		return trace_error__set(err, -ENOMEM, "out of memory");
	if (wanted->recording)
		TRY(choose(s, wanted->recording, err));
	else if (s->t->n_recordings > 1 && !wanted->several)
		return name_recordings(s->t, "these are parts of different recordings", err);
	TRY(replace(s, err));
	keep_others(s);
	count_blocks(s->t);
	return 0;
}

int settle__trace(struct trace *t, const struct trace_wanted *wanted, struct trace_error *err)
{
	struct settling s = { .t = t };
	int code;

	s.found = calloc(t->n_segments + 1, sizeof(*s.found));
	s.order = malloc((t->n_segments + 1) * sizeof(*s.order));
	code = s.found && s.order ? run(&s, wanted, err) : trace_error__set(err, -ENOMEM, "out of memory");
	free(s.found);
	free(s.order);
	return code;
}
