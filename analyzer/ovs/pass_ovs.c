/*
 * pass_ovs.c: upcalls of the Open vSwitch datapath and what user space does about them.
 *
 * An upcall is answered when its packet comes back, found by its headers, or when a command about its flow
 * comes: a flow that drops is installed and the packet not returned. An upcall the socket did not take is
 * settled at once. Segments of GSO packets go up one by one: the first stands for the upcall, the others
 * only wait so that their return is no surprise. The table of those that wait is the sweep's (upcalls.h).
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/ovs/megaflows.h"
#include "analyzer/sweep/pass.h"
#include "analyzer/ovs/upcall_flows.h"
#include "analyzer/ovs/upcalls.h"

enum { FLOW_NEW = 1, FLOW_DEL = 2, FLOW_GET = 3, FLOW_SET = 4 };
enum { MAX_CPUS = 4096 };
enum fate { SENT_BACK, FLOW_ONLY, REFUSED, NO_ANSWER, UNFINISHED, UNKNOWN };
enum command { EXECUTE, PUT, SET, DELETE, FLUSH, PROBE, OTHER };

/* Parts of a command on one CPU; the thread may be another each time. */
struct parts {
	struct rec_flow_cmd head;
	size_t have;
	bool open, broken;
	__u8 bytes[FLOW_CMD_MAX];
};

struct cpu {
	struct upcall *current; /* between its begin and its end */
	struct upcall *segment; /* the last one of it */
	__u64 skb;
	struct upcall_flow flow;
	struct parts parts;
};

struct state {
	struct sweep *sweep;
	__u32 n_cpus;
	struct upcalls *waiting;
	struct megaflows *megaflows;
	struct cpu *cpus;
	struct tally counts, fates, latencies, commands, installs;
	struct upcall_flows *flows;
	__u64 last;      /* record that was seen */
	__u64 gap_until; /* answers up to this time may be missing */
	__u64 evicted;
};

/* ---- what is stored ------------------------------------------------------------------------------- */

static const char *const fate_text[] = { "sent back", "flow only", "refused", "no answer", "unfinished", "unknown" };
static const char *const command_text[] = { "execute", "flow put", "flow set", "flow delete", "flow flush", "flow probe", "other" };

static void put_count(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "upcall", V_INT("win", win), V_INT("netns", key[0] >> 32), V_INT("ifindex", key[0] & 0xffffffff),
	      V_INT("cmd", key[1]), V_INT("n", row->count[0]), V_INT("segments", row->count[1]),
	      V_INT("bytes", row->count[2]));
}

/* The window is that of the upcall, which is part of the key. */
static void put_fate(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	(void)win;
	STORE(s, "upcall_fate", V_INT("win", key[2]), V_INT("netns", key[0] >> 32),
	      V_INT("ifindex", key[0] & 0xffffffff), V_INT("cmd", key[1] & 0xff),
	      V_TEXT("fate", fate_text[key[1] >> 8 & 0xff]), V_INT("errno", key[1] >> 32), V_INT("n", row->count[0]));
}

static void put_latency(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "upcall_latency", V_INT("win", win), V_INT("netns", key[0] >> 32),
	      V_INT("ifindex", key[0] & 0xffffffff), V_INT("cmd", key[1] >> 32), V_INT("tid", key[1] & 0xffffffff),
	      V_HIST_NS("", row->hist));
}

static void put_command(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "ovs_command", V_INT("win", win), V_INT("tid", key[0] >> 32),
	      V_TEXT("command", command_text[key[0] & 0xff]), V_INT("errno", key[1]), V_INT("unasked", row->count[0]),
	      V_HIST_NS("", row->hist));
}

static void put_install(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "flow_install", V_INT("win", win), V_INT("tid", key[0]), V_HIST_NS("", row->hist));
}

static const struct tally_spec count_spec = { 2, 3, 0, put_count };
static const struct tally_spec fate_spec = { 3, 1, 0, put_fate };
static const struct tally_spec latency_spec = { 2, 0, 1, put_latency };
static const struct tally_spec command_spec = { 2, 1, 1, put_command };
static const struct tally_spec install_spec = { 1, 0, 1, put_install };

static void add_time(struct state *st, struct tally_row row, __u64 ns)
{
	if (hist__add(row.hist, ns))
		st->sweep->no_memory = true;
}

/* Errors of the kernel are small negative numbers; what is not is no error of it. */
static __u32 errno_of(__u32 ret)
{
	__s32 value = (__s32)ret;

	return value < 0 && value >= -4095 ? (__u32)-value : 0;
}

static void settle(struct state *st, struct upcall *u, enum fate fate, __u32 error)
{
	__u64 key[3] = { pair(u->netns, u->ifindex), (__u64)error << 32 | fate << 8 | u->cmd, u->win };
	struct cpu *cpu = &st->cpus[u->cpu];

	assert(u->serial && u->cpu < st->n_cpus);
	if (!u->part && u->wanted)
		tally__at(&st->fates, st->sweep->win, key).count[0]++;
	if (cpu->current == u)
		cpu->current = NULL;
	if (cpu->segment == u)
		cpu->segment = NULL;
	upcalls__remove(st->waiting, u);
}

/* ---- filtering ------------------------------------------------------------------------------------ */

static bool wanted(const struct state *st, const struct upcall_id *id, __u32 netns, __u32 ifindex, __u32 len)
{
	struct rec_packet p = { .sport = id->sport, .dport = id->dport, .ethertype = id->ethertype,
				.proto = id->proto, .tcp_flags = id->tcp_flags, .frag = id->frag, .ip_id = id->ip_id,
				.seq = id->seq, .ack = id->ack, .ip_len = id->ip_len, .len = len, .vlan = id->vlan,
				.netns = netns, .ifindex = ifindex };

	if (!st->sweep->opts.filter.match)
		return true;
	memcpy(p.saddr, id->saddr, sizeof(p.saddr));
	memcpy(p.daddr, id->daddr, sizeof(p.daddr));
	return sweep__match(st->sweep, &p, NULL);
}

static bool wanted_flow(const struct state *st, const struct flow_command *c)
{
	struct upcall_id id = { .sport = c->tuple.sport, .dport = c->tuple.dport, .ethertype = c->tuple.ethertype,
				.proto = c->tuple.proto };

	if (!st->sweep->opts.filter.match || !c->has_tuple)
		return !st->sweep->opts.filter.match;
	memcpy(id.saddr, c->tuple.saddr, sizeof(id.saddr));
	memcpy(id.daddr, c->tuple.daddr, sizeof(id.daddr));
	return wanted(st, &id, 0, 0, 0);
}

/* ---- upcalls -------------------------------------------------------------------------------------- */

static struct cpu *cpu_of(struct state *st, const struct rec *rec)
{
	return rec->cpu < st->n_cpus ? &st->cpus[rec->cpu] : NULL;
}

/* Of one whose command was not seen to return. `unanswered`: what it is else. */
static enum fate fate_of(const struct upcall *u, enum fate unanswered)
{
	return u->back ? SENT_BACK : u->flow_put ? FLOW_ONLY : unanswered;
}

static void evict(void *arg, struct upcall *u)
{
	struct state *st = arg;
	enum fate fate = fate_of(u, UNKNOWN);

	st->evicted += !u->part && u->wanted && fate == UNKNOWN;
	settle(st, u, fate, 0);
}

static struct upcall *add(struct state *st, const struct rec_upcall *r, bool is_wanted)
{
	struct upcall *u = upcalls__add(st->waiting, r, evict, st);

	u->win = st->sweep->win;
	u->gap = r->rec.ts <= st->gap_until;
	u->wanted = is_wanted;
	return u;
}

static void on_segment(struct state *st, struct cpu *cpu, const struct rec_upcall *r, bool is_wanted)
{
	__u64 key[2] = { pair(r->netns, r->ifindex), r->cmd };

	if (cpu->current && !cpu->current->split) {
		upcalls__split(st->waiting, cpu->current, r);
		return;
	}
	if (is_wanted)
		tally__at(&st->counts, st->sweep->win, key).count[1]++;
	cpu->segment = add(st, r, is_wanted);
	cpu->segment->whole = cpu->skb;
}

static void count_upcall(struct state *st, const struct rec_upcall *r)
{
	__u64 key[2] = { pair(r->netns, r->ifindex), r->cmd };
	__u64 *n = tally__at(&st->counts, st->sweep->win, key).count;

	n[0]++;
	n[2] += r->len;
}

static void on_upcall(struct state *st, const struct rec_upcall *r)
{
	struct cpu *cpu = cpu_of(st, &r->rec);
	struct upcall_id id;
	bool is_wanted;

	if (!cpu)
		return;
	upcall_id__of_upcall(&id, r);
	is_wanted = wanted(st, &id, r->netns, r->ifindex, r->len);
	if (r->part) {
		on_segment(st, cpu, r, is_wanted);
		return;
	}
	if (is_wanted)
		count_upcall(st, r);
	cpu->current = add(st, r, is_wanted);
	cpu->segment = NULL;
	cpu->skb = r->skb;
	cpu->flow = is_wanted ? upcall_flows__count(st->flows, r) : (struct upcall_flow){ 0 };
}

static void on_end(struct state *st, const struct rec_upcall_end *r)
{
	struct cpu *cpu = cpu_of(st, &r->rec);
	__u32 error = errno_of(r->ret);

	if (!cpu || cpu->skb != r->skb)
		return;
	cpu->skb = 0;
	if (error && cpu->current)
		settle(st, cpu->current, REFUSED, error);
	if (error && cpu->segment) /* the one it failed at */
		settle(st, cpu->segment, REFUSED, error);
	if (error && cpu->flow.place)
		upcall_flows__refuse(st->flows, cpu->flow);
	cpu->current = cpu->segment = NULL;
}

static void count_command(struct state *st, enum command what, __u32 tid, __u32 ret, bool unasked, __u64 duration)
{
	__u64 key[2] = { (__u64)tid << 32 | what, errno_of(ret) };
	struct tally_row row = tally__at(&st->commands, st->sweep->win, key);

	row.count[0] += unasked;
	add_time(st, row, duration);
}

static void on_execute(struct state *st, const struct rec_upcall_execute *r)
{
	__u64 began = since(r->duration, r->rec.ts);
	struct upcall *u = upcalls__executed(st->waiting, r, began);
	struct upcall_id id;

	upcall_id__of_execute(&id, r);
	if (u ? u->wanted : wanted(st, &id, 0, 0, r->len))
		count_command(st, EXECUTE, r->tid, r->ret, !u, r->duration);
	if (!u)
		return;
	if (!u->part && u->wanted) {
		__u64 key[2] = { pair(u->netns, u->ifindex), pair(u->cmd, r->tid) };

		add_time(st, tally__at(&st->latencies, st->sweep->win, key), since(u->ts, began));
	}
	settle(st, u, SENT_BACK, 0);
}

/* ---- commands about flows ------------------------------------------------------------------------- */

static void on_put(struct state *st, struct flow_command *c)
{
	__u64 tid = c->head.tid;

	if (c->has_tuple)
		c->upcall_ns = upcalls__flow_put(st->waiting, &c->tuple, c->head.rec.ts, c->head.tid);
	if (c->upcall_ns && !c->head.ret)
		add_time(st, tally__at(&st->installs, st->sweep->win, &tid), since(c->upcall_ns, c->head.rec.ts));
	megaflows__put(st->megaflows, c);
}

static enum command what_is(const struct flow_command *c)
{
	if (c->flow.probe)
		return PROBE;
	switch (c->head.cmd) {
	case FLOW_NEW:
		return PUT;
	case FLOW_SET:
		return SET;
	case FLOW_DEL:
		return c->flow.has_key || c->flow.has_ufid || !c->complete ? DELETE : FLUSH;
	}
	return OTHER;
}

static void on_command(struct state *st, struct flow_command *c)
{
	enum command what = what_is(c);

	if (!wanted_flow(st, c))
		return;
	count_command(st, what, c->head.tid, c->head.ret, false, c->head.duration);
	switch (what) {
	case PUT:
		on_put(st, c);
		break;
	case SET:
		megaflows__set(st->megaflows, c);
		break;
	case DELETE:
		megaflows__delete(st->megaflows, c);
		break;
	case FLUSH:
		megaflows__flush(st->megaflows, c);
		break;
	default:
		break;
	}
}

static void close_parts(struct state *st, struct parts *p)
{
	struct flow_command c = { .head = p->head };
	size_t total = p->head.total;

	if (!p->open)
		return;
	p->open = false;
	assert(p->have <= sizeof(p->bytes));
	c.complete = !p->broken && p->have == total;
	ovs_flow__parse((struct ovs_attrs){ p->bytes, p->have }, &c.flow);
	c.has_tuple = c.flow.has_key && ovs_flow__tuple(&c.flow, &c.tuple);
	on_command(st, &c);
}

static void on_flow_cmd(struct state *st, const struct rec_flow_cmd *r)
{
	struct cpu *cpu = cpu_of(st, &r->rec);
	struct parts *p = cpu ? &cpu->parts : NULL;
	size_t len = r->part_len < sizeof(r->part) ? r->part_len : sizeof(r->part);

	if (!p)
		return;
	if (p->open && (r->offset == 0 || p->head.tid != r->tid || p->head.seq != r->seq))
		close_parts(st, p);
	if (!p->open) {
		p->head = *r;
		p->have = 0;
		p->open = true;
		p->broken = r->offset != 0;
	}
	p->broken |= r->offset != p->have;
	if (!p->broken && p->have + len <= sizeof(p->bytes)) {
		memcpy(p->bytes + p->have, r->part, len);
		p->have += len;
	}
	if (p->broken || p->have >= r->total || p->have == sizeof(p->bytes))
		close_parts(st, p);
}

static void on_event(void *state, const struct rec *rec)
{
	struct state *st = state;

	st->last = rec->ts > st->last ? rec->ts : st->last;
	switch (rec->type) {
	case REC_upcall:
		on_upcall(state, (const struct rec_upcall *)rec);
		break;
	case REC_upcall_end:
		on_end(state, (const struct rec_upcall_end *)rec);
		break;
	case REC_upcall_execute:
		on_execute(state, (const struct rec_upcall_execute *)rec);
		break;
	case REC_flow_cmd:
		on_flow_cmd(state, (const struct rec_flow_cmd *)rec);
		break;
	}
}

static void mark_gap(void *arg, struct upcall *u)
{
	(void)arg;
	u->gap = true;
}

/* What waits now, or begins before the gap ends, may have been answered unseen. */
static void on_gap(void *state, const struct gap *gap)
{
	struct state *st = state;

	if (gap->type != GAP_ANY_TYPE && gap->type != REC_upcall && gap->type != REC_upcall_end &&
	    gap->type != REC_upcall_execute && gap->type != REC_flow_cmd)
		return;
	upcalls__each(st->waiting, mark_gap, NULL);
	if (gap->to > st->gap_until)
		st->gap_until = gap->to;
}

/* ---- the end -------------------------------------------------------------------------------------- */

static void settle_rest(void *arg, struct upcall *u)
{
	struct state *st = arg;
	bool late = since(u->ts, st->last) < UPCALL_UNFINISHED_NS;
	enum fate unanswered = u->gap ? UNKNOWN : late ? UNFINISHED : NO_ANSWER;

	settle(st, u, fate_of(u, unanswered), 0);
}

static void finish(void *state)
{
	struct state *st = state;

	for (__u32 i = 0; i < st->n_cpus; i++)
		close_parts(st, &st->cpus[i].parts);
	upcalls__each(st->waiting, settle_rest, st);
	megaflows__store(st->megaflows);
	upcall_flows__store(st->flows, st->sweep);
	sweep__limit(st->sweep, "waiting upcalls", UPCALLS, st->evicted, "what became of them is not known");
}

static int init(void *state)
{
	struct state *st = state;
	struct sweep *s = st->sweep;

	st->n_cpus = s->n_cpus < MAX_CPUS ? s->n_cpus : MAX_CPUS;
	st->cpus = calloc(st->n_cpus + 1, sizeof(*st->cpus));
	s->upcalls = st->waiting = upcalls__new();
	st->megaflows = megaflows__new(s);
	st->flows = upcall_flows__new();
	return st->cpus && st->waiting && st->megaflows && st->flows ? 0 : -ENOMEM;
}

static void release(void *state)
{
	struct state *st = state;

	st->sweep->upcalls = NULL;
	upcalls__free(st->waiting);
	megaflows__free(st->megaflows);
	upcall_flows__free(st->flows);
	free(st->cpus);
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(counts, count_spec),
	PASS_TALLY(fates, fate_spec),
	PASS_TALLY(latencies, latency_spec),
	PASS_TALLY(commands, command_spec),
	PASS_TALLY(installs, install_spec),
	{ 0 },
};

/* cost: when the recording was still going on. */
static const __u8 wants[] = { REC_upcall, REC_upcall_end, REC_upcall_execute, REC_flow_cmd, REC_cost, 0 };

const struct pass pass_ovs = {
	.name = "ovs", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies, .init = init,
	.on_event = on_event, .on_gap = on_gap, .finish = finish, .release = release,
};
