/*
 * make_trace_odd.c: what no kernel says, beside the usual traffic: names that are meant for whoever reads them (a terminal,
 * a page, a spreadsheet, a database), texts without end, definitions that refer to each other in circles or to nothing,
 * and lengths and times beyond all bounds.
 */
#include <stdlib.h>
#include "tests/cli/make_trace.h"

#define SCRIPT "<script>alert(1)</script>"
#define ESCAPE "\033[2J\033]0;x\a\302\233" "31m"
#define TABLE "|a|\n|b|"
#define FORMULA "=cmd|' /C calc'!A0"
#define BIDI "\342\200\256" /* right to left from here on */
#define SQL "'); DROP TABLE trace; --"
#define LINK "[x](javascript:alert(1))"

enum { LOOP = 100, NOWHERE = 4242, LONG = 300000 };

static struct rec_text endless(const char *begin)
{
	char *s = malloc(LONG);

	memset(s, 'x', LONG);
	memcpy(s, begin, strlen(begin));
	return (struct rec_text){ .s = s, .len = LONG };
}

static void odd_names(void)
{
	DEFINE(config, .key = text("host.name"), .value = text("host" SCRIPT ESCAPE));
	DEFINE(config, .key = text("host.kernel"), .value = text(FORMULA));
	DEFINE(config, .key = text("record.command"), .value = endless("netrec " SCRIPT ESCAPE TABLE));
	DEFINE(config, .key = text(SCRIPT ESCAPE), .value = (struct rec_text){ .s = "a\0b", .len = 3 });
	DEFINE(netns, .inum = BLUE, .name = text("blue" SCRIPT TABLE));
	DEFINE(interface, .netns = OWN, .ifindex = ETH0, .name = text("eth0" SCRIPT ESCAPE BIDI " ```"), .kind = text(SQL), .mtu = 1500);
	DEFINE(interface, .netns = BLUE, .ifindex = VETH0, .name = text(FORMULA), .kind = text(LINK), .mtu = 1500);
	DEFINE(string, .id = 1, .text = text("tbf" SCRIPT TABLE ESCAPE LINK));
	DEFINE(string, .id = 2, .text = text("tcpext." SCRIPT ESCAPE));
	DEFINE(irqname, .irq = 24, .name = text(SCRIPT TABLE ESCAPE), .affinity = text(FORMULA));
	DEFINE(enumerator, .set = text("skb_drop_reason"), .value = 37, .text = text("QDISC" SCRIPT TABLE ESCAPE));
	DEFINE(symbol, .addr = 0xffffffff81002000, .size = 0x200, .name = text("tbf" SCRIPT TABLE ESCAPE),
	       .module = text(LINK));
	DEFINE(symbol, .addr = 0xffffffff81004000, .size = 0x200, .name = endless("wait" SCRIPT ESCAPE), .module = text(""));
	DEFINE(module, .id = 1, .build_id = text("../../../etc/passwd"), .path = text("/bin/" SCRIPT TABLE ESCAPE));
	DEFINE(usymbol, .module = 1, .addr = 0x4000, .size = 0x200, .name = text("\377\376\200" BIDI SCRIPT TABLE));
	DEFINE(vm, .pid = 900, .name = text("vm" SCRIPT ESCAPE), .args = endless("-netdev " SCRIPT TABLE));
	define_probe(9, "napi" SCRIPT ESCAPE, REC_napi, 0, PROBE_FAILED, "why" SCRIPT TABLE ESCAPE);
	ADD(STREAM_RECORDER, task, START, .tid = 901, .tgid = 900, .comm = "<b>|\033[5m\n=1+1");
	ADD(STREAM_RECORDER, task, START, .tid = 900, .tgid = 900,
	    .comm = { '`', '$', '(', 'i', 'd', ')', '\'', '"', '<', 'i', '>', '|', '\\', '\n', '\r', '\b' });
}

/* Nobody above, below or behind these but themselves. */
static void circles(void)
{
	DEFINE(interface, .netns = OWN, .ifindex = LOOP, .name = text("loop0"), .kind = text("vlan"), .master = LOOP + 1,
	       .link = LOOP + 1);
	DEFINE(interface, .netns = OWN, .ifindex = LOOP + 1, .name = text("loop1"), .kind = text("bridge"), .master = LOOP,
	       .link = LOOP);
	DEFINE(interface, .netns = OWN, .ifindex = LOOP + 2, .name = text("loop2"), .kind = text("veth"), .master = LOOP + 2,
	       .link = LOOP + 2, .link_netns = OWN);
	DEFINE(ovs_datapath, .netns = OWN, .dp = LOOP, .name = text("loop0"));
	DEFINE(ovs_port, .netns = OWN, .dp = LOOP, .port = 1, .name = text("loop0"), .ifindex = LOOP,
	       .portids = text("1,1,,x,99999999999"));
	for (unsigned i = 0; i < 20; i++) {
		__u64 t = START + 200 * MS + i * 140 * MS;

		/* each was woken by the other, or by itself, meanwhile */
		ADD(0, offcpu, t, .tid = 500, .tgid = 500, .state = 2, .waker = 501, .prev = 501, .blocked = 130 * MS, .runnable = 5 * MS);
		ADD(1, offcpu, t, .tid = 501, .tgid = 500, .state = 2, .waker = 500, .prev = 500, .blocked = 130 * MS, .runnable = 5 * MS);
		ADD(1, offcpu, t + MS, .tid = 502, .tgid = 502, .state = 2, .waker = 502, .prev = 502, .blocked = 130 * MS);
		ADD(0, lock, t, .addr = 0xffffffff82000020, .tid = 500, .tgid = 500, .owner = 501, .duration = 100 * MS);
		ADD(1, lock, t, .addr = 0xffffffff82000020, .tid = 501, .tgid = 500, .owner = 500, .duration = 100 * MS);
	}
	ADD(STREAM_RECORDER, link_state, START, .netns = BLUE, .ifindex = VETH0, .what = 4, .new_netns = BLUE, .new_ifindex = VETH0);
}

static void nothing_there(void)
{
	DEFINE(interface, .netns = NOWHERE, .ifindex = NOWHERE, .name = text("nowhere0"), .kind = text("vlan"), .master = NOWHERE + 1,
	       .link = NOWHERE + 2, .link_netns = NOWHERE + 3);
	DEFINE(ovs_port, .netns = NOWHERE, .dp = NOWHERE, .port = ~0u, .name = text("nowhere1"), .type = ~0u, .ifindex = NOWHERE);
	DEFINE(channels, .netns = NOWHERE, .ifindex = NOWHERE, .driver = text(SCRIPT), .known = 255, .rx = ~0u, .rx_max = 1);
	DEFINE(ustack, .id = NOWHERE, .depth = 255, .module = NOWHERE, .addr = ~0ull);
	DEFINE(usymbol, .module = NOWHERE, .addr = ~0ull, .size = ~0ull, .name = text(""));
	DEFINE(symbol, .addr = ~0ull, .size = ~0ull, .name = text(""), .module = text(""));
	DEFINE(stack, .id = STACK_DROP, .depth = 255, .addr = ~0ull);
	DEFINE(left_out, .type = 65535, .from = ~0ull, .cost = ~0u);
	define_probe(~0u, "", 65535, 255, 255, "");
	ADD(0, offcpu, START + 500 * MS, .tid = NOWHERE, .tgid = NOWHERE, .waker = NOWHERE, .prev = NOWHERE, .stack = NOWHERE,
	    .blocked = ~0ull, .runnable = ~0ull);
	ADD(0, offcpu_ustack, START + 500 * MS, .tid = NOWHERE, .since = ~0ull, .ustack = NOWHERE);
	ADD(0, oncpu, START + 500 * MS, .tid = NOWHERE, .ago = ~0ull, .ran = ~0ull);
	ADD(0, drop, START + 600 * MS, .skb = 1, .location = ~0ull, .reason = ~0u, .netns = NOWHERE, .ifindex = NOWHERE,
	    .stack = NOWHERE, .len = ~0u, .ethertype = 0x800, .l3_off = 255, .head_len = 255, .head = { 0x4f }, .l2 = 255, .pulled = 255);
	ADD(0, head, START + 601 * MS, .skb = 1, .len = 255);
	ADD(0, packet, START + 601 * MS + 1, .skb = 1, .ethertype = 0x86dd, .proto = 255, .stage = 255, .len = ~0u, .ip_len = ~0u,
	    .netns = NOWHERE, .ifindex = NOWHERE, .l2 = 255, .gso_segs = 65535, .gso_size = 65535);
	ADD(0, hop, START + 602 * MS, .skb = 1, .stage = 255, .netns = NOWHERE, .ifindex = NOWHERE);
	ADD(STREAM_RECORDER, cgroup, START, .id = NOWHERE, .path = NOWHERE, .limited = NOWHERE, .quota = 1, .period = 0, .periods = 1,
	    .throttled = ~0ull, .time = ~0ull);
	ADD(STREAM_RECORDER, counter, START, .name = NOWHERE, .netns = NOWHERE, .value = ~0ull);
	ADD(STREAM_RECORDER, link_state, START, .netns = NOWHERE, .ifindex = NOWHERE, .name = NOWHERE, .master = NOWHERE, .what = 255);
	ADD(STREAM_RECORDER, gap, START, .where = 0xfffffffe, .type = 65535, .why = 255, .from = ~0ull, .to = 1, .lost = ~0ull);
}

void make_odd(void)
{
	odd_names();
	circles();
	nothing_there();
}
