/*
 * pass_futex.c: time in futex calls by thread, operation and address.
 */
#include "analyzer/sweep/pass.h"

enum { OP_MASK = 0x7f /* without FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME */, ERRORS = 0 };

struct state {
	struct sweep *sweep;
	struct tally calls;
};

static void put(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "futex", V_INT("win", win), V_INT("tid", key[0] >> 32), V_INT("op", key[0] & 0xffffffff),
	      V_INT("uaddr", key[1]), V_INT("errors", row->count[ERRORS]), V_HIST_NS("", row->hist));
}

static const struct tally_spec spec = { 2, 1, 1, put };

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_futex *r = (const struct rec_futex *)rec;
	struct state *st = state;
	__u64 key[2] = { pair(r->tid, r->op & OP_MASK), r->uaddr };
	struct tally_row row = tally__at(&st->calls, st->sweep->win, key);

	row.count[ERRORS] += (__s32)r->ret < 0;
	if (hist__add(row.hist, r->duration))
		st->sweep->no_memory = true;
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(calls, spec),
	{ 0 },
};

static const __u8 wants[] = { REC_futex, 0 };

/* Each record holds a whole call. */
const struct pass pass_futex = {
	.name = "futex", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies,
	.on_event = on_event, .on_gap = pass__no_gap,
};
