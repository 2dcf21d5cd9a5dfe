/* copies.c: packets of which there are several (copies.h). */
#include "analyzer/packets/copies.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/hash.h"
#include "analyzer/base/lru.h"

enum { SEEN = 1 << 14 }; /* headers */

/* One packet. */
struct family {
	__u32 members; /* that have not ended; of a free one: the next free one */
	enum delivery best;
};

struct copies {
	struct lru *seen; /* sk_buff by a hash of headers: who finds one compares the headers */
	struct family *families; /* from 1 */
	__u32 used, free;
	__u64 left_out;
};

struct headers {
	__u8 saddr[16], daddr[16];
	__u16 sport, dport, ethertype, proto;
	__u32 ip_id, ip_len, seq, ack;
	__u64 frag;
};

enum { HEADER_WORDS = sizeof(struct headers) / sizeof(__u64) };

struct copies *copies__new(void)
{
	struct copies *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->seen = lru__new(1, sizeof(__u64), SEEN);
	c->families = calloc(COPIED + 1, sizeof(*c->families));
	if (c->seen && c->families)
		return c;
	copies__free(c);
	return NULL;
}

void copies__free(struct copies *c)
{
	if (!c)
		return;
	lru__free(c->seen);
	free(c->families);
	free(c);
}

static bool is_echo(const struct rec_packet *p)
{
	__u8 type = p->dport >> 8;

	return (p->proto == IPPROTO_ICMP && (type == 0 || type == 8)) ||
	       (p->proto == IPPROTO_ICMPV6 && (type == 128 || type == 129));
}

/* Acknowledgements and datagrams without an identification may be alike. */
static bool has_number(const struct rec_packet *p)
{
	return p->ip_id || (is_echo(p) && p->seq);
}

static struct headers headers_of(const struct rec_packet *p)
{
	struct headers h = { .sport = p->sport, .dport = p->dport, .ethertype = p->ethertype, .proto = p->proto,
			     .ip_id = p->ip_id, .ip_len = p->ip_len, .seq = p->seq, .ack = p->ack, .frag = p->frag };

	memcpy(h.saddr, p->saddr, sizeof(h.saddr));
	memcpy(h.daddr, p->daddr, sizeof(h.daddr));
	return h;
}

bool copies__same(const struct rec_packet *a, const struct rec_packet *b)
{
	struct headers x = headers_of(a), y = headers_of(b);

	return has_number(a) && memcmp(&x, &y, sizeof(x)) == 0;
}

__u64 copies__seen(struct copies *c, const struct rec_packet *p)
{
	__u64 words[HEADER_WORDS], key, *skb, before;
	struct headers h;

	if (!has_number(p))
		return 0;
	h = headers_of(p);
	memcpy(words, &h, sizeof(words));
	key = hash__words(words, HEADER_WORDS);
	skb = lru__add(c->seen, &key, NULL);
	before = *skb;
	*skb = p->skb;
	return before;
}

static __u32 new_family(struct copies *c)
{
	__u32 family = c->free;

	if (family)
		c->free = c->families[family].members;
	else if (c->used < COPIED)
		family = ++c->used;
	else
		c->left_out++;
	if (family)
		c->families[family] = (struct family){ .members = 1 };
	return family;
}

__u32 copies__join(struct copies *c, __u32 family)
{
	if (!family)
		family = new_family(c);
	if (family)
		c->families[family].members++;
	return family;
}

enum delivery copies__leave(struct copies *c, __u32 family, enum delivery how)
{
	struct family *f = &c->families[family];
	bool told = f->best == DELIVERY_READ;

	assert(family >= 1 && family <= c->used && f->members);
	if (how > f->best)
		f->best = how;
	if (--f->members)
		return how == DELIVERY_READ && !told ? how : DELIVERY_NONE;
	f->members = c->free;
	c->free = family;
	return told ? DELIVERY_NONE : f->best;
}

__u64 copies__left_out(const struct copies *c)
{
	return c->left_out;
}
