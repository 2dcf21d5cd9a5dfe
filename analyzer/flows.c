/* flows.c: a set-associative table of flows (flows.h). Index 0 is never used. */
#include "analyzer/flows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/hist.h"

enum { WAYS = 8 };

struct flow_key {
	__u8 saddr[16], daddr[16];
	__u16 sport, dport, ethertype, proto;
};

struct flow {
	struct flow_key key;
	__u32 generation;
	__u64 packets, bytes, drops; /* packets 0: free */
	__u64 first, last;
	struct hist total;
};

struct flows {
	__u64 forgotten;
	struct flow flows[FLOWS];
};

struct flows *flows__new(void)
{
	return calloc(1, sizeof(struct flows));
}

void flows__free(struct flows *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < FLOWS; i++)
		hist__free(&f->flows[i].total);
	free(f);
}

static struct flow_key key_of(const struct rec_packet *p)
{
	struct flow_key key = { .sport = p->sport, .dport = p->dport, .ethertype = p->ethertype, .proto = p->proto };

	memcpy(key.saddr, p->saddr, sizeof(key.saddr));
	memcpy(key.daddr, p->daddr, sizeof(key.daddr));
	return key;
}

static size_t set_of(const struct flow_key *key)
{
	__u64 words[sizeof(*key) / 8], h = 0;

	memcpy(words, key, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		h = (h ^ words[i]) * 0x9e3779b97f4a7c15;
		h ^= h >> 32;
	}
	return h & (FLOWS / WAYS - 1);
}

/* The flow of this key, or the one whose place it takes. */
static struct flow *place_of(struct flows *f, const struct flow_key *key)
{
	struct flow *set = &f->flows[set_of(key) * WAYS], *fewest = NULL;

	for (struct flow *flow = set; flow < set + WAYS; flow++) {
		if (flow == f->flows) /* index 0 */
			continue;
		if (flow->packets && memcmp(&flow->key, key, sizeof(*key)) == 0)
			return flow;
		if (!fewest || flow->packets < fewest->packets)
			fewest = flow;
	}
	return fewest;
}

struct flow_ref flows__count(struct flows *f, const struct rec_packet *p)
{
	struct flow_key key = key_of(p);
	struct flow *flow = place_of(f, &key);

	if (!flow->packets || memcmp(&flow->key, &key, sizeof(key))) {
		f->forgotten += flow->packets;
		hist__reset(&flow->total);
		flow->key = key;
		flow->generation++;
		flow->packets = flow->bytes = flow->drops = 0;
		flow->first = p->rec.ts;
	}
	flow->packets++;
	flow->bytes += p->len;
	flow->last = p->rec.ts;
	return (struct flow_ref){ flow - f->flows, flow->generation };
}

void flows__end(struct flows *f, struct flow_ref ref, bool dropped, bool timed, __u64 total_ns)
{
	struct flow *flow = &f->flows[ref.index];

	if (!ref.index || flow->generation != ref.generation)
		return;
	flow->drops += dropped;
	if (timed)
		hist__add(&flow->total, total_ns);
}

__u64 flows__forgotten(const struct flows *f)
{
	return f->forgotten;
}

static int by_packets(const void *a, const void *b)
{
	const struct flow *x = *(struct flow *const *)a, *y = *(struct flow *const *)b;

	if (x->packets != y->packets)
		return x->packets > y->packets ? -1 : 1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

static void put(const struct flow *flow, struct store *s)
{
	const struct flow_key *k = &flow->key;
	bool has_addr = k->ethertype == 0x0800 || k->ethertype == 0x86dd || k->ethertype == 0x0806;

	STORE(s, "flow", V_INT(k->ethertype), has_addr ? V_ADDR(k->saddr) : V_TEXT(""),
	      has_addr ? V_ADDR(k->daddr) : V_TEXT(""), V_INT(k->sport), V_INT(k->dport), V_INT(k->proto),
	      V_INT(flow->packets), V_INT(flow->bytes), V_INT(flow->drops), V_INT(flow->first), V_INT(flow->last),
	      V_HIST(&flow->total));
}

long flows__store(struct flows *f, struct store *s, size_t keep)
{
	struct flow **sorted = malloc(FLOWS * sizeof(*sorted));
	size_t n = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < FLOWS; i++)
		if (f->flows[i].packets)
			sorted[n++] = &f->flows[i];
	qsort(sorted, n, sizeof(*sorted), by_packets);
	for (size_t i = 0; i < n && i < keep; i++)
		put(sorted[i], s);
	free(sorted);
	return n > keep ? (long)(n - keep) : 0;
}
