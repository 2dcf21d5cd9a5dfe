/*
 * wanted_devices.h: the devices that --iface and --netns name.
 *
 * Names become numbers as devices are seen, before the recording begins and whenever the sampler comes
 * by: one that appears later is taken in then.
 */
#ifndef RECORDER_WANTED_DEVICES_H
#define RECORDER_WANTED_DEVICES_H

#include "attach.h"
#include "options.h"

struct wanted_devices;

/* NULL without error when neither option was given. -EINVAL when there is no such namespace. */
int wanted_devices__open(struct wanted_devices **d, const struct record_options *o, struct trace_error *err);
void wanted_devices__close(struct wanted_devices *d);

/* From now on what is found is told to the programs; whole namespaces at once. `d` may be NULL, here and below. */
int wanted_devices__bind(struct wanted_devices *d, struct attach *a, struct trace_error *err);

/* There is a device of this name. */
void wanted_devices__seen(struct wanted_devices *d, __u32 netns, __u32 ifindex, const char *name, size_t len);

/* A wanted name of which no device was seen so far, from the i-th on; NULL: none. */
const char *wanted_devices__missing(const struct wanted_devices *d, size_t *i);

#endif
