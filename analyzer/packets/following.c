/*
 * following.c: how journeys begin, move and end, and what is counted of them (following.h).
 *
 * Each interval between stages goes into a histogram, unless packet records were lost meanwhile: then it is counted as
 * uncertain. A branch is timed but not counted as a packet.
 */
#include "analyzer/packets/following.h"

#include <assert.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include "analyzer/ovs/upcalls.h"
#include "format/schema.h"

/* ---- what is stored ----------------------------------------------------------------------------- */

enum { UNCERTAIN, UNCERTAIN_LATE };

static void put_latency(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "stage_latency", V_INT("win", win), V_INT("from_stage", key[0] >> 8), V_INT("to_stage", key[0] & 0xff),
	      V_INT("netns", key[1] >> 32), V_INT("ifindex", key[1] & 0xffffffff),
	      V_INT("uncertain", row->count[UNCERTAIN]), V_INT("uncertain_late", row->count[UNCERTAIN_LATE]),
	      V_HIST_NS("", row->hist));
}

enum { HITS, BYTES };

static void put_stage(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "stage_count", V_INT("win", win), V_INT("stage", key[0]), V_INT("netns", key[1] >> 32),
	      V_INT("ifindex", key[1] & 0xffffffff), V_INT("n", row->count[HITS]), V_INT("bytes", row->count[BYTES]));
}

enum { PACKETS, ORPHANS, GAPS, LATE, BRANCHES };

static void put_journeys(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "journey", V_INT("win", win), V_INT("first_stage", key[0] & 0xff),
	      V_INT("last_stage", key[0] >> 8 & 0xff), V_TEXT("fate", fate_names[key[0] >> 16]),
	      V_INT("netns", key[1] >> 32), V_INT("ifindex", key[1] & 0xffffffff), V_INT("n", row->count[PACKETS]),
	      V_INT("orphans", row->count[ORPHANS]), V_INT("gaps", row->count[GAPS]), V_INT("late", row->count[LATE]),
	      V_INT("branches", row->count[BRANCHES]), V_HIST_IN("n_timed, sum_ns, min_ns, max_ns, hist", row->hist));
}

static const struct tally_spec latency_spec = { 2, 2, 1, put_latency };
static const struct tally_spec stage_spec = { 2, 2, 0, put_stage };
static const struct tally_spec journey_spec = { 2, 5, 1, put_journeys };

/* ---- counting ----------------------------------------------------------------------------------- */

bool following__misses_records(const struct following *st, __u64 from_ts, __u64 to_ts)
{
	return st->sweep->gaps->n_packet && gaps__in_packets(st->sweep->gaps, from_ts, to_ts);
}

/* Returns whether packet records were lost in it. */
bool following__count_interval(struct following *st, __u64 from_ts, __u64 to_ts, __u8 from, __u8 to,
			       __u32 netns, __u32 ifindex)
{
	__u64 key[2] = { (__u64)from << 8 | to, pair(netns, ifindex) };
	bool gap = following__misses_records(st, from_ts, to_ts);
	struct tally_row row = tally__at(&st->latency, st->sweep->win, key);

	row.count[UNCERTAIN] += gap;
	row.count[UNCERTAIN_LATE] += gap && since(from_ts, to_ts) >= sweep__interval_limit(st->sweep);
	if (gap)
		return true;
	if (hist__add(row.hist, since(from_ts, to_ts)))
		st->sweep->no_memory = true;
	return false;
}

void following__count_hit(struct following *st, const struct hop *h)
{
	__u64 key[2] = { h->stage, pair(h->netns, h->ifindex) };
	struct tally_row row = tally__at(&st->stages, st->sweep->win, key);

	row.count[HITS]++;
	row.count[BYTES] += h->len;
}

/*
 * What became of the packet, now that this journey has ended: nothing is known while a copy of it is on its way, unless
 * this one was read. A clone that ends where it was made, such as that of a program that captures packets, counts nothing.
 */
static enum delivery delivery_of(struct following *st, const struct journey *j, enum delivery own)
{
	if (j->branch && !j->apart && own != DELIVERY_DROPPED)
		own = DELIVERY_NONE;
	if (j->family)
		return copies__leave(st->copies, j->family, own);
	return j->branch ? DELIVERY_NONE : own;
}

/* The flow of a fragment is the one of its datagram, if that is known: a filter may want its ports only. */
static void count_loss(struct following *st, const struct journey *j, const struct ending *end)
{
	struct loss loss = { end->location, j->netns, j->ifindex, end->reason };
	struct flow_ref flow = { j->flow, j->flow_generation };

	if (j->orphan || !datagrams__lost(st->datagrams, &j->head, end->ts, &flow))
		return;
	if (flows__lose(st->flows, flow, &loss))
		names__use_location(st->sweep->names, end->location);
}

/* Of a datagram that came in fragments, the one that is freed when it is read tells. */
static void count_delivery(struct following *st, const struct journey *j, const struct ending *end, enum delivery how)
{
	struct flow_ref flow = { j->flow, j->flow_generation };
	__u64 begin = j->begin;

	if (!datagrams__tells(st->datagrams, &j->head, how == DELIVERY_READ, &flow, &begin))
		return;
	flows__tell(st->flows, flow, how, since(begin, deliveries__read_at(j, end)));
}

/* A datagram that the stack has received lies in the queue of a socket until its reader frees it, or says so before. */
static void read_late(struct following *st, const struct journey *j, const struct ending *end)
{
	bool said = j->last_stage == STAGE_skb_consume_udp && j->queued_stage;
	__u8 stage = said ? j->queued_stage : j->last_stage;
	__u64 queued = said ? j->queued : j->last;

	if (j->head.proto == IPPROTO_UDP && !j->branch && since(queued, end->ts) >= SLOW_NS &&
	    !deliveries__is_deferred(st->deliveries, end->location))
		st->sweep->slow = (struct slow_interval){ queued, end->ts, j->netns, j->ifindex, end->cpu, 0, stage,
							  STAGE_CONSUMED };
}

static void count_end(struct following *st, const struct journey *j, const struct ending *end)
{
	enum delivery own = deliveries__of(st->deliveries, j, end), how = delivery_of(st, j, own);

	if (how == DELIVERY_DROPPED)
		count_loss(st, j, end);
	else if (how > DELIVERY_UNSEEN && !j->orphan)
		count_delivery(st, j, end, how);
	if (own == DELIVERY_READ && j->matched && !j->orphan)
		read_late(st, j, end);
}

static void count_journey(struct following *st, const struct journey *j, const struct ending *end)
{
	__u64 total = journey__total(j), to_socket = j->last_stage == STAGE_skb_consume_udp && j->queued_stage ?
		since(j->begin, j->queued) : total;
	bool timed = j->hops > 1 && !j->orphan && !j->gap;
	__u64 key[2] = { (__u64)end->fate << 16 | j->last_stage << 8 | j->first_stage,
			 pair(j->first_netns, j->first_ifindex) };
	struct tally_row row = tally__at(&st->journeys, st->sweep->win, key);

	if (j->branch) {
		row.count[BRANCHES]++;
		return;
	}
	row.count[PACKETS]++;
	row.count[ORPHANS] += j->orphan;
	row.count[GAPS] += j->gap;
	row.count[LATE] += st->sweep->opts.late_ns && total >= st->sweep->opts.late_ns;
	if (timed && hist__add(row.hist, total))
		st->sweep->no_memory = true;
	if (timed)
		flows__end(st->flows, (struct flow_ref){ j->flow, j->flow_generation }, to_socket);
}

/* ---- beginning, moving, ending ------------------------------------------------------------------ */

void following__note(struct following *st, struct journey *j, const struct hop *h)
{
	j->hops++;
	assert(j->n_timeline <= JOURNEY_HOPS && j->n_timeline < j->hops);
	if (j->n_timeline < JOURNEY_HOPS)
		j->timeline[j->n_timeline++] = *h;
	else
		st->cut++;
}

/* Returns the kept packet's id, or 0. */
__s64 following__end(struct following *st, struct journey *j, const struct ending *end)
{
	assert(end->fate < N_FATES && j->hops);
	if (j->matched && (end->fate == FATE_CONSUMED || end->fate == FATE_DROPPED))
		j->gap |= following__count_interval(st, j->last, end->ts, j->last_stage,
					 end->fate == FATE_DROPPED ? STAGE_DROPPED : STAGE_CONSUMED, j->netns, j->ifindex);
	count_end(st, j, end);
	if (!j->matched)
		return 0;
	count_journey(st, j, end);
	if (!j->passed)
		return 0;
	echoes__see(st->echoes, j, end);
	return kept_packets__offer(st->kept, j, end);
}

/* The end was not seen: the last sign of life stands for it. */
void following__end_unseen(struct following *st, struct journey *j, enum fate fate)
{
	following__end(st, j, &(struct ending){ .ts = j->last, .fate = fate });
}

void following__evict(void *arg, struct journey *j)
{
	struct following *st = arg;

	st->evicted++;
	following__end_unseen(st, j, FATE_EVICTED);
}

static void count_in_flow(struct following *st, struct journey *j, __u64 ts)
{
	struct flow_ref flow;

	if (j->orphan || j->branch || j->flow || !j->matched || !j->passed)
		return;
	flow = flows__count(st->flows, &j->head, ts);
	j->flow = flow.index;
	j->flow_generation = flow.generation;
	datagrams__begin(st->datagrams, &j->head, flow);
	if (datagrams__is_later(&j->head))
		flows__carry(st->flows, flow);
}

static void set_place(struct following *st, struct journey *j, const struct hop *h)
{
	j->last = h->ts;
	j->last_stage = h->stage;
	j->upcall = 0;
	j->upcall_doubled = false;
	j->apart = true;
	j->netns = h->netns;
	j->ifindex = h->ifindex;
	if (!j->passed && sweep__at_device(st->sweep, h->netns, h->ifindex)) {
		j->passed = true;
		count_in_flow(st, j, h->ts);
	}
}

/* Its return may be among what was lost since. */
void following__give_up_upcall(struct following *st, struct journey *j, enum fate fate)
{
	j->gap |= following__misses_records(st, j->last, st->now);
	following__end_unseen(st, j, fate);
}

/* What a command about its flow has answered need not wait any longer. */
void following__unpark(void *arg, struct journey *j)
{
	struct following *st = arg;
	const struct upcall *u = upcalls__at(st->sweep->upcalls, j->upcall_place, j->upcall);

	st->unparked += u && !u->flow_put;
	following__give_up_upcall(st, j, FATE_UPCALL);
}

void following__end_parked(void *arg, struct journey *j)
{
	struct following *st = arg;

	following__give_up_upcall(st, j, since(j->last, st->now) < UPCALL_UNFINISHED_NS ? FATE_UNFINISHED : FATE_UPCALL);
}

/* Is it a copy of a packet that is still on its way? Then the flow has that one already. */
static void find_family(struct following *st, struct journey *j, const struct rec_packet *head)
{
	__u64 skb = j->branch ? 0 : copies__seen(st->copies, head);
	struct journey *from = skb && skb != j->skb ? journeys__find(st->live, skb) : NULL;

	if (!from || from->orphan || j->family || !copies__same(&from->head, head))
		return;
	j->family = from->family = copies__join(st->copies, from->family);
	j->flow = from->flow;
	j->flow_generation = from->flow_generation;
}

bool following__matches(struct following *st, const struct rec_packet *p)
{
	struct first_bytes first;

	return sweep__match(st->sweep, p, heads__find(st->heads, p, &first) ? &first : NULL);
}

void following__keep_first(struct following *st, struct journey *j, const struct rec_packet *p)
{
	struct first_bytes first = { .len = 0 };

	if (heads__find(st->heads, p, &first))
		memcpy(j->first, first.at, first.len);
	j->n_first = (__u8)first.len;
}

void following__match_again(struct following *st, struct journey *j, const struct rec_packet *p)
{
	if (j->matched || !following__matches(st, p))
		return;
	j->matched = true;
	count_in_flow(st, j, p->rec.ts);
}

/* The packet shows its headers. */
void following__introduce(struct following *st, struct journey *j, const struct rec_packet *head)
{
	j->orphan = false;
	j->head = *head;
	following__keep_first(st, j, head);
	j->matched = following__matches(st, head);
	j->flow = 0;
	find_family(st, j, head);
	count_in_flow(st, j, head->rec.ts);
}

struct journey *following__begin(struct following *st, __u64 skb, const struct hop *h)
{
	struct journey *j = journeys__add(st->live, skb);

	assert(!j->hops && !j->upcall);
	j->orphan = true;
	j->matched = !st->sweep->opts.filter.match;
	set_place(st, j, h);
	j->begin = h->ts;
	j->first_stage = h->stage;
	j->first_netns = h->netns;
	j->first_ifindex = h->ifindex;
	return j;
}

/* A packet on its way through user space has no device: the time there is that of the one it came from. */
void following__move(struct following *st, struct journey *j, const struct hop *h)
{
	__u32 netns = h->ifindex ? h->netns : j->netns, ifindex = h->ifindex ? h->ifindex : j->ifindex;
	bool gap = j->matched && following__count_interval(st, j->last, h->ts, j->last_stage, h->stage, netns, ifindex);

	j->gap |= gap;
	if (h->stage == STAGE_skb_consume_udp) { /* its reader is told when it ends */
		j->queued = j->last;
		j->queued_stage = j->last_stage;
	} else if (j->matched && !gap && since(j->last, h->ts) >= SLOW_NS) {
		st->sweep->slow = (struct slow_interval){ j->last, h->ts, netns, ifindex, h->cpu, h->queue, j->last_stage, h->stage };
	}
	set_place(st, j, h);
}

#define TALLY(member, spec) { offsetof(struct following, member), &(spec) }

const struct pass_tally following_tallies[] = {
	TALLY(latency, latency_spec),
	TALLY(stages, stage_spec),
	TALLY(journeys, journey_spec),
	{ 0 },
};
