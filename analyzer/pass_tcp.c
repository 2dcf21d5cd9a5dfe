/*
 * pass_tcp.c: TCP retransmissions, by connection and one by one up to a limit.
 */
#include <stdlib.h>
#include <string.h>
#include "analyzer/pass.h"
#include "analyzer/tally.h"

enum { MAX_EVENTS = 100000 };
enum { SEGMENTS, BYTES, MAX_SRTT, MIN_CWND };

struct key {
	__u8 saddr[16], daddr[16];
	__u32 netns;
	__u16 sport, dport;
};

struct state {
	struct sweep *sweep;
	struct tally flows;
	__u64 kept, left_out;
};

static void put(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	struct key k;

	memcpy(&k, key, sizeof(k));
	STORE(s, "tcp_flow", V_INT(win), V_INT(k.netns), V_ADDR(k.saddr), V_INT(k.sport), V_ADDR(k.daddr), V_INT(k.dport),
	      V_INT(row->count[SEGMENTS]), V_INT(row->count[BYTES]), V_INT(row->count[MAX_SRTT]),
	      V_INT(row->count[MIN_CWND]));
}

static const struct tally_spec spec = { sizeof(struct key) / 8, 4, 0, put };

static bool wanted(const struct state *st, const struct rec_tcp *r)
{
	struct rec_packet p = { .rec = r->rec, .sport = r->sport, .dport = r->dport, .proto = 6, .seq = r->seq,
				.len = r->len, .netns = r->netns };
	static const __u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!st->sweep->opts.filter.match)
		return true;
	p.rec.type = REC_packet;
	p.ethertype = memcmp(r->saddr, mapped, sizeof(mapped)) ? 0x86dd : 0x0800;
	memcpy(p.saddr, r->saddr, sizeof(p.saddr));
	memcpy(p.daddr, r->daddr, sizeof(p.daddr));
	return sweep__match(st->sweep, &p);
}

static void count(struct state *st, const struct rec_tcp *r)
{
	struct key k = { .netns = r->netns, .sport = r->sport, .dport = r->dport };
	__u64 words[sizeof(k) / 8], *n;

	memcpy(k.saddr, r->saddr, sizeof(k.saddr));
	memcpy(k.daddr, r->daddr, sizeof(k.daddr));
	memcpy(words, &k, sizeof(k));
	n = tally__at(&st->flows, st->sweep->win, words).count;
	n[MIN_CWND] = n[SEGMENTS] == 0 || r->cwnd < n[MIN_CWND] ? r->cwnd : n[MIN_CWND];
	n[MAX_SRTT] = r->srtt > n[MAX_SRTT] ? r->srtt : n[MAX_SRTT];
	n[SEGMENTS]++;
	n[BYTES] += r->len;
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_tcp *r = (const struct rec_tcp *)rec;
	struct state *st = state;

	if (!wanted(st, r))
		return;
	count(st, r);
	if (st->kept == MAX_EVENTS) {
		st->left_out++;
		return;
	}
	st->kept++;
	STORE(st->sweep->store, "tcp_retransmit", V_INT(rec->ts), V_INT(st->sweep->win), V_INT(rec->cpu), V_INT(r->netns),
	      V_ADDR(r->saddr), V_INT(r->sport), V_ADDR(r->daddr), V_INT(r->dport), V_INT(r->state), V_INT(r->seq),
	      V_INT(r->len), V_INT(r->cwnd), V_INT(r->srtt), V_INT(r->packets_out), V_INT(r->retrans));
}

/* Each retransmission stands for itself. */
static void on_gap(void *state, const struct gap *gap)
{
	(void)state;
	(void)gap;
}

static void finish(void *state)
{
	struct state *st = state;

	if (tally__finish(&st->flows))
		st->sweep->no_memory = true;
	sweep__limit(st->sweep, "retransmissions", MAX_EVENTS, st->left_out, "they are counted but not listed one by one");
	free(st);
}

static int init(struct sweep *s, void **state)
{
	struct state *st = calloc(1, sizeof(*st));

	if (!st)
		return -1;
	st->sweep = s;
	tally__init(&st->flows, &spec, s->store);
	*state = st;
	return 0;
}

static const __u8 wants[] = { REC_tcp, 0 };

const struct pass pass_tcp = { "tcp", wants, init, on_event, on_gap, finish };
