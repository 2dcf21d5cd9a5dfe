/* maps.h: the maps all BPF objects share: rings, lost counters, the control word, what is wanted. */
#ifndef RECORDER_MAPS_H
#define RECORDER_MAPS_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include "bpf/cpu_ring.h"
#include "bpf/shared.h"
#include "format/error.h"

enum { MAX_MAPS = 64 };

struct maps {
	struct shared_map {
		char name[32];
		int fd;
		bool ours; /* created here, not by an object that owns and closes it */
	} shared[MAX_MAPS];
	size_t n;
	int *rings; /* n_cpus; -1: the CPU was offline and has none */
	struct ring_ends *ring_ends; /* n_cpus */
	__u32 n_cpus;
	int devices_fd, rings_fd, bell_fd;
	const volatile __u64 *lost;
	volatile struct recorder_control *control;
	size_t lost_bytes, control_bytes, ends_bytes;
};

/* Creates them. `pids`: config's n_pids of them. -EPERM, -EOPNOTSUPP, -ENOMEM; close *m in any case. */
int maps__open(struct maps *m, const struct recorder_config *c, const __u32 *pids, struct trace_error *err);
void maps__close(struct maps *m);

/* Returns once every program that was running has ended; those that begin meanwhile see what was changed before. -errno. */
int maps__wait_programs(const struct maps *m);

/* Gives an opened object its config and every map that exists already; once it is loaded, others get its own. */
int maps__prepare(const struct maps *m, struct bpf_object *obj, const struct recorder_config *c);
int maps__remember(struct maps *m, struct bpf_object *obj);

#endif
