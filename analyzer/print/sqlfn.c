/*
 * sqlfn.c: SQL functions for the views in schema/.
 *
 * Histograms go in and out as BLOBs and are decoded for each call; a BLOB comes from a file that may have been
 * tampered with, so hist__decode() decides what is one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sqlite3.h>
#include "analyzer/filter/devices.h"
#include "analyzer/filter/filter.h"
#include "analyzer/base/hist.h"
#include "analyzer/store/sql.h"
#include "analyzer/print/sqlfn.h"
#include "analyzer/base/timefmt.h"

enum { PURE = SQLITE_UTF8 | SQLITE_DETERMINISTIC };

/* ---- histograms -------------------------------------------------------------------------------- */

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

enum hist_what { HIST_COUNT, HIST_SUM, HIST_MIN, HIST_MAX, HIST_MEAN };

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

/* ---- text -------------------------------------------------------------------------------------- */

static void number_text(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	char *(*format)(double, char *) = (char *(*)(double, char *))sqlite3_user_data(c);
	char buf[TIMEFMT_MAX];

	(void)argc;
	if (sqlite3_value_type(argv[0]) != SQLITE_NULL)
		sqlite3_result_text(c, format(sqlite3_value_double(argv[0]), buf), -1, SQLITE_TRANSIENT);
}

static void clock_text(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	const struct sqlfn_context *ctx = sqlite3_user_data(c);
	char buf[TIMEFMT_MAX];

	(void)argc;
	if (sqlite3_value_type(argv[0]) != SQLITE_NULL)
		sqlite3_result_text(c, timefmt__clock((uint64_t)sqlite3_value_int64(argv[0]), ctx->utc, buf), -1,
				    SQLITE_TRANSIENT);
}

static void date_text(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	const struct sqlfn_context *ctx = sqlite3_user_data(c);
	char buf[TIMEFMT_MAX];

	(void)argc;
	if (sqlite3_value_type(argv[0]) != SQLITE_NULL)
		sqlite3_result_text(c, timefmt__date((uint64_t)sqlite3_value_int64(argv[0]), ctx->utc, buf), -1,
				    SQLITE_TRANSIENT);
}

static void proto_text(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	static const struct { int number; const char *name; } names[] = {
		{ IPPROTO_ICMP, "ICMP" }, { IPPROTO_IGMP, "IGMP" }, { IPPROTO_TCP, "TCP" }, { IPPROTO_UDP, "UDP" },
		{ IPPROTO_GRE, "GRE" }, { IPPROTO_ESP, "ESP" }, { IPPROTO_AH, "AH" }, { IPPROTO_ICMPV6, "ICMPv6" },
		{ IPPROTO_SCTP, "SCTP" }, { IPPROTO_UDPLITE, "UDPLITE" },
	};
	int number = sqlite3_value_int(argv[0]);
	char buf[32];

	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].number == number) {
			sqlite3_result_text(c, names[i].name, -1, SQLITE_STATIC);
			return;
		}
	}
	snprintf(buf, sizeof(buf), "protocol %d", number);
	sqlite3_result_text(c, buf, -1, SQLITE_TRANSIENT);
}

/* As tcpdump prints them: S, S., F., P., R, . */
static void tcp_flags_text(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	static const struct { int bit; char c; } letters[] = {
		{ 0x01, 'F' }, { 0x02, 'S' }, { 0x04, 'R' }, { 0x08, 'P' }, { 0x20, 'U' }, { 0x40, 'E' }, { 0x80, 'W' }, { 0x10, '.' },
	};
	int flags = sqlite3_value_int(argv[0]);
	char buf[16];
	int n = 0;

	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++)
		if (flags & letters[i].bit)
			buf[n++] = letters[i].c;
	sqlite3_result_text(c, buf, n, SQLITE_TRANSIENT);
}

/* 10.0.0.1:80, [fd00::1]:80; without a port when that is NULL. */
static void endpoint_text(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	const char *address = (const char *)sqlite3_value_text(argv[0]);
	bool v6 = address && strchr(address, ':');
	char buf[96];

	(void)argc;
	if (!address)
		return;
	if (sqlite3_value_type(argv[1]) == SQLITE_NULL)
		snprintf(buf, sizeof(buf), "%s", address);
	else
		snprintf(buf, sizeof(buf), "%s%.64s%s:%d", v6 ? "[" : "", address, v6 ? "]" : "", sqlite3_value_int(argv[1]));
	sqlite3_result_text(c, buf, -1, SQLITE_TRANSIENT);
}

/* ENOMEM; the number where it has no name. */
static void errno_text(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	int code = sqlite3_value_int(argv[0]);
	const char *name = strerrorname_np(code);
	char buf[16];

	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	if (!name)
		snprintf(buf, sizeof(buf), "%d", code);
	sqlite3_result_text(c, name ? name : buf, -1, SQLITE_TRANSIENT);
}

/* ---- selection --------------------------------------------------------------------------------- */

static void slot(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	const struct sqlfn_context *ctx = sqlite3_user_data(c);

	(void)argc;
	if (ctx->interval > 0)
		sqlite3_result_int64(c, sqlite3_value_int64(argv[0]) / ctx->interval * ctx->interval);
}

/* The last window of the slot a window is in; NULL without slots. */
static void slot_last(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	const struct sqlfn_context *ctx = sqlite3_user_data(c);

	(void)argc;
	if (ctx->interval > 0 && sqlite3_value_type(argv[0]) != SQLITE_NULL)
		sqlite3_result_int64(c, sqlite3_value_int64(argv[0]) / ctx->interval * ctx->interval + ctx->interval - 1);
}

/* LEB128 numbers of us. A BLOB that ends inside a number, or has one that cannot be, ends before it. */
static void run_ticks(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	const unsigned char *p = sqlite3_value_blob(argv[0]), *end = p ? p + sqlite3_value_bytes(argv[0]) : p;
	sqlite3_str *s = sqlite3_str_new(NULL);
	const char *before = "[";

	(void)argc;
	while (p < end) {
		__u64 us = 0;
		unsigned shift = 0;

		while (p < end && *p & 0x80 && shift < 42) {
			us |= (__u64)(*p++ & 0x7f) << shift;
			shift += 7;
		}
		if (p == end || *p & 0x80)
			break;
		us |= (__u64)(*p++ & 0x7f) << shift;
		sqlite3_str_appendf(s, "%s%llu", before, (unsigned long long)us * 1000);
		before = ",";
	}
	sqlite3_str_appendall(s, *before == '[' ? "[]" : "]");
	sqlite3_result_text(c, sqlite3_str_finish(s), -1, sqlite3_free);
}

static void get_address(sqlite3_value *v, __u8 *out)
{
	const char *text = (const char *)sqlite3_value_text(v);

	if (!text || inet_pton(AF_INET6, text, out) == 1)
		return;
	if (inet_pton(AF_INET, text, out + 12) == 1)
		memset(out + 10, 0xff, 2);
}

static void get_flow(sqlite3_value **argv, struct rec_packet *p)
{
	memset(p, 0, sizeof(*p));
	p->ethertype = (__u16)sqlite3_value_int(argv[0]);
	p->proto = (__u8)sqlite3_value_int(argv[1]);
	get_address(argv[2], p->saddr);
	get_address(argv[3], p->daddr);
	p->sport = (__u16)sqlite3_value_int(argv[4]);
	p->dport = (__u16)sqlite3_value_int(argv[5]);
}

/* NULL: the filter asks for more than a flow has. */
static void flow_match(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	const struct sqlfn_context *ctx = sqlite3_user_data(c);
	struct rec_packet p;

	(void)argc;
	get_flow(argv, &p);
	if (!ctx->filter || ctx->flow_filter)
		sqlite3_result_int(c, !ctx->filter || filter__match(ctx->flow_filter, &p, NULL));
}

static void get_packet(sqlite3_value **argv, struct rec_packet *p)
{
	get_flow(argv, p);
	p->vlan = (__u16)sqlite3_value_int(argv[6]);
	p->len = (__u32)sqlite3_value_int64(argv[7]);
	p->tcp_flags = (__u8)sqlite3_value_int(argv[8]);
	p->ttl = (__u8)sqlite3_value_int(argv[9]);
	p->tos = (__u8)sqlite3_value_int(argv[10]);
	p->ip_id = (__u32)sqlite3_value_int64(argv[11]);
	p->frag = (__u16)sqlite3_value_int(argv[12]);
	p->seq = (__u32)sqlite3_value_int64(argv[13]);
	p->ack = (__u32)sqlite3_value_int64(argv[14]);
}

static void packet_match(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	const struct sqlfn_context *ctx = sqlite3_user_data(c);
	struct rec_packet p;

	(void)argc;
	get_packet(argv, &p);
	sqlite3_result_int(c, !ctx->filter || filter__match(ctx->filter, &p, NULL));
}

static void frame_match(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	const struct sqlfn_context *ctx = sqlite3_user_data(c);
	struct first_bytes first = { .room = sizeof(((struct rec_head *)0)->bytes) };
	struct rec_packet p;

	(void)argc;
	get_packet(argv, &p);
	p.rec.type = REC_packet;
	p.l2 = (__u8)sqlite3_value_int(argv[15]);
	p.pulled = (__u8)sqlite3_value_int(argv[16]);
	p.tpid = (__u16)sqlite3_value_int(argv[17]);
	p.tag2 = (__u32)sqlite3_value_int64(argv[18]);
	p.tag3 = (__u32)sqlite3_value_int64(argv[19]);
	p.flow_label = (__u32)sqlite3_value_int64(argv[20]);
	p.dmac = (__u64)sqlite3_value_int64(argv[21]);
	p.smac = (__u64)sqlite3_value_int64(argv[22]);
	p.ip_len = (__u32)sqlite3_value_int64(argv[23]);
	first.at = sqlite3_value_blob(argv[24]);
	first.len = (size_t)sqlite3_value_bytes(argv[24]);
	if (!(p.l2 & FRAME_ETHERNET)) /* cut out of the middle: there may be more */
		first.room = first.len;
	sqlite3_result_int(c, !ctx->filter || filter__match(ctx->filter, &p, first.len ? &first : NULL));
}

static void device_match(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	const struct sqlfn_context *ctx = sqlite3_user_data(c);

	(void)argc;
	sqlite3_result_int(c, !ctx->devices || devices__has(ctx->devices, (__u32)sqlite3_value_int64(argv[0]),
							     (__u32)sqlite3_value_int64(argv[1])));
}

/* ---- functions written in SQL ------------------------------------------------------------------- */

static void run_query(sqlite3_context *c, int argc, sqlite3_value **argv)
{
	sqlite3_stmt *stmt = sqlite3_user_data(c);
	int rc;

	for (int i = 0; i < argc; i++)
		sqlite3_bind_value(stmt, i + 1, argv[i]);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		sqlite3_result_value(c, sqlite3_column_value(stmt, 0));
	else if (rc != SQLITE_DONE)
		sqlite3_result_error(c, sqlite3_errmsg(sqlite3_db_handle(stmt)), -1);
	sqlite3_reset(stmt);
}

/* "fn/device.sql" gives "device". */
static const char *function_name(const struct sql_file *f, char *buf, size_t cap)
{
	size_t len = strlen(f->name);

	if (strncmp(f->name, "fn/", 3) != 0 || len < 8 || len - 7 >= cap)
		return NULL;
	memcpy(buf, f->name + 3, len - 7);
	buf[len - 7] = '\0';
	return buf;
}

static void finalize(void *stmt)
{
	sqlite3_finalize(stmt);
}

static int add_query(sqlite3 *db, const struct sql_file *f, const char *name, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v3(db, f->text, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot prepare schema/%s: %s", f->name, sqlite3_errmsg(db));
	if (sqlite3_create_function_v2(db, name, sqlite3_bind_parameter_count(stmt), SQLITE_UTF8, stmt, run_query, NULL,
				       NULL, finalize) != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot add schema/%s: %s", f->name, sqlite3_errmsg(db));
	return 0;
}

enum { MAX_QUERIES = 128 };

/* Files may use each other's functions in any order: those that do not compile yet are tried again. */
static int add_queries(sqlite3 *db, struct trace_error *err)
{
	bool done[MAX_QUERIES] = { false };
	bool progress, missing;

	do {
		size_t i = 0;

		progress = missing = false;
		for (const struct sql_file *f = sql_files; f->name; f++) {
			char name[64];

			if (!function_name(f, name, sizeof(name)))
				continue;
			if (i >= sizeof(done))
				return trace_error__set(err, -E2BIG, "schema/fn has too many files");
			if (done[i++])
				continue;
			if (add_query(db, f, name, err) == 0)
				progress = done[i - 1] = true;
			else
				missing = true;
		}
	} while (missing && progress);
	return missing ? -EIO : 0;
}

/* ---- interface --------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int args;
	int flags;
	void (*fn)(sqlite3_context *, int, sqlite3_value **);
	void *data; /* NULL: the struct sqlfn_context */
} functions[] = {
	{ "hist_count", 1, PURE, hist_number, (void *)(intptr_t)HIST_COUNT },
	{ "hist_sum", 1, PURE, hist_number, (void *)(intptr_t)HIST_SUM },
	{ "hist_min", 1, PURE, hist_number, (void *)(intptr_t)HIST_MIN },
	{ "hist_max", 1, PURE, hist_number, (void *)(intptr_t)HIST_MAX },
	{ "hist_mean", 1, PURE, hist_number, (void *)(intptr_t)HIST_MEAN },
	{ "hist_p", 2, PURE, hist_p, NULL },
	{ "hist_from", 2, PURE, hist_from, NULL },
	{ "hist_log2", 1, PURE, hist_log2, NULL },
	{ "hist_log2", 2, PURE, hist_log2, NULL },
	{ "duration_text", 1, PURE, number_text, (void *)timefmt__duration },
	{ "bytes_text", 1, PURE, number_text, (void *)timefmt__bytes },
	{ "clock_text", 1, SQLITE_UTF8, clock_text, NULL },
	{ "date_text", 1, SQLITE_UTF8, date_text, NULL },
	{ "proto_text", 1, PURE, proto_text, NULL },
	{ "tcp_flags_text", 1, PURE, tcp_flags_text, NULL },
	{ "endpoint_text", 2, PURE, endpoint_text, NULL },
	{ "run_ticks", 1, PURE, run_ticks, NULL },
	{ "errno_text", 1, PURE, errno_text, NULL },
	{ "slot", 1, SQLITE_UTF8, slot, NULL },
	{ "slot_last", 1, SQLITE_UTF8, slot_last, NULL },
	{ "packet_match", 15, SQLITE_UTF8, packet_match, NULL },
	{ "frame_match", 25, SQLITE_UTF8, frame_match, NULL },
	{ "flow_match", 6, SQLITE_UTF8, flow_match, NULL },
	{ "device_match", 2, SQLITE_UTF8, device_match, NULL },
};

enum { N_FUNCTIONS = sizeof(functions) / sizeof(*functions) };

int sqlfn__add_plain(sqlite3 *db, const struct sqlfn_context *context, struct trace_error *err)
{
	int rc = SQLITE_OK;

	for (int i = 0; i < N_FUNCTIONS && rc == SQLITE_OK; i++) {
		bool number = functions[i].fn == hist_number || functions[i].fn == number_text;
		void *data = number ? functions[i].data : (void *)(uintptr_t)context;

		rc = sqlite3_create_function_v2(db, functions[i].name, functions[i].args, functions[i].flags, data,
						functions[i].fn, NULL, NULL, NULL);
	}
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(db, "hist_merge", 1, PURE, NULL, NULL, merge_step, merge_final, NULL);
	if (rc != SQLITE_OK)
		return trace_error__set(err, -EIO, "cannot prepare the database connection: %s", sqlite3_errmsg(db));
	return 0;
}

int sqlfn__add(sqlite3 *db, const struct sqlfn_context *context, struct trace_error *err)
{
	TRY(sqlfn__add_plain(db, context, err));
	return add_queries(db, err);
}

void sqlfn__remove(sqlite3 *db)
{
	for (const struct sql_file *f = sql_files; f->name; f++) {
		char name[64];

		if (!function_name(f, name, sizeof(name)))
			continue;
		for (int args = 0; args <= 8; args++)
			sqlite3_create_function_v2(db, name, args, SQLITE_UTF8, NULL, NULL, NULL, NULL, NULL);
	}
}
