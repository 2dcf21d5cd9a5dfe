/*
 * emitter.c: appends eBPF instructions (emitter.h).
 *
 * The snapshot is on the caller's stack, where the verifier insists on aligned reads. The alignment of
 * fixed offsets is known; bytes at others are read one by one. A read is checked against the packet's
 * readable bytes first, as the interpreter does, and then against the snapshot.
 */
#include "emitter.h"

#include <linux/filter.h>

void emitter__put_to(struct emitter *e, struct bpf_insn insn, int target)
{
	if (e->n < e->room) {
		e->out[e->n] = insn;
		e->target[e->n] = target;
	}
	e->n++;
	e->rejects |= target == TARGET_REJECT;
	e->accepts |= target == TARGET_ACCEPT;
}

void emitter__put(struct emitter *e, struct bpf_insn insn)
{
	emitter__put_to(e, insn, TARGET_NONE);
}

/* ---- instructions ------------------------------------------------------------------------------ */

void emitter__put_alu32(struct emitter *e, int op, int reg, __u32 k)
{
	emitter__put(e, INSN(BPF_ALU | op | BPF_K, reg, 0, 0, k));
}

void emitter__put_alu32_reg(struct emitter *e, int op, int reg, int with)
{
	emitter__put(e, INSN(BPF_ALU | op | BPF_X, reg, with, 0, 0));
}

void emitter__put_alu64_reg(struct emitter *e, int op, int reg, int with)
{
	emitter__put(e, INSN(BPF_ALU64 | op | BPF_X, reg, with, 0, 0));
}

/* Adds an unsigned number; `spare` is overwritten when it does not fit into an instruction. */
static void put_add64(struct emitter *e, int reg, __u32 k, int spare)
{
	if (!k)
		return;
	if (k <= 0x7fffffff) {
		emitter__put(e, INSN(BPF_ALU64 | BPF_ADD | BPF_K, reg, 0, 0, k));
	} else {
		emitter__put_alu32(e, BPF_MOV, spare, k);
		emitter__put_alu64_reg(e, BPF_ADD, reg, spare);
	}
}

void emitter__put_load(struct emitter *e, int size, int reg, int base, int offset)
{
	emitter__put(e, INSN(BPF_LDX | BPF_MEM | size, reg, base, offset, 0));
}

void emitter__put_store32(struct emitter *e, int offset, int reg)
{
	emitter__put(e, INSN(BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, reg, offset, 0));
}

static void put_big_endian(struct emitter *e, int reg, int bits)
{
	emitter__put(e, INSN(BPF_ALU | BPF_END | BPF_TO_BE, reg, 0, 0, bits));
}

void emitter__put_goto(struct emitter *e, int target)
{
	emitter__put_to(e, INSN(BPF_JMP | BPF_JA, 0, 0, 0, 0), target);
}

/* A jump whose target is not known yet; emitter__land() makes it lead to the next instruction. */
size_t emitter__put_branch(struct emitter *e, struct bpf_insn insn)
{
	emitter__put(e, insn);
	return e->n - 1;
}

void emitter__land(struct emitter *e, size_t branch)
{
	if (branch < e->room)
		e->out[branch].off = e->n - branch - 1;
}
/* ---- reading the packet ------------------------------------------------------------------------ */

unsigned emitter__bytes_of(int size)
{
	return size == BPF_W ? 4 : size == BPF_H ? 2 : 1;
}

/* Big-endian bytes from base + offset, each by itself. */
static void put_bytes(struct emitter *e, int reg, int base, int offset, unsigned bytes)
{
	emitter__put_load(e, BPF_B, reg, base, offset);
	for (unsigned i = 1; i < bytes; i++) {
		emitter__put_load(e, BPF_B, BPF_REG_1, base, offset + i);
		emitter__put_alu32(e, BPF_LSH, reg, 8);
		emitter__put_alu32_reg(e, BPF_OR, reg, BPF_REG_1);
	}
}

static void put_fixed(struct emitter *e, int size, int reg, __u32 k)
{
	unsigned align = (e->skew + k) % 4;

	if (size == BPF_W && align == 0) {
		emitter__put_load(e, BPF_W, reg, SNAPSHOT, k);
		put_big_endian(e, reg, 32);
	} else if (size == BPF_W && align == 2) {
		emitter__put_load(e, BPF_H, reg, SNAPSHOT, k);
		emitter__put_load(e, BPF_H, BPF_REG_1, SNAPSHOT, k + 2);
		put_big_endian(e, reg, 16);
		put_big_endian(e, BPF_REG_1, 16);
		emitter__put_alu32(e, BPF_LSH, reg, 16);
		emitter__put_alu32_reg(e, BPF_OR, reg, BPF_REG_1);
	} else if (size == BPF_H && align % 2 == 0) {
		emitter__put_load(e, BPF_H, reg, SNAPSHOT, k);
		put_big_endian(e, reg, 16);
	} else {
		put_bytes(e, reg, SNAPSHOT, k, emitter__bytes_of(size));
	}
}

/* Rejects unless the offset in r2 plus `bytes` is readable. */
static void put_check(struct emitter *e, unsigned bytes)
{
	emitter__put_alu64_reg(e, BPF_MOV, BPF_REG_3, BPF_REG_2);
	put_add64(e, BPF_REG_3, bytes, BPF_REG_1);
	emitter__put_to(e, INSN(BPF_JMP | BPF_JGT | BPF_X, BPF_REG_3, READABLE, 0, 0), TARGET_REJECT);
}

/* Behind the snapshot, at the offset in r2: from the packet itself. */
static void put_distant(struct emitter *e, int size, int reg)
{
	emitter__put_load(e, BPF_DW, BPF_REG_3, BPF_REG_10, STACK_ORIGIN);
	emitter__put_alu64_reg(e, BPF_ADD, BPF_REG_3, BPF_REG_2);
	emitter__put_alu64_reg(e, BPF_MOV, BPF_REG_1, BPF_REG_10);
	emitter__put(e, INSN(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, 0, STACK_BYTES));
	emitter__put_alu32(e, BPF_MOV, BPF_REG_2, emitter__bytes_of(size));
	emitter__put(e, INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_probe_read_kernel));
	emitter__put_to(e, INSN(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_0, 0, 0, 0), TARGET_REJECT);
	emitter__put_load(e, size, reg, BPF_REG_10, STACK_BYTES);
	if (size != BPF_B)
		put_big_endian(e, reg, emitter__bytes_of(size) * 8);
}

void emitter__put_absolute(struct emitter *e, int size, int reg, __u32 k)
{
	__u64 end = (__u64)k + emitter__bytes_of(size);

	if (end <= e->snapshot) {
		emitter__put_to(e, INSN(BPF_JMP | BPF_JLT | BPF_K, READABLE, 0, 0, end), TARGET_REJECT);
		put_fixed(e, size, reg, k);
	} else {
		emitter__put_alu32(e, BPF_MOV, BPF_REG_2, k);
		put_check(e, emitter__bytes_of(size));
		put_distant(e, size, reg);
	}
}

void emitter__put_indirect(struct emitter *e, int size, int reg, __u32 k)
{
	unsigned bytes = emitter__bytes_of(size);
	size_t far, done;

	emitter__put_alu32_reg(e, BPF_MOV, BPF_REG_2, X);
	put_add64(e, BPF_REG_2, k, BPF_REG_1);
	put_check(e, bytes);
	if ((__u64)k + bytes > e->snapshot) {
		put_distant(e, size, reg);
		return;
	}
	far = emitter__put_branch(e, INSN(BPF_JMP | BPF_JGT | BPF_K, BPF_REG_2, 0, 0, e->snapshot - bytes));
	emitter__put_alu64_reg(e, BPF_MOV, BPF_REG_3, SNAPSHOT);
	emitter__put_alu64_reg(e, BPF_ADD, BPF_REG_3, BPF_REG_2);
	put_bytes(e, reg, BPF_REG_3, 0, bytes);
	done = emitter__put_branch(e, INSN(BPF_JMP | BPF_JA, 0, 0, 0, 0));
	emitter__land(e, far);
	put_distant(e, size, reg);
	emitter__land(e, done);
}
