/*
 * power.c: how often `netanalyze compare` is wrong, and what it finds: pairs that are the same, and pairs of which one
 * side is known to be worse, out of the seconds of real recordings.
 *
 *   power FILE SEED PART    FILE: baselines of one recording each; PART: so many of 1000 pairs
 *
 * Both sides of a pair are drawn from one recording, seconds with all they have, in stretches that stay together (the
 * stationary bootstrap, Politis and Romano 1994): what is true of both is the same, and how metrics and seconds hang
 * together is as it was. Some have a known shift put in on the second side. What is found is counted beside what the
 * comparison itself says that it would find. Findings are left out: these pairs have none.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/base/hist.h"
#include "analyzer/compare/contrast.h"
#include "analyzer/compare/gather.h"
#include "analyzer/compare/student.h"
#include "analyzer/print/sqlfn.h"

enum { STRETCH = 4, LEAST_SECONDS = 6 };

/* What the second side differs in; of DRIFT neither does, but the level of latencies moves from second to second. */
enum injected { NOTHING, DRIFT, TIMES, TAIL, DROPS };

static const struct kind {
	const char *name;
	enum injected injected;
	double by;
	unsigned seconds, runs;   /* of each side, of each run */
	unsigned pairs;           /* where PART is 1000 */
	const char *metric, *stat; /* where it is to be found */
} kinds[] = {
	{ "as recorded", NOTHING, 0, 10, 1, 100, NULL, NULL },
	{ "as recorded", NOTHING, 0, 20, 1, 100, NULL, NULL },
	{ "as recorded", NOTHING, 0, 60, 1, 20, NULL, NULL },
	{ "as recorded", NOTHING, 0, 20, 3, 20, NULL, NULL },
	{ "latencies drift, r = 0.7", DRIFT, 0.2, 20, 1, 40, NULL, NULL },
	{ "latencies drift, r = 0.7", DRIFT, 0.2, 60, 1, 20, NULL, NULL },
	{ "all latencies +10 %", TIMES, 1.1, 20, 1, 50, "packet-time", "P50" },
	{ "all latencies +10 %", TIMES, 1.1, 20, 3, 20, "packet-time", "P50" },
	{ "all latencies +20 %", TIMES, 1.2, 20, 1, 50, "packet-time", "P50" },
	{ "all latencies +20 %", TIMES, 1.2, 20, 3, 20, "packet-time", "P50" },
	{ "all latencies +50 %", TIMES, 1.5, 20, 1, 50, "packet-time", "P50" },
	{ "all latencies +50 %", TIMES, 1.5, 20, 3, 20, "packet-time", "P50" },
	{ "2 × from P98 on", TAIL, 2, 20, 1, 50, "packet-time", "P99" },
	{ "2 × from P98 on", TAIL, 2, 20, 3, 20, "packet-time", "P99" },
	{ "0.1 % dropped", DROPS, 0.001, 20, 1, 50, "dropped", "rate" },
	{ "0.1 % dropped", DROPS, 0.001, 20, 3, 20, "dropped", "rate" },
};

/* A recording, and its seconds with traffic. */
struct source {
	char *name;
	long *seconds;
	size_t n;
};

static struct source *sources;
static size_t n_sources;
static __u64 state;

/* What came of the pairs of a kind. */
struct sums {
	unsigned pairs, overall, compared, low_p, judged; /* of pairs that are the same */
	unsigned told, found, worse;                      /* of the others: their metric */
	double predicted;
};

static void fail(const char *what, sqlite3 *db)
{
	fprintf(stderr, "power: %s: %s\n", what, db ? sqlite3_errmsg(db) : "failed");
	exit(1);
}

/* ---- chance ----------------------------------------------------------------------------------------- */

/* SplitMix64 (Steele, Lea and Flood 2014). */
static __u64 next_random(void)
{
	__u64 z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static double uniform(void)
{
	return (double)(next_random() >> 11) / 9007199254740992.0;
}

static double normal(void)
{
	return sqrt(-2 * log(uniform() + 1e-300)) * cos(2 * M_PI * uniform());
}

static double poisson(double mean)
{
	double n = 0;

	/* In parts: exp(-mean) of a large one is 0. */
	for (; mean > 0; mean -= 30) {
		double limit = exp(-fmin(mean, 30));

		for (double p = uniform(); p > limit; p *= uniform())
			n++;
	}
	return n;
}

/* ---- what is put in --------------------------------------------------------------------------------- */

/* hist_times(hist, factor, from): with all values that are at least `from` that many times as large. */
static void hist_times(sqlite3_context *context, int n, sqlite3_value **args)
{
	double factor = sqlite3_value_double(args[1]), from = sqlite3_value_double(args[2]);
	unsigned char *blob = sqlite3_malloc(HIST_BLOB_MAX);
	struct hist was, is;

	(void)n;
	hist__init(&was);
	hist__init(&is);
	if (!blob || hist__decode(&was, sqlite3_value_blob(args[0]), (size_t)sqlite3_value_bytes(args[0])))
		fail("a histogram", NULL);
	/* Bucket by bucket: a value is the middle of one, which is 1 / HIST_SUB of it wide. */
	for (__u64 i = 0, above; i < was.n; i = above) {
		__u64 value = hist__percentile(&was, ((double)i + 0.5) * 100 / (double)was.n);

		above = was.n - hist__count_from(&was, value + value / (2 * HIST_SUB) + 1);
		above = above > i ? above : i + 1;
		value = (double)value >= from ? (__u64)llround((double)value * factor) : value;
		for (__u64 k = i; k < above; k++)
			if (hist__add(&is, value))
				fail("a histogram", NULL);
	}
	sqlite3_result_blob(context, blob, (int)hist__encode(&is, blob), sqlite3_free);
	hist__free(&was);
	hist__free(&is);
}

static void poisson_of(sqlite3_context *context, int n, sqlite3_value **args)
{
	(void)n;
	sqlite3_result_double(context, poisson(sqlite3_value_double(args[0])));
}

/* ---- the database ------------------------------------------------------------------------------------- */

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail(sql, db);
	return stmt;
}

/* Runs it, of this recording (?1) and with these numbers (?2, ?3). */
static void run(sqlite3 *db, const char *sql, const char *name, double a, double b)
{
	sqlite3_stmt *stmt = prepare(db, sql);

	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_double(stmt, 2, a);
	sqlite3_bind_double(stmt, 3, b);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		fail(sql, db);
	sqlite3_finalize(stmt);
}

static void read_sources(const char *file)
{
	sqlite3 *db;
	sqlite3_stmt *names, *seconds;

	if (sqlite3_open_v2(file, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		fail(file, db);
	run(db, "CREATE INDEX IF NOT EXISTS of_second ON series(side, win)", NULL, 0, 0);
	names = prepare(db, "SELECT side FROM series WHERE metric = 'late' GROUP BY side HAVING count(*) >= ?1 "
			    "ORDER BY side");
	seconds = prepare(db, "SELECT win FROM series WHERE side = ?1 AND metric = 'late' ORDER BY win");
	sqlite3_bind_int(names, 1, LEAST_SECONDS);
	while (sqlite3_step(names) == SQLITE_ROW) {
		struct source *s;

		sources = realloc(sources, (n_sources + 1) * sizeof(*sources));
		s = &sources[n_sources++];
		*s = (struct source){ .name = strdup((const char *)sqlite3_column_text(names, 0)) };
		sqlite3_bind_text(seconds, 1, s->name, -1, SQLITE_STATIC);
		while (sqlite3_step(seconds) == SQLITE_ROW) {
			s->seconds = realloc(s->seconds, (s->n + 1) * sizeof(*s->seconds));
			s->seconds[s->n++] = (long)sqlite3_column_int64(seconds, 0);
		}
		sqlite3_reset(seconds);
	}
	sqlite3_finalize(names);
	sqlite3_finalize(seconds);
	sqlite3_close(db);
	if (!n_sources)
		fail("no recording is long enough", NULL);
}

/* The seconds of one run of one side, in stretches. */
static void draw(sqlite3 *db, const struct source *s, const char *side, unsigned run_nth, const struct kind *k)
{
	sqlite3_stmt *insert = prepare(db, "INSERT INTO draw VALUES (?1, ?2, ?3, ?4, ?5)");
	double level = normal();
	size_t at = 0;

	for (unsigned i = 0; i < k->seconds; i++) {
		at = i && next_random() % STRETCH ? at + 1 : next_random() % s->n;
		level = 0.7 * level + sqrt(1 - 0.7 * 0.7) * normal();
		sqlite3_reset(insert);
		sqlite3_bind_text(insert, 1, side, -1, SQLITE_STATIC);
		sqlite3_bind_int64(insert, 2, run_nth);
		sqlite3_bind_int64(insert, 3, i);
		sqlite3_bind_int64(insert, 4, s->seconds[at % s->n]);
		sqlite3_bind_double(insert, 5, exp(k->by * level));
		if (sqlite3_step(insert) != SQLITE_DONE)
			fail("drawing", db);
	}
	sqlite3_finalize(insert);
}

static void inject(sqlite3 *db, const struct source *s, const struct kind *k)
{
	switch (k->injected) {
	case NOTHING:
		break;
	case DRIFT:
		run(db, "UPDATE series SET hist = hist_times(hist, (SELECT factor FROM draw AS d "
			"WHERE d.side = series.side AND d.run = series.run AND d.i = series.win), 0) "
			"WHERE hist IS NOT NULL", NULL, 0, 0);
		break;
	case TIMES:
		run(db, "UPDATE series SET hist = hist_times(hist, ?2, 0) "
			"WHERE side = 'after' AND metric = 'packet-time'", NULL, k->by, 0);
		break;
	case TAIL:
		run(db, "UPDATE series SET hist = hist_times(hist, ?2, (SELECT hist_p(hist_merge(hist), 98) "
			"FROM kept.series WHERE side = ?1 AND metric = 'packet-time')) "
			"WHERE side = 'after' AND metric = 'packet-time'", s->name, k->by, 0);
		break;
	case DROPS:
		run(db, "UPDATE series SET num = num + poisson(?2 * den) "
			"WHERE side = 'after' AND metric = 'dropped'", NULL, k->by, 0);
		break;
	}
}

static void fill(sqlite3 *db, const struct source *s, const struct kind *k)
{
	static const char *const sides[] = { "before", "after" };

	run(db, "CREATE TEMP TABLE draw(side, run, i, win, factor, PRIMARY KEY(side, run, i))", NULL, 0, 0);
	for (unsigned r = 0; r < k->runs; r++)
		for (int i = 0; i < 2; i++)
			draw(db, s, sides[i], r, k);
	run(db, "INSERT INTO run SELECT d.side, d.run, path, ?2, ?2, packets, bytes, 0, 1, 1, NULL, NULL, NULL "
		"FROM kept.run AS r, (SELECT DISTINCT side, run FROM draw) AS d WHERE r.side = ?1",
	    s->name, k->seconds, 0);
	run(db, "INSERT INTO seen SELECT d.side, 0, record, observed FROM kept.seen AS r, "
		"(SELECT DISTINCT side FROM draw) AS d WHERE r.side = ?1", s->name, 0, 0);
	run(db, "INSERT INTO measured SELECT d.side, 0, metric, query FROM kept.measured AS r, "
		"(SELECT DISTINCT side FROM draw) AS d WHERE r.side = ?1", s->name, 0, 0);
	run(db, "INSERT INTO series SELECT d.side, d.run, s.metric, s.key, d.i, s.num, s.den, s.hist "
		"FROM draw AS d JOIN kept.series AS s ON s.side = ?1 AND s.win = d.win", s->name, 0, 0);
	inject(db, s, k);
}

static sqlite3 *open_pair(const char *file, const struct sqlfn_context *context)
{
	struct trace_error err;
	sqlite3 *db;

	if (gather__create(&db, &err) || sqlfn__add_plain(db, context, &err))
		fail(err.text, NULL);
	sqlite3_create_function(db, "hist_times", 3, SQLITE_UTF8, NULL, hist_times, NULL, NULL);
	sqlite3_create_function(db, "poisson", 1, SQLITE_UTF8, NULL, poisson_of, NULL, NULL);
	run(db, "ATTACH ?1 AS kept", file, 0, 0);
	return db;
}

/* ---- what came of it ------------------------------------------------------------------------------------ */

static void count_same(sqlite3 *db, struct sums *sums)
{
	sqlite3_stmt *stmt = prepare(db,
		"SELECT (SELECT count(*) FROM metric_verdict WHERE verdict <> 'not comparable'), "
		"(SELECT count(*) FROM metric_verdict WHERE verdict IN ('better', 'worse')), "
		"(SELECT verdict IN ('better', 'worse') FROM headline), "
		"(SELECT count(*) FROM change WHERE p <= 0.05), (SELECT count(*) FROM change WHERE p IS NOT NULL)");

	if (sqlite3_step(stmt) != SQLITE_ROW)
		fail("verdicts", db);
	sums->compared += (unsigned)sqlite3_column_int(stmt, 0);
	sums->judged += (unsigned)sqlite3_column_int(stmt, 1);
	sums->overall += (unsigned)sqlite3_column_int(stmt, 2);
	sums->low_p += (unsigned)sqlite3_column_int(stmt, 3);
	sums->told += (unsigned)sqlite3_column_int(stmt, 4);
	sqlite3_finalize(stmt);
}

/*
 * How sure the comparison is to find it, by what it says of its figure: `least` is what it finds in 8 of 10 cases, a lone
 * one among all that it compared; part: which one of a whole it has of the level.
 */
static double predicted(const struct kind *k, double before, double least, double df, double part)
{
	double level = student__t(CONTRAST_LEVEL * part, df), error, beyond;

	if (k->injected == DROPS)
		error = least / (level + student__t(0.4, df));
	else
		error = log(1 + least / fmax(before, 1)) / (level + student__t(0.4, df));
	beyond = (k->injected == DROPS ? k->by : log(k->by)) / error - level;
	return beyond > 0 ? 1 - student__p(beyond, df) / 2 : student__p(-beyond, df) / 2;
}

static void count_shifted(sqlite3 *db, const struct kind *k, struct sums *sums)
{
	sqlite3_stmt *stmt = prepare(db,
		"SELECT before, least, df, p_adjusted <= 0.05 AND after > before, verdict = 'worse', "
		"(WITH f AS (SELECT CASE WHEN counted THEN 0 ELSE kind END AS family, count(*) AS n FROM change "
		"JOIN metric ON id = metric WHERE p IS NOT NULL GROUP BY 1) SELECT 1.0 / n / (SELECT count(*) FROM f) "
		"FROM f WHERE family = (SELECT CASE WHEN counted THEN 0 ELSE kind END FROM metric WHERE id = ?1)) "
		"FROM judged WHERE metric = ?1 AND stat = ?2 AND verdict <> 'not comparable'");

	sqlite3_bind_text(stmt, 1, k->metric, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, k->stat, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		sums->told++;
		sums->found += sqlite3_column_int(stmt, 3) != 0;
		sums->worse += sqlite3_column_int(stmt, 4) != 0;
		sums->predicted += predicted(k, sqlite3_column_double(stmt, 0), sqlite3_column_double(stmt, 1),
					     sqlite3_column_double(stmt, 2), sqlite3_column_double(stmt, 5));
	}
	sqlite3_finalize(stmt);
}

static void one_pair(const char *file, const struct kind *k, struct sums *sums)
{
	const struct source *s = &sources[next_random() % n_sources];
	struct sqlfn_context context = { .interval = 0 };
	struct trace_error err;
	sqlite3 *db = open_pair(file, &context);

	fill(db, s, k);
	if (contrast__run(db, next_random(), &err) || contrast__judge(db, &err))
		fail(err.text, NULL);
	sums->pairs++;
	if (k->metric)
		count_shifted(db, k, sums);
	else
		count_same(db, sums);
	sqlite3_close(db);
}

static double percent(double part, double of)
{
	return of > 0 ? 100 * part / of : 0;
}

static void print(const struct kind *k, const struct sums *s)
{
	if (k->metric)
		printf("| %s | %s %s | %u × %u | %u | %.0f %% | %.0f %% | %.0f %% |\n", k->name, k->metric, k->stat,
		       k->runs, k->seconds, s->told, percent(s->found, s->told), percent(s->predicted, s->told), percent(s->worse, s->told));
	else
		printf("| %s | %u × %u | %u | %u | %.1f %% | %.2f %% | %.1f %% |\n", k->name, k->runs, k->seconds,
		       s->pairs, s->told, percent(s->low_p, s->told), percent(s->judged, s->compared),
		       percent(s->overall, s->pairs));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	unsigned long seed, part;

	if (argc != 4)
		fail("usage: power FILE SEED PART", NULL);
	seed = strtoul(argv[2], NULL, 10);
	part = strtoul(argv[3], NULL, 10);
	read_sources(argv[1]);
	printf("%zu recordings.\n\n### The same on both sides\n\n| seconds | recordings × seconds of a side | pairs | "
	       "comparisons | p below 0.05 | metrics judged better or worse | pairs judged better or worse |\n"
	       "|---|---:|---:|---:|---:|---:|---:|\n", n_sources);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct sums sums = { 0 };

		if (kinds[i].metric && !kinds[i - 1].metric)
			printf("\n### A shift on the second side\n\n| shift | looked for in | recordings × seconds of a side | pairs | "
			       "found | predicted | judged worse |\n|---|---|---:|---:|---:|---:|---:|\n");
		state = seed * 1000 + i;
		for (unsigned pair = 0; pair < (kinds[i].pairs * part + 999) / 1000; pair++)
			one_pair(argv[1], &kinds[i], &sums);
		print(&kinds[i], &sums);
	}
	return 0;
}
