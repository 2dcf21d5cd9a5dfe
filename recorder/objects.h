/* objects.h: the BPF objects that are part of netrec, one for each bpf/NAME.bpf.c. */
#ifndef RECORDER_OBJECTS_H
#define RECORDER_OBJECTS_H

#include <stddef.h>

struct object {
	const char *name;
	const void *(*elf)(size_t *size); /* its bytes */
};

/* Object i, NULL after the last. They are loaded in this order. */
const struct object *objects__get(size_t i);

#endif
