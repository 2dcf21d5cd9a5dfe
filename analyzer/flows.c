/* flows.c: packets by flow (flows.h). */
#include "analyzer/flows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/heavy.h"
#include "analyzer/hist.h"

struct flow {
	__u32 generation;
	__u64 bytes, drops;
	__u64 first, last;
	struct hist total;
};

struct flows {
	struct heavy *table;
	bool no_memory;
};

struct flows *flows__new(void)
{
	struct flows *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->table = heavy__new(FLOW_KEY_WORDS, sizeof(struct flow), FLOWS);
	if (f->table)
		return f;
	free(f);
	return NULL;
}

void flows__free(struct flows *f)
{
	if (!f)
		return;
	for (__u32 i = 1; i <= FLOWS; i++)
		hist__free(&((struct flow *)heavy__value(f->table, i))->total);
	heavy__free(f->table);
	free(f);
}

struct flow_key flow_key__of(const struct rec_packet *p)
{
	struct flow_key key = { .sport = p->sport, .dport = p->dport, .ethertype = p->ethertype, .proto = p->proto };

	memcpy(key.saddr, p->saddr, sizeof(key.saddr));
	memcpy(key.daddr, p->daddr, sizeof(key.daddr));
	return key;
}

/* Keeps the memory of the flow before. */
static void begin(struct flow *flow, const struct rec_packet *p)
{
	hist__reset(&flow->total);
	flow->generation++;
	flow->bytes = flow->drops = 0;
	flow->first = p->rec.ts;
}

struct flow_ref flows__count(struct flows *f, const struct rec_packet *p)
{
	struct flow_key key = flow_key__of(p);
	__u64 words[FLOW_KEY_WORDS];
	struct flow *flow;
	__u32 index;
	bool fresh;

	memcpy(words, &key, sizeof(key));
	index = heavy__count(f->table, words, &fresh);
	flow = heavy__value(f->table, index);
	if (fresh)
		begin(flow, p);
	flow->bytes += p->len;
	flow->last = p->rec.ts;
	return (struct flow_ref){ index, flow->generation };
}

void flows__end(struct flows *f, struct flow_ref ref, bool dropped, bool timed, __u64 total_ns)
{
	struct flow *flow = ref.index ? heavy__value(f->table, ref.index) : NULL;

	if (!flow || flow->generation != ref.generation)
		return;
	flow->drops += dropped;
	if (timed && hist__add(&flow->total, total_ns))
		f->no_memory = true;
}

__u64 flows__forgotten(const struct flows *f)
{
	return heavy__forgotten(f->table);
}

static void put(void *arg, const __u64 *words, __u64 packets, void *value)
{
	const struct flow *flow = value;
	struct flow_key k;
	bool has_addr;

	memcpy(&k, words, sizeof(k));
	has_addr = k.ethertype == 0x0800 || k.ethertype == 0x86dd || k.ethertype == 0x0806;
	STORE((struct store *)arg, "flow", V_INT(k.ethertype), has_addr ? V_ADDR(k.saddr) : V_TEXT(""),
	      has_addr ? V_ADDR(k.daddr) : V_TEXT(""), V_INT(k.sport), V_INT(k.dport), V_INT(k.proto), V_INT(packets),
	      V_INT(flow->bytes), V_INT(flow->drops), V_INT(flow->first), V_INT(flow->last), V_HIST(&flow->total));
}

int flows__store(struct flows *f, struct store *s)
{
	heavy__each(f->table, put, s);
	return f->no_memory ? -ENOMEM : 0;
}
