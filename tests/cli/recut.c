/*
 * recut.c: writes a recording again as netrec could have written it: in other segments, or with records lost.
 *
 *   recut [-n SEGMENTS] [-s SEED] [-g TYPE,…:CPU:FROM:TO]… [-l TYPE,…:FROM] RECORDING DIR
 *
 * -n cuts it into so many segments, at rows that follow from SEED. -g loses the records of these types ("all": every
 * one) on this CPU ("all": on each) from FROM on and before TO, ns of CLOCK_MONOTONIC, as a full ring does: only what comes
 * by the ring of a CPU is lost, the recorder says how many in gaps of 100 ms at most, and counts them in its totals. -l
 * leaves them out from FROM on, as --max-overhead does: nobody knows how many.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "format/reader.h"
#include "format/writer.h"
#include "tests/rows.h"

enum { GAP_NS = 100000000, MAX_GAPS = 16, MAX_SEGMENTS = 64, LATER = 1 << 30 };

struct hole {
	bool types[REC_TYPE_MAX];
	__u32 cpu; /* STREAM_RECORDER: any */
	__u64 from, to;
	__u64 *lost; /* [(cpu * REC_TYPE_MAX + type) * chunks + chunk] */
	size_t chunks; /* of GAP_NS */
};

static struct hole holes[MAX_GAPS];
static unsigned n_holes;
static bool left_out[REC_TYPE_MAX];
static __u64 left_out_from;
static __u64 cuts[MAX_SEGMENTS]; /* numbers of rows, ascending */
static unsigned n_cuts, next_cut;
static __u64 now = 1, row; /* a clock that only says when to rotate; the row that comes next */
static __u64 lost_of[REC_TYPE_MAX];
static __u64 *lost_on; /* CPU */
static struct trace *trace;
static struct trace_writer *writer;
static __u32 n_cpus;

static void die(const char *what)
{
	fprintf(stderr, "recut: %s\n", what);
	exit(1);
}

static void check(int code)
{
	if (code)
		die(trace_writer__error(writer)->text);
}

/* ---- holes -------------------------------------------------------------------------------------- */

static void add_types(bool types[REC_TYPE_MAX], char *list)
{
	for (char *name = strtok(list, ","); name; name = strtok(NULL, ",")) {
		bool found = false;

		for (unsigned type = 1; type < REC_TYPE_MAX; type++) {
			const struct record_desc *d = schema__record(type);

			if (d && d->class == RECORD_EVENT && (!strcmp(name, "all") || !strcmp(name, d->name)))
				types[type] = found = true;
		}
		if (!found)
			die("no such record");
	}
}

static void add_hole(char *text)
{
	char types[512], cpu[16];
	struct hole *h = &holes[n_holes++];

	if (n_holes > MAX_GAPS || sscanf(text, "%511[^:]:%15[^:]:%llu:%llu", types, cpu, &h->from, &h->to) != 4 ||
	    h->to <= h->from)
		die("-g TYPE,…:CPU:FROM:TO");
	add_types(h->types, types);
	h->cpu = !strcmp(cpu, "all") ? STREAM_RECORDER : strtoul(cpu, NULL, 10);
	h->chunks = (h->to - h->from) / GAP_NS + 1;
}

static void add_left_out(char *text)
{
	char types[512];

	if (sscanf(text, "%511[^:]:%llu", types, &left_out_from) != 2)
		die("-l TYPE,…:FROM");
	add_types(left_out, types);
}

static bool is_left_out(const struct rec *rec)
{
	return left_out[rec->type] && rec->ts >= left_out_from;
}

static void tell_left_out(void)
{
	for (__u16 type = 1; type < REC_TYPE_MAX; type++) {
		struct rec_left_out l = { .rec = { .ts = left_out_from, .type = REC_left_out },
					  .type = type,
					  .from = left_out_from };

		if (left_out[type])
			check(trace_writer__define(writer, &l.rec));
	}
}

/* Is this record in a hole? Then it counts as lost there. */
static bool is_lost(const struct rec *rec, __u32 stream)
{
	for (unsigned i = 0; i < n_holes && stream < n_cpus; i++) {
		struct hole *h = &holes[i];

		if (!h->types[rec->type] || (h->cpu != STREAM_RECORDER && h->cpu != stream) || rec->ts < h->from ||
		    rec->ts >= h->to)
			continue;
		h->lost[((size_t)stream * REC_TYPE_MAX + rec->type) * h->chunks + (rec->ts - h->from) / GAP_NS]++;
		lost_of[rec->type]++;
		trace_writer__set_lost(writer, stream, ++lost_on[stream]);
		return true;
	}
	return false;
}

static void tell_hole(const struct hole *h)
{
	for (size_t i = 0; i < n_cpus * REC_TYPE_MAX * h->chunks; i++) {
		__u64 from = h->from + i % h->chunks * GAP_NS;
		struct rec_gap gap = { .where = i / h->chunks / REC_TYPE_MAX,
				       .type = i / h->chunks % REC_TYPE_MAX,
				       .why = GAP_RING_FULL,
				       .from = from,
				       .to = from + GAP_NS < h->to ? from + GAP_NS : h->to,
				       .lost = h->lost[i] };

		gap.rec = (struct rec){ .ts = gap.to, .type = REC_gap, .cpu = STREAM_RECORDER };
		if (gap.lost)
			check(trace_writer__append(writer, STREAM_RECORDER, &gap.rec));
	}
}

/* ---- rows --------------------------------------------------------------------------------------- */

static void append(const struct rec *rec, __u32 stream)
{
	union any_rec copy;
	struct rec_total *total = (struct rec_total *)&copy;

	memcpy(&copy, rec, schema__record(rec->type)->size);
	if (rec->type == REC_total && left_out[total->type % REC_TYPE_MAX])
		return;
	if (rec->type == REC_total) {
		__u64 lost = lost_of[total->type % REC_TYPE_MAX];

		total->lost += lost;
		total->written -= lost;
	}
	check(trace_writer__append(writer, stream, &copy.rec));
}

static void write_row(const struct rec *rec, __u32 stream)
{
	if (next_cut < n_cuts && row++ == cuts[next_cut]) {
		next_cut++;
		check(trace_writer__flush(writer, now += LATER, 0));
	}
	if (schema__record(rec->type)->class == RECORD_DEFINITION)
		check(trace_writer__define(writer, rec));
	else if (!is_left_out(rec) && !is_lost(rec, stream))
		append(rec, stream);
}

static void write_rows(void)
{
	struct trace_rows rows = { 0 };
	struct trace_error err;

	for (size_t b = 0; b < trace__n_blocks(trace); b++) {
		const struct trace_block *block = trace__block(trace, b);

		if (trace__decode(trace, b, &rows, &err))
			die(err.text);
		for (size_t i = 0; i < rows.n; i++)
			write_row(trace_rows__at(&rows, i), block->stream);
	}
	trace_rows__free(&rows);
}

/* ---- cuts --------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

static void choose_cuts(unsigned segments, __u64 seed)
{
	__u64 rows = 0, state = (seed + 1) * 0x9e3779b97f4a7c15;

	for (size_t b = 0; b < trace__n_blocks(trace); b++)
		rows += trace__block(trace, b)->rows;
	if (segments > MAX_SEGMENTS || rows < 2 * MAX_SEGMENTS)
		die("too many segments");
	for (n_cuts = 0; n_cuts + 1 < segments;)
		cuts[n_cuts++] = 1 + rnd(&state) % (rows - 1);
	qsort(cuts, n_cuts, sizeof(*cuts), by_value);
	for (unsigned i = 1; i < n_cuts; i++)
		cuts[i] = cuts[i] > cuts[i - 1] ? cuts[i] : cuts[i - 1] + 1;
}

static void open_both(const char *from, const char *to)
{
	struct trace_writer_opts opts = { .segment_bytes = ~0ull, .segment_ns = LATER };
	struct trace_error err;

	if (trace__open(&trace, from, &err))
		die(err.text);
	for (size_t i = 0; i < trace__n_segments(trace); i++)
		n_cpus = trace__segment(trace, i)->n_cpus > n_cpus ? trace__segment(trace, i)->n_cpus : n_cpus;
	opts.n_cpus = n_cpus;
	if (trace_writer__open(&writer, to, &opts, now, &err))
		die(err.text);
	lost_on = calloc(n_cpus + 1, sizeof(*lost_on));
	for (unsigned i = 0; i < n_holes; i++)
		if (!(holes[i].lost = calloc(n_cpus * REC_TYPE_MAX * holes[i].chunks + 1, sizeof(__u64))))
			die("a gap is too long");
}

int main(int argc, char **argv)
{
	unsigned segments = 1;
	__u64 seed = 0;
	struct trace_error err;

	for (int c; (c = getopt(argc, argv, "n:s:g:l:")) != -1;) {
		if (c == 'n')
			segments = strtoul(optarg, NULL, 10);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (c == 'g')
			add_hole(optarg);
		else if (c == 'l')
			add_left_out(optarg);
		else
			return 2;
	}
	if (argc - optind != 2)
		die("usage: recut [-n SEGMENTS] [-s SEED] [-g TYPE,…:CPU:FROM:TO]… [-l TYPE,…:FROM] RECORDING DIR");
	open_both(argv[optind], argv[optind + 1]);
	choose_cuts(segments, seed);
	tell_left_out();
	write_rows();
	for (unsigned i = 0; i < n_holes; i++)
		tell_hole(&holes[i]);
	if (trace_writer__close(writer, &err))
		die(err.text);
	trace__close(trace);
	return 0;
}
