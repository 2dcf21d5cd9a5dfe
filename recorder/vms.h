/* vms.h: the virtual machines of the host, and how they are connected, into the trace. */
#ifndef RECORDER_VMS_H
#define RECORDER_VMS_H

#include "sink.h"

enum { VMS_ARGS = 4000 };

/*
 * Defines a vm for every process named qemu… and for every other one that has /dev/kvm open. That takes a look at
 * every open file: with `all` of every process, else of those that had it open last time, whose numbers `known` keeps
 * for us.
 * Takes the sink's lock itself.
 */
void vms__sample(struct sink *s, struct intern *known, bool all);

/*
 * What a command line (`len` bytes, each argument with a NUL) says about networking and CPUs: arguments with their
 * values, separated by spaces, in args; its name in name, "" without one. Nothing else of it: it may hold secrets.
 */
void vms__read_command(const char *line, size_t len, char name[128], char args[VMS_ARGS]);

#endif
