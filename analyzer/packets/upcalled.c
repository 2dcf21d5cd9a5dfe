/*
 * upcalled.c: packets that wait for ovs-vswitchd (upcalled.h).
 *
 * A table of journeys by their headers' hash. Until its sk_buff is freed, a packet's journey is where all live ones
 * are and the entry here, whose `hops` is 0, only says so: head.skb is its address. Then the whole journey is parked
 * here. Both orders happen: ovs-vswitchd may have answered before the sender gets to free the packet.
 */
#include "analyzer/packets/upcalled.h"

#include <stdlib.h>
#include <string.h>

enum { SAME = 8 }; /* packets with the same headers that can wait at a time */

struct upcalled {
	struct journeys *waiting;
	struct journey *found;
};

struct upcalled *upcalled__new(void)
{
	struct upcalled *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->waiting = journeys__new(UPCALLED);
	if (u->waiting)
		return u;
	free(u);
	return NULL;
}

void upcalled__free(struct upcalled *u)
{
	if (!u)
		return;
	journeys__free(u->waiting);
	free(u);
}

static __u64 mix(__u64 h, __u64 word)
{
	return (h ^ word) * 0xff51afd7ed558ccd ^ h >> 29;
}

/* The i-th name of these headers. */
static __u64 key_of(const struct rec_packet *p, unsigned i)
{
	__u64 words[4], h = 0;

	memcpy(words, p->saddr, 16);
	memcpy(words + 2, p->daddr, 16);
	for (int w = 0; w < 4; w++)
		h = mix(h, words[w]);
	h = mix(h, (__u64)p->sport << 48 | (__u64)p->dport << 32 | (__u64)p->ethertype << 16 | p->proto);
	h = mix(h, (__u64)p->seq << 32 | p->ack);
	h = mix(h, (__u64)p->ip_id << 32 | p->frag);
	return mix(h, i) | 1;
}

static struct journey *entry(struct upcalled *u, const struct rec_packet *p, unsigned i)
{
	return journeys__find(u->waiting, key_of(p, i));
}

struct room {
	void (*give_up)(void *arg, struct journey *j);
	void *arg;
};

static void make_room(void *arg, struct journey *j)
{
	const struct room *r = arg;

	if (j->hops)
		r->give_up(r->arg, j);
}

void upcalled__begin(struct upcalled *u, const struct journey *j, void (*give_up)(void *arg, struct journey *j), void *arg)
{
	struct room room = { give_up, arg };
	struct journey *e, *oldest = NULL;
	unsigned i = 0;

	for (; i < SAME && (e = entry(u, &j->head, i)); i++)
		if (!oldest || e->last < oldest->last)
			oldest = e;
	if (i < SAME) {
		e = journeys__add(u->waiting, key_of(&j->head, i), make_room, &room);
	} else {
		make_room(&room, oldest);
		e = oldest;
	}
	e->hops = 0;
	e->last = j->last;
	e->head = j->head;
	e->head.skb = j->skb;
}

bool upcalled__park(struct upcalled *u, const struct journey *j)
{
	for (unsigned i = 0; i < SAME; i++) {
		struct journey *e = entry(u, &j->head, i);
		__u64 key;

		if (!e || e->hops || e->head.skb != j->skb)
			continue;
		key = e->skb;
		*e = *j;
		e->skb = key;
		return true;
	}
	return false;
}

struct journey *upcalled__find(struct upcalled *u, const struct rec_packet *p, struct journeys *live, bool *parked)
{
	struct journey *e, *oldest = NULL;

	for (unsigned i = 0; i < SAME; i++)
		if ((e = entry(u, p, i)) && (!oldest || e->last < oldest->last))
			oldest = e;
	u->found = oldest;
	if (!oldest)
		return NULL;
	*parked = oldest->hops;
	return *parked ? oldest : journeys__find(live, oldest->head.skb);
}

void upcalled__done(struct upcalled *u)
{
	if (u->found)
		journeys__remove(u->waiting, u->found);
	u->found = NULL;
}

void upcalled__drain(struct upcalled *u, void (*fn)(void *arg, struct journey *j), void *arg)
{
	struct room room = { fn, arg };

	journeys__drain(u->waiting, make_room, &room);
}
