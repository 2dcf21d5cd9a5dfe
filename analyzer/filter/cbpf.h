/*
 * cbpf.h: classic BPF, as libpcap makes it, over frames of which not every byte is known.
 */
#ifndef ANALYZER_CBPF_H
#define ANALYZER_CBPF_H

#include "analyzer/filter/frame.h"
#include "format/error.h"

struct bpf_program;

enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_UNKNOWN };

/*
 * What the program decides about the packet, whatever the bytes are that are not recorded. VERDICT_UNKNOWN: that
 * depends on them; *missing is the offset of the first. -ENOMEM when out of memory.
 */
int cbpf__run(const struct bpf_program *program, const struct frame *f, uint32_t *missing);

/*
 * Can the program be answered for every packet of this shape? Bytes that are BYTE_RECORDED may have any value. -EINVAL:
 * it asks for one that is not recorded, or for what no frame has.
 */
int cbpf__check(const struct bpf_program *program, const struct frame *shape, struct trace_error *err);

#endif
