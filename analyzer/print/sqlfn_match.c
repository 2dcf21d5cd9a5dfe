/* sqlfn_match.c: SQL functions that choose rows: intervals, the filter, devices (sqlfn_parts.h). */
#include <arpa/inet.h>
#include <string.h>
#include <sqlite3.h>
#include "analyzer/filter/devices.h"
#include "analyzer/filter/filter.h"
#include "analyzer/print/sqlfn_context.h"
#include "analyzer/print/sqlfn_parts.h"

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

const struct sqlfn_part sqlfn_match[] = {
	{ .name = "run_ticks", .args = 1, .flags = PURE, .fn = run_ticks },
	{ .name = "slot", .args = 1, .flags = SQLITE_UTF8, .fn = slot },
	{ .name = "slot_last", .args = 1, .flags = SQLITE_UTF8, .fn = slot_last },
	{ .name = "packet_match", .args = 15, .flags = SQLITE_UTF8, .fn = packet_match },
	{ .name = "frame_match", .args = 25, .flags = SQLITE_UTF8, .fn = frame_match },
	{ .name = "flow_match", .args = 6, .flags = SQLITE_UTF8, .fn = flow_match },
	{ .name = "device_match", .args = 2, .flags = SQLITE_UTF8, .fn = device_match },
	{ .name = NULL },
};
