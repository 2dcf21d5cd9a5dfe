/*
 * pass_run.c: CPU time of threads and processes to the 10 ms, and where threads may run.
 *
 * A piece of CPU time is spread evenly over the time it covers, in ticks of 10 ms. Pieces come when they end, so a
 * few windows are kept open; what reaches back behind those gets rows of its own. A row holds the ticks of one
 * window from the first to the last that are not 0.
 */
#include <assert.h>
#include "analyzer/sweep/pass.h"

enum { TICK_NS = 10000000, TICKS = WINDOW_NS / TICK_NS, OPEN = 3, MAX_THREADS = 1 << 18, BLOB = TICKS * 10 };

struct place {
	__u32 cpus, tgid; /* string id */
	__u8 policy, prio;
};

struct state {
	struct sweep *sweep;
	struct tally threads[OPEN], processes[OPEN]; /* by window, modulo */
	struct lru *places;                           /* by tid */
};

/* ---- rows --------------------------------------------------------------------------------------- */

/* Unsigned LEB128, in us. */
static size_t put_us(unsigned char *at, __u64 ns)
{
	__u64 us = (ns + 500) / 1000;
	size_t n = 0;

	do {
		at[n++] = (us & 0x7f) | (us > 0x7f ? 0x80 : 0);
		us >>= 7;
	} while (us);
	return n;
}

/* `whose`: the column that names the thread or the process. */
static void put_ticks(struct store *s, const char *table, __u64 win, const char *whose, __u64 key, const __u64 *tick)
{
	unsigned char blob[BLOB];
	__u64 sum = 0, peak = 0;
	unsigned first = 0, end = TICKS;
	size_t len = 0;

	while (first < TICKS && !tick[first])
		first++;
	while (end > first && !tick[end - 1])
		end--;
	for (unsigned i = first; i < end; i++) {
		sum += tick[i];
		peak = tick[i] > peak ? tick[i] : peak;
		len += put_us(blob + len, tick[i]);
	}
	assert(len <= BLOB && first <= end);
	STORE(s, table, V_INT("win", win), V_INT(whose, key), V_INT("ran_ns", sum), V_INT("peak_ns", peak),
	      V_INT("first_tick", first), V_BLOB("ticks", blob, len));
}

static void put_thread(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	put_ticks(s, "cpu_run", win, "tid", key[0], row->count);
}

static void put_process(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	put_ticks(s, "cpu_run_process", win, "tgid", key[0], row->count);
}

static const struct tally_spec thread_spec = { 1, TICKS, 0, put_thread };
static const struct tally_spec process_spec = { 1, TICKS, 0, put_process };

/* ---- records ------------------------------------------------------------------------------------ */

/* The ticks of a window that is still open. */
static __u64 *ticks_at(struct tally open[OPEN], __u64 win, __u64 key)
{
	return tally__at(&open[win % OPEN], win, &key).count;
}

/* The end of the window or tick, so many ns long, that `from` lies in, but `to` at most. */
static __u64 piece_end(__u64 from, __u64 to, __u64 length)
{
	__u64 left = length - from % length;

	assert(from < to);
	return to - from < left ? to : from + left;
}

/* ns of CPU time between from and to (ns since the first window began, in window `win`) into ticks. */
static void spread(__u64 *tick, __u64 from, __u64 to, double share)
{
	while (from < to) {
		__u64 end = piece_end(from, to, TICK_NS);

		tick[from / TICK_NS % TICKS] += (__u64)((double)(end - from) * share + 0.5);
		from = end;
	}
}

static void add_window(struct state *st, const struct rec_run *r, __u64 from, __u64 to, double share)
{
	__u64 win = from / WINDOW_NS, late[TICKS] = { 0 };

	assert(from < to && (to - 1) / WINDOW_NS == win && win <= st->sweep->win);
	if (win + OPEN > st->sweep->win) {
		spread(ticks_at(st->threads, win, r->tid), from, to, share);
		spread(ticks_at(st->processes, win, r->tgid), from, to, share);
		return;
	}
	spread(late, from, to, share);
	put_ticks(st->sweep->store, "cpu_run", win, "tid", r->tid, late);
	put_ticks(st->sweep->store, "cpu_run_process", win, "tgid", r->tgid, late);
}

/* A piece of more than a day is none: a thread that never leaves its CPU is asked every second. */
static bool is_sound(const struct rec_run *r)
{
	return r->to >= r->from && r->to - r->from < 86400ull * WINDOW_NS && r->ran <= r->to - r->from && r->to <= r->rec.ts;
}

static void on_run(struct state *st, const struct rec_run *r)
{
	__u64 first = st->sweep->first_ns, from = since(first, r->from), to = since(first, r->to);
	double share;

	if (!is_sound(r) || r->to <= first)
		return;
	if (r->to == r->from)
		return;
	assert(from < to);
	share = (double)r->ran / (double)(r->to - r->from);
	while (from < to) {
		__u64 end = piece_end(from, to, WINDOW_NS);

		add_window(st, r, from, end, share);
		from = end;
	}
}

static void on_affinity(struct state *st, const struct rec_affinity *r)
{
	__u64 key = r->tid;

	*(struct place *)lru__add(st->places, &key, NULL) = (struct place){ r->cpus, r->tgid, r->policy, r->prio };
}

static void on_event(void *state, const struct rec *rec)
{
	if (rec->type == REC_run)
		on_run(state, (const struct rec_run *)rec);
	else
		on_affinity(state, (const struct rec_affinity *)rec);
}

static void store_place(void *arg, const __u64 *key, void *value)
{
	const struct state *st = arg;
	const struct place *p = value;
	const struct rec_text *cpus = names__string(st->sweep->names, p->cpus);

	STORE_LAST(st->sweep->store, "affinity", V_INT("tid", *key), V_INT("tgid", p->tgid),
		   cpus ? V_TEXTN("cpus", cpus->s, cpus->len) : V_NULL("cpus"), V_INT("policy", p->policy),
		   V_INT("prio", p->prio));
}

static void finish(void *state)
{
	struct state *st = state;

	lru__each(st->places, store_place, st);
}

static int init(void *state)
{
	struct state *st = state;

	lru__on_forget(st->places, store_place, st);
	return 0;
}

_Static_assert(OPEN == 3, "as many are listed");

static const struct pass_tally tallies[] = {
	PASS_TALLY(threads[0], thread_spec),
	PASS_TALLY(threads[1], thread_spec),
	PASS_TALLY(threads[2], thread_spec),
	PASS_TALLY(processes[0], process_spec),
	PASS_TALLY(processes[1], process_spec),
	PASS_TALLY(processes[2], process_spec),
	{ 0 },
};

static const struct pass_lru lrus[] = {
	PASS_LRU(places, 1, struct place, MAX_THREADS, NULL, NULL), /* stored before they are forgotten */
	{ 0 },
};

static const __u8 wants[] = { REC_run, REC_affinity, 0 };

/* A lost piece takes its own time with it and bends no other. */
const struct pass pass_run = {
	.name = "run", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies, .lrus = lrus,
	.init = init, .on_event = on_event, .on_gap = pass__no_gap, .finish = finish,
};
