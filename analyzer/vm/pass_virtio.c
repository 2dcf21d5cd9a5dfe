/*
 * pass_virtio.c: virtio-net as a guest sees it: its NAPI polls, its interrupts and call-backs. Each record stands
 * for itself. Ring indexes run through 16 bits.
 */
#include "analyzer/sweep/pass.h"

enum { BUDGET, AT_BUDGET, EMPTY, KNOWN, WAITING, REMAINING };
enum { WORK, RUN };
enum { N, NOTHING };

struct state {
	struct sweep *sweep;
	struct tally polls, vqs;
};

static void put_poll(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	const __u64 *n = row->count;

	STORE(s, "virtio_poll", V_INT("win", win), V_INT("netns", key[0] >> 32), V_INT("ifindex", key[0] & 0xffffffff),
	      V_INT("queue", key[1] >> 8), V_INT("caller", key[1] & 0xff), V_INT("cpu", key[2]),
	      V_INT("budget", n[BUDGET]), V_INT("at_budget", n[AT_BUDGET]), V_INT("empty", n[EMPTY]),
	      V_INT("known", n[KNOWN]), V_INT("waiting", n[WAITING]), V_INT("remaining", n[REMAINING]),
	      V_HIST("", &row->hist[WORK]), V_HIST_NS("run_", &row->hist[RUN]));
}

static void put_vq(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "virtio_vq", V_INT("win", win), V_INT("netns", key[0] >> 32), V_INT("ifindex", key[0] & 0xffffffff),
	      V_INT("vq", key[1] >> 32), V_INT("what", key[1] & 0xffffffff), V_INT("irq", key[2] >> 32),
	      V_INT("result", (__s32)key[2]), V_INT("n", row->count[N]), V_INT("nothing_new", row->count[NOTHING]));
}

static const struct tally_spec poll_spec = { 3, 6, 2, put_poll };
static const struct tally_spec vq_spec = { 3, 2, 0, put_vq };

static void on_poll(struct state *st, const struct rec_virtio_poll *r)
{
	__u64 key[3] = { pair(r->netns, r->ifindex), (__u64)r->queue << 8 | r->caller, r->rec.cpu };
	struct tally_row row = tally__at(&st->polls, st->sweep->win, key);
	__u64 *n = row.count;

	n[BUDGET] = r->budget > n[BUDGET] ? r->budget : n[BUDGET];
	n[AT_BUDGET] += r->budget && r->work >= r->budget;
	n[EMPTY] += r->work == 0;
	if (r->known & 1) {
		n[KNOWN]++;
		n[WAITING] += (__u16)(r->used - r->last_used);
		n[REMAINING] += (__u16)(r->used_end - r->last_used_end);
	}
	if (hist__add(&row.hist[WORK], r->work) || hist__add(&row.hist[RUN], r->duration))
		st->sweep->no_memory = true;
}

static void on_vq(struct state *st, const struct rec_virtio_vq *r)
{
	__u64 key[3] = { pair(r->netns, r->ifindex), pair(r->index, r->what), pair(r->irq, r->result) };
	__u64 *n = tally__at(&st->vqs, st->sweep->win, key).count;

	n[N]++;
	n[NOTHING] += (r->known & 1) && r->used == r->last_used;
}

static void on_event(void *state, const struct rec *rec)
{
	if (rec->type == REC_virtio_poll)
		on_poll(state, (const struct rec_virtio_poll *)rec);
	else
		on_vq(state, (const struct rec_virtio_vq *)rec);
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(polls, poll_spec),
	PASS_TALLY(vqs, vq_spec),
	{ 0 },
};

static const __u8 wants[] = { REC_virtio_poll, REC_virtio_vq, 0 };

const struct pass pass_virtio = {
	.name = "virtio", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies,
	.on_event = on_event, .on_gap = pass__no_gap,
};
