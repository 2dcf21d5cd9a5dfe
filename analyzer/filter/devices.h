/*
 * devices.h: devices by their names as tables print them (schema/fn/device.sql): eth0, in another network namespace
 * eth0 (blue).
 */
#ifndef ANALYZER_DEVICES_H
#define ANALYZER_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "format/error.h"

enum { MAX_IFACES = 64 }; /* names that a command takes */

struct named_device {
	__u32 netns, ifindex;
	char *text;
	bool chosen;
};

struct devices { /* all zero: none */
	struct named_device *list;
	size_t n;
};

/* netns_name: "" for the recorder's own namespace, NULL when it is not known. Returns 0 or -ENOMEM. */
int devices__add(struct devices *d, __u32 netns, __u32 ifindex, const char *name, const char *netns_name);

/* Leaves those that have one of these names. -EINVAL when one is no device's; the sentence has names that are near. */
int devices__choose(struct devices *d, const char *const *names, size_t n, struct trace_error *err);

/* The names, with commas between. Free it. NULL when out of memory. */
char *devices__text(const char *const *names, size_t n);

bool devices__has(const struct devices *d, __u32 netns, __u32 ifindex);
void devices__free(struct devices *d);

#endif
