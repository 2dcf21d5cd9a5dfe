/* units.h: what time it is, and durations and sizes as people write them. */
#ifndef RECORDER_UNITS_H
#define RECORDER_UNITS_H

#include <stddef.h>
#include <linux/types.h>

/* "500ms", "10s", "5m", "1h", "100us", "0": into ns. A unit is required except for 0. -EINVAL when it is none. */
int units__duration(const char *text, __u64 *ns);

/* "4096", "64K", "10M", "1G" (powers of 1024): into bytes. -EINVAL when it is none. */
int units__size(const char *text, __u64 *bytes);

/* CLOCK_MONOTONIC, ns. */
__u64 now_ns(void);

/* A size in short: "3.2 MiB". */
const char *units__bytes(char *buf, size_t len, __u64 bytes);

#endif
