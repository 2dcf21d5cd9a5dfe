/*
 * pass_tun.c: how full the rings of tun queues are, and the packets they refuse.
 *
 * tun_net_xmit drops on the CPU on which it looked at the ring, right after that: the drop of the skb seen
 * last there is the ring's, when it comes from that function.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/sweep/pass.h"
#include "analyzer/read/tun_ring.h"

enum { PACKETS, BYTES, SIZE, USED, FULL, DROPPED };

struct queue_key {
	__u64 device, sock, queue;
};

struct last {
	__u64 skb; /* 0: none */
	struct queue_key key;
};

struct state {
	struct sweep *sweep;
	struct last *last; /* by CPU */
	struct tally queues, reads;
};

static void put_queue(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "tun_queue", V_INT("win", win), V_INT("netns", key[0] >> 32), V_INT("ifindex", key[0] & 0xffffffff),
	      V_INT("queue", key[2]), V_INT("sock", key[1]), V_INT("packets", row->count[PACKETS]),
	      V_INT("bytes", row->count[BYTES]), V_INT("size", row->count[SIZE]), V_INT("used", row->count[USED]),
	      V_INT("full", row->count[FULL]), V_INT("dropped", row->count[DROPPED]), V_HIST("", row->hist));
}

static void put_read(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "tun_read", V_INT("win", win), V_INT("netns", key[0] >> 32), V_INT("ifindex", key[0] & 0xffffffff),
	      V_INT("queue", key[1]), V_HIST("", row->hist));
}

static const struct tally_spec queue_spec = { sizeof(struct queue_key) / 8, 6, 1, put_queue };
static const struct tally_spec read_spec = { 2, 0, 1, put_read };

static struct last *last_on(struct state *st, __u16 cpu)
{
	return &st->last[cpu < st->sweep->n_cpus ? cpu : st->sweep->n_cpus];
}

static void add(struct state *st, struct hist *h, __u64 value)
{
	if (hist__add(h, value))
		st->sweep->no_memory = true;
}

static struct tally_row queue_row(struct state *st, const struct queue_key *key)
{
	__u64 words[] = { key->device, key->sock, key->queue };

	return tally__at(&st->queues, st->sweep->win, words);
}

static void on_ring(struct state *st, const struct rec_tun_ring *r)
{
	struct queue_key key = { pair(r->netns, r->ifindex), r->sock, r->queue };
	struct tally_row row = queue_row(st, &key);
	__u32 used = tun_ring__used(r);

	*last_on(st, r->rec.cpu) = (struct last){ r->skb, key };
	row.count[PACKETS]++;
	row.count[BYTES] += r->len;
	row.count[FULL] += r->full;
	row.count[SIZE] = r->size > row.count[SIZE] ? r->size : row.count[SIZE];
	row.count[USED] = used > row.count[USED] ? used : row.count[USED];
	add(st, row.hist, tun_ring__waiting(r));
}

static void on_hop(struct state *st, const struct rec_hop *r)
{
	__u64 key[2] = { pair(r->netns, r->ifindex), r->queue };

	if (r->stage == STAGE_tun_recvmsg)
		add(st, tally__at(&st->reads, st->sweep->win, key).hist, r->aux);
}

/* Without symbols the skb alone has to do. */
static bool in_tun_net_xmit(const struct state *st, __u64 location)
{
	const struct rec_symbol *symbol = names__symbol(st->sweep->names, location).symbol;
	static const char name[] = "tun_net_xmit";

	return !symbol || (symbol->name.len >= sizeof(name) - 1 && !memcmp(symbol->name.s, name, sizeof(name) - 1));
}

static void on_drop(struct state *st, const struct rec_drop *r)
{
	struct last *last = last_on(st, r->rec.cpu);

	if (r->skb != last->skb || !in_tun_net_xmit(st, r->location))
		return;
	queue_row(st, &last->key).count[DROPPED]++;
	last->skb = 0;
}

static void on_event(void *state, const struct rec *rec)
{
	struct state *st = state;

	if (rec->type == REC_drop)
		on_drop(st, (const struct rec_drop *)rec);
	else if (!st->sweep->subject.matched)
		return;
	else if (rec->type == REC_tun_ring)
		on_ring(st, (const struct rec_tun_ring *)rec);
	else
		on_hop(st, (const struct rec_hop *)rec);
}

/* Each record stands for itself, but for the one a drop follows. */
static void on_gap(void *state, const struct gap *gap)
{
	struct state *st = state;

	if (gap->type != GAP_ANY_TYPE && gap->type != REC_tun_ring)
		return;
	for (__u32 cpu = 0; cpu <= st->sweep->n_cpus; cpu++)
		if (gap->cpu == GAP_ANY_CPU || gap->cpu == cpu || cpu == st->sweep->n_cpus)
			st->last[cpu].skb = 0;
}

static int init(void *state)
{
	struct state *st = state;

	st->last = calloc(st->sweep->n_cpus + 1, sizeof(*st->last));
	return st->last ? 0 : -ENOMEM;
}

static void release(void *state)
{
	struct state *st = state;

	free(st->last);
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(queues, queue_spec),
	PASS_TALLY(reads, read_spec),
	{ 0 },
};

static const __u8 wants[] = { REC_tun_ring, REC_hop, REC_drop, 0 };

const struct pass pass_tun = {
	.name = "tun", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies, .init = init,
	.on_event = on_event, .on_gap = on_gap, .release = release,
};
