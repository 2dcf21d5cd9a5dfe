/*
 * test_timefmt.c: times as people write them, exact to the nanosecond, and amounts as they read them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <string.h>
#include <errno.h>
#include <time.h>
#include <cmocka.h>
#include "analyzer/base/timefmt.h"

#define SECOND 1000000000ull
#define MONO 5000000000000ull
#define REAL 1795391999000000000ull /* 2026-11-22T23:59:59Z */

static const struct timebase base = { .start_mono = MONO, .end_mono = MONO + 10 * SECOND, .start_real = REAL, .utc = true };

static void parsed(const char *text, uint64_t want)
{
	struct trace_error err = { .code = 0 };
	uint64_t mono;

	if (timefmt__parse("--from", text, &base, &mono, &err) != 0)
		fail_msg("%s: %s", text, err.text);
	assert_int_equal(mono, want);
}

static void refused(const char *text)
{
	struct trace_error err = { .code = 0 };
	uint64_t mono;

	if (timefmt__parse("--from", text, &base, &mono, &err) != -EINVAL)
		fail_msg("'%s' was taken for a time", text);
	assert_non_null(strstr(err.text, "--from"));
}

static void test_parse(void **state)
{
	(void)state;
	parsed("0", MONO);
	parsed("2.5", MONO + 2500000000);
	parsed("+2.000000001", MONO + 2000000001);
	parsed("3s", MONO + 3 * SECOND);
	parsed("23:59:59.5", MONO + SECOND / 2);
	parsed("00:00:04.000000007", MONO + 5 * SECOND + 7); /* past midnight */
	parsed("2026-11-23T00:00:01Z", MONO + 2 * SECOND);
	parsed("2026-11-23 00:00:01.25", MONO + 2 * SECOND + SECOND / 4);
	parsed("23:59:58", MONO - SECOND); /* before the recording: a limit, not an error */
	refused("");
	refused("-1");
	refused("2.5x");
	refused("25:00:00");
	refused("12:60");
	refused("23:59:59x");
	refused("yesterday");
	refused("2026-13-01T00:00:00Z");
}

static void test_without_clock(void **state)
{
	struct timebase none = { .start_mono = MONO, .end_mono = MONO + SECOND };
	struct trace_error err = { .code = 0 };
	uint64_t mono;

	(void)state;
	assert_int_equal(timefmt__parse("--to", "1.5", &none, &mono, &err), 0);
	assert_int_equal(timefmt__parse("--to", "12:00:00", &none, &mono, &err), -EINVAL);
	assert_non_null(strstr(err.text, "no clock"));
}

static void test_local(void **state)
{
	char buf[TIMEFMT_MAX];

	(void)state;
	setenv("TZ", "IST-5:30", 1);
	tzset();
	assert_string_equal(timefmt__date(REAL, false, buf), "2026-11-23 05:29:59.000 +0530");
	assert_string_equal(timefmt__clock(REAL + 1234567, false, buf), "05:29:59.001234");
	assert_string_equal(timefmt__date(REAL, true, buf), "2026-11-22 23:59:59.000 UTC");
}

static void test_amounts(void **state)
{
	static const struct { double v; const char *text; } durations[] = {
		{ 0, "0 ns" }, { 999.4, "999 ns" }, { 999.6, "1.00 µs" }, { 9996, "10.0 µs" }, { 99960, "100 µs" }, { 999600, "1.00 ms" },
		{ 1.5e9, "1.50 s" }, { 3600e9, "60.0 min" }, { 7200e9, "2.00 h" },
	};
	char buf[TIMEFMT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(durations) / sizeof(*durations); i++)
		assert_string_equal(timefmt__duration(durations[i].v, buf), durations[i].text);
	assert_string_equal(timefmt__bytes(999, buf), "999 B");
	assert_string_equal(timefmt__bytes(1000, buf), "1.00 kB");
	assert_string_equal(timefmt__bytes(123456789, buf), "123 MB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_without_clock),
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_amounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
