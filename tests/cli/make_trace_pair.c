/*
 * make_trace_pair.c: a host and its guest, recorded at the same time, of which everything is known.
 *
 * For 20 s somebody beyond the host (10.0.0.2) sends a datagram every 10 ms to the guest (10.0.0.3), which answers
 * each, and ten pings a second. The clock of the guest is 900 s behind that of the host at START, and gains 50 us a second. A
 * packet takes 100 us to 1.1 ms from the tap into the guest, and 400 us to 2.4 ms back. Of datagrams there, of each 50
 * one is dropped at the tap, one lost between, one dropped in the guest, and one is read after 300 ms. Of pings, of
 * each 20: the request is lost between, dropped in the guest, or not answered; the reply is lost between, sent after 400 ms;
 * the request takes 350 ms.
 */
#include <stdlib.h>
#include <arpa/inet.h>
#include "tests/cli/make_trace.h"

enum { TAP = 7, GUEST_ETH = 2, SECONDS = 20, ROOM = 40000 };

#define SENT 0xffff888000000000ull
#define ANSWERED 0xffff888100000000ull
#define RULE 0xffffffff81000040ull /* in nf_hook_slow */

/* What is to be added, in any order. */
struct event {
	__u64 ts;
	unsigned type;
	union {
		struct rec_packet packet;
		struct rec_hop hop;
		struct rec_free free;
		struct rec_drop drop;
		struct rec_tun_ring tun_ring;
	};
};

static struct event events[ROOM];
static unsigned n_events;
static bool in_guest; /* whose side is wanted */

static __u64 guest_clock(__u64 t)
{
	return t - 900 * SECOND + (t - START) / 20000;
}

static struct event *on(bool guest, unsigned type, __u64 t)
{
	static struct event elsewhere;
	struct event *e = guest == in_guest && n_events < ROOM ? &events[n_events++] : &elsewhere;

	*e = (struct event){ .ts = guest ? guest_clock(t) : t, .type = type };
	return e;
}

static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	return (x->ts > y->ts) - (x->ts < y->ts);
}

/* ---- one packet ----------------------------------------------------------------------------------- */

/* number: of a datagram, or of a ping. */
static struct rec_packet header(bool ping, bool to_guest, unsigned number)
{
	struct rec_packet p = { .ethertype = 0x0800, .proto = ping ? 1 : 17, .ttl = 64, .ip_id = number + 1, .len = 242,
				.ip_len = 228, .netns = OWN };

	p.skb = (to_guest ? SENT : ANSWERED) + 0x200 * number + (ping ? 0x100 : 0);
	p.sport = ping ? 77 : to_guest ? 5000 : 6000;
	p.dport = ping ? (to_guest ? 8 << 8 : 0) : to_guest ? 6000 : 5000;
	p.seq = ping ? number : 0;
	inet_pton(AF_INET6, "::ffff:10.0.0.2", to_guest ? p.saddr : p.daddr);
	inet_pton(AF_INET6, "::ffff:10.0.0.3", to_guest ? p.daddr : p.saddr);
	return p;
}

static void packet_at(bool guest, struct rec_packet p, unsigned stage, unsigned ifindex, __u64 t)
{
	p.stage = (__u8)stage;
	p.ifindex = ifindex;
	on(guest, REC_packet, t)->packet = p;
}

static void hop_at(bool guest, const struct rec_packet *p, unsigned stage, unsigned ifindex, __u64 t)
{
	on(guest, REC_hop, t)->hop = (struct rec_hop){ .skb = p->skb, .netns = OWN, .ifindex = ifindex, .len = p->len,
						       .stage = (__u8)stage };
}

static void ends(bool guest, const struct rec_packet *p, __u64 t)
{
	on(guest, REC_free, t)->free = (struct rec_free){ .skb = p->skb, .location = 0xffffffff81001040 };
}

static void is_dropped(bool guest, const struct rec_packet *p, __u64 location, unsigned reason, unsigned ifindex,
		       __u64 t)
{
	on(guest, REC_drop, t)->drop = (struct rec_drop){ .skb = p->skb, .location = location, .reason = reason,
							  .netns = OWN, .ifindex = ifindex, .len = p->len,
							  .ethertype = p->ethertype };
}

/* Comes to the tap; full: and no further. Otherwise it is handed to the guest 10 us later. */
static void to_tap(const struct rec_packet *p, bool full, __u64 t)
{
	packet_at(false, *p, STAGE_net_dev_queue, TAP, t - 5 * US);
	on(false, REC_tun_ring, t)->tun_ring = (struct rec_tun_ring){ .sock = 1, .skb = p->skb, .netns = OWN,
								      .ifindex = TAP, .len = p->len, .size = 256,
								      .full = full };
	if (full) {
		is_dropped(false, p, 0xffffffff81002010, 37, TAP, t + US);
		return;
	}
	hop_at(false, p, STAGE_tun_recvmsg, TAP, t + 10 * US);
	ends(false, p, t + 11 * US);
}

static void from_guest(const struct rec_packet *p, bool lost, __u64 t, __u64 takes)
{
	packet_at(true, *p, STAGE_net_dev_queue, GUEST_ETH, t - 5 * US);
	hop_at(true, p, STAGE_net_dev_start_xmit, GUEST_ETH, t);
	ends(true, p, t + 20 * US);
	if (lost)
		return;
	packet_at(false, *p, STAGE_netif_receive_skb, TAP, t + takes);
	packet_at(false, *p, STAGE_net_dev_queue, ETH0, t + takes + 3 * US);
	hop_at(false, p, STAGE_net_dev_start_xmit, ETH0, t + takes + 5 * US);
	ends(false, p, t + takes + 9 * US);
}

static __u64 takes_there(unsigned i)
{
	return 100 * US + i * 7919 % 1000 * US;
}

static __u64 takes_back(unsigned i)
{
	return 400 * US + i * 104729 % 2000 * US;
}

/* ---- traffic -------------------------------------------------------------------------------------- */

static void datagram(unsigned i, __u64 t)
{
	struct rec_packet there = header(false, true, i), back = header(false, false, i);
	unsigned kind = i % 50;
	__u64 arrives = t + 10 * US + takes_there(i), read = arrives + (kind == 40 ? 300 * MS : 50 * US);

	to_tap(&there, kind == 10, t);
	if (kind == 10 || kind == 20)
		return;
	packet_at(true, there, STAGE_netif_receive_skb, GUEST_ETH, arrives);
	if (kind == 30) {
		is_dropped(true, &there, RULE, 8, GUEST_ETH, arrives + 3 * US);
		return;
	}
	ends(true, &there, read);
	from_guest(&back, false, read + 30 * US, takes_back(i));
}

static void ping(unsigned i, __u64 t)
{
	struct rec_packet there = header(true, true, i), back = header(true, false, i);
	unsigned kind = i % 20;
	__u64 arrives = t + 10 * US + (kind == 13 ? 350 * MS : takes_there(i));

	to_tap(&there, false, t);
	if (kind == 3)
		return;
	packet_at(true, there, STAGE_netif_receive_skb, GUEST_ETH, arrives);
	if (kind == 5) {
		is_dropped(true, &there, RULE, 8, GUEST_ETH, arrives + 3 * US);
		return;
	}
	ends(true, &there, arrives + 20 * US);
	if (kind != 7)
		from_guest(&back, kind == 9, arrives + (kind == 11 ? 400 * MS : 100 * US), takes_back(i));
}

__u64 make_pair(bool guest)
{
	__u64 start = guest ? guest_clock(START) : START;

	in_guest = guest;
	define_at(&(struct rec_clock){ .realtime = WALL, .boottime = start, .tai = WALL, .error = 50 }, REC_clock, start);
	DEFINE(config, .key = text("host.name"), .value = text(guest ? "guest" : "host"));
	DEFINE(config, .key = text("host.boot_id"), .value = text(guest ? "one" : "another"));
	DEFINE(interface, .netns = OWN, .ifindex = guest ? GUEST_ETH : TAP, .name = text(guest ? "ens3" : "vnet0"),
	       .kind = text(guest ? "" : "tun"), .mtu = 1500);
	define_probe(90, "tun_net_xmit", REC_tun_ring, STAGE_tun_net_xmit, PROBE_ATTACHED, "");
	define_probe(91, "tun_recvmsg", REC_hop, STAGE_tun_recvmsg, PROBE_ATTACHED, "");
	for (unsigned i = 0; i < SECONDS * 100; i++) {
		datagram(i, START + i * 10 * MS + 100 * US);
		if (i % 10 == 0)
			ping(i / 10, START + i * 10 * MS + 5 * MS);
	}
	qsort(events, n_events, sizeof(*events), by_time);
	for (unsigned i = 0; i < n_events; i++)
		add(0, &events[i].packet, events[i].type, events[i].ts);
	return start + SECONDS * SECOND;
}
