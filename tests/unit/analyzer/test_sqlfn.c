/*
 * test_sqlfn.c: the SQL functions: histograms against values counted by hand, texts, intervals, filters.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#include <sqlite3.h>
#include "analyzer/filter/devices.h"
#include "analyzer/filter/filter.h"
#include "analyzer/base/hist.h"
#include "analyzer/print/sqlfn.h"
#include "analyzer/store/store.h"

static sqlite3 *db;
static struct sqlfn_context context = { .utc = true };

static int open_db(void **state)
{
	struct trace_error err;

	(void)state;
	return store__create(&db, NULL, false, &err) == 0 && sqlfn__add(db, &context, &err) == 0 ? 0 : 1;
}

static int close_db(void **state)
{
	(void)state;
	sqlfn__remove(db);
	return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}

/* The one value of a query, as text; NULL: SQL NULL. Parameter ?1 is bound to the blob. */
static char *value(const char *sql, const void *blob, int len)
{
	sqlite3_stmt *stmt;
	char *result = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	if (blob)
		sqlite3_bind_blob(stmt, 1, blob, len, SQLITE_STATIC);
	int rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW && sqlite3_column_text(stmt, 0))
		result = strdup((const char *)sqlite3_column_text(stmt, 0));
	else if (rc != SQLITE_ROW)
		result = strdup("ERROR");
	sqlite3_finalize(stmt);
	return result;
}

static void expect_blob(const char *sql, const void *blob, int len, const char *want)
{
	char *got = value(sql, blob, len);

	if (want)
		assert_string_equal(got, want);
	else
		assert_null(got);
	free(got);
}

static void expect(const char *sql, const char *want)
{
	expect_blob(sql, NULL, 0, want);
}

static int encode(const __u64 *values, size_t n, unsigned char *blob)
{
	struct hist h;

	hist__init(&h);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(hist__add(&h, values[i]), 0);
	int len = (int)hist__encode(&h, blob);
	hist__free(&h);
	return len;
}

static void test_hist(void **state)
{
	static unsigned char blob[HIST_BLOB_MAX];
	static const __u64 values[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 55 };
	int len = encode(values, 10, blob);

	(void)state;
	expect_blob("SELECT hist_count(?1)", blob, len, "10");
	expect_blob("SELECT hist_sum(?1)", blob, len, "100");
	expect_blob("SELECT hist_mean(?1)", blob, len, "10.0");
	expect_blob("SELECT hist_min(?1)", blob, len, "1");
	expect_blob("SELECT hist_max(?1)", blob, len, "55");
	expect_blob("SELECT hist_p(?1, 50)", blob, len, "5");
	expect_blob("SELECT hist_p(?1, 90)", blob, len, "9");
	expect_blob("SELECT hist_p(?1, 99.9)", blob, len, "55");
	expect_blob("SELECT hist_p(?1, 101)", blob, len, "ERROR");
	expect_blob("SELECT hist_log2(?1)", blob, len,
		    "{\"unit\":\"nsecs\",\"buckets\":[[0,1,1],[2,3,2],[4,7,4],[8,15,2],[16,31,0],[32,63,1]]}");
	expect_blob("SELECT hist_count(hist_merge(b)) FROM (SELECT ?1 AS b UNION ALL SELECT ?1 UNION ALL SELECT NULL)", blob, len, "20");
	expect_blob("SELECT hist_sum(hist_merge(?1)) FROM (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3)", blob, len, "300");
}

static void test_hist_usecs(void **state)
{
	static unsigned char blob[HIST_BLOB_MAX];
	static const __u64 values[] = { 20000, 30000, 33000, 1000000, 400 };
	int len = encode(values, 5, blob);

	(void)state;
	expect_blob("SELECT hist_log2(?1)", blob, len,
		    "{\"unit\":\"usecs\",\"buckets\":[[0,1,1],[2,3,0],[4,7,0],[8,15,0],[16,31,2],[32,63,1],[64,127,0],[128,255,0],"
		    "[256,511,0],[512,1023,1]]}");
}

static void test_hist_nothing(void **state)
{
	static unsigned char blob[HIST_BLOB_MAX];
	int len = encode(NULL, 0, blob);

	(void)state;
	expect("SELECT hist_p(NULL, 50)", NULL);
	expect("SELECT hist_merge(NULL)", NULL);
	expect("SELECT hist_merge(b) FROM (SELECT NULL AS b WHERE 0)", NULL);
	expect_blob("SELECT hist_count(?1)", blob, len, "0");
	expect_blob("SELECT hist_max(?1)", blob, len, NULL);
	expect_blob("SELECT hist_p(?1, 50)", blob, len, NULL);
	expect("SELECT hist_count(x'00ff')", "ERROR");
	expect("SELECT hist_count('text')", "ERROR");
	expect("SELECT hist_merge(x'ffffffff')", "ERROR");
}

static void test_text(void **state)
{
	(void)state;
	expect("SELECT duration_text(1234567)", "1.23 ms");
	expect("SELECT duration_text(NULL)", NULL);
	expect("SELECT bytes_text(1500)", "1.50 kB");
	expect("SELECT clock_text(1795348800500000000)", "12:00:00.500000");
	expect("SELECT date_text(1795348800500000000)", "2026-11-22 12:00:00.500 UTC");
	expect("SELECT proto_text(6) || proto_text(58) || proto_text(200)", "TCPICMPv6protocol 200");
	expect("SELECT tcp_flags_text(18)", "S.");
	expect("SELECT endpoint_text('10.0.0.1', 80) || ' ' || endpoint_text('fd00::1', 80) || ' ' || endpoint_text('fd00::1', NULL)",
	       "10.0.0.1:80 [fd00::1]:80 fd00::1");
	expect("SELECT flow_text(2048, 1, '10.0.0.1', 7, '10.0.0.2', 2048)", "ICMP 10.0.0.1 > 10.0.0.2 echo request id 7");
	expect("SELECT device(1, 0)", "(none)");
	expect("SELECT device(402, 5)", "ifindex 5 in netns 402");
	expect("SELECT reason(4711) || ' ' || place(4096) || ' ' || thread_text(0) || ' ' || thread_text(9)", "reason 4711 0x1000 idle ?/9");
}

/* As netrec and the report name them: a counter that is decisive has a place among those of trouble. */
static void test_trouble(void **state)
{
	static const char *const bad[] = {
		"softnet.dropped", "softnet.squeezed", "tcpext.TCPToZeroWindowAdv", "tcpext.TCPFromZeroWindowAdv",
		"arp_cache.table_fulls", "ndisc_cache.table_fulls", "conntrack.insert_failed", "conntrack.drop",
		"conntrack.early_drop", "conntrack.clashres", "udp.SndbufErrors", "udp6.SndbufErrors", "udp.RcvbufErrors",
		"udplite.SndbufErrors", "ip.InDiscards", "ip.OutNoRoutes", "ip6.InNoRoutes", "ip.ReasmFails", "udp.NoPorts",
		"tcp.RetransSegs", "tcp.AttemptFails", "tcpext.ListenOverflows", "tcpext.TCPRcvCollapsed", "tcpext.PruneCalled",
		"tcpext.TCPTimeouts", "tcpext.TCPMemoryPressures", "tcpext.TCPAbortOnTimeout", "tcpext.IPReversePathFilter",
	};
	static const char *const good[] = {
		"ip.InReceives", "ip.OutRequests", "tcp.ActiveOpens", "tcp.InSegs", "tcp.RtoMin", "udp.InDatagrams",
		"tcpext.TCPHPHits", "tcpext.TCPPureAcks", "conntrack.found", "arp_cache.lookups", "arp_cache.hits", "irq.24",
	};
	char sql[128];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		snprintf(sql, sizeof(sql), "SELECT trouble('%s') IS NOT NULL", bad[i]);
		expect(sql, "1");
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		snprintf(sql, sizeof(sql), "SELECT trouble('%s') IS NULL", good[i]);
		expect(sql, "1");
	}
	/* The most exact one decides: what is no loss is not called one. */
	expect("SELECT trouble('conntrack.clashres')", "two packets began one connection at once, none was lost");
	expect("SELECT trouble('tcpext.TCPOFODrop')", "");
	expect("SELECT trouble('conntrack.drop')", "a packet was dropped: no room to track its connection");
}

static void test_slot(void **state)
{
	(void)state;
	context.interval = 0;
	expect("SELECT slot(7)", NULL);
	context.interval = 5;
	expect("SELECT slot(7)", "5");
	context.interval = 0;
}

static void test_match(void **state)
{
	static const char all[] = "SELECT packet_match(2048, 6, '10.0.0.1', '10.0.0.2', 80, 4000, 0, 100, 2, 64, 0, 1, 0, 5, 6)"
				  " || packet_match(34525, 17, 'fd00::1', 'fd00::2', 53, 4000, 0, 100, 0, 64, 0, 0, 0, 0, 0)"
				  " || packet_match(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)";
	struct trace_error err;
	struct filter *f;

	(void)state;
	expect(all, "111");
	assert_int_equal(filter__compile(&f, "tcp src port 80 and src host 10.0.0.1", &err), 0);
	context.filter = f;
	expect(all, "100");
	filter__free(f);
	assert_int_equal(filter__compile(&f, "src host fd00::1", &err), 0);
	context.filter = f;
	expect(all, "010");
	context.filter = NULL;
	filter__free(f);
}

/* Of a whole flow less is known. */
static void test_flow_match(void **state)
{
	static const char all[] = "SELECT coalesce(flow_match(2048, 6, '10.0.0.1', '10.0.0.2', 80, 4000), '?')"
				  " || coalesce(flow_match(34525, 17, 'fd00::1', 'fd00::2', 53, 4000), '?')";
	struct trace_error err;
	struct filter *f;

	(void)state;
	expect(all, "11");
	assert_int_equal(filter__compile(&f, "tcp src port 80", &err), 0);
	context.filter = f;
	expect(all, "??");
	context.flow_filter = f;
	expect(all, "10");
	context.filter = context.flow_filter = NULL;
	filter__free(f);
}

static void test_device_match(void **state)
{
	static const char all[] = "SELECT device_match(4026531840, 2) || device_match(4026531840, 3) || device_match(1, 2) || device_match(NULL, NULL)";
	struct devices devices = { 0 };

	(void)state;
	expect(all, "1111");
	assert_int_equal(devices__add(&devices, 4026531840u, 2, "eth0", ""), 0);
	context.devices = &devices;
	expect(all, "1000");
	context.devices = NULL;
	devices__free(&devices);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hist), cmocka_unit_test(test_hist_usecs), cmocka_unit_test(test_hist_nothing),
		cmocka_unit_test(test_text), cmocka_unit_test(test_trouble), cmocka_unit_test(test_slot),       cmocka_unit_test(test_match),
		cmocka_unit_test(test_flow_match), cmocka_unit_test(test_device_match),
	};

	return cmocka_run_group_tests(tests, open_db, close_db);
}
