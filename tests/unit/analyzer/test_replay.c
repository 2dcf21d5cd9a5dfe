/*
 * test_replay.c: every event of events.def is printed with all its fields, and so are events and fields that this program
 * does not know; what a filter leaves; the pace.
 *
 * schema__record() and clock_nanosleep() are the test's own: it can forget a record, or fields of it, and sees who waits
 * for how long.
 */
#include <time.h>
#include "analyzer/read/scan.h"
#include "analyzer/replay/replay.h"
#include "analyzer/replay/resolve.h"
#include "format/schema.h"
#include "tests/rows.h"
#include "tests/unit/analyzer/fixture.h"

const struct record_desc *__real_schema__record(unsigned id);
const struct record_desc *__wrap_schema__record(unsigned id);
int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *until, struct timespec *left);

static unsigned forgotten; /* record id */
static struct record_desc shortened; /* stands for the record of its id */

const struct record_desc *__wrap_schema__record(unsigned id)
{
	return forgotten && id == forgotten ? NULL : shortened.id && id == shortened.id ? &shortened : __real_schema__record(id);
}

static __u64 waited_until[8];
static unsigned n_waits;

int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *until, struct timespec *left)
{
	(void)left;
	assert_int_equal(clock, CLOCK_MONOTONIC);
	assert_int_equal(flags, TIMER_ABSTIME);
	assert_true(n_waits < 8);
	waited_until[n_waits++] = (__u64)until->tv_sec * 1000000000 + (__u64)until->tv_nsec;
	return 0;
}

/* Of what replay() returned last. */
static size_t size;
static struct replay_stats stats;

/* What replay prints of the recording. Valid until the next call. */
static char *replay(struct fixture *f, struct replay_opts opts)
{
	static char *text;
	const char *paths[] = { f->path };
	const struct trace_wanted wanted = { .paths = paths, .n_paths = 1, .unknown = true };
	struct trace *t;
	FILE *out;

	fixture__close(f);
	free(text);
	out = open_memstream(&text, &size);
	if (trace__open_set(&t, &wanted, &f->err))
		fail_msg("%s", f->err.text);
	scan__timebase(t, &opts.base);
	opts.base.utc = true;
	if (replay__run(t, &opts, out, &stats, &f->err))
		fail_msg("%s", f->err.text);
	trace__close(t);
	fclose(out);
	return text;
}

/* ---- all of events.def -------------------------------------------------------------------------- */

static void add_every_event(struct fixture *f)
{
	for (unsigned id = 1; id < REC_TYPE_MAX; id++) {
		const struct record_desc *d = schema__record(id);
		union any_rec row;

		if (!d || d->class != RECORD_EVENT)
			continue;
		memset(&row, 0, sizeof(row));
		for (unsigned i = 0; i < d->n_fields; i++)
			((char *)&row)[d->fields[i].offset] = (char)(i + 1);
		row.rec = (struct rec){ .ts = T0 + id, .type = (__u16)id, .cpu = 0 };
		fixture__row(f, &row.rec);
	}
}

/* The words of a line are the time, the CPU, the event, and each of its fields in order. */
static void check_words(char *line)
{
	const struct record_desc *d = NULL;
	char *rest = line, *word;

	strsep(&rest, " ");
	assert_string_equal(strsep(&rest, " "), "0");
	word = strsep(&rest, " ");
	for (unsigned id = 1; id < REC_TYPE_MAX && !d; id++)
		d = schema__record(id) && !strcmp(schema__record(id)->name, word) ? schema__record(id) : NULL;
	assert_non_null(d);
	for (unsigned i = 0; i < d->n_fields; i++) {
		size_t len = strlen(d->fields[i].name);

		word = strsep(&rest, " ");
		assert_non_null(word);
		if (strncmp(word, d->fields[i].name, len) || word[len] != '=' || !word[len + 1])
			fail_msg("%s: %s stands where %s should", d->name, word, d->fields[i].name);
	}
	assert_null(rest);
}

static unsigned n_events(void)
{
	unsigned n = 0;

	for (unsigned id = 1; id < REC_TYPE_MAX; id++)
		n += schema__record(id) && schema__record(id)->class == RECORD_EVENT;
	return n;
}

static void every_event_is_printed(void **state)
{
	struct fixture f;
	unsigned n = 0;
	char *rest, *line;

	(void)state;
	fixture__begin(&f, 1);
	add_every_event(&f);
	rest = replay(&f, (struct replay_opts){ 0 });
	for (; (line = strsep(&rest, "\n")) && *line; n++)
		check_words(line);
	assert_int_equal(n, n_events());
	fixture__end(&f);
}

/* As many members as there should be, each with a name of its own. */
static void every_event_is_json(void **state)
{
	struct fixture f;
	unsigned n = 0;
	char *rest, *line, *sql;

	(void)state;
	fixture__begin(&f, 1);
	add_every_event(&f);
	assert_int_equal(sqlite3_open(":memory:", &f.db), SQLITE_OK);
	rest = replay(&f, (struct replay_opts){ .format = REPLAY_JSON });
	for (; (line = strsep(&rest, "\n")) && *line; n++) {
		sql = sqlite3_mprintf("SELECT json_valid(%Q) AND count(*) = count(DISTINCT key) FROM json_each(%Q)", line, line);
		if (fixture__int(&f, sql) != 1)
			fail_msg("%s", line);
		sqlite3_free(sql);
	}
	assert_int_equal(n, n_events());
	fixture__end(&f);
}

/* A unit that nothing is known of is printed as a plain number: that is for the programmer to decide, not to forget. */
static void every_unit_is_known(void **state)
{
	static const char *const plain[] = { "NONE", "HEX", "INT", "NS", "US", "BYTES", "PTR", "AT", "MAC", "ADDR", "NAME" };

	(void)state;
	for (unsigned id = 1; id < REC_TYPE_MAX; id++) {
		const struct record_desc *d = schema__record(id);

		for (unsigned i = 0; d && i < d->n_fields; i++) {
			bool known = resolve__has_names(d->fields[i].unit);

			for (size_t j = 0; j < sizeof(plain) / sizeof(*plain); j++)
				known |= !strcmp(plain[j], d->fields[i].unit);
			if (!known)
				fail_msg("%s.%s: unit %s", d->name, d->fields[i].name, d->fields[i].unit);
		}
	}
}

/* What FORMAT.md says of ENUM: the meaning lists the values. */
static void every_enum_lists_its_values(void **state)
{
	char name[RESOLVE_MAX];

	(void)state;
	for (unsigned id = 1; id < REC_TYPE_MAX; id++) {
		const struct record_desc *d = schema__record(id);

		for (unsigned i = 0; d && i < d->n_fields; i++) {
			struct asked a = { d, &d->fields[i], NULL, 0 };
			unsigned n = 0;

			if (strcmp(a.field->unit, "ENUM"))
				continue;
			for (; a.value < 256; a.value++)
				n += resolver__name(NULL, &a, name, sizeof(name)) && *name;
			if (n < 2)
				fail_msg("%s.%s: \"%s\" lists %u values", d->name, a.field->name, a.field->doc, n);
		}
	}
}

/* ---- names -------------------------------------------------------------------------------------- */

static void add_names(struct fixture *f)
{
	DEFINE(f, netns, .inum = NETNS, .name = TEXT(""));
	DEFINE(f, netns, .inum = 77, .name = TEXT("blue\033[2J net"));
	DEFINE(f, interface, .netns = NETNS, .ifindex = 2, .name = TEXT("eth0"));
	DEFINE(f, interface, .netns = 77, .ifindex = 2, .name = TEXT("veth0"));
	DEFINE(f, symbol, .addr = 0x2000, .size = 0x100, .name = TEXT("tcp_drop"));
	DEFINE(f, symbol, .addr = 0x3000, .size = 0x100, .name = TEXT("tcp_rcv"));
	DEFINE(f, stack, .id = 9, .depth = 0, .addr = 0x2010);
	DEFINE(f, stack, .id = 9, .depth = 1, .addr = 0x3020);
	DEFINE(f, stack, .id = 9, .depth = 2, .addr = 0x9000);
	DEFINE(f, enumerator, .set = TEXT("skb_drop_reason"), .value = 5, .text = TEXT("NO_SOCKET"));
	DEFINE(f, string, .id = 3, .text = TEXT("0-3"));
}

static void numbers_have_names(void **state)
{
	struct fixture f;
	char *text;

	(void)state;
	fixture__begin(&f, 2);
	add_names(&f);
	ADD(&f, drop, 10, 0, .skb = 0xffff000000000001, .location = 0x2010, .reason = 5, .netns = 77, .ifindex = 2, .stack = 9);
	ADD(&f, affinity, 20, 1, .tid = 17, .cpus = 3, .policy = 1);
	ADD(&f, task, 30, 1, .tid = 17, .what = 1, .comm = "two words");
	ADD(&f, oncpu, 40, 1, .tid = 17);
	text = replay(&f, (struct replay_opts){ 0 });
	assert_non_null(strstr(text, "+0.000000000 0 drop skb=0xffff000000000001 location=0x2010(tcp_drop+0x10) reason=5(NO_SOCKET) "
				     "netns=77(blue?[2J_net) ifindex=2(veth0) len=0B stack=9(tcp_drop+0x10<tcp_rcv+0x20<0x9000) "));
	assert_non_null(strstr(text, "+0.000000010 1 affinity tid=17 tgid=0 cpus=3(0-3) policy=1(FIFO) "));
	assert_non_null(strstr(text, " task tid=17(two_words) "));
	assert_non_null(strstr(text, "+0.000000030 1 oncpu tid=17(two_words) "));
	text = replay(&f, (struct replay_opts){ .format = REPLAY_JSON });
	assert_non_null(strstr(text, "\"location\":\"0x2010\",\"location_name\":\"tcp_drop+0x10\",\"reason\":5,"
				     "\"reason_name\":\"NO_SOCKET\",\"netns\":77,\"netns_name\":\"blue?[2J net\","));
	fixture__end(&f);
}

/* ---- what this program does not know ------------------------------------------------------------ */

static void unknown_events_are_printed(void **state)
{
	struct fixture f;
	char *text;

	(void)state;
	fixture__begin(&f, 1);
	ADD(&f, affinity, 1, 0, .tid = 17, .policy = 2);
	ADD(&f, oncpu, 2, 0, .tid = 18);
	fixture__close(&f);
	forgotten = REC_affinity;
	text = replay(&f, (struct replay_opts){ 0 });
	assert_non_null(strstr(text, "+0.000000000 0 affinity tid=17 tgid=0 cpus=0 policy=2(round-robin) prio=0\n"));
	assert_non_null(strstr(text, " oncpu tid=18 "));
	forgotten = 0;
	fixture__end(&f);
}

static void unknown_fields_are_printed(void **state)
{
	struct fixture f;
	char *text;

	(void)state;
	fixture__begin(&f, 1);
	ADD(&f, oncpu, 2, 0, .tid = 18, .ago = 5, .ran = 7);
	fixture__close(&f);
	shortened = *schema__record(REC_oncpu);
	shortened.n_fields = 1;
	shortened.size = sizeof(struct rec) + 8;
	text = replay(&f, (struct replay_opts){ 0 });
	assert_non_null(strstr(text, " oncpu tid=18 ago=5ns ran=7ns\n"));
	shortened.id = 0;
	fixture__end(&f);
}

/* ---- filter ------------------------------------------------------------------------------------- */

static void add_link(struct fixture *f, __u64 at, __u64 from, __u64 to)
{
	ADD(f, link, at, 0, .from = from, .to = to, .how = LINK_CLONE);
}

/* 10.0.0.2 sends UDP. */
static void add_udp_packet(struct fixture *f, __u64 at, __u64 skb, unsigned stage)
{
	struct rec_packet p = packet_at(at, 0, skb, stage, 3, 1);

	p.proto = 17;
	p.sport = p.dport = 4789;
	fixture__row(f, &p.rec);
}

static void add_headed_packet(struct fixture *f, __u64 at, __u64 skb)
{
	struct rec_packet p = packet_at(at, 0, skb, STAGE_netif_rx, 2, 9);

	ADD(f, head, at - 1, 0, .skb = skb, .len = 60, .bytes = { [12] = 8, 6 });
	p.l2 = FRAME_KNOWN | FRAME_ETHERNET | FRAME_HEAD;
	p.ethertype = 0x0806;
	fixture__row(f, &p.rec);
}

/* How often the text is there. */
static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static char *replay_filtered(struct fixture *f, const char *expression)
{
	struct filter *filter;
	char *text;

	if (filter__compile(&filter, expression, &f->err))
		fail_msg("%s", f->err.text);
	text = replay(f, (struct replay_opts){ .filter = filter });
	filter__free(filter);
	return text;
}

static void a_filter_follows_packets(void **state)
{
	struct fixture f;
	char *text;

	(void)state;
	fixture__begin(&f, 1);
	add_packet(&f, 10, 0, 0xa0, STAGE_netif_rx, 2, 1);
	add_hop(&f, 11, 0, 0xa0, STAGE_net_dev_xmit, 2, 0);
	add_hop(&f, 12, 0, 0xb0, STAGE_net_dev_xmit, 2, 0); /* nobody knows whose */
	add_udp_packet(&f, 13, 0xa0, STAGE_net_dev_queue); /* a tunnel's headers before it */
	add_link(&f, 13, 0xa0, 0xc0);
	add_hop(&f, 14, 0, 0xc0, STAGE_net_dev_xmit, 2, 0);
	ADD(&f, oncpu, 15, 0, .tid = 18);
	add_free(&f, 16, 0, 0xa0);
	add_hop(&f, 17, 0, 0xa0, STAGE_net_dev_xmit, 2, 0); /* another one */
	add_packet(&f, 17, 0, 0xb8, STAGE_netif_rx, 2, 1);
	add_udp_packet(&f, 18, 0xb8, STAGE_ip_send_skb); /* likewise */
	add_drop(&f, 18, 0, 0xc0, 2, 5);
	add_drop(&f, 19, 0, 0xd0, 2, 5);
	ADD(&f, tcp_event, 20, 0, .saddr = { [10] = 0xff, 0xff, 10, 0, 0, 2 }, .daddr = { [10] = 0xff, 0xff, 10, 0, 0, 1 }, .sport = 80);
	add_headed_packet(&f, 30, 0xe0);
	add_gap(&f, 10, 20, 0, REC_hop, 3);
	text = replay_filtered(&f, "tcp port 80");
	assert_int_equal(count(text, " packet skb=0xa0 "), 2);
	assert_int_equal(count(text, " packet "), 3);
	assert_int_equal(count(text, " hop skb=0xa0 "), 1);
	assert_int_equal(count(text, " hop skb=0xc0 "), 1);
	assert_int_equal(count(text, " link "), 1);
	assert_int_equal(count(text, " free "), 1);
	assert_int_equal(count(text, " drop skb=0xc0 "), 1);
	assert_int_equal(count(text, " tcp_event "), 1);
	assert_int_equal(count(text, " gap "), 1);
	assert_int_equal(count(text, "\n"), 10);
	text = replay_filtered(&f, "arp");
	assert_int_equal(count(text, " head skb=0xe0 "), 1);
	assert_int_equal(count(text, " packet skb=0xe0 "), 1);
	assert_int_equal(count(text, "\n"), 3);
	fixture__end(&f);
}

/* ---- as a capture file -------------------------------------------------------------------------- */

static bool has(const char *bytes, const char *what, size_t len)
{
	return memmem(bytes, size, what, len);
}

/* A packet before it has an Ethernet header gets one, which is said; a hop has the headers that were seen last. */
static void a_capture_has_headers(void **state)
{
	static const char ethernet[] = "\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\x45";
	static const char comment[] = "stage=net_dev_xmit after=ip_send_skb latency=5ns cpu=0 skb=0xa0 headers=ip_send_skb "
				      "(without Ethernet header)";
	struct rec_packet p = packet_at(10, 0, 0xa0, STAGE_ip_send_skb, 2, 0x01020304);
	struct fixture f;
	char *bytes;

	(void)state;
	p.l2 = FRAME_KNOWN;
	p.ip_len = 100;
	fixture__begin(&f, 1);
	fixture__row(&f, &p.rec);
	add_hop(&f, 15, 0, 0xa0, STAGE_net_dev_xmit, 2, 0);
	add_hop(&f, 16, 0, 0xb0, STAGE_net_dev_xmit, 2, 0); /* nobody knows whose */
	add_hop(&f, 18, 0, 0xa0, STAGE_tun_net_xmit, 2, 0);
	bytes = replay(&f, (struct replay_opts){ .format = REPLAY_PCAPNG });
	assert_true(has(bytes, ethernet, 15));
	assert_true(has(bytes, "\x03\xe8\0\x50\x01\x02\x03\x04", 8)); /* ports and sequence number */
	assert_true(has(bytes, comment, sizeof(comment) - 1));
	assert_true(has(bytes, "stage=tun_net_xmit after=net_dev_xmit latency=3ns ", 50));
	assert_false(has(bytes, "skb=0xb0", 8));
	assert_int_equal(size % 4, 0);
	fixture__end(&f);
}

/* ---- as a table --------------------------------------------------------------------------------- */

static char *replay_types(struct fixture *f, struct replay_opts opts, unsigned a, unsigned b)
{
	bool types[REC_TYPE_MAX] = { false };

	types[a] = types[b] = true;
	opts.types = types;
	return replay(f, opts);
}

/* Cells of one column are below each other, whichever event they are of; no text is a formula. */
static void csv_is_a_table(void **state)
{
	struct fixture f;
	char *text;

	(void)state;
	fixture__begin(&f, 1);
	ADD(&f, task, 1, 0, .tid = 17, .what = 1, .comm = "=1+1");
	ADD(&f, task, 2, 0, .tid = 18, .comm = "a,\"b");
	ADD(&f, oncpu, 3, 0, .tid = 17, .ago = 5, .ran = 7);
	ADD(&f, task, 4, 0, .tid = 19, .comm = "\xef\xbc\x9d\t1"); /* = in full width */
	ADD(&f, softirq, 5, 0, .vec = 3);
	text = replay_types(&f, (struct replay_opts){ .format = REPLAY_CSV }, REC_task, REC_oncpu);
	assert_ptr_equal(strstr(text, "mono_ns,real_ns,cpu,event,tid,tid_name,tgid,tgid_name,what,what_name,start,comm,cgroup,ago,ran,"
				      "where,type,type_name,why,why_name,from,to,lost\r\n"), text);
	assert_non_null(strstr(text, "5000000001,,0,task,17,'=1+1,0,,1,exec,0,'=1+1,0,,,,,,,,,,\r\n"));
	assert_non_null(strstr(text, ",task,18,\"a,\"\"b\",0,,0,found alive,0,\"a,\"\"b\",0,,"));
	assert_non_null(strstr(text, ",oncpu,17,'=1+1,,,,,,,,5,7,,,,,,,,\r\n"));
	assert_non_null(strstr(text, ",'\xef\xbc\x9d?1,"));
	assert_int_equal(count(text, "\r\n"), 5);
	fixture__end(&f);
}

/* ---- as stacks ---------------------------------------------------------------------------------- */

static void add_waits(struct fixture *f)
{
	DEFINE(f, ustack, .id = 4, .depth = 0, .module = 1, .addr = 0x110);
	DEFINE(f, ustack, .id = 4, .depth = 1, .module = 1, .addr = 0x500);
	DEFINE(f, module, .id = 1, .path = TEXT("/lib/libc.so.6"));
	DEFINE(f, usymbol, .module = 1, .addr = 0x100, .size = 0x20, .name = TEXT("read"));
	ADD(f, task, 20, 0, .tid = 17, .comm = "a;b");
	ADD(f, offcpu, 30, 0, .tid = 17, .blocked = 5, .runnable = 7, .stack = 9);
	ADD(f, offcpu_ustack, 31, 0, .tid = 17, .since = T0 + 30, .ustack = 4);
	ADD(f, offcpu, 40, 0, .tid = 17, .blocked = 2, .stack = 9);
	ADD(f, offcpu, 50, 0, .tid = 17, .blocked = 3, .stack = 9);
	ADD(f, offcpu, 60, 0, .tid = 18, .blocked = 100);
	ADD(f, lock, 70, 0, .tid = 17, .short_n = 4, .short_ns = 40);
	ADD(f, lock, 71, 0, .addr = 1, .tid = 17, .duration = 11, .ustack = 4, .short_n = 1, .short_ns = 2);
	ADD(f, pthread, 80, 0, .addr = 1, .tid = 17, .duration = 12, .what = 1);
}

static void folded_adds_up_stacks(void **state)
{
	struct fixture f;
	char *text;

	(void)state;
	fixture__begin(&f, 1);
	add_names(&f);
	ADD(&f, drop, 10, 0, .location = 0x2010, .reason = 5, .stack = 9);
	ADD(&f, drop, 11, 0, .location = 0x2010, .reason = 5);
	ADD(&f, drop, 12, 0, .location = 0x2010, .reason = 5, .stack = 9);
	add_waits(&f);
	add_gap(&f, 90, 95, 0, REC_lock, 3);
	add_gap(&f, 90, 95, 0, REC_hop, 3);
	text = replay(&f, (struct replay_opts){ .format = REPLAY_FOLDED });
	assert_non_null(strstr(text, "drop;NO_SOCKET;[unknown];tcp_rcv;tcp_drop 2\n"));
	assert_non_null(strstr(text, "drop;NO_SOCKET;[no stack];tcp_drop 1\n"));
	assert_non_null(strstr(text, "offcpu;a:b;[libc.so.6];read;-;[unknown];tcp_rcv;tcp_drop 1\n"));
	assert_non_null(strstr(text, "offcpu;a:b;[unknown];tcp_rcv;tcp_drop 2\n"));
	assert_non_null(strstr(text, "offcpu;tid 18;[no stack] 1\n"));
	assert_non_null(strstr(text, "lock;a:b;[libc.so.6];read 1\n"));
	assert_non_null(strstr(text, "lock;[short waits: only counted] 5\n"));
	assert_non_null(strstr(text, "pthread held;a:b;[no stack] 1\n"));
	assert_int_equal(count(text, "\n"), 8);
	assert_int_equal(stats.gaps, 1);
	text = replay(&f, (struct replay_opts){ .format = REPLAY_FOLDED, .weight = WEIGHT_NS });
	assert_non_null(strstr(text, "offcpu;a:b;[libc.so.6];read;-;[unknown];tcp_rcv;tcp_drop 12\n"));
	assert_non_null(strstr(text, "offcpu;a:b;[unknown];tcp_rcv;tcp_drop 5\n"));
	assert_non_null(strstr(text, "lock;[short waits: only counted] 42\n"));
	assert_null(strstr(text, "drop;"));
	text = replay_types(&f, (struct replay_opts){ .format = REPLAY_FOLDED }, REC_drop, REC_drop);
	assert_int_equal(count(text, "\n"), 2);
	fixture__end(&f);
}

/* ---- pace --------------------------------------------------------------------------------------- */

static void it_waits_as_the_events_did(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 1);
	ADD(&f, oncpu, 0, 0, .tid = 1);
	ADD(&f, oncpu, 600000000000, 0, .tid = 2);
	ADD(&f, oncpu, 900000000000, 0, .tid = 3);
	n_waits = 0;
	replay(&f, (struct replay_opts){ 0 });
	assert_int_equal(n_waits, 0);
	replay(&f, (struct replay_opts){ .speed = 2 });
	assert_int_equal(n_waits, 2);
	assert_int_equal(waited_until[1] - waited_until[0], 150000000000);
	fixture__end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_is_printed),
		cmocka_unit_test(every_event_is_json),
		cmocka_unit_test(every_unit_is_known),
		cmocka_unit_test(every_enum_lists_its_values),
		cmocka_unit_test(numbers_have_names),
		cmocka_unit_test(unknown_events_are_printed),
		cmocka_unit_test(unknown_fields_are_printed),
		cmocka_unit_test(a_filter_follows_packets),
		cmocka_unit_test(a_capture_has_headers),
		cmocka_unit_test(csv_is_a_table),
		cmocka_unit_test(folded_adds_up_stacks),
		cmocka_unit_test(it_waits_as_the_events_did),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
