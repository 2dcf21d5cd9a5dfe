/* aim.h: which function each fentry and fexit program is for, told to the kernel without libbpf's search. */
#ifndef RECORDER_AIM_H
#define RECORDER_AIM_H

#include "means.h"

struct aim {
	const struct means *means; /* of what is loaded next */
	int handlers[2];           /* libbpf's, of fentry and fexit */
};

/* Takes care of the programs of all objects that are opened from now on. *a stays where it is. -ENOMEM. */
int aim__open(struct aim *a, struct trace_error *err);
void aim__close(struct aim *a);

#endif
