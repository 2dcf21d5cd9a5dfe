/*
 * test_ping_line.c: what a line says that ping prints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "analyzer/monitor/ping_line.h"

/* As "what seq rtt_ns at_ns address error". */
static const char *read_line(const char *line)
{
	static const char *const said[] = { "garbled",   "nothing", "begins", "answered",
					    "no answer", "error",   "totals" };
	static char text[200];
	struct ping_line l;
	char addr[INET6_ADDRSTRLEN] = "-";
	int n;

	ping_line__parse(line, &l);
	if (l.has_addr)
		inet_ntop(AF_INET6, l.addr, addr, sizeof(addr));
	n = snprintf(text, sizeof(text), "%s", said[l.said]);
	if (l.said == PING_BEGINS)
		snprintf(text + n, sizeof(text) - n, " %s%s%s", addr, l.from_0 ? " from 0" : "",
			 l.has_saddr ? " by" : "");
	else if (l.said == PING_TOTALS)
		snprintf(text + n, sizeof(text) - n, " %llu %llu%s", l.sent, l.received, l.from_0 ? " from 0" : "");
	else if (l.said > PING_NOTHING)
		snprintf(text + n, sizeof(text) - n, " %u %lld %llu %s%s%s", l.seq, l.rtt_ns, l.at_ns, addr,
			 *l.error ? " " : "", l.error);
	return text;
}

#define V4 "::ffff:10.0.0.2"

static void test_answers(void **state)
{
	(void)state;
	assert_string_equal(read_line("64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.034 ms"),
			    "answered 1 34000 0 " V4);
	assert_string_equal(read_line("64 bytes from gw.example (10.0.0.2): icmp_seq=65535 ttl=64 time=1234 ms"),
			    "answered 65535 1234000000 0 " V4);
	assert_string_equal(read_line("[1732866535.000257] 64 bytes from 10.0.0.2: icmp_seq=7 ttl=64 time=12.5 ms"),
			    "answered 7 12500000 1732866535000257000 " V4);
	assert_string_equal(read_line("64 bytes from fe80::1%eth0: icmp_seq=2 ttl=64 time=0.5 ms"),
			    "answered 2 500000 0 fe80::1");
	assert_string_equal(read_line("64 bytes from 10.0.0.2: seq=0 ttl=64 time=0.044 ms"), "answered 0 44000 0 " V4);
	assert_string_equal(read_line("16 bytes from 10.0.0.2: icmp_seq=1 ttl=64"), "answered 1 -1 0 " V4);
	assert_string_equal(read_line("64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.2 ms (DUP!)"), "nothing");
	assert_string_equal(read_line("64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.2 ms (BAD CHECKSUM!)"),
			    "nothing");
}

static void test_no_answers(void **state)
{
	(void)state;
	assert_string_equal(read_line("no answer yet for icmp_seq=3"), "no answer 3 -1 0 -");
	assert_string_equal(read_line("[1732866535.1] no answer yet for icmp_seq=3"),
			    "no answer 3 -1 1732866535100000000 -");
	assert_string_equal(read_line("Request timeout for icmp_seq 9"), "no answer 9 -1 0 -");
	assert_string_equal(read_line("From 10.0.0.1 icmp_seq=3 Destination Host Unreachable"),
			    "error 3 -1 0 - Destination Host Unreachable");
	assert_string_equal(read_line("From gw (10.0.0.1) icmp_seq=4 Time to live exceeded"),
			    "error 4 -1 0 - Time to live exceeded");
	assert_string_equal(read_line("From 10.0.0.1: icmp_seq=1 Redirect Host(New nexthop: 10.0.0.9)"), "nothing");
}

static void test_first_and_last(void **state)
{
	(void)state;
	assert_string_equal(read_line("PING server (10.0.0.2) 56(84) bytes of data."), "begins " V4);
	assert_string_equal(read_line("PING 10.0.0.2 (10.0.0.2) from 10.0.0.1 eth0: 56(84) bytes of data."),
			    "begins " V4 " by");
	assert_string_equal(read_line("PING 10.0.0.2 (10.0.0.2): 56 data bytes"), "begins " V4 " from 0");
	assert_string_equal(read_line("PING fd98::2(fd98::2) 56 data bytes"), "begins fd98::2");
	assert_string_equal(read_line("PING fd98::2(fd98::2) from fd98::1 eth0: 56 data bytes"), "begins fd98::2 by");
	assert_string_equal(read_line("10 packets transmitted, 9 received, 10% packet loss, time 9123ms"),
			    "totals 10 9");
	assert_string_equal(read_line("10 packets transmitted, 9 received, +1 duplicates, +3 errors, 10% packet loss"),
			    "totals 10 9");
	assert_string_equal(read_line("10 packets transmitted, 9 packets received, 10% packet loss"),
			    "totals 10 9 from 0");
}

static void test_others(void **state)
{
	static const char *const nothing[] = { "",
					      "--- 10.0.0.2 ping statistics ---",
					      "rtt min/avg/max/mdev = 0.1/0.2/0.3/0.1 ms",
					      "round-trip min/avg/max = 0.044/0.051/0.058 ms",
					      "5/6 packets, 16% loss, min/avg/ewma/max = 0.1/0.2/0.2/0.3 ms",
					      "ping: sendmsg: Network is unreachable",
					      "^C" };
	static const char *const garbled[] = { "hello",
					      "64 bytes from",
					      "64 bytes from 10.0.0.2:",
					      "64 bytes from x: icmp_seq=1",
					      "64 bytes from 10.0.0.2: icmp_seq=65536 ttl=64",
					      "64 bytes from 10.0.0.2: icmp_seq=-1 ttl=64",
					      "64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=x ms",
					      "64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=1 h",
					      "64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=99999999999999 ms",
					      "no answer yet for icmp_seq=",
					      "no answer yet for icmp_seq=1 2",
					      "[1732866535.1]no answer yet for icmp_seq=1",
					      "[x] ^C",
					      "From 10.0.0.1 icmp_seq=1",
					      "PING x",
					      "PING x (y) 56(84) bytes of data.",
					      "PING (10.0.0.2",
					      "1 packets transmitted, ",
					      "1 packets transmitted, x received",
					      "......",
					      "64 bytes from (: icmp_seq=1",
					      "64 bytes from ): icmp_seq=1 ttl=1" };

	(void)state;
	for (size_t i = 0; i < sizeof(nothing) / sizeof(*nothing); i++)
		assert_string_equal(read_line(nothing[i]), "nothing");
	for (size_t i = 0; i < sizeof(garbled) / sizeof(*garbled); i++)
		assert_string_equal(read_line(garbled[i]), "garbled");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_no_answers),
		cmocka_unit_test(test_first_and_last),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
