/* flows.c: packets by flow (flows.h). */
#include "analyzer/packets/flows.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include "analyzer/base/heavy.h"
#include "analyzer/base/hist.h"
#include "analyzer/base/interval.h"

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08 };
enum { SEQ_NEAR = 1 << 24 }; /* bytes; farther back is another connection */

/* The last packet that was a new one. */
struct newest {
	__u64 ts; /* 0: none yet */
	__u32 ip_id, seq, ack;
	__u32 netns, ifindex;
	__u16 frag;
	__u8 stage;
	bool data; /* TCP: takes up sequence numbers */
};

/* What each packet changes lies together. */
struct flow {
	__u32 generation;
	bool datagrams; /* UDP */
	__u64 bytes, drops;
	__u64 first, last;
	struct newest newest;
	__u64 longest_at; /* the beginning of the longest gap */
	__u64 uncertain;
	struct hist gaps;
	struct hist total;
	__u64 told[N_DELIVERIES]; /* packets of which this became */
	__u64 carried;            /* of which nothing is to be told here */
	struct hist read;         /* until datagrams were read */
};

struct loss_key {
	struct flow_key flow;
	__u64 location;
	__u32 netns, ifindex, reason, pad;
};

enum { LOSS_KEY_WORDS = sizeof(struct loss_key) / sizeof(__u64) };

struct flows {
	const struct gaps *lost;
	struct heavy *table;
	struct heavy *losses; /* by struct loss_key */
	bool no_memory;
};

struct flows *flows__new(const struct gaps *lost)
{
	struct flows *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->lost = lost;
	f->table = heavy__new(FLOW_KEY_WORDS, sizeof(struct flow), FLOWS);
	f->losses = heavy__new(LOSS_KEY_WORDS, 0, FLOW_LOSSES);
	if (f->table && f->losses)
		return f;
	flows__free(f);
	return NULL;
}

static void free_one(void *arg, void *value)
{
	struct flow *flow = value;

	(void)arg;
	hist__free(&flow->total);
	hist__free(&flow->gaps);
	hist__free(&flow->read);
}

void flows__free(struct flows *f)
{
	if (!f)
		return;
	if (f->table)
		heavy__each_value(f->table, free_one, NULL);
	heavy__free(f->table);
	heavy__free(f->losses);
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
static void begin(struct flow *flow, const struct rec_packet *p, __u64 ts)
{
	flow->datagrams = p->proto == IPPROTO_UDP;
	hist__reset(&flow->total);
	hist__reset(&flow->gaps);
	hist__reset(&flow->read);
	memset(flow->told, 0, sizeof(flow->told));
	flow->carried = 0;
	flow->generation++;
	flow->bytes = flow->drops = flow->uncertain = 0;
	flow->first = ts;
	flow->newest.ts = 0;
}

/* ---- gaps --------------------------------------------------------------------------------------- */

/*
 * Does a TCP segment take up sequence numbers? How long its header is was not recorded: at most 60 bytes. Shorter ones
 * with data have PSH.
 */
static bool has_data(const struct rec_packet *p)
{
	__u32 ip = p->ethertype == 0x86dd ? 40 : 20, len = p->ip_len > ip ? p->ip_len - ip : p->len;

	return p->tcp_flags & (SYN | FIN | PSH) || len > 60;
}

/* TCP sends it again, keeps alive, or it comes late: it is not beyond the newest one. */
static bool is_again(const struct newest *n, const struct rec_packet *p)
{
	__s32 ahead = (__s32)(p->seq - n->seq);

	if (p->proto != IPPROTO_TCP || p->tcp_flags & RST)
		return false;
	if (ahead == 0)
		return n->data && has_data(p);
	return ahead < 0 && ahead > -SEQ_NEAR && !(p->tcp_flags & SYN);
}

/* It comes by at another place, by way of a guest or as a copy whose origin was not recorded. */
static bool is_elsewhere(const struct newest *n, const struct rec_packet *p)
{
	bool same = p->ip_id == n->ip_id && p->seq == n->seq && p->ack == n->ack && p->frag == n->frag && (p->ip_id || p->seq);

	return same && (p->stage != n->stage || p->netns != n->netns || p->ifindex != n->ifindex);
}

static void add_gap(struct flows *f, struct flow *flow, __u64 now)
{
	__u64 from = flow->newest.ts, ns = since(from, now);

	if (f->lost->n_packet && gaps__in_packets(f->lost, from, now)) {
		flow->uncertain++;
		return;
	}
	if (!flow->gaps.n || ns > flow->gaps.max)
		flow->longest_at = from;
	if (hist__add(&flow->gaps, ns))
		f->no_memory = true;
}

static void count_gap(struct flows *f, struct flow *flow, const struct rec_packet *p, __u64 ts)
{
	struct newest *n = &flow->newest;
	bool reset = p->proto == IPPROTO_TCP && p->tcp_flags & RST; /* its number may be anything */

	if (n->ts && (is_again(n, p) || is_elsewhere(n, p)))
		return;
	if (n->ts)
		add_gap(f, flow, ts);
	*n = (struct newest){ .ts = ts, .ip_id = p->ip_id, .seq = reset ? n->seq : p->seq, .ack = p->ack, .netns = p->netns,
			      .ifindex = p->ifindex, .frag = p->frag, .stage = p->stage, .data = reset ? n->data : has_data(p) };
}

/* ---- interface ---------------------------------------------------------------------------------- */

struct flow_ref flows__count(struct flows *f, const struct rec_packet *p, __u64 ts)
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
		begin(flow, p, ts);
	flow->bytes += p->len;
	flow->last = ts;
	count_gap(f, flow, p, ts);
	return (struct flow_ref){ index, flow->generation };
}

/* NULL: there is none, or it has been forgotten since. */
static struct flow *at(struct flows *f, struct flow_ref ref)
{
	struct flow *flow = ref.index ? heavy__value(f->table, ref.index) : NULL;

	assert(!flow || ref.generation <= flow->generation);
	return flow && flow->generation == ref.generation ? flow : NULL;
}

bool flows__lose(struct flows *f, struct flow_ref ref, const struct loss *loss)
{
	struct loss_key k = { .location = loss->location, .netns = loss->netns, .ifindex = loss->ifindex, .reason = loss->reason };
	struct flow *flow = at(f, ref);
	__u64 words[LOSS_KEY_WORDS];
	bool fresh;

	if (!flow)
		return false;
	flow->drops++;
	memcpy(&k.flow, heavy__key(f->table, ref.index), sizeof(k.flow));
	memcpy(words, &k, sizeof(k));
	heavy__count(f->losses, words, &fresh);
	return true;
}

void flows__tell(struct flows *f, struct flow_ref ref, enum delivery how, __u64 took)
{
	struct flow *flow = at(f, ref);

	assert(how > DELIVERY_DROPPED && how < N_DELIVERIES);
	if (!flow)
		return;
	flow->told[how]++;
	if (how == DELIVERY_READ && flow->datagrams && hist__add(&flow->read, took))
		f->no_memory = true;
}

void flows__carry(struct flows *f, struct flow_ref ref)
{
	struct flow *flow = at(f, ref);

	if (flow)
		flow->carried++;
}

void flows__end(struct flows *f, struct flow_ref ref, __u64 total_ns)
{
	struct flow *flow = at(f, ref);

	if (flow && hist__add(&flow->total, total_ns))
		f->no_memory = true;
}

__u64 flows__losses_forgotten(const struct flows *f)
{
	return heavy__forgotten(f->losses);
}

__u64 flows__forgotten(const struct flows *f)
{
	return heavy__forgotten(f->table);
}

static bool has_addresses(const struct flow_key *k)
{
	return k->ethertype == 0x0800 || k->ethertype == 0x86dd || k->ethertype == 0x0806;
}

#define V_FLOW(k)                                                                                                      \
	V_INT("ethertype", (k).ethertype), has_addresses(&(k)) ? V_ADDR("saddr", (k).saddr) : V_TEXT("saddr", ""),     \
	has_addresses(&(k)) ? V_ADDR("daddr", (k).daddr) : V_TEXT("daddr", ""), V_INT("sport", (k).sport),            \
	V_INT("dport", (k).dport), V_INT("proto", (k).proto)

static void put(void *arg, const __u64 *words, __u64 packets, void *value)
{
	const struct flow *flow = value;
	struct flow_key k;

	memcpy(&k, words, sizeof(k));
	STORE((struct store *)arg, "flow", V_FLOW(k), V_INT("packets", packets), V_INT("bytes", flow->bytes),
	      V_INT("drops", flow->drops), V_INT("first_ns", flow->first), V_INT("last_ns", flow->last),
	      V_HIST_NS("", &flow->total), V_HIST_NS("gap_", &flow->gaps),
	      V_OPT("gap_max_at_ns", flow->gaps.n, flow->longest_at), V_INT("gap_uncertain", flow->uncertain),
	      V_INT("arrived", flow->told[DELIVERY_READ]), V_INT("departed", flow->told[DELIVERY_LEFT]),
	      V_INT("sometime", flow->told[DELIVERY_SOMETIME]), V_INT("edge", flow->told[DELIVERY_EDGE]),
	      V_INT("upcalled", flow->told[DELIVERY_UPCALL]), V_INT("in_gap", flow->told[DELIVERY_GAP]),
	      V_INT("forgotten", flow->told[DELIVERY_FORGOTTEN]), V_INT("carried", flow->carried), V_HIST_NS("read_", &flow->read));
}

static void put_loss(void *arg, const __u64 *words, __u64 packets, void *value)
{
	struct loss_key k;

	(void)value;
	memcpy(&k, words, sizeof(k));
	STORE((struct store *)arg, "flow_loss", V_FLOW(k.flow), V_INT("reason", k.reason), V_INT("location", k.location),
	      V_INT("netns", k.netns), V_INT("ifindex", k.ifindex), V_INT("packets", packets));
}

int flows__store(struct flows *f, struct store *s)
{
	heavy__each(f->table, put, s);
	heavy__each(f->losses, put_loss, s);
	return f->no_memory ? -ENOMEM : 0;
}
