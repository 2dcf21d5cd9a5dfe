/* test_options.c: command lines of netrec record, durations and sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "recorder/options.h"
#include "recorder/units.h"

#define ARGS(...) ((char *[]){ "record", __VA_ARGS__, NULL })

static struct record_options o;
static struct trace_error err;

static int parse(char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	memset(&err, 0, sizeof(err));
	return options__record(&o, argc, argv, &err);
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		__u64 ns;
	} GOOD[] = { { "0", 0 }, { "7ns", 7 }, { "250us", 250000 }, { "500ms", 500000000 }, { "10s", 10000000000ULL },
		     { "5m", 300000000000ULL }, { "5min", 300000000000ULL }, { "1h", 3600000000000ULL } };
	static const char *const BAD[] = { "", "10", "s", "-1s", "1.5s", "1s ", " 1s", "1d", "99999999999h",
					   "99999999999999999999s" };
	__u64 ns;

	(void)state;
	for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
		assert_int_equal(units__duration(GOOD[i].text, &ns), 0);
		assert_int_equal(ns, GOOD[i].ns);
	}
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		assert_int_equal(units__duration(BAD[i], &ns), -EINVAL);
}

static void sizes(void **state)
{
	__u64 bytes;
	char text[32];

	(void)state;
	assert_int_equal(units__size("4096", &bytes), 0);
	assert_int_equal(bytes, 4096);
	assert_int_equal(units__size("64K", &bytes), 0);
	assert_int_equal(bytes, 65536);
	assert_int_equal(units__size("10MiB", &bytes), 0);
	assert_int_equal(bytes, 10485760);
	assert_int_equal(units__size("1g", &bytes), 0);
	assert_int_equal(bytes, 1073741824);
	assert_int_equal(units__size("20000000T", &bytes), -EINVAL);
	assert_int_equal(units__size("12Q", &bytes), -EINVAL);
	assert_int_equal(units__size("M", &bytes), -EINVAL);
	assert_string_equal(units__bytes(text, sizeof(text), 512), "512 B");
	assert_string_equal(units__bytes(text, sizeof(text), 1536), "1.5 KiB");
	assert_string_equal(units__bytes(text, sizeof(text), 3ULL << 30), "3.0 GiB");
}

static void defaults(void **state)
{
	(void)state;
	assert_int_equal(parse((char *[]){ "record", NULL }), 0);
	assert_int_equal(strncmp(o.output, "netrec-", 7), 0);
	assert_non_null(strstr(o.output, ".nrec"));
	assert_null(o.profiles);
	assert_null(o.events);
	assert_null(o.command);
	assert_int_equal(o.duration_ns, 0);
	assert_int_equal(o.sample_ns, 1000000000);
	assert_int_equal(o.offcpu_min_ns, 100000);
	assert_int_equal(o.offcpu_stack_ns, 1000000);
	assert_int_equal(o.lock_min_ns, 10000);
}

static void everything(void **state)
{
	(void)state;
	assert_int_equal(parse(ARGS("-o", "x.nrec", "-p", "drops,locks", "-e", "hop", "-t", "10s", "--pid", "12", "--pid",
				    "34", "--comm", "handler1", "--max-size", "1G", "--ring", "64K", "--sample", "100ms",
				    "--offcpu-min", "0", "--offcpu-stack=5ms", "--lock-min", "1us", "-q", "--", "sleep", "-x")),
			 0);
	assert_string_equal(o.output, "x.nrec");
	assert_string_equal(o.profiles, "drops,locks");
	assert_string_equal(o.events, "hop");
	assert_int_equal(o.duration_ns, 10000000000ULL);
	assert_int_equal(o.n_pids, 2);
	assert_int_equal(o.pids[1], 34);
	assert_int_equal(o.n_comms, 1);
	assert_string_equal(o.comms[0], "handler1");
	assert_int_equal(o.max_bytes, 1ULL << 30);
	assert_int_equal(o.ring_bytes, 65536);
	assert_int_equal(o.sample_ns, 100000000);
	assert_int_equal(o.offcpu_min_ns, 0);
	assert_int_equal(o.offcpu_stack_ns, 5000000);
	assert_int_equal(o.lock_min_ns, 1000);
	assert_true(o.quiet);
	assert_string_equal(o.command[0], "sleep");
	assert_string_equal(o.command[1], "-x");
}

static void filters(void **state)
{
	static char text[20000];

	(void)state;
	assert_int_equal(parse(ARGS("-q", "udp port 7000")), 0);
	assert_string_equal(o.filter, "udp port 7000");
	assert_null(o.command);
	assert_int_equal(parse(ARGS("udp", "port", "7000", "--", "ping", "-c", "1", "::1")), 0);
	assert_string_equal(o.filter, "udp port 7000");
	assert_string_equal(o.command[0], "ping");
	assert_string_equal(o.command[3], "::1");
	assert_int_equal(parse(ARGS("", "--", "true")), 0);
	assert_string_equal(o.filter, "");
	assert_string_equal(o.command[0], "true");
	assert_int_equal(parse(ARGS("--iface", "eth0", "--iface", "eth1", "--netns", "blue", "icmp")), 0);
	assert_int_equal(o.n_ifaces, 2);
	assert_string_equal(o.ifaces[1], "eth1");
	assert_int_equal(o.n_netns, 1);
	assert_string_equal(o.netns[0], "blue");
	assert_string_equal(o.filter, "icmp");
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(parse(ARGS(text)), -EINVAL);
	assert_non_null(strstr(err.text, "capture filter is too long"));
}

static void refused(char **argv, const char *because)
{
	assert_int_equal(parse(argv), -EINVAL);
	if (!strstr(err.text, because))
		fail_msg("\"%s\" is not in: %s", because, err.text);
}

static void wrong(void **state)
{
	(void)state;
	refused(ARGS("--nothing"), "unknown option --nothing");
	refused(ARGS("-e", "drop", "-e", "packet"), "write -e drop,packet");
	refused(ARGS("-t"), "needs a value");
	refused(ARGS("-t", "0"), "longer than 0");
	refused(ARGS("-t", "5"), "no duration");
	refused(ARGS("-o", ""), "-o needs");
	refused(ARGS("--ring", "2K"), "power of two");
	refused(ARGS("--ring", "12K"), "power of two");
	refused(ARGS("--ring", "2G"), "power of two");
	refused(ARGS("--sample", "1ms"), "too often");
	refused(ARGS("--max-size", "1K"), "too small");
	refused(ARGS("--pid", "0"), "no process id");
	refused(ARGS("--pid", "12x"), "no process id");
	refused(ARGS("--comm", ""), "no thread name");
	refused(ARGS("--comm", "0123456789abcdef"), "no thread name");
	refused(ARGS("port", "80", "-q"), "-q stands behind the capture filter \"port 80\"");
	refused(ARGS("port", "80", "--"), "command is missing");
	refused(ARGS("--iface", ""), "--iface needs a name");
	refused(ARGS("--iface", "0123456789abcdef"), "no device name");
	refused(ARGS("--netns", ""), "--netns needs a name");
	refused(ARGS("--"), "command is missing");
}

static void too_many(void **state)
{
	char *argv[2 * (MAX_COMMS + 1) + 2] = { "record" };

	(void)state;
	for (int i = 0; i <= MAX_COMMS; i++) {
		argv[1 + 2 * i] = "--comm";
		argv[2 + 2 * i] = "x";
	}
	refused(argv, "too many --comm");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations), cmocka_unit_test(sizes), cmocka_unit_test(defaults),
		cmocka_unit_test(everything), cmocka_unit_test(wrong), cmocka_unit_test(too_many), cmocka_unit_test(filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
