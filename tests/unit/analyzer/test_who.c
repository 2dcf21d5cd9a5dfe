/* test_who.c: who did it, as the rules tell it from symptoms and blame: each cause once. */
#include "judged.h"

/* A stopped process is one, however many of its threads should have answered. */
static void test_stopped(void **state)
{
	(void)state;
	judge(THREADS BLAME_OF "(3, 66, 1, 2, 400, 'stop', 0, 0, 'unknown', 4, 4, 4, 900, 900, 300, 0, 0), "
			       "(3, 66, 1, 2, 401, 'stop', 0, 0, 'unknown', 4, 4, 4, 900, 900, 300, 0, 0), "
			       "(3, 66, 1, 2, 402, 'stop', 0, 0, 'unknown', 4, 4, 4, 900, 900, 300, 0, 0);");
	assert_rows(&f, FINDINGS, "application-slow|ifindex 2 in netns 1|server/400|12");
}

#define CROWD \
	"INSERT INTO journey(win, first_stage, last_stage, fate, netns, ifindex, n, orphans, gaps, late, n_timed, sum_ns, " \
	"min_ns, max_ns, hist) VALUES (0, 1, 64, 'consumed', 9, 9, 1000000, 0, 0, 0, 0, 0, 0, 0, x'');"
#define PASSED(n) \
	"INSERT INTO stage_latency(win, from_stage, to_stage, netns, ifindex, n, sum_ns, min_ns, max_ns, uncertain, hist) " \
	"VALUES (0, 3, 66, 1, 2, " n ", 0, 0, 0, 0, x'');"
#define LATE_BEHIND_STOPPED \
	BLAME_OF "(3, 66, 1, 2, 400, 'stop', 0, 0, 'unknown', 50, 50, 50, 900, 900, 100000000, 0, 0);"

/* Fifty late packets are many where a thousand passed, however much passes elsewhere. */
static void test_many_of_few(void **state)
{
	(void)state;
	judge(THREADS CROWD PASSED("1000") LATE_BEHIND_STOPPED);
	assert_rows(&f, "SELECT severity FROM finding", "problem");
}

static void test_few_of_many(void **state)
{
	(void)state;
	judge(THREADS CROWD PASSED("1001") LATE_BEHIND_STOPPED);
	assert_rows(&f, "SELECT severity FROM finding", "info");
}

/* How long a reader waited behind one thread, and behind two others. */
#define BEHIND(hog, one, other) \
	"INSERT OR IGNORE INTO record_count(type, name, rows, lost) VALUES (9, 'oncpu', 1, 0);" \
	"INSERT INTO thread(tid, tgid, comm, reused) VALUES (400, 400, 'server', 0), (900, 900, 'hog', 0), " \
	"(901, 901, 'one', 0), (902, 902, 'other', 0);" \
	"INSERT INTO runq VALUES (0, 400, 1, 0, 1, 1000000000, 1, 1000000000, x'');" \
	BLAME_OF "(3, 64, 1, 2, 400, 'queue', 0, 900, 'unknown', 12, 12, 12, " hog ", " hog ", 300000000, 0, 0), " \
	"(3, 64, 1, 2, 400, 'queue', 0, 901, 'unknown', 12, 12, 12, " one ", " one ", 300000000, 0, 0), " \
	"(3, 64, 1, 2, 400, 'queue', 0, 902, 'unknown', 12, 12, 12, " other ", " other ", 300000000, 0, 0);"

/* A hog has half of it. */
static void test_hog(void **state)
{
	(void)state;
	judge(BEHIND("500", "250", "250"));
	assert_rows(&f, "SELECT cause, who FROM finding WHERE rank = 1", "cpu-hog|hog/900");
}

static void test_no_hog(void **state)
{
	(void)state;
	judge(BEHIND("499", "251", "250"));
	assert_rows(&f, "SELECT cause FROM finding WHERE rank = 1", "cpu-saturated");
}

#define ASKED(ethertype, proto, type) \
	"INSERT INTO drop_event(ts_ns, win, cpu, class, skb, reason, location, stack, tid, netns, ifindex, len, ethertype, " \
	"vlan, saddr, daddr, sport, dport, proto, last_stage, head) VALUES (5000000000, 5, 0, 'packet', 1, 2, 0, 0, 0, 1, 2, " \
	"28, " ethertype ", 0, 'me', 'you', 0, " type ", " proto ", 7, x'');"
#define NEIGHBOUR(ts, state) \
	"INSERT INTO neighbour_event(ts_ns, win, netns, ifindex, addr, state, removed) " \
	"VALUES (" ts ", 5, 1, 2, 'you', " state ", 0);"
#define LOST "SELECT count(*) FROM symptom WHERE kind = 'lost' AND harmless IS NULL"

/* Whether a neighbour is still there: nothing waits for that, unless it turns out that it is not. */
static void test_probe(void **state)
{
	(void)state;
	judge(ASKED("2054", "0", "1") NEIGHBOUR("5000001000", "16"));
	assert_rows(&f, LOST, "0");
}

static void test_probe_ipv6(void **state)
{
	(void)state;
	judge(ASKED("34525", "58", "34560") NEIGHBOUR("5000001000", "16") NEIGHBOUR("6000000000", "2"));
	assert_rows(&f, LOST, "0");
}

static void test_probe_fails(void **state)
{
	(void)state;
	judge(ASKED("2054", "0", "1") NEIGHBOUR("5000001000", "16") NEIGHBOUR("8000000000", "32"));
	assert_rows(&f, LOST, "1");
}

/* Packets wait for an address that is not known. */
static void test_question(void **state)
{
	(void)state;
	judge(ASKED("2054", "0", "1") NEIGHBOUR("5000001000", "1"));
	assert_rows(&f, LOST, "1");
}

#define OLD(reason, len) \
	"INSERT INTO drop_summary(win, class, reason, location, stack, netns, ifindex, ethertype, proto, last_stage, n, " \
	"bytes, packets) VALUES (5, 'packet', " reason ", 0, 0, 1, 2, 2048, 6, 7, 1, 1500, 1);" \
	"INSERT INTO drop_event(ts_ns, win, cpu, class, skb, reason, location, stack, tid, netns, ifindex, len, ethertype, " \
	"vlan, saddr, daddr, sport, dport, proto, last_stage, head) VALUES (5, 5, 0, 'packet', 1, " reason ", 0, 0, 0, 1, 2, " \
	len ", 2048, 0, 'me', 'you', 1, 2, 6, 7, x'');"
#define TWICE(n) \
	"INSERT INTO enumerator VALUES ('skb_drop_reason', 71, 'TCP_RFC7323_PAWS'), " \
	"('skb_drop_reason', 72, 'TCP_INVALID_SEQUENCE');" \
	"INSERT INTO counter(netns, name, first_ns, last_ns, first, last, delta) " \
	"VALUES (1, 'tcpext.TCPDSACKOldSent', 0, 1, 0, " n ", " n ");"

/* Segments that are refused for their time stamp or their number, of which the receiver says that it had them. */
static void test_twice(void **state)
{
	(void)state;
	judge(OLD("71", "1500") OLD("72", "1500") TWICE("2"));
	assert_rows(&f, LOST, "0");
}

/* Those without data are not among what the receiver counts. */
static void test_twice_and_bare(void **state)
{
	(void)state;
	judge(OLD("71", "1500") OLD("71", "52") TWICE("1"));
	assert_rows(&f, LOST, "0");
}

static void test_not_twice(void **state)
{
	(void)state;
	judge(OLD("71", "1500") OLD("72", "1500") TWICE("1"));
	assert_rows(&f, LOST, "2");
}

#define UPCALLED(refused) \
	"UPDATE flow SET proto = 17, packets = 200, upcalled = 200, carried = 0, drops = 0, arrived = 0, departed = 0, " \
	"sometime = 0, edge = 0, in_gap = 0, forgotten = 0;" \
	"INSERT INTO upcall_fate(win, netns, ifindex, cmd, fate, errno, n) VALUES (0, 1, 2, 1, 'refused', 11, " refused ");"
#define OUTCOMES "SELECT class, packets FROM outcome ORDER BY class"

/* What does not come back from ovs-vswitchd is what its sockets refused, but for one of a hundred. */
static void test_refused(void **state)
{
	(void)state;
	judge(UPCALLED("198"));
	assert_rows(&f, OUTCOMES, "lost here|198;unknown|2");
}

static void test_refused_and_more(void **state)
{
	(void)state;
	judge(UPCALLED("197"));
	assert_rows(&f, OUTCOMES, "unknown|200");
}

/* Two late packets are info; one that was lost is not, and comes first. */
static void test_info_last(void **state)
{
	(void)state;
	judge(THREADS BLAME_OF "(3, 66, 1, 2, 400, 'stop', 0, 0, 'unknown', 2, 2, 2, 900, 900, 100000000, 0, 0);"
			       ASKED("2048", "17", "53"));
	assert_rows(&f, "SELECT cause, severity FROM finding ORDER BY rank", "unexplained|suspect;application-slow|info");
}

/* Connections that nobody accepts are those of a network namespace, not of a device. */
static void test_listening(void **state)
{
	(void)state;
	judge("INSERT INTO netns(inum, name) VALUES (1, 'blue');"
	      "INSERT INTO counter(netns, name, first_ns, last_ns, first, last, delta) "
	      "VALUES (1, 'tcpext.ListenOverflows', 0, 1, 0, 9, 9);");
	assert_rows(&f, FINDINGS, "listen-overflow|blue|the program that should accept|9");
	assert_rows(&f, "SELECT count(*) FROM rule WHERE title LIKE '%''''%' OR advice LIKE '%''''%'", "0");
}

#define ECHOES(n, answered) \
	"INSERT INTO echo_outcome(win, ethertype, saddr, daddr, id, how, echoes, n, sum_ns, min_ns, max_ns, hist) VALUES " \
	"(0, 2048, '10.0.0.1', '10.0.0.2', 7, 'in time', " answered ", " answered ", 9, 1, 9, x''), " \
	"(1, 2048, '10.0.0.1', '10.0.0.2', 7, 'left', " n ", 0, 0, 0, 0, x'');"

/* What left and was not answered is beyond this host; less than one of a hundred is what networks lose. */
static void test_beyond(void **state)
{
	(void)state;
	judge(ECHOES("5", "40"));
	assert_rows(&f, FINDINGS, "lost-elsewhere|beyond this host|10.0.0.2|5");
	assert_rows(&f, "SELECT severity, symptom FROM finding", "problem|5 echo requests to 10.0.0.2 not answered");
}

static void test_little_beyond(void **state)
{
	(void)state;
	judge(ECHOES("5", "900"));
	assert_rows(&f, FINDINGS, "");
}

#define PORT(ifindex, name, link, mtu) "(1, " ifindex ", '" name "', 'veth', '', 9, " link ", 0, " mtu ", 0, 1, 1, 0)"
#define PORTS \
	"INSERT INTO netns(inum, name) VALUES (1, '');" \
	"INSERT INTO interface(netns, ifindex, name, kind, mac, master, link, link_netns, mtu, txqlen, rx_queues, " \
	"tx_queues, flags) VALUES " PORT("2", "left", "3", "1500") ", " PORT("3", "right", "2", "1200") ";"
#define DROPPED(reason, place, len) \
	"INSERT OR REPLACE INTO enumerator(\"set\", value, text) VALUES ('skb_drop_reason', 90, '" reason "');" \
	"INSERT INTO location(addr, symbol, offset, module) VALUES (77, '" place "', 1, '');" \
	"INSERT INTO drop_summary(win, class, reason, location, stack, netns, ifindex, ethertype, proto, last_stage, n, " \
	"bytes, packets) VALUES (0, 'packet', 90, 77, 0, 1, 2, 2048, 17, 3, 1, " len ", 1);" \
	"INSERT INTO drop_event(ts_ns, win, cpu, class, skb, reason, location, stack, tid, netns, ifindex, len, " \
	"ethertype, vlan, saddr, daddr, sport, dport, proto, last_stage, head) VALUES (5000002000, 0, 0, 'packet', 1, " \
	"90, 77, 0, 0, 1, 2, " \
	len ", 2048, 0, '10.0.0.1', '10.0.0.2', 5, 6, 17, 3, x'');"

#define DOWN(device, at, win) \
	"INSERT INTO link_event(ts_ns, win, netns, ifindex, name, what, up, carrier, operstate, master) VALUES (" at \
	", " win ", 1, " device ", 'changed', 0, 0, 2, 9);"
#define LEFT "2, 'left'"
#define RIGHT "3, 'right'"

/* What is too large for the other end of a veth pair; a smaller one is not. */
static void test_other_end(void **state)
{
	(void)state;
	judge(PORTS DROPPED("NOT_SPECIFIED", "__dev_forward_skb2", "1442"));
	assert_rows(&f, FINDINGS, "mtu|left|the MTU of right|1");
}

static void test_other_end_is_large_enough(void **state)
{
	(void)state;
	judge(PORTS DROPPED("NOT_SPECIFIED", "__dev_forward_skb2", "1142"));
	assert_rows(&f, FINDINGS, "unexplained|left|?|1");
}

/* A packet for others at a host that does not forward. */
static void test_not_forwarded(void **state)
{
	(void)state;
	judge(PORTS DROPPED("IP_INADDRERRORS", "ip_error", "142"));
	assert_rows(&f, FINDINGS, "no-route|left|the host that does not forward|1");
}

/* A bridge has nobody to send to while a port of it is down, and not before. */
static void test_port_is_down(void **state)
{
	(void)state;
	judge(PORTS DROPPED("NO_TX_TARGET", "br_handle_frame_finish", "142") DOWN(RIGHT, "5000001000", "0"));
	assert_rows(&f, FINDINGS, "link-down|right|the link of the device|1");
	assert_rows(&f, "SELECT advice GLOB '*link show right`*' FROM finding", "1");
}

static void test_port_is_down_later(void **state)
{
	(void)state;
	judge(PORTS DROPPED("NO_TX_TARGET", "br_handle_frame_finish", "142") DOWN(RIGHT, "8000001000", "3"));
	assert_rows(&f, FINDINGS, "unexplained|left|?|1");
}

/* What is on its way into a device that is being set down, of which the kernel tells a moment later; not long before it. */
static void test_way_into_device(void **state)
{
	(void)state;
	judge(PORTS DROPPED("NOT_SPECIFIED", "enqueue_to_backlog", "142") DOWN(LEFT, "6000001000", "1"));
	assert_rows(&f, FINDINGS, "link-down|left|the link of the device|1");
}

static void test_way_into_device_before(void **state)
{
	(void)state;
	judge(PORTS DROPPED("NOT_SPECIFIED", "enqueue_to_backlog", "142") DOWN(LEFT, "7000001000", "2"));
	assert_rows(&f, FINDINGS, "unexplained|left|?|1");
}

#define FLOW_OF "INSERT INTO flow(ethertype, saddr, daddr, sport, dport, proto, packets, bytes, drops, first_ns, last_ns, n, " \
		"sum_ns, min_ns, max_ns, hist) VALUES "
#define FLOW(saddr, sport, daddr, dport, drops, at) \
	"(2048, '" saddr "', '" daddr "', " sport ", " dport ", 17, 1, 60, " drops ", " at ", " at ", 0, 0, 0, 0, x'')"

/* 10.0.0.1:5 is answered on port 6; the socket there asked another address, or this one, too. */
static void test_other_address(void **state)
{
	(void)state;
	judge(PORTS DROPPED("NO_SOCKET", "__udp4_lib_rcv", "142") FLOW_OF FLOW("10.0.0.2", "6", "10.0.0.9", "5", "0", "1"));
	assert_rows(&f, FINDINGS, "reply-from-other-address|left|10.0.0.1:5|1");
}

static void test_asked_address(void **state)
{
	(void)state;
	judge(PORTS DROPPED("NO_SOCKET", "__udp4_lib_rcv", "142") FLOW_OF FLOW("10.0.0.2", "6", "10.0.0.9", "5", "0", "1") ", "
		FLOW("10.0.0.2", "6", "10.0.0.1", "5", "0", "1"));
	assert_rows(&f, FINDINGS, "connection-refused|left|no program on UDP 10.0.0.2:6|1");
}

#define NO_PACKETS "DELETE FROM record_count WHERE name = 'packet';"

/* Where packets were not observed: what went to a port that a client has for the time may be such an answer. */
static void test_refused_unobserved(void **state)
{
	(void)state;
	judge(PORTS NO_PACKETS DROPPED("NO_SOCKET", "__udp4_lib_rcv", "142"));
	assert_rows(&f, FINDINGS, "connection-refused|left|no program on UDP 10.0.0.2:6|1");
}

static void test_answer_unobserved(void **state)
{
	(void)state;
	judge(PORTS NO_PACKETS DROPPED("NO_SOCKET", "__udp4_lib_rcv", "142") "UPDATE drop_event SET dport = 40000;");
	assert_rows(&f, FINDINGS, "cannot-tell|left|?|1");
}

#define YOUNGER(drops) \
	FLOW("10.0.0.1", "11", "10.9.9.9", "6", "0", "2") ", " FLOW("10.0.0.1", "12", "10.9.9.9", "6", "0", "3") ", " \
	FLOW("10.0.0.1", "13", "10.9.9.9", "6", "0", "4") ", " FLOW("10.0.0.1", "14", "10.9.9.9", "6", "0", "5") ", " \
	FLOW("10.0.0.1", "15", "10.9.9.9", "6", drops, "6")

/* Of 40 that were dropped, one was kept. */
static void test_stale_kept_in_part(void **state)
{
	(void)state;
	judge(PORTS DROPPED("NEIGH_FAILED", "neigh_invalidate", "142") "UPDATE drop_summary SET n = 40, packets = 40;" FLOW_OF
		FLOW("10.0.0.1", "5", "10.9.9.9", "6", "40", "1") ", " YOUNGER("0"));
	assert_rows(&f, FINDINGS, "nat-stale|left|10.9.9.9, translated to 10.0.0.2|40");
}

/* What began as one to 10.9.9.9 goes to 10.0.0.2 and is lost there; what began later comes through, or not all. */
static void test_stale(void **state)
{
	(void)state;
	judge(PORTS DROPPED("NEIGH_FAILED", "neigh_invalidate", "142") FLOW_OF
		FLOW("10.0.0.1", "5", "10.9.9.9", "6", "1", "1") ", " YOUNGER("0"));
	assert_rows(&f, FINDINGS, "nat-stale|left|10.9.9.9, translated to 10.0.0.2|1");
}

static void test_not_stale(void **state)
{
	(void)state;
	judge(PORTS DROPPED("NEIGH_FAILED", "neigh_invalidate", "142") FLOW_OF
		FLOW("10.0.0.1", "5", "10.9.9.9", "6", "1", "1") ", " YOUNGER("1"));
	assert_rows(&f, FINDINGS, "neighbour-unresolved|left|the next hop|1");
}

/* A window of a second: what a CPU's softirqs and threads had of it, in ms. */
#define SECOND(cpu, softirqs, threads) \
	"INSERT INTO cpu_busy(win, cpu, span_ns, user_ns, system_ns, idle_ns, iowait_ns, irq_ns, softirq_ns, steal_ns) " \
	"VALUES (0, " cpu ", 1000000000, 0, 0, 0, 0, 0, 0, 0);" \
	"INSERT INTO softirq(win, cpu, vec, n, sum_ns, min_ns, max_ns, hist, wait_n, wait_sum_ns, wait_min_ns, " \
	"wait_max_ns, wait_hist) VALUES (0, " cpu ", 3, 1, " softirqs "000000, 1, 1, x'', 0, 0, 0, 0, x'');" \
	"INSERT INTO cpu_thread(win, tid, cpu, runtime_ns, nvcsw, nivcsw) VALUES (0, 20, " cpu ", " threads "000000, 0, 0);"
#define BEHIND_KSOFTIRQD \
	"INSERT INTO thread(tid, tgid, comm, reused) VALUES (20, 20, 'ksoftirqd/1', 0);" \
	"INSERT INTO symptom(kind, packets, from_stage, to_stage, mover, netns, ifindex, first_win, last_win) " \
	"VALUES ('late', 12, 2, 3, 'softirq', 1, 2, 0, 0);" \
	BLAME_OF "(2, 3, 1, 2, 20, 'run', 0, 0, 'unknown', 12, 12, 12, 900, 900, 300, 0, 0);"
#define IN_RULES(n) \
	"INSERT INTO stage_latency(win, from_stage, to_stage, netns, ifindex, n, sum_ns, min_ns, max_ns, uncertain, hist) " \
	"VALUES (0, 31, 13, 1, 2, 1, " n ", 40, 40, 0, x'01012828282801');"
#define HOP_OBSERVED \
	"INSERT OR IGNORE INTO record_count(type, name, rows, lost) VALUES (2, 'hop', 1, 0), (3, 'run', 1, 0), " \
	"(10, 'softirq', 1, 0);"

/* One CPU is full of softirqs and another idle. */
static void test_one_cpu_full(void **state)
{
	(void)state;
	judge(HOP_OBSERVED BEHIND_KSOFTIRQD SECOND("0", "100", "850") SECOND("1", "800", "200"));
	assert_rows(&f, FINDINGS, "irq-concentration|ifindex 2 in netns 1|CPU 1|12");
	assert_rows(&f, "SELECT advice LIKE '%`perf record -g -C 1 -- sleep 5`%' FROM finding", "1");
}

static void test_both_cpus_full(void **state)
{
	(void)state;
	judge(HOP_OBSERVED BEHIND_KSOFTIRQD SECOND("0", "100", "860") SECOND("1", "800", "200"));
	assert_rows(&f, FINDINGS, "unexplained|ifindex 2 in netns 1|?|12");
}

static void test_no_cpu_full(void **state)
{
	(void)state;
	judge(HOP_OBSERVED BEHIND_KSOFTIRQD SECOND("0", "100", "850") SECOND("1", "790", "200"));
	assert_rows(&f, FINDINGS, "unexplained|ifindex 2 in netns 1|?|12");
}

#define GAP_OF(type) "INSERT INTO gap VALUES (0, 9223372036854775807, 1, " type ", 'program re-entered', 1);"

/* A gap in what no rule looks at puts none in doubt. */
static void test_gap_of_no_rule(void **state)
{
	(void)state;
	judge(HOP_OBSERVED BEHIND_KSOFTIRQD GAP_OF("36"));
	assert_rows(&f, FINDINGS, "unexplained|ifindex 2 in netns 1|?|12");
}

static void test_gap_of_a_rule(void **state)
{
	(void)state;
	judge(HOP_OBSERVED BEHIND_KSOFTIRQD GAP_OF("5"));
	assert_rows(&f, FINDINGS, "cannot-tell|ifindex 2 in netns 1|?|12");
}

/* Whose backlog was full, the kernel counts by CPU. */
static void test_full_backlog_of_one_cpu(void **state)
{
	(void)state;
	judge(HOP_OBSERVED PORTS DROPPED("CPU_BACKLOG", "enqueue_to_backlog", "142")
	      "INSERT INTO softnet(win, cpu, processed, dropped, squeezed) VALUES (1, 1, 9, 1, 0), (1, 0, 9, 0, 0);"
	      SECOND("0", "100", "850") SECOND("1", "800", "200"));
	assert_rows(&f, FINDINGS, "irq-concentration|left|CPU 1|1");
}

/* The sampler got no CPU either, and came by long after. */
static void test_full_backlog_seen_late(void **state)
{
	(void)state;
	judge(HOP_OBSERVED PORTS DROPPED("CPU_BACKLOG", "enqueue_to_backlog", "142")
	      "INSERT INTO softnet(win, cpu, processed, dropped, squeezed) VALUES (11, 1, 9, 1, 0);"
	      SECOND("0", "100", "850") SECOND("1", "800", "200")
	      "UPDATE cpu_busy SET win = 11; UPDATE cpu_thread SET win = 11;");
	assert_rows(&f, FINDINGS, "irq-concentration|left|CPU 1|1");
}

/* What fills it is a list of rules, when packets spend half of its softirqs' time there. */
static void test_rules_fill_it(void **state)
{
	(void)state;
	judge(HOP_OBSERVED BEHIND_KSOFTIRQD IN_RULES("400000000") SECOND("0", "900", "950") SECOND("1", "800", "200"));
	assert_rows(&f, FINDINGS, "ruleset-slow|ifindex 2 in netns 1|rules at the hook forward (1)|12");
}

/* The rules are to be looked at where they are, not where packets wait for them. */
static void test_rules_of_another_namespace(void **state)
{
	(void)state;
	judge(HOP_OBSERVED BEHIND_KSOFTIRQD IN_RULES("400000000")
	      "UPDATE stage_latency SET netns = 3, ifindex = 7 WHERE from_stage = 31;"
	      SECOND("0", "900", "950") SECOND("1", "800", "200"));
	assert_rows(&f, FINDINGS, "ruleset-slow|ifindex 7 in netns 3|rules at the hook forward (3)|12");
}

static void test_rules_take_little(void **state)
{
	(void)state;
	judge(HOP_OBSERVED BEHIND_KSOFTIRQD IN_RULES("399000000") SECOND("0", "100", "850") SECOND("1", "800", "200"));
	assert_rows(&f, FINDINGS, "irq-concentration|ifindex 2 in netns 1|CPU 1|12");
}

/* A reader that waits behind ksoftirqd has no hog that one could move away: its CPU has too much to do. */
static void test_behind_ksoftirqd(void **state)
{
	(void)state;
	judge(HOP_OBSERVED THREADS "INSERT INTO thread(tid, tgid, comm, reused) VALUES (20, 20, 'ksoftirqd/1', 0);"
	      "INSERT INTO runq(win, tid, cpu, n, preempted, sum_ns, min_ns, max_ns, hist) "
	      "VALUES (0, 400, 1, 9, 0, 900, 9, 300, x'');"
	      BLAME_OF "(3, 64, 1, 2, 400, 'queue', 0, 20, 'unknown', 12, 12, 12, 900, 900, 300, 0, 0);"
	      SECOND("0", "100", "860") SECOND("1", "800", "200"));
	assert_rows(&f, FINDINGS, "cpu-saturated|ifindex 2 in netns 1|the threads on CPU 1|12");
	assert_rows(&f, "SELECT json_extract(chain, '$[0]') FROM finding", "of the time of CPU 1, ksoftirqd/1/20 had 100 %");
}

/* An advice is pasted into a shell of root's; names come from the recording. */
static void test_names_in_commands(void **state)
{
	(void)state;
	judge(PORTS DROPPED("TC_INGRESS", "sch_handle_ingress", "142")
	      "UPDATE interface SET name = 'a$(reboot)'; UPDATE netns SET name = 'b;reboot';");
	assert_rows(&f, "SELECT count(*), sum(advice LIKE '%`%dev DEVICE%`%'), sum(advice LIKE '%exec NETNS COMMAND`%'), "
			"sum(advice LIKE '%$%' OR advice LIKE '%exec b;%') FROM finding", "1|1|1|0");
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_stopped), TEST(test_many_of_few), TEST(test_few_of_many),
					TEST(test_other_address), TEST(test_asked_address), TEST(test_refused_unobserved),
					TEST(test_answer_unobserved), TEST(test_stale), TEST(test_stale_kept_in_part), TEST(test_not_stale),
					TEST(test_beyond), TEST(test_little_beyond), TEST(test_probe), TEST(test_probe_ipv6),
					TEST(test_probe_fails), TEST(test_question), TEST(test_twice), TEST(test_twice_and_bare),
					TEST(test_not_twice),
					TEST(test_refused), TEST(test_refused_and_more), TEST(test_hog), TEST(test_no_hog),
					TEST(test_info_last), TEST(test_listening), TEST(test_other_end),
					TEST(test_other_end_is_large_enough), TEST(test_port_is_down), TEST(test_not_forwarded),
					TEST(test_port_is_down_later), TEST(test_way_into_device),
					TEST(test_way_into_device_before), TEST(test_one_cpu_full), TEST(test_both_cpus_full),
					TEST(test_no_cpu_full), TEST(test_gap_of_no_rule), TEST(test_gap_of_a_rule),
					TEST(test_full_backlog_of_one_cpu), TEST(test_full_backlog_seen_late),
					TEST(test_rules_fill_it), TEST(test_rules_of_another_namespace),
					TEST(test_rules_take_little), TEST(test_behind_ksoftirqd),
					TEST(test_names_in_commands) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
