/*
 * windows.c: the windows of a metric, out of what was gathered, and which figures of them are compared.
 */
#include "analyzer/compare/windows.h"

#include <errno.h>
#include <stdlib.h>
#include <sqlite3.h>

enum { VALUES_BEYOND = 5 };

/*
 * Recordings of the same thing differ, in who else had the CPUs and caches and when: of pairs of the lab's, with the same
 * findings and as many packets, 20 to 36 of 100 latencies differed at 5 % when only their windows were asked, in the median
 * by a factor of 1.4 to 1.6; with this, 6 of 100 did (tests/COMPARE.md).
 */
#define VARIES 0.5

/* ---- figures ---------------------------------------------------------------------------------------- */

const struct figure *windows__figures(bool is_latency, bool counted, size_t *n)
{
	static const struct figure latency[] = {
		{ "mean", { .kind = STATISTIC_MEAN, .varies = VARIES } },
		{ "P50", { .kind = STATISTIC_PERCENTILE, .percent = 50, .varies = VARIES } },
		{ "P99", { .kind = STATISTIC_PERCENTILE, .percent = 99, .varies = VARIES } },
	};
	static const struct figure rates[] = {
		{ "rate", { .kind = STATISTIC_RATE } },
		{ "rate", { .kind = STATISTIC_RATE, .counted = true } },
	};

	*n = is_latency ? sizeof(latency) / sizeof(*latency) : 1;
	return is_latency ? latency : &rates[counted];
}

static __u64 values(const struct series *s)
{
	__u64 n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->windows[i].hist.n;
	return n;
}

bool windows__can_have(const struct series *s, const struct figure *figure)
{
	const struct statistic *what = &figure->statistic;

	return what->kind != STATISTIC_PERCENTILE || (double)values(s) * (100 - what->percent) / 100 >= VALUES_BEYOND;
}

/* ---- reading ---------------------------------------------------------------------------------------- */

void windows__free(struct series *s)
{
	for (size_t i = 0; i < s->n; i++)
		hist__free(&s->windows[i].hist);
	free(s->windows);
	*s = (struct series){ 0 };
}

static int add_window(struct series *s, size_t *room, sqlite3_stmt *row)
{
	struct window *w = s->windows;

	if (s->n == *room) {
		*room = *room ? 2 * *room : 64;
		w = realloc(w, *room * sizeof(*w));
		if (!w)
			return -ENOMEM;
		s->windows = w;
	}
	w = &w[s->n];
	*w = (struct window){ .run = (unsigned)sqlite3_column_int64(row, 0), .num = sqlite3_column_double(row, 1),
			      .den = sqlite3_column_double(row, 2) };
	hist__init(&w->hist);
	s->n++;
	if (sqlite3_column_type(row, 3) == SQLITE_NULL)
		return 0;
	return hist__decode(&w->hist, sqlite3_column_blob(row, 3), (size_t)sqlite3_column_bytes(row, 3));
}

/* Neighbours of one run become one, as often as it takes. */
static int put_together(struct series *s)
{
	int rc = 0;

	while (s->n > MAX_UNITS && rc == 0) {
		size_t kept = 0, n = s->n;

		for (size_t i = 0; i < n && rc == 0; kept++) {
			struct window *w = &s->windows[i], *next = w + 1;
			bool pair = i + 1 < n && next->run == w->run;

			if (pair) {
				w->num += next->num;
				w->den += next->den;
				rc = hist__merge(&w->hist, &next->hist);
				hist__free(&next->hist);
			}
			s->windows[kept] = *w;
			i += pair ? 2 : 1;
		}
		if (rc == 0)
			s->n = kept;
		if (kept == n)
			break;
	}
	return rc;
}

int windows__read(sqlite3_stmt *stmt, const char *side, const char *metric, const char *key, struct series *s)
{
	size_t room = 0;
	int rc = 0;

	*s = (struct series){ 0 };
	sqlite3_reset(stmt);
	sqlite3_bind_text(stmt, 1, side, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, metric, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 3, key, -1, SQLITE_STATIC);
	while (rc == 0 && sqlite3_step(stmt) == SQLITE_ROW)
		rc = add_window(s, &room, stmt);
	sqlite3_reset(stmt);
	return rc ? rc : put_together(s);
}
