/*
 * echoes.c: echo requests and their replies (echoes.h). RFC 792, RFC 4443: identifier and sequence number come back.
 *
 * Journeys end when packets are freed, and a request may be freed after its reply: either can be the first we see. A
 * packet that goes on as a copy has a second journey, from another device: an answered echo waits until it has settled.
 */
#include "analyzer/packets/echoes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/lru.h"
#include "analyzer/sweep/tally.h"

enum { MAX_ECHOES = 1 << 14, SETTLING = 1 << 10 };
#define SETTLED_NS 1000000000ULL /* no more of a packet is expected then */
enum { IPV4 = 0x0800, IPV6 = 0x86dd, ICMP = 1, ICMPV6 = 58 };
enum { REQUEST_SEEN = 1, REPLY_SEEN = 2 };
enum { REQUESTS, ANSWERED, AGAIN, THERE_SUM, THERE_MAX, BEYOND_SUM, BEYOND_MAX, BACK_SUM, BACK_MAX, N_COUNTS };

struct key {
	__u8 saddr[16], daddr[16]; /* of the request */
	__u32 ethertype, id_seq;   /* id_seq: 0 in rows */
};

enum { KEY_WORDS = sizeof(struct key) / 8 };

struct span {
	__u64 begin, end;
};

struct open { /* an echo that is under way */
	struct span first; /* what was seen of it first */
	__u64 answer;      /* its number as an answered one, from 1; 0: it is not */
	__u8 seen;         /* REQUEST_SEEN, REPLY_SEEN */
};

struct answered {
	struct key key;
	struct span request, reply;
	__u64 device; /* at which the reply was first seen */
};

struct echoes {
	struct sweep *sweep;
	struct lru *open; /* struct open by struct key */
	struct answered answered[SETTLING];
	__u64 n_answered, n_settled;
	struct tally rows;
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

struct echoes *echoes__new(struct sweep *s)
{
	struct echoes *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->sweep = s;
	e->open = lru__new(KEY_WORDS, sizeof(struct open), MAX_ECHOES);
	if (e->open && tally__init(&e->rows, &spec, s->store) == 0)
		return e;
	echoes__free(e);
	return NULL;
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

static void settle(struct echoes *e)
{
	const struct answered *a = &e->answered[e->n_settled++ % SETTLING];
	struct tally_row row = row_of(e, a->key);

	assert(e->n_settled <= e->n_answered);
	row.count[ANSWERED]++;
	add(&row, THERE_SUM, since(a->request.begin, a->request.end));
	add(&row, BEYOND_SUM, since(a->request.end, a->reply.begin));
	add(&row, BACK_SUM, since(a->reply.begin, a->reply.end));
	if (hist__add(row.hist, since(a->request.begin, a->reply.end)))
		e->sweep->no_memory = true;
}

static void settle_old(struct echoes *e, __u64 now)
{
	while (e->n_settled < e->n_answered && since(e->answered[e->n_settled % SETTLING].reply.end, now) > SETTLED_NS)
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

/* One more journey of a packet of an answered echo: it went on as a copy, or the reply came twice. */
static void go_on(struct echoes *e, __u64 nth, int kind, struct span now, __u64 device, struct tally_row *row)
{
	struct answered *a = &e->answered[(nth - 1) % SETTLING];
	struct span *s = kind == REPLY_SEEN ? &a->reply : &a->request;

	assert(nth && nth <= e->n_answered);
	if (nth <= e->n_settled || (kind == REPLY_SEEN && device == a->device))
		row->count[AGAIN] += kind == REPLY_SEEN;
	else if (now.end > s->end)
		s->end = now.end;
}

void echoes__see(struct echoes *e, const struct journey *j)
{
	int kind = j->orphan || j->branch ? 0 : kind_of(&j->head);
	__u64 device = pair(j->first_netns, j->first_ifindex), words[KEY_WORDS];
	struct span now = { j->begin, j->last };
	struct tally_row row;
	struct open *open;
	struct key k;

	if (!kind)
		return;
	settle_old(e, now.begin);
	k = key_of(&j->head, kind);
	memcpy(words, &k, sizeof(k));
	open = lru__find(e->open, words);
	if (open && kind == REQUEST_SEEN && since(open->first.begin, now.begin) > SETTLED_NS)
		open = NULL; /* another request with the same numbers, as some programs always send */
	row = row_of(e, k);
	row.count[REQUESTS] += kind == REQUEST_SEEN && !(open && open->seen & REQUEST_SEEN);
	if (!open) {
		*(struct open *)lru__add(e->open, words, NULL) = (struct open){ .first = now, .seen = kind };
	} else if (open->answer) {
		go_on(e, open->answer, kind, now, device, &row);
	} else if (open->seen == kind) { /* it went on as a copy, or came by once more through a guest that routes */
		open->first.end = now.end;
	} else {
		open->seen |= kind;
		open->answer = answer(e, &(struct answered){ k, kind == REPLY_SEEN ? open->first : now,
							     kind == REPLY_SEEN ? now : open->first, device });
	}
}

void echoes__store(struct echoes *e)
{
	while (e->n_settled < e->n_answered)
		settle(e);
	sweep__limit(e->sweep, "echoes at a time", MAX_ECHOES, lru__forgotten(e->open),
		     "replies to these are not known as such");
}

void echoes__free(struct echoes *e)
{
	if (!e)
		return;
	tally__finish(&e->rows);
	lru__free(e->open);
	free(e);
}
