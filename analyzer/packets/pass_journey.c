/*
 * pass_journey.c: follows each packet by its skb from stage to stage to its end.
 *
 * A packet record whose headers agree with the live journey of its skb moves it on; others end it unseen ("reused")
 * and begin a new one. A hop moves it on, or begins one whose headers are not known ("orphan") until it comes to a
 * stage that records them. consume_skb and kfree_skb end it. Each interval between stages goes into a histogram,
 * unless packet records were lost meanwhile: then it is counted as uncertain.
 *
 * A clone, copy or segment goes on as a branch, with the stages of the packet it comes from; it is timed and shown
 * but not counted as a packet. What Open vSwitch sends up to ovs-vswitchd waits (ovs/upcalls.h) and goes on when it
 * is sent back, as another sk_buff. A tunnel device puts other headers before the packet, or takes them off, in the
 * same sk_buff: one journey, with both.
 */
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include "analyzer/ovs/upcalls.h"
#include "analyzer/packets/copies.h"
#include "analyzer/packets/datagrams.h"
#include "analyzer/packets/echoes.h"
#include "analyzer/packets/flows.h"
#include "analyzer/packets/identity.h"
#include "analyzer/packets/kept_packets.h"
#include "analyzer/sweep/pass.h"
#include "analyzer/vm/tun_ring.h"
#include "analyzer/packets/tunnels.h"
#include "analyzer/packets/xmits.h"
#include "format/schema.h"

enum { PARKED = 1 << 13 }; /* journeys whose sk_buff is gone and that wait for ovs-vswitchd, at a time */

struct state {
	struct sweep *sweep;
	struct journeys *live;
	struct journeys *parked; /* skb: the serial number of the upcall */
	struct flows *flows;
	struct copies *copies;
	struct datagrams *datagrams;
	struct kept_packets *kept;
	struct echoes *echoes;
	struct xmits *xmits;
	struct tunnels *tunnels;
	struct tally latency, stages, journeys;
	__u64 now; /* record that was seen last */
	__u64 evicted, unparked;
	__u64 cut; /* hops not kept */
};

/* ---- what is stored ----------------------------------------------------------------------------- */

enum { UNCERTAIN };

static void put_latency(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "stage_latency", V_INT("win", win), V_INT("from_stage", key[0] >> 8), V_INT("to_stage", key[0] & 0xff),
	      V_INT("netns", key[1] >> 32), V_INT("ifindex", key[1] & 0xffffffff),
	      V_INT("uncertain", row->count[UNCERTAIN]), V_HIST_NS("", row->hist));
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

static const struct tally_spec latency_spec = { 2, 1, 1, put_latency };
static const struct tally_spec stage_spec = { 2, 2, 0, put_stage };
static const struct tally_spec journey_spec = { 2, 5, 1, put_journeys };

/* ---- counting ----------------------------------------------------------------------------------- */

/* Returns whether packet records were lost in it. */
static bool count_interval(struct state *st, __u64 from_ts, __u64 to_ts, __u8 from, __u8 to, __u32 netns, __u32 ifindex)
{
	__u64 key[2] = { (__u64)from << 8 | to, pair(netns, ifindex) };
	bool gap = st->sweep->gaps->n_packet && gaps__in_packets(st->sweep->gaps, from_ts, to_ts);
	struct tally_row row = tally__at(&st->latency, st->sweep->win, key);

	if (gap)
		row.count[UNCERTAIN]++;
	else if (hist__add(row.hist, since(from_ts, to_ts)))
		st->sweep->no_memory = true;
	return gap;
}

static void count_hit(struct state *st, const struct hop *h)
{
	__u64 key[2] = { h->stage, pair(h->netns, h->ifindex) };
	struct tally_row row = tally__at(&st->stages, st->sweep->win, key);

	row.count[HITS]++;
	row.count[BYTES] += h->len;
}

/*
 * Is the packet lost? Not while a copy of it is on its way, nor when one went on. A clone that ends where it was made,
 * such as that of a program that captures packets, did not.
 */
static bool is_lost(struct state *st, const struct journey *j, const struct ending *end)
{
	bool dropped = end->fate == FATE_DROPPED, went_on = !dropped && (!j->branch || j->apart);

	return j->family ? copies__leave(st->copies, j->family, went_on, dropped) : dropped && !j->branch;
}

/* The flow of a fragment is the one of its datagram, if that is known: a filter may want its ports only. */
static void count_loss(struct state *st, const struct journey *j, const struct ending *end)
{
	struct flow_ref flow = { j->flow, j->flow_generation };

	if (!j->orphan && datagrams__lost(st->datagrams, &j->head, end->ts, &flow))
		flows__lose(st->flows, flow);
}

static void count_journey(struct state *st, const struct journey *j, const struct ending *end)
{
	__u64 total = journey__total(j);
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
		flows__end(st->flows, (struct flow_ref){ j->flow, j->flow_generation }, total);
}

/* ---- beginning, moving, ending ------------------------------------------------------------------ */

static void note(struct state *st, struct journey *j, const struct hop *h)
{
	j->hops++;
	assert(j->n_timeline <= JOURNEY_HOPS && j->n_timeline < j->hops);
	if (j->n_timeline < JOURNEY_HOPS)
		j->timeline[j->n_timeline++] = *h;
	else
		st->cut++;
}

/*
 * Newer kernels give what was read back to the CPU that allocated it, which frees it when it gets to that
 * (skb_attempt_defer_free): neither when nor who says anything about the reader.
 */
static bool is_deferred(const struct state *st, __u64 location)
{
	static const char *const functions[] = { "skb_defer_free_flush", "skb_attempt_defer_free", "net_rx_action" };
	struct name_at at = names__symbol(st->sweep->names, location);

	for (size_t i = 0; at.symbol && i < sizeof(functions) / sizeof(functions[0]); i++)
		if (at.symbol->name.len == strlen(functions[i]) && !memcmp(at.symbol->name.s, functions[i], at.symbol->name.len))
			return true;
	return false;
}

/* A datagram that the stack has received lies in the queue of a socket until its reader frees it. */
static void read_late(struct state *st, const struct journey *j, const struct ending *end)
{
	__u8 role = schema__stage(j->last_stage)->role;

	if (j->head.proto == 17 && !j->orphan && !j->branch && role != STAGE_ROLE_ORIGIN && schema__stage(j->last_stage)->place >=
	    schema__stage(STAGE_netif_receive_skb)->place && since(j->last, end->ts) >= SLOW_NS && !is_deferred(st, end->location))
		st->sweep->slow = (struct slow_interval){ j->last, end->ts, j->netns, j->ifindex, end->cpu, 0, j->last_stage,
							  STAGE_CONSUMED };
}

/* Returns the kept packet's id, or 0. */
static __s64 end_journey(struct state *st, struct journey *j, const struct ending *end)
{
	assert(end->fate < N_FATES && j->hops);
	if (is_lost(st, j, end))
		count_loss(st, j, end);
	if (!j->matched)
		return 0;
	if (end->fate == FATE_CONSUMED)
		read_late(st, j, end);
	if (end->fate == FATE_CONSUMED || end->fate == FATE_DROPPED)
		j->gap |= count_interval(st, j->last, end->ts, j->last_stage,
					 end->fate == FATE_DROPPED ? STAGE_DROPPED : STAGE_CONSUMED, j->netns, j->ifindex);
	count_journey(st, j, end);
	if (!j->passed)
		return 0;
	echoes__see(st->echoes, j);
	return kept_packets__offer(st->kept, j, end);
}

/* The end was not seen: the last sign of life stands for it. */
static void end_unseen(struct state *st, struct journey *j, enum fate fate)
{
	end_journey(st, j, &(struct ending){ .ts = j->last, .fate = fate });
}

static void evict(void *arg, struct journey *j)
{
	struct state *st = arg;

	st->evicted++;
	end_unseen(st, j, FATE_EVICTED);
}

static void count_in_flow(struct state *st, struct journey *j, __u64 ts)
{
	struct flow_ref flow;

	if (j->orphan || j->branch || j->flow || !j->matched || !j->passed)
		return;
	flow = flows__count(st->flows, &j->head, ts);
	j->flow = flow.index;
	j->flow_generation = flow.generation;
	datagrams__begin(st->datagrams, &j->head, flow);
}

static void set_place(struct state *st, struct journey *j, const struct hop *h)
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
static void give_up_upcall(struct state *st, struct journey *j, enum fate fate)
{
	j->gap |= st->sweep->gaps->n_packet && gaps__in_packets(st->sweep->gaps, j->last, st->now);
	end_unseen(st, j, fate);
}

/* What a command about its flow has answered need not wait any longer. */
static void unpark(void *arg, struct journey *j)
{
	struct state *st = arg;
	const struct upcall *u = upcalls__at(st->sweep->upcalls, j->upcall_place, j->upcall);

	st->unparked += u && !u->flow_put;
	give_up_upcall(st, j, FATE_UPCALL);
}

static void end_parked(void *arg, struct journey *j)
{
	struct state *st = arg;

	give_up_upcall(st, j, since(j->last, st->now) < UPCALL_UNFINISHED_NS ? FATE_UNFINISHED : FATE_UPCALL);
}

/* Is it a copy of a packet that is still on its way? Then the flow has that one already. */
static void find_family(struct state *st, struct journey *j, const struct rec_packet *head)
{
	__u64 skb = j->branch ? 0 : copies__seen(st->copies, head);
	struct journey *from = skb && skb != j->skb ? journeys__find(st->live, skb) : NULL;

	if (!from || from->orphan || j->family || !copies__same(&from->head, head))
		return;
	j->family = from->family = copies__join(st->copies, from->family);
	j->flow = from->flow;
	j->flow_generation = from->flow_generation;
}

/* The packet shows its headers. */
static void introduce(struct state *st, struct journey *j, const struct rec_packet *head)
{
	j->orphan = false;
	j->head = *head;
	j->matched = sweep__match(st->sweep, head);
	j->flow = 0;
	find_family(st, j, head);
	count_in_flow(st, j, head->rec.ts);
}

static struct journey *begin(struct state *st, __u64 skb, const struct hop *h)
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
static void move(struct state *st, struct journey *j, const struct hop *h)
{
	__u32 netns = h->ifindex ? h->netns : j->netns, ifindex = h->ifindex ? h->ifindex : j->ifindex;
	bool gap = j->matched && count_interval(st, j->last, h->ts, j->last_stage, h->stage, netns, ifindex);

	j->gap |= gap;
	if (j->matched && !gap && since(j->last, h->ts) >= SLOW_NS)
		st->sweep->slow = (struct slow_interval){ j->last, h->ts, netns, ifindex, h->cpu, h->queue, j->last_stage, h->stage };
	set_place(st, j, h);
}

/* ---- records ------------------------------------------------------------------------------------ */

/* A copy of the journey, under another sk_buff. */
static struct journey *continue_as(struct state *st, const struct journey *from, __u64 skb)
{
	struct journey *j = journeys__find(st->live, skb);

	if (j) {
		end_unseen(st, j, FATE_REUSED);
		journeys__remove(st->live, j->skb);
	}
	j = journeys__add(st->live, skb);
	*j = *from;
	j->skb = skb;
	return j;
}

/*
 * The sk_buff of a packet that was sent up, and has not moved since, is freed, which is not its end: the packet
 * waits, if an answer can still come. It has none to wait for when the socket of user space did not take it.
 */
static bool leaves_for_user_space(struct state *st, struct journey *j)
{
	const struct upcall *u = upcalls__at(st->sweep->upcalls, j->upcall_place, j->upcall);
	struct journey *waits;

	if (!j->upcall || (u && u->back))
		return false;
	if (!u || journeys__find(st->parked, u->serial)) { /* in a damaged trace another one may wait for its answer */
		give_up_upcall(st, j, FATE_UPCALL);
		return true;
	}
	waits = journeys__add(st->parked, u->serial);
	*waits = *j;
	waits->skb = u->serial;
	return true;
}

/*
 * ovs-vswitchd has sent a packet back: the journey goes on in this sk_buff. It was parked, or its first sk_buff is
 * still to be freed. NULL when it was not seen going up: a controller may have made it.
 */
static struct journey *comes_back(struct state *st, const struct rec_packet *p)
{
	struct journeys *from = st->parked;
	struct journey *was, copy;
	const struct upcall *u;

	u = upcalls__back(st->sweep->upcalls, p);
	if (!u)
		return NULL;
	was = journeys__find(from, u->serial);
	if (!was)
		was = journeys__find(from = st->live, u->skb);
	if (!was || was->upcall != u->serial)
		return NULL;
	copy = *was;
	journeys__remove(from, was->skb);
	return continue_as(st, &copy, p->skb);
}

/* What the IP header has and the segment that TCP handed to it had not. */
static void complete(struct rec_packet *head, const struct rec_packet *p)
{
	head->ip_id = p->ip_id;
	head->frag = p->frag;
	head->ip_len = p->ip_len;
	head->ttl = p->ttl;
	head->tos = p->tos;
	head->len = p->len;
	head->mark = p->mark;
}

/* Both flows have this packet; its time and its end are those of the inner one. */
static void show_outer(struct state *st, struct journey *j, const struct rec_packet *outer)
{
	j->wrapped = true;
	j->outer = *outer;
	if (sweep__match(st->sweep, outer)) {
		j->matched = true;
		if (j->passed)
			flows__count(st->flows, outer, outer->rec.ts);
	}
}

static void show_inner(struct state *st, struct journey *j, const struct rec_packet *inner)
{
	bool matched = j->matched;

	j->wrapped = true;
	j->outer = j->head;
	introduce(st, j, inner);
	j->matched |= matched;
}

/*
 * TCP answers a SYN in the name of the listening socket, which has no address of the peer; the IP header will have
 * it.
 */
static bool shows_addresses(const struct rec_packet *p)
{
	static const __u8 nobody[sizeof(p->daddr)];

	return p->ip_len || p->proto != IPPROTO_TCP || memcmp(p->daddr, nobody, sizeof(nobody)) != 0;
}

/* The headers that this stage shows. */
static void show(struct state *st, struct journey *j, const struct rec_packet *p, enum identity identity)
{
	if (j->orphan && !shows_addresses(p))
		return;
	if (j->orphan)
		introduce(st, j, p);
	else if (identity == WRAPPED)
		show_outer(st, j, p);
	else if (identity == UNWRAPPED)
		show_inner(st, j, p);
	else if (!j->head.ip_len && !j->wrapped) /* the IP header is there now */
		complete(&j->head, p);
}

static void on_packet(struct state *st, const struct rec_packet *p)
{
	struct hop h = { p->rec.ts, p->netns, p->ifindex, p->len, 0, p->rec.cpu, p->queue, p->stage };
	struct journey *j = journeys__find(st->live, p->skb);
	bool back = p->stage == STAGE_ovs_flow_key_extract_userspace; /* always in an sk_buff that is new */
	enum identity identity = j && !back ? identity__of(j, p, st->xmits, st->tunnels) : ANOTHER;
	__u8 last_stage;

	if (j && identity == ANOTHER) {
		if (!leaves_for_user_space(st, j))
			end_unseen(st, j, FATE_REUSED);
		journeys__remove(st->live, j->skb);
		j = NULL;
	}
	if (back)
		j = comes_back(st, p);
	last_stage = j ? j->last_stage : 0;
	if (j)
		move(st, j, &h);
	else
		j = begin(st, p->skb, &h);
	show(st, j, p, identity);
	note(st, j, &h);
	st->sweep->subject = (struct subject){ .matched = j->matched, .last_stage = last_stage };
	if (j->matched)
		count_hit(st, &h);
}

static void on_aside(struct state *st, const struct rec_hop *r, const struct hop *h)
{
	struct journey *j = journeys__find(st->live, r->skb);
	struct xmit open;
	bool paired = xmits__close(st->xmits, r->skb, h, &open);

	st->sweep->subject = (struct subject){ .matched = paired ? open.matched : !st->sweep->opts.filter.match };
	if (!st->sweep->subject.matched)
		return;
	count_hit(st, h);
	if (!paired)
		return;
	count_interval(st, open.ts, h->ts, open.stage, h->stage, h->netns, h->ifindex);
	if (j && j->begin <= open.ts)
		note(st, j, h);
}

static void on_hop(struct state *st, const struct rec_hop *r)
{
	struct hop h = { r->rec.ts, r->netns, r->ifindex, r->len, r->aux, r->rec.cpu, r->queue, r->stage };
	struct journey *j;

	if (schema__stage(r->stage)->role == STAGE_ROLE_ASIDE) {
		on_aside(st, r, &h);
		return;
	}
	j = journeys__find(st->live, r->skb);
	if (j && r->stage == STAGE_ovs_dp_upcall && j->upcall && !j->upcall_doubled) {
		j->upcall_doubled = true; /* on_upcall() was first */
		st->sweep->subject = (struct subject){ .matched = j->matched };
		return;
	}
	if (j)
		move(st, j, &h);
	else
		j = begin(st, r->skb, &h);
	note(st, j, &h);
	st->sweep->subject = (struct subject){ .matched = j->matched };
	if (j->matched)
		count_hit(st, &h);
	if (schema__is_call(r->stage))
		xmits__open(st->xmits, r->skb, &h, j->matched);
}

/* It goes on with the answer to this upcall. */
static void wait_for(struct state *st, struct journey *j, const struct upcall *u)
{
	j->upcall = u->serial;
	j->upcall_place = upcalls__place(st->sweep->upcalls, u);
}

/* Each segment of a GSO packet waits by itself. For the first, the packet does; the others are branches. */
static void on_segment(struct state *st, const struct upcall *u)
{
	struct journey *whole = journeys__find(st->live, u->whole), *j = journeys__find(st->live, u->skb), copy;

	if (!whole || whole->last_stage != STAGE_ovs_dp_upcall)
		return;
	if (!j || !j->branch || j->begin != whole->begin || j->last != whole->last) { /* it is no link's already */
		copy = *whole;
		copy.family = 0; /* it has a part of the packet only */
		j = continue_as(st, &copy, u->skb);
		j->branch = true;
	}
	wait_for(st, j, u);
}

/*
 * The record of an upcall is the stage, in every profile. Where the stage is recorded as well, the second of the two
 * adds nothing. In a recording without packets there is nothing to follow.
 */
static void on_upcall(struct state *st, const struct rec_upcall *r)
{
	struct rec_hop h = { .rec = r->rec, .skb = r->skb, .netns = r->netns, .ifindex = r->ifindex, .len = r->len,
			     .aux = r->cmd, .stage = STAGE_ovs_dp_upcall };
	const struct upcall *u = upcalls__newest(st->sweep->upcalls);
	struct journey *j = journeys__find(st->live, r->skb);

	if (u && (u->skb != r->skb || u->ts != r->rec.ts))
		u = NULL;
	if (r->part) {
		if (u)
			on_segment(st, u);
		return;
	}
	if (j && j->last_stage == STAGE_ovs_dp_upcall && !j->upcall)
		j->upcall_doubled = true;
	else if (j || st->sweep->rows_of[REC_packet])
		on_hop(st, &h);
	j = journeys__find(st->live, r->skb);
	if (j && u)
		wait_for(st, j, u);
}

static void on_link(struct state *st, const struct rec_link *l)
{
	struct journey *from = journeys__find(st->live, l->from), copy;

	st->sweep->subject = (struct subject){ .matched = from ? from->matched : !st->sweep->opts.filter.match };
	if (!from || l->from == l->to)
		return;
	if (l->how == LINK_MERGE) {
		end_unseen(st, from, FATE_MERGED);
		journeys__remove(st->live, from->skb);
		return;
	}
	if (l->how != LINK_SEGMENT)
		from->family = copies__join(st->copies, from->family);
	copy = *from; /* making room may end it */
	copy.branch = true;
	copy.apart = false;
	if (l->how == LINK_SEGMENT)
		copy.family = 0; /* it has a part of the packet only */
	copy.upcall = 0; /* the answer is for the packet itself */
	continue_as(st, &copy, l->to);
}

/* The stage has a record of its own, with all about the ring. */
static void on_tun_ring(struct state *st, const struct rec_tun_ring *r)
{
	struct rec_hop h = { .rec = r->rec, .skb = r->skb, .netns = r->netns, .ifindex = r->ifindex, .len = r->len,
			     .aux = tun_ring__waiting(r), .queue = r->queue, .stage = STAGE_tun_net_xmit };

	on_hop(st, &h);
}

/* What was freed without having been seen at any stage is not followed: most of it is no packet. */
static void on_end(struct state *st, __u64 skb, const struct ending *end)
{
	struct journey *j = journeys__find(st->live, skb);

	st->sweep->subject = (struct subject){ .matched = !st->sweep->opts.filter.match };
	if (!j)
		return;
	st->sweep->subject.matched = j->matched;
	st->sweep->subject.last_stage = j->last_stage;
	if (end->fate != FATE_CONSUMED || !leaves_for_user_space(st, j))
		st->sweep->subject.packet = end_journey(st, j, end);
	journeys__remove(st->live, j->skb);
}

/* What ends with the packet it became a part of is not dropped for itself. */
static enum fate fate_of(const struct state *st, const struct rec_drop *d)
{
	return datagrams__frees_part(st->sweep->names, d->location) ? FATE_MERGED : FATE_DROPPED;
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_free *f = (const struct rec_free *)rec;
	const struct rec_drop *d = (const struct rec_drop *)rec;
	struct state *st = state;

	st->now = rec->ts > st->now ? rec->ts : st->now;
	st->sweep->slow.to_ns = 0;
	switch (rec->type) {
	case REC_packet:
		on_packet(state, (const struct rec_packet *)rec);
		break;
	case REC_upcall:
		on_upcall(state, (const struct rec_upcall *)rec);
		break;
	case REC_hop:
		on_hop(state, (const struct rec_hop *)rec);
		break;
	case REC_tun_ring:
		on_tun_ring(state, (const struct rec_tun_ring *)rec);
		break;
	case REC_link:
		on_link(state, (const struct rec_link *)rec);
		break;
	case REC_free:
		on_end(state, f->skb, &(struct ending){ rec->ts, FATE_CONSUMED, rec->cpu, f->location, 0, 0 });
		break;
	case REC_drop:
		on_end(state, d->skb, &(struct ending){ rec->ts, fate_of(st, d), rec->cpu, d->location, d->reason, d->stack });
		break;
	}
}

/* Journeys find out by asking about their intervals; what a driver was busy with may have changed. */
static void on_gap(void *state, const struct gap *gap)
{
	struct state *st = state;

	if (gap->type != GAP_ANY_TYPE && gap->type != REC_hop && gap->type != REC_tun_ring && gap->type != REC_packet)
		return;
	for (__u32 cpu = 0; cpu <= st->sweep->n_cpus; cpu++)
		if (gap->cpu == GAP_ANY_CPU || gap->cpu == cpu || cpu == st->sweep->n_cpus)
			xmits__forget(st->xmits, cpu);
}

static void end_unfinished(void *arg, struct journey *j)
{
	end_unseen(arg, j, FATE_UNFINISHED);
}

static void finish(void *state)
{
	struct state *st = state;
	struct sweep *s = st->sweep;

	journeys__drain(st->parked, end_parked, st);
	journeys__drain(st->live, end_unfinished, st);
	kept_packets__store(st->kept);
	echoes__store(st->echoes);
	if (flows__store(st->flows, s->store))
		s->no_memory = true;
	sweep__limit(s, "live journeys", JOURNEYS, st->evicted,
		     "packets on their way were given up; their fate is 'evicted'");
	sweep__limit(s, "packets in user space", PARKED, st->unparked,
		     "they waited for ovs-vswitchd and were given up; their fate is 'upcall'");
	sweep__limit(s, "hops of a packet", JOURNEY_HOPS, st->cut,
		     "timelines of packets with more stages are cut; latencies are complete");
	sweep__limit(s, "packets with copies", COPIED, copies__left_out(st->copies),
		     "a copy of these that was dropped counts as a lost packet");
	sweep__limit(s, "packets of forgotten flows", FLOWS, flows__forgotten(st->flows),
		     "these are missing in the counts of flows");
}

static int init(void *state)
{
	struct state *st = state;
	struct sweep *s = st->sweep;

	st->live = journeys__new(JOURNEYS, evict, st);
	st->parked = journeys__new(PARKED, unpark, st);
	st->flows = flows__new(s->gaps);
	st->copies = copies__new();
	st->datagrams = datagrams__new();
	st->kept = kept_packets__new(s);
	st->echoes = echoes__new(s);
	st->xmits = xmits__new(s->n_cpus);
	st->tunnels = tunnels__new(s->names);
	return st->live && st->parked && st->flows && st->copies && st->datagrams && st->kept && st->echoes && st->xmits &&
	       st->tunnels ? 0 : -ENOMEM;
}

static void release(void *state)
{
	struct state *st = state;

	journeys__free(st->live);
	journeys__free(st->parked);
	flows__free(st->flows);
	copies__free(st->copies);
	datagrams__free(st->datagrams);
	kept_packets__free(st->kept);
	echoes__free(st->echoes);
	xmits__free(st->xmits);
	tunnels__free(st->tunnels);
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(latency, latency_spec),
	PASS_TALLY(stages, stage_spec),
	PASS_TALLY(journeys, journey_spec),
	{ 0 },
};

static const __u8 wants[] = { REC_packet, REC_hop, REC_upcall, REC_link, REC_tun_ring, REC_free, REC_drop, 0 };

const struct pass pass_journey = {
	.name = "journey", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies, .init = init,
	.on_event = on_event, .on_gap = on_gap, .finish = finish, .release = release,
};
