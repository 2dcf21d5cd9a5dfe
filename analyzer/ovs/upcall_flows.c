/* upcall_flows.c: see upcall_flows.h. */
#include "analyzer/ovs/upcall_flows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/heavy.h"

enum { MAX_FLOWS = 1 << 16, STORED_FLOWS = 1000 };

struct datapath_flow {
	__u64 serial; /* no other ever has it; from 1 */
	__u64 refused, first, last;
};

struct flow_key {
	__u8 saddr[16], daddr[16];
	__u32 netns, ifindex;
	__u16 sport, dport, ethertype, proto;
};

struct upcall_flows {
	struct heavy *flows;
	__u64 serials;
};

struct upcall_flows *upcall_flows__new(void)
{
	struct upcall_flows *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->flows = heavy__new(sizeof(struct flow_key) / 8, sizeof(struct datapath_flow), MAX_FLOWS);
	if (f->flows)
		return f;
	free(f);
	return NULL;
}

void upcall_flows__free(struct upcall_flows *f)
{
	if (!f)
		return;
	heavy__free(f->flows);
	free(f);
}

struct upcall_flow upcall_flows__count(struct upcall_flows *flows, const struct rec_upcall *r)
{
	struct flow_key k = { .netns = r->netns, .ifindex = r->ifindex, .sport = r->sport, .dport = r->dport,
			      .ethertype = r->ethertype, .proto = r->proto };
	__u64 key[sizeof(k) / 8];
	struct datapath_flow *f;
	__u32 place;
	bool fresh;

	memcpy(k.saddr, r->saddr, sizeof(k.saddr));
	memcpy(k.daddr, r->daddr, sizeof(k.daddr));
	memcpy(key, &k, sizeof(k));
	place = heavy__count(flows->flows, key, &fresh);
	f = heavy__value(flows->flows, place);
	if (fresh)
		*f = (struct datapath_flow){ .serial = ++flows->serials, .first = r->rec.ts };
	f->last = r->rec.ts;
	return (struct upcall_flow){ place, f->serial };
}

void upcall_flows__refuse(struct upcall_flows *flows, struct upcall_flow flow)
{
	struct datapath_flow *f = heavy__value(flows->flows, flow.place);

	assert(flow.place && f->serial >= flow.serial);
	f->refused += f->serial == flow.serial;
}

struct counted_flow {
	__u64 n;
	struct flow_key key;
	const struct datapath_flow *flow;
};

struct flow_list {
	struct counted_flow *all;
	size_t n;
};

static int by_upcalls(const void *a, const void *b)
{
	const struct counted_flow *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

static void add_flow(void *arg, const __u64 *key, __u64 n, void *value)
{
	struct flow_list *l = arg;
	struct counted_flow *f = &l->all[l->n++];

	f->n = n;
	f->flow = value;
	memcpy(&f->key, key, sizeof(f->key));
}

static void store_flow(struct sweep *s, const struct counted_flow *c)
{
	const struct datapath_flow *f = c->flow;
	const struct flow_key *k = &c->key;

	STORE(s->store, "upcall_flow", V_INT("netns", k->netns), V_INT("ifindex", k->ifindex),
	      V_INT("ethertype", k->ethertype), V_ADDR("saddr", k->saddr), V_ADDR("daddr", k->daddr),
	      V_INT("sport", k->sport), V_INT("dport", k->dport), V_INT("proto", k->proto), V_INT("n", c->n),
	      V_INT("refused", f->refused), V_INT("first_ns", f->first), V_INT("last_ns", f->last));
}

void upcall_flows__store(const struct upcall_flows *f, struct sweep *s)
{
	struct flow_list l = { .all = calloc(heavy__n(f->flows) + 1ul, sizeof(*l.all)) };

	if (!l.all) {
		s->no_memory = true;
		return;
	}
	heavy__each(f->flows, add_flow, &l);
	qsort(l.all, l.n, sizeof(*l.all), by_upcalls);
	for (size_t i = 0; i < l.n && i < STORED_FLOWS; i++)
		store_flow(s, &l.all[i]);
	sweep__limit(s, "flows with upcalls", STORED_FLOWS, l.n > STORED_FLOWS ? l.n - STORED_FLOWS : 0,
		     "their upcalls are counted but not listed by flow");
	sweep__limit(s, "upcalls of forgotten flows", MAX_FLOWS, heavy__forgotten(f->flows),
		     "they are counted but not listed by flow");
	free(l.all);
}
