/*
 * pass_cgroup.c: CPU quotas that cgroups were under, and how long they throttled while it was recorded.
 *
 * Samples are cumulative: a cgroup's first sample is where counting begins, unless it comes later than those of all that
 * there were; and so it is when another quota above it has become the one that throttles longest.
 */
#include "analyzer/sweep/pass.h"
#include "analyzer/base/samples.h"

enum { MAX_CGROUPS = 1 << 15 };
static const __u64 AT_FIRST_NS = 3000000000; /* netrec tells of all that there are as it begins */

struct cgroup {
	struct rec_cgroup last; /* .id 0: none yet */
	__u64 periods, throttled, time;
};

struct state {
	struct sweep *sweep;
	struct lru *cgroups; /* by id */
};

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_cgroup *r = (const struct rec_cgroup *)rec;
	struct state *st = state;
	__u64 key = r->id;
	struct cgroup *c = lru__add(st->cgroups, &key, NULL);

	if (!c->last.id && since(st->sweep->first_ns, r->rec.ts) > AT_FIRST_NS) /* it has got its quota meanwhile */
		c->last.limited = r->limited;
	else if (!c->last.id)
		c->last = *r;
	if (c->last.limited == r->limited) {
		c->periods += delta64(c->last.periods, r->periods);
		c->throttled += delta64(c->last.throttled, r->throttled);
		c->time += delta64(c->last.time, r->time);
	}
	c->last = *r;
}

static void put(void *arg, const __u64 *key, void *value)
{
	const struct cgroup *c = value;
	const struct state *st = arg;
	const struct rec_text *path = names__string(st->sweep->names, c->last.path);
	const struct rec_text *limited = names__string(st->sweep->names, c->last.limited);

	STORE(st->sweep->store, "cgroup", V_INT("id", *key), path ? V_TEXTN("path", path->s, path->len) : V_NULL("path"),
	      limited ? V_TEXTN("limited", limited->s, limited->len) : V_NULL("limited"),
	      V_INT("quota_ns", c->last.quota), V_INT("period_ns", c->last.period), V_INT("periods", c->periods),
	      V_INT("throttled", c->throttled), V_INT("time_ns", c->time));
}

static void finish(void *state)
{
	struct state *st = state;

	lru__each(st->cgroups, put, st);
}

static const struct pass_lru lrus[] = {
	PASS_LRU(cgroups, 1, struct cgroup, MAX_CGROUPS, "cgroups", "the CPU quotas of some are not known"),
	{ 0 },
};

static const __u8 wants[] = { REC_cgroup, 0 };

/* Samples are cumulative: the next one holds what a lost one would have said. */
const struct pass pass_cgroup = {
	.name = "cgroup", .wants = wants, .state_size = sizeof(struct state), .lrus = lrus, .on_event = on_event,
	.on_gap = pass__no_gap, .finish = finish,
};
