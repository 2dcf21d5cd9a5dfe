/* megaflows.c: the life of datapath flows (megaflows.h). */
#include "analyzer/ovs/megaflows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/lru.h"

enum { KEY_TEXT = 1024, ACTIONS_TEXT = 1024 };

struct megaflow {
	__s64 id;       /* 0: it is not there now */
	__u64 last_set;
	__u32 sets;
};

struct megaflows {
	struct sweep *sweep;
	struct lru *flows; /* struct megaflow by dp and ufid */
	__s64 last_id;
	__u64 left_out;
	char key[KEY_TEXT], actions[ACTIONS_TEXT], ufid[OVS_UFID_TEXT];
};

static struct megaflow *flow_of(struct megaflows *m, const struct flow_command *c)
{
	__u64 key[3] = { c->head.dp };

	if (!c->flow.has_ufid)
		return NULL;
	memcpy(&key[1], c->flow.ufid, sizeof(c->flow.ufid));
	return lru__add(m->flows, key, NULL);
}

/* Texts of a command may hold names from elsewhere. */
static void make_texts(struct megaflows *m, const struct flow_command *c)
{
	ovs_flow__ufid_text(c->flow.ufid, m->ufid);
	ovs_flow__key_text(&c->flow, m->key, sizeof(m->key));
	ovs_flow__actions_text(&c->flow, m->actions, sizeof(m->actions));
	names__clean(m->key, strlen(m->key));
	names__clean(m->actions, strlen(m->actions));
}

/* A row of its own, with what the command says; `put`: it is the flow's beginning. 0: the limit is reached. */
static __s64 store_flow(struct megaflows *m, const struct flow_command *c, bool put)
{
	const struct rec_flow_cmd *r = &c->head;
	const struct ovs_tuple *t = &c->tuple;
	bool have = c->has_tuple, addresses = have && t->proto | (t->ethertype == 0x0806);

	if (m->last_id == MEGAFLOWS) {
		m->left_out++;
		return 0;
	}
	make_texts(m, c);
	STORE(m->sweep->store, "megaflow", V_INT("id", ++m->last_id), V_INT("dp", r->dp),
	      V_TEXT("ufid", c->flow.has_ufid ? m->ufid : NULL), V_OPT("put_ns", put, r->rec.ts),
	      V_OPT("tid", put, r->tid), V_OPT("errno", put, -(__s64)(__s32)r->ret),
	      V_OPT("took_ns", put && r->duration, r->duration),
	      V_OPT("install_ns", put && c->upcall_ns && !r->ret, since(c->upcall_ns, r->rec.ts)),
	      V_TEXT("key", c->flow.has_key ? m->key : NULL),
	      V_TEXT("actions", c->flow.has_actions ? m->actions : NULL), V_INT("complete", c->complete),
	      V_OPT("ethertype", have, t->ethertype), V_ADDR("saddr", addresses ? t->saddr : NULL),
	      V_ADDR("daddr", addresses ? t->daddr : NULL), V_OPT("sport", have, t->sport),
	      V_OPT("dport", have, t->dport), V_OPT("proto", have, t->proto));
	return m->last_id;
}

static void store_end(struct megaflows *m, const struct megaflow *f, const struct flow_command *deletion, bool flushed)
{
	assert(f->id && f->id <= m->last_id);
	STORE(m->sweep->store, "megaflow_end", V_INT("megaflow", f->id),
	      V_OPT("del_ns", deletion, deletion ? deletion->head.rec.ts : 0),
	      V_OPT("del_tid", deletion, deletion ? deletion->head.tid : 0), V_INT("sets", f->sets),
	      V_OPT("last_set_ns", f->sets, f->last_set), V_INT("flushed", flushed));
}

/* Nothing more is known of it. */
static void store_open_end(void *arg, const __u64 *key, void *value)
{
	const struct megaflow *f = value;

	(void)key;
	if (f->id)
		store_end(arg, f, NULL, false);
}

struct megaflows *megaflows__new(struct sweep *s)
{
	struct megaflows *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->sweep = s;
	m->flows = lru__new(3, sizeof(struct megaflow), MEGAFLOWS);
	if (m->flows) {
		lru__on_forget(m->flows, store_open_end, m);
		return m;
	}
	free(m);
	return NULL;
}

void megaflows__put(struct megaflows *m, const struct flow_command *c)
{
	struct megaflow *f = c->head.ret ? NULL : flow_of(m, c);
	__s64 id;

	if (f && f->id)
		store_end(m, f, NULL, false); /* it went unseen, or this replaces it */
	id = store_flow(m, c, true);
	if (f)
		*f = (struct megaflow){ .id = id };
}

/* One that was there before the recording is stored with its first change. */
void megaflows__set(struct megaflows *m, const struct flow_command *c)
{
	struct megaflow *f = c->head.ret ? NULL : flow_of(m, c);

	if (!f)
		return;
	if (!f->id)
		*f = (struct megaflow){ .id = store_flow(m, c, false) };
	f->sets++;
	f->last_set = c->head.rec.ts;
}

void megaflows__delete(struct megaflows *m, const struct flow_command *c)
{
	struct megaflow *f = c->head.ret ? NULL : flow_of(m, c);

	if (!f)
		return;
	if (!f->id)
		f->id = store_flow(m, c, false);
	if (f->id)
		store_end(m, f, c, false);
	*f = (struct megaflow){ 0 };
}

struct flush {
	struct megaflows *flows;
	const struct flow_command *command;
};

static void flush_one(void *arg, const __u64 *key, void *value)
{
	const struct flush *flush = arg;
	struct megaflow *f = value;

	if (key[0] != flush->command->head.dp)
		return;
	if (f->id)
		store_end(flush->flows, f, flush->command, true);
	*f = (struct megaflow){ 0 };
}

void megaflows__flush(struct megaflows *m, const struct flow_command *c)
{
	if (!c->head.ret)
		lru__each(m->flows, flush_one, &(struct flush){ m, c });
}

void megaflows__store(struct megaflows *m)
{
	lru__each(m->flows, store_open_end, m);
	sweep__limit(m->sweep, "megaflows listed", MEGAFLOWS, m->left_out, "they are counted but not listed");
	sweep__limit(m->sweep, "megaflows at a time", MEGAFLOWS, lru__forgotten(m->flows),
		     "when these ended is not known");
}

void megaflows__free(struct megaflows *m)
{
	if (!m)
		return;
	lru__free(m->flows);
	free(m);
}
