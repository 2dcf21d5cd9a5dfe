/*
 * make_trace_ovs.c: Open vSwitch: upcalls, flows, drops, and a lock that its handler waits for.
 */
#include <arpa/inet.h>
#include "tests/cli/make_trace.h"

enum { OVS_PORT = 9, HANDLER = 951, REVALIDATOR = 952 };

static void define_ovs(void)
{
	DEFINE(interface, .netns = OWN, .ifindex = OVS_PORT, .name = text("br0"), .kind = text("openvswitch"), .mtu = 1500);
	DEFINE(symbol, .addr = 0xffffffffc0100000, .size = 0x200, .name = text("ovs_vport_send"), .module = text("openvswitch"));
	DEFINE(ovs_datapath, .netns = OWN, .dp = 8, .name = text("ovs-system"), .features = 3);
	DEFINE(ovs_port, .netns = OWN, .dp = 8, .port = 1, .name = text("eth0"), .type = 1, .ifindex = ETH0, .portids = text("77,78"));
	DEFINE(ovs_port, .netns = OWN, .dp = 8, .port = 2, .name = text("br0"), .type = 2, .ifindex = OVS_PORT, .portids = text("77,78"));
	DEFINE(string, .id = 3, .text = text("ovs.ovs-system.missed"));
	DEFINE(string, .id = 4, .text = text("ovs.ovs-system.lost"));
	define_probe(50, "ovs_flow_key_extract_userspace", REC_packet, STAGE_ovs_flow_key_extract_userspace, PROBE_ATTACHED, "");
	define_probe(70, "ovs_upcall", REC_upcall, STAGE_ovs_dp_upcall, PROBE_ATTACHED, "");
	define_probe(72, "ovs_upcall_end", REC_upcall_end, 0, PROBE_ATTACHED, "");
	define_probe(73, "ovs_execute", REC_upcall_execute, 0, PROBE_ATTACHED, "");
	define_probe(74, "ovs_flow_new", REC_flow_cmd, 0, PROBE_ATTACHED, "");
	define_probe(77, "ovs_no_actions", REC_ovs_drop, 0, PROBE_ATTACHED, "");
	define_probe(79, "ovs_kfree_skb", REC_ovs_drop, 0, PROBE_FAILED, "this kernel has no tracepoint ovs_do_execute_action");
	ADD(STREAM_RECORDER, task, START, .tid = 950, .tgid = 950, .comm = "ovs-vswitchd");
	ADD(STREAM_RECORDER, task, START, .tid = HANDLER, .tgid = 950, .comm = "handler1");
	ADD(STREAM_RECORDER, task, START, .tid = REVALIDATOR, .tgid = 950, .comm = "revalidator2");
}

/* Attributes of a flow for UDP to this port; `actions` bytes of actions. */
static struct rec_flow_cmd flow_command(unsigned cmd, unsigned i, unsigned actions)
{
	static const __u8 attrs[] = {
		/* UFID */ 20, 0, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
		/* KEY: in_port 2, eth, eth_type, ipv4, udp */
		64, 0, 1, 0x80, 8, 0, 3, 0, 2, 0, 0, 0, 16, 0, 4, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 6, 0, 6, 0, 8, 0, 0, 0,
		16, 0, 7, 0, 10, 0, 0, 1, 10, 0, 0, 2, 17, 0, 64, 0, 8, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		/* ACTIONS: output 1 */ 12, 0, 2, 0x80, 8, 0, 1, 0, 1, 0, 0, 0,
	};
	enum { UFID = 4, PORTS = 20 + 56, ACTIONS = 20 + 64 };
	struct rec_flow_cmd c = { .tid = cmd == 1 ? HANDLER : REVALIDATOR, .tgid = 950, .cmd = (__u8)cmd, .seq = i, .dp = 8, .duration = 90 * US + i,
				  .total = sizeof(attrs) - 8 + actions, .part_len = (__u8)(sizeof(attrs) - 8 + actions) };

	memcpy(c.part, attrs, sizeof(attrs));
	c.part[UFID] = (__u8)i;
	c.part[PORTS] = 40000 >> 8;
	c.part[PORTS + 1] = 40000 & 0xff;
	c.part[PORTS + 2] = (__u8)((5000 + i) >> 8);
	c.part[PORTS + 3] = (__u8)(5000 + i);
	c.part[ACTIONS] = (__u8)(4 + actions);
	return c;
}

/* The packet of this upcall, at a stage. */
static void packet(const struct rec_upcall *u, unsigned cpu, __u64 t, __u64 skb, unsigned stage, unsigned ifindex, unsigned tid)
{
	struct rec_packet p = { .skb = skb, .stage = (__u8)stage, .sport = u->sport, .dport = u->dport, .ethertype = u->ethertype,
				.proto = u->proto, .ttl = 64, .ip_id = u->ip_id, .ip_len = u->ip_len, .len = u->len,
				.netns = ifindex ? OWN : 0, .ifindex = ifindex, .tid = tid, .l2 = FRAME_KNOWN | FRAME_ETHERNET };

	memcpy(p.saddr, u->saddr, 16);
	memcpy(p.daddr, u->daddr, 16);
	add(cpu, &p, REC_packet, t);
}

/* As another sk_buff, until eth0 has sent it. */
static void comes_back(const struct rec_upcall *u, __u64 t)
{
	__u64 skb = u->skb + 0x1000;

	packet(u, 1, t, skb, STAGE_ovs_flow_key_extract_userspace, 0, HANDLER);
	packet(u, 1, t + 4 * US, skb, STAGE_net_dev_queue, ETH0, HANDLER);
	ADD(1, free, t + 15 * US, .skb = skb);
}

static void upcall(unsigned i, __u64 t)
{
	struct rec_upcall u = { .skb = 0xffff888000900000 + i, .sport = 40000, .dport = (__u16)(5000 + i), .ethertype = 0x0800, .proto = 17, .cmd = 1,
				.ip_id = i, .ip_len = 128, .len = 142, .netns = OWN, .ifindex = OVS_PORT, .in_port = 2, .portid = 77 };
	struct rec_upcall_execute e = { .tid = HANDLER, .tgid = 950, .sport = 40000, .dport = u.dport, .ethertype = 0x0800, .proto = 17, .ip_id = i,
					.ip_len = 128, .len = 142, .duration = 30 * US };
	struct rec_flow_cmd put = flow_command(1, i, i % 5 == 4 ? 0 : 8), del = flow_command(2, i, 8);

	inet_pton(AF_INET6, "::ffff:10.0.0.1", u.saddr);
	inet_pton(AF_INET6, "::ffff:10.0.0.2", u.daddr);
	memcpy(e.saddr, u.saddr, 16);
	memcpy(e.daddr, u.daddr, 16);
	packet(&u, 0, t - 2 * US, u.skb, STAGE_net_dev_queue, OVS_PORT, 0);
	add(0, &u, REC_upcall, t);
	ADD(0, upcall_end, t + 5 * US, .skb = u.skb, .ret = i % 10 == 9 ? -105u : 0, .duration = 5 * US);
	ADD(0, free, t + 6 * US, .skb = u.skb);
	if (i % 10 == 9)
		return;
	if (i == 8) /* its flow was there meanwhile */
		put.ret = -17u;
	add(1, &put, REC_flow_cmd, t + 300 * US + 10 * US * i);
	if (i % 5 != 4) {
		comes_back(&u, t + 372 * US + 10 * US * i);
		add(1, &e, REC_upcall_execute, t + 400 * US + 10 * US * i);
	}
	if (i % 3 == 0)
		add(1, &del, REC_flow_cmd, t + 700 * MS);
}

static void ovs_drop(unsigned i, __u64 t)
{
	struct rec_ovs_drop d = { .skb = 0xffff888000a00000 + i, .sport = 40000, .dport = 5004, .ethertype = 0x0800, .proto = 17, .why = 1, .in_port = 2,
				  .netns = OWN, .ifindex = OVS_PORT, .ip_id = i, .len = 142 };

	inet_pton(AF_INET6, "::ffff:10.0.0.1", d.saddr);
	inet_pton(AF_INET6, "::ffff:10.0.0.2", d.daddr);
	if (i % 4 == 3) {
		d.why = 3;
		d.location = 0xffffffffc0100120;
		d.reason = 2;
		d.action = 1;
		d.arg = 1;
	}
	add(0, &d, REC_ovs_drop, t);
}

/* Once in 500 ms the handler waits 180 ms for a lock that a revalidator then gives free. */
static void futexes(void)
{
	for (unsigned i = 0; i < 6; i++) {
		__u64 t = START + 200 * MS + i * 500 * MS;

		ADD(1, futex, t, .tid = HANDLER, .tgid = 950, .op = 128 /* FUTEX_WAIT_PRIVATE */, .uaddr = 0x7f0012345680, .duration = 180 * MS);
		ADD(0, futex, t - 20 * US, .tid = REVALIDATOR, .tgid = 950, .op = 129 /* FUTEX_WAKE_PRIVATE */, .ret = 1, .uaddr = 0x7f0012345680, .duration = 3 * US);
	}
	for (unsigned s = 0; s < 4; s++) {
		ADD(STREAM_RECORDER, futex_total, START + s * SECOND, .tid = HANDLER, .tgid = 950, .waits = s * 2, .wait_ns = s * 360 * MS, .others = s);
		ADD(STREAM_RECORDER, futex_total, START + s * SECOND, .tid = REVALIDATOR, .tgid = 950, .wakes = s * 50, .woken = s * 2, .wake_ns = s * 150 * US);
	}
}

void make_ovs(void)
{
	define_ovs();
	for (unsigned i = 0; i < 40; i++)
		upcall(i, START + 10 * US + i * 50 * MS);
	for (unsigned i = 0; i < 12; i++)
		ovs_drop(i, START + 300 * MS + i * 100 * MS);
	futexes();
	for (unsigned s = 0; s < 4; s++) {
		ADD(STREAM_RECORDER, counter, START + s * SECOND, .name = 3, .netns = OWN, .value = 100 + (s > 1 ? 40 : s * 20));
		ADD(STREAM_RECORDER, counter, START + s * SECOND, .name = 4, .netns = OWN, .value = s > 1 ? 4 : s * 2);
		ADD(STREAM_RECORDER, thread, START + s * SECOND, .tid = HANDLER, .tgid = 950, .last_cpu = 1, .runtime = s * 30 * MS, .nvcsw = s * 40);
		ADD(STREAM_RECORDER, cost, START + s * SECOND, .cpu_time = MS * s, .rss = 20 << 20, .written = 30000 * s, .ring_size = 1 << 20);
	}
}
