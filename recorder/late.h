/*
 * late.h: probes at functions of modules that are loaded while a recording runs.
 *
 * A host may load openvswitch, tun or vhost_net long after netrec was started, or unload one and load it again.
 * Modules are looked at once a round of the sampler; when there are others, what could not be attached is tried again,
 * and so is what was attached in a module that has been replaced since.
 */
#ifndef RECORDER_LATE_H
#define RECORDER_LATE_H

#include "attach.h"
#include "sink.h"

struct late {
	struct attach *attach;
	struct plan *plan;
	struct means *means;
};

/* Looks, and attaches what has become possible; the recording is told. From the sampler's thread only. */
void late__look(struct late *l, struct sink *sink);

#endif
