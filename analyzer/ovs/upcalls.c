/*
 * upcalls.c: upcalls that wait (upcalls.h).
 *
 * All entries lie in one array, and each in a list by age, in one of those with the same hash of their
 * headers, and in one of those with the same hash of their tuple. Lists are in order of arrival, so that
 * of packets with the same headers the oldest is found first. Links are indices, 0 is none: entry 0 is not
 * used. A flood of one flow makes long lists: adding and removing do not walk them.
 */
#include "analyzer/ovs/upcalls.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/hash.h"

enum { SLOTS = UPCALLS * 2, WORDS = 8 };
enum link { BY_AGE, BY_ID, BY_TUPLE };

struct list {
	__u32 first, last;
};

struct upcalls {
	struct upcall all[UPCALLS + 1];
	struct list by_id[SLOTS], by_tuple[SLOTS], by_age;
	__u32 free; /* linked by age */
	__u64 serials;
};

struct upcalls *upcalls__new(void)
{
	struct upcalls *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	for (__u32 i = 1; i < UPCALLS; i++)
		t->all[i].links[BY_AGE].next = i + 1;
	t->free = 1;
	return t;
}

void upcalls__free(struct upcalls *t)
{
	free(t);
}

_Static_assert(sizeof(struct upcall_id) % 8 == 0 && sizeof(struct ovs_tuple) % 8 == 0, "hashed in whole words");

/* Which of the lists is for this key? */
static __u32 slot_of(const void *bytes, size_t len)
{
	__u64 words[WORDS];

	assert(len <= sizeof(words));
	memcpy(words, bytes, len);
	return (__u32)hash__words(words, len / sizeof(words[0])) % SLOTS;
}

#define COPY_ID(id, r)                                              \
	do {                                                        \
		memset(id, 0, sizeof(*(id)));                       \
		memcpy((id)->saddr, (r)->saddr, 16);                \
		memcpy((id)->daddr, (r)->daddr, 16);                \
		(id)->ip_id = (r)->ip_id;                           \
		(id)->seq = (r)->seq;                               \
		(id)->ack = (r)->ack;                               \
		(id)->ip_len = (r)->ip_len;                         \
		(id)->sport = (r)->sport;                           \
		(id)->dport = (r)->dport;                           \
		(id)->ethertype = (r)->ethertype;                   \
		(id)->frag = (r)->frag;                             \
		(id)->vlan = (r)->vlan;                             \
		(id)->proto = (r)->proto;                           \
		(id)->tcp_flags = (r)->tcp_flags;                   \
	} while (0)

void upcall_id__of_upcall(struct upcall_id *id, const struct rec_upcall *r)
{
	COPY_ID(id, r);
}

void upcall_id__of_execute(struct upcall_id *id, const struct rec_upcall_execute *r)
{
	COPY_ID(id, r);
}

/* As ovs_flow__tuple() sees it: a key has no ICMP identifier. */
static void tuple_of(struct ovs_tuple *t, const struct rec_upcall *r)
{
	memset(t, 0, sizeof(*t));
	memcpy(t->saddr, r->saddr, 16);
	memcpy(t->daddr, r->daddr, 16);
	t->sport = r->proto == 1 || r->proto == 58 ? 0 : r->sport;
	t->dport = r->dport;
	t->ethertype = r->ethertype;
	t->proto = r->proto;
	t->in_port = r->in_port;
	t->recirc_id = r->recirc_id;
}

/* ---- lists ---------------------------------------------------------------------------------------- */

static void append(struct upcalls *t, struct list *l, enum link which, struct upcall *u)
{
	__u32 i = (__u32)(u - t->all);

	u->links[which] = (struct upcall_link){ 0, l->last };
	if (l->last)
		t->all[l->last].links[which].next = i;
	else
		l->first = i;
	l->last = i;
}

static void cut_out(struct upcalls *t, struct list *l, enum link which, struct upcall *u)
{
	const struct upcall_link *at = &u->links[which];

	if (at->before)
		t->all[at->before].links[which].next = at->next;
	else
		l->first = at->next;
	if (at->next)
		t->all[at->next].links[which].before = at->before;
	else
		l->last = at->before;
}

/* ---- the table ------------------------------------------------------------------------------------ */

static void index_by(struct upcalls *t, struct upcall *u, const struct rec_upcall *r)
{
	upcall_id__of_upcall(&u->id, r);
	u->id_hash = slot_of(&u->id, sizeof(u->id));
	append(t, &t->by_id[u->id_hash], BY_ID, u);
	u->indexed = true;
}

/* No longer to be found by its headers, so that a flood of one flow does not make long lists. */
static void unindex(struct upcalls *t, struct upcall *u)
{
	cut_out(t, &t->by_id[u->id_hash], BY_ID, u);
	u->indexed = false;
}

struct upcall *upcalls__add(struct upcalls *t, const struct rec_upcall *r, void (*evict)(void *arg, struct upcall *u),
			    void *arg)
{
	struct upcall *u;

	if (!t->free)
		evict(arg, &t->all[t->by_age.first]);
	u = &t->all[t->free];
	t->free = u->links[BY_AGE].next;
	memset(u, 0, sizeof(*u));
	u->serial = ++t->serials;
	u->ts = r->rec.ts;
	u->skb = r->skb;
	u->netns = r->netns;
	u->ifindex = r->ifindex;
	u->cpu = r->rec.cpu;
	u->cmd = r->cmd;
	u->part = r->part;
	u->portid = r->portid;
	tuple_of(&u->tuple, r);
	u->tuple_hash = slot_of(&u->tuple, sizeof(u->tuple));
	append(t, &t->by_tuple[u->tuple_hash], BY_TUPLE, u);
	append(t, &t->by_age, BY_AGE, u);
	if (r->part || !r->gso_segs)
		index_by(t, u, r);
	return u;
}

/* What a guest sends may not say that it has segments: then it was indexed by its own headers. */
void upcalls__split(struct upcalls *t, struct upcall *u, const struct rec_upcall *segment)
{
	assert(!u->part && !u->split);
	if (u->indexed)
		unindex(t, u);
	index_by(t, u, segment);
	u->split = true;
}

void upcalls__remove(struct upcalls *t, struct upcall *u)
{
	if (u->indexed)
		unindex(t, u);
	cut_out(t, &t->by_tuple[u->tuple_hash], BY_TUPLE, u);
	cut_out(t, &t->by_age, BY_AGE, u);
	u->serial = 0;
	u->links[BY_AGE].next = t->free;
	t->free = (__u32)(u - t->all);
}

struct upcall *upcalls__newest(struct upcalls *t)
{
	struct upcall *u = &t->all[t->by_age.last];

	return t->by_age.last && u->serial == t->serials ? u : NULL;
}

struct upcall *upcalls__at(struct upcalls *t, __u32 place, __u64 serial)
{
	assert(place <= UPCALLS);
	return serial && t->all[place].serial == serial ? &t->all[place] : NULL;
}

__u32 upcalls__place(const struct upcalls *t, const struct upcall *u)
{
	return (__u32)(u - t->all);
}

static struct upcall *next_alike(struct upcalls *t, __u32 i, const struct upcall_id *id)
{
	while (i && memcmp(&t->all[i].id, id, sizeof(*id)) != 0)
		i = t->all[i].links[BY_ID].next;
	return i ? &t->all[i] : NULL;
}

static struct upcall *first_alike(struct upcalls *t, const struct upcall_id *id)
{
	return next_alike(t, t->by_id[slot_of(id, sizeof(*id))].first, id);
}

static struct upcall *later(struct upcalls *t, const struct upcall *u)
{
	return next_alike(t, u->links[BY_ID].next, &u->id);
}

static bool long_since(__u64 then, __u64 now)
{
	return then && now > then && now - then > UPCALL_FLOW_TO_PACKET_NS;
}

/*
 * The oldest that its packet may still come back from; if commands about their flow answered all, the youngest of them.
 * What went up after `now` is answered later.
 */
static struct upcall *oldest_open(struct upcalls *t, const struct upcall_id *id, __u64 now)
{
	struct upcall *next;

	for (struct upcall *u = first_alike(t, id); u; u = next) {
		next = later(t, u);
		if (long_since(u->back, now) || (next && long_since(u->flow_put, now)))
			unindex(t, u);
		else if (!u->back)
			return u->ts <= now ? u : NULL;
	}
	return NULL;
}

struct upcall *upcalls__back(struct upcalls *t, const struct rec_packet *r)
{
	struct upcall_id id;
	struct upcall *u;

	COPY_ID(&id, r);
	u = oldest_open(t, &id, r->rec.ts);
	if (!u)
		return NULL;
	u->back = r->rec.ts;
	u->back_skb = r->skb;
	u->tid = r->tid;
	return u;
}

struct upcall *upcalls__executed(struct upcalls *t, const struct rec_upcall_execute *r, __u64 began)
{
	struct upcall_id id;
	struct upcall *u;

	upcall_id__of_execute(&id, r);
	for (u = first_alike(t, &id); u; u = later(t, u))
		if (u->back && u->tid == r->tid && u->back <= r->rec.ts && (u->back >= began || !r->duration))
			return u;
	u = oldest_open(t, &id, began);
	if (u)
		u->tid = r->tid;
	return u;
}

/* From the youngest on: behind one that is marked, all are. */
__u64 upcalls__flow_put(struct upcalls *t, const struct ovs_tuple *tuple, __u64 now, __u32 tid)
{
	__u64 oldest = 0;

	for (__u32 i = t->by_tuple[slot_of(tuple, sizeof(*tuple))].last; i; i = t->all[i].links[BY_TUPLE].before) {
		struct upcall *u = &t->all[i];

		if (memcmp(&u->tuple, tuple, sizeof(*tuple)) != 0)
			continue;
		if (u->flow_put)
			break;
		u->flow_put = now;
		u->put_tid = tid;
		oldest = u->ts;
	}
	return oldest;
}

void upcalls__each(struct upcalls *t, void (*fn)(void *arg, struct upcall *u), void *arg)
{
	for (__u32 i = t->by_age.first, next; i; i = next) {
		next = t->all[i].links[BY_AGE].next;
		fn(arg, &t->all[i]);
	}
}
