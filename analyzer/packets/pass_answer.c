/*
 * pass_answer.c: TCP requests that this host's programs answer, and how long they took.
 *
 * A request is what came in with PSH set, an answer the next such segment that begins here, the other way. Which thread
 * sends it is known; the blame pass asks what that thread did meanwhile. Whether a program should have answered sooner,
 * it alone knows: what is made of an answer is in blame/pass_blame.c. An answer that had to wait for the other side to
 * acknowledge is sent in a softirq, on top of any thread: that one is asked about, and it is not seen that it is another.
 */
#include <string.h>
#include "analyzer/sweep/pass.h"
#include "format/schema.h"

enum { MAX_ASKED = 1 << 16, TCP = 6, SYN = 2, RST = 4, PSH = 8 };

struct asked {
	__u64 ts; /* of the first request that waits for an answer; 0: none does */
	__u32 ifindex;
	__u8 saddr[16], daddr[16]; /* as the request has them */
};

struct state {
	struct sweep *sweep;
	struct lru *asked; /* of connections that share a key the last one has the place */
};

/* Network namespace and ports, and the addresses mixed: every TCP segment with data is looked up. */
static void key_of(__u64 key[2], const struct rec_packet *p, bool reversed)
{
	__u64 s[2], d[2];

	memcpy(s, reversed ? p->daddr : p->saddr, sizeof(s));
	memcpy(d, reversed ? p->saddr : p->daddr, sizeof(d));
	key[0] = pair(p->netns, reversed ? (__u32)p->dport << 16 | p->sport : (__u32)p->sport << 16 | p->dport);
	key[1] = s[0] ^ s[1] << 1 ^ (d[0] << 2 | d[0] >> 62) ^ (d[1] << 3 | d[1] >> 61);
}

static void on_request(struct state *st, const struct rec_packet *p)
{
	__u64 key[2];
	struct asked *a;

	key_of(key, p, false);
	a = lru__add(st->asked, key, NULL);
	if (a->ts && !memcmp(a->saddr, p->saddr, sizeof(a->saddr)) && !memcmp(a->daddr, p->daddr, sizeof(a->daddr)))
		return;
	*a = (struct asked){ .ts = p->rec.ts, .ifindex = p->ifindex };
	memcpy(a->saddr, p->saddr, sizeof(a->saddr));
	memcpy(a->daddr, p->daddr, sizeof(a->daddr));
}

static void on_answer(struct state *st, const struct rec_packet *p)
{
	__u64 key[2];
	struct asked *a;

	key_of(key, p, true);
	a = lru__find(st->asked, key);
	if (!a || memcmp(a->saddr, p->daddr, sizeof(a->saddr)) != 0 || memcmp(a->daddr, p->saddr, sizeof(a->daddr)) != 0)
		return;
	if (a->ts && since(a->ts, p->rec.ts) >= SLOW_NS)
		st->sweep->answer = (struct slow_interval){ a->ts, p->rec.ts, p->netns, a->ifindex, p->rec.cpu, 0,
							    STAGE_netif_receive_skb, STAGE_ANSWERED };
	a->ts = 0;
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_packet *p = (const struct rec_packet *)rec;
	struct state *st = state;

	st->sweep->answer.to_ns = 0;
	if (p->proto != TCP || !st->sweep->subject.matched || !(p->tcp_flags & PSH) || p->tcp_flags & (SYN | RST))
		return;
	if (p->stage == STAGE_netif_receive_skb)
		on_request(st, p);
	else if (!st->sweep->subject.last_stage && (p->stage == STAGE_net_dev_queue ||
						    schema__stage(p->stage)->role == STAGE_ROLE_ORIGIN))
		on_answer(st, p); /* it begins here: it was not forwarded */
}

/* A missing answer would make the next one late. */
static void on_gap(void *state, const struct gap *gap)
{
	struct state *st = state;

	if (gap->type == GAP_ANY_TYPE || gap->type == REC_packet)
		lru__clear(st->asked);
}

static const struct pass_lru lrus[] = {
	PASS_LRU(asked, 2, struct asked, MAX_ASKED, "TCP requests", "how long the answers to some took is not known"),
	{ 0 },
};

static const __u8 wants[] = { REC_packet, 0 };

const struct pass pass_answer = {
	.name = "answer", .wants = wants, .state_size = sizeof(struct state), .lrus = lrus, .on_event = on_event, .on_gap = on_gap,
};
