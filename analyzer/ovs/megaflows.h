/*
 * megaflows.h: the flows user space puts into the datapath, from put to delete, by their unique id.
 *
 * A put is stored when it is seen, the end when the flow is deleted or the recording ends.
 */
#ifndef ANALYZER_MEGAFLOWS_H
#define ANALYZER_MEGAFLOWS_H

#include "analyzer/ovs/ovs_flow.h"
#include "analyzer/sweep/pass.h"

enum { MEGAFLOWS = 1 << 17, FLOW_CMD_MAX = 2112 /* bytes of a command that are recorded: 11 parts */ };

/* A command with all its parts. */
struct flow_command {
	struct rec_flow_cmd head; /* of the first part; rec.ts is the return */
	struct ovs_flow flow;
	struct ovs_tuple tuple;
	bool has_tuple;
	bool complete;
	__u64 upcall_ns; /* the oldest upcall it answers; 0: none */
};

struct megaflows;

struct megaflows *megaflows__new(struct sweep *s); /* NULL when out of memory */

void megaflows__put(struct megaflows *m, const struct flow_command *c);
void megaflows__set(struct megaflows *m, const struct flow_command *c);
void megaflows__delete(struct megaflows *m, const struct flow_command *c);
void megaflows__flush(struct megaflows *m, const struct flow_command *c);

/* Stores the ends of those that are left, and what was left out. */
void megaflows__store(struct megaflows *m);

void megaflows__free(struct megaflows *m); /* NULL is allowed */

#endif
