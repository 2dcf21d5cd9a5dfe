/* test_ovs.c: upcalls and their answers, flows from put to delete, drops by the datapath. */
#include "fixture.h"
#include <linux/openvswitch.h>

#define MS 1000000ull

enum { CMD_NEW = 1, CMD_DEL = 2, CMD_SET = 4 };

static const __u8 from_ip[16] = "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01";
static const __u8 to_ip[16] = "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x02";

/* A UDP packet 10.0.0.1:1000 > 10.0.0.2:dport from port 2, as it goes up. */
static struct rec_upcall upcall_of(__u64 at, unsigned cpu, __u64 skb, unsigned dport, unsigned ip_id)
{
	struct rec_upcall u = { .rec = { .ts = T0 + at, .type = REC_upcall, .cpu = cpu }, .skb = skb, .ethertype = 0x0800, .proto = 17,
				.sport = 1000, .dport = dport, .ip_id = ip_id, .ip_len = 128, .len = 142, .cmd = 1, .netns = NETNS,
				.ifindex = 5, .in_port = 2, .portid = 77 };

	memcpy(u.saddr, from_ip, 16);
	memcpy(u.daddr, to_ip, 16);
	return u;
}

static void add_end(struct fixture *f, __u64 at, unsigned cpu, __u64 skb, int ret)
{
	struct rec_upcall_end e = { .rec = { .ts = T0 + at, .type = REC_upcall_end, .cpu = cpu }, .skb = skb, .ret = (__u32)ret,
				    .duration = 1000 };

	fixture__row(f, &e.rec);
}

static void add_upcall(struct fixture *f, __u64 at, unsigned cpu, __u64 skb, unsigned dport, unsigned ip_id, int ret)
{
	struct rec_upcall u = upcall_of(at, cpu, skb, dport, ip_id);

	fixture__row(f, &u.rec);
	add_end(f, at + 1000, cpu, skb, ret);
}

static void add_execute(struct fixture *f, __u64 at, unsigned tid, unsigned dport, unsigned ip_id)
{
	struct rec_upcall_execute e = { .rec = { .ts = T0 + at, .type = REC_upcall_execute, .cpu = 1 }, .tid = tid, .tgid = 100,
					.ethertype = 0x0800, .proto = 17, .sport = 1000, .dport = dport, .ip_id = ip_id,
					.ip_len = 128, .len = 142, .duration = 20000 };

	memcpy(e.saddr, from_ip, 16);
	memcpy(e.daddr, to_ip, 16);
	fixture__row(f, &e.rec);
}

/* A damaged trace may say that something lasted for longer than there was time. */
static void test_impossible_durations(void **state)
{
	struct rec_upcall_execute e = { .rec = { .ts = T0 + 8 * MS, .type = REC_upcall_execute, .cpu = 1 }, .tid = 70, .tgid = 100,
					.ethertype = 0x0800, .proto = 17, .sport = 1000, .dport = 81, .ip_id = 1, .ip_len = 128,
					.len = 142, .duration = T0 + 9 * MS };
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	add_upcall(&f, 0, 0, 1, 81, 1, 0);
	memcpy(e.saddr, from_ip, 16);
	memcpy(e.daddr, to_ip, 16);
	fixture__row(&f, &e.rec);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT count(*) FROM upcall_latency WHERE max_ns > 8000000", "0");
	fixture__end(&f);
}

/* ---- commands ------------------------------------------------------------------------------------- */

static __u8 bytes[2112];
static size_t used;

static size_t open_attr(unsigned type)
{
	bytes[used + 2] = type;
	used += 4;
	return used - 4;
}

static void close_attr(size_t at)
{
	bytes[at] = (used - at) & 0xff;
	bytes[at + 1] = (used - at) >> 8;
	used = (used + 3) & ~(size_t)3;
}

static void put(unsigned type, const void *data, size_t len)
{
	size_t at = open_attr(type);

	if (len)
		memcpy(bytes + used, data, len);
	used += len;
	close_attr(at);
}

static void make_flow(unsigned dport, __u8 ufid, int output)
{
	__u8 id[16] = { ufid };
	__u32 port = 2, out = output;
	size_t at;

	memset(bytes, 0, sizeof(bytes));
	used = 0;
	put(OVS_FLOW_ATTR_UFID, id, 16);
	at = open_attr(OVS_FLOW_ATTR_KEY);
	put(OVS_KEY_ATTR_IN_PORT, &port, 4);
	put(OVS_KEY_ATTR_ETHERNET, (__u8[12]){ 2 }, 12);
	put(OVS_KEY_ATTR_ETHERTYPE, (__u8[]){ 8, 0 }, 2);
	put(OVS_KEY_ATTR_IPV4, (__u8[]){ 10, 0, 0, 1, 10, 0, 0, 2, 17, 0, 64, 0 }, 12);
	put(OVS_KEY_ATTR_UDP, (__u8[]){ 1000 >> 8, 1000 & 0xff, dport >> 8, dport }, 4);
	close_attr(at);
	at = open_attr(OVS_FLOW_ATTR_ACTIONS);
	if (output)
		put(OVS_ACTION_ATTR_OUTPUT, &out, 4);
	close_attr(at);
}

/* What `bytes` holds, in parts; `skip`: a part that is missing. */
static void add_command(struct fixture *f, __u64 at, unsigned tid, unsigned cmd, int ret, int skip)
{
	static unsigned seq;
	struct rec_flow_cmd c = { .rec = { .ts = T0 + at, .type = REC_flow_cmd, .cpu = 1 }, .tid = tid, .tgid = 100, .cmd = cmd,
				  .seq = ++seq, .dp = 3, .ret = (__u32)ret, .duration = 50000, .total = used };

	for (size_t i = 0; i == 0 || i < used; i += sizeof(c.part)) {
		c.offset = i;
		c.part_len = used - i < sizeof(c.part) ? used - i : sizeof(c.part);
		memcpy(c.part, bytes + i, c.part_len);
		c.rec.ts++;
		if (skip-- != 0)
			fixture__row(f, &c.rec);
	}
}

#define FATES "SELECT fate, errno, sum(n) FROM upcall_fate GROUP BY fate, errno ORDER BY fate"

/* ---- upcalls -------------------------------------------------------------------------------------- */

static void test_sent_back(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	add_upcall(&f, 1 * MS, 0, 0xa0, 53, 7, 0);
	make_flow(53, 1, 4);
	add_command(&f, 3 * MS, 201, CMD_NEW, 0, -1);
	add_execute(&f, 4 * MS, 201, 53, 7);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "sent back|0|1");
	assert_rows(&f, "SELECT win, netns, ifindex, cmd, tid, n, max_ns FROM upcall_latency", "0|4026531840|5|1|201|1|2980000");
	assert_rows(&f, "SELECT tid, n, max_ns FROM flow_install", "201|1|2000001");
	assert_rows(&f, "SELECT command, errno, unasked, n FROM ovs_command ORDER BY 1", "execute|0|0|1;flow put|0|0|1");
	assert_rows(&f, "SELECT dport, n, refused FROM upcall_flow", "53|1|0");
	fixture__end(&f);
}

/* A flow that drops: the command is the answer. One that nobody answers, one the socket refused. */
static void test_other_fates(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	add_upcall(&f, 1 * MS, 0, 0xa0, 53, 7, 0);
	make_flow(53, 1, 0);
	add_command(&f, 3 * MS, 201, CMD_NEW, 0, -1);
	add_upcall(&f, 5 * MS, 0, 0xa0, 54, 8, 0);
	add_upcall(&f, 6 * MS, 0, 0xa0, 55, 9, -105);
	add_upcall(&f, 3000 * MS, 0, 0xa0, 56, 10, 0);
	add_execute(&f, 3001 * MS, 201, 99, 1);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "flow only|0|1;no answer|0|1;refused|105|1;unfinished|0|1");
	assert_rows(&f, "SELECT win, n FROM upcall_fate WHERE fate = 'no answer'", "0|1");
	assert_rows(&f, "SELECT sum(unasked), sum(n) FROM ovs_command WHERE command = 'execute'", "1|1");
	assert_rows(&f, "SELECT sum(n) FROM upcall", "4");
	assert_rows(&f, "SELECT dport FROM upcall_flow WHERE refused = 1", "55");
	fixture__end(&f);
}

/* Packets with the same headers are answered in order; an answer by a flow long ago is not mixed up with a later packet. */
static void test_same_headers(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	add_upcall(&f, 1 * MS, 0, 0xa0, 53, 0, 0);
	add_upcall(&f, 2 * MS, 0, 0xa1, 53, 0, 0);
	add_execute(&f, 5 * MS, 201, 53, 0);
	add_execute(&f, 7 * MS, 201, 53, 0);
	add_upcall(&f, 10 * MS, 0, 0xa2, 53, 0, 0);
	make_flow(53, 1, 0);
	add_command(&f, 11 * MS, 201, CMD_NEW, 0, -1);
	add_upcall(&f, 5000 * MS, 0, 0xa3, 53, 0, 0);
	add_execute(&f, 5001 * MS, 201, 53, 0);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "flow only|0|1;sent back|0|3");
	assert_rows(&f, "SELECT max(max_ns), sum(sum_ns) FROM upcall_latency", "4980000|9940000");
	fixture__end(&f);
}

/* The command about its flow answers an upcall once a second has passed without the packet, not before. */
static void test_flow_to_packet(void **state)
{
	static const __u64 after_ns[] = { 1000000000, 1000000001 }; /* UPCALL_FLOW_TO_PACKET_NS */
	static const char *const waited[] = { "1009000000", "498000000" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fixture f;

		fixture__begin(&f, 2);
		add_upcall(&f, 1 * MS, 0, 0xa0, 53, 0, 0);
		make_flow(53, 1, 0);
		add_command(&f, 10 * MS, 201, CMD_NEW, 0, -1);
		add_upcall(&f, 10 * MS + after_ns[i] - 498020000, 0, 0xa1, 53, 0, 0);
		add_execute(&f, 10 * MS + 1 + 20000 + after_ns[i], 201, 53, 0); /* it began after_ns behind the command */
		fixture__analyze(&f);
		assert_rows(&f, "SELECT max_ns / 1000000 * 1000000 FROM upcall_latency", waited[i]);
		fixture__end(&f);
	}
}

/* The first segment stands for the upcall of a GSO packet. */
static void test_segments(void **state)
{
	struct rec_upcall u;
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	u = upcall_of(1 * MS, 0, 0xa0, 53, 7);
	u.gso_segs = 3;
	u.ip_len = 384;
	fixture__row(&f, &u.rec);
	for (unsigned i = 0; i < 3; i++) {
		u = upcall_of(1 * MS + 100 + i, 0, 0xb0 + i, 53, 7 + i);
		u.part = 1;
		fixture__row(&f, &u.rec);
	}
	add_end(&f, 1 * MS + 500, 0, 0xa0, 0);
	for (unsigned i = 0; i < 3; i++)
		add_execute(&f, 2 * MS + i, 201, 53, 7 + i);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "sent back|0|1");
	assert_rows(&f, "SELECT sum(n), sum(segments) FROM upcall", "1|2");
	assert_rows(&f, "SELECT sum(n), sum(unasked) FROM ovs_command", "3|0");
	assert_rows(&f, "SELECT sum(n) FROM upcall_latency", "1");
	fixture__end(&f);
}

static void test_gap(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	add_upcall(&f, 1 * MS, 0, 0xa0, 53, 7, 0);
	add_gap(&f, 2 * MS, 3 * MS, 1, REC_upcall_execute, 5);
	add_upcall(&f, 4 * MS, 0, 0xa0, 54, 8, 0);
	add_upcall(&f, 3000 * MS, 0, 0xa0, 56, 10, 0);
	fixture__analyze(&f);
	assert_rows(&f, FATES, "no answer|0|1;unfinished|0|1;unknown|0|1");
	fixture__end(&f);
}

/* More wait than there is room for: the oldest go, and that is said. */
static void test_too_many(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	for (unsigned i = 0; i < 40000; i++)
		add_upcall(&f, i * 10000, 0, 0xa0, i & 0xffff, i, 0);
	fixture__analyze(&f);
	assert_int_equal(fixture__int(&f, "SELECT sum(n) FROM upcall_fate WHERE fate = 'unknown'"), 40000 - 32768);
	assert_int_equal(fixture__int(&f, "SELECT sum(n) FROM upcall_fate"), 40000);
	assert_int_equal(fixture__int(&f, "SELECT n FROM eviction WHERE what = 'waiting upcalls'"), 40000 - 32768);
	fixture__end(&f);
}

/* A storm of flows with one upcall each cannot hide the one that has many, however late that comes. */
static void test_storm(void **state)
{
	enum { FLOWS = 90000, UPCALLS = 100 };
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	for (unsigned i = 0; i < FLOWS; i++) {
		struct rec_upcall u = upcall_of(i * 1000, 0, 0xa0, i & 0xffff, i);

		u.ifindex = 6 + (i >> 16);
		fixture__row(&f, &u.rec);
	}
	for (unsigned i = 0; i < UPCALLS; i++)
		add_upcall(&f, (FLOWS + i) * 1000, 0, 0xa0, 53, i, i ? 0 : -105);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT dport, n, refused FROM upcall_flow WHERE n > 1", "53|100|1");
	assert_int_equal(fixture__int(&f, "SELECT (SELECT sum(n) FROM upcall_flow) +"
					  "(SELECT sum(n) FROM eviction WHERE what IN ('flows with upcalls', 'upcalls of forgotten flows'))"),
			 FLOWS + UPCALLS);
	assert_true(fixture__int(&f, "SELECT n FROM eviction WHERE what = 'upcalls of forgotten flows'") >= FLOWS - 65536);
	fixture__end(&f);
}

/* ---- megaflows ------------------------------------------------------------------------------------ */

static void test_life(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	make_flow(53, 1, 4);
	add_command(&f, 1 * MS, 201, CMD_NEW, 0, -1);
	make_flow(54, 2, 4);
	add_command(&f, 2 * MS, 201, CMD_NEW, -17, -1);
	make_flow(55, 3, 4);
	add_command(&f, 3 * MS, 201, CMD_NEW, 0, -1);
	make_flow(53, 1, 5);
	add_command(&f, 4 * MS, 202, CMD_SET, 0, -1);
	add_command(&f, 9 * MS, 202, CMD_DEL, 0, -1);
	make_flow(77, 9, 4);
	add_command(&f, 10 * MS, 202, CMD_DEL, 0, -1);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT m.id, substr(ufid, 7, 2), put_ns IS NULL, errno, dport, del_ns - put_ns, del_tid, sets, key, actions FROM megaflow AS m "
			"LEFT JOIN megaflow_end ON megaflow = m.id ORDER BY m.id",
		    "1|01|0|0|53|8000000|202|1|in_port(2),eth(src=02:00:00:00:00:00,dst=00:00:00:00:00:00),eth_type(0x0800),"
		    "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=1000,dst=53)|4;"
		    "2|02|0|17|54|NULL|NULL|NULL|in_port(2),eth(src=02:00:00:00:00:00,dst=00:00:00:00:00:00),eth_type(0x0800),"
		    "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=1000,dst=54)|4;"
		    "3|03|0|0|55|NULL|NULL|0|in_port(2),eth(src=02:00:00:00:00:00,dst=00:00:00:00:00:00),eth_type(0x0800),"
		    "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=1000,dst=55)|4;"
		    "4|09|1|NULL|77|NULL|202|0|in_port(2),eth(src=02:00:00:00:00:00,dst=00:00:00:00:00:00),eth_type(0x0800),"
		    "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=1000,dst=77)|4");
	fixture__end(&f);
}

/* A flow put again under the same id has replaced another one, of whose end nothing is known. */
static void test_replaced(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	make_flow(53, 1, 4);
	add_command(&f, 1 * MS, 201, CMD_NEW, 0, -1);
	add_command(&f, 2 * MS, 201, CMD_SET, 0, -1);
	make_flow(53, 1, 5);
	add_command(&f, 5 * MS, 201, CMD_NEW, 0, -1);
	add_command(&f, 9 * MS, 202, CMD_DEL, 0, -1);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT megaflow, del_ns - (SELECT put_ns FROM megaflow AS m WHERE m.id = megaflow), sets FROM megaflow_end ORDER BY 1",
		    "1|NULL|1;2|4000000|0");
	fixture__end(&f);
}

static void test_flush_and_parts(void **state)
{
	__u8 name[600] = { 0 };
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	make_flow(53, 1, 4);
	put(OVS_FLOW_ATTR_STATS, name, sizeof(name)); /* several parts */
	add_command(&f, 1 * MS, 201, CMD_NEW, 0, -1);
	make_flow(54, 2, 4);
	put(OVS_FLOW_ATTR_STATS, name, sizeof(name));
	add_command(&f, 2 * MS, 201, CMD_NEW, 0, 2);
	used = 0;
	add_command(&f, 3 * MS, 203, CMD_DEL, 0, -1);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT m.id, complete, del_ns - put_ns > 0, flushed FROM megaflow AS m JOIN megaflow_end ON megaflow = m.id ORDER BY 1", "1|1|1|1;2|0|1|1");
	assert_rows(&f, "SELECT command, sum(n) FROM ovs_command GROUP BY 1 ORDER BY 1", "flow flush|1;flow put|2");
	fixture__end(&f);
}

/* ---- drops ---------------------------------------------------------------------------------------- */

static void test_drops(void **state)
{
	struct rec_ovs_drop d = { .rec = { .ts = T0 + 1, .type = REC_ovs_drop }, .skb = 0xa0, .ethertype = 0x0800, .proto = 17, .dport = 53,
				  .why = 1, .action = 0, .netns = NETNS, .ifindex = 5, .in_port = 2, .len = 142 };
	struct fixture f;

	(void)state;
	fixture__begin(&f, 1);
	fixture__row(&f, &d.rec);
	d.rec.ts++;
	fixture__row(&f, &d.rec);
	d.why = 3;
	d.location = 0x1000;
	d.action = 1;
	d.arg = 4;
	fixture__row(&f, &d.rec);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT why, action, arg, n, bytes FROM ovs_drop ORDER BY why", "1|0|0|2|284;3|1|4|1|142");
	assert_rows(&f, "SELECT count(*) FROM ovs_drop_event", "3");
	assert_rows(&f, "SELECT count(*) FROM location WHERE addr = 4096", "1");
	fixture__end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sent_back), cmocka_unit_test(test_other_fates), cmocka_unit_test(test_same_headers), cmocka_unit_test(test_flow_to_packet),
		cmocka_unit_test(test_impossible_durations), cmocka_unit_test(test_segments),  cmocka_unit_test(test_gap),         cmocka_unit_test(test_too_many),  cmocka_unit_test(test_storm),
		cmocka_unit_test(test_life),      cmocka_unit_test(test_replaced), cmocka_unit_test(test_flush_and_parts), cmocka_unit_test(test_drops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
