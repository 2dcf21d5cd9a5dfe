/* privilege.h: what netrec may do, and giving up what it no longer needs. */
#ifndef RECORDER_PRIVILEGE_H
#define RECORDER_PRIVILEGE_H

#include <stdbool.h>

/* May this process load and attach tracing programs? */
bool privilege__can_bpf(void);

/* Is the kernel locked down to confidentiality, where BPF may not read kernel memory? */
bool privilege__locked_down(void);

/*
 * Is this a PID namespace of its own, where the kernel numbers threads otherwise than /proc does, and its iterators
 * show only the threads inside?
 */
bool privilege__inner_pids(void);

/*
 * Gives up, in the calling thread, every capability but CAP_SYS_ADMIN (entering network namespaces, program statistics),
 * CAP_SYS_PTRACE (finding the namespaces of other users' processes) and CAP_NET_ADMIN (numbering namespaces).
 */
void privilege__drop(void);

/*
 * Lets this process open as many files as the kernel allows: programs, links and maps are files. Before any is opened;
 * restore_files() in a child that goes on as another program.
 */
void privilege__raise_files(void);
void privilege__restore_files(void);

/* How many files may be open if those are too few for every probe of a large host; 0 when there is room. */
unsigned privilege__few_files(void);

/* The ones that stay, for people. */
const char *privilege__kept(void);

#endif
