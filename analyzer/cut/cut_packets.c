/*
 * cut_packets.c: packets by the address of their sk_buff, in two rounds (cut_packets.h).
 *
 * A packet has a number: which one it gets follows from the rows before, so it is the same in both rounds. Numbers of
 * packets that belong together lead to one of them, by `up`.
 */
#include "analyzer/cut/cut_packets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include "analyzer/base/interval.h"
#include "analyzer/base/lru.h"
#include "analyzer/filter/drops.h"
#include "analyzer/filter/filter.h"
#include "analyzer/packets/datagrams.h"
#include "analyzer/packets/heads.h"
#include "format/error.h"
#include "format/schema.h"

/* A forgotten one is another packet from then on, of which no headers are known. */
enum { MAX_LIVE = 1 << 20, MAX_UPCALLS = 1 << 16, MAX_FLOWS = 1 << 18 };

struct packet {
	__u32 up;      /* of the same: a smaller number, or its own */
	__u8 known;    /* it has shown headers */
	__u8 wanted;   /* that match */
	__u8 told;     /* it was dropped or late, or is the one */
};

struct live {
	__u32 number;
	__u64 begin;   /* ts */
	bool ended;    /* what follows is of another one, but for the return of a driver */
};

/* What tells a packet that user space sends back from others. */
struct shown {
	__u8 saddr[16], daddr[16];
	__u16 sport, dport, ethertype, proto;
	__u32 ip_id, seq;
};

enum { SHOWN_WORDS = sizeof(struct shown) / sizeof(__u64) };

struct cut_packets {
	const struct cut_opts *opts;
	bool verdict; /* what became of packets matters */
	struct heads *heads;
	struct lru *live;    /* struct live by skb */
	struct lru *upcalls; /* struct live by struct shown: sent to user space */
	struct lru *flows;   /* number by struct shown with one end only; where verdicts matter */
	struct packet *packets;
	__u32 n, cap;
	__u32 made; /* in the first round */
	bool again; /* the second round */
	bool no_memory;
};

struct cut_packets *cut_packets__new(const struct cut_opts *opts, __u32 n_cpus)
{
	struct cut_packets *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->opts = opts;
	p->verdict = opts->dropped || opts->late_ns || opts->packet_ns;
	p->heads = heads__new(n_cpus);
	p->live = lru__new(1, sizeof(struct live), MAX_LIVE);
	p->upcalls = lru__new(SHOWN_WORDS, sizeof(struct live), MAX_UPCALLS);
	p->flows = lru__new(SHOWN_WORDS, sizeof(__u32), MAX_FLOWS);
	p->n = 1; /* 0: none */
	if (p->heads && p->live && p->upcalls && p->flows)
		return p;
	cut_packets__free(p);
	return NULL;
}

void cut_packets__free(struct cut_packets *p)
{
	if (!p)
		return;
	heads__free(p->heads);
	lru__free(p->live);
	lru__free(p->upcalls);
	lru__free(p->flows);
	free(p->packets);
	free(p);
}

void cut_packets__rewind(struct cut_packets *p)
{
	lru__clear(p->live);
	lru__clear(p->upcalls);
	lru__clear(p->flows);
	p->again = true;
	p->made = p->n;
	p->n = 1;
}

/* ---- numbers ------------------------------------------------------------------------------------ */

/* 0: there is no room for one more. */
static __u32 add(struct cut_packets *p)
{
	__u32 cap = p->cap ? p->cap * 2 : 1 << 12;
	struct packet *more;

	if (p->again)
		return p->n < p->made ? p->n++ : 0;
	if (p->n >= p->cap) {
		more = cap > p->cap ? realloc(p->packets, (size_t)cap * sizeof(*more)) : NULL;
		if (!more) {
			p->no_memory = true;
			return 0;
		}
		p->packets = more;
		p->cap = cap;
	}
	p->packets[p->n] = (struct packet){ .up = p->n };
	return p->n++;
}

static struct packet *top(struct cut_packets *p, __u32 number)
{
	struct packet *all = p->packets;

	while (all[number].up != number) {
		all[number].up = all[all[number].up].up;
		number = all[number].up;
	}
	return &all[number];
}

static void join(struct cut_packets *p, __u32 a, __u32 b)
{
	struct packet *x = top(p, a), *y = top(p, b);
	struct packet *first = x < y ? x : y, *second = x < y ? y : x;

	second->up = first->up;
	first->known |= second->known;
	first->wanted |= second->wanted;
	first->told |= second->told;
}

/* The packet that has this sk_buff now; 0: none. */
static __u32 find(struct cut_packets *p, __u64 skb)
{
	const struct live *l = lru__use(p->live, &skb);

	return l && !l->ended ? l->number : 0;
}

/* The one that had it last. */
static __u32 find_last(struct cut_packets *p, __u64 skb)
{
	const struct live *l = lru__find(p->live, &skb);

	return l ? l->number : 0;
}

static __u64 begin_of(struct cut_packets *p, __u64 skb)
{
	const struct live *l = lru__find(p->live, &skb);

	return l ? l->begin : 0;
}

static __u32 put(struct cut_packets *p, __u64 skb, __u32 number, __u64 ts)
{
	if (number)
		*(struct live *)lru__add(p->live, &skb, NULL) = (struct live){ number, ts, false };
	return number;
}

static __u32 find_or_add(struct cut_packets *p, __u64 skb, __u64 ts)
{
	__u32 number = find(p, skb);

	return number ? number : put(p, skb, add(p), ts);
}

/* ---- rows --------------------------------------------------------------------------------------- */

#define KEY_OF(r, key)                                                                             \
	do {                                                                                       \
		struct shown shown_ = { .sport = (r)->sport, .dport = (r)->dport,                  \
					.ethertype = (r)->ethertype, .proto = (r)->proto,          \
					.ip_id = (r)->ip_id, .seq = (r)->seq };                    \
		memcpy(shown_.saddr, (r)->saddr, sizeof(shown_.saddr));                            \
		memcpy(shown_.daddr, (r)->daddr, sizeof(shown_.daddr));                            \
		memcpy(key, &shown_, sizeof(shown_));                                              \
	} while (0)

/* All of one address and port are one: answers from elsewhere, too, and those that are translated. */
static void join_end(struct cut_packets *p, __u32 number, const struct rec_packet *r, const __u8 *addr, __u16 port)
{
	struct rec_packet end = { .sport = port, .ethertype = r->ethertype, .proto = r->proto };
	__u64 key[SHOWN_WORDS];
	__u32 *flow;
	bool fresh;

	memcpy(end.saddr, addr, sizeof(end.saddr));
	KEY_OF(&end, key);
	flow = lru__add(p->flows, key, &fresh);
	if (fresh)
		*flow = number;
	else
		join(p, *flow, number);
}

/* Of an echo the identifier tells, in both directions. */
static void join_flow(struct cut_packets *p, __u32 number, const struct rec_packet *r)
{
	bool icmp = r->proto == IPPROTO_ICMP || r->proto == IPPROTO_ICMPV6;

	join_end(p, number, r, r->saddr, r->sport);
	join_end(p, number, r, r->daddr, icmp ? r->sport : r->dport);
}

/* It tells of a packet that was wanted, perhaps: unreachable, too big, time exceeded (RFC 792, RFC 4443). */
static bool is_error(const struct rec_packet *r)
{
	unsigned type = r->dport >> 8;

	if (r->proto == IPPROTO_ICMPV6)
		return type < 128;
	return r->proto == IPPROTO_ICMP && (type == 3 || type == 11 || type == 12);
}

static void show(struct cut_packets *p, __u32 number, const struct rec_packet *r, const struct first_bytes *first)
{
	struct packet *k;

	if (p->again || !number)
		return;
	k = top(p, number);
	k->known = true;
	/* Its ports are in the first one. */
	k->wanted |= datagrams__is_later(r) || is_error(r) || !p->opts->filter ||
		     filter__match(p->opts->filter, r, first);
	k->told |= is_error(r);
	if (p->verdict && !p->opts->packet_ns && !is_error(r))
		join_flow(p, number, r);
}

/* TCP answers a SYN in the name of the listening socket, which has no address of the peer. */
static bool shows_addresses(const struct rec_packet *r)
{
	static const __u8 nobody[sizeof(r->daddr)];

	return r->ip_len || r->proto != IPPROTO_TCP || memcmp(r->daddr, nobody, sizeof(nobody)) != 0;
}

/* It has come so far by now. */
static void look_at_time(struct cut_packets *p, __u64 skb, __u64 ts)
{
	const struct live *l = p->opts->late_ns && !p->again ? lru__find(p->live, &skb) : NULL;

	if (l && !l->ended && since(l->begin, ts) >= p->opts->late_ns)
		top(p, l->number)->told = true;
}

static __u32 on_upcall(struct cut_packets *p, const struct rec_upcall *r)
{
	__u32 number = find(p, r->skb);
	__u64 key[SHOWN_WORDS];

	KEY_OF(r, key);
	if (number)
		*(struct live *)lru__add(p->upcalls, key, NULL) = (struct live){ number, begin_of(p, r->skb), false };
	return number;
}

/* It comes back from user space, in another sk_buff, in what it was wrapped by then. */
static void come_back(struct cut_packets *p, const struct rec_packet *r, __u32 number)
{
	__u64 key[SHOWN_WORDS];
	const struct live *sent;

	KEY_OF(r, key);
	sent = lru__find(p->upcalls, key);
	if (!sent || !number)
		return;
	put(p, r->skb, number, sent->begin);
	look_at_time(p, r->skb, r->rec.ts);
	if (!p->again)
		join(p, sent->number, number);
}

static __u32 on_packet(struct cut_packets *p, const struct rec_packet *r)
{
	__u32 number = find_or_add(p, r->skb, r->rec.ts);
	struct first_bytes first;

	look_at_time(p, r->skb, r->rec.ts);
	if (r->stage == STAGE_ovs_flow_key_extract_userspace)
		come_back(p, r, number);
	if (shows_addresses(r))
		show(p, number, r, heads__find(p->heads, r, &first) ? &first : NULL);
	return number;
}

/* The return of a driver may come after the packet is freed. */
static __u32 on_hop(struct cut_packets *p, const struct rec_hop *r)
{
	if (schema__stage(r->stage)->role == STAGE_ROLE_ASIDE)
		return find_last(p, r->skb);
	look_at_time(p, r->skb, r->rec.ts);
	return find_or_add(p, r->skb, r->rec.ts);
}

static __u32 on_link(struct cut_packets *p, const struct rec_link *r)
{
	__u32 from = find(p, r->from), to = find(p, r->to);

	if (r->how != LINK_MERGE || !to) /* what had this sk_buff before is another packet */
		return from ? put(p, r->to, from, begin_of(p, r->from)) : 0;
	if (from && !p->again)
		join(p, from, to);
	return to;
}

static __u32 end(struct cut_packets *p, __u64 skb, __u64 ts)
{
	struct live *l = lru__find(p->live, &skb);

	if (!l || l->ended)
		return 0;
	look_at_time(p, skb, ts);
	l->ended = true;
	return l->number;
}

/* It is lost here. */
static __u32 lose(struct cut_packets *p, __u32 number)
{
	if (number && !p->again)
		top(p, number)->told |= p->opts->dropped;
	return number;
}

static __u32 on_upcall_end(struct cut_packets *p, const struct rec_upcall_end *r)
{
	__u32 number = find(p, r->skb);

	return r->ret ? lose(p, number) : number;
}

static __u32 on_drop(struct cut_packets *p, const struct rec_drop *r)
{
	const struct first_bytes first = drops__first_bytes(r);
	struct rec_packet packet;
	__u32 number = end(p, r->skb, r->rec.ts);
	bool shown = drops__parse(r, &packet);

	if (shown && !number)
		number = add(p);
	if (shown)
		show(p, number, &packet, &first);
	return lose(p, number);
}

/* The packet that a row is of; 0: of none, or of one that is not known. */
static __u32 packet_of(struct cut_packets *p, const struct rec *rec)
{
	switch (rec->type) {
	case REC_head:
		heads__see(p->heads, (const struct rec_head *)rec);
		return find_or_add(p, ((const struct rec_head *)rec)->skb, rec->ts);
	case REC_packet:
		return on_packet(p, (const struct rec_packet *)rec);
	case REC_hop:
		return on_hop(p, (const struct rec_hop *)rec);
	case REC_tun_ring:
		return find_or_add(p, ((const struct rec_tun_ring *)rec)->skb, rec->ts);
	case REC_link:
		return on_link(p, (const struct rec_link *)rec);
	case REC_free:
		return end(p, ((const struct rec_free *)rec)->skb, rec->ts);
	case REC_drop:
		return on_drop(p, (const struct rec_drop *)rec);
	case REC_upcall:
		return on_upcall(p, (const struct rec_upcall *)rec);
	case REC_upcall_end:
		return on_upcall_end(p, (const struct rec_upcall_end *)rec);
	case REC_conntrack:
		return find(p, ((const struct rec_conntrack *)rec)->skb);
	case REC_xmit:
		return find_last(p, ((const struct rec_xmit *)rec)->skb);
	case REC_ovs_drop:
		return lose(p, find(p, ((const struct rec_ovs_drop *)rec)->skb));
	}
	return 0;
}

static bool is_the_one(const struct cut_packets *p, const struct rec *rec)
{
	return p->opts->packet_ns && rec->ts == p->opts->packet_ns && rec->cpu == p->opts->packet_cpu &&
	       (rec->type == REC_packet || rec->type == REC_hop || rec->type == REC_tun_ring || rec->type == REC_upcall);
}

int cut_packets__see(struct cut_packets *p, const struct rec *rec)
{
	__u32 number = packet_of(p, rec);

	if (number && is_the_one(p, rec))
		top(p, number)->told = true;
	return p->no_memory ? -ENOMEM : 0;
}

bool cut_packets__wanted(struct cut_packets *p, const struct rec *rec)
{
	__u32 number = packet_of(p, rec);
	const struct packet *k = number ? top(p, number) : NULL;

	return !k || ((!k->known || k->wanted) && (!p->verdict || k->told));
}
