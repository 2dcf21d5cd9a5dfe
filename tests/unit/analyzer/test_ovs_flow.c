/* test_ovs_flow.c: flow commands in words, compared with what ovs-dpctl prints; hostile attributes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <linux/openvswitch.h>
#include "analyzer/ovs/ovs_flow.h"

/* ---- building attributes -------------------------------------------------------------------------- */

static __u8 bytes[4096];
static size_t used;

static void begin(void)
{
	memset(bytes, 0, sizeof(bytes));
	used = 0;
}

static size_t open_attr(unsigned type)
{
	size_t at = used;

	bytes[at + 2] = type & 0xff;
	bytes[at + 3] = type >> 8;
	used += 4;
	return at;
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

static void put_u32(unsigned type, __u32 v)
{
	put(type, &v, 4);
}

static void put_be16(unsigned type, unsigned v)
{
	put(type, (__u8[]){ v >> 8, v }, 2);
}

static struct ovs_flow parsed(void)
{
	struct ovs_flow f;

	ovs_flow__parse((struct ovs_attrs){ bytes, used }, &f);
	return f;
}

static const char *key_text(void)
{
	static char text[1024];
	struct ovs_flow f = parsed();

	ovs_flow__key_text(&f, text, sizeof(text));
	return text;
}

static const char *actions_text(void)
{
	static char text[1024];
	struct ovs_flow f = parsed();

	ovs_flow__actions_text(&f, text, sizeof(text));
	return text;
}

static const __u8 mac[12] = { 2, 0x77, 0, 0, 0, 1, 2, 0x77, 0, 0, 0, 2 };
static const __u8 ones[64] = { [0 ... 63] = 0xff };
static const __u8 zeros[64];

static void put_udp_key(void)
{
	size_t key = open_attr(OVS_FLOW_ATTR_KEY);

	put_u32(OVS_KEY_ATTR_PRIORITY, 0);
	put_u32(OVS_KEY_ATTR_CT_STATE, 0x21);
	put_u32(OVS_KEY_ATTR_RECIRC_ID, 0);
	put_u32(OVS_KEY_ATTR_IN_PORT, 2);
	put(OVS_KEY_ATTR_ETHERNET, mac, 12);
	put_be16(OVS_KEY_ATTR_ETHERTYPE, 0x0800);
	put(OVS_KEY_ATTR_IPV4, (__u8[]){ 10, 77, 0, 1, 10, 77, 0, 2, 17, 0, 64, 0 }, 12);
	put(OVS_KEY_ATTR_UDP, (__u8[]){ 0x96, 0x1f, 0x1b, 0x58 }, 4);
	close_attr(key);
}

/* ---- keys ----------------------------------------------------------------------------------------- */

static void test_exact(void **state)
{
	(void)state;
	begin();
	put_udp_key();
	assert_string_equal(key_text(), "skb_priority(0),ct_state(new|trk),recirc_id(0),in_port(2),eth(src=02:77:00:00:00:01,dst=02:77:00:00:00:02),"
					"eth_type(0x0800),ipv4(src=10.77.0.1,dst=10.77.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=38431,dst=7000)");
}

/* What the mask does not cover is left out, and what it covers in part is masked. */
static void test_masked(void **state)
{
	size_t mask;

	(void)state;
	begin();
	put_udp_key();
	mask = open_attr(OVS_FLOW_ATTR_MASK);
	put(OVS_KEY_ATTR_PRIORITY, zeros, 4);
	put_u32(OVS_KEY_ATTR_CT_STATE, 0x23);
	put(OVS_KEY_ATTR_RECIRC_ID, ones, 4);
	put(OVS_KEY_ATTR_IN_PORT, ones, 4);
	put(OVS_KEY_ATTR_ETHERNET, zeros, 12);
	put(OVS_KEY_ATTR_ETHERTYPE, ones, 2);
	put(OVS_KEY_ATTR_IPV4, (__u8[]){ 0, 0, 0, 0, 255, 255, 255, 0, 255, 0, 0, 255 }, 12);
	put(OVS_KEY_ATTR_UDP, (__u8[]){ 0, 0, 0xff, 0xf0 }, 4);
	close_attr(mask);
	assert_string_equal(key_text(), "ct_state(+new-est+trk),recirc_id(0),in_port(2),eth(),eth_type(0x0800),"
					"ipv4(dst=10.77.0.0/255.255.255.0,proto=17,frag=no),udp(dst=6992/0xfff0)");
}

static void test_vlan_and_ipv6(void **state)
{
	size_t key, encap;
	__u8 ip6[40] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1, [16] = 0x20, 0x01, 0x0d, 0xb8, [31] = 2, [36] = 58, [38] = 64 };

	(void)state;
	begin();
	key = open_attr(OVS_FLOW_ATTR_KEY);
	put_be16(OVS_KEY_ATTR_ETHERTYPE, 0x8100);
	put_be16(OVS_KEY_ATTR_VLAN, 0x1064);
	encap = open_attr(OVS_KEY_ATTR_ENCAP);
	put_be16(OVS_KEY_ATTR_ETHERTYPE, 0x86dd);
	put(OVS_KEY_ATTR_IPV6, ip6, 40);
	put(OVS_KEY_ATTR_ICMPV6, (__u8[]){ 128, 0 }, 2);
	close_attr(encap);
	close_attr(key);
	assert_string_equal(key_text(), "eth_type(0x8100),vlan(vid=100,pcp=0),encap(eth_type(0x86dd),ipv6(src=2001:db8::1,dst=2001:db8::2,"
					"label=0,proto=58,tclass=0,hlimit=64,frag=no),icmpv6(type=128,code=0))");
}

static void test_tunnel(void **state)
{
	size_t key, tunnel;

	(void)state;
	begin();
	key = open_attr(OVS_FLOW_ATTR_KEY);
	tunnel = open_attr(OVS_KEY_ATTR_TUNNEL);
	put(OVS_TUNNEL_KEY_ATTR_ID, (__u8[]){ 0, 0, 0, 0, 0, 0, 0, 123 }, 8);
	put(OVS_TUNNEL_KEY_ATTR_IPV4_SRC, (__u8[]){ 10, 1, 1, 1 }, 4);
	put(OVS_TUNNEL_KEY_ATTR_IPV4_DST, (__u8[]){ 10, 1, 1, 2 }, 4);
	put(OVS_TUNNEL_KEY_ATTR_TTL, (__u8[]){ 64 }, 1);
	put(OVS_TUNNEL_KEY_ATTR_DONT_FRAGMENT, NULL, 0);
	close_attr(tunnel);
	put(99, (__u8[]){ 1, 2 }, 2);
	close_attr(key);
	assert_string_equal(key_text(), "tunnel(tun_id=0x7b,src=10.1.1.1,dst=10.1.1.2,ttl=64,flags(df|key)),key99(01 02)");
}

static void test_tuple(void **state)
{
	struct ovs_tuple t;
	struct ovs_flow f;

	(void)state;
	begin();
	put_udp_key();
	f = parsed();
	assert_true(ovs_flow__tuple(&f, &t));
	assert_int_equal(t.sport, 38431);
	assert_int_equal(t.dport, 7000);
	assert_int_equal(t.proto, 17);
	assert_int_equal(t.ethertype, 0x0800);
	assert_int_equal(t.in_port, 2);
	assert_memory_equal(t.daddr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\x4d\0\x02", 16);
}

static void test_ufid(void **state)
{
	static const __u8 ufid[16] = { 0x80, 0x24, 0x6f, 0xf1, 0xc8, 0x03, 0x84, 0x4c, 0x84, 0x80, 0xbb, 0x37, 0xe7, 0x10, 0x5e, 0x52 };
	char text[OVS_UFID_TEXT];

	(void)state;
	begin();
	put(OVS_FLOW_ATTR_UFID, ufid, 16);
	assert_true(parsed().has_ufid);
	ovs_flow__ufid_text(ufid, text);
	assert_string_equal(text, "f16f2480-4c84-03c8-37bb-8084525e10e7");
}

/* ---- actions -------------------------------------------------------------------------------------- */

static void test_drop(void **state)
{
	(void)state;
	begin();
	put(OVS_FLOW_ATTR_ACTIONS, NULL, 0);
	assert_string_equal(actions_text(), "drop");
}

/* Every one, in order, also twice the same. */
static void test_actions(void **state)
{
	size_t actions, inner, nat;

	(void)state;
	begin();
	actions = open_attr(OVS_FLOW_ATTR_ACTIONS);
	put_u32(OVS_ACTION_ATTR_OUTPUT, 1);
	put_u32(OVS_ACTION_ATTR_OUTPUT, 1);
	put(OVS_ACTION_ATTR_PUSH_VLAN, (__u8[]){ 0x81, 0, 0x10, 0x64 }, 4);
	put(OVS_ACTION_ATTR_POP_VLAN, NULL, 0);
	put_u32(OVS_ACTION_ATTR_METER, 7);
	inner = open_attr(OVS_ACTION_ATTR_CT);
	put(OVS_CT_ATTR_COMMIT, NULL, 0);
	put(OVS_CT_ATTR_ZONE, (__u8[]){ 5, 0 }, 2);
	put(OVS_CT_ATTR_MARK, (__u8[]){ 1, 0, 0, 0, 255, 0, 0, 0 }, 8);
	nat = open_attr(OVS_CT_ATTR_NAT);
	put(OVS_NAT_ATTR_SRC, NULL, 0);
	put(OVS_NAT_ATTR_IP_MIN, (__u8[]){ 192, 0, 2, 1 }, 4);
	put(OVS_NAT_ATTR_PROTO_MIN, (__u8[]){ 0xe8, 3 }, 2);
	close_attr(nat);
	close_attr(inner);
	put(OVS_ACTION_ATTR_CT_CLEAR, NULL, 0);
	put_u32(OVS_ACTION_ATTR_RECIRC, 0x1a);
	close_attr(actions);
	assert_string_equal(actions_text(), "1,1,push_vlan(vid=100,pcp=0),pop_vlan,meter(7),"
					    "ct(commit,zone=5,mark=0x1/0xff,nat(src=192.0.2.1:1000)),ct_clear,recirc(0x1a)");
}

static void test_nested_actions(void **state)
{
	size_t actions, sample, inner, set;

	(void)state;
	begin();
	actions = open_attr(OVS_FLOW_ATTR_ACTIONS);
	set = open_attr(OVS_ACTION_ATTR_SET_MASKED);
	put(OVS_KEY_ATTR_IPV4, (__u8[]){ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 63, 0, /* mask */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0 }, 24);
	close_attr(set);
	sample = open_attr(OVS_ACTION_ATTR_SAMPLE);
	put_u32(OVS_SAMPLE_ATTR_PROBABILITY, 0x7fffffff);
	inner = open_attr(OVS_SAMPLE_ATTR_ACTIONS);
	set = open_attr(OVS_ACTION_ATTR_USERSPACE);
	put_u32(OVS_USERSPACE_ATTR_PID, 4294967295u);
	put(OVS_USERSPACE_ATTR_USERDATA, (__u8[]){ 1, 2, 3 }, 3);
	close_attr(set);
	close_attr(inner);
	close_attr(sample);
	inner = open_attr(OVS_ACTION_ATTR_CLONE);
	put_u32(OVS_ACTION_ATTR_OUTPUT, 3);
	close_attr(inner);
	put(60, (__u8[]){ 0xab }, 1);
	put(OVS_ACTION_ATTR_CT, NULL, 0);
	close_attr(actions);
	assert_string_equal(actions_text(), "set(ipv4(ttl=63)),sample(sample=50.0%,actions(userspace(pid=4294967295,userdata(010203)))),"
					    "clone(3),action60(ab),ct");
}

/* ---- hostile -------------------------------------------------------------------------------------- */

static void test_cut(void **state)
{
	char small[16];
	struct ovs_flow f;

	(void)state;
	begin();
	put_udp_key();
	f = parsed();
	assert_false(f.cut);
	ovs_flow__key_text(&f, small, sizeof(small));
	assert_string_equal(small, "skb_priority…");
	for (size_t n = 0; n < used; n++) {
		char text[512];

		ovs_flow__parse((struct ovs_attrs){ bytes, n }, &f);
		assert_true(n == 0 || f.cut);
		ovs_flow__key_text(&f, text, sizeof(text));
		ovs_flow__actions_text(&f, text, sizeof(text));
	}
}

static void test_deep(void **state)
{
	size_t at[200], n = 200;
	char text[8192];
	struct ovs_flow f;

	(void)state;
	begin();
	at[0] = open_attr(OVS_FLOW_ATTR_ACTIONS);
	for (size_t i = 1; i < n; i++)
		at[i] = open_attr(OVS_ACTION_ATTR_CLONE);
	while (n--)
		close_attr(at[n]);
	f = parsed();
	ovs_flow__actions_text(&f, text, sizeof(text));
	assert_memory_equal(text, "clone(clone(", 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),   cmocka_unit_test(test_masked),  cmocka_unit_test(test_vlan_and_ipv6),
		cmocka_unit_test(test_tunnel),  cmocka_unit_test(test_tuple),   cmocka_unit_test(test_ufid),
		cmocka_unit_test(test_drop),    cmocka_unit_test(test_actions), cmocka_unit_test(test_nested_actions),
		cmocka_unit_test(test_cut),     cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
