/* cut_state.c: the last row of each thread, device, quota and counter before a cut (cut_state.h). */
#include "analyzer/cut/cut_state.h"

#include <stdbool.h>
#include <stdlib.h>
#include "analyzer/base/lru.h"
#include "format/error.h"

enum { MAX_OBJECTS = 1 << 19 };

struct object {
	bool told;
	union {
		struct rec rec;
		struct rec_task task;
		struct rec_affinity affinity;
		struct rec_link_state link;
		struct rec_cgroup cgroup;
		struct rec_futex_total total;
		struct rec_counter counter;
	};
};

struct cut_state {
	struct lru *objects; /* by record type and what it is about */
};

struct cut_state *cut_state__new(void)
{
	struct cut_state *s = calloc(1, sizeof(*s));

	if (s)
		s->objects = lru__new(2, sizeof(struct object), MAX_OBJECTS);
	if (s && s->objects)
		return s;
	free(s);
	return NULL;
}

void cut_state__free(struct cut_state *s)
{
	if (s)
		lru__free(s->objects);
	free(s);
}

/* Of which object a row tells; false: of none that is kept here. */
static bool key_of(const struct rec *rec, __u64 key[2])
{
	const struct rec_link_state *link = (const struct rec_link_state *)rec;
	const struct rec_counter *counter = (const struct rec_counter *)rec;

	key[0] = rec->type;
	switch (rec->type) {
	case REC_task:
		key[1] = ((const struct rec_task *)rec)->tid;
		return true;
	case REC_affinity:
		key[1] = ((const struct rec_affinity *)rec)->tid;
		return true;
	case REC_link_state:
		key[1] = (__u64)link->netns << 32 | link->ifindex;
		return true;
	case REC_cgroup:
		key[1] = ((const struct rec_cgroup *)rec)->id;
		return true;
	case REC_futex_total:
		key[1] = ((const struct rec_futex_total *)rec)->tid;
		return true;
	case REC_counter:
		key[1] = (__u64)counter->netns << 32 | counter->name;
		return true;
	}
	return false;
}

static void take(struct object *o, const struct rec *rec)
{
	switch (rec->type) {
	case REC_task:
		o->task = *(const struct rec_task *)rec;
		break;
	case REC_affinity:
		o->affinity = *(const struct rec_affinity *)rec;
		break;
	case REC_link_state:
		o->link = *(const struct rec_link_state *)rec;
		break;
	case REC_cgroup:
		o->cgroup = *(const struct rec_cgroup *)rec;
		break;
	case REC_futex_total:
		o->total = *(const struct rec_futex_total *)rec;
		break;
	case REC_counter:
		o->counter = *(const struct rec_counter *)rec;
		break;
	}
}

void cut_state__see(struct cut_state *s, const struct rec *rec)
{
	__u64 key[2];

	if (key_of(rec, key))
		take(lru__add(s->objects, key, NULL), rec);
}

struct telling {
	__u64 from;
	cut_state_fn fn;
	void *arg;
	int code;
};

static void tell(struct telling *t, struct object *o)
{
	o->told = true;
	o->rec.ts = t->from;
	o->rec.cpu = STREAM_RECORDER;
	if (!t->code)
		t->code = t->fn(t->arg, &o->rec);
}

static void tell_what_is_there(void *arg, const __u64 *key, void *value)
{
	struct object *o = value;

	if (key[0] == REC_task && o->task.what != TASK_EXIT) {
		o->task.what = TASK_FOUND;
		tell(arg, o);
	} else if (key[0] == REC_link_state && o->link.what != LINK_GONE && o->link.what != LINK_MOVED) {
		o->link.what = LINK_FOUND;
		tell(arg, o);
	} else if (key[0] == REC_affinity) {
		tell(arg, o);
	}
}

int cut_state__begin(struct cut_state *s, __u64 from, cut_state_fn fn, void *arg)
{
	struct telling t = { from, fn, arg, 0 };

	lru__each(s->objects, tell_what_is_there, &t);
	return t.code;
}

int cut_state__sample(struct cut_state *s, __u64 from, const struct rec *rec, cut_state_fn fn, void *arg)
{
	struct telling t = { from, fn, arg, 0 };
	struct object *o;
	__u64 key[2];

	if ((rec->type != REC_cgroup && rec->type != REC_counter) || !key_of(rec, key))
		return 0;
	o = lru__find(s->objects, key);
	if (!o || o->told)
		return 0;
	if (rec->type == REC_cgroup)
		take(o, rec);
	tell(&t, o);
	return t.code;
}

const struct rec *cut_state__count(struct cut_state *s, const struct rec *rec, struct rec_futex_total *copy)
{
	const struct rec_futex_total *r = (const struct rec_futex_total *)rec;
	const struct object *o;
	__u64 key[2];

	if (rec->type != REC_futex_total || !key_of(rec, key))
		return rec;
	o = lru__find(s->objects, key);
	if (!o || o->total.tgid != r->tgid || r->waits < o->total.waits || r->wakes < o->total.wakes)
		return rec; /* the first, or another thread with this number */
	*copy = *r;
	copy->waits -= o->total.waits;
	copy->wakes -= o->total.wakes;
	copy->woken -= o->total.woken;
	copy->others -= o->total.others;
	copy->wait_ns -= o->total.wait_ns;
	copy->wake_ns -= o->total.wake_ns;
	return &copy->rec;
}

static void tell_quota(void *arg, const __u64 *key, void *value)
{
	struct object *o = value;

	if (key[0] == REC_cgroup && !o->told)
		tell(arg, o);
}

int cut_state__end(struct cut_state *s, __u64 from, cut_state_fn fn, void *arg)
{
	struct telling t = { from, fn, arg, 0 };

	lru__each(s->objects, tell_quota, &t);
	return t.code;
}
