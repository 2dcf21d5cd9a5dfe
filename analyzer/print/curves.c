/*
 * curves.c: two distributions over one axis, drawn as SVG into an HTML page.
 */
#include "analyzer/print/curves.h"

#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include "analyzer/base/hist.h"

enum { WIDTH = 720, HEIGHT = 110, LABELS = 18, PER_OCTAVE = 4, MAX_STEPS = 64 * PER_OCTAVE + 1 };

static const struct side {
	const char *name, *color;
} sides[] = { { "before", "#3b78b5" }, { "after", "#d1603d" } };

/* The axis: steps first to last, of a quarter of an octave each. */
struct axis {
	int first, last;
};

static double edge(int step)
{
	return exp2((double)step / PER_OCTAVE);
}

static int step_of(double ns)
{
	return ns < 1 ? 0 : (int)floor(PER_OCTAVE * log2(ns));
}

static double x_of(const struct axis *a, double step)
{
	return WIDTH * (step - a->first) / (a->last + 1 - a->first);
}

/* The share of its values in each step of the axis; returns the largest. */
static double shares(const struct hist *h, const struct axis *a, double share[MAX_STEPS])
{
	double largest = 0;

	for (int step = a->first; step <= a->last; step++) {
		__u64 from = step == a->first ? h->n : hist__count_from(h, (__u64)ceil(edge(step)));
		__u64 above = step == a->last ? 0 : hist__count_from(h, (__u64)ceil(edge(step + 1)));

		share[step - a->first] = (double)(from - above) / (double)h->n;
		largest = fmax(largest, share[step - a->first]);
	}
	return largest;
}

static void draw_shape(const struct axis *a, const double *share, double largest, const char *color, FILE *out)
{
	fprintf(out, "<path fill=\"%s\" fill-opacity=\"0.35\" stroke=\"%s\" d=\"M0,%d", color, color, HEIGHT);
	for (int step = a->first; step <= a->last; step++) {
		double y = HEIGHT * (1 - share[step - a->first] / largest);

		fprintf(out, "L%.1f,%.1fL%.1f,%.1f", x_of(a, step), y, x_of(a, step + 1), y);
	}
	fprintf(out, "L%d,%dZ\"/>\n", WIDTH, HEIGHT);
}

/* Powers of ten. */
static void draw_axis(const struct axis *a, FILE *out)
{
	static const char *const units[] = { "ns", "µs", "ms", "s" };

	for (int power = 0; power < 12; power++) {
		double x = x_of(a, PER_OCTAVE * log2(pow(10, power)));

		if (x < 0 || x > WIDTH - 20)
			continue;
		fprintf(out, "<path stroke=\"#888\" stroke-opacity=\"0.5\" d=\"M%.1f,0V%d\"/>"
			     "<text x=\"%.1f\" y=\"%d\" font-size=\"11\" fill=\"#888\">%.0f %s</text>\n",
			x, HEIGHT, x + 2, HEIGHT + LABELS - 5, pow(10, power % 3), units[power / 3]);
	}
}

static void draw(const struct hist h[2], const struct grid_opts *o)
{
	struct axis a = { step_of((double)(h[0].min < h[1].min ? h[0].min : h[1].min)),
			  step_of((double)(h[0].max > h[1].max ? h[0].max : h[1].max)) };
	double share[2][MAX_STEPS], largest = 0;

	for (int i = 0; i < 2; i++)
		largest = fmax(largest, shares(&h[i], &a, share[i]));
	fprintf(o->out, "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" "
			"aria-label=\"distributions before and after\">\n",
		WIDTH, HEIGHT + LABELS, WIDTH);
	draw_axis(&a, o->out);
	for (int i = 0; i < 2; i++)
		draw_shape(&a, share[i], largest, sides[i].color, o->out);
	fputs("</svg>\n", o->out);
}

static int draw_row(sqlite3_stmt *row, const struct grid_opts *o)
{
	struct hist h[2] = { 0 };
	int rc = 0;

	for (int i = 0; i < 2 && rc == 0; i++)
		rc = hist__decode(&h[i], sqlite3_column_blob(row, 1 + i), (size_t)sqlite3_column_bytes(row, 1 + i));
	if (rc == 0 && h[0].n && h[1].n) {
		fputs("<figure><figcaption>", o->out);
		grid__text(o, (const char *)sqlite3_column_text(row, 0));
		for (int i = 0; i < 2; i++)
			fprintf(o->out, ", <span style=\"color:%s\">%s (%llu)</span>", sides[i].color, sides[i].name,
				(unsigned long long)h[i].n);
		fputs("</figcaption>\n", o->out);
		draw(h, o);
		fputs("</figure>\n", o->out);
	}
	for (int i = 0; i < 2; i++)
		hist__free(&h[i]);
	return rc;
}

int curves__print(sqlite3 *db, const char *sql, const struct grid_opts *o, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int step = SQLITE_ERROR, rc = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK)
		while (rc == 0 && (step = sqlite3_step(stmt)) == SQLITE_ROW)
			rc = draw_row(stmt, o);
	if (rc == 0 && step != SQLITE_DONE)
		rc = -EIO;
	if (rc)
		trace_error__set(err, rc, "cannot draw the distributions: %s", sqlite3_errmsg(db));
	sqlite3_finalize(stmt);
	return rc;
}
