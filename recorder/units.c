/* units.c: durations and sizes as people write them (units.h). */
#include "units.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

struct unit {
	const char *name;
	__u64 factor;
};

static const struct unit DURATIONS[] = { { "ns", 1 },
					 { "us", 1000 },
					 { "ms", 1000000 },
					 { "s", 1000000000ULL },
					 { "m", 60 * 1000000000ULL },
					 { "min", 60 * 1000000000ULL },
					 { "h", 3600 * 1000000000ULL } };

static const struct unit SIZES[] = { { "", 1 },           { "B", 1 },           { "K", 1ULL << 10 },
				     { "KiB", 1ULL << 10 }, { "M", 1ULL << 20 },   { "MiB", 1ULL << 20 },
				     { "G", 1ULL << 30 },   { "GiB", 1ULL << 30 }, { "T", 1ULL << 40 } };

static int parse(const char *text, const struct unit *units, size_t n, __u64 *value)
{
	unsigned long long number;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno)
		return -EINVAL;
	if (!number && !*end) {
		*value = 0;
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		if (!strcasecmp(end, units[i].name))
			return __builtin_mul_overflow(number, units[i].factor, value) ? -EINVAL : 0;
	return -EINVAL;
}

int units__duration(const char *text, __u64 *ns)
{
	return parse(text, DURATIONS, sizeof(DURATIONS) / sizeof(DURATIONS[0]), ns);
}

int units__size(const char *text, __u64 *bytes)
{
	return parse(text, SIZES, sizeof(SIZES) / sizeof(SIZES[0]), bytes);
}

const char *units__bytes(char *buf, size_t len, __u64 bytes)
{
	static const char *const NAMES[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double value = bytes;
	int i = 0;

	for (; value >= 1024 && i < 4; i++)
		value /= 1024;
	snprintf(buf, len, i ? "%.1f %s" : "%.0f %s", value, NAMES[i]);
	return buf;
}

__u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}
