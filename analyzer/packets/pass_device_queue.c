/*
 * pass_device_queue.c: packets by the transmit and receive queues of each device, and by size.
 *
 * A packet to be sent names its queue when the driver gets it. A received one may name the queue it came in at, or
 * none: devices without queues say nothing, and a packet keeps the number through the devices above.
 */
#include "analyzer/sweep/pass.h"

enum { PACKETS, BYTES, SIZES };
enum { N_SIZES = 6, NO_QUEUE = 0xffff };
enum { DIR_RX, DIR_TX };

struct state {
	struct sweep *sweep;
	struct tally queues;
};

static void put(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	const __u64 *n = row->count, *size = n + SIZES;
	__u64 queue = key[0] & 0xffff;

	STORE(s, "iface_queue", V_INT("win", win), V_INT("netns", key[1] >> 32), V_INT("ifindex", key[1] & 0xffffffff),
	      V_TEXT("dir", key[0] >> 16 == DIR_RX ? "rx" : "tx"), V_OPT("queue", queue != NO_QUEUE, queue),
	      V_INT("packets", n[PACKETS]), V_INT("bytes", n[BYTES]), V_INT("below_64", size[0]),
	      V_INT("below_512", size[1]), V_INT("below_2k", size[2]), V_INT("below_16k", size[3]),
	      V_INT("below_64k", size[4]), V_INT("larger", size[5]));
}

static const struct tally_spec spec = { 2, SIZES + N_SIZES, 0, put };

/* Below 64, 512, 2K, 16K, 64K bytes, or more. */
static unsigned size_class(__u32 len)
{
	static const __u32 limits[] = { 64, 512, 2048, 16384, 65536 };
	unsigned i = 0;

	while (i < N_SIZES - 1 && len >= limits[i])
		i++;
	return i;
}

static void count(struct state *st, unsigned dir, __u16 queue, __u32 netns, __u32 ifindex, __u32 len)
{
	__u64 key[2] = { dir << 16 | queue, pair(netns, ifindex) };
	__u64 *n = tally__at(&st->queues, st->sweep->win, key).count;

	n[PACKETS]++;
	n[BYTES] += len;
	n[SIZES + size_class(len)]++;
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_packet *p = (const struct rec_packet *)rec;
	const struct rec_hop *h = (const struct rec_hop *)rec;
	struct state *st = state;

	if (!st->sweep->subject.matched)
		return;
	if (rec->type == REC_hop && h->stage == STAGE_net_dev_start_xmit)
		count(st, DIR_TX, h->queue, h->netns, h->ifindex, h->len);
	else if (rec->type == REC_packet && p->stage == STAGE_netif_receive_skb) /* the kernel keeps the number plus 1 */
		count(st, DIR_RX, p->queue ? p->queue - 1 : NO_QUEUE, p->netns, p->ifindex, p->len);
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(queues, spec),
	{ 0 },
};

static const __u8 wants[] = { REC_packet, REC_hop, 0 };

/* Each packet stands for itself. */
const struct pass pass_device_queue = {
	.name = "device_queue", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies,
	.on_event = on_event, .on_gap = pass__no_gap,
};
