/*
 * test_upcalled.c: packets that go on in another sk_buff: through ovs-vswitchd and back, cloned, merged.
 */
#include "journey.h"
#include "analyzer/ovs/upcalls.h"

enum { UPCALL = STAGE_ovs_dp_upcall, BACK = STAGE_ovs_flow_key_extract_userspace, SEND = STAGE_ovs_vport_send };

/* The record of this packet's upcall. */
static struct rec_upcall upcall_of(const struct rec_packet *p, __u64 ts, __u32 command)
{
	struct rec_upcall u = { .rec = { .ts = T0 + ts, .type = REC_upcall }, .skb = p->skb, .sport = p->sport, .dport = p->dport,
				.ethertype = p->ethertype, .proto = p->proto, .tcp_flags = p->tcp_flags, .vlan = p->vlan,
				.frag = p->frag, .ip_id = p->ip_id, .seq = p->seq, .ack = p->ack, .ip_len = p->ip_len,
				.len = p->len, .cmd = command, .netns = p->netns, .ifindex = 2 };

	memcpy(u.saddr, p->saddr, 16);
	memcpy(u.daddr, p->daddr, 16);
	return u;
}

/* With the headers of add_packet(). */
static void add_upcall_record(__u64 ts, __u64 skb, __u32 command, unsigned seq)
{
	struct rec_packet p = packet_at(ts, 0, skb, RX, 2, seq);
	struct rec_upcall u = upcall_of(&p, ts, command);

	fixture__row(&f, &u.rec);
}

/* The command of thread `tid` that has brought this packet back returns. */
static void add_execute(const struct rec_packet *p, __u64 ts, unsigned cpu, unsigned tid, __u64 duration)
{
	struct rec_upcall_execute e = { .rec = { .ts = T0 + ts, .type = REC_upcall_execute, .cpu = cpu }, .tid = tid, .tgid = 30,
					.sport = p->sport, .dport = p->dport, .ethertype = p->ethertype, .proto = p->proto,
					.tcp_flags = p->tcp_flags, .vlan = p->vlan, .frag = p->frag, .ip_id = p->ip_id,
					.seq = p->seq, .ack = p->ack, .ip_len = p->ip_len, .len = p->len, .duration = duration };

	memcpy(e.saddr, p->saddr, 16);
	memcpy(e.daddr, p->daddr, 16);
	fixture__row(&f, &e.rec);
}

/* It comes back as this sk_buff, in this thread. */
static void add_back(const struct rec_packet *p, __u64 ts, __u64 skb, unsigned tid)
{
	struct rec_packet back = *p;

	back.rec.ts = T0 + ts;
	back.rec.cpu = 1;
	back.skb = skb;
	back.tid = tid;
	back.stage = BACK;
	back.netns = back.ifindex = 0;
	fixture__row(&f, &back.rec);
}

/* The stage and the record. */
static void add_upcall(__u64 ts, __u64 skb, __u32 command, unsigned seq)
{
	add_hop(&f, ts, 0, skb, UPCALL, 2, command);
	add_upcall_record(ts + 1, skb, command, seq);
}

/* Sent up and freed, executed as another sk_buff: one packet. */
static void test_upcall(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 2, 7);
	add_upcall(200, 0x100, 1, 7);
	add_free(&f, 250, 0, 0x100);
	add_packet(&f, 280, 0, 0x100, RX, 2, 8); /* the sk_buff is used again meanwhile */
	add_packet(&f, 5200, 1, 0x900, BACK, 0, 7);
	add_hop(&f, 5300, 1, 0x900, SEND, 3, 0);
	add_free(&f, 5400, 1, 0x900);
	add_free(&f, 6000, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT from_stage, to_stage, n, sum_ns FROM stage_latency ORDER BY 1, 2",
		    "3|22|1|100;3|64|1|5720;22|23|1|5000;23|27|1|100;27|64|1|100");
	assert_rows(&f, FATES, "consumed|2|0|0|1|5200");
	assert_rows(&f, "SELECT packets, n FROM flow", "2|1");
}

/* Where the stage is not recorded, the record of the upcall is the stage, whichever way the packet came to it. */
static void test_upcall_without_stage(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 2, 7);
	add_upcall_record(200, 0x100, 1, 7);
	add_free(&f, 250, 0, 0x100);
	add_upcall_record(300, 0x200, 1, 8); /* not seen before */
	add_free(&f, 350, 0, 0x200);
	add_packet(&f, 5200, 1, 0x900, BACK, 0, 7);
	add_packet(&f, 5250, 1, 0x900, QUEUE, 3, 7);
	add_free(&f, 5400, 1, 0x900);
	add_packet(&f, 6300, 1, 0x910, BACK, 0, 8);
	add_free(&f, 6400, 1, 0x910);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT from_stage, to_stage, n, sum_ns FROM stage_latency ORDER BY 1, 2",
		    "3|22|1|100;4|64|1|150;22|23|2|11000;23|4|1|50;23|64|1|100");
	assert_rows(&f, FATES, "consumed|2|0|0|2|11150");
	assert_rows(&f, "SELECT packets, n FROM flow", "2|2");
	assert_rows(&f, "SELECT stage, n FROM stage_count WHERE stage IN (22, 23) ORDER BY 1", "22|2;23|2");
	assert_rows(&f, "SELECT DISTINCT ifindex FROM stage_latency WHERE to_stage = 23", "2"); /* user space is no device */
}

/* The record may also come before its stage: still one hit of it. */
static void test_upcall_record_first(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 2, 7);
	add_upcall_record(200, 0x100, 1, 7);
	add_hop(&f, 210, 0, 0x100, UPCALL, 2, 1);
	add_free(&f, 250, 0, 0x100);
	add_packet(&f, 1200, 1, 0x900, BACK, 0, 7);
	add_free(&f, 1400, 1, 0x900);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT from_stage, to_stage, n, sum_ns FROM stage_latency ORDER BY 1, 2", "3|22|1|100;22|23|1|1000;23|64|1|200");
	assert_rows(&f, FATES, "consumed|1|0|0|1|1100");
}

/* A command that is said to have begun before its upcall waited for nothing. */
static void test_began_before(void **state)
{
	struct rec_packet p = packet_at(100, 0, 0x100, RX, 2, 7);

	(void)state;
	fixture__row(&f, &p.rec);
	add_upcall_record(200, 0x100, 1, 7);
	add_free(&f, 250, 0, 0x100);
	add_back(&p, 1000, 0x900, 31);
	add_execute(&p, 1100, 1, 31, 1000);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT n, max_ns FROM upcall_latency", "1|0");
}

/* The socket of user space is full: nothing comes back, and what has the same headers later is another packet. */
static void test_upcall_refused(void **state)
{
	struct rec_upcall_end e = { .rec = { .ts = T0 + 220, .type = REC_upcall_end }, .skb = 0x100, .ret = (__u32)-105, .duration = 20 };

	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 2, 0);
	add_upcall_record(200, 0x100, 1, 0);
	fixture__row(&f, &e.rec);
	add_free(&f, 250, 0, 0x100);
	add_packet(&f, 1200, 1, 0x900, BACK, 0, 0);
	add_free(&f, 1400, 1, 0x900);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|0|0;upcall|1|0|0|1|100");
	assert_rows(&f, "SELECT fate, errno, n FROM upcall_fate", "refused|105|1");
}

/*
 * The packet and the command that has brought it back are the answer to one upcall, in one thread, which may have
 * moved to another CPU in between, and whose begin may not have been seen.
 */
static void test_upcall_and_command(void **state)
{
	struct rec_packet p = packet_at(0, 0, 0, RX, 2, 0);

	(void)state;
	for (int i = 0; i < 3; i++) {
		add_packet(&f, 100 * i + 100, 0, 0x100 * (i + 1), RX, 2, 0);
		add_upcall_record(100 * i + 110, 0x100 * (i + 1), 1, 0);
		add_free(&f, 100 * i + 120, 0, 0x100 * (i + 1));
	}
	add_back(&p, 1110, 0x900, 33);
	add_back(&p, 2110, 0xa00, 34);
	add_execute(&p, 2300, 3, 34, 1300); /* of the second: it had begun before the first came back */
	add_execute(&p, 2310, 2, 33, 0);   /* of the first */
	add_free(&f, 3000, 1, 0x900);
	add_free(&f, 3000, 1, 0xa00);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT n, min_ns, max_ns FROM stage_latency WHERE from_stage = 22", "2|1000|1900");
	assert_rows(&f, "SELECT tid, n, max_ns FROM upcall_latency ORDER BY 1", "33|1|2200;34|1|790");
	assert_rows(&f, "SELECT fate, n FROM upcall_fate ORDER BY 1", "sent back|2;unfinished|1");
}

/*
 * A command does not answer what went up after it began; a packet that came back was sent back, its command seen or
 * not.
 */
static void test_upcall_and_other_command(void **state)
{
	struct rec_packet p = packet_at(0, 0, 0, RX, 2, 0);

	(void)state;
	add_back(&p, 100, 0x800, 33); /* a controller's */
	add_packet(&f, 110, 0, 0x100, RX, 2, 0);
	add_upcall_record(120, 0x100, 1, 0);
	add_free(&f, 130, 0, 0x100);
	add_execute(&p, 200, 1, 33, 150);
	add_back(&p, 1120, 0x900, 34);
	add_free(&f, 1200, 1, 0x900);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT fate, n FROM upcall_fate", "sent back|1");
	assert_rows(&f, "SELECT count(*) FROM upcall_latency", "0");
	assert_rows(&f, "SELECT sum(n), sum(unasked) FROM ovs_command", "1|1");
	assert_rows(&f, "SELECT from_stage, to_stage, n, sum_ns FROM stage_latency WHERE 22 IN (from_stage, to_stage) ORDER BY 1",
		    "3|22|1|10;22|23|1|1000");
}

static void no_eviction(void *arg, struct upcall *u)
{
	(void)arg;
	(void)u;
	fail_msg("there was room");
}

/* What is asked about an upcall: the socket, who put its flow and who sent it back, when, and as which sk_buff. */
static void test_upcall_story(void **state)
{
	struct upcalls *all = upcalls__new();
	struct rec_packet p = packet_at(100, 0, 0x100, RX, 2, 7);
	struct rec_upcall up = upcall_of(&p, 200, 1);
	struct rec_upcall_execute e = { .rec = { .ts = T0 + 1300, .type = REC_upcall_execute }, .tid = 33, .duration = 400 };
	struct upcall *u;

	(void)state;
	assert_non_null(all);
	up.portid = 77;
	u = upcalls__add(all, &up, no_eviction, NULL);
	assert_int_equal(upcalls__flow_put(all, &u->tuple, T0 + 900, 34), T0 + 200);
	assert_int_equal(upcalls__flow_put(all, &u->tuple, T0 + 950, 35), 0);
	p.rec.ts = T0 + 1200;
	p.skb = 0x900;
	p.tid = 33;
	assert_ptr_equal(upcalls__back(all, &p), u);
	assert_null(upcalls__back(all, &p));
	assert_int_equal(u->portid, 77);
	assert_int_equal(u->flow_put, T0 + 900);
	assert_int_equal(u->put_tid, 34);
	assert_int_equal(u->back, T0 + 1200);
	assert_int_equal(u->back_skb, 0x900);
	assert_int_equal(u->tid, 33);
	assert_ptr_equal(upcalls__at(all, upcalls__place(all, u), u->serial), u);
	memcpy(e.saddr, p.saddr, 16);
	memcpy(e.daddr, p.daddr, 16);
	e.sport = p.sport, e.dport = p.dport, e.ethertype = p.ethertype, e.proto = p.proto, e.ip_id = p.ip_id, e.seq = p.seq;
	assert_ptr_equal(upcalls__executed(all, &e, T0 + 900), u);
	upcalls__remove(all, u);
	upcalls__free(all);
}

/* What tells packets apart, of each kind; none of these has an IP identification. */
static void test_upcall_headers(void **state)
{
	struct rec_packet p[6];

	(void)state;
	for (int i = 0; i < 6; i++) {
		p[i] = packet_at(100 + i, 0, 0x100 * (i + 1), RX, 2, 0);
		p[i].ip_len = 100;
	}
	p[0].proto = p[1].proto = 17; /* UDP, by size */
	p[1].ip_len = 101;
	p[2].proto = p[3].proto = 1; /* echo requests, by number */
	p[2].sport = p[3].sport = 9;
	p[2].dport = p[3].dport = 8 << 8;
	p[3].seq = 1;
	p[4].ethertype = p[5].ethertype = 0x86dd; /* TCP over IPv6, by VLAN */
	p[4].vlan = 10;
	p[5].vlan = 20;
	for (int i = 0; i < 6; i++)
		fixture__row(&f, &p[i].rec);
	for (int i = 0; i < 6; i++) {
		struct rec_upcall u = upcall_of(&p[i], 1000 + 100 * i, 1);

		fixture__row(&f, &u.rec);
		add_free(&f, 1010 + 100 * i, 0, p[i].skb);
	}
	for (int i = 0; i < 6; i++) { /* in turn, the last one first */
		add_back(&p[5 - i], 21000 + 100 * i, 0x9000 + i, 33);
		add_free(&f, 21050 + 100 * i, 1, 0x9000 + i);
	}
	fixture__analyze(&f);
	assert_rows(&f, "SELECT total_ns, begin_ns - 5000000000, fate FROM packet ORDER BY 2",
		    "21400|100|consumed;21299|101|consumed;21198|102|consumed;21097|103|consumed;20996|104|consumed;20895|105|consumed");
}

/*
 * A GSO packet is one, whether it says that it has segments or, as a guest's, does not; whether links show the
 * segments or not. All but the first go on as branches.
 */
static void test_upcall_segments(void **state)
{
	struct rec_packet p = packet_at(0, 0, 0x100, RX, 2, 7);
	struct rec_upcall u;

	(void)state;
	p.ip_len = 3000;
	for (int way = 0; way < 3; way++) {
		__u64 t = 10000 * way + 100, skb = 0x10000 * (way + 1);

		p.rec.ts = T0 + t;
		p.skb = skb;
		fixture__row(&f, &p.rec);
		u = upcall_of(&p, t + 100, 1);
		u.gso_segs = way ? 3 : 0;
		fixture__row(&f, &u.rec);
		for (int i = 0; i < 3; i++) {
			struct rec_packet part = packet_at(0, 0, skb + 0x100 * (i + 1), RX, 2, 7 + i);

			part.ip_len = 1000;
			if (way == 2)
				ADD(&f, link, t + 105, 0, .from = skb, .to = part.skb, .how = LINK_SEGMENT);
			u = upcall_of(&part, t + 110 + i, 1);
			u.part = 1;
			fixture__row(&f, &u.rec);
			add_back(&part, t + 2110 + i, skb + 0x1000 * (i + 1), 33);
			add_free(&f, t + 2120 + i, 1, skb + 0x1000 * (i + 1));
			add_free(&f, t + 120, 0, part.skb);
		}
		add_free(&f, t + 130, 0, skb);
	}
	fixture__analyze(&f);
	/* with links the first segment has a branch, which ends with it */
	assert_rows(&f, "SELECT fate, sum(n), sum(branches), sum(n_timed), sum(sum_ns) FROM journey GROUP BY 1 ORDER BY 1",
		    "consumed|3|7|3|6330");
	assert_rows(&f, "SELECT sum(n), sum(sum_ns) FROM stage_latency WHERE from_stage = 22 AND to_stage = 23", "9|18099");
	assert_rows(&f, "SELECT fate, n FROM upcall_fate", "sent back|3");
	assert_rows(&f, "SELECT sum(n), sum(segments) FROM upcall", "3|6");
	assert_rows(&f, "SELECT packets, n FROM flow", "3|3");
}

/* With a VLAN tag beside it the packet is cloned to be sent up: the answer is for the packet. */
static void test_upcall_clone(void **state)
{
	struct rec_packet p = packet_at(0, 0, 0, RX, 2, 7);

	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 2, 7);
	add_upcall_record(200, 0x100, 1, 7);
	ADD(&f, link, 210, 0, .from = 0x100, .to = 0x200, .how = LINK_CLONE);
	add_free(&f, 220, 0, 0x200);
	add_free(&f, 230, 0, 0x100);
	add_back(&p, 1200, 0x900, 33);
	add_free(&f, 1300, 1, 0x900);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT fate, sum(n), sum(branches), sum(sum_ns) FROM journey GROUP BY 1", "consumed|1|1|1100");
}

/* A damaged trace may tell of an upcall twice, once on a CPU that there is not: one answer is for one packet. */
static void test_upcall_twice(void **state)
{
	struct rec_packet p = packet_at(0, 0, 0x100, RX, 2, 7);
	struct rec_upcall u = upcall_of(&p, 200, 1);

	(void)state;
	add_packet(&f, 10, 0, 0x700, RX, 2, 1); /* so that of the same moment what this CPU says comes first */
	add_free(&f, 20, 0, 0x700);
	fixture__row(&f, &u.rec);
	add_free(&f, 200, 0, 0x100);
	u.rec.cpu = STREAM_RECORDER;
	fixture__row(&f, &u.rec);
	ADD(&f, free, 201, STREAM_RECORDER, .skb = 0x100);
	add_back(&p, 1200, 0x900, 33);
	add_free(&f, 1300, 1, 0x900);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT fate, sum(n) FROM journey GROUP BY 1 ORDER BY 1", "consumed|2;upcall|1");
}

/*
 * Where addresses are used again: the new sk_buff has that of a journey whose end was not seen, be it for an answer or
 * for what a controller made; the old one goes unseen.
 */
static void test_upcall_addresses(void **state)
{
	struct rec_packet p = packet_at(0, 0, 0, RX, 2, 0);

	(void)state;
	add_packet(&f, 10, 1, 0xb00, QUEUE, 3, 0);
	add_back(&p, 20, 0xb00, 33);
	add_free(&f, 30, 1, 0xb00);
	add_packet(&f, 50, 1, 0x900, QUEUE, 3, 0);
	add_packet(&f, 100, 0, 0x100, RX, 2, 0);
	add_upcall_record(200, 0x100, 1, 0);
	add_packet(&f, 300, 0, 0x100, RX, 2, 8);
	add_back(&p, 1200, 0x900, 33);
	add_free(&f, 1300, 1, 0x900);
	add_free(&f, 1400, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|3|0|0|1|1100;reused|2|0|0|0|0");
	assert_rows(&f, "SELECT n, sum_ns FROM stage_latency WHERE from_stage = 22", "1|1000");
}

/*
 * A flow that leads to user space, as OVS makes them for what it cannot do in the datapath: the packet waits as well.
 */
static void test_upcall_slow_path(void **state)
{
	struct rec_packet p = packet_at(0, 0, 0, RX, 2, 7);

	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 2, 7);
	add_upcall_record(200, 0x100, 2, 7);
	add_free(&f, 250, 0, 0x100);
	add_back(&p, 1200, 0x900, 33);
	add_free(&f, 1300, 1, 0x900);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|1|1100");
}

/* Where packets are not recorded, an upcall is none. */
static void test_upcall_without_packets(void **state)
{
	(void)state;
	add_upcall_record(200, 0x100, 1, 7);
	add_upcall_record(300, 0x100, 1, 8);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT sum(n) FROM upcall", "2");
	assert_rows(&f, "SELECT count(*) FROM journey", "0");
	assert_rows(&f, "SELECT count(*) FROM stage_count", "0");
}

/* What did not come back by the end could still have; a return may be among what was lost. */
static void test_upcall_not_back(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		__u64 t = 2000000000ull * i + 100;

		add_packet(&f, t, 0, 0x100, RX, 2, 7 + i);
		add_upcall_record(t + 10, 0x100, 1, 7 + i);
		add_free(&f, t + 20, 0, 0x100);
	}
	add_gap(&f, 2000001000, 2000002000, 1, REC_packet, 5);
	fixture__analyze(&f);
	/* the first two waited through the gap */
	assert_rows(&f, FATES, "unfinished|1|0|0|1|10;upcall|2|0|2|0|0");
}

/* A filter does not change which of two alike is answered: here by what no upcall has. */
static bool wants_ttl_64(void *arg, const struct rec_packet *p, const struct first_bytes *first)
{
	(void)first;
	(void)arg;
	return p->ttl == 64;
}

static void test_upcall_filter(void **state)
{
	struct rec_packet p = packet_at(0, 0, 0, RX, 2, 7);

	(void)state;
	f.opts.filter = (struct analyze_filter){ .match = wants_ttl_64 };
	add_packet(&f, 100, 0, 0x100, RX, 2, 7);
	add_upcall_record(200, 0x100, 1, 7);
	add_free(&f, 250, 0, 0x100);
	add_back(&p, 1200, 0x900, 33);
	add_free(&f, 1300, 1, 0x900);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|1|1100");
	assert_rows(&f, "SELECT (SELECT count(*) FROM upcall), (SELECT count(*) FROM upcall_fate)", "0|0");
}

/* ovs-vswitchd may answer before the sender gets to free its sk_buff. */
static void test_upcall_answered_early(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 2, 7);
	add_upcall(200, 0x100, 1, 7);
	add_packet(&f, 230, 1, 0x900, BACK, 0, 7);
	add_free(&f, 250, 0, 0x100);
	add_free(&f, 400, 1, 0x900);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|1|130");
}

/* Packets without a number of their own come back in the order in which they went up. */
static void test_upcalls_alike(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		add_packet(&f, 100 * i + 100, 0, 0x100 * (i + 1), RX, 2, 0);
		add_upcall(100 * i + 110, 0x100 * (i + 1), 1, 0);
		add_free(&f, 100 * i + 120, 0, 0x100 * (i + 1));
	}
	for (int i = 0; i < 2; i++) {
		add_packet(&f, 1000 * i + 1110, 1, 0x9000 + 0x100 * i, BACK, 0, 0);
		add_free(&f, 1000 * i + 1200, 1, 0x9000 + 0x100 * i);
	}
	fixture__analyze(&f);
	assert_rows(&f, "SELECT n, min_ns, max_ns FROM stage_latency WHERE from_stage = 22", "2|1000|1900");
	assert_rows(&f, FATES, "consumed|2|0|0|2|2920;unfinished|1|0|0|1|10");
}

/* A program of the flow's own sent it up: it goes its way, and what a controller makes is a new packet. */
static void test_upcall_action(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 2, 7);
	add_upcall(200, 0x100, 2, 7);
	add_hop(&f, 300, 0, 0x100, SEND, 3, 0);
	add_free(&f, 400, 0, 0x100);
	add_packet(&f, 500, 1, 0x900, BACK, 0, 7);
	add_free(&f, 600, 1, 0x900);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|2|0|0|1|200");
}

static void add_link(__u64 ts, __u64 from, __u64 to, __u8 how)
{
	struct rec_link l = { .rec = { .ts = T0 + ts, .type = REC_link }, .from = from, .to = to, .how = how };

	fixture__row(&f, &l.rec);
}

/* A clone has the way of its packet behind it, is timed, and is no packet more. */
static void test_clone(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, RX, 2, 7);
	add_link(200, 0x100, 0x500, LINK_CLONE);
	add_link(200, 0x777, 0x778, LINK_CLONE); /* of something unknown */
	add_hop(&f, 300, 0, 0x500, SEND, 3, 0);
	add_hop(&f, 350, 0, 0x100, SEND, 4, 0);
	add_free(&f, 400, 0, 0x500);
	add_free(&f, 450, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT from_stage, to_stage, ifindex, n, sum_ns FROM stage_latency ORDER BY 1, 2, 3",
		    "3|27|3|1|200;3|27|4|1|250;27|64|3|1|100;27|64|4|1|100");
	assert_rows(&f, "SELECT fate, n, branches FROM journey ORDER BY 2", "consumed|1|1");
	assert_rows(&f, "SELECT packets, n FROM flow", "1|1");
}

/* Its headers are not known yet, nor are those of its packet: still one packet of the flow. */
static void test_clone_of_orphan(void **state)
{
	(void)state;
	add_hop(&f, 100, 0, 0x100, SEND, 3, 0);
	add_link(200, 0x100, 0x500, LINK_CLONE);
	add_packet(&f, 300, 0, 0x500, QUEUE, 3, 7);
	add_packet(&f, 350, 0, 0x100, QUEUE, 4, 7);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT packets FROM flow", "1");
}

static void test_merge(void **state)
{
	(void)state;
	add_packet(&f, 100, 0, 0x100, STAGE_napi_gro_receive_entry, 2, 7);
	add_packet(&f, 200, 0, 0x200, STAGE_napi_gro_receive_entry, 2, 8);
	add_link(250, 0x200, 0x100, LINK_MERGE);
	add_free(&f, 450, 0, 0x100);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "consumed|1|0|0|0|0;merged|1|0|0|0|0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_upcall), TEST(test_upcall_without_stage), TEST(test_upcall_record_first),
		TEST(test_began_before), TEST(test_upcall_refused), TEST(test_upcall_and_command), TEST(test_upcall_and_other_command),
		TEST(test_upcall_story), TEST(test_upcall_headers), TEST(test_upcall_segments),
		TEST(test_upcall_clone), TEST(test_upcall_twice), TEST(test_upcall_addresses), TEST(test_upcall_slow_path),
		TEST(test_upcall_without_packets), TEST(test_upcall_not_back), TEST(test_upcall_filter),
		TEST(test_upcall_answered_early), TEST(test_upcalls_alike), TEST(test_upcall_action),
		TEST(test_clone), TEST(test_clone_of_orphan), TEST(test_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
