/*
 * detach.h: takes programs off the kernel without letting netrec wait for it.
 *
 * A function's last program costs the kernel a tenth of a second, whatever the CPU: unregister_ftrace_function() waits
 * for two kinds of RCU tasks, and perf_kprobe_destroy() for other RCU, with a mutex held that no two can hold.
 */
#ifndef RECORDER_DETACH_H
#define RECORDER_DETACH_H

#include <stddef.h>
#include <sys/types.h>

struct bpf_link;

/*
 * Detaches what `n` links stand for, NULL being none, for 0.2 s in this process, then in a child that goes on
 * alone; the links are NULL afterwards. Threads must have ended. Returns the child, which has that many left to detach,
 * or 0 when all is done.
 */
pid_t detach__begin(struct bpf_link **links[], size_t n, unsigned *left);

/* Likewise all of them, in this process, as long as it takes. */
void detach__all(struct bpf_link **links[], size_t n);

#endif
