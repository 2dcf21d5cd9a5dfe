/*
 * sqlfn.h: SQL functions for the views in schema/.
 *
 * Over histogram BLOBs: hist_merge(blob) (aggregate), hist_count, hist_sum, hist_mean, hist_min, hist_max (blob),
 * hist_p(blob, percent), hist_from(blob, limit) (how many are at least that), hist_log2(blob) (JSON: {"unit": "nsecs"|"usecs", "buckets": [[low, high, count], …]}).
 * hist_log2(blob, unit): the same of what is no time, under that name.
 * NULL in, NULL out; a BLOB that is no histogram is an SQL error.
 *
 * As text: duration_text(ns), bytes_text(bytes), clock_text(real_ns), date_text(real_ns), proto_text(ipproto),
 * tcp_flags_text(byte), endpoint_text(address, port).
 *
 * run_ticks(blob): CPU time in each tick of a row of CPU time, as a JSON array of ns.
 *
 * slot(win), slot_last(win): first and last window of the interval `win` is in; NULL without --interval.
 * packet_match(ethertype, proto, saddr, daddr, sport, dport, vlan, len, tcp_flags, ttl, tos, ip_id, frag, seq, ack):
 * does the filter match; 1 without a filter. frame_match(likewise, then l2, pulled, tpid, tag2, tag3, flow_label, dmac,
 * smac, ip_len, first bytes): the same where the frame is known. flow_match(ethertype, proto, saddr, daddr, sport, dport): the same of what
 * a whole flow has; NULL when the filter asks for more.
 *
 * device_match(netns, ifindex): is it one of the devices that were asked for; 1 when none were.
 *
 * And one function for each file schema/fn/NAME.sql, a query of one row: NAME(?1, ?2, …) is its first column.
 */
#ifndef ANALYZER_SQLFN_H
#define ANALYZER_SQLFN_H

#include "analyzer/print/sqlfn_context.h"
#include "format/error.h"

struct sqlite3;
/*
 * Adds the functions to a connection. `context` must outlive it, may change between queries, and is not copied.
 * Before closing the connection call sqlfn__remove(): the schema/fn/ functions hold prepared statements.
 */
int sqlfn__add(struct sqlite3 *db, const struct sqlfn_context *context, struct trace_error *err);
/* Without those of schema/fn/, which need the tables of an analysis. Needs no removal. */
int sqlfn__add_plain(struct sqlite3 *db, const struct sqlfn_context *context, struct trace_error *err);

void sqlfn__remove(struct sqlite3 *db);

#endif
