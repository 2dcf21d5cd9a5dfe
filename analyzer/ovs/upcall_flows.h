/*
 * upcall_flows.h: the flows whose packets went up to user space, those with most upcalls.
 *
 * In a storm there are more flows than fit: those with few upcalls are forgotten first (base/heavy.h), and that is said.
 */
#ifndef ANALYZER_UPCALL_FLOWS_H
#define ANALYZER_UPCALL_FLOWS_H

#include "analyzer/sweep/pass.h"

struct upcall_flows;

/* The flow of an upcall, which another one may have replaced meanwhile. */
struct upcall_flow {
	__u32 place; /* 0: none */
	__u64 serial;
};

struct upcall_flows *upcall_flows__new(void); /* NULL when out of memory */
void upcall_flows__free(struct upcall_flows *f); /* NULL is allowed */

/* One more upcall of its flow. */
struct upcall_flow upcall_flows__count(struct upcall_flows *f, const struct rec_upcall *r);

/* The upcall was not taken. `flow` has a place. */
void upcall_flows__refuse(struct upcall_flows *f, struct upcall_flow flow);

/* Stores those with most upcalls, and what was left out. */
void upcall_flows__store(const struct upcall_flows *f, struct sweep *s);

#endif
