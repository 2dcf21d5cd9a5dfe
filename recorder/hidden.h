/*
 * hidden.h: threads that the kernel keeps from BPF.
 *
 * Some hosted kernels run no BPF program while a thread of their own agent is current, not even in an interrupt
 * that happens to land on it. What is missed then is counted nowhere. Such threads are absent from the task
 * iterator as well but present in /proc, which is how they are found.
 */
#ifndef RECORDER_HIDDEN_H
#define RECORDER_HIDDEN_H

#include <stdbool.h>
#include <linux/types.h>

struct hidden;

/* Lists the threads of /proc but netrec's own. Call before the first walk over all tasks. NULL: out of memory. */
struct hidden *hidden__begin(void);

/* The walk reported this thread. */
void hidden__seen(struct hidden *h, __u32 tid);

/*
 * After the walk: writes "comm/tid, comm/tid, …" of the threads that it left out and that still live, as many as fit.
 * Returns how many there are.
 */
unsigned hidden__end(struct hidden *h, char *text, unsigned size);

void hidden__free(struct hidden *h);

#endif
