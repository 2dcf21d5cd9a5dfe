/*
 * echoes.c: echo requests and their replies (echoes.h). RFC 792, RFC 4443: identifier and sequence number come back.
 *
 * Journeys end when packets are freed, and a request may be freed after its reply: either can be the first we see. A
 * packet that goes on as a copy has a second journey, from another device: an answered echo waits until it has settled.
 *
 * What must hold: each echo that was begun has one outcome in the end, and only one.
 */
#include "analyzer/packets/echoes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/lru.h"
#include "analyzer/sweep/tally.h"
#include "format/schema.h"

enum { MAX_ECHOES = 1 << 14, SETTLING = 1 << 10, MAX_REQUESTS = 100000 };
#define SETTLED_NS 1000000000ULL /* no more of a packet is expected then */
enum { IPV4 = 0x0800, IPV6 = 0x86dd, ICMP = 1, ICMPV6 = 58 };
enum { REQUEST_SEEN = 1, REPLY_SEEN = 2 };
enum { REQUESTS, ANSWERED, AGAIN, THERE_SUM, THERE_MAX, BEYOND_SUM, BEYOND_MAX, BACK_SUM, BACK_MAX, N_COUNTS };

struct key {
	__u8 saddr[16], daddr[16]; /* of the request */
	__u32 ethertype, id_seq;   /* id_seq: 0 in rows */
};

enum { KEY_WORDS = sizeof(struct key) / 8 };

/* What became of an echo, as far as it was seen. */
enum how { IN_TIME, LATE, LEFT, DELIVERED, EDGE, IN_GAP, END_UNSEEN, NO_REQUEST, FORGOTTEN, FILTERED, N_HOWS };
static const char *const how_names[N_HOWS] = { "in time", "late", "left", "delivered", "edge", "gap", "end unseen",
					       "request unseen", "forgotten", "filtered" };

struct span {
	__u64 begin, end;
};

/* A packet of an echo, and how the journey ended that was seen last of it. */
struct way {
	struct span span;
	__u64 location, device; /* dropped: by what, and where */
	__u32 reason;
	__u8 fate, last_stage;
};

struct open { /* an echo that is under way */
	struct way first;  /* what was seen of it first */
	__u64 answer;      /* its number as an answered one, from 1; 0: it is not */
	__u8 seen;         /* REQUEST_SEEN, REPLY_SEEN */
};

struct trip { /* of an answered one: the whole, and its parts */
	__u64 took, there, beyond, back;
};

struct answered {
	struct key key;
	struct way request, reply;
	__u64 device; /* at which the reply was first seen */
};

struct echoes {
	struct sweep *sweep;
	struct lru *open; /* struct open by struct key */
	struct answered answered[SETTLING];
	__u64 n_answered, n_settled;
	__u64 now;          /* the latest beginning of a journey */
	__u64 begun, ended; /* echoes */
	__u64 left_out;     /* of those, not listed singly */
	struct tally rows, outcomes;
};

static void put(struct store *s, __u64 win, const __u64 *words, const struct tally_row *row)
{
	const __u64 *n = row->count;
	struct key k;

	memcpy(&k, words, sizeof(k));
	STORE(s, "echo", V_INT("win", win), V_INT("ethertype", k.ethertype), V_ADDR("saddr", k.saddr),
	      V_ADDR("daddr", k.daddr), V_INT("requests", n[REQUESTS]), V_INT("answered", n[ANSWERED]),
	      V_INT("again", n[AGAIN]), V_INT("there_sum_ns", n[THERE_SUM]), V_INT("there_max_ns", n[THERE_MAX]),
	      V_INT("beyond_sum_ns", n[BEYOND_SUM]), V_INT("beyond_max_ns", n[BEYOND_MAX]),
	      V_INT("back_sum_ns", n[BACK_SUM]), V_INT("back_max_ns", n[BACK_MAX]), V_HIST_NS("", row->hist));
}

static const struct tally_spec spec = { KEY_WORDS, N_COUNTS, 1, put };

/* An echo's outcome: its addresses and identifier, then these. */
enum { LOCATION = KEY_WORDS, DEVICE, WHAT, OUTCOME_WORDS };

#define V_OUTCOME(k, how, dropped, reason, location, device)                                                          \
	V_INT("ethertype", (k).ethertype), V_ADDR("saddr", (k).saddr), V_ADDR("daddr", (k).daddr),                    \
	V_INT("id", (k).id_seq >> 16), V_TEXT("how", how_names[how]),                                                  \
	V_TEXT("dropped", (dropped) == REQUEST_SEEN ? "request" : (dropped) == REPLY_SEEN ? "reply" : NULL),           \
	V_OPT("reason", dropped, reason), V_OPT("location", dropped, location),                                        \
	V_OPT("netns", dropped, (device) >> 32), V_OPT("ifindex", dropped, (device) & 0xffffffff)

static void put_outcome(struct store *s, __u64 win, const __u64 *words, const struct tally_row *row)
{
	__u64 what = words[WHAT];
	struct key k;

	memcpy(&k, words, sizeof(k));
	STORE(s, "echo_outcome", V_INT("win", win),
	      V_OUTCOME(k, what & 0xff, what >> 8 & 0xff, what >> 32, words[LOCATION], words[DEVICE]),
	      V_INT("echoes", *row->count), V_HIST_NS("", row->hist));
}

static const struct tally_spec outcome_spec = { OUTCOME_WORDS, 1, 1, put_outcome };

static void forget(void *arg, const __u64 *key, void *value);

struct echoes *echoes__new(struct sweep *s)
{
	struct echoes *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->sweep = s;
	e->open = lru__new(KEY_WORDS, sizeof(struct open), MAX_ECHOES);
	if (!e->open || tally__init(&e->rows, &spec, s->store) || tally__init(&e->outcomes, &outcome_spec, s->store)) {
		echoes__free(e);
		return NULL;
	}
	lru__on_forget(e->open, forget, e);
	return e;
}

/* REQUEST_SEEN, REPLY_SEEN, or 0 for what is no echo. The type is where other protocols have a port. */
static int kind_of(const struct rec_packet *p)
{
	__u8 type = p->dport >> 8;

	if (p->ethertype == IPV4 && p->proto == ICMP)
		return type == 8 ? REQUEST_SEEN : type == 0 ? REPLY_SEEN : 0;
	if (p->ethertype == IPV6 && p->proto == ICMPV6)
		return type == 128 ? REQUEST_SEEN : type == 129 ? REPLY_SEEN : 0;
	return 0;
}

static struct key key_of(const struct rec_packet *p, int kind)
{
	struct key k = { .ethertype = p->ethertype, .id_seq = (__u32)p->sport << 16 | (p->seq & 0xffff) };

	memcpy(k.saddr, kind == REQUEST_SEEN ? p->saddr : p->daddr, sizeof(k.saddr));
	memcpy(k.daddr, kind == REQUEST_SEEN ? p->daddr : p->saddr, sizeof(k.daddr));
	return k;
}

static struct tally_row row_of(struct echoes *e, struct key k)
{
	__u64 words[KEY_WORDS];

	k.id_seq = 0;
	memcpy(words, &k, sizeof(k));
	return tally__at(&e->rows, e->sweep->win, words);
}

static void add(struct tally_row *row, int sum, __u64 ns)
{
	row->count[sum] += ns;
	if (ns > row->count[sum + 1])
		row->count[sum + 1] = ns;
}

/* ---- outcomes ----------------------------------------------------------------------------------- */

/* One more echo is over. `dropped`: which of its packets was dropped, as `way` says; 0: none. trip: NULL: no answer. */
static void end(struct echoes *e, const struct key *k, enum how how, int dropped, const struct way *way, __u64 begin,
		const struct trip *trip)
{
	__u64 words[OUTCOME_WORDS] = { 0 };
	struct key flow = *k;
	struct tally_row row;

	assert(e->ended < e->begun);
	flow.id_seq &= 0xffff0000;
	memcpy(words, &flow, sizeof(flow));
	words[WHAT] = (__u64)(dropped ? way->reason : 0) << 32 | (__u64)dropped << 8 | how;
	words[LOCATION] = dropped ? way->location : 0;
	words[DEVICE] = dropped ? way->device : 0;
	row = tally__at(&e->outcomes, e->sweep->win, words);
	++*row.count;
	if (trip && hist__add(row.hist, trip->took))
		e->sweep->no_memory = true;
	if (dropped)
		names__use_location(e->sweep->names, way->location);
	if (e->ended++ < MAX_REQUESTS)
		STORE(e->sweep->store, "echo_request", V_INT("ts_ns", begin), V_INT("seq", k->id_seq & 0xffff),
		      V_OUTCOME(*k, how, dropped, way->reason, way->location, way->device),
		      V_OPT("rtt_ns", trip, trip->took), V_OPT("there_ns", trip, trip->there),
		      V_OPT("beyond_ns", trip, trip->beyond), V_OPT("back_ns", trip, trip->back));
	else
		e->left_out++;
}

/* Would the filter let the answer through? */
static bool wants_reply(const struct echoes *e, const struct key *k)
{
	struct rec_packet p = { .rec = { .type = REC_packet }, .ethertype = k->ethertype, .sport = k->id_seq >> 16,
				.seq = k->id_seq & 0xffff, .proto = k->ethertype == IPV4 ? ICMP : ICMPV6,
				.dport = k->ethertype == IPV4 ? 0 : 129 << 8 };

	memcpy(p.saddr, k->daddr, sizeof(p.saddr));
	memcpy(p.daddr, k->saddr, sizeof(p.daddr));
	return sweep__match(e->sweep, &p, NULL);
}

static bool has_left(const struct way *w)
{
	return w->last_stage == STAGE_net_dev_start_xmit || w->last_stage == STAGE_tun_net_xmit ||
	       w->last_stage == STAGE_tun_recvmsg;
}

/* Of a request without an answer until `now`. */
static enum how unanswered(const struct echoes *e, const struct key *k, const struct way *w, __u64 now)
{
	if (!wants_reply(e, k))
		return FILTERED;
	if (gaps__in_packets(e->sweep->gaps, w->span.begin, w->span.begin + sweep__answer_limit(e->sweep)))
		return IN_GAP;
	if (since(w->span.begin, now) < sweep__answer_limit(e->sweep) || w->fate == FATE_UNFINISHED)
		return EDGE;
	if (has_left(w))
		return LEFT;
	if (w->fate == FATE_CONSUMED &&
	    schema__stage(w->last_stage)->place >= schema__stage(STAGE_netif_receive_skb)->place)
		return DELIVERED;
	return END_UNSEEN;
}

static void end_open(struct echoes *e, const struct key *k, const struct open *o, __u64 now, bool forgotten)
{
	enum how how = o->seen == REPLY_SEEN ? NO_REQUEST : unanswered(e, k, &o->first, now);

	assert(!o->answer && (o->seen == REPLY_SEEN || o->seen == REQUEST_SEEN));
	if (forgotten && how == EDGE)
		how = FORGOTTEN;
	end(e, k, how, o->first.fate == FATE_DROPPED ? o->seen : 0, &o->first, o->first.span.begin, NULL);
}

static void forget(void *arg, const __u64 *words, void *value)
{
	const struct open *o = value;
	struct echoes *e = arg;
	struct key k;

	memcpy(&k, words, sizeof(k));
	if (!o->answer)
		end_open(e, &k, o, e->now, true);
}

static void end_answered(struct echoes *e, const struct answered *a, const struct trip *trip)
{
	bool dropped = a->reply.fate == FATE_DROPPED;

	end(e, &a->key, trip->took < sweep__answer_limit(e->sweep) ? IN_TIME : LATE, dropped ? REPLY_SEEN : 0, &a->reply,
	    a->request.span.begin, trip);
}

/* ---- round trips -------------------------------------------------------------------------------- */

static void settle(struct echoes *e)
{
	const struct answered *a = &e->answered[e->n_settled++ % SETTLING];
	const struct span *request = &a->request.span, *reply = &a->reply.span;
	struct trip trip = { since(request->begin, reply->end), since(request->begin, request->end),
			     since(request->end, reply->begin), since(reply->begin, reply->end) };
	struct tally_row row = row_of(e, a->key);

	assert(e->n_settled <= e->n_answered);
	row.count[ANSWERED]++;
	add(&row, THERE_SUM, trip.there);
	add(&row, BEYOND_SUM, trip.beyond);
	add(&row, BACK_SUM, trip.back);
	if (hist__add(row.hist, trip.took))
		e->sweep->no_memory = true;
	end_answered(e, a, &trip);
}

static void settle_old(struct echoes *e, __u64 now)
{
	while (e->n_settled < e->n_answered && since(e->answered[e->n_settled % SETTLING].reply.span.end, now) > SETTLED_NS)
		settle(e);
}

/* Its number, from 1. */
static __u64 answer(struct echoes *e, const struct answered *a)
{
	if (e->n_answered - e->n_settled == SETTLING)
		settle(e);
	assert(e->n_answered - e->n_settled < SETTLING);
	e->answered[e->n_answered % SETTLING] = *a;
	return ++e->n_answered;
}

/* What was seen last of a packet says how it ended. */
static void extend(struct way *w, const struct way *now)
{
	__u64 begin = w->span.begin;

	if (now->span.end <= w->span.end)
		return;
	*w = *now;
	w->span.begin = begin;
}

/* One more journey of a packet of an answered echo: it went on as a copy, or the reply came twice. */
static void go_on(struct echoes *e, __u64 nth, int kind, const struct way *now, __u64 device, struct tally_row *row)
{
	struct answered *a = &e->answered[(nth - 1) % SETTLING];

	assert(nth && nth <= e->n_answered);
	if (nth <= e->n_settled || (kind == REPLY_SEEN && device == a->device))
		row->count[AGAIN] += kind == REPLY_SEEN;
	else
		extend(kind == REPLY_SEEN ? &a->reply : &a->request, now);
}

static struct way way_of(const struct journey *j, const struct ending *end)
{
	return (struct way){ { j->begin, j->last }, end->location, pair(j->netns, j->ifindex), end->reason, end->fate,
			     j->last_stage };
}

static void see(struct echoes *e, const struct key *k, int kind, const struct way *now, __u64 device)
{
	__u64 words[KEY_WORDS];
	struct tally_row row;
	struct open *open;
	bool again;

	memcpy(words, k, sizeof(*k));
	open = lru__find(e->open, words);
	/* another request with the same numbers, as some programs always send */
	again = open && kind == REQUEST_SEEN && since(open->first.span.begin, now->span.begin) > SETTLED_NS;
	if (again && !open->answer)
		end_open(e, k, open, now->span.begin, false);
	row = row_of(e, *k);
	row.count[REQUESTS] += kind == REQUEST_SEEN && (!open || again || !(open->seen & REQUEST_SEEN));
	if (!open || again) {
		e->begun++;
		*(struct open *)lru__add(e->open, words, NULL) = (struct open){ .first = *now, .seen = kind };
	} else if (open->answer) {
		go_on(e, open->answer, kind, now, device, &row);
	} else if (open->seen == kind) { /* it went on as a copy, or came by once more through a guest that routes */
		extend(&open->first, now);
	} else {
		open->seen |= kind;
		open->answer = answer(e, &(struct answered){ *k, kind == REPLY_SEEN ? open->first : *now,
							     kind == REPLY_SEEN ? *now : open->first, device });
	}
}

void echoes__see(struct echoes *e, const struct journey *j, const struct ending *end)
{
	int kind = j->orphan || j->branch ? 0 : kind_of(&j->head);
	struct way now = way_of(j, end);
	struct key k;

	if (!kind)
		return;
	e->now = j->begin > e->now ? j->begin : e->now;
	settle_old(e, j->begin);
	k = key_of(&j->head, kind);
	see(e, &k, kind, &now, pair(j->first_netns, j->first_ifindex));
}

struct last {
	struct echoes *echoes;
	__u64 now;
};

static void end_last(void *arg, const __u64 *words, void *value)
{
	const struct open *o = value;
	struct last *l = arg;
	struct key k;

	memcpy(&k, words, sizeof(k));
	if (!o->answer)
		end_open(l->echoes, &k, o, l->now, false);
}

void echoes__store(struct echoes *e, __u64 now)
{
	while (e->n_settled < e->n_answered)
		settle(e);
	lru__each(e->open, end_last, &(struct last){ e, now });
	assert(e->begun == e->ended);
	sweep__limit(e->sweep, "echoes at a time", MAX_ECHOES, lru__forgotten(e->open),
		     "replies to these are not known as such");
	sweep__limit(e->sweep, "single echo requests", MAX_REQUESTS, e->left_out,
		     "they are counted but not listed one by one");
}

void echoes__free(struct echoes *e)
{
	if (!e)
		return;
	tally__finish(&e->rows);
	tally__finish(&e->outcomes);
	lru__free(e->open);
	free(e);
}
