/*
 * make_trace.h: what the parts of make_trace share: the host they are on, and how records are added.
 */
#ifndef TESTS_CLI_MAKE_TRACE_H
#define TESTS_CLI_MAKE_TRACE_H

#include <stdbool.h>
#include <string.h>
#include "format/writer.h"

enum { OWN = 4026531840u, BLUE = 4026532200u, ETH0 = 2, VETH0 = 5, STACK_DROP = 1, STACK_SLEEP = 2 };

#define START 1000000000000ull /* of the recording, CLOCK_MONOTONIC */
#define WALL 1795348800000000000ull /* 2026-11-22T12:00:00Z */
#define US 1000ull
#define MS 1000000ull
#define SECOND 1000000000ull

void add(unsigned cpu, void *record, unsigned type, __u64 ts);
void define(void *record, unsigned type);
void define_at(void *record, unsigned type, __u64 ts);
void define_probe(unsigned id, const char *name, unsigned type, unsigned stage, unsigned status, const char *detail);
struct rec_text text(const char *s);

#define ADD(cpu, name, at, ...) add(cpu, &(struct rec_##name){ __VA_ARGS__ }, REC_##name, at)
#define DEFINE(name, ...) define(&(struct rec_##name){ __VA_ARGS__ }, REC_##name)

void make_vm(void);
void make_ovs(void);
void make_odd(void);
__u64 make_pair(bool guest); /* returns when that ends */

#endif
