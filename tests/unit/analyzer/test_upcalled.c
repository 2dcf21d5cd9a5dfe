/*
 * test_upcalled.c: packets that go on in another sk_buff: through ovs-vswitchd and back, cloned, merged.
 */
#include "journey.h"

enum { UPCALL = STAGE_ovs_dp_upcall, BACK = STAGE_ovs_flow_key_extract_userspace, SEND = STAGE_ovs_vport_send };

/* Its record, with the headers of add_packet(). */
static void add_upcall_record(__u64 ts, __u64 skb, __u32 command, unsigned seq)
{
	struct rec_packet p = packet_at(ts, 0, skb, RX, 2, seq);
	struct rec_upcall u = { .rec = { .ts = T0 + ts, .type = REC_upcall }, .skb = skb, .sport = p.sport, .dport = p.dport,
				.ethertype = p.ethertype, .proto = p.proto, .tcp_flags = p.tcp_flags, .ip_id = p.ip_id,
				.seq = p.seq, .ack = p.ack, .ip_len = p.ip_len, .len = p.len, .cmd = command,
				.netns = p.netns, .ifindex = 2 };

	memcpy(u.saddr, p.saddr, 16);
	memcpy(u.daddr, p.daddr, 16);
	fixture__row(&f, &u.rec);
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

/* The packet and the command that has brought it back are the answer to one upcall: that of the same headers. */
static void test_upcall_and_command(void **state)
{
	struct rec_upcall_execute e = { .rec = { .type = REC_upcall_execute, .cpu = 1 }, .tid = 33, .tgid = 30, .duration = 300 };
	struct rec_packet p = packet_at(0, 0, 0, RX, 2, 0);

	(void)state;
	e.sport = p.sport, e.dport = p.dport, e.ethertype = p.ethertype, e.proto = p.proto, e.tcp_flags = p.tcp_flags;
	e.ip_id = p.ip_id, e.seq = p.seq, e.ack = p.ack, e.ip_len = p.ip_len, e.len = p.len;
	memcpy(e.saddr, p.saddr, 16);
	memcpy(e.daddr, p.daddr, 16);
	for (int i = 0; i < 2; i++) {
		add_packet(&f, 100 * i + 100, 0, 0x100 * (i + 1), RX, 2, 0);
		add_upcall_record(100 * i + 110, 0x100 * (i + 1), 1, 0);
		add_free(&f, 100 * i + 120, 0, 0x100 * (i + 1));
	}
	add_packet(&f, 1110, 1, 0x900, BACK, 0, 0);
	add_packet(&f, 2110, 1, 0xa00, BACK, 0, 0);
	e.rec.ts = T0 + 2300; /* of the second */
	fixture__row(&f, &e.rec);
	add_free(&f, 3000, 1, 0x900);
	add_free(&f, 3000, 1, 0xa00);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT n, min_ns, max_ns FROM stage_latency WHERE from_stage = 22", "2|1000|1900");
	assert_rows(&f, "SELECT tid, n, max_ns FROM upcall_latency", "33|1|1790");
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
	assert_rows(&f, FATES, "consumed|2|0|0|2|2920;upcall|1|0|0|1|10");
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
	struct rec_link l = { .rec = { T0 + ts, REC_link, 0, 0, 0 }, .from = from, .to = to, .how = how };

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
		TEST(test_upcall), TEST(test_upcall_without_stage), TEST(test_upcall_record_first), TEST(test_upcall_refused),
		TEST(test_upcall_and_command), TEST(test_upcall_answered_early), TEST(test_upcalls_alike), TEST(test_upcall_action),
		TEST(test_clone), TEST(test_clone_of_orphan), TEST(test_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
