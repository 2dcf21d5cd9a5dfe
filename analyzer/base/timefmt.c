/*
 * timefmt.c: times and amounts as people write and read them.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "analyzer/base/timefmt.h"

#define SECOND 1000000000ull

enum { DAY_SECONDS = 86400 };

static void broken_down(time_t t, bool utc, struct tm *tm)
{
	if (utc)
		gmtime_r(&t, tm);
	else
		localtime_r(&t, tm);
}

static time_t to_time(struct tm *tm, bool utc)
{
	tm->tm_isdst = -1;
	return utc ? timegm(tm) : mktime(tm);
}

/* ".567" as nanoseconds; leaves *text behind it. */
static uint64_t fraction(const char **text)
{
	uint64_t ns = 0, scale = SECOND / 10;

	if (**text != '.')
		return 0;
	for (++*text; isdigit((unsigned char)**text); ++*text, scale /= 10)
		ns += (uint64_t)(**text - '0') * scale;
	return ns;
}

/* Time of day: on the day of the start, or on the next day when only that lies within the recording. */
static bool parse_clock(const char *text, const struct timebase *base, uint64_t *real)
{
	struct tm tm;
	const char *rest;
	struct tm day;

	memset(&tm, 0, sizeof(tm));
	rest = strptime(text, "%H:%M:%S", &tm);
	if (!rest) {
		memset(&tm, 0, sizeof(tm));
		rest = strptime(text, "%H:%M", &tm);
	}
	if (!rest)
		return false;
	uint64_t ns = fraction(&rest);
	if (*rest)
		return false;
	broken_down((time_t)(base->start_real / SECOND), base->utc, &day);
	day.tm_hour = tm.tm_hour;
	day.tm_min = tm.tm_min;
	day.tm_sec = tm.tm_sec;
	*real = (uint64_t)to_time(&day, base->utc) * SECOND + ns;
	uint64_t end = base->start_real + (base->end_mono - base->start_mono);
	if (*real < base->start_real && *real + DAY_SECONDS * SECOND <= end)
		*real += DAY_SECONDS * SECOND;
	return true;
}

static bool parse_iso(const char *text, bool utc, uint64_t *real)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S" };

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm tm;
		const char *rest;

		memset(&tm, 0, sizeof(tm));
		rest = strptime(text, forms[i], &tm);
		if (!rest)
			continue;
		uint64_t ns = fraction(&rest);
		bool zulu = strcmp(rest, "Z") == 0;
		if (*rest && !zulu)
			return false;
		time_t t = to_time(&tm, utc || zulu);
		*real = (uint64_t)t * SECOND + ns;
		return t >= 0;
	}
	return false;
}

/* Seconds from the start; read as digits, not as a double, so that nanoseconds stay exact. */
static bool parse_seconds(const char *text, uint64_t *ns)
{
	const char *p = *text == '+' ? text + 1 : text;
	uint64_t seconds = 0;

	if (!isdigit((unsigned char)*p) && *p != '.')
		return false;
	for (; isdigit((unsigned char)*p) && seconds < UINT64_MAX / SECOND / 100; p++)
		seconds = seconds * 10 + (uint64_t)(*p - '0');
	*ns = seconds * SECOND + fraction(&p);
	if (*p == 's')
		p++;
	return !*p;
}

int timefmt__parse(const char *option, const char *text, const struct timebase *base, uint64_t *mono,
		   struct trace_error *err)
{
	uint64_t real;

	if (parse_seconds(text, mono)) {
		*mono += base->start_mono;
		return 0;
	}
	if (!base->start_real)
		return trace_error__set(err, -EINVAL,
					"%s %s: give seconds from the start, such as 2.5; this recording has no clock reading that a "
					"time of day could be compared with", option, text);
	if (!parse_clock(text, base, &real) && !parse_iso(text, base->utc, &real))
		return trace_error__set(err, -EINVAL,
					"%s: '%s' is no time; give seconds from the start (2.5), a time of day (10:28:42.567) or "
					"ISO 8601 (2026-11-22T10:28:42Z)", option, text);
	int64_t offset = (int64_t)(real - base->start_real);
	*mono = offset < 0 && (uint64_t)-offset > base->start_mono ? 0 : base->start_mono + (uint64_t)offset;
	return 0;
}

int timefmt__range(const char *from, const char *to_option, const char *to, const struct timebase *base,
		   uint64_t *from_mono, uint64_t *to_mono, struct trace_error *err)
{
	*from_mono = base->start_mono;
	*to_mono = base->end_mono;
	if (from)
		TRY(timefmt__parse("--from", from, base, from_mono, err));
	if (to)
		TRY(timefmt__parse(to_option, to, base, to_mono, err));
	if (*from_mono > *to_mono || *from_mono > base->end_mono || *to_mono < base->start_mono)
		return trace_error__set(err, -EINVAL, "nothing lies between --from %s and %s %s: the recording lasts %.3f s",
					from ? from : "0", to_option, to ? to : "its end",
					(double)(base->end_mono - base->start_mono) / 1e9);
	return 0;
}

char *timefmt__clock(uint64_t real, bool utc, char buf[TIMEFMT_MAX])
{
	struct tm tm;

	broken_down((time_t)(real / SECOND), utc, &tm);
	snprintf(buf, TIMEFMT_MAX, "%02d:%02d:%02d.%06u", tm.tm_hour, tm.tm_min, tm.tm_sec,
		 (unsigned)(real % SECOND / 1000));
	return buf;
}

char *timefmt__date(uint64_t real, bool utc, char buf[TIMEFMT_MAX])
{
	struct tm tm;
	char date[24], zone[8];

	broken_down((time_t)(real / SECOND), utc, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	snprintf(buf, TIMEFMT_MAX, "%s.%03u %s", date, (unsigned)(real % SECOND / 1000000), utc ? "UTC" : zone);
	return buf;
}

/* Three significant digits, trailing zeros of a fraction kept: columns of them line up. */
static void three_digits(double v, const char *unit, char *buf)
{
	double a = fabs(v);

	snprintf(buf, TIMEFMT_MAX, "%.*f %s", a < 9.995 ? 2 : a < 99.95 ? 1 : 0, v, unit);
}

char *timefmt__duration(double ns, char buf[TIMEFMT_MAX])
{
	double a = fabs(ns);

	if (a < 999.5)
		snprintf(buf, TIMEFMT_MAX, "%.0f ns", ns);
	else if (a < 999.5e3)
		three_digits(ns / 1e3, "µs", buf);
	else if (a < 999.5e6)
		three_digits(ns / 1e6, "ms", buf);
	else if (a < 600e9)
		three_digits(ns / 1e9, "s", buf);
	else if (a < 7200e9)
		three_digits(ns / 60e9, "min", buf);
	else
		three_digits(ns / 3600e9, "h", buf);
	return buf;
}

char *timefmt__bytes(double bytes, char buf[TIMEFMT_MAX])
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
	double v = bytes / 1000;
	size_t i = 0;

	if (fabs(bytes) < 999.5) {
		snprintf(buf, TIMEFMT_MAX, "%.0f B", bytes);
		return buf;
	}
	for (; fabs(v) >= 999.5 && i + 1 < sizeof(units) / sizeof(*units); i++)
		v /= 1000;
	three_digits(v, units[i], buf);
	return buf;
}
