/*
 * emitter.h: appends eBPF instructions: those of a translated filter (translate.c), which says what its registers and
 * stack hold.
 */
#ifndef RECORDER_EMITTER_H
#define RECORDER_EMITTER_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>

enum { A = BPF_REG_7, X = BPF_REG_8, SNAPSHOT = BPF_REG_6, READABLE = BPF_REG_9 };
enum { STACK_WIRE = -8, STACK_ORIGIN = -16, STACK_BYTES = -24, STACK_MEM = -28 }; /* M[i] at STACK_MEM - 4 * i */

/* Values of `target` that are not places in the classic program. */
enum { TARGET_NONE = -1, TARGET_REJECT = -2, TARGET_ACCEPT = -3, TARGET_END = -4 };

struct emitter {
	struct bpf_insn *out;
	size_t n, room; /* n may exceed room: then it only counts */
	int *target;    /* of each instruction: which classic instruction it jumps to, or TARGET_* */
	size_t *start;  /* of each classic instruction: where its code begins */
	unsigned skew;
	__u32 snapshot;
	bool rejects, accepts; /* does anything go there? */
};

#define INSN(c, dst, src, offset, immediate) \
	((struct bpf_insn){ .code = (c), .dst_reg = (dst), .src_reg = (src), .off = (offset), .imm = (immediate) })

/* Appends a jump to `target`: a classic instruction, or TARGET_*. */
void emitter__put_to(struct emitter *e, struct bpf_insn insn, int target);

/* Appends an instruction. */
void emitter__put(struct emitter *e, struct bpf_insn insn);

/* A 32-bit operation with a number, or with another register; a 64-bit one. */
void emitter__put_alu32(struct emitter *e, int op, int reg, __u32 k);
void emitter__put_alu32_reg(struct emitter *e, int op, int reg, int with);
void emitter__put_alu64_reg(struct emitter *e, int op, int reg, int with);

/* Loads `size` (BPF_B, …) from base + offset; stores 32 bits on the stack. */
void emitter__put_load(struct emitter *e, int size, int reg, int base, int offset);
void emitter__put_store32(struct emitter *e, int offset, int reg);

/* A jump. */
void emitter__put_goto(struct emitter *e, int target);

/* A jump whose target is not known yet: its place, for emitter__land(), which makes it lead to the next instruction. */
size_t emitter__put_branch(struct emitter *e, struct bpf_insn insn);
void emitter__land(struct emitter *e, size_t branch);

/* Of BPF_W, BPF_H or BPF_B. */
unsigned emitter__bytes_of(int size);

/* Reads `size` big-endian bytes of the packet at k, or at X + k; rejects the packet where it ends before. */
void emitter__put_absolute(struct emitter *e, int size, int reg, __u32 k);
void emitter__put_indirect(struct emitter *e, int size, int reg, __u32 k);

#endif
