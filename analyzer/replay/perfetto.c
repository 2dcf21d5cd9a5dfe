/*
 * perfetto.c: events as tracks (perfetto.h).
 *
 * Most records are made when something ends and have its duration: begin and end are written together, the reader puts them
 * in order. Slices of one track must not overlap unless one is in the other: so waits of a thread, its futex calls and its
 * locks have tracks of their own below it. What is not in the record is not written: a thread that is on no track may
 * well have run.
 */
#include "analyzer/replay/perfetto.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/lru.h"
#include "analyzer/read/tun_ring.h"
#include "analyzer/replay/line.h"
#include "analyzer/replay/perfetto_file.h"

enum { MAX_TRACKS = 1 << 18, MAX_PACKETS = 1 << 16 };

/* What a track is of; with which two numbers. */
enum of {
	OF_CPUS = 1, OF_DEVICES, OF_LOSSES,          /* groups */
	OF_PROCESS, OF_THREAD,                       /* pid; tid */
	OF_WAITS, OF_FUTEXES, OF_LOCKS, OF_RUNS,     /* tid */
	OF_SOFTIRQS, OF_IRQS, OF_POLLS,              /* CPU */
	OF_DEVICE,                                   /* namespace, ifindex */
	OF_LOSS,                                     /* CPU, type */
	OF_QLEN, OF_BACKLOG,                         /* namespace and ifindex, handle and parent */
	OF_TUN_RING, OF_VHOST_RING,                  /* socket; virtqueue */
};

/* A packet on its way: what it showed last, and where it was first. */
struct way {
	__u64 flow;
	struct rec_packet head, first;
};

struct perfetto {
	struct sink_to to;
	struct lru *tracks;  /* enum of, two numbers: its id */
	struct lru *packets; /* sk_buff: struct way */
	__u64 n_tracks, n_flows;
	struct line line; /* writes notes, into: */
	char *notes;
	size_t notes_size;
	const struct record_desc *desc; /* of the record at hand */
};

/* ---- names -------------------------------------------------------------------------------------- */

/* The name that a field of the record has; else the number. */
static const char *name_of(const struct perfetto *p, const struct rec *rec, const char *field, char name[RESOLVE_MAX])
{
	if (!resolver__field(p->to.resolver, p->desc, rec, field, name, RESOLVE_MAX))
		snprintf(name, RESOLVE_MAX, "%s %llu", field, resolve__value(p->desc, rec, field));
	return name;
}

static const char *device_of(const struct perfetto *p, const struct rec *rec, char name[RESOLVE_MAX])
{
	char netns[RESOLVE_MAX];
	size_t len;

	name_of(p, rec, "ifindex", name);
	len = strlen(name);
	if (resolver__field(p->to.resolver, p->desc, rec, "netns", netns, sizeof(netns)))
		snprintf(name + len, RESOLVE_MAX - len, " (%s)", netns);
	return name;
}

/* Adds these fields of the record as notes, as netanalyze replay prints them. Names end with NULL. */
static void add_notes(struct perfetto *p, struct perfetto_event *e, const struct rec *rec, const char *const *names)
{
	size_t from[PERFETTO_MAX_NOTES];

	rewind(p->line.out);
	for (; *names && e->n_notes < PERFETTO_MAX_NOTES; names++)
		for (unsigned i = 0; i < p->desc->n_fields; i++)
			if (!strcmp(p->desc->fields[i].name, *names)) {
				from[e->n_notes] = (size_t)ftell(p->line.out);
				line__value(&p->line, p->desc, &p->desc->fields[i], rec);
				putc('\0', p->line.out);
				e->notes[e->n_notes++].name = *names;
			}
	fflush(p->line.out);
	for (size_t i = 0; i < e->n_notes; i++)
		e->notes[i].text = p->notes + from[i];
}

/* ---- tracks ------------------------------------------------------------------------------------- */

/* The track of these; a new one is described by *t, whose id is set. */
static __u64 track(struct perfetto *p, enum of of, __u64 a, __u64 b, struct perfetto_track t)
{
	__u64 key[3] = { of, a, b };
	bool fresh;
	__u64 *id = lru__add(p->tracks, key, &fresh);

	if (!fresh)
		return *id;
	*id = t.id = ++p->n_tracks;
	perfetto_file__track(p->to.out, &t);
	return t.id;
}

static __u64 group(struct perfetto *p, enum of of)
{
	static const char *const names[] = { [OF_CPUS] = "CPUs", [OF_DEVICES] = "Devices", [OF_LOSSES] = "Records that are missing" };

	return track(p, of, 0, 0, (struct perfetto_track){ .name = names[of] });
}

static __u64 cpu_track(struct perfetto *p, enum of of, __u32 cpu)
{
	static const char *const what[] = { [OF_SOFTIRQS] = "softirqs", [OF_IRQS] = "interrupts", [OF_POLLS] = "NAPI polls" };
	char name[64];

	snprintf(name, sizeof(name), "CPU %u %s", cpu, what[of]);
	return track(p, of, cpu, 0, (struct perfetto_track){ .parent = group(p, OF_CPUS), .name = name });
}

static __u64 device_track(struct perfetto *p, const struct rec *rec)
{
	__u64 netns = resolve__value(p->desc, rec, "netns"), ifindex = resolve__value(p->desc, rec, "ifindex");
	char name[RESOLVE_MAX];

	return track(p, OF_DEVICE, netns, ifindex, (struct perfetto_track){ .parent = group(p, OF_DEVICES),
		     .name = ifindex ? device_of(p, rec, name) : "no device" });
}

/* Of the thread that the record is of, and one below it. */
static __u64 thread_track(struct perfetto *p, const struct rec *rec, enum of of, const char *what)
{
	__u32 tid = (__u32)resolve__value(p->desc, rec, "tid"), pid = (__u32)resolve__value(p->desc, rec, "tgid");
	char thread[RESOLVE_MAX], process[RESOLVE_MAX];
	__u64 above;

	track(p, OF_PROCESS, pid, 0, (struct perfetto_track){ .kind = TRACK_PROCESS, .pid = pid,
	      .name = name_of(p, rec, "tgid", process) });
	above = track(p, OF_THREAD, tid, 0, (struct perfetto_track){ .kind = TRACK_THREAD, .pid = pid, .tid = tid,
		      .name = name_of(p, rec, "tid", thread) });
	return track(p, of, tid, 0, (struct perfetto_track){ .parent = above, .name = what });
}

/* ---- what is on them ---------------------------------------------------------------------------- */

/* Of a record that is made at the end. Nothing begins before the clock does. */
static void put_slice(struct perfetto *p, struct perfetto_event e, __u64 from, __u64 to)
{
	e.type = EVENT_BEGIN;
	e.ns = from < to ? from : to;
	perfetto_file__event(p->to.out, &e);
	perfetto_file__event(p->to.out, &(struct perfetto_event){ .track = e.track, .ns = to, .type = EVENT_END });
}

static __u64 before(__u64 ts, __u64 ns)
{
	return ts > ns ? ts - ns : 0;
}

static void put_value(struct perfetto *p, __u64 on, __u64 ns, __s64 value)
{
	perfetto_file__event(p->to.out, &(struct perfetto_event){ .track = on, .ns = ns, .type = EVENT_VALUE, .value = value });
}

#define FIELDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void see_offcpu(struct perfetto *p, const struct rec_offcpu *o)
{
	__u64 woken = before(o->rec.ts, o->runnable), on = thread_track(p, &o->rec, OF_WAITS, "off CPU");
	struct perfetto_event e = { .track = on, .category = "offcpu" };

	if (o->blocked) {
		e.name = "blocked";
		add_notes(p, &e, &o->rec, FIELDS("state", "waker", "stack"));
		put_slice(p, e, before(woken, o->blocked), woken);
	}
	e.name = "runnable";
	e.n_notes = 0;
	add_notes(p, &e, &o->rec, FIELDS("prev", "quota"));
	put_slice(p, e, woken, o->rec.ts);
}

static void see_call(struct perfetto *p, const struct rec *rec, enum of of, const char *name, const char *const *notes)
{
	static const char *const what[] = { [OF_FUTEXES] = "futex calls", [OF_LOCKS] = "waits for locks" };
	struct perfetto_event e = { .track = thread_track(p, rec, of, what[of]), .category = p->desc->name, .name = name };

	add_notes(p, &e, rec, notes);
	put_slice(p, e, before(rec->ts, resolve__value(p->desc, rec, "duration")), rec->ts);
}

static void see_run(struct perfetto *p, const struct rec_run *r)
{
	struct perfetto_event e = { .track = thread_track(p, &r->rec, OF_RUNS, "on CPUs, now and then"), .category = "run", .name = "runs" };

	add_notes(p, &e, &r->rec, FIELDS("ran", "slices"));
	put_slice(p, e, r->from, r->to);
}

static void see_interrupt(struct perfetto *p, const struct rec *rec, enum of of, const char *field, const char *note)
{
	char name[RESOLVE_MAX];
	struct perfetto_event e = { .track = cpu_track(p, of, rec->cpu), .category = p->desc->name,
				    .name = name_of(p, rec, field, name) };

	add_notes(p, &e, rec, FIELDS(note));
	put_slice(p, e, before(rec->ts, resolve__value(p->desc, rec, "duration")), rec->ts);
}

static void see_poll(struct perfetto *p, const struct rec_napi *n)
{
	char name[RESOLVE_MAX];
	struct perfetto_event e = { .track = cpu_track(p, OF_POLLS, n->rec.cpu), .ns = n->rec.ts, .type = EVENT_INSTANT,
				    .category = "napi", .name = n->ifindex ? device_of(p, &n->rec, name) : "backlog" };

	add_notes(p, &e, &n->rec, FIELDS("work", "budget"));
	perfetto_file__event(p->to.out, &e);
}

static void see_qdisc(struct perfetto *p, const struct rec_qdisc *q)
{
	__u64 where = (__u64)q->netns << 32 | q->ifindex, which = (__u64)q->handle << 32 | q->parent, parent = device_track(p, &q->rec);
	char kind[RESOLVE_MAX], name[RESOLVE_MAX + 64];
	__u64 on;

	name_of(p, &q->rec, "kind", kind);
	snprintf(name, sizeof(name), "%.64s %x: packets queued", kind, q->handle >> 16);
	on = track(p, OF_QLEN, where, which, (struct perfetto_track){ .kind = TRACK_COUNT, .parent = parent, .name = name });
	put_value(p, on, q->rec.ts, q->qlen);
	snprintf(name, sizeof(name), "%.64s %x: bytes queued", kind, q->handle >> 16);
	on = track(p, OF_BACKLOG, where, which, (struct perfetto_track){ .kind = TRACK_BYTES, .parent = parent, .name = name });
	put_value(p, on, q->rec.ts, q->backlog);
}

static void see_tun_ring(struct perfetto *p, const struct rec_tun_ring *r)
{
	char name[64];
	__u64 on;

	snprintf(name, sizeof(name), "ring of queue %u: slots used of %u", r->queue, r->size);
	on = track(p, OF_TUN_RING, r->sock, r->queue, (struct perfetto_track){ .kind = TRACK_COUNT, .parent = device_track(p, &r->rec),
		   .name = name });
	put_value(p, on, r->rec.ts, tun_ring__used(r));
}

/* Descriptors that the guest offers and vhost has not taken: to the guest, room; from it, packets. */
static void see_vhost(struct perfetto *p, const struct rec_vhost_run *v)
{
	char name[96], thread[RESOLVE_MAX];
	__u64 on;

	if (!(v->known & 1))
		return;
	name_of(p, &v->rec, "tid", thread);
	snprintf(name, sizeof(name), "%.40s %s: descriptors offered of %u", thread, v->dir ? "from the guest" : "to the guest", v->size);
	on = track(p, OF_VHOST_RING, v->vq, 0, (struct perfetto_track){ .kind = TRACK_COUNT, .parent = group(p, OF_DEVICES),
		   .name = name });
	put_value(p, on, v->rec.ts, (__u16)(v->avail - v->last_avail));
}

/* ---- packets ------------------------------------------------------------------------------------ */

/*
 * Another packet has this sk_buff, whose end was not seen. Translation of an address and VLAN tags leave the numbers of a
 * packet; in a tunnel it has others, and is another one here. Without numbers, where it began again is a new one.
 */
static bool is_another(const struct way *w, const struct rec_packet *k)
{
	const struct rec_packet *a = &w->head;

	if (schema__stage(k->stage)->role == STAGE_ROLE_ORIGIN)
		return true;
	if (!a->rec.ts) /* it has shown no headers so far */
		return false;
	if (a->proto != k->proto || a->ethertype != k->ethertype ||
	    a->seq != k->seq || a->ack != k->ack || (a->ip_id != k->ip_id && a->ip_len))
		return true;
	return !k->ip_id && !k->seq && w->first.stage == k->stage && w->first.netns == k->netns && w->first.ifindex == k->ifindex;
}

static struct way *way_of(struct perfetto *p, __u64 skb, bool *fresh)
{
	struct way *w = lru__add(p->packets, &skb, fresh);

	if (*fresh)
		w->flow = ++p->n_flows;
	return w;
}

static __u64 flow_of_packet(struct perfetto *p, const struct rec_packet *k)
{
	bool fresh;
	struct way *w = way_of(p, k->skb, &fresh);

	if (!fresh && is_another(w, k)) {
		w->flow = ++p->n_flows;
		w->first.rec.ts = 0;
	}
	w->head = *k;
	if (!w->first.rec.ts)
		w->first = *k;
	return w->flow;
}

static __u64 flow_of(struct perfetto *p, __u64 skb)
{
	bool fresh;

	return way_of(p, skb, &fresh)->flow;
}

static void put_step(struct perfetto *p, const struct rec *rec, const char *name, __u64 flow, const char *const *notes)
{
	struct perfetto_event e = { .track = device_track(p, rec), .ns = rec->ts, .type = EVENT_INSTANT, .name = name,
				    .category = p->desc->name, .flow = flow, .ends = rec->type == REC_drop };

	add_notes(p, &e, rec, notes);
	perfetto_file__event(p->to.out, &e);
}

static void see_packet(struct perfetto *p, const struct rec_packet *k)
{
	char name[RESOLVE_MAX];

	put_step(p, &k->rec, name_of(p, &k->rec, "stage", name), flow_of_packet(p, k),
		 FIELDS("saddr", "daddr", "sport", "dport", "proto", "len", "seq", "skb", "tid"));
}

static void see_hop(struct perfetto *p, const struct rec_hop *h)
{
	char name[RESOLVE_MAX];

	put_step(p, &h->rec, name_of(p, &h->rec, "stage", name), flow_of(p, h->skb), FIELDS("len", "queue", "skb"));
}

static void see_drop(struct perfetto *p, const struct rec_drop *d)
{
	char name[RESOLVE_MAX] = "dropped: ", reason[RESOLVE_MAX];
	__u64 skb = d->skb;

	snprintf(name, sizeof(name), "dropped: %.200s", name_of(p, &d->rec, "reason", reason));
	put_step(p, &d->rec, name, flow_of(p, d->skb), FIELDS("location", "stack", "len", "skb", "tid"));
	lru__remove(p->packets, &skb);
}

/* A copy goes on where its original was; of one that is freed the address will be another's. */
static void follow(struct perfetto *p, const struct rec *rec)
{
	const struct rec_link *l = (const struct rec_link *)rec;
	__u64 skb = ((const struct rec_free *)rec)->skb;
	const struct way *from;
	struct way copy;

	if (rec->type == REC_free) {
		lru__remove(p->packets, &skb);
		return;
	}
	from = lru__use(p->packets, &l->from);
	if (!from || l->how == LINK_MERGE)
		return;
	copy = *from;
	skb = l->to;
	*(struct way *)lru__add(p->packets, &skb, NULL) = copy;
}

/* ---- what is missing ---------------------------------------------------------------------------- */

static void see_gap(struct perfetto *p, const struct rec_gap *g)
{
	char type[RESOLVE_MAX], name[RESOLVE_MAX + 64], cpu[16] = "any CPU";
	struct perfetto_event e = { .name = "missing", .category = "gap" };

	if (g->where < STREAM_CPUS)
		snprintf(cpu, sizeof(cpu), "CPU %u", g->where);
	snprintf(name, sizeof(name), "%s, %.64s", cpu, g->type ? name_of(p, &g->rec, "type", type) : "any event");
	e.track = track(p, OF_LOSS, g->where, g->type, (struct perfetto_track){ .parent = group(p, OF_LOSSES), .name = name });
	add_notes(p, &e, &g->rec, FIELDS("lost", "why"));
	put_slice(p, e, g->from, g->to);
}

/* ---- interface ---------------------------------------------------------------------------------- */

static void write_record(struct perfetto *p, const struct rec *rec)
{
	switch (rec->type) {
	case REC_packet:
		return see_packet(p, (const struct rec_packet *)rec);
	case REC_hop:
		return see_hop(p, (const struct rec_hop *)rec);
	case REC_drop:
		return see_drop(p, (const struct rec_drop *)rec);
	case REC_offcpu:
		return see_offcpu(p, (const struct rec_offcpu *)rec);
	case REC_futex:
		return see_call(p, rec, OF_FUTEXES, "futex", FIELDS("op", "uaddr", "ret", "ustack"));
	case REC_lock:
		if (((const struct rec_lock *)rec)->addr)
			see_call(p, rec, OF_LOCKS, "lock", FIELDS("addr", "owner", "flags", "ret", "stack", "ustack"));
		return;
	case REC_run:
		return see_run(p, (const struct rec_run *)rec);
	case REC_softirq:
		return see_interrupt(p, rec, OF_SOFTIRQS, "vec", "wait");
	case REC_irq:
		return see_interrupt(p, rec, OF_IRQS, "irq", "ret");
	case REC_napi:
		return see_poll(p, (const struct rec_napi *)rec);
	case REC_qdisc:
		return see_qdisc(p, (const struct rec_qdisc *)rec);
	case REC_tun_ring:
		return see_tun_ring(p, (const struct rec_tun_ring *)rec);
	case REC_vhost_run:
		return see_vhost(p, (const struct rec_vhost_run *)rec);
	case REC_gap:
	case 0:
		return see_gap(p, (const struct rec_gap *)rec);
	}
}

static void see(void *state, const struct record_desc *d, const struct rec *rec, bool wanted)
{
	struct perfetto *p = state;

	p->desc = d;
	if (wanted)
		write_record(p, rec);
	if (rec->type == REC_link || rec->type == REC_free)
		follow(p, rec);
}

static void free_perfetto(void *state)
{
	struct perfetto *p = state;

	if (!p)
		return;
	if (p->line.out)
		fclose(p->line.out);
	free(p->notes);
	lru__free(p->tracks);
	lru__free(p->packets);
	free(p);
}

static int begin(void **state, const struct sink_to *to)
{
	struct perfetto *p = calloc(1, sizeof(*p));

	*state = p;
	if (!p)
		return -ENOMEM;
	p->to = *to;
	p->line = (struct line){ .out = open_memstream(&p->notes, &p->notes_size), .base = to->base, .resolver = to->resolver };
	p->tracks = lru__new(3, sizeof(__u64), MAX_TRACKS);
	p->packets = lru__new(1, sizeof(struct way), MAX_PACKETS);
	if (!p->line.out || !p->tracks || !p->packets)
		return -ENOMEM;
	perfetto_file__clocks(to->out, to->base.start_mono, to->base.start_real);
	return 0;
}

const struct sink perfetto_sink = { begin, see, NULL, free_perfetto };
