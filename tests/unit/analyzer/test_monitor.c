/*
 * test_monitor.c: what a monitor counts as lost, put beside what was recorded: which requests are the same, and what is
 * said where that is not known.
 */
#include "fixture.h"
#include <arpa/inet.h>
#include <pcap/pcap.h>
#include "analyzer/monitor/monitor_file.h"
#include "analyzer/print/sqlfn.h"
#include "analyzer/rules/rules.h"

#define MS 1000000ull
#define SECOND 1000000000ull
#define WALL 1700000000ull /* CLOCK_REALTIME at T0, s */

static struct fixture f;
static char file[128];

static int setup(void **state)
{
	(void)state;
	fixture__begin(&f, 1);
	snprintf(file, sizeof(file), "%s/ping", f.dir);
	DEFINE(&f, clock, .realtime = WALL * SECOND, .boottime = T0, .tai = T0);
	DEFINE(&f, probe, .id = 1, .name = TEXT("net_dev_queue"), .type = REC_packet, .stage = STAGE_net_dev_queue,
	       .status = PROBE_ATTACHED);
	DEFINE(&f, probe, .id = 2, .name = TEXT("kfree_skb"), .type = REC_drop, .status = PROBE_ATTACHED);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sqlfn__remove(f.db);
	fixture__end(&f);
	return 0;
}

/* ---- a recording --------------------------------------------------------------------------------- */

/* An echo packet of 10.0.0.FROM and 10.0.0.2 on its way out or in. */
static void add_echo(__u64 at, unsigned from, unsigned id, unsigned seq, bool reply, bool dropped)
{
	struct rec_packet p = packet_at(at, 0, 0x1000 + 0x100 * (seq % 64),
					reply ? STAGE_netif_receive_skb : STAGE_net_dev_queue, 2, seq & 0xffff);
	__u8 addr[16];

	p.proto = 1;
	p.sport = (__u16)id;
	p.dport = reply ? 0 : 8 << 8;
	p.saddr[15] = (__u8)from;
	if (reply) {
		memcpy(addr, p.saddr, sizeof(addr));
		memcpy(p.saddr, p.daddr, sizeof(addr));
		memcpy(p.daddr, addr, sizeof(addr));
		p.skb += 0x10000;
	}
	fixture__row(&f, &p.rec);
	if (dropped) {
		add_drop(&f, at + 10, 0, p.skb, 2, 5);
		return;
	}
	if (!reply)
		add_hop(&f, at + 10, 0, p.skb, STAGE_net_dev_start_xmit, 2, 0);
	add_free(&f, at + 20, 0, p.skb);
}

/* What becomes of the requests, a character each: a answered, l late by being beyond, d dropped, n nothing came back.
 */
static void record_ping(__u64 at, __u64 pace, unsigned from, unsigned id, unsigned first, const char *what)
{
	for (; *what; what++, at += pace, first++) {
		add_echo(at, from, id, first, false, *what == 'd');
		if (*what == 'a')
			add_echo(at + MS, from, id, first, true, false);
		if (*what == 'l')
			add_echo(at + 250 * MS, from, id, first, true, false);
	}
}

static void record_end(__u64 at)
{
	add_packet(&f, at, 0, 0x900000, STAGE_netif_rx, 2, 1);
}

/* ---- a monitor's file ---------------------------------------------------------------------------- */

static FILE *open_file(void)
{
	FILE *out = fopen(file, "w");

	assert_non_null(out);
	return out;
}

static void write_file(const char *text)
{
	FILE *out = open_file();

	fputs(text, out);
	fclose(out);
}

/* Lines of answers; '-' none. With -D when `at` is not 0: ns since T0. */
static void write_ping(FILE *out, unsigned first, const char *answers, __u64 at, __u64 pace)
{
	for (; *answers; answers++, first++, at += at ? pace : 0) {
		if (*answers == '-')
			continue;
		if (at)
			fprintf(out, "[%llu.%06llu] ", WALL + at / SECOND, at % SECOND / 1000);
		fprintf(out, "64 bytes from 10.0.0.2: icmp_seq=%u ttl=64 time=%s ms\n", first & 0xffff,
			*answers == 'l' ? "251" : "1.2");
	}
}

static int load(void)
{
	fixture__close(&f);
	if (store__create(&f.db, NULL, false, &f.err))
		fail_msg("%s", f.err.text);
	return monitor_file__load(file, f.db, &f.err);
}

static void judge(void)
{
	static const struct sqlfn_context context;
	const char *paths[] = { f.path };

	if (load() || analyze_paths(paths, 1, f.db, &f.opts, &f.stats, &f.err) || sqlfn__add(f.db, &context, &f.err) ||
	    rules__judge(f.db, &f.err))
		fail_msg("%s", f.err.text);
}

#define OUTCOMES                                                                                                       \
	"SELECT number & 65535, counts, class FROM monitor_outcome WHERE counts <> 'in time' ORDER BY ping, number"
#define FOUND "SELECT found, coalesce(id, 0), echoes FROM monitor_match ORDER BY ping"

/* ---- tests --------------------------------------------------------------------------------------- */

/* What ping prints of one that is not answered is nothing: at the beginning, between others, and at the end. */
static void test_what_became(void **state)
{
	FILE *out = open_file();

	(void)state;
	record_ping(SECOND, 100 * MS, 1, 77, 1, "dalanaan");
	record_end(3 * SECOND);
	fprintf(out, "PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n");
	write_ping(out, 1, "-al--a-", 0, 0); /* 4 was lost behind this host */
	fprintf(out, "From 10.0.0.1 icmp_seq=7 Destination Host Unreachable\n");
	fprintf(out,
		"--- 10.0.0.2 ping statistics ---\n8 packets transmitted, 3 received, 62%% packet loss, time 700ms\n");
	fclose(out);
	judge();
	assert_rows(&f, FOUND, "one|77|8");
	assert_rows(&f, OUTCOMES,
		    "1|lost|lost here;3|late|late beyond;4|lost|in time;5|lost|left;7|lost|in time;8|lost|left");
	assert_rows(&f, "SELECT substr(sentence_monitor(), instr(sentence_monitor(), 'counts'))",
		    "counts 6 of 8 echo requests as lost or late: 1 lost here (request dropped: reason 5 in 0x2000, on "
		    "ifindex 2 in "
		    "netns 4026531840), 1 answered late (up to 250 ms, most of that time it was not seen on this "
		    "host), 2 left this "
		    "host and nothing came back, 2 answered in time as far as this host saw.");
}

/* 16 bits wrap; the file begins late, and numbers are nearest to the last. */
static void test_wrap(void **state)
{
	FILE *out = open_file();

	(void)state;
	record_ping(SECOND, 100 * MS, 1, 77, 65533, "aaandaa");
	record_end(3 * SECOND);
	write_ping(out, 65533, "aaa--aa", 0, 0);
	fclose(out);
	judge();
	assert_rows(&f, OUTCOMES, "0|lost|left;1|lost|lost here");
	assert_rows(&f, "SELECT min(number), max(number) FROM monitor_outcome", "65533|65539");
}

/* Two pings to one address: the numbers tell, then the times do, or nothing does. */
static void test_several(void **state)
{
	FILE *out = open_file();

	(void)state;
	record_ping(SECOND, 100 * MS, 1, 77, 1, "aanaa");
	record_ping(SECOND + 50 * MS, 100 * MS, 3, 78, 1, "aanaaaaaaaaaaaaa");
	record_end(9 * SECOND);
	fprintf(out, "PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n");
	write_ping(out, 1, "aa-aa", 0, 0);
	fclose(out);
	judge();
	assert_rows(&f, FOUND, "one|77|5");
}

static void test_ambiguous(void **state)
{
	FILE *out = open_file();

	(void)state;
	record_ping(SECOND, 100 * MS, 1, 77, 1, "aanaa");
	record_ping(SECOND + 50 * MS, 100 * MS, 3, 78, 1, "aanaa");
	record_end(9 * SECOND);
	write_ping(out, 1, "aa-aa", 0, 0);
	fclose(out);
	judge();
	assert_rows(&f, FOUND, "several|77|5");
	assert_rows(&f, OUTCOMES, "3|lost|unknown");
}

/* One of them is from that address. */
static void test_source(void **state)
{
	FILE *out = open_file();

	(void)state;
	record_ping(SECOND, 100 * MS, 1, 77, 1, "aanaa");
	record_ping(SECOND + 50 * MS, 100 * MS, 3, 78, 1, "aadaa");
	record_end(9 * SECOND);
	fprintf(out, "PING 10.0.0.2 (10.0.0.2) from 10.0.0.3 eth0: 56(84) bytes of data.\n");
	write_ping(out, 1, "aa-aa", 0, 0);
	fclose(out);
	judge();
	assert_rows(&f, OUTCOMES, "3|lost|lost here");
}

/* With -D: another run of the same numbers is another one, and without any the clocks may differ. */
static void test_times(void **state)
{
	FILE *out = open_file();

	(void)state;
	record_ping(SECOND, 100 * MS, 1, 77, 1, "aanaa");
	record_ping(20 * SECOND, 100 * MS, 1, 78, 1, "aadaa");
	record_end(60 * SECOND);
	write_ping(out, 1, "aa-aa", 20 * SECOND, 100 * MS);
	fclose(out);
	judge();
	assert_rows(&f, FOUND, "one|78|5");
	assert_rows(&f, OUTCOMES, "3|lost|lost here");
}

static void test_other_times(void **state)
{
	FILE *out = open_file();

	(void)state;
	record_ping(SECOND, 100 * MS, 1, 77, 1, "aanaa");
	record_end(60 * SECOND);
	write_ping(out, 1, "aa-aa", 40 * SECOND, 100 * MS);
	fprintf(out, "PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n");
	write_ping(out, 1, "aa-aa", 80 * SECOND, 100 * MS);
	fclose(out);
	judge();
	assert_rows(&f, FOUND, "other times|0|0;other times|0|0");
	assert_rows(&f, OUTCOMES, "3|lost|unknown;3|lost|outside");
}

/* Yesterday's text has the same numbers, but says that those were answered which were dropped. */
static void test_contradiction(void **state)
{
	FILE *out = open_file();

	(void)state;
	record_ping(SECOND, 100 * MS, 1, 77, 1, "adada");
	record_end(9 * SECOND);
	write_ping(out, 1, "aa-aa", 0, 0);
	fclose(out);
	judge();
	assert_rows(&f, "SELECT found FROM monitor_match", "none");
	assert_rows(&f, OUTCOMES, "3|lost|unknown");
}

/* Its first line and its totals say that it sent three: this is another one, of five. */
static void test_whole(void **state)
{
	FILE *out = open_file();

	(void)state;
	record_ping(SECOND, 100 * MS, 1, 77, 1, "aanaa");
	record_end(9 * SECOND);
	fprintf(out, "PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n");
	write_ping(out, 1, "aa-", 0, 0);
	fprintf(out, "3 packets transmitted, 2 received, 33%% packet loss, time 700ms\n");
	fprintf(out, "PING 10.0.0.9 (10.0.0.9) 56(84) bytes of data.\n1 packets transmitted, 0 received\n");
	fclose(out);
	judge();
	assert_rows(&f, FOUND, "none|0|0;none|0|0");
}

/* Where times are told, a number without one is not enough. */
static void test_time_of_others(void **state)
{
	FILE *out = open_file();

	(void)state;
	record_ping(SECOND, 100 * MS, 1, 77, 2, "n");
	record_end(60 * SECOND);
	write_ping(out, 1, "a-a", 40 * SECOND, 100 * MS);
	fclose(out);
	judge();
	assert_rows(&f, FOUND, "none|0|0");
	assert_rows(&f, OUTCOMES, "2|lost|not seen");
}

/* Two pings of a file cannot be one recorded ping. */
static void test_twice(void **state)
{
	FILE *out = open_file();

	(void)state;
	record_ping(SECOND, 100 * MS, 1, 77, 1, "aanaa");
	record_end(9 * SECOND);
	for (int i = 0; i < 2; i++) {
		fprintf(out, "PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n");
		write_ping(out, 1, "aa-aa", 0, 0);
	}
	fclose(out);
	judge();
	assert_rows(&f, FOUND, "several|77|5;several|77|5");
}

/* Requests of the ping that were not recorded: in between, beyond both ends, and where records were lost. */
static void test_unseen(void **state)
{
	FILE *out = open_file();

	(void)state;
	record_end(0);
	record_ping(10 * SECOND, SECOND, 1, 77, 11, "aa");
	record_ping(13 * SECOND, SECOND, 1, 77, 14, "aa");
	record_ping(18 * SECOND, SECOND, 1, 77, 19, "aa");
	record_end(22 * SECOND);
	add_gap(&f, 16000 * MS, 16100 * MS, 0, REC_packet, 5);
	write_ping(out, 1, "-----a----aa-aa---aa-----a", 0, 0); /* the sixth was answered: not of this host */
	fclose(out);
	judge();
	assert_rows(
		&f,
		"SELECT group_concat(number), class FROM monitor_outcome WHERE counts = 'lost' GROUP BY 2 ORDER BY 2",
		"7,8,9,10,13,21,22|not seen;25|outside;16,17,18,23,24|unknown");
}

/* ---- captures ------------------------------------------------------------------------------------ */

static pcap_dumper_t *dumper;
static pcap_t *pcap;

static void begin_capture(void)
{
	pcap = pcap_open_dead_with_tstamp_precision(DLT_RAW, 65535, PCAP_TSTAMP_PRECISION_NANO);
	dumper = pcap_dump_open(pcap, file);
	assert_non_null(dumper);
}

static void end_capture(void)
{
	pcap_dump_close(dumper);
	pcap_close(pcap);
}

static void capture(__u64 at, unsigned from, unsigned id, unsigned seq, bool reply)
{
	__u8 b[28] = { 0x45,
		      0,
		      0,
		      28,
		      0,
		      0,
		      0,
		      0,
		      64,
		      1,
		      0,
		      0,
		      10,
		      0,
		      0,
		      (__u8)from,
		      10,
		      0,
		      0,
		      2,
		      reply ? 0 : 8,
		      0,
		      0,
		      0,
		      (__u8)(id >> 8),
		      (__u8)id,
		      (__u8)(seq >> 8),
		      (__u8)seq };
	struct pcap_pkthdr h = {
		.ts = {(time_t)(WALL + at / SECOND), (suseconds_t)(at % SECOND) }, .caplen = 28, .len = 28 };

	if (reply) {
		b[15] = 2;
		b[19] = (__u8)from;
	}
	pcap_dump((u_char *)dumper, &h, b);
}

static void test_capture(void **state)
{
	(void)state;
	record_ping(SECOND, 100 * MS, 1, 77, 1, "anld");
	record_ping(SECOND, 100 * MS, 1, 78, 1, "annn");  /* the same numbers */
	record_ping(3 * SECOND, 100 * MS, 1, 77, 1, "a"); /* again */
	record_end(9 * SECOND);
	begin_capture();
	for (unsigned i = 0; i < 4; i++) {
		capture(SECOND + i * 100 * MS, 1, 77, i + 1, false);
		capture(SECOND + i * 100 * MS + 1000, 1, 77, i + 1, false); /* at another device */
	}
	capture(SECOND + 2 * MS, 1, 77, 1, true);
	capture(SECOND + 450 * MS, 1, 77, 3, true);
	capture(3 * SECOND, 1, 77, 1, false);
	capture(3 * SECOND + 150 * MS, 1, 99, 1, true); /* whose request was not captured */
	end_capture();
	judge();
	assert_rows(&f, FOUND, "one|77|4;one|77|1");
	assert_rows(&f, OUTCOMES, "2|lost|left;3|late|late beyond;4|lost|lost here;1|open|in time");
	assert_rows(&f, "SELECT clock_ns FROM monitor_match", "0;0");
}

static void test_bad_capture(void **state)
{
	(void)state;
	begin_capture();
	capture(SECOND, 1, 77, 1, false);
	end_capture();
	assert_int_equal(truncate(file, 24 + 16 + 20), 0);
	assert_int_equal(load(), -EBADMSG);
	assert_non_null(strstr(f.err.text, "behind packet 0: "));
}

/* ---- files that are refused ----------------------------------------------------------------------- */

static void assert_refused(const char *text, const char *why)
{
	write_file(text);
	assert_true(load() < 0);
	if (!strstr(f.err.text, why))
		fail_msg("'%s' does not say '%s'", f.err.text, why);
	sqlite3_close(f.db);
	f.db = NULL;
}

static void test_refused(void **state)
{
	char line[2000] = "";

	(void)state;
	assert_refused("", "is empty");
	assert_refused("\n", "tells of no echo request");
	assert_refused("no answer yet for icmp_seq=1\n", "line 1: no line from here on says which address");
	assert_refused("64 bytes from 10.0.0.2: icmp_seq=1 ttl=64\nx\033\n", "line 2: ping prints no such line: 'x?'");
	assert_refused("PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n2 packets transmitted, 2 received\n",
		       "line 2: that many answers");
	memset(line, 'x', sizeof(line) - 1);
	assert_refused(line, "line 1: no line of ping is that long");
	write_file("");
	unlink(file);
	assert_int_equal(load(), -ENOENT);
}

/* Each line of a hostile file may be 32767 numbers ahead. */
static void test_too_many(void **state)
{
	FILE *out = open_file();

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		fprintf(out, "64 bytes from 10.0.0.2: icmp_seq=%u ttl=64\n", i * 32767 & 0xffff);
	fclose(out);
	assert_int_equal(load(), -E2BIG);
	assert_non_null(strstr(f.err.text, "line 32: there are more than 1000000 echo requests"));
}

static void test_too_many_pings(void **state)
{
	FILE *out = open_file();

	(void)state;
	for (unsigned i = 0; i < 1001; i++)
		fprintf(out, "PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n");
	fclose(out);
	assert_int_equal(load(), -E2BIG);
	assert_non_null(strstr(f.err.text, "line 1001: there are more than 1000 pings"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_became, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_several, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ambiguous, setup, teardown),
		cmocka_unit_test_setup_teardown(test_source, setup, teardown),
		cmocka_unit_test_setup_teardown(test_times, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_times, setup, teardown),
		cmocka_unit_test_setup_teardown(test_contradiction, setup, teardown),
		cmocka_unit_test_setup_teardown(test_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(test_time_of_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unseen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_capture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_capture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_many_pings, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
