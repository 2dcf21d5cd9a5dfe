/*
 * clock_fit.c: see clock_fit.h.
 *
 * Only the points on the hulls bound a line: the lower hull of those from above, the upper hull of those from below.
 * For a slope b the offset at time 0 is between floor(b) and ceiling(b); ceiling - floor is concave in b, so that the
 * slopes with room between them are an interval, and so are the offsets at any time over them. All of it is found by
 * halving and thirding: there is nothing to go wrong for points in a line, or many at a time.
 */
#include "analyzer/merge/clock_fit.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { STEPS = 200 }; /* of 2/3 each: more than the bits of a double */

struct point {
	double t, v; /* ns since base, offset minus base */
};

struct bound {
	struct point *points;
	size_t n, room;
};

struct clock_fit {
	bool based;
	__s64 base_t, base_v; /* of the first packet: what is far from 0 would cost a double its nanoseconds */
	struct bound above, below;
};

struct clock_fit *clock_fit__new(void)
{
	return calloc(1, sizeof(struct clock_fit));
}

void clock_fit__free(struct clock_fit *f)
{
	if (!f)
		return;
	free(f->above.points);
	free(f->below.points);
	free(f);
}

/* ---- points --------------------------------------------------------------------------------------- */

static int add(struct clock_fit *f, struct bound *b, __s64 here, __s64 there)
{
	__s64 offset = (__s64)((__u64)there - (__u64)here);

	if (!f->based) {
		f->based = true;
		f->base_t = here;
		f->base_v = offset;
	}
	if (b->n == b->room) {
		size_t room = b->room ? 2 * b->room : 1024;
		struct point *p = realloc(b->points, room * sizeof(*p));

		if (!p)
			return -ENOMEM;
		b->points = p;
		b->room = room;
	}
	b->points[b->n++] = (struct point){ (double)(__s64)((__u64)here - (__u64)f->base_t),
					    (double)(__s64)((__u64)offset - (__u64)f->base_v) };
	return 0;
}

int clock_fit__there(struct clock_fit *f, __s64 sent_ns, __s64 seen_ns)
{
	return add(f, &f->above, sent_ns, seen_ns);
}

int clock_fit__back(struct clock_fit *f, __s64 seen_ns, __s64 sent_ns)
{
	return add(f, &f->below, seen_ns, sent_ns);
}

static int by_time(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	return x->t != y->t ? (x->t > y->t) - (x->t < y->t) : (x->v > y->v) - (x->v < y->v);
}

/* Leaves the points that bound a line from above (sign 1) or from below (-1): Andrew's monotone chain. */
static void keep_hull(struct bound *b, double sign)
{
	size_t n = 0;

	qsort(b->points, b->n, sizeof(*b->points), by_time);
	for (size_t i = 0; i < b->n; i++) {
		struct point p = b->points[i];

		while (n >= 2) {
			struct point *o = &b->points[n - 2], *q = &b->points[n - 1];

			if (sign * ((q->t - o->t) * (p.v - o->v) - (q->v - o->v) * (p.t - o->t)) > 0)
				break;
			n--;
		}
		b->points[n++] = p;
	}
	b->n = n;
}

/* ---- lines ---------------------------------------------------------------------------------------- */

/* The most that a line of this slope can be at time 0, or the least. */
static double ceiling(const struct clock_fit *f, double slope)
{
	double most = INFINITY;

	for (size_t i = 0; i < f->above.n; i++)
		most = fmin(most, f->above.points[i].v - slope * f->above.points[i].t);
	return most;
}

static double floor_of(const struct clock_fit *f, double slope)
{
	double least = -INFINITY;

	for (size_t i = 0; i < f->below.n; i++)
		least = fmax(least, f->below.points[i].v - slope * f->below.points[i].t);
	return least;
}

static double room_at(const struct clock_fit *f, double slope, double at)
{
	(void)at;
	return ceiling(f, slope) - floor_of(f, slope);
}

/* What such a line can be at most, or at least (as its negative), at this time. */
static double most_at(const struct clock_fit *f, double slope, double at)
{
	return ceiling(f, slope) + slope * at;
}

static double least_at(const struct clock_fit *f, double slope, double at)
{
	return -(floor_of(f, slope) + slope * at);
}

/* Where between two slopes a concave function is largest. */
static double largest(const struct clock_fit *f, double (*fn)(const struct clock_fit *, double, double), double at,
		      double from, double to)
{
	for (int i = 0; i < STEPS; i++) {
		double x = from + (to - from) / 3, y = to - (to - from) / 3;

		if (fn(f, x, at) < fn(f, y, at))
			from = x;
		else
			to = y;
	}
	return (from + to) / 2;
}

/* The slope farthest from `inside`, towards `edge`, that has room for a line. */
static double farthest(const struct clock_fit *f, double inside, double edge)
{
	if (room_at(f, edge, 0) >= 0)
		return edge;
	for (int i = 0; i < STEPS; i++) {
		double x = (inside + edge) / 2;

		if (room_at(f, x, 0) >= 0)
			inside = x;
		else
			edge = x;
	}
	return inside;
}

/* How far the true offset can be from this line at this time. */
static double error_at(const struct clock_fit *f, double offset, double slope, double from, double to, double at)
{
	double line = offset + slope * at;
	double most = most_at(f, largest(f, most_at, at, from, to), at);
	double least = -least_at(f, largest(f, least_at, at, from, to), at);

	return fmax(fmax(most - line, line - least), 0);
}

static double first_of(const struct clock_fit *f)
{
	return fmin(f->above.points[0].t, f->below.points[0].t);
}

static double last_of(const struct clock_fit *f)
{
	return fmax(f->above.points[f->above.n - 1].t, f->below.points[f->below.n - 1].t);
}

/* Makes just enough room for a line, where there is none: half of what is missing on either side. */
static double make_room(struct clock_fit *f, double slope)
{
	double missing = -room_at(f, slope, 0), bend = missing > 0 ? missing / 2 : 0;

	for (size_t i = 0; bend > 0 && i < f->above.n; i++)
		f->above.points[i].v += bend;
	for (size_t i = 0; bend > 0 && i < f->below.n; i++)
		f->below.points[i].v -= bend;
	return bend;
}

static void place(const struct clock_fit *f, struct clock_line *line, double offset, double slope, double at)
{
	line->at_ns = (__s64)((__u64)f->base_t + (__u64)(__s64)at);
	line->offset_ns = (__s64)((__u64)f->base_v + (__u64)llround(offset + slope * at));
	line->drift = slope;
}

/* One that touches the points of the only bound there is, nearest to all of them: at their mean time it is farthest. */
static void solve_one_way(struct clock_fit *f, struct clock_line *line)
{
	bool there = f->above.n >= CLOCK_FIT_ENOUGH;
	struct bound *b = there ? &f->above : &f->below;
	double mean = 0, slope;

	for (size_t i = 0; i < b->n; i++)
		mean += b->points[i].t / (double)b->n;
	mean = round(mean);
	keep_hull(b, there ? 1 : -1);
	slope = largest(f, there ? most_at : least_at, mean, -CLOCK_FIT_MAX_DRIFT, CLOCK_FIT_MAX_DRIFT);
	place(f, line, there ? ceiling(f, slope) : floor_of(f, slope), slope, mean);
	line->one_way = true;
}

static void solve_both_ways(struct clock_fit *f, struct clock_line *line)
{
	double best, from, to, slope, offset;

	keep_hull(&f->above, 1);
	keep_hull(&f->below, -1);
	best = largest(f, room_at, 0, -CLOCK_FIT_MAX_DRIFT, CLOCK_FIT_MAX_DRIFT);
	line->bend_ns = make_room(f, best);
	from = farthest(f, best, -CLOCK_FIT_MAX_DRIFT);
	to = farthest(f, best, CLOCK_FIT_MAX_DRIFT);
	assert(from <= best && best <= to);
	/* Slopes with room are an interval, and so the one in its middle has some. */
	slope = (from + to) / 2;
	offset = (ceiling(f, slope) + floor_of(f, slope)) / 2;
	place(f, line, offset, slope, round((first_of(f) + last_of(f)) / 2));
	line->drift_error = (to - from) / 2;
	/* The room is least somewhere between, and most at one of the ends. */
	line->error_ns = line->bend_ns + fmax(error_at(f, offset, slope, from, to, first_of(f)),
					      error_at(f, offset, slope, from, to, last_of(f)));
}

int clock_fit__solve(struct clock_fit *f, struct clock_line *line)
{
	*line = (struct clock_line){ 0 };
	if (f->above.n >= CLOCK_FIT_ENOUGH && f->below.n >= CLOCK_FIT_ENOUGH)
		solve_both_ways(f, line);
	else if (f->above.n >= CLOCK_FIT_ENOUGH || f->below.n >= CLOCK_FIT_ENOUGH)
		solve_one_way(f, line);
	else
		return -ENODATA;
	return 0;
}
