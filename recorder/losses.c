/* losses.c: turns loss counters into gap rows (losses.h). */
#include "losses.h"

#include <stdlib.h>

#include "bpf/shared.h"

enum { GAP_NS = 100000000 };

struct counter {
	__u64 seen;
	__u64 from, to; /* of the open gap */
	__u64 lost;     /* in the open gap; 0: none is open */
};

struct losses {
	struct counter *counters; /* [cpu * LOST_TYPES + type] */
	__u64 of_type[REC_TYPE_MAX];
	__u64 looked; /* when, last */
	__u32 n_cpus;
};

struct losses *losses__new(__u32 n_cpus)
{
	struct losses *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->n_cpus = n_cpus;
	l->looked = now_ns();
	l->counters = calloc((size_t)n_cpus * LOST_TYPES, sizeof(*l->counters));
	if (!l->counters) {
		free(l);
		return NULL;
	}
	return l;
}

void losses__free(struct losses *l)
{
	if (!l)
		return;
	free(l->counters);
	free(l);
}

void losses__add(struct losses *l, struct sink *s, __u32 where, __u16 type, __u8 why, __u64 from, __u64 to, __u64 lost)
{
	struct rec_gap gap = { .rec = { .ts = to, .type = REC_gap },
			       .where = where,
			       .type = type,
			       .why = why,
			       .from = from,
			       .to = to,
			       .lost = lost };

	if (type < REC_TYPE_MAX)
		l->of_type[type] += lost;
	s->lost += lost;
	sink__append(s, STREAM_RECORDER, &gap.rec);
}

static void close_gap(struct losses *l, struct sink *s, struct counter *c, __u32 cpu, __u16 type)
{
	losses__add(l, s, cpu, type, GAP_RING_FULL, c->from, c->to, c->lost);
	c->lost = 0;
}

/* For each look, of each CPU and type: nearly all have lost nothing. */
static inline bool is_quiet(const struct counter *c, __u64 value)
{
	return value == c->seen && !c->lost;
}

static void look_at(struct losses *l, struct sink *s, struct counter *c, __u64 value, __u64 now, __u32 cpu, __u16 type)
{
	__u64 more = value - c->seen;

	if (more && !c->lost)
		c->from = l->looked;
	if (more)
		c->to = now;
	c->seen = value;
	c->lost += more;
	if (c->lost && (!more || now - c->from >= GAP_NS))
		close_gap(l, s, c, cpu, type);
}

void losses__look(struct losses *l, struct sink *s, const volatile __u64 *counters, __u64 now, bool last)
{
	for (__u32 cpu = 0; cpu < l->n_cpus; cpu++) {
		__u64 sum = 0;

		for (__u16 type = 1; type < LOST_TYPES; type++) {
			size_t i = (size_t)cpu * LOST_TYPES + type;
			__u64 value = counters[i];

			sum += value;
			if (is_quiet(&l->counters[i], value))
				continue;
			look_at(l, s, &l->counters[i], value, now, cpu, type);
			if (last && l->counters[i].lost)
				close_gap(l, s, &l->counters[i], cpu, type);
		}
		if (sum)
			trace_writer__set_lost(s->writer, cpu, sum);
	}
	l->looked = now;
}

__u64 losses__of(const struct losses *l, __u16 type)
{
	return l->of_type[type];
}
