/*
 * attach.h: the BPF programs of a plan, loaded, attached and switched.
 *
 * Objects load independently and share maps; a program the kernel refuses costs its own probe and
 * nothing else. Everything is attached first and then enabled at once.
 */
#ifndef RECORDER_ATTACH_H
#define RECORDER_ATTACH_H

#include <sys/types.h>
#include "bpf/shared.h"
#include "capture_filter.h"
#include "plan.h"
#include "ring.h"

struct attach;

struct attach_opts {
	struct recorder_config config; /* what this kernel can, and the rings' chunks, attach__open() fills in */
	const __u32 *pids;             /* config.n_pids of them */
	const struct capture_filter *filter;   /* for config.filter & FILTER_PACKETS; stays the caller's, kept until the end */
};

/* Creates the shared maps. -EPERM, -EOPNOTSUPP, -ENOMEM. */
int attach__open(struct attach **a, const struct attach_opts *opts, const struct kernel_btf *k,
		 struct trace_error *err);

/*
 * Loads and attaches what the plan wants, disabled, and writes each probe's outcome into it.
 * Fails only when nothing at all could be attached.
 */
int attach__plan(struct attach *a, struct plan *plan, const struct means *m, struct trace_error *err);

/*
 * Modules have come or gone, and `m` is renewed: programs whose module was loaded again are attached to it as they
 * were to the one before. True when there were any; the plan says what became of their probes. A module that fentry
 * or fexit programs are attached in cannot be unloaded.
 */
bool attach__renew(struct attach *a, struct plan *plan, const struct means *m);

/* Packets at this device, or with ifindex 0 at any of the namespace, begin to be followed. -errno. */
int attach__want_device(struct attach *a, __u32 netns, __u32 ifindex);
void attach__unwant_device(struct attach *a, __u32 netns, __u32 ifindex);

/* Detaches the programs of probes that make this record, for good. Nobody attaches any meanwhile. */
void attach__leave_out(struct attach *a, __u16 record);

/*
 * Starts and stops recording, in all programs at once. Those that run at that moment still write to their rings, until
 * attach__settle() has waited for them, which may have to detach programs: nobody attaches any meanwhile.
 */
void attach__start(struct attach *a);
void attach__stop(struct attach *a);
void attach__settle(struct attach *a);

/* Detaches every program, as detach__begin() does. Rings, counters and program statistics stay. */
pid_t attach__detach(struct attach *a, unsigned *left);
void attach__close(struct attach *a);

__u32 attach__n_cpus(const struct attach *a);            /* possible CPUs */
__u64 attach__ring_bytes(const struct attach *a);        /* of each CPU */

/* Maps a CPU's ring, as ring__open(). Leaves *r alone where there is none: the CPU was offline. */
int attach__open_ring(const struct attach *a, __u32 cpu, struct ring *r, struct trace_error *err);

/* From now on a ring in which more than so many bytes wait rings the bell, a BPF ring buffer; 0: none does. */
void attach__wake_at(struct attach *a, __u64 bytes);
int attach__bell_fd(const struct attach *a);
const volatile __u64 *attach__lost(const struct attach *a); /* [cpu * LOST_TYPES + type] */
int attach__walk_tasks(const struct attach *a, size_t i); /* opens attached iterator i, caller closes; -ENOENT: no more */

/* After a walk: are threads numbered here as they are for us (/proc is not that of a PID namespace)? */
bool attach__same_pids(const struct attach *a);

/* After a walk: was every thread of /proc to be in it (no --pid or --comm, and /proc is not that of a PID namespace)? */
bool attach__walks_all(const struct attach *a);

/* What the kernel knows about attached program i; -ENOENT after the last. */
struct attach_program {
	__u16 probe;  /* id */
	__u16 record; /* type it produces */
	__u16 also;   /* type it produces besides, for another probe; 0: none */
	bool needed;  /* a skipped run is a lost record */
	__u64 runs, run_time; /* while statistics were enabled; run_time in ns */
	__u64 misses; /* skipped runs: it was already running on that CPU */
};
int attach__program(const struct attach *a, size_t i, struct attach_program *p);

#endif
