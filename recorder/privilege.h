/* privilege.h: what netrec may do, and giving up what it no longer needs. */
#ifndef RECORDER_PRIVILEGE_H
#define RECORDER_PRIVILEGE_H

#include <stdbool.h>

/* May this process load and attach tracing programs? */
bool privilege__can_bpf(void);

/* Is the kernel locked down to confidentiality, where BPF may not read kernel memory? */
bool privilege__locked_down(void);

/*
 * Gives up, in the calling thread, every capability but CAP_SYS_ADMIN (entering network namespaces,
 * program statistics) and CAP_SYS_PTRACE (finding the namespaces of other users' processes).
 */
void privilege__drop(void);

/* The ones that stay, for people. */
const char *privilege__kept(void);

#endif
