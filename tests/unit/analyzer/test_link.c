/*
 * test_link.c: what the kernel told of devices and neighbours: names over time, and which devices' counters were not
 * read at their end.
 */
#include "fixture.h"

static struct fixture f;

static int setup(void **state)
{
	(void)state;
	fixture__begin(&f, 2);
	DEFINE(&f, string, .id = 1, .text = TEXT("first"));
	DEFINE(&f, string, .id = 2, .text = TEXT("second"));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture__end(&f);
	return 0;
}

static void link_at(__u64 at, __u32 netns, __u8 what, __u32 name, __u32 flags)
{
	ADD(&f, link_state, at, STREAM_RECORDER, .netns = netns, .ifindex = 2, .what = what, .name = name,
	    .flags = flags, .new_netns = what == LINK_MOVED ? 77 : 0, .new_ifindex = 2);
}

static void netdev_at(__u64 at, __u32 netns, __u32 ifindex, __u64 rx)
{
	ADD(&f, netdev, at, STREAM_RECORDER, .netns = netns, .ifindex = ifindex, .rx_packets = rx);
}

static void test_events(void **state)
{
	(void)state;
	link_at(0, NETNS, LINK_FOUND, 1, 0x11043);
	link_at(100, NETNS, LINK_CHANGED, 9, 0x1002);
	link_at(200, NETNS, LINK_MOVED, 1, 0x1002);
	link_at(300, NETNS, 200, 1, 0x1002); /* nobody knows what that is */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT ts_ns - 5000000000, name, what, up, carrier, new_netns, new_ifindex FROM link_event ORDER BY 1",
		    "0|first|found|1|1|NULL|NULL;100|NULL|changed|0|0|NULL|NULL;200|first|moved|0|0|77|2");
}

static void test_names(void **state)
{
	(void)state;
	link_at(0, NETNS, LINK_APPEARED, 1, 1);
	link_at(10, NETNS, LINK_CHANGED, 1, 0);
	link_at(20, NETNS, LINK_CHANGED, 2, 0);
	link_at(30, NETNS, LINK_MOVED, 2, 0);
	link_at(31, 77, LINK_APPEARED, 2, 0);
	link_at(40, 77, LINK_MOVED, 2, 0);
	link_at(50, NETNS, LINK_APPEARED, 2, 0);
	link_at(60, NETNS, LINK_GONE, 2, 0);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT netns = 77, name, what, from_ns - 5000000000, until_ns - 5000000000, ended, next_name FROM link_name ORDER BY 4",
		    "0|first|appeared|0|20|changed|second;0|second|changed|20|30|moved|second;1|second|appeared|31|40|moved|second;"
		    "0|second|appeared|50|60|gone|second");
}

static void test_counters_elsewhere(void **state)
{
	(void)state;
	netdev_at(0, NETNS, 2, 10);
	netdev_at(1000, NETNS, 2, 15);
	link_at(1000, NETNS, LINK_MOVED, 1, 0);
	netdev_at(2000, NETNS, 2, 40); /* it is back */
	link_at(2000, NETNS, LINK_APPEARED, 1, 0);
	netdev_at(3000, NETNS, 2, 42);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT sum(rx_packets) FROM iface_delta", "7");
}

static void test_unseen(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct rec_clock clock = { .rec = { .ts = T0 + i * 1000, .type = REC_clock }, .realtime = i + 1 };

		assert_int_equal(trace_writer__define(f.w, &clock.rec), 0);
		netdev_at(i * 1000 + 1, NETNS, 3, i); /* always there */
	}
	netdev_at(1001, NETNS, 4, 0); /* came and went with its namespace */
	netdev_at(2001, NETNS, 4, 0);
	netdev_at(1501, NETNS, 2, 0); /* the kernel told */
	link_at(1501, NETNS, LINK_APPEARED, 1, 0);
	netdev_at(2501, NETNS, 2, 0);
	link_at(2501, NETNS, LINK_GONE, 1, 0);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT ifindex FROM device_unseen", "4");
}

static void test_neighbours(void **state)
{
	(void)state;
	ADD(&f, neighbour, 0, STREAM_RECORDER, .netns = NETNS, .ifindex = 2, .addr = { [10] = 0xff, 0xff, 10, 0, 0, 9 }, .state = 0x20);
	ADD(&f, neighbour, 1, STREAM_RECORDER, .netns = NETNS, .ifindex = 2, .addr = { 0xfd, [15] = 1 }, .state = 2, .mac = { 2, 0, 0, 0, 0, 1 });
	ADD(&f, neighbour, 2, STREAM_RECORDER, .netns = NETNS, .ifindex = 2, .addr = { 0xfd, [15] = 1 }, .state = 4, .what = 1);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT addr, mac, state, removed FROM neighbour_event ORDER BY ts_ns",
		    "10.0.0.9|NULL|32|0;fd00::1|02:00:00:00:00:01|2|0;fd00::1|NULL|4|1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_events, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_counters_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unseen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_neighbours, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
