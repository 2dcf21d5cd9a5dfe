/*
 * pass_qdisc.c: packets in the queueing disciplines of devices: how long, how many before them, and those that
 * were not queued at all.
 *
 * A packet that is handed to a device is followed until its driver gets it or it is freed: handed, queued, taken.
 * Only the root qdisc of a transmit queue reports. A packet that it takes out twice was put back in between.
 *
 * What __dev_queue_xmit returned comes when the packet is gone: it was handed to that device a moment before, on the
 * same CPU as a rule.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include "analyzer/sweep/pass.h"

enum { MAX_PACKETS = 1 << 16 };
enum { HANDED, QUEUED, TAKEN };
enum { ENQUEUED, DEQUEUED, AGAIN, DIRECT, DROPPED, QLEN_SUM, QLEN_MAX, N_COUNTS };

struct packet {
	__u64 ts; /* when it was handed or queued */
	__u64 device;
	__u32 queue;
	__u8 where; /* HANDED … */
};

enum { HANDED_KEPT = 16 };

/* The packets handed to devices last. */
struct handed {
	unsigned next;
	struct {
		__u64 skb, device;
	} last[HANDED_KEPT];
};

struct state {
	struct sweep *sweep;
	struct lru *packets; /* by skb */
	struct handed *handed;  /* by CPU */
	struct tally queues, returns;
};

static void put_return(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "qdisc_return", V_INT("win", win), V_INT("netns", key[0] >> 32), V_INT("ifindex", key[0] & 0xffffffff),
	      V_INT("ret", (__s32)key[1]), V_INT("n", row->count[0]));
}

static const struct tally_spec return_spec = { 2, 1, 0, put_return };

static void put(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	const __u64 *n = row->count;

	STORE(s, "qdisc_queue", V_INT("win", win), V_INT("netns", key[0] >> 32), V_INT("ifindex", key[0] & 0xffffffff),
	      V_INT("queue", key[1]), V_INT("enqueued", n[ENQUEUED]), V_INT("dequeued", n[DEQUEUED]),
	      V_INT("again", n[AGAIN]), V_INT("direct", n[DIRECT]), V_INT("dropped", n[DROPPED]),
	      V_INT("qlen_sum", n[QLEN_SUM]), V_INT("qlen_max", n[QLEN_MAX]), V_HIST_NS("", row->hist));
}

static const struct tally_spec spec = { 2, N_COUNTS, 1, put };

static struct tally_row row_of(struct state *st, __u64 device, __u64 queue)
{
	return tally__at(&st->queues, st->sweep->win, (__u64[]){ device, queue });
}

/* An address of 0 is nobody's. */
static void begin(struct state *st, __u64 skb, const struct packet *p)
{
	assert(p->where == HANDED || p->where == QUEUED);
	if (skb)
		*(struct packet *)lru__add(st->packets, &skb, NULL) = *p;
}

/* What is known of this packet at this device; what was at another one is over. */
static struct packet *find(struct state *st, __u64 skb, __u64 device)
{
	struct packet *p = lru__find(st->packets, &skb);

	return p && p->device == device ? p : NULL;
}

static void enqueue(struct state *st, const struct rec_hop *r, __u64 device)
{
	__u64 *n = row_of(st, device, r->queue).count;

	n[ENQUEUED]++;
	n[QLEN_SUM] += r->aux;
	n[QLEN_MAX] = r->aux > n[QLEN_MAX] ? r->aux : n[QLEN_MAX];
	begin(st, r->skb, &(struct packet){ r->rec.ts, device, r->queue, QUEUED });
}

static void dequeue(struct state *st, const struct rec_hop *r, __u64 device)
{
	struct packet *p = find(st, r->skb, device);
	struct tally_row row = row_of(st, device, p ? p->queue : r->queue);

	if (p && p->where == TAKEN) {
		row.count[AGAIN]++;
		return;
	}
	assert(!p || p->where <= QUEUED);
	row.count[DEQUEUED]++;
	if (!p)
		return;
	if (p->where == QUEUED && hist__add(row.hist, since(p->ts, r->rec.ts)))
		st->sweep->no_memory = true;
	p->where = TAKEN;
}

/* The driver's word of it comes behind its start, unless it goes on with the packet by itself. */
static void on_hop(struct state *st, const struct rec_hop *r)
{
	__u64 device = pair(r->netns, r->ifindex);
	struct packet *p;

	if (r->stage == STAGE_qdisc_enqueue) {
		enqueue(st, r, device);
	} else if (r->stage == STAGE_qdisc_dequeue) {
		dequeue(st, r, device);
	} else if (r->stage == STAGE_net_dev_start_xmit) {
		p = find(st, r->skb, device);
		if (p && p->where == HANDED) {
			row_of(st, device, r->queue).count[DIRECT]++;
			p->where = TAKEN;
		}
	} else if (r->stage == STAGE_net_dev_xmit && r->aux == 0) {
		p = find(st, r->skb, device);
		if (p && p->where == TAKEN)
			lru__remove(st->packets, &r->skb);
	}
}

static void on_drop(struct state *st, const struct rec_drop *r)
{
	const struct packet *p = lru__find(st->packets, &r->skb);

	if (p && p->where != TAKEN)
		row_of(st, p->device, p->queue).count[DROPPED]++;
	lru__remove(st->packets, &r->skb);
}

static struct handed *handed_of(struct state *st, __u16 cpu)
{
	return &st->handed[cpu < st->sweep->n_cpus ? cpu : st->sweep->n_cpus];
}

static void note_handed(struct state *st, const struct rec_packet *p)
{
	struct handed *h = handed_of(st, p->rec.cpu);
	unsigned at = h->next++ % HANDED_KEPT;

	h->last[at].skb = p->skb;
	h->last[at].device = pair(p->netns, p->ifindex);
}

static void on_return(struct state *st, const struct rec_xmit *r)
{
	const struct handed *h = handed_of(st, r->rec.cpu);
	__u64 key[2] = { 0, r->ret };

	for (unsigned i = 1; i <= HANDED_KEPT && !key[0]; i++)
		if (h->last[(h->next - i) % HANDED_KEPT].skb == r->skb)
			key[0] = h->last[(h->next - i) % HANDED_KEPT].device;
	if (key[0] || !st->sweep->opts.filter.match)
		tally__at(&st->returns, st->sweep->win, key).count[0]++;
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_packet *p = (const struct rec_packet *)rec;
	struct state *st = state;

	if (rec->type == REC_xmit)
		on_return(st, (const struct rec_xmit *)rec);
	else if (!st->sweep->subject.matched)
		return;
	else if (rec->type == REC_hop)
		on_hop(st, (const struct rec_hop *)rec);
	else if (rec->type == REC_drop)
		on_drop(st, (const struct rec_drop *)rec);
	else if (rec->type == REC_free)
		lru__remove(st->packets, &((const struct rec_free *)rec)->skb);
	else if (p->stage == STAGE_net_dev_queue) {
		begin(st, p->skb, &(struct packet){ rec->ts, pair(p->netns, p->ifindex), p->queue, HANDED });
		note_handed(st, p);
	}
}

/* Who was in a queue may have left it unseen, and its address may be another packet's. */
static void on_gap(void *state, const struct gap *gap)
{
	struct state *st = state;

	if (gap->type == GAP_ANY_TYPE || gap->type == REC_hop || gap->type == REC_packet)
		lru__clear(st->packets);
}

static int init(void *state)
{
	struct state *st = state;

	st->handed = calloc(st->sweep->n_cpus + 1, sizeof(*st->handed));
	return st->handed ? 0 : -ENOMEM;
}

static void release(void *state)
{
	struct state *st = state;

	free(st->handed);
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(queues, spec),
	PASS_TALLY(returns, return_spec),
	{ 0 },
};

static const struct pass_lru lrus[] = {
	PASS_LRU(packets, 1, struct packet, MAX_PACKETS, "packets in queueing disciplines",
		 "how long these were queued is not known"),
	{ 0 },
};

static const __u8 wants[] = { REC_packet, REC_hop, REC_free, REC_drop, REC_xmit, 0 };

const struct pass pass_qdisc = {
	.name = "qdisc", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies,
	.lrus = lrus, .init = init, .on_event = on_event, .on_gap = on_gap, .release = release,
};
