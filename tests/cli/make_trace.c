/*
 * make_trace.c: writes a small recording with known content, the same every time, for the golden tests.
 * Here is a host with its traffic; the other make_trace_*.c have the rest.
 *
 *   make_trace DIR             three seconds of traffic, drops, waits, samples, a gap; closed properly
 *   make_trace --killed DIR    the same, without an end
 *   make_trace --blind DIR     nothing but a few packets; probes that failed or were not asked for
 *   make_trace --ovs DIR       Open vSwitch: upcalls, flows, drops
 *   make_trace --odd DIR       the same as the first, and what is meant to harm whoever reads it
 *   make_trace --vm DIR        a virtual machine with one queue: its tap, vhost, interrupts; and the guest's view
 *   make_trace --host DIR, --guest DIR   both sides of the same traffic (make_trace_pair.c)
 *   make_trace --newer FILE    turns a segment into one of the next major version
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include "format/block.h"
#include "tests/cli/make_trace.h"

static struct trace_writer *writer;

void add(unsigned cpu, void *record, unsigned type, __u64 ts)
{
	struct rec *rec = record;

	rec->type = (__u16)type;
	rec->cpu = (__u16)cpu;
	rec->ts = ts;
	if (trace_writer__append(writer, cpu, rec) != 0) {
		fprintf(stderr, "make_trace: %s\n", trace_writer__error(writer)->text);
		exit(1);
	}
}

void define_at(void *record, unsigned type, __u64 ts)
{
	struct rec *rec = record;

	rec->type = (__u16)type;
	rec->ts = ts;
	if (trace_writer__define(writer, rec) != 0)
		exit(1);
}

void define(void *record, unsigned type)
{
	define_at(record, type, START);
}

struct rec_text text(const char *s)
{
	return (struct rec_text){ .s = s, .len = (__u32)strlen(s) };
}

/* ---- definitions -------------------------------------------------------------------------------- */

static void define_host(void)
{
	DEFINE(config, .key = text("host.name"), .value = text("testhost"));
	DEFINE(config, .key = text("host.kernel"), .value = text("6.1.0-test"));
	DEFINE(config, .key = text("record.command"), .value = text("netrec record -o web.nrec"));
	DEFINE(config, .key = text("record.offcpu_min_ns"), .value = text("100000"));
	DEFINE(clock, .realtime = WALL, .boottime = START, .tai = WALL, .error = 50);
	DEFINE(netns, .inum = OWN, .name = text(""));
	DEFINE(netns, .inum = BLUE, .name = text("blue"));
	DEFINE(interface, .netns = OWN, .ifindex = ETH0, .name = text("eth0"), .kind = text(""), .mtu = 1500, .rx_queues = 1,
	       .tx_queues = 1);
	DEFINE(interface, .netns = BLUE, .ifindex = VETH0, .name = text("veth0"), .kind = text("veth"), .mtu = 1500);
	DEFINE(string, .id = 1, .text = text("tbf"));
	DEFINE(string, .id = 3, .text = text("0-1"));
	DEFINE(string, .id = 4, .text = text("0"));
	DEFINE(string, .id = 2, .text = text("tcpext.TCPLostRetransmit"));
	DEFINE(irqname, .irq = 24, .name = text("eth0-rx-0"), .affinity = text("0"));
}

static void define_kernel(void)
{
	DEFINE(enumerator, .set = text("skb_drop_reason"), .value = 2, .text = text("NOT_SPECIFIED"));
	DEFINE(enumerator, .set = text("skb_drop_reason"), .value = 8, .text = text("NETFILTER_DROP"));
	DEFINE(enumerator, .set = text("skb_drop_reason"), .value = 37, .text = text("QDISC_DROP"));
	DEFINE(symbol, .addr = 0xffffffff81000000, .size = 0x200, .name = text("nf_hook_slow"), .module = text(""));
	DEFINE(symbol, .addr = 0xffffffff81001000, .size = 0x200, .name = text("ip_local_deliver"), .module = text(""));
	DEFINE(symbol, .addr = 0xffffffff81002000, .size = 0x200, .name = text("tbf_enqueue"), .module = text("sch_tbf"));
	DEFINE(symbol, .addr = 0xffffffff81003000, .size = 0x200, .name = text("unix_release_sock"), .module = text(""));
	DEFINE(symbol, .addr = 0xffffffff81004000, .size = 0x200, .name = text("schedule_timeout"), .module = text(""));
	DEFINE(symbol, .addr = 0xffffffff82000020, .size = 0x40, .name = text("rtnl_mutex"), .module = text(""));
	DEFINE(module, .id = 1, .build_id = text("0123456789abcdef"), .path = text("/usr/sbin/nginx"));
	DEFINE(module, .id = 2, .build_id = text(""), .path = text("/usr/lib/libc.so.6"));
	DEFINE(usymbol, .module = 1, .addr = 0x4000, .size = 0x200, .name = text("ngx_process_events"));
	DEFINE(ustack, .id = 1, .depth = 0, .module = 2, .addr = 0x123456);
	DEFINE(ustack, .id = 1, .depth = 1, .module = 1, .addr = 0x4010);
	DEFINE(ustack, .id = 1, .depth = 2, .module = 1, .addr = 0x4110);
	DEFINE(stack, .id = STACK_DROP, .depth = 0, .addr = 0xffffffff81000042);
	DEFINE(stack, .id = STACK_DROP, .depth = 1, .addr = 0xffffffff81001010);
	DEFINE(stack, .id = STACK_SLEEP, .depth = 0, .addr = 0xffffffff81004020);
}

void define_probe(unsigned id, const char *name, unsigned type, unsigned stage, unsigned status, const char *detail)
{
	DEFINE(probe, .id = id, .name = text(name), .type = (__u16)type, .stage = (__u8)stage, .status = (__u8)status,
	       .method = text(status == PROBE_ATTACHED ? "tp_btf" : ""), .detail = text(detail));
}

static void define_probes(bool blind, bool futexes)
{
	unsigned status = blind ? PROBE_FAILED : PROBE_ATTACHED;
	const char *why = blind ? "this kernel has no tracepoint of that name" : "";

	define_probe(1, "netif_receive_skb", REC_packet, STAGE_netif_receive_skb, PROBE_ATTACHED, "");
	define_probe(2, "net_dev_queue", REC_packet, STAGE_net_dev_queue, PROBE_ATTACHED, "");
	define_probe(3, "qdisc_enqueue", REC_hop, STAGE_qdisc_enqueue, PROBE_ATTACHED, "");
	define_probe(4, "net_dev_xmit", REC_hop, STAGE_net_dev_xmit, PROBE_ATTACHED, "");
	define_probe(5, "kfree_skb", REC_drop, 0, status, why);
	define_probe(6, "consume_skb", REC_free, 0, PROBE_ATTACHED, "");
	define_probe(7, "sched_switch", REC_offcpu, 0, status, why);
	define_probe(8, "softirq_exit", REC_softirq, 0, status, why);
	define_probe(9, "napi_poll", REC_napi, 0, PROBE_FAILED, "this kernel has no tracepoint of that name");
	define_probe(10, "futex", REC_futex, 0, futexes ? PROBE_ATTACHED : PROBE_NOT_WANTED, "");
	define_probe(120, "lock_contention", REC_lock, 0, status, why);
	define_probe(124, "pthread_rwlock", REC_pthread, 0, status, why);
	define_probe(123, "run", REC_run, 0, status, why);
	define_probe(121, "futex_totals", REC_futex_total, 0, futexes ? PROBE_ATTACHED : PROBE_NOT_WANTED, "");
	define_probe(11, "tcp_retransmit_skb", REC_tcp, 0, PROBE_ATTACHED, "");
	define_probe(140, "inet_sock_set_state", REC_tcp_state, 0, status, why);
	define_probe(141, "tcp_probe", REC_tcp_sample, 0, status, why);
	define_probe(142, "tcp_send_reset", REC_tcp_event, 0, PROBE_ATTACHED, "");
	define_probe(145, "conntrack", REC_conntrack, 0, status, why);
	define_probe(147, "inet_frag_queue_insert", REC_frag, 0, status, why);
	define_probe(152, "__dev_queue_xmit", REC_xmit, 0, status, why);
}

/* ---- events ------------------------------------------------------------------------------------- */

static struct rec_packet packet(unsigned stage, bool v6, bool sent, unsigned i)
{
	struct rec_packet p = { .skb = 0xffff888000000000 + 0x100 * (i % 64), .stage = (__u8)stage, .proto = 6, .ttl = 64, .ip_id = v6 ? 0 : i & 0xffff,
				.sport = sent ? 80 : 40000, .dport = sent ? 40000 : 80, .tcp_flags = 0x18, .seq = i * 100, .len = 1514,
				.l2 = FRAME_KNOWN | FRAME_ETHERNET, .dmac = sent ? 0x020000000002 : 0x020000000001,
				.smac = sent ? 0x020000000001 : 0x020000000002 };

	p.ethertype = v6 ? 0x86dd : 0x0800;
	p.ip_len = 1500;
	p.tid = sent ? 900 : 0;
	p.netns = sent ? OWN : BLUE;
	p.ifindex = sent ? ETH0 : VETH0;
	inet_pton(AF_INET6, v6 ? "fd00::1" : "::ffff:10.0.0.1", sent ? p.saddr : p.daddr);
	inet_pton(AF_INET6, v6 ? "fd00::2" : "::ffff:10.0.0.2", sent ? p.daddr : p.saddr);
	return p;
}

/* 1 in 100 waits 5 ms in the qdisc, 1 in 200 is dropped by it. */
static void send_packet(unsigned i, __u64 t)
{
	struct rec_packet p = packet(STAGE_net_dev_queue, i % 10 == 3, true, i);
	struct rec_hop h = { .skb = p.skb, .netns = OWN, .ifindex = ETH0, .len = 1514, .stage = STAGE_qdisc_enqueue };

	add(0, &p, REC_packet, t);
	if (i % 200 == 77) {
		struct rec_drop d = { .skb = p.skb, .location = 0xffffffff81002010, .reason = 37, .netns = OWN, .ifindex = ETH0,
				      .len = 1514, .tid = 900, .ethertype = 0x0800, .l3_off = 14, .head_len = 54,
				      .l2 = FRAME_KNOWN | FRAME_ETHERNET };
		memcpy(d.head, "\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\x45\0\x05\xdc\0\0\x40\0\x40\x06\0\0\x0a\0\0\x01\x0a\0\0\x02\0\x50\x9c\x40", 38);
		d.head[47] = 0x18;
		add(0, &d, REC_drop, t + 2 * US);
		ADD(0, xmit, t + 3 * US, .skb = p.skb, .ret = 1);
		return;
	}
	add(0, &h, REC_hop, t + 500);
	t += i % 100 == 99 ? 5 * MS : 2 * US + i % 7 * 100;
	h.stage = STAGE_qdisc_dequeue;
	add(0, &h, REC_hop, t);
	h.stage = STAGE_net_dev_start_xmit;
	add(0, &h, REC_hop, t + 300);
	h.stage = STAGE_net_dev_xmit;
	add(0, &h, REC_hop, t + 900);
	ADD(0, free, t + 1200, .skb = p.skb, .location = 0xffffffff81002020);
}

/* 1 in 20 is dropped by a netfilter rule. */
static void receive_packet(unsigned i, __u64 t)
{
	struct rec_packet p = packet(STAGE_netif_rx, false, false, i);
	struct rec_drop d = { .skb = p.skb, .location = 0xffffffff81000040, .reason = 8, .netns = BLUE, .ifindex = VETH0, .len = 60,
			      .stack = STACK_DROP, .tid = 901, .ethertype = 0x0800, .l3_off = 14, .head_len = 42,
			      .l2 = FRAME_KNOWN | FRAME_ETHERNET };

	p.skb = d.skb = 0xffff888000010000 + 0x100 * (i % 64);
	if (i % 20 == 0) {
		p.proto = 17;
		p.sport = 5000;
		p.dport = 53;
		p.tcp_flags = 0;
		p.seq = 0;
		p.len = d.len;
		p.ip_len = 46;
	}
	add(1, &p, REC_packet, t);
	p.stage = STAGE_netif_receive_skb;
	add(1, &p, REC_packet, t + 3 * US + i % 5 * 200);
	if (i % 20) {
		ADD(1, free, t + 9 * US, .skb = p.skb, .location = 0xffffffff81001040);
		return;
	}
	memcpy(d.head, "\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\x45\0\0\x1c\0\x07\0\0\x40\x11\0\0\x0a\0\0\x02\x0a\0\0\x01\x13\x88\0\x35\0\x08\0\0", 42);
	add(1, &d, REC_drop, t + 6 * US);
}

static void wait_for_cpu(unsigned i, __u64 t)
{
	bool slept = i % 3;

	ADD(i % 2, offcpu, t, .tid = 900 + i % 3, .tgid = 900, .state = slept ? 1 : 0, .waker = slept ? 12 : 0, .prev = i % 5 ? 0 : 77,
	    .stack = i % 50 == 1 ? STACK_SLEEP : 0, .blocked = slept ? 200 * US + i * US : 0, .runnable = 4 * US + i % 9 * US);
	if (i % 50 == 1)
		ADD(i % 2, offcpu_ustack, t + US, .tid = 900 + i % 3, .tgid = 900, .since = t, .ustack = 1);
}

/* nginx waits for a mutex of the kernel that ksoftirqd holds, and now and then for a lock on the heap. */
static void wait_for_lock(unsigned i, __u64 t)
{
	bool named = i % 4;

	ADD(i % 2, lock, t, .addr = named ? 0xffffffff82000040 : 0xffff888000001230, .tid = 900 + i % 3, .tgid = 900,
	    .owner = named ? 12 : 0, .flags = named ? 32 : 2, .stack = i % 10 == 1 ? STACK_SLEEP : 0, .duration = 20 * US + i * US,
	    .ustack = i % 10 == 1, .short_n = i % 5, .short_ns = i % 5 * 700);
}

/* The worker waits for a read-write lock that nginx holds for writing. */
static void lock_threads(unsigned i, __u64 t)
{
	ADD(0, pthread, t, .addr = 0x7f8a2c001a40, .tid = 901, .tgid = 900, .holder = 900, .op = 1, .duration = 180 * MS + i * MS, .ustack = 1);
	ADD(1, pthread, t + US, .addr = 0x7f8a2c001a40, .tid = 900, .tgid = 900, .holder = 900, .op = 2, .what = 1,
	    .duration = 185 * MS + i * MS);
}

/* nginx runs for 4 of each 20 ms, its worker for 25 ms at a time. */
static void run_threads(unsigned i, __u64 t)
{
	ADD(i % 2, run, t, .tid = 900, .tgid = 900, .slices = 3, .from = t - 6 * MS, .to = t - MS, .ran = 4 * MS);
	if (i % 10 == 9)
		ADD(1, run, t + MS, .tid = 901, .tgid = 900, .slices = 1, .from = t - 24 * MS, .to = t + MS, .ran = 25 * MS);
}

static void interrupts(unsigned i, __u64 t)
{
	ADD(0, irq, t, .irq = 24, .ret = 1, .duration = 1500 + i % 4 * 100);
	ADD(0, softirq, t + 4 * US, .vec = 3, .wait = 900 + i % 3 * 50, .duration = 3 * US);
}

/* What is sampled once a second, s from 0 to 3. */
static void sample(unsigned s, __u64 t)
{
	static const unsigned eth0_tx[] = { 0, 995, 1990, 2985 }, veth0_rx[] = { 0, 100, 200, 300 };
	unsigned r = STREAM_RECORDER;

	for (unsigned cpu = 0; cpu < 2; cpu++) {
		ADD(r, cputime, t, .which = cpu, .user = s * 200 * MS, .system = s * 100 * MS, .idle = s * (650 + cpu) * MS,
		    .softirq = s * (50 - cpu) * MS);
		ADD(r, softnet, t, .which = cpu, .processed = 1000 * s, .dropped = 0, .squeezed = s * cpu);
	}
	ADD(r, thread, t, .tid = 900, .tgid = 900, .last_cpu = 1, .runtime = s * 180 * MS, .nvcsw = s * 40, .nivcsw = s * 3);
	ADD(r, netdev, t, .netns = OWN, .ifindex = ETH0, .tx_packets = 5000 + eth0_tx[s], .tx_bytes = 1514ull * eth0_tx[s],
	    .tx_dropped = s * 5);
	ADD(r, netdev, t, .netns = BLUE, .ifindex = VETH0, .rx_packets = veth0_rx[s], .rx_bytes = 1500ull * veth0_rx[s]);
	ADD(r, qdisc, t, .netns = OWN, .ifindex = ETH0, .handle = 0x80010000, .parent = 0xffffffff, .kind = 1, .qlen = s, .backlog = s * 1514,
	    .drops = s * 5, .overlimits = s * 20, .packets = eth0_tx[s], .bytes = 1514ull * eth0_tx[s]);
	ADD(r, counter, t, .name = 2, .netns = OWN, .value = 10 + 2 * s);
	ADD(r, cost, t, .cpu_time = 10 * MS * s, .rss = 20 << 20, .written = 30000 * s, .events = 6500 * s, .lost = s > 1 ? 12 : 0,
	    .ring_peak = 65536, .ring_size = 1 << 20);
	ADD(r, probe_cost, t, .probe = 2, .runs = 1000 * s, .run_time = 90000 * s);
}

static void retransmit(unsigned i, __u64 t)
{
	struct rec_tcp e = { .sk = 0xffff888100000000, .sport = 80, .dport = 40000, .state = 1, .netns = OWN, .seq = i * 100, .len = 1448,
			     .cwnd = 10 - i % 3, .srtt = 250, .packets_out = 4, .retrans = i / 500 };

	inet_pton(AF_INET6, "::ffff:10.0.0.1", e.saddr);
	inet_pton(AF_INET6, "::ffff:10.0.0.2", e.daddr);
	add(0, &e, REC_tcp, t);
}

/* A client that connects, is sampled, and resets: once a second. */
static void connection(unsigned i, __u64 t)
{
	struct rec_tcp_state s = { .sk = 0xffff888100001000, .dport = 443, .before = 7, .state = 2, .netns = OWN, .tid = 900 };
	struct rec_tcp_sample p = { .sk = s.sk, .sport = (__u16)(50000 + i), .dport = 443, .netns = OWN, .srtt = 800, .min_rtt = 700, .cwnd = 10,
				    .ssthresh = 0x7fffffff, .snd_wnd = 65535, .rcv_wnd = 65535 };
	struct rec_tcp_event e = { .sk = s.sk, .sport = p.sport, .dport = 443, .state = 1, .netns = OWN };

	inet_pton(AF_INET6, "fd00::1", s.saddr);
	inet_pton(AF_INET6, "fd00::2", s.daddr);
	memcpy(p.saddr, s.saddr, 16);
	memcpy(p.daddr, s.daddr, 16);
	memcpy(e.saddr, s.saddr, 16);
	memcpy(e.daddr, s.daddr, 16);
	add(0, &s, REC_tcp_state, t);
	s.sport = p.sport;
	s.before = 2;
	s.state = i == 1 ? 7 : 1; /* the second one is refused */
	s.srtt = i == 1 ? 0 : 800;
	add(0, &s, REC_tcp_state, t + 750 * US + i * US);
	if (i == 1)
		return;
	for (unsigned k = 0; k < 5; k++) {
		p.rtt = 750 + 100 * k;
		p.packets_out = k;
		p.cwnd = 10 + k;
		p.acked = 10000 * k;
		add(0, &p, REC_tcp_sample, t + MS + k * 10 * MS);
	}
	add(0, &e, REC_tcp_event, t + 70 * MS);
	s.before = 1;
	s.state = 7;
	s.acked = 40001;
	add(0, &s, REC_tcp_state, t + 70 * MS + US);
}

/* A firewall: 1 in 5 packets is invalid; OVS commits another one. Fragments: every other packet becomes whole. */
static void firewall(unsigned i, __u64 t)
{
	struct rec_packet p = packet(STAGE_netif_rx, false, false, i);
	struct rec_conntrack c = { .skb = p.skb, .ct = i % 5 ? 0xffff888200000000 : 0, .sport = p.sport, .dport = p.dport, .proto = 6, .ethertype = 0x0800,
				   .ctinfo = i % 5 ? 3 : 0, .state = i % 5 ? 3 : 0, .status = i % 5 ? 0xe : 0, .tcp_flags = p.tcp_flags, .ret = 1, .netns = BLUE,
				   .ifindex = VETH0, .len = 1500, .ip_id = i, .seq = p.seq, .ack = 77, .duration = 900 + i * 10 };
	struct rec_frag f = { .queue = 0xffff888300000000, .ip_id = i, .proto = 17, .ethertype = 0x0800, .netns = BLUE, .end = 1480 };

	memcpy(c.saddr, p.saddr, 16);
	memcpy(c.daddr, p.daddr, 16);
	add(1, &c, REC_conntrack, t);
	c.by = 1;
	c.zone = 5;
	c.flags = 1;
	c.ret = 0;
	if (i % 5)
		add(1, &c, REC_conntrack, t + 2 * US);
	memcpy(f.saddr, p.saddr, 16);
	memcpy(f.daddr, p.daddr, 16);
	add(1, &f, REC_frag, t + 20 * US);
	f.what = i % 2 ? 1 : 2;
	add(1, &f, REC_frag, t + 60 * US + i * US);
}

static void tasks(void)
{
	ADD(STREAM_RECORDER, task, START, .tid = 900, .tgid = 900, .comm = "nginx");
	ADD(STREAM_RECORDER, affinity, START, .tid = 900, .tgid = 900, .cpus = 3);
	ADD(STREAM_RECORDER, affinity, START, .tid = 12, .tgid = 12, .cpus = 4, .policy = 1, .prio = 50);
	ADD(STREAM_RECORDER, task, START, .tid = 901, .tgid = 900, .comm = "nginx-worker");
	ADD(STREAM_RECORDER, task, START, .tid = 77, .tgid = 77, .comm = "evil\033[2Jname");
	ADD(STREAM_RECORDER, task, START, .tid = 12, .tgid = 12, .comm = "ksoftirqd/0");
}

static void traffic(void)
{
	tasks();
	sample(0, START);
	for (unsigned i = 0; i < 3000; i++) {
		__u64 t = START + 10 * US + i * MS;

		send_packet(i, t);
		if (i % 10 == 5)
			receive_packet(i / 10, t + 100 * US);
		if (i % 20 == 7)
			wait_for_cpu(i / 20, t + 200 * US);
		if (i % 700 == 650)
			lock_threads(i / 700, t + 270 * US);
		if (i % 20 == 17)
			run_threads(i / 20, t + 260 * US);
		if (i % 100 == 33)
			wait_for_lock(i / 100, t + 250 * US);
		if (i % 4 == 1)
			interrupts(i, t + 300 * US);
		if (i % 600 == 599)
			retransmit(i, t + 400 * US);
		if (i % 300 == 150)
			firewall(i / 300, t + 600 * US);
		if (i % 1000 == 100)
			connection(i / 1000, t + 450 * US);
		if (i % 1000 == 999)
			sample(i / 1000 + 1, t + 500 * US);
	}
	ADD(0, drop, START + 1500 * MS, .skb = 0xffff88800009000, .location = 0xffffffff81003010, .reason = 2, .len = 128);
	ADD(STREAM_RECORDER, gap, START + 1400 * MS, .where = 1, .type = REC_hop, .why = GAP_RING_FULL, .from = START + 1300 * MS,
	    .to = START + 1400 * MS, .lost = 12);
}

static void totals(__u64 lost_hops, __u64 end)
{
	const struct trace_writer_stats *stats = trace_writer__stats(writer);
	__u64 written[REC_TYPE_MAX];

	memcpy(written, stats->rows_of, sizeof(written));
	for (unsigned type = 1; type < 64; type++) /* the events */
		if (written[type] || type == REC_futex)
			ADD(STREAM_RECORDER, total, end, .type = (__u16)type, .written = written[type],
			    .lost = type == REC_hop ? lost_hops : 0);
}

/* ---- main --------------------------------------------------------------------------------------- */

static int make_newer(const char *path)
{
	__u8 bytes[BLOCK_HEADER];
	struct block_header h;
	off_t at = 0;
	int fd = open(path, O_RDWR);

	while (fd >= 0 && pread(fd, bytes, sizeof(bytes), at) == sizeof(bytes) && block_header__unpack(&h, bytes)) {
		h.major = FORMAT_MAJOR + 1;
		block_header__pack(&h, bytes);
		if (pwrite(fd, bytes, sizeof(bytes), at) != sizeof(bytes))
			return 1;
		at += BLOCK_HEADER + h.stored_len;
	}
	return at > 0 && close(fd) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *kind = argc == 3 ? argv[1] : "";
	const char *path = argc == 3 ? argv[2] : argc == 2 ? argv[1] : NULL;
	const struct trace_writer_opts opts = { .n_cpus = 2 };
	struct trace_error err = { .code = 0 };
	bool blind = strcmp(kind, "--blind") == 0;
	__u64 end = START + 3 * SECOND;

	if (!path)
		return 2;
	if (strcmp(kind, "--newer") == 0)
		return make_newer(path);
	if (trace_writer__open(&writer, path, &opts, START, &err) != 0) {
		fprintf(stderr, "make_trace: %s\n", err.text);
		return 1;
	}
	define_host();
	define_kernel();
	define_probes(blind, strcmp(kind, "--ovs") == 0);
	if (blind)
		send_packet(0, START + 10 * US);
	else if (strcmp(kind, "--vm") == 0)
		make_vm();
	else if (strcmp(kind, "--host") == 0 || strcmp(kind, "--guest") == 0)
		end = make_pair(strcmp(kind, "--guest") == 0);
	else if (strcmp(kind, "--ovs") == 0)
		make_ovs();
	else
		traffic();
	if (strcmp(kind, "--odd") == 0)
		make_odd();
	if (strcmp(kind, "--killed") == 0)
		return trace_writer__flush(writer, START + 4 * SECOND, 0) == 0 ? 0 : 1;
	totals(*kind ? 0 : 12, end);
	if (trace_writer__close(writer, &err) != 0) {
		fprintf(stderr, "make_trace: %s\n", err.text);
		return 1;
	}
	return 0;
}
