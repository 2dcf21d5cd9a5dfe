/* megaflows.c: the life of datapath flows (megaflows.h). */
#include "analyzer/ovs/megaflows.h"

#include <stdlib.h>
#include <string.h>
#include "analyzer/base/table.h"

enum { KEY_TEXT = 1024, ACTIONS_TEXT = 1024 };

struct megaflow {
	__s64 id;       /* 0: it is not there now */
	__u64 last_set;
	__u32 sets;
};

struct megaflows {
	struct sweep *sweep;
	struct table flows; /* struct megaflow by dp and ufid */
	__s64 last_id;
	__u64 left_out;
	char key[KEY_TEXT], actions[ACTIONS_TEXT], ufid[OVS_UFID_TEXT];
};

struct megaflows *megaflows__new(struct sweep *s)
{
	struct megaflows *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->sweep = s;
	table__init(&m->flows, 3, sizeof(struct megaflow), MEGAFLOWS);
	return m;
}

static struct megaflow *flow_of(struct megaflows *m, const struct flow_command *c)
{
	__u64 key[3] = { c->head.dp };

	if (!c->flow.has_ufid)
		return NULL;
	memcpy(&key[1], c->flow.ufid, sizeof(c->flow.ufid));
	return table__add(&m->flows, key, NULL);
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
	STORE(m->sweep->store, "megaflow", V_INT(++m->last_id), V_INT(r->dp), V_TEXT(c->flow.has_ufid ? m->ufid : NULL),
	      V_OPT(put, r->rec.ts), V_OPT(put, r->tid), V_OPT(put, -(__s64)(__s32)r->ret), V_OPT(put && r->duration, r->duration),
	      V_OPT(put && c->upcall_ns && !r->ret, since(c->upcall_ns, r->rec.ts)), V_TEXT(c->flow.has_key ? m->key : NULL),
	      V_TEXT(c->flow.has_actions ? m->actions : NULL), V_INT(c->complete), V_OPT(have, t->ethertype),
	      V_ADDR(addresses ? t->saddr : NULL), V_ADDR(addresses ? t->daddr : NULL), V_OPT(have, t->sport),
	      V_OPT(have, t->dport), V_OPT(have, t->proto));
	return m->last_id;
}

static void store_end(struct megaflows *m, const struct megaflow *f, const struct flow_command *deletion, bool flushed)
{
	STORE(m->sweep->store, "megaflow_end", V_INT(f->id), V_OPT(deletion, deletion ? deletion->head.rec.ts : 0),
	      V_OPT(deletion, deletion ? deletion->head.tid : 0), V_INT(f->sets), V_OPT(f->sets, f->last_set), V_INT(flushed));
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

void megaflows__flush(struct megaflows *m, const struct flow_command *c)
{
	for (size_t i = 0; i < m->flows.n && !c->head.ret; i++) {
		struct megaflow *f = table__value(&m->flows, i);

		if (table__key(&m->flows, i)[0] != c->head.dp)
			continue;
		if (f->id)
			store_end(m, f, c, true);
		*f = (struct megaflow){ 0 };
	}
}

void megaflows__finish(struct megaflows *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->flows.n; i++) {
		const struct megaflow *f = table__value(&m->flows, i);

		if (f->id)
			store_end(m, f, NULL, false);
	}
	sweep__limit(m->sweep, "megaflows", MEGAFLOWS, m->left_out + m->flows.refused, "they are counted but not listed");
	table__free(&m->flows);
	free(m);
}
