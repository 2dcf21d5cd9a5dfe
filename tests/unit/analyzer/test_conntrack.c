/*
 * test_conntrack.c: what connection tracking said, by outcome; invalid and refused packets; reassembly of fragments.
 */
#include "fixture.h"

static struct fixture f;

static int setup(void **state)
{
	(void)state;
	fixture__begin(&f, 2);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture__end(&f);
	return 0;
}

static struct rec_conntrack lookup(__u64 at, unsigned ctinfo, bool connection)
{
	struct rec_conntrack r = { .rec = { .ts = T0 + at, .type = REC_conntrack }, .skb = 0x100, .ct = connection ? 0x900 : 0,
				   .ctinfo = ctinfo, .ret = 1, .netns = NETNS, .ifindex = 2, .ethertype = 0x0800, .proto = 6,
				   .sport = 1000, .dport = 80, .len = 60, .seq = 7, .ack = 8, .tcp_flags = 2, .status = 0x8,
				   .state = connection ? 3 : 0, .duration = 500 };

	memcpy(r.saddr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01", 16);
	memcpy(r.daddr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x02", 16);
	return r;
}

#define COUNTS "SELECT zone, ovs, hook, ctinfo, state, ret, packets, bytes, commits, n, sum_ns FROM conntrack_count ORDER BY 2, 1, 3, 4, 6"

static void test_netfilter(void **state)
{
	struct rec_conntrack r = lookup(100, 2, true);

	(void)state;
	fixture__row(&f, &r.rec);
	r = lookup(200, 2, true);
	r.duration = 0; /* not measured */
	fixture__row(&f, &r.rec);
	r = lookup(300, 0, false); /* no connection: not established, but invalid */
	fixture__row(&f, &r.rec);
	r = lookup(400, 7, false);
	fixture__row(&f, &r.rec);
	r = lookup(500, 0, false); /* the table is full */
	r.ret = 0;
	r.hook = 3;
	fixture__row(&f, &r.rec);
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "0|0|0|2|3|1|2|120|0|1|500;0|0|0|7|0|1|1|60|0|1|500;0|0|0|8|0|1|1|60|0|1|500;0|0|3|8|0|0|1|60|0|1|500");
	assert_rows(&f, "SELECT ts_ns - 5000000000, hook, saddr, dport, seq, ack, tcp_flags, ctinfo, status, ret FROM conntrack_event ORDER BY 1",
		    "300|0|10.0.0.1|80|7|8|2|8|NULL|1;500|3|10.0.0.1|80|7|8|2|8|NULL|0");
}

/* What OVS refuses it frees: nothing is known of it, and nothing is made up. */
static void test_ovs(void **state)
{
	struct rec_conntrack r = lookup(100, 2, true);

	(void)state;
	r.by = 1;
	r.zone = 5;
	r.flags = 1;
	r.ret = 0;
	fixture__row(&f, &r.rec);
	r = (struct rec_conntrack){ .rec = { .ts = T0 + 200, .type = REC_conntrack }, .skb = 0x100, .by = 1, .zone = 5, .netns = NETNS,
				    .ret = (__u32)-12 };
	fixture__row(&f, &r.rec);
	fixture__analyze(&f);
	assert_rows(&f, COUNTS, "5|1|NULL|2|3|0|1|60|1|1|500;5|1|NULL|9|0|-12|1|0|0|0|0");
	assert_rows(&f, "SELECT zone, hook, ethertype, saddr, dport, len, ctinfo, ret FROM conntrack_event", "5|NULL|NULL|NULL|NULL|NULL|9|-12");
}

static bool wants_81(void *arg, const struct rec_packet *p, const struct first_bytes *first)
{
	(void)first;
	(void)arg;
	return p->dport == 81 && p->proto == 6 && p->saddr[15] == 1 && p->tcp_flags == 2;
}

static void test_filter(void **state)
{
	struct rec_conntrack r = lookup(100, 2, true);

	(void)state;
	fixture__row(&f, &r.rec);
	r.dport = 81;
	fixture__row(&f, &r.rec);
	f.opts.filter = (struct analyze_filter){ wants_81, NULL, "port 81" };
	fixture__analyze(&f);
	assert_rows(&f, "SELECT sum(packets) FROM conntrack_count", "1");
}

/* ---- fragments ---------------------------------------------------------------------------------- */

static void add_frag(__u64 at, __u64 queue, unsigned what, unsigned ret)
{
	struct rec_frag r = { .rec = { .ts = T0 + at, .type = REC_frag }, .queue = queue, .what = what, .ret = ret, .netns = NETNS,
			      .ethertype = 0x0800, .proto = 17, .ip_id = 9 };

	memcpy(r.saddr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01", 16);
	memcpy(r.daddr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x02", 16);
	fixture__row(&f, &r.rec);
}

static void test_fragments(void **state)
{
	(void)state;
	add_frag(100, 1, 0, 0);
	add_frag(200, 1, 0, 1);
	add_frag(300, 1, 0, 0);
	add_frag(310, 1, 1, 0);
	add_frag(400, 1, 0, 0); /* another packet, its queue at the same address */
	add_frag(500, 2, 0, 2);
	add_frag(600, 1, 2, 0);
	add_frag(700, 3, 1, 0); /* it began before the recording */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT ethertype, saddr, daddr, proto, fragments, duplicates, overlaps, completed, timeouts, n, sum_ns FROM frag_count",
		    "2048|10.0.0.1|10.0.0.2|17|5|1|1|2|1|1|210");
}

static void test_fragments_across_a_gap(void **state)
{
	(void)state;
	add_frag(100, 1, 0, 0);
	add_frag(5000, 1, 1, 0);
	add_gap(&f, 1000, 2000, 0, REC_frag, 3);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT fragments, completed, n FROM frag_count", "1|1|0");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_netfilter), TEST(test_ovs), TEST(test_filter), TEST(test_fragments), TEST(test_fragments_across_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
