/* datagrams.c: which drops are one lost packet (datagrams.h). */
#include "analyzer/packets/datagrams.h"

#include <assert.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/interval.h"
#include "analyzer/base/lru.h"

enum { IPV4_OFFSET = 0x1fff, IPV4_MORE = 0x2000, IPV6_OFFSET = 0xfff8 };

struct key {
	__u8 saddr[16], daddr[16];
	__u32 ip_id;
	__u16 ethertype, proto;
};

enum { KEY_WORDS = sizeof(struct key) / sizeof(__u64) };

struct datagram {
	struct flow_ref flow; /* of its first fragment; index 0: not known */
	__u64 begin;          /* of that */
	__u64 lost;           /* when; 0: it is not */
	__u16 piece;          /* the first that was dropped: where it begins */
	bool read;
};

struct datagrams {
	struct lru *table;
	__u64 forgotten;
};

static void on_forget(void *arg, const __u64 *key, void *value)
{
	struct datagrams *d = arg;
	const struct datagram *one = value;

	(void)key;
	d->forgotten += one->lost != 0;
}

struct datagrams *datagrams__new(void)
{
	struct datagrams *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->table = lru__new(KEY_WORDS, sizeof(struct datagram), DATAGRAMS);
	if (!d->table) {
		free(d);
		return NULL;
	}
	lru__on_forget(d->table, on_forget, d);
	return d;
}

void datagrams__free(struct datagrams *d)
{
	if (!d)
		return;
	lru__free(d->table);
	free(d);
}

static __u16 piece_of(const struct rec_packet *p)
{
	return p->frag & (p->ethertype == ETH_P_IP ? IPV4_OFFSET : IPV6_OFFSET);
}

static bool is_fragment(const struct rec_packet *p)
{
	if (p->ethertype == ETH_P_IP)
		return p->frag & (IPV4_OFFSET | IPV4_MORE);
	return p->ethertype == ETH_P_IPV6 && p->frag;
}

/* IPv6 tells the protocol in the first fragment only. */
static struct datagram *find(struct datagrams *d, const struct rec_packet *p)
{
	struct key k = { .ip_id = p->ip_id, .ethertype = p->ethertype, .proto = p->ethertype == ETH_P_IP ? p->proto : 0 };
	__u64 words[KEY_WORDS];

	assert(is_fragment(p));
	memcpy(k.saddr, p->saddr, sizeof(k.saddr));
	memcpy(k.daddr, p->daddr, sizeof(k.daddr));
	memcpy(words, &k, sizeof(k));
	return lru__add(d->table, words, NULL);
}

void datagrams__begin(struct datagrams *d, const struct rec_packet *p, struct flow_ref flow)
{
	struct datagram *one;

	if (!is_fragment(p) || piece_of(p))
		return;
	one = find(d, p);
	one->flow = flow;
	one->begin = p->rec.ts;
	one->read = false;
}

bool datagrams__tells(struct datagrams *d, const struct rec_packet *p, bool read, struct flow_ref *flow, __u64 *begin)
{
	struct datagram *one;

	if (!is_fragment(p))
		return true;
	if (!read || !piece_of(p))
		return !read && !piece_of(p);
	one = find(d, p);
	if (!one->flow.index || one->read)
		return false;
	one->read = true;
	*flow = one->flow;
	*begin = one->begin;
	return true;
}

bool datagrams__is_later(const struct rec_packet *p)
{
	return is_fragment(p) && piece_of(p);
}

bool datagrams__lost(struct datagrams *d, const struct rec_packet *p, __u64 ts, struct flow_ref *flow)
{
	struct datagram *one;

	if (!is_fragment(p))
		return true;
	one = find(d, p);
	if (flow && one->flow.index)
		*flow = one->flow;
	if (one->lost && one->piece != piece_of(p) && since(one->lost, ts) < DATAGRAM_NS)
		return false;
	one->lost = ts;
	one->piece = piece_of(p);
	return true;
}

__u64 datagrams__forgotten(const struct datagrams *d)
{
	return d->forgotten;
}

bool datagrams__frees_part(const struct names *names, __u64 location)
{
	return names__in_function(names, location, "skb_release_data");
}
