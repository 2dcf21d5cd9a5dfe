/*
 * translate.h: classic BPF, as libpcap makes it, into eBPF that runs over a snapshot of a packet's head.
 *
 * The result is the whole body of a BPF function of four arguments: the snapshot, how many bytes of the
 * packet can be read (u64), its length on the wire (u32), and the address the snapshot was copied from
 * (u64). It returns 1 for a packet that matches and 0 for one that does not, exactly as libpcap's own
 * interpreter decides, which rejects a packet when the filter reads beyond its end.
 */
#ifndef RECORDER_TRANSLATE_H
#define RECORDER_TRANSLATE_H

#include <stddef.h>
#include <linux/types.h>
#include "format/error.h"

struct bpf_insn; /* of <linux/bpf.h>; libpcap has another struct of that name, so none is included here */

/* One instruction of classic BPF. */
struct classic_insn {
	__u16 code;
	__u8 jt, jf;
	__u32 k;
};

/*
 * How many bytes the snapshot should have for this program, 16 to TRANSLATE_SNAPSHOT_MAX, a multiple of
 * 8: all it reads at fixed offsets, and what it usually reads at others. What lies behind is read from
 * the packet itself when the program asks for it.
 */
enum { TRANSLATE_SNAPSHOT_MAX = 128 };
__u32 translate__snapshot(const struct classic_insn *prog, size_t n);

/*
 * Fills the `room` instructions at `out`: those behind the program's end are never run, and the
 * kernel's verifier removes them. `skew`: the snapshot's address, modulo 4. `snapshot`: its size.
 * -EINVAL for what cannot be translated, -E2BIG when there is no room: *err names the cause.
 */
int translate__classic(const struct classic_insn *prog, size_t n, unsigned skew, __u32 snapshot, struct bpf_insn *out,
		       size_t room, struct trace_error *err);

#endif
