/*
 * sqlfn_hist.c: SQL functions over histograms (sqlfn_parts.h).
 *
 * Histograms go in and out as BLOBs and are decoded for each call; a BLOB comes from a file that may have been
 * tampered with, so hist__decode() decides what is one.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/base/hist.h"
#include "analyzer/print/sqlfn_parts.h"

/* Decodes an argument; false after setting the result: NULL for NULL, else an error. */
static bool get_hist(sqlite3_context *c, sqlite3_value *v, struct hist *h)
{
	int rc;

	hist__init(h);
	if (sqlite3_value_type(v) == SQLITE_NULL)
		return false;
	rc = sqlite3_value_type(v) == SQLITE_BLOB
		     ? hist__decode(h, sqlite3_value_blob(v), (size_t)sqlite3_value_bytes(v)) : -EBADMSG;
	if (rc == -ENOMEM)
		sqlite3_result_error_nomem(c);
	else if (rc != 0)
		sqlite3_result_error(c, "a histogram in the database is damaged: analyze the recording again", -1);
	return rc == 0;
}

enum hist_what { HIST_COUNT = 1, HIST_SUM, HIST_MIN, HIST_MAX, HIST_MEAN };

static void hist_number(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	enum hist_what what = (enum hist_what)(intptr_t)sqlite3_user_data(c);
	struct hist h;

	(void)argc;
	if (!get_hist(c, argv[0], &h))
		return;
	if (what == HIST_COUNT)
		sqlite3_result_int64(c, (sqlite3_int64)h.n);
	else if (what == HIST_SUM)
		sqlite3_result_int64(c, (sqlite3_int64)h.sum);
	else if (h.n == 0) /* no value: not 0, but nothing observed */
		sqlite3_result_null(c);
	else if (what == HIST_MEAN)
		sqlite3_result_double(c, hist__mean(&h));
	else
		sqlite3_result_int64(c, (sqlite3_int64)(what == HIST_MIN ? h.min : h.max));
	hist__free(&h);
}

static void hist_p(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	double percent = sqlite3_value_double(argv[1]);
	struct hist h;

	(void)argc;
	if (percent < 0 || percent > 100) {
		sqlite3_result_error(c, "hist_p: the percentile must lie in 0 to 100", -1);
		return;
	}
	if (!get_hist(c, argv[0], &h))
		return;
	if (h.n)
		sqlite3_result_int64(c, (sqlite3_int64)hist__percentile(&h, percent));
	hist__free(&h);
}

static void hist_from(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	sqlite3_int64 limit = sqlite3_value_int64(argv[1]);
	struct hist h;

	(void)argc;
	if (!get_hist(c, argv[0], &h))
		return;
	sqlite3_result_int64(c, (sqlite3_int64)hist__count_from(&h, limit > 0 ? (__u64)limit : 0));
	hist__free(&h);
}

/* The buckets from the first to the last that hold something; bucket 0 is 0 and 1, bucket k is 2^k to 2^(k+1)-1. */
static void log2_json(sqlite3_str *s, const struct hist *h, __u64 unit, const char *name)
{
	__u64 n[64];
	int first = 63, last = 0;

	if (unit == 1)
		hist__pow2(h, n);
	for (int k = 0; unit != 1 && k < 64; k++) {
		bool top = k >= 52; /* 2^52 us do not fit 64 bits of ns */

		n[k] = top ? 0 : hist__count_from(h, k ? unit << k : 0) - (k == 51 ? 0 : hist__count_from(h, unit << (k + 1)));
	}
	for (int k = 0; k < 64; k++) {
		if (n[k] && k < first)
			first = k;
		if (n[k])
			last = k;
	}
	sqlite3_str_appendf(s, "{\"unit\":\"%s\",\"buckets\":[", name ? name : unit == 1 ? "nsecs" : "usecs");
	for (int k = first; k <= last; k++)
		sqlite3_str_appendf(s, "%s[%llu,%llu,%llu]", k > first ? "," : "", k ? 1ull << k : 0ull,
				    k < 63 ? (2ull << k) - 1 : ~0ull, (unsigned long long)n[k]);
	sqlite3_str_appendall(s, "]}");
}

static void hist_log2(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	struct hist h;
	sqlite3_str *s;
	const char *name = argc > 1 ? (const char *)sqlite3_value_text(argv[1]) : NULL;

	if (!get_hist(c, argv[0], &h))
		return;
	s = sqlite3_str_new(NULL);
	/* bcc's unit is usecs; where the typical value is a few of them, their buckets would hide everything. */
	log2_json(s, &h, !name && hist__percentile(&h, 50) >= 10000 ? 1000 : 1, name);
	char *text = sqlite3_str_finish(s);
	if (text)
		sqlite3_result_text(c, text, -1, sqlite3_free);
	else
		sqlite3_result_error_nomem(c);
	sqlite3_result_subtype(c, 'J');
	hist__free(&h);
}

struct merge {
	struct hist *h;
	bool failed;
};

static void merge_step(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	struct merge *m = sqlite3_aggregate_context(c, sizeof(*m));
	struct hist one;

	(void)argc;
	if (!m || m->failed || !get_hist(c, argv[0], &one))
		return;
	if (!m->h)
		m->h = calloc(1, sizeof(*m->h));
	if (!m->h || hist__merge(m->h, &one) != 0) {
		m->failed = true;
		sqlite3_result_error_nomem(c);
	}
	hist__free(&one);
}

static void merge_final(sqlite3_context *c)
{
	struct merge *m = sqlite3_aggregate_context(c, 0);
	unsigned char *blob;

	if (!m || !m->h)
		return;
	blob = m->failed ? NULL : sqlite3_malloc(HIST_BLOB_MAX);
	if (blob)
		sqlite3_result_blob(c, blob, (int)hist__encode(m->h, blob), sqlite3_free);
	else
		sqlite3_result_error_nomem(c);
	hist__free(m->h);
	free(m->h);
}

const struct sqlfn_part sqlfn_hist[] = {
	{ .name = "hist_count", .args = 1, .flags = PURE, .fn = hist_number, .data = (void *)(intptr_t)HIST_COUNT },
	{ .name = "hist_sum", .args = 1, .flags = PURE, .fn = hist_number, .data = (void *)(intptr_t)HIST_SUM },
	{ .name = "hist_min", .args = 1, .flags = PURE, .fn = hist_number, .data = (void *)(intptr_t)HIST_MIN },
	{ .name = "hist_max", .args = 1, .flags = PURE, .fn = hist_number, .data = (void *)(intptr_t)HIST_MAX },
	{ .name = "hist_mean", .args = 1, .flags = PURE, .fn = hist_number, .data = (void *)(intptr_t)HIST_MEAN },
	{ .name = "hist_p", .args = 2, .flags = PURE, .fn = hist_p },
	{ .name = "hist_from", .args = 2, .flags = PURE, .fn = hist_from },
	{ .name = "hist_log2", .args = 1, .flags = PURE, .fn = hist_log2 },
	{ .name = "hist_log2", .args = 2, .flags = PURE, .fn = hist_log2 },
	{ .name = "hist_merge", .args = 1, .flags = PURE, .step = merge_step, .final = merge_final },
	{ .name = NULL },
};
