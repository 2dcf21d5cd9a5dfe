/*
 * pass_tcp.c: TCP connections: what they sent again, how long they took to open, round-trip times and windows,
 * changes of state, resets. By connection and window; single events up to a limit.
 *
 * A connection that is being opened is known by its socket: it has no port yet when it begins.
 */
#include <assert.h>
#include <string.h>
#include "analyzer/sweep/pass.h"

enum { MAX_EVENTS = 100000, MAX_OPENING = 1 << 14, MAX_SAMPLED = 1 << 14 };
enum { STATE_ESTABLISHED = 1, STATE_SYN_SENT = 2, STATE_CLOSE = 7 };
enum { EVENT_RESET_SENT, EVENT_RESET_RECEIVED, EVENT_BAD_CHECKSUM };

/* Of a connection, by window. */
enum { SEGMENTS, BYTES, MAX_SRTT, MIN_CWND, N_RETRANSMIT };
enum { CHANGES, ESTABLISHED, CLOSED, REFUSED, LAST_STATE, ACKED, RECEIVED, UNANSWERED, UNFINISHED, N_STATE };
enum { SAMPLES, CWND_MIN, CWND_MAX, IN_FLIGHT, LOST, MIN_RTT, SRTT, SAMPLE_ACKED, SAMPLE_RECEIVED, WINDOW_CLOSED, CLOSED_NS,
       N_SAMPLE };

struct key {
	__u8 saddr[16], daddr[16];
	__u32 netns;
	__u16 sport, dport;
};

enum { KEY_WORDS = sizeof(struct key) / 8 };

struct opening {
	__u64 begun;
	struct key key; /* without a port it has not chosen yet */
};

struct state {
	struct sweep *sweep;
	struct tally flows, states, samples, events;
	struct lru *opening; /* by socket */
	struct lru *sampled; /* by socket: when it was last */
	__u64 kept, left_out;
	__u64 changes_kept, changes_left_out;
	__u64 events_kept, events_left_out;
};

/* ---- what is stored ----------------------------------------------------------------------------- */

#define V_KEY(k)                                                                                       \
	V_INT("netns", (k).netns), V_ADDR("saddr", (k).saddr), V_INT("sport", (k).sport), V_ADDR("daddr", (k).daddr), \
	V_INT("dport", (k).dport)

static struct key key_of(const __u64 *words)
{
	struct key k;

	memcpy(&k, words, sizeof(k));
	return k;
}

static void put_flow(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	struct key k = key_of(key);

	STORE(s, "tcp_flow", V_INT("win", win), V_KEY(k), V_INT("n", row->count[SEGMENTS]),
	      V_INT("bytes", row->count[BYTES]), V_INT("max_srtt_us", row->count[MAX_SRTT]),
	      V_INT("min_cwnd", row->count[MIN_CWND]));
}

static void put_state(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	struct key k = key_of(key);
	const __u64 *n = row->count;

	STORE(s, "tcp_conn_state", V_INT("win", win), V_KEY(k), V_INT("changes", n[CHANGES]),
	      V_INT("established", n[ESTABLISHED]), V_INT("closed", n[CLOSED]), V_INT("refused", n[REFUSED]),
	      V_INT("last_state", n[LAST_STATE]), V_INT("acked", n[ACKED]), V_INT("received", n[RECEIVED]),
	      V_INT("unanswered", n[UNANSWERED]), V_INT("unfinished", n[UNFINISHED]), V_HIST_NS("", row->hist));
}

static void put_sample(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	struct key k = key_of(key);
	const __u64 *n = row->count;

	STORE(s, "tcp_conn_sample", V_INT("win", win), V_KEY(k), V_INT("samples", n[SAMPLES]),
	      V_INT("min_cwnd", n[CWND_MIN]), V_INT("max_cwnd", n[CWND_MAX]), V_INT("max_in_flight", n[IN_FLIGHT]),
	      V_INT("max_lost", n[LOST]), V_OPT("min_rtt_us", n[MIN_RTT], n[MIN_RTT]),
	      V_OPT("srtt_us", n[SRTT], n[SRTT]), V_INT("acked", n[SAMPLE_ACKED]),
	      V_INT("received", n[SAMPLE_RECEIVED]), V_INT("window_closed", n[WINDOW_CLOSED]),
	      V_INT("closed_ns", n[CLOSED_NS]), V_HIST_NS("", row->hist));
}

static void put_event(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	struct key k = key_of(key);

	STORE(s, "tcp_conn_event", V_INT("win", win), V_KEY(k), V_INT("resets_sent", row->count[EVENT_RESET_SENT]),
	      V_INT("resets_received", row->count[EVENT_RESET_RECEIVED]),
	      V_INT("bad_checksums", row->count[EVENT_BAD_CHECKSUM]));
}

static const struct tally_spec flow_spec = { KEY_WORDS, N_RETRANSMIT, 0, put_flow };
static const struct tally_spec state_spec = { KEY_WORDS, N_STATE, 1, put_state };
static const struct tally_spec sample_spec = { KEY_WORDS, N_SAMPLE, 1, put_sample };
static const struct tally_spec event_spec = { KEY_WORDS, 3, 0, put_event };

/* ---- connections -------------------------------------------------------------------------------- */

#define KEY_OF(r)                                                                                   \
	({                                                                                          \
		struct key key_ = { .netns = (r)->netns, .sport = (r)->sport, .dport = (r)->dport }; \
		memcpy(key_.saddr, (r)->saddr, sizeof(key_.saddr));                                 \
		memcpy(key_.daddr, (r)->daddr, sizeof(key_.daddr));                                 \
		key_;                                                                               \
	})

/* Does the filter want a segment of this connection? */
static bool wanted(const struct state *st, const struct rec *rec, const struct key *k, __u32 seq, __u32 len)
{
	struct rec_packet p = { .rec = *rec, .sport = k->sport, .dport = k->dport, .proto = 6, .seq = seq, .len = len,
				.netns = k->netns };
	static const __u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!st->sweep->opts.filter.match)
		return true;
	p.ethertype = memcmp(k->saddr, mapped, sizeof(mapped)) ? 0x86dd : 0x0800;
	memcpy(p.saddr, k->saddr, sizeof(p.saddr));
	memcpy(p.daddr, k->daddr, sizeof(p.daddr));
	return sweep__match(st->sweep, &p, NULL);
}

static struct tally_row row_of(struct state *st, struct tally *t, const struct key *k)
{
	__u64 words[KEY_WORDS];

	memcpy(words, k, sizeof(*k));
	return tally__at(t, st->sweep->win, words);
}

static __u64 at_least(__u64 old, __u64 value)
{
	return value > old ? value : old;
}

/* One more of a kind of which only so many are listed. */
static bool keep(__u64 *kept, __u64 *left_out)
{
	bool room = *kept < MAX_EVENTS;

	assert(*kept <= MAX_EVENTS && (!room || !*left_out));
	*(room ? kept : left_out) += 1;
	return room;
}

/* ---- records ------------------------------------------------------------------------------------ */

static void on_retransmit(struct state *st, const struct rec_tcp *r)
{
	struct key k = KEY_OF(r);
	__u64 *n;

	if (!wanted(st, &r->rec, &k, r->seq, r->len))
		return;
	n = row_of(st, &st->flows, &k).count;
	n[MIN_CWND] = n[SEGMENTS] == 0 || r->cwnd < n[MIN_CWND] ? r->cwnd : n[MIN_CWND];
	n[MAX_SRTT] = at_least(n[MAX_SRTT], r->srtt);
	n[SEGMENTS]++;
	n[BYTES] += r->len;
	if (keep(&st->kept, &st->left_out))
		STORE(st->sweep->store, "tcp_retransmit", V_INT("ts_ns", r->rec.ts), V_INT("win", st->sweep->win),
		      V_INT("cpu", r->rec.cpu), V_KEY(k), V_INT("state", r->state), V_INT("seq", r->seq),
		      V_INT("len", r->len), V_INT("cwnd", r->cwnd), V_INT("srtt_us", r->srtt),
		      V_INT("packets_out", r->packets_out), V_INT("retrans", r->retrans));
}

/* Time since its connect; false when that was not seen. */
static bool opening_time(struct state *st, const struct rec_tcp_state *r, __u64 *took)
{
	const struct opening *o = r->before == STATE_SYN_SENT ? lru__find(st->opening, &r->sk) : NULL;

	if (!o)
		return false;
	*took = since(o->begun, r->rec.ts);
	lru__remove(st->opening, &r->sk);
	return true;
}

static void count_change(struct state *st, const struct rec_tcp_state *r, const struct key *k, const __u64 *took)
{
	struct tally_row row = row_of(st, &st->states, k);
	__u64 *n = row.count;

	n[CHANGES]++;
	n[ESTABLISHED] += r->state == STATE_ESTABLISHED;
	n[CLOSED] += r->state == STATE_CLOSE;
	n[REFUSED] += r->before == STATE_SYN_SENT && r->state == STATE_CLOSE;
	n[LAST_STATE] = r->state;
	n[ACKED] = at_least(n[ACKED], r->acked);
	n[RECEIVED] = at_least(n[RECEIVED], r->received);
	if (took && r->state == STATE_ESTABLISHED && hist__add(row.hist, *took))
		st->sweep->no_memory = true;
}

/* A connect without a port is counted when its outcome is known: then it has one. */
static void on_state(struct state *st, const struct rec_tcp_state *r)
{
	struct key k = KEY_OF(r);
	__u64 took;
	bool known = opening_time(st, r, &took);

	if (r->state == STATE_SYN_SENT)
		*(struct opening *)lru__add(st->opening, &r->sk, NULL) = (struct opening){ r->rec.ts, k };
	if (r->state == STATE_CLOSE)
		lru__remove(st->sampled, &r->sk);
	if (!wanted(st, &r->rec, &k, 0, 0))
		return;
	if (k.sport || r->state != STATE_SYN_SENT)
		count_change(st, r, &k, known ? &took : NULL);
	if (keep(&st->changes_kept, &st->changes_left_out))
		STORE(st->sweep->store, "tcp_change", V_INT("ts_ns", r->rec.ts), V_INT("win", st->sweep->win),
		      V_INT("cpu", r->rec.cpu), V_INT("tid", r->tid), V_KEY(k), V_INT("before", r->before),
		      V_INT("state", r->state), V_OPT("opening_ns", known, took), V_OPT("srtt_us", r->srtt, r->srtt),
		      V_INT("retrans", r->retrans), V_INT("acked", r->acked), V_INT("received", r->received));
}

/*
 * A sample shows the window as it was until the segment came that it was taken at, and there is one at most 10 ms after
 * each segment: a window that was closed has been so since the sample before, give or take that.
 */
static __u64 since_last_sample(struct state *st, const struct rec_tcp_sample *r)
{
	bool fresh;
	__u64 *last = lru__add(st->sampled, &r->sk, &fresh), before = *last;

	*last = r->rec.ts;
	return fresh ? 0 : since(before, r->rec.ts);
}

static void on_sample(struct state *st, const struct rec_tcp_sample *r)
{
	__u64 *n, waited = since_last_sample(st, r);
	struct key k = KEY_OF(r);
	struct tally_row row;

	if (!wanted(st, &r->rec, &k, 0, 0))
		return;
	row = row_of(st, &st->samples, &k);
	n = row.count;
	n[CWND_MIN] = n[SAMPLES] == 0 || r->cwnd < n[CWND_MIN] ? r->cwnd : n[CWND_MIN];
	n[CWND_MAX] = at_least(n[CWND_MAX], r->cwnd);
	n[IN_FLIGHT] = at_least(n[IN_FLIGHT], r->packets_out);
	n[LOST] = at_least(n[LOST], r->lost_out);
	if (r->min_rtt != 0xffffffff)
		n[MIN_RTT] = n[MIN_RTT] == 0 || r->min_rtt < n[MIN_RTT] ? r->min_rtt : n[MIN_RTT];
	n[SRTT] = r->srtt;
	n[SAMPLE_ACKED] = at_least(n[SAMPLE_ACKED], r->acked);
	n[SAMPLE_RECEIVED] = at_least(n[SAMPLE_RECEIVED], r->received);
	n[WINDOW_CLOSED] += r->snd_wnd == 0;
	n[CLOSED_NS] += r->snd_wnd == 0 ? waited : 0;
	n[SAMPLES]++;
	if (r->rtt && hist__add(row.hist, r->rtt * 1000ull))
		st->sweep->no_memory = true;
}

static void on_tcp_event(struct state *st, const struct rec_tcp_event *r)
{
	struct key k = KEY_OF(r);

	if (r->what > EVENT_BAD_CHECKSUM || !wanted(st, &r->rec, &k, r->seq, 0))
		return;
	row_of(st, &st->events, &k).count[r->what]++;
	if (keep(&st->events_kept, &st->events_left_out))
		STORE(st->sweep->store, "tcp_event", V_INT("ts_ns", r->rec.ts), V_INT("win", st->sweep->win),
		      V_INT("cpu", r->rec.cpu), V_KEY(k), V_INT("what", r->what), V_OPT("state", r->state, r->state),
		      V_OPT("reason", r->reason, r->reason), V_OPT("seq", r->seq, r->seq));
}

static void on_event(void *state, const struct rec *rec)
{
	switch (rec->type) {
	case REC_tcp:
		on_retransmit(state, (const struct rec_tcp *)rec);
		break;
	case REC_tcp_state:
		on_state(state, (const struct rec_tcp_state *)rec);
		break;
	case REC_tcp_sample:
		on_sample(state, (const struct rec_tcp_sample *)rec);
		break;
	case REC_tcp_event:
		on_tcp_event(state, (const struct rec_tcp_event *)rec);
		break;
	}
}

/* Only what is being opened spans two records; its socket may be another one's by now. */
static void on_gap(void *state, const struct gap *gap)
{
	struct state *st = state;

	if (gap->type == GAP_ANY_TYPE || gap->type == REC_tcp_state)
		lru__clear(st->opening);
	if (gap->type == GAP_ANY_TYPE || gap->type == REC_tcp_sample || gap->type == REC_tcp_state)
		lru__clear(st->sampled);
}

/* The recording has ended first: was the answer late by then? */
static void end_opening(void *arg, const __u64 *sk, void *value)
{
	const struct opening *o = value;
	struct state *st = arg;
	bool late = since(o->begun, st->sweep->last_ns) >= sweep__answer_limit(st->sweep);

	(void)sk;
	if (!wanted(st, &(struct rec){ .ts = o->begun, .type = REC_tcp_state }, &o->key, 0, 0))
		return;
	row_of(st, &st->states, &o->key).count[late ? UNANSWERED : UNFINISHED]++;
}

static void finish(void *state)
{
	struct state *st = state;
	struct sweep *s = st->sweep;

	lru__each(st->opening, end_opening, st);
	sweep__limit(s, "retransmissions", MAX_EVENTS, st->left_out, "they are counted but not listed one by one");
	sweep__limit(s, "TCP state changes", MAX_EVENTS, st->changes_left_out, "they are counted but not listed one by one");
	sweep__limit(s, "TCP resets", MAX_EVENTS, st->events_left_out, "they are counted but not listed one by one");
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(flows, flow_spec),
	PASS_TALLY(states, state_spec),
	PASS_TALLY(samples, sample_spec),
	PASS_TALLY(events, event_spec),
	{ 0 },
};

static const struct pass_lru lrus[] = {
	PASS_LRU(opening, 1, struct opening, MAX_OPENING, "TCP connections being opened",
		 "how long these took to open is not known"),
	PASS_LRU(sampled, 1, __u64, MAX_SAMPLED, "TCP connections with samples",
		 "of these it may not be known how long a window was closed"),
	{ 0 },
};

static const __u8 wants[] = { REC_tcp, REC_tcp_state, REC_tcp_sample, REC_tcp_event, 0 };

const struct pass pass_tcp = {
	.name = "tcp", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies, .lrus = lrus,
	.on_event = on_event, .on_gap = on_gap, .finish = finish,
};
