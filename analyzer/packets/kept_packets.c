/*
 * kept_packets.c: kept packets (kept_packets.h).
 *
 * First, dropped and late ones are stored at once. The slowest of the others wait in a heap, the quickest
 * of them on top, and are stored at the end: they alone take memory, of which there is a limit whatever is asked for.
 * Journeys that span a gap are no candidates: their time may be that of two packets.
 */
#include "analyzer/packets/kept_packets.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *const fate_names[N_FATES] = { "consumed", "dropped", "reused", "evicted", "unfinished", "upcall", "merged" };

enum { MAX_SLOWEST = 1 << 15 };

struct slow { /* allocated as far as its timeline goes */
	__u64 total;
	struct ending ending;
	unsigned room;
	struct journey journey;
};

struct kept_packets {
	struct sweep *sweep;
	__s64 last_id;
	__u64 first, dropped, late; /* stored */
	__u64 dropped_left_out, late_left_out;
	struct slow **heap; /* pointers: entries are big */
	size_t n, limit;
	__u64 passed_over; /* candidates that were not slow enough */
};

struct kept_packets *kept_packets__new(struct sweep *s)
{
	struct kept_packets *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->sweep = s;
	k->limit = s->opts.keep_slowest < MAX_SLOWEST ? s->opts.keep_slowest : MAX_SLOWEST;
	k->heap = calloc(k->limit, sizeof(*k->heap));
	if (!k->heap) {
		free(k);
		return NULL;
	}
	return k;
}

static void store_hop(struct kept_packets *k, __s64 packet, unsigned n, const struct hop *h)
{
	STORE(k->sweep->store, "packet_hop", V_INT("packet", packet), V_INT("n", n), V_INT("ts_ns", h->ts),
	      V_INT("stage", h->stage), V_INT("cpu", h->cpu), V_INT("netns", h->netns), V_INT("ifindex", h->ifindex),
	      V_INT("queue", h->queue), V_INT("len", h->len), V_INT("aux", h->aux));
}

static bool has_end(const struct ending *end)
{
	return end->fate == FATE_CONSUMED || end->fate == FATE_DROPPED;
}

static void store_hops(struct kept_packets *k, __s64 id, const struct journey *j, const struct ending *end)
{
	struct hop last = { .ts = end->ts, .cpu = end->cpu, .netns = j->netns, .ifindex = j->ifindex,
			    .stage = end->fate == FATE_DROPPED ? STAGE_DROPPED : STAGE_CONSUMED };

	for (unsigned i = 0; i < j->n_timeline; i++)
		store_hop(k, id, i, &j->timeline[i]);
	if (has_end(end))
		store_hop(k, id, j->n_timeline, &last);
}

static __s64 store_packet(struct kept_packets *k, const char *why, const struct journey *j, const struct ending *end)
{
	const struct rec_packet *h = &j->head;
	const struct rec_packet *outer = &j->outer;
	bool known = !j->orphan;
	bool addr = known && (h->ethertype == 0x0800 || h->ethertype == 0x86dd || h->ethertype == 0x0806);
	bool frame = known && h->l2 & FRAME_KNOWN, ethernet = frame && h->l2 & FRAME_ETHERNET;
	__s64 id = ++k->last_id;

#define V_KNOWN(column, x) V_OPT(column, known, x)
	STORE(k->sweep->store, "packet", V_INT("id", id), V_TEXT("kept", why),
	      V_INT("win", since(k->sweep->first_ns, j->begin) / WINDOW_NS), V_INT("begin_ns", j->begin),
	      V_INT("end_ns", end->ts), V_INT("total_ns", journey__total(j)), V_TEXT("fate", fate_names[end->fate]),
	      V_INT("orphan", j->orphan), V_INT("gap", j->gap), V_INT("skb", j->skb),
	      V_KNOWN("ethertype", h->ethertype), V_ADDR("saddr", addr ? h->saddr : NULL),
	      V_ADDR("daddr", addr ? h->daddr : NULL), V_KNOWN("sport", h->sport), V_KNOWN("dport", h->dport),
	      V_KNOWN("proto", h->proto), V_KNOWN("ip_id", h->ip_id), V_KNOWN("frag", h->frag), V_KNOWN("seq", h->seq),
	      V_KNOWN("ack", h->ack), V_KNOWN("tcp_flags", h->tcp_flags), V_KNOWN("ttl", h->ttl),
	      V_KNOWN("tos", h->tos), V_KNOWN("vlan", h->vlan), V_KNOWN("len", h->len),
	      V_KNOWN("gso_size", h->gso_size), V_KNOWN("gso_segs", h->gso_segs), V_KNOWN("mark", h->mark),
	      V_KNOWN("hash", h->hash), V_KNOWN("tid", h->tid), V_INT("hops", j->hops),
	      V_OPT("reason", end->fate == FATE_DROPPED, end->reason),
	      V_OPT("location", has_end(end) && end->location, end->location), V_OPT("stack", end->stack, end->stack),
	      V_INT("branch", j->branch), V_OPT("outer_ethertype", j->wrapped, outer->ethertype),
	      V_OPT("outer_proto", j->wrapped, outer->proto), V_ADDR("outer_saddr", j->wrapped ? outer->saddr : NULL),
	      V_OPT("outer_sport", j->wrapped, outer->sport), V_ADDR("outer_daddr", j->wrapped ? outer->daddr : NULL),
	      V_OPT("outer_dport", j->wrapped, outer->dport), V_KNOWN("ip_len", h->ip_len), V_KNOWN("l2", h->l2),
	      V_OPT("pulled", frame, h->pulled), V_OPT("tpid", frame, h->tpid), V_OPT("tag2", frame, h->tag2),
	      V_OPT("tag3", frame, h->tag3), V_OPT("flow_label", frame, h->flow_label), V_OPT("dmac", ethernet, h->dmac),
	      V_OPT("smac", ethernet, h->smac), V_BLOB("first", known && j->n_first ? j->first : NULL, j->n_first));
#undef V_KNOWN
	if (has_end(end) && end->location)
		names__use_location(k->sweep->names, end->location);
	store_hops(k, id, j, end);
	return id;
}

static void sink(struct kept_packets *k, size_t i)
{
	struct slow *moving = k->heap[i];

	for (size_t child; (child = 2 * i + 1) < k->n; i = child) {
		if (child + 1 < k->n && k->heap[child + 1]->total < k->heap[child]->total)
			child++;
		if (k->heap[child]->total >= moving->total)
			break;
		k->heap[i] = k->heap[child];
	}
	k->heap[i] = moving;
}

static void rise(struct kept_packets *k, size_t i)
{
	struct slow *moving = k->heap[i];

	for (; i && k->heap[(i - 1) / 2]->total > moving->total; i = (i - 1) / 2)
		k->heap[i] = k->heap[(i - 1) / 2];
	k->heap[i] = moving;
}

/* The same one, or NULL for a new one, with room for a timeline. NULL: out of memory; the same one is as it was. */
static struct slow *make_room(struct slow *s, unsigned hops)
{
	if (s && s->room >= hops)
		return s;
	s = realloc(s, offsetof(struct slow, journey.timeline) + hops * sizeof(s->journey.timeline[0]));
	if (s)
		s->room = hops;
	return s;
}

static void offer_slow(struct kept_packets *k, const struct journey *j, const struct ending *end)
{
	__u64 total = journey__total(j);
	bool grows = k->n < k->limit;
	struct slow *s;

	if (j->gap)
		return;
	k->passed_over += !grows;
	if (!grows && total <= k->heap[0]->total)
		return;
	assert(j->n_timeline <= JOURNEY_HOPS);
	s = make_room(grows ? NULL : k->heap[0], j->n_timeline);
	if (!s) {
		k->sweep->no_memory = true;
		return;
	}
	s->total = total;
	s->ending = *end;
	memcpy(&s->journey, j, offsetof(struct journey, timeline) + j->n_timeline * sizeof(j->timeline[0]));
	if (grows) {
		k->heap[k->n] = s;
		rise(k, k->n++);
	} else {
		k->heap[0] = s;
		sink(k, 0);
	}
	assert(k->n <= k->limit && k->heap[0]->total <= k->heap[k->n - 1]->total);
}

__s64 kept_packets__offer(struct kept_packets *k, const struct journey *j, const struct ending *end)
{
	const struct analyze_opts *o = &k->sweep->opts;
	bool late = o->late_ns && journey__total(j) >= o->late_ns;

	if (end->fate == FATE_DROPPED) {
		if (k->dropped < o->keep_dropped) {
			k->dropped++;
			return store_packet(k, "dropped", j, end);
		}
		k->dropped_left_out++;
		return 0;
	}
	if (late && k->late < o->keep_dropped) {
		k->late++;
		return store_packet(k, "late", j, end);
	}
	k->late_left_out += late;
	if (k->first < o->keep_first) {
		k->first++;
		return store_packet(k, "first", j, end);
	}
	offer_slow(k, j, end);
	return 0;
}

static int slowest_first(const void *a, const void *b)
{
	const struct slow *x = *(struct slow *const *)a, *y = *(struct slow *const *)b;

	return x->total > y->total ? -1 : x->total < y->total;
}

void kept_packets__store(struct kept_packets *k)
{
	static const char no_timeline[] = "their timelines are not kept; they are counted";
	struct sweep *s = k->sweep;

	qsort(k->heap, k->n, sizeof(*k->heap), slowest_first);
	for (size_t i = 0; i < k->n; i++)
		store_packet(k, "slowest", &k->heap[i]->journey, &k->heap[i]->ending);
	if (s->opts.keep_slowest > k->limit)
		sweep__limit(s, "slowest packets", k->limit, k->passed_over, no_timeline);
	sweep__limit(s, "dropped packets", s->opts.keep_dropped, k->dropped_left_out, no_timeline);
	sweep__limit(s, "late packets", s->opts.keep_dropped, k->late_left_out, no_timeline);
}

void kept_packets__free(struct kept_packets *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->n; i++)
		free(k->heap[i]);
	free(k->heap);
	free(k);
}
