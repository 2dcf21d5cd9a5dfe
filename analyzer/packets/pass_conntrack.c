/*
 * pass_conntrack.c: what connection tracking said of packets, by zone, place and outcome; the invalid and refused ones
 * one by one up to a limit.
 */
#include "analyzer/sweep/pass.h"

enum { MAX_EVENTS = 100000 };
enum { BY_NETFILTER, BY_OVS };
enum { NF_ACCEPT = 1 };
enum { CT_UNTRACKED = 7, CT_INVALID = 8, CT_UNKNOWN = 9 }; /* enumerator set ctinfo; what is below is the kernel's own */
enum { PACKETS, BYTES, COMMITS };

struct state {
	struct sweep *sweep;
	struct tally counts;
	__u64 kept, left_out;
};

/* key: netns << 32 | zone << 16 | by << 8 | hook; ctinfo << 8 | state; ret */
static void put(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	bool ovs = (key[0] >> 8 & 0xff) == BY_OVS;

	STORE(s, "conntrack_count", V_INT("win", win), V_INT("netns", key[0] >> 32),
	      V_INT("zone", key[0] >> 16 & 0xffff), V_INT("ovs", ovs), V_OPT("hook", !ovs, key[0] & 0xff),
	      V_INT("ctinfo", key[1] >> 8), V_INT("state", key[1] & 0xff), V_INT("ret", (__s32)key[2]),
	      V_INT("packets", row->count[PACKETS]), V_INT("bytes", row->count[BYTES]),
	      V_INT("commits", row->count[COMMITS]), V_HIST_NS("", row->hist));
}

static const struct tally_spec spec = { 3, 3, 1, put };

/* What connection tracking thinks of it. Of a packet that OVS refused nothing is known. */
static unsigned ctinfo_of(const struct rec_conntrack *r)
{
	if (r->by == BY_OVS && r->ret)
		return CT_UNKNOWN;
	if (r->ctinfo == CT_UNTRACKED)
		return CT_UNTRACKED;
	return r->ct ? r->ctinfo : CT_INVALID;
}

static bool refused(const struct rec_conntrack *r)
{
	return r->by == BY_OVS ? r->ret != 0 : r->ret != NF_ACCEPT;
}

static bool wanted(const struct state *st, const struct rec_conntrack *r)
{
	struct rec_packet p = { .rec = r->rec, .skb = r->skb, .sport = r->sport, .dport = r->dport, .ethertype = r->ethertype,
				.proto = r->proto, .tcp_flags = r->tcp_flags, .ip_id = r->ip_id, .seq = r->seq, .ack = r->ack,
				.len = r->len, .netns = r->netns, .ifindex = r->ifindex };

	if (!st->sweep->opts.filter.match)
		return true;
	for (unsigned i = 0; i < sizeof(p.saddr); i++) {
		p.saddr[i] = r->saddr[i];
		p.daddr[i] = r->daddr[i];
	}
	return sweep__match(st->sweep, &p, NULL);
}

static void keep(struct state *st, const struct rec_conntrack *r, unsigned ctinfo)
{
	bool known = r->ethertype != 0, echo = r->proto == 1 || r->proto == 58;

	if (st->kept == MAX_EVENTS) {
		st->left_out++;
		return;
	}
	st->kept++;
	STORE(st->sweep->store, "conntrack_event", V_INT("ts_ns", r->rec.ts), V_INT("win", st->sweep->win),
	      V_INT("cpu", r->rec.cpu), V_INT("netns", r->netns), V_INT("ifindex", r->ifindex), V_INT("zone", r->zone),
	      V_INT("ovs", r->by == BY_OVS), V_OPT("hook", r->by != BY_OVS, r->hook),
	      V_OPT("ethertype", known, r->ethertype), V_ADDR("saddr", known ? r->saddr : NULL),
	      V_OPT("sport", known, r->sport), V_ADDR("daddr", known ? r->daddr : NULL),
	      V_OPT("dport", known, r->dport), V_OPT("proto", known, r->proto), V_OPT("ip_id", known, r->ip_id),
	      V_OPT("seq", known && (r->proto == 6 || echo), r->seq), V_OPT("ack", known && r->proto == 6, r->ack),
	      V_OPT("tcp_flags", known && r->proto == 6, r->tcp_flags), V_OPT("len", known, r->len),
	      V_INT("ctinfo", ctinfo), V_INT("state", r->state), V_OPT("status", r->ct, r->status),
	      V_INT("ret", (__s32)r->ret));
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_conntrack *r = (const struct rec_conntrack *)rec;
	struct state *st = state;
	unsigned ctinfo = ctinfo_of(r);
	__u64 key[3] = { pair(r->netns, (__u32)r->zone << 16 | (r->by == BY_OVS) << 8 | r->hook), ctinfo << 8 | r->state, r->ret };
	struct tally_row row;

	if (!wanted(st, r))
		return;
	row = tally__at(&st->counts, st->sweep->win, key);
	row.count[PACKETS]++;
	row.count[BYTES] += r->len;
	row.count[COMMITS] += r->flags & 1;
	if (r->duration && hist__add(row.hist, r->duration))
		st->sweep->no_memory = true;
	if (ctinfo == CT_INVALID || refused(r))
		keep(st, r, ctinfo);
}

static void finish(void *state)
{
	struct state *st = state;

	sweep__limit(st->sweep, "invalid packets", MAX_EVENTS, st->left_out, "they are counted but not listed one by one");
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(counts, spec),
	{ 0 },
};

static const __u8 wants[] = { REC_conntrack, 0 };

/* Each lookup stands for itself. */
const struct pass pass_conntrack = {
	.name = "conntrack", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies,
	.on_event = on_event, .on_gap = pass__no_gap, .finish = finish,
};
