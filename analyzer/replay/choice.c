/* choice.c: which records are wanted (choice.h). */
#include "analyzer/replay/choice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <linux/if_ether.h>
#include "analyzer/base/lru.h"
#include "analyzer/filter/drops.h"
#include "analyzer/packets/heads.h"

enum { MAX_PACKETS = 1 << 18 }; /* that match, at a time */

struct choice {
	const bool *types;
	struct filter *filter;
	struct heads *heads;
	struct lru *packets; /* that match: addresses of sk_buffs */
};

/* ---- packets that match ------------------------------------------------------------------------- */

static bool is_followed(const struct choice *c, __u64 skb)
{
	return lru__use(c->packets, &skb);
}

static void follow(struct choice *c, __u64 skb)
{
	lru__add(c->packets, &skb, NULL);
}

/* Was it followed? It is not any more. */
static bool leave(struct choice *c, __u64 skb)
{
	bool was = is_followed(c, skb);

	lru__remove(c->packets, &skb);
	return was;
}

/*
 * As in netrec, it is followed from the first stage where it matches, also when it gets the headers of a tunnel later.
 * Where packets always begin, the address is of another one.
 */
static bool see_packet(struct choice *c, const struct rec_packet *p)
{
	bool begins = schema__stage(p->stage)->role == STAGE_ROLE_ORIGIN;
	struct first_bytes first;
	bool wanted = filter__match(c->filter, p, heads__find(c->heads, p, &first) ? &first : NULL) ||
		      (!begins && is_followed(c, p->skb));

	if (wanted)
		follow(c, p->skb);
	else
		leave(c, p->skb);
	return wanted;
}

/* A head is wanted with the packet record that follows: it can be looked at before it is its turn. */
static bool see_head(struct choice *c, const struct rec_head *h, const struct item *items, size_t n, size_t i)
{
	struct first_bytes first;

	heads__see(c->heads, h);
	if (is_followed(c, h->skb))
		return true;
	for (i++; i < n && items[i].ts <= h->rec.ts + 1; i++) {
		const struct rec_packet *p = (const struct rec_packet *)items[i].rec;

		if (p->rec.type == REC_packet && p->rec.cpu == h->rec.cpu && p->skb == h->skb)
			return filter__match(c->filter, p, heads__find(c->heads, p, &first) ? &first : NULL);
	}
	return false;
}

static bool see_drop(struct choice *c, const struct rec_drop *d)
{
	struct first_bytes first = drops__first_bytes(d);
	struct rec_packet p;

	return leave(c, d->skb) || (drops__parse(d, &p) && filter__match(c->filter, &p, &first));
}

static bool see_link(struct choice *c, const struct rec_link *l)
{
	if (!is_followed(c, l->from))
		return is_followed(c, l->to);
	follow(c, l->to);
	return true;
}

/* ---- headers of other records ------------------------------------------------------------------- */

static const struct field_desc *find_field(const struct record_desc *d, const char *name)
{
	for (unsigned i = 0; i < d->n_fields; i++)
		if (!strcmp(d->fields[i].name, name))
			return &d->fields[i];
	return NULL;
}

static bool same_kind(const struct field_desc *a, const struct field_desc *b)
{
	return a && b && a->kind == b->kind && a->size == b->size;
}

/* Takes the fields that it has in common with a packet record. Those without a protocol are of TCP. */
static bool headers_of(const struct record_desc *d, const struct rec *rec, struct rec_packet *p)
{
	static const __u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct record_desc *packet = schema__record(REC_packet);

	if (!same_kind(find_field(d, "saddr"), find_field(packet, "saddr")))
		return false;
	*p = (struct rec_packet){ .proto = IPPROTO_TCP };
	for (unsigned i = 0; i < packet->n_fields; i++) {
		const struct field_desc *to = &packet->fields[i], *from = find_field(d, to->name);

		if (same_kind(from, to))
			memcpy((char *)p + to->offset, (const char *)rec + from->offset, to->size);
	}
	p->rec = *rec;
	p->l2 = 0;
	if (!p->ethertype)
		p->ethertype = memcmp(p->saddr, mapped, sizeof(mapped)) ? ETH_P_IPV6 : ETH_P_IP;
	return true;
}

static bool see_other(struct choice *c, const struct record_desc *d, const struct rec *rec)
{
	const struct field_desc *skb = find_field(d, "skb");
	struct rec_packet p;
	__u64 address;

	if (same_kind(skb, find_field(schema__record(REC_packet), "skb"))) {
		memcpy(&address, (const char *)rec + skb->offset, sizeof(address));
		if (is_followed(c, address))
			return true;
	}
	return headers_of(d, rec, &p) && filter__match(c->filter, &p, NULL);
}

static bool matches(struct choice *c, const struct record_desc *d, const struct item *items, size_t n, size_t i)
{
	const struct rec *rec = items[i].rec;

	switch (rec->type) {
	case REC_packet:
		return see_packet(c, (const struct rec_packet *)rec);
	case REC_head:
		return see_head(c, (const struct rec_head *)rec, items, n, i);
	case REC_drop:
		return see_drop(c, (const struct rec_drop *)rec);
	case REC_free:
		return leave(c, ((const struct rec_free *)rec)->skb);
	case REC_link:
		return see_link(c, (const struct rec_link *)rec);
	default:
		return see_other(c, d, rec);
	}
}

/* ---- interface ---------------------------------------------------------------------------------- */

bool choice__wants_gap(const struct choice *c, unsigned type)
{
	return !c->types || c->types[REC_gap] || !type || type >= REC_TYPE_MAX || c->types[type];
}

bool choice__wants(struct choice *c, const struct record_desc *d, const struct item *items, size_t n, size_t i)
{
	const struct rec *rec = items[i].rec;

	if (rec->type == REC_gap)
		return choice__wants_gap(c, ((const struct rec_gap *)rec)->type);
	if (c->filter && !matches(c, d, items, n, i))
		return false;
	return !c->types || (rec->type < REC_TYPE_MAX && c->types[rec->type]);
}

int choice__new(struct choice **out, const bool *types, struct filter *filter, __u32 n_cpus)
{
	struct choice *c = calloc(1, sizeof(*c));

	*out = c;
	if (!c)
		return -ENOMEM;
	c->types = types;
	c->filter = filter;
	if (!filter)
		return 0;
	c->heads = heads__new(n_cpus);
	c->packets = lru__new(1, 0, MAX_PACKETS);
	if (c->heads && c->packets)
		return 0;
	choice__free(c);
	*out = NULL;
	return -ENOMEM;
}

void choice__free(struct choice *c)
{
	if (!c)
		return;
	heads__free(c->heads);
	lru__free(c->packets);
	free(c);
}
