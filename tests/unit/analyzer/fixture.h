/*
 * fixture.h: a recording written row by row, analyzed, and asked with SQL.
 */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>
#include "analyzer/sweep/analyze.h"
#include "analyzer/store/store.h"
#include "format/reader.h"
#include "format/writer.h"

#define T0 5000000000ull /* where recordings of tests begin, ns */
#define NETNS 4026531840u
#define UNUSED __attribute__((unused))

struct fixture {
	char dir[64];
	char path[96];
	struct trace_writer *w;
	struct sqlite3 *db;
	struct analyze_opts opts;
	struct analyze_stats stats;
	struct trace_error err;
};

static UNUSED void fixture__begin(struct fixture *f, unsigned n_cpus)
{
	struct trace_writer_opts opts = { .n_cpus = n_cpus };

	memset(f, 0, sizeof(*f));
	strcpy(f->dir, "/tmp/netanalyze-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/t.nrec", f->dir);
	if (trace_writer__open(&f->w, f->path, &opts, T0, &f->err))
		fail_msg("%s", f->err.text);
}

static UNUSED void fixture__row(struct fixture *f, const struct rec *rec)
{
	assert_int_equal(trace_writer__append(f->w, rec->cpu, rec), 0);
}

static UNUSED void fixture__close(struct fixture *f)
{
	if (f->w && trace_writer__close(f->w, &f->err))
		fail_msg("%s", f->err.text);
	f->w = NULL;
}

/* Analyzes what is at the paths; returns what trace__open_set() or analyze__run() does. */
static UNUSED int analyze_paths(const char *const *paths, size_t n_paths, struct sqlite3 *db, const struct analyze_opts *opts,
				struct analyze_stats *stats, struct trace_error *err)
{
	const struct trace_wanted wanted = { .paths = paths, .n_paths = n_paths };
	struct trace *t;
	int code = trace__open_set(&t, &wanted, err);

	if (code)
		return code;
	code = analyze__run(t, db, opts, stats, err);
	trace__close(t);
	return code;
}

/* Closes the recording and analyzes it with f->opts; returns what analyze__run() does. */
static UNUSED int fixture__try(struct fixture *f)
{
	const char *paths[] = { f->path };

	fixture__close(f);
	sqlite3_close(f->db);
	if (store__create(&f->db, NULL, false, &f->err))
		fail_msg("%s", f->err.text);
	return analyze_paths(paths, 1, f->db, &f->opts, &f->stats, &f->err);
}

static UNUSED void fixture__analyze(struct fixture *f)
{
	if (fixture__try(f))
		fail_msg("%s", f->err.text);
}

static UNUSED sqlite3_stmt *fixture__query(struct fixture *f, const char *sql)
{
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(f->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(f->db));
	return stmt;
}

/* The one number a query returns; fails when it has no row. */
static UNUSED long long fixture__int(struct fixture *f, const char *sql)
{
	sqlite3_stmt *stmt = fixture__query(f, sql);
	long long value;

	if (sqlite3_step(stmt) != SQLITE_ROW)
		fail_msg("no row: %s", sql);
	value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

/* All rows as "a|b;c|d". Valid until the next call. */
static UNUSED const char *fixture__rows(struct fixture *f, const char *sql)
{
	static char text[65536];
	sqlite3_stmt *stmt = fixture__query(f, sql);
	size_t at = 0;

	text[0] = '\0';
	while (sqlite3_step(stmt) == SQLITE_ROW && at < sizeof(text) - 1000)
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const unsigned char *value = sqlite3_column_text(stmt, i);

			at += snprintf(text + at, sizeof(text) - at, "%s%s", i ? "|" : at ? ";" : "",
				       value ? (const char *)value : "NULL");
		}
	sqlite3_finalize(stmt);
	return text;
}

#define assert_rows(f, sql, want) assert_string_equal(fixture__rows(f, sql), want)

static UNUSED void remove_tree(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	char sub[PATH_MAX];

	if (!d) {
		unlink(path);
		return;
	}
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..")) {
			snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name);
			remove_tree(sub);
		}
	closedir(d);
	rmdir(path);
}

static UNUSED void fixture__end(struct fixture *f)
{
	fixture__close(f);
	sqlite3_close(f->db);
	remove_tree(f->dir);
}

/* ---- rows --------------------------------------------------------------------------------------- */

/* A TCP packet 10.0.0.1:1000 > 10.0.0.2:80 at T0 + at; seq tells packets apart. */
static UNUSED struct rec_packet packet_at(__u64 at, unsigned cpu, __u64 skb, unsigned stage, unsigned ifindex, unsigned seq)
{
	struct rec_packet p = { .rec = { .ts = T0 + at, .type = REC_packet, .cpu = cpu }, .skb = skb, .stage = stage,
				.netns = NETNS, .ifindex = ifindex, .len = 100, .ethertype = 0x0800, .proto = 6,
				.sport = 1000, .dport = 80, .seq = seq, .ip_id = seq & 0xffff, .ttl = 64 };

	memcpy(p.saddr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01", 16);
	memcpy(p.daddr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x02", 16);
	return p;
}

static UNUSED void add_packet(struct fixture *f, __u64 at, unsigned cpu, __u64 skb, unsigned stage, unsigned ifindex,
			      unsigned seq)
{
	struct rec_packet p = packet_at(at, cpu, skb, stage, ifindex, seq);

	fixture__row(f, &p.rec);
}

static UNUSED void add_hop(struct fixture *f, __u64 at, unsigned cpu, __u64 skb, unsigned stage, unsigned ifindex, unsigned aux)
{
	struct rec_hop h = { .rec = { .ts = T0 + at, .type = REC_hop, .cpu = cpu }, .skb = skb, .stage = stage,
			     .netns = NETNS, .ifindex = ifindex, .len = 100, .aux = aux };

	fixture__row(f, &h.rec);
}

static UNUSED void add_free(struct fixture *f, __u64 at, unsigned cpu, __u64 skb)
{
	struct rec_free r = { .rec = { .ts = T0 + at, .type = REC_free, .cpu = cpu }, .skb = skb, .location = 0x1000 };

	fixture__row(f, &r.rec);
}

static UNUSED void add_drop(struct fixture *f, __u64 at, unsigned cpu, __u64 skb, unsigned ifindex, unsigned reason)
{
	struct rec_drop d = { .rec = { .ts = T0 + at, .type = REC_drop, .cpu = cpu }, .skb = skb, .location = 0x2000,
			      .reason = reason, .netns = ifindex ? NETNS : 0, .ifindex = ifindex, .len = 100,
			      .ethertype = ifindex ? 0x0800 : 0 };

	fixture__row(f, &d.rec);
}

static UNUSED void add_gap(struct fixture *f, __u64 from, __u64 to, unsigned cpu, unsigned type, __u64 lost)
{
	struct rec_gap g = { .rec = { .ts = T0 + to + 1000000, .type = REC_gap, .cpu = STREAM_RECORDER }, .where = cpu,
			     .type = type, .why = GAP_RING_FULL, .from = T0 + from, .to = T0 + to, .lost = lost };

	fixture__row(f, &g.rec);
}

#define DEFINE(f, record, ...)                                                                              \
	do {                                                                                                \
		struct rec_##record row_ = { .rec = { .ts = T0, .type = REC_##record }, __VA_ARGS__ };      \
		assert_int_equal(trace_writer__define((f)->w, &row_.rec), 0);                               \
	} while (0)

#define ADD(f, record, at, on_cpu, ...)                                                                     \
	do {                                                                                                \
		struct rec_##record row_ = { .rec = { .ts = T0 + (at), .type = REC_##record, .cpu = on_cpu }, \
					     __VA_ARGS__ };                                                 \
		fixture__row(f, &row_.rec);                                                                 \
	} while (0)

#define TEXT(s) ((struct rec_text){ s, sizeof(s) - 1, 0 })

#endif
