/*
 * pass_journey.c: follows each packet by its skb from stage to stage to its end.
 *
 * A packet record whose headers agree with the live journey of its skb moves it on; others end it unseen ("reused")
 * and begin a new one. A hop moves it on, or begins one whose headers are not known ("orphan") until it comes to a
 * stage that records them. consume_skb and kfree_skb end it.
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
#include "analyzer/packets/following.h"
#include "analyzer/packets/identity.h"
#include "analyzer/read/tun_ring.h"
#include "format/schema.h"

enum { PARKED = 1 << 13 }; /* journeys whose sk_buff is gone and that wait for ovs-vswitchd, at a time */

/* ---- records ------------------------------------------------------------------------------------ */

/* Another packet has its sk_buff now; its own end was not seen. */
static void end_reused(struct following *st, struct journey *j)
{
	following__end_unseen(st, j, FATE_REUSED);
	journeys__remove(st->live, j->skb);
}

/* A copy of the journey, under another sk_buff. */
static struct journey *continue_as(struct following *st, const struct journey *from, __u64 skb)
{
	struct journey *j = journeys__find(st->live, skb);

	if (j)
		end_reused(st, j);
	j = journeys__add(st->live, skb);
	*j = *from;
	j->skb = skb;
	return j;
}

/*
 * The sk_buff of a packet that was sent up, and has not moved since, is freed, which is not its end: the packet
 * waits, if an answer can still come. It has none to wait for when the socket of user space did not take it.
 */
static bool leaves_for_user_space(struct following *st, struct journey *j)
{
	const struct upcall *u = upcalls__at(st->sweep->upcalls, j->upcall_place, j->upcall);
	struct journey *waits;

	if (!j->upcall || (u && u->back))
		return false;
	if (!u || journeys__find(st->parked, u->serial)) { /* in a damaged trace another one may wait for its answer */
		following__give_up_upcall(st, j, FATE_UPCALL);
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
static struct journey *comes_back(struct following *st, const struct rec_packet *p)
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

/* The IP header is there now: what the segment that TCP handed to it had not. */
static void complete(struct rec_packet *head, const struct rec_packet *p)
{
	head->ip_id = p->ip_id;
	head->frag = p->frag;
	head->ip_len = p->ip_len;
	head->ttl = p->ttl;
	head->tos = p->tos;
	head->len = p->len;
	head->pulled = p->pulled;
	head->mark = p->mark;
}

/* The Ethernet header is there now. */
static void complete_frame(struct following *st, struct journey *j, const struct rec_packet *p)
{
	struct rec_packet *head = &j->head;

	head->pulled = (__u8)(p->pulled + p->len - head->len);
	head->l2 = p->l2;
	head->tpid = p->tpid;
	head->vlan = p->vlan;
	head->tag2 = p->tag2;
	head->tag3 = p->tag3;
	head->flow_label = p->flow_label;
	head->dmac = p->dmac;
	head->smac = p->smac;
	following__keep_first(st, j, p);
}

/* Both flows have this packet; its time and its end are those of the inner one. */
static void show_outer(struct following *st, struct journey *j, const struct rec_packet *outer)
{
	j->wrapped = true;
	j->outer = *outer;
	if (following__matches(st, outer)) {
		j->matched = true;
		if (j->passed)
			flows__carry(st->flows, flows__count(st->flows, outer, outer->rec.ts));
	}
}

static void show_inner(struct following *st, struct journey *j, const struct rec_packet *inner)
{
	bool matched = j->matched;

	j->wrapped = true;
	j->outer = j->head;
	flows__carry(st->flows, (struct flow_ref){ j->flow, j->flow_generation });
	following__introduce(st, j, inner);
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

static void show_again(struct following *st, struct journey *j, const struct rec_packet *p)
{
	if (schema__stage(j->head.stage)->role == STAGE_ROLE_ORIGIN && !j->head.ip_len && !j->wrapped)
		complete(&j->head, p);
	if (p->l2 & FRAME_ETHERNET && !(j->head.l2 & FRAME_ETHERNET) && !j->wrapped)
		complete_frame(st, j, p);
	following__match_again(st, j, p);
}

/* The headers that this stage shows. */
static void show(struct following *st, struct journey *j, const struct rec_packet *p, enum identity identity)
{
	if (j->orphan && !shows_addresses(p))
		return;
	if (j->orphan)
		following__introduce(st, j, p);
	else if (identity == WRAPPED)
		show_outer(st, j, p);
	else if (identity == UNWRAPPED)
		show_inner(st, j, p);
	else
		show_again(st, j, p);
}

static const struct rec_packet *frame_of(const struct journey *j)
{
	return j->orphan || j->wrapped || !j->matched ? NULL : &j->head;
}

static void on_packet(struct following *st, const struct rec_packet *p)
{
	struct hop h = { p->rec.ts, p->netns, p->ifindex, p->len, 0, p->rec.cpu, p->queue, p->stage };
	struct journey *j = journeys__find(st->live, p->skb);
	bool back = p->stage == STAGE_ovs_flow_key_extract_userspace; /* always in an sk_buff that is new */
	enum identity identity = j && !back ? identity__of(j, p, st->xmits, st->tunnels) : ANOTHER;
	__u8 last_stage;

	st->queues_seen |= p->stage == STAGE_net_dev_queue;
	if (j && identity == ANOTHER) {
		if (!leaves_for_user_space(st, j))
			following__end_unseen(st, j, FATE_REUSED);
		journeys__remove(st->live, j->skb);
		j = NULL;
	}
	if (back)
		j = comes_back(st, p);
	last_stage = j ? j->last_stage : 0;
	if (j)
		following__move(st, j, &h);
	else
		j = following__begin(st, p->skb, &h);
	show(st, j, p, identity);
	following__note(st, j, &h);
	st->sweep->subject = (struct subject){ .matched = j->matched, .last_stage = last_stage, .head = frame_of(j) };
	if (j->matched)
		following__count_hit(st, &h);
}

static void on_aside(struct following *st, const struct rec_hop *r, const struct hop *h)
{
	struct journey *j = journeys__find(st->live, r->skb);
	struct xmit open;
	bool paired = xmits__close(st->xmits, r->skb, h, &open);

	st->sweep->subject = (struct subject){ .matched = paired ? open.matched : !st->sweep->opts.filter.match };
	if (!st->sweep->subject.matched)
		return;
	following__count_hit(st, h);
	if (!paired)
		return;
	following__count_interval(st, open.ts, h->ts, open.stage, h->stage, h->netns, h->ifindex);
	if (j && j->begin <= open.ts)
		following__note(st, j, h);
}

/*
 * What arrived and leaves again is handed to a device before: where that is recorded and was not seen of it, another packet
 * has the sk_buff now, such as a segment of a large one; the end of the first did not show.
 */
static bool is_another(const struct following *st, const struct journey *j, __u8 stage)
{
	bool leaves = stage == STAGE_qdisc_enqueue || stage == STAGE_qdisc_dequeue || stage == STAGE_net_dev_start_xmit;

	return leaves && st->queues_seen && (j->last_stage == STAGE_napi_gro_receive_entry || j->last_stage == STAGE_netif_rx ||
					     j->last_stage == STAGE_netif_receive_skb);
}

static void on_hop(struct following *st, const struct rec_hop *r)
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
	if (j && is_another(st, j, r->stage)) {
		end_reused(st, j);
		j = NULL;
	}
	if (j)
		following__move(st, j, &h);
	else
		j = following__begin(st, r->skb, &h);
	following__note(st, j, &h);
	st->sweep->subject = (struct subject){ .matched = j->matched, .head = frame_of(j) };
	if (j->matched)
		following__count_hit(st, &h);
	if (schema__is_call(r->stage))
		xmits__open(st->xmits, r->skb, &h, j->matched);
}

/* It goes on with the answer to this upcall. */
static void wait_for(struct following *st, struct journey *j, const struct upcall *u)
{
	j->upcall = u->serial;
	j->upcall_place = upcalls__place(st->sweep->upcalls, u);
}

/* Each segment of a GSO packet waits by itself. For the first, the packet does; the others are branches. */
static void on_segment(struct following *st, const struct upcall *u)
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
static void on_upcall(struct following *st, const struct rec_upcall *r)
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

static void on_link(struct following *st, const struct rec_link *l)
{
	struct journey *from = journeys__find(st->live, l->from), copy;

	st->sweep->subject = (struct subject){ .matched = from ? from->matched : !st->sweep->opts.filter.match };
	if (!from || l->from == l->to)
		return;
	if (l->how == LINK_MERGE) {
		following__end_unseen(st, from, FATE_MERGED);
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
static void on_tun_ring(struct following *st, const struct rec_tun_ring *r)
{
	struct rec_hop h = { .rec = r->rec, .skb = r->skb, .netns = r->netns, .ifindex = r->ifindex, .len = r->len,
			     .aux = tun_ring__waiting(r), .queue = r->queue, .stage = STAGE_tun_net_xmit };

	on_hop(st, &h);
}

/* What was freed without having been seen at any stage is not followed: most of it is no packet. */
static void on_end(struct following *st, __u64 skb, const struct ending *end)
{
	struct journey *j = journeys__find(st->live, skb);

	st->sweep->subject = (struct subject){ .matched = !st->sweep->opts.filter.match };
	if (!j)
		return;
	st->sweep->subject.matched = j->matched;
	st->sweep->subject.last_stage = j->last_stage;
	if (end->fate != FATE_CONSUMED || !leaves_for_user_space(st, j))
		st->sweep->subject.packet = following__end(st, j, end);
	journeys__remove(st->live, j->skb);
}

/* What ends with the packet it became a part of is not dropped for itself. */
static enum fate fate_of(const struct following *st, const struct rec_drop *d)
{
	return datagrams__frees_part(st->sweep->names, d->location) ? FATE_MERGED : FATE_DROPPED;
}

/*
 * What is of no device is another user of the sk_buff, such as a netlink message, when the packet's own end may be
 * among the records that were lost since.
 */
static void on_drop(struct following *st, const struct rec_drop *d)
{
	struct journey *j = d->ifindex || d->ethertype ? NULL : journeys__find(st->live, d->skb);

	if (j && following__misses_records(st, j->last, d->rec.ts))
		end_reused(st, j);
	on_end(st, d->skb, &(struct ending){ d->rec.ts, fate_of(st, d), d->rec.cpu, d->location, d->reason, d->stack });
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_free *f = (const struct rec_free *)rec;
	struct following *st = state;

	st->now = rec->ts > st->now ? rec->ts : st->now;
	st->sweep->slow.to_ns = 0;
	switch (rec->type) {
	case REC_packet:
		on_packet(state, (const struct rec_packet *)rec);
		break;
	case REC_head:
		heads__see(st->heads, (const struct rec_head *)rec);
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
		on_drop(state, (const struct rec_drop *)rec);
		break;
	}
}

/* Journeys find out by asking about their intervals; what a driver was busy with may have changed. */
static void on_gap(void *state, const struct gap *gap)
{
	struct following *st = state;

	if (gap->type != GAP_ANY_TYPE && gap->type != REC_hop && gap->type != REC_tun_ring && gap->type != REC_packet)
		return;
	for (__u32 cpu = 0; cpu <= st->sweep->n_cpus; cpu++)
		if (gap->cpu == GAP_ANY_CPU || gap->cpu == cpu || cpu == st->sweep->n_cpus)
			xmits__forget(st->xmits, cpu);
}

static void end_unfinished(void *arg, struct journey *j)
{
	following__end_unseen(arg, j, FATE_UNFINISHED);
}

static void finish(void *state)
{
	struct following *st = state;
	struct sweep *s = st->sweep;

	journeys__drain(st->parked, following__end_parked, st);
	journeys__drain(st->live, end_unfinished, st);
	kept_packets__store(st->kept);
	echoes__store(st->echoes, st->now);
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
	sweep__limit(s, "lost packets of forgotten flows", FLOW_LOSSES, flows__losses_forgotten(st->flows),
		     "where these were lost is missing in the counts of flows");
}

static int init(void *state)
{
	struct following *st = state;
	struct sweep *s = st->sweep;

	st->live = journeys__new(JOURNEYS, following__evict, st);
	st->parked = journeys__new(PARKED, following__unpark, st);
	st->flows = flows__new(s->gaps);
	st->copies = copies__new();
	st->datagrams = datagrams__new();
	st->deliveries = deliveries__new(s->names);
	st->kept = kept_packets__new(s);
	st->echoes = echoes__new(s);
	st->xmits = xmits__new(s->n_cpus);
	st->tunnels = tunnels__new(s->names);
	st->heads = heads__new(s->n_cpus);
	return st->live && st->parked && st->flows && st->copies && st->datagrams && st->deliveries && st->kept && st->echoes &&
	       st->xmits && st->tunnels && st->heads ? 0 : -ENOMEM;
}

static void release(void *state)
{
	struct following *st = state;

	journeys__free(st->live);
	journeys__free(st->parked);
	flows__free(st->flows);
	copies__free(st->copies);
	datagrams__free(st->datagrams);
	deliveries__free(st->deliveries);
	kept_packets__free(st->kept);
	echoes__free(st->echoes);
	xmits__free(st->xmits);
	tunnels__free(st->tunnels);
	heads__free(st->heads);
}

static const __u8 wants[] = { REC_head, REC_packet, REC_hop, REC_upcall, REC_link, REC_tun_ring, REC_free, REC_drop, 0 };

const struct pass pass_journey = {
	.name = "journey", .wants = wants, .state_size = sizeof(struct following), .tallies = following_tallies,
	.init = init, .on_event = on_event, .on_gap = on_gap, .finish = finish, .release = release,
};
