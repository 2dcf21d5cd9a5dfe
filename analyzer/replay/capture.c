/*
 * capture.c: packets as a capture file (capture.h).
 *
 * A packet record has the fields of headers, of which frame__build() makes them again; a hop has none, and gets those of
 * the record in which its packet showed them last. A drop has the first bytes.
 */
#include "analyzer/replay/capture.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <linux/if_ether.h>
#include "analyzer/base/lru.h"
#include "analyzer/filter/drops.h"
#include "analyzer/packets/heads.h"
#include "analyzer/replay/pcapng.h"

enum { MAX_PACKETS = 1 << 16, MAX_DEVICES = 1 << 16, MAX_COMMENT = 4096, MAX_BYTES = ETH_HLEN + FRAME_MAX };

/* What is known of a packet on its way. */
struct seen {
	struct rec_packet head; /* the record in which it showed its headers last */
	__u8 first[96];
	__u8 n_first, room;
	__u8 stage; /* where it was last, and when */
	__u64 ts;
};

struct capture {
	FILE *out;
	const struct recording *recording;
	struct timebase base;
	const struct resolver *resolver;
	struct heads *heads;
	struct lru *packets; /* sk_buff: struct seen */
	struct lru *devices; /* namespace, ifindex: number of the interface, __u32 */
	__u32 n_interfaces;
	__u64 headless;
};

/* ---- comments ----------------------------------------------------------------------------------- */

struct comment {
	char text[MAX_COMMENT];
	size_t len;
};

static __attribute__((format(printf, 2, 3))) void add(struct comment *c, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(c->text + c->len, sizeof(c->text) - c->len, format, args);
	va_end(args);
	c->len += n < 0 ? 0 : (size_t)n;
	c->len = c->len < sizeof(c->text) ? c->len : sizeof(c->text) - 1;
}

/* "NAME=value", or what the value stands for. */
static void add_field(const struct capture *c, struct comment *to, const struct rec *rec, const char *field)
{
	const struct record_desc *d = schema__record(rec->type);
	char name[MAX_COMMENT];

	if (resolver__field(c->resolver, d, rec, field, name, sizeof(name)))
		add(to, "%s%s=%s", to->len ? " " : "", field, name);
	else
		add(to, "%s%s=%llu", to->len ? " " : "", field, resolve__value(d, rec, field));
}

static void add_stage(const struct capture *c, struct comment *to, const char *what, __u8 stage)
{
	struct rec_hop hop = { .rec.type = REC_hop, .stage = stage };
	char name[64];

	if (resolver__field(c->resolver, schema__record(REC_hop), &hop.rec, "stage", name, sizeof(name)))
		add(to, " %s=%s", what, name);
	else
		add(to, " %s=%u", what, stage);
}

/* Where it was before, and how long ago. */
static void add_latency(const struct capture *c, struct comment *to, const struct seen *s, __u64 ts)
{
	if (!s || !s->stage || ts < s->ts)
		return;
	add_stage(c, to, "after", s->stage);
	add(to, " latency=%lluns", ts - s->ts);
	if (gaps__in_packets(&c->recording->gaps, s->ts, ts))
		add(to, " (records were lost meanwhile)");
}

/* ---- writing ------------------------------------------------------------------------------------ */

static __u32 interface_of(struct capture *c, __u32 netns, __u32 ifindex)
{
	struct rec_hop hop = { .rec.type = REC_hop, .netns = netns, .ifindex = ifindex };
	const struct record_desc *d = schema__record(REC_hop);
	__u64 key[2] = { netns, ifindex };
	char name[NAMES_MAX_TEXT + 16], namespace[NAMES_MAX_TEXT + 16], description[sizeof(namespace) + 64];
	bool fresh;
	__u32 *number = lru__add(c->devices, key, &fresh);

	if (!fresh)
		return *number;
	if (!resolver__field(c->resolver, d, &hop.rec, "ifindex", name, sizeof(name)))
		snprintf(name, sizeof(name), ifindex ? "ifindex %u" : "none", ifindex);
	if (!resolver__field(c->resolver, d, &hop.rec, "netns", namespace, sizeof(namespace)))
		*namespace = '\0';
	snprintf(description, sizeof(description), "ifindex %u, network namespace %u%s%s%s", ifindex, netns,
		 *namespace ? " (" : "", namespace, *namespace ? ")" : "");
	pcapng__interface(c->out, name, description);
	*number = c->n_interfaces++;
	return *number;
}

/* It is not recorded, but follows from the length of IP, and readers stumble over a 0. */
static void set_udp_length(struct frame *f, const struct rec_packet *p)
{
	__u32 header = p->ethertype == ETH_P_IP ? 20 : 40, len = p->ip_len > header ? p->ip_len - header : 0;

	if (p->proto != IPPROTO_UDP || p->l2 & FRAME_HEAD || p->frag & ~0x4000 || f->len < 4 || len > 0xffff)
		return;
	f->bytes[f->len - 4] = (__u8)(len >> 8);
	f->bytes[f->len - 3] = (__u8)len;
}

/* Files are of one link type: what has no Ethernet header here gets one without addresses. */
static void write_frame(struct capture *c, const struct frame *f, __u16 ethertype, const struct rec_hop *at,
			struct comment *comment)
{
	__u8 bytes[MAX_BYTES] = { 0 };
	__u32 header = f->ethernet ? 0 : ETH_HLEN, captured = header + (__u32)f->len;
	struct pcapng_packet p = { .bytes = bytes, .captured = captured, .comment = comment->text };

	p.interface = interface_of(c, at->netns, at->ifindex);
	p.ns = c->base.start_real + (at->rec.ts - c->base.start_mono);
	p.original = header + f->wire > captured ? header + f->wire : captured;
	if (header) {
		bytes[12] = (__u8)(ethertype >> 8);
		bytes[13] = (__u8)ethertype;
		add(comment, " (without Ethernet header)");
	}
	memcpy(bytes + header, f->bytes, f->len);
	pcapng__packet(c->out, &p);
}

static void write_seen(struct capture *c, const struct seen *s, const struct rec_hop *at, struct comment *comment)
{
	struct first_bytes first = { s->first, s->n_first, s->room };
	struct frame f;

	frame__build(&f, &s->head, s->n_first ? &first : NULL, true);
	set_udp_length(&f, &s->head);
	if (s->head.stage != at->stage)
		add_stage(c, comment, "headers", s->head.stage);
	write_frame(c, &f, s->head.ethertype, at, comment);
}

/* ---- records ------------------------------------------------------------------------------------ */

static struct seen *find(const struct capture *c, __u64 skb)
{
	return lru__use(c->packets, &skb);
}

static void write_step(struct capture *c, const struct rec *rec, const struct seen *s, const struct rec_hop *at)
{
	struct comment comment = { .len = 0 };

	add_field(c, &comment, rec, "stage");
	add_latency(c, &comment, s, rec->ts);
	add(&comment, " cpu=%u", rec->cpu);
	if (rec->type == REC_packet)
		add_field(c, &comment, rec, "tid");
	add(&comment, " skb=0x%llx", at->skb);
	write_seen(c, s, at, &comment);
}

static void keep_headers(struct capture *c, struct seen *s, const struct rec_packet *p)
{
	struct first_bytes first = { .len = 0 };

	s->head = *p;
	if (heads__find(c->heads, p, &first))
		memcpy(s->first, first.at, first.len);
	s->n_first = (__u8)first.len;
	s->room = (__u8)first.room;
}

static void move(struct seen *s, __u8 stage, __u64 ts)
{
	s->stage = stage;
	s->ts = ts;
}

static void see_packet(struct capture *c, const struct rec_packet *p, bool wanted)
{
	struct rec_hop at = { .rec = p->rec, .skb = p->skb, .netns = p->netns, .ifindex = p->ifindex, .stage = p->stage };
	__u64 skb = p->skb;
	bool fresh;
	struct seen *s = lru__add(c->packets, &skb, &fresh);

	if (schema__stage(p->stage)->role == STAGE_ROLE_ORIGIN)
		s->stage = 0;
	keep_headers(c, s, p);
	if (wanted)
		write_step(c, &p->rec, s, &at);
	move(s, p->stage, p->rec.ts);
}

static void see_hop(struct capture *c, const struct rec_hop *h, bool wanted)
{
	struct seen *s = find(c, h->skb);

	if (!s) {
		c->headless += wanted;
		return;
	}
	if (wanted)
		write_step(c, &h->rec, s, h);
	move(s, h->stage, h->rec.ts);
}

/* What it is made of is what was recorded of it, so that headers that nobody knows here are there as well. */
static bool frame_of_drop(struct frame *f, const struct rec_drop *d)
{
	struct first_bytes first = drops__first_bytes(d);
	struct rec_packet p;

	if (!d->ethertype || !first.len)
		return false;
	drops__parse(d, &p);
	p.len = d->len;
	p.vlan = p.vlan ? p.vlan : d->vlan;
	p.tpid = d->tpid;
	p.pulled = d->pulled;
	p.l2 = FRAME_KNOWN | FRAME_HEAD | (d->l2 ? d->l2 : d->l3_off >= ETH_HLEN ? FRAME_ETHERNET : 0);
	if (!d->l2 && p.l2 & FRAME_ETHERNET)
		first = (struct first_bytes){ d->head, d->head_len < sizeof(d->head) ? d->head_len : sizeof(d->head),
					      sizeof(d->head) };
	frame__build(f, &p, &first, true);
	return true;
}

static void see_drop(struct capture *c, const struct rec_drop *d, bool wanted)
{
	struct rec_hop at = { .rec = d->rec, .skb = d->skb, .netns = d->netns, .ifindex = d->ifindex };
	struct comment comment = { .text = "dropped", .len = 7 };
	const struct seen *s = find(c, d->skb);
	__u64 skb = d->skb;
	struct frame f;

	if (wanted) {
		add_field(c, &comment, &d->rec, "reason");
		add_field(c, &comment, &d->rec, "location");
		add_latency(c, &comment, s, d->rec.ts);
		add(&comment, " cpu=%u", d->rec.cpu);
		add_field(c, &comment, &d->rec, "tid");
		add(&comment, " skb=0x%llx", d->skb);
		if (frame_of_drop(&f, d))
			write_frame(c, &f, d->ethertype, &at, &comment);
		else if (s)
			write_seen(c, s, &at, &comment);
		else
			c->headless += d->ifindex || d->ethertype; /* else it is of no network device */
	}
	lru__remove(c->packets, &skb);
}

/* A copy has the headers of what it was made of, and has been where that was. */
static void see_link(struct capture *c, const struct rec_link *l)
{
	const struct seen *from = find(c, l->from);
	__u64 skb = l->to;
	struct seen copy;

	if (!from || l->how == LINK_MERGE)
		return;
	copy = *from;
	*(struct seen *)lru__add(c->packets, &skb, NULL) = copy;
}

static void see(void *state, const struct record_desc *d, const struct rec *rec, bool wanted)
{
	struct capture *c = state;
	__u64 skb;

	(void)d;
	switch (rec->type) {
	case REC_head:
		heads__see(c->heads, (const struct rec_head *)rec);
		break;
	case REC_packet:
		see_packet(c, (const struct rec_packet *)rec, wanted);
		break;
	case REC_hop:
		see_hop(c, (const struct rec_hop *)rec, wanted);
		break;
	case REC_drop:
		see_drop(c, (const struct rec_drop *)rec, wanted);
		break;
	case REC_link:
		see_link(c, (const struct rec_link *)rec);
		break;
	case REC_free:
		skb = ((const struct rec_free *)rec)->skb;
		lru__remove(c->packets, &skb);
		break;
	}
}

/* ---- interface ---------------------------------------------------------------------------------- */

static void begin_file(struct capture *c)
{
	const struct recording *r = c->recording;
	struct comment comment = { .len = 0 };
	__u64 lost[REC_TYPE_MAX], n = 0;

	add(&comment, "From the netrec recording ");
	for (int i = 0; i < 16; i++)
		add(&comment, "%02x", r->uuid[i]);
	add(&comment, ". Each packet is there once for each stage where it was seen. Bytes that are not recorded are 0: "
		      "checksums, TCP options and window. Payload is not recorded.");
	gaps__count(&r->gaps, lost);
	for (unsigned i = 0; i < REC_TYPE_MAX; i++)
		n += lost[i];
	if (n || r->damages || r->missing_segments)
		add(&comment, " Records are missing: %llu were lost, %llu places are damaged, %llu segments are not there.",
		    n, r->damages, r->missing_segments);
	pcapng__begin(c->out, "netanalyze " VERSION, comment.text);
}

static void free_capture(void *state)
{
	struct capture *c = state;

	if (!c)
		return;
	heads__free(c->heads);
	lru__free(c->packets);
	lru__free(c->devices);
	free(c);
}

static int begin(void **state, const struct sink_to *to)
{
	struct capture *c = calloc(1, sizeof(*c));

	*state = c;
	if (!c)
		return -ENOMEM;
	*c = (struct capture){ .out = to->out, .recording = to->recording, .base = to->base, .resolver = to->resolver };
	c->heads = heads__new(c->recording->n_cpus);
	c->packets = lru__new(1, sizeof(struct seen), MAX_PACKETS);
	c->devices = lru__new(2, sizeof(__u32), MAX_DEVICES);
	if (!c->heads || !c->packets || !c->devices)
		return -ENOMEM;
	begin_file(c);
	return 0;
}

static void end(void *state, struct replay_stats *stats)
{
	stats->headless = ((const struct capture *)state)->headless;
}

const struct sink capture_sink = { begin, see, end, free_capture };
