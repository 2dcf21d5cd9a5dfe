/* sqlfn_text.c: SQL functions that make text of numbers and addresses (sqlfn_parts.h). */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <netinet/in.h>
#include <sqlite3.h>
#include "analyzer/base/timefmt.h"
#include "analyzer/print/sqlfn_context.h"
#include "analyzer/print/sqlfn_parts.h"

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

const struct sqlfn_part sqlfn_text[] = {
	{ .name = "duration_text", .args = 1, .flags = PURE, .fn = number_text, .data = (void *)timefmt__duration },
	{ .name = "bytes_text", .args = 1, .flags = PURE, .fn = number_text, .data = (void *)timefmt__bytes },
	{ .name = "clock_text", .args = 1, .flags = SQLITE_UTF8, .fn = clock_text },
	{ .name = "date_text", .args = 1, .flags = SQLITE_UTF8, .fn = date_text },
	{ .name = "proto_text", .args = 1, .flags = PURE, .fn = proto_text },
	{ .name = "tcp_flags_text", .args = 1, .flags = PURE, .fn = tcp_flags_text },
	{ .name = "endpoint_text", .args = 2, .flags = PURE, .fn = endpoint_text },
	{ .name = "errno_text", .args = 1, .flags = PURE, .fn = errno_text },
	{ .name = NULL },
};
