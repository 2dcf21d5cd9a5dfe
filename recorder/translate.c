/*
 * translate.c: classic BPF into eBPF (translate.h).
 *
 * Registers: r6 snapshot, r7 A, r8 X, r9 readable bytes; r0 to r5 are free. All of A and X are 32 bits,
 * so every operation on them is a 32-bit one, whose result the kernel extends with zeros. On the stack:
 * the wire length, the packet's address, room for bytes read from the packet, and the scratch memory.
 *
 * The verifier refuses code that no path leads to. Instructions of the program that cannot be reached
 * are left out, and the unused end of the room hangs on a branch that is never taken: the verifier
 * finds that out by itself and removes both.
 */
#include "translate.h"

#include <linux/filter.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "emitter.h"

enum { VARIABLE_READS = 64 }; /* snapshot for programs with computed offsets: behind most layer 4 ports */

/* ---- the rest of the instruction set ----------------------------------------------------------- */

/* A shift of 32 or more leaves nothing; eBPF would take it modulo 32. */
static void put_shift(struct emitter *e, const struct classic_insn *c)
{
	int op = BPF_OP(c->code);
	size_t big, done;

	if (BPF_SRC(c->code) == BPF_K) {
		if (c->k < 32)
			emitter__put_alu32(e, op, A, c->k);
		else
			emitter__put_alu32(e, BPF_MOV, A, 0);
		return;
	}
	big = emitter__put_branch(e, INSN(BPF_JMP32 | BPF_JGT | BPF_K, X, 0, 0, 31));
	emitter__put_alu32_reg(e, op, A, X);
	done = emitter__put_branch(e, INSN(BPF_JMP | BPF_JA, 0, 0, 0, 0));
	emitter__land(e, big);
	emitter__put_alu32(e, BPF_MOV, A, 0);
	emitter__land(e, done);
}

static int put_arithmetic(struct emitter *e, const struct classic_insn *c)
{
	bool by_x = BPF_SRC(c->code) == BPF_X, divides = BPF_OP(c->code) == BPF_DIV || BPF_OP(c->code) == BPF_MOD;

	switch (BPF_OP(c->code)) {
	case BPF_NEG:
		emitter__put(e, INSN(BPF_ALU | BPF_NEG, A, 0, 0, 0));
		return 0;
	case BPF_LSH:
	case BPF_RSH:
		put_shift(e, c);
		return 0;
	case BPF_ADD: case BPF_SUB: case BPF_MUL: case BPF_DIV: case BPF_MOD: case BPF_AND: case BPF_OR: case BPF_XOR:
		break;
	default:
		return -EINVAL;
	}
	if (divides && by_x) /* the interpreter rejects the packet */
		emitter__put_to(e, INSN(BPF_JMP32 | BPF_JEQ | BPF_K, X, 0, 0, 0), TARGET_REJECT);
	else if (divides && !c->k)
		return -EINVAL;
	if (by_x)
		emitter__put_alu32_reg(e, BPF_OP(c->code), A, X);
	else
		emitter__put_alu32(e, BPF_OP(c->code), A, c->k);
	return 0;
}

static int inverse(int op)
{
	switch (op) {
	case BPF_JEQ:
		return BPF_JNE;
	case BPF_JGT:
		return BPF_JLE;
	case BPF_JGE:
		return BPF_JLT;
	}
	return -1;
}

static int put_jump(struct emitter *e, const struct classic_insn *c, size_t at)
{
	int op = BPF_OP(c->code), src = BPF_SRC(c->code), not_op = inverse(op);
	int yes = at + 1 + c->jt, no = at + 1 + c->jf;

	if (op == BPF_JA) {
		emitter__put_goto(e, at + 1 + c->k);
		return 0;
	}
	if (op != BPF_JEQ && op != BPF_JGT && op != BPF_JGE && op != BPF_JSET)
		return -EINVAL;
	if (yes == no) {
		emitter__put_goto(e, yes);
	} else if (!c->jt && not_op >= 0) {
		emitter__put_to(e, INSN(BPF_JMP32 | not_op | src, A, src == BPF_X ? X : 0, 0,
				      src == BPF_X ? 0 : c->k), no);
	} else {
		emitter__put_to(e, INSN(BPF_JMP32 | op | src, A, src == BPF_X ? X : 0, 0,
				      src == BPF_X ? 0 : c->k), yes);
		if (c->jf)
			emitter__put_goto(e, no);
	}
	return 0;
}

static int put_read(struct emitter *e, const struct classic_insn *c)
{
	int reg = BPF_CLASS(c->code) == BPF_LD ? A : X, size = BPF_SIZE(c->code);

	switch (BPF_MODE(c->code)) {
	case BPF_IMM:
		emitter__put_alu32(e, BPF_MOV, reg, c->k);
		return size == BPF_W ? 0 : -EINVAL;
	case BPF_LEN:
		emitter__put_load(e, BPF_W, reg, BPF_REG_10, STACK_WIRE);
		return size == BPF_W ? 0 : -EINVAL;
	case BPF_MEM:
		emitter__put_load(e, BPF_W, reg, BPF_REG_10, STACK_MEM - 4 * (int)(c->k % BPF_MEMWORDS));
		return size == BPF_W && c->k < BPF_MEMWORDS ? 0 : -EINVAL;
	case BPF_ABS:
		emitter__put_absolute(e, size, reg, c->k);
		return reg == A && size != BPF_DW ? 0 : -EINVAL;
	case BPF_IND:
		emitter__put_indirect(e, size, reg, c->k);
		return reg == A && size != BPF_DW ? 0 : -EINVAL;
	case BPF_MSH: /* the length of an IPv4 header */
		emitter__put_absolute(e, BPF_B, reg, c->k);
		emitter__put_alu32(e, BPF_AND, reg, 15);
		emitter__put_alu32(e, BPF_LSH, reg, 2);
		return reg == X && size == BPF_B ? 0 : -EINVAL;
	}
	return -EINVAL;
}

static int put_return(struct emitter *e, const struct classic_insn *c)
{
	if (BPF_RVAL(c->code) == BPF_K) {
		emitter__put_goto(e, c->k ? TARGET_ACCEPT : TARGET_REJECT);
		return 0;
	}
	if (BPF_RVAL(c->code) != BPF_A)
		return -EINVAL;
	emitter__put_to(e, INSN(BPF_JMP32 | BPF_JNE | BPF_K, A, 0, 0, 0), TARGET_ACCEPT);
	emitter__put_goto(e, TARGET_REJECT);
	return 0;
}

static int put_insn(struct emitter *e, const struct classic_insn *c, size_t at)
{
	switch (BPF_CLASS(c->code)) {
	case BPF_LD:
	case BPF_LDX:
		return put_read(e, c);
	case BPF_ST:
	case BPF_STX:
		emitter__put_store32(e, STACK_MEM - 4 * (int)(c->k % BPF_MEMWORDS),
				     BPF_CLASS(c->code) == BPF_ST ? A : X);
		return c->k < BPF_MEMWORDS ? 0 : -EINVAL;
	case BPF_ALU:
		return put_arithmetic(e, c);
	case BPF_JMP:
		return put_jump(e, c, at);
	case BPF_RET:
		return put_return(e, c);
	case BPF_MISC:
		if (BPF_MISCOP(c->code) == BPF_TAX)
			emitter__put_alu32_reg(e, BPF_MOV, X, A);
		else
			emitter__put_alu32_reg(e, BPF_MOV, A, X);
		return BPF_MISCOP(c->code) == BPF_TAX || BPF_MISCOP(c->code) == BPF_TXA ? 0 : -EINVAL;
	}
	return -EINVAL;
}

/* ---- the program as a whole -------------------------------------------------------------------- */

static int refuse_jump(const struct classic_insn *c, size_t at, size_t n, struct trace_error *err)
{
	if (BPF_OP(c->code) == BPF_JA && (__s32)c->k < 0)
		return trace_error__set(err, -EINVAL,
					"it loops over headers (protochain), which the kernel does not run; name the header "
					"to expect, such as \"ip6[6] = 0 and ip6[40] = 17\"");
	return trace_error__set(err, -EINVAL, "instruction %zu of %zu jumps out of the program", at, n);
}

/* Marks what `at` leads to. */
static int reach(const struct classic_insn *prog, size_t n, size_t at, bool *reached, struct trace_error *err)
{
	const struct classic_insn *c = &prog[at];
	__u64 to[2] = { at + 1, at + 1 };

	if (BPF_CLASS(c->code) == BPF_RET)
		return 0;
	if (BPF_CLASS(c->code) == BPF_JMP && BPF_OP(c->code) == BPF_JA) {
		to[0] = to[1] = (__u64)at + 1 + c->k;
	} else if (BPF_CLASS(c->code) == BPF_JMP) {
		to[0] += c->jt;
		to[1] += c->jf;
	}
	for (int i = 0; i < 2; i++) {
		if (to[i] >= n)
			return refuse_jump(c, at, n, err);
		reached[to[i]] = true;
	}
	return 0;
}

static int refuse_insn(const struct classic_insn *c, size_t at, struct trace_error *err)
{
	return trace_error__set(err, -EINVAL, "instruction %zu of the compiled filter (code %#x, k %#x) is unknown", at,
				c->code, c->k);
}

/* The kernel gives loads from here on another meaning, such as the type of the packet or its device. */
static bool asks_the_kernel(const struct classic_insn *c)
{
	return BPF_CLASS(c->code) == BPF_LD && BPF_MODE(c->code) == BPF_ABS && c->k >= 0xffe00000;
}

static int translate_body(struct emitter *e, const struct classic_insn *prog, size_t n, bool *reached,
			  struct trace_error *err)
{
	reached[0] = true;
	for (size_t i = 0; i < n; i++) {
		e->start[i] = e->n;
		if (!reached[i])
			continue;
		if (asks_the_kernel(&prog[i]))
			return trace_error__set(err, -EINVAL, "it asks for what the kernel knows beside the packet (offset "
							      "%#x); only headers can be asked for", prog[i].k);
		TRY(reach(prog, n, i, reached, err));
		if (put_insn(e, &prog[i], i) < 0)
			return refuse_insn(&prog[i], i, err);
	}
	return 0;
}

/* Arguments, registers, and the scratch memory the program uses. */
static void put_prologue(struct emitter *e, const struct classic_insn *prog, size_t n)
{
	__u32 used = 0;

	emitter__put_alu32(e, BPF_MOV, BPF_REG_0, 0);
	emitter__put_to(e, INSN(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_0, 0, 0, 0), TARGET_END);
	emitter__put_alu64_reg(e, BPF_MOV, SNAPSHOT, BPF_REG_1);
	emitter__put_alu64_reg(e, BPF_MOV, READABLE, BPF_REG_2);
	emitter__put_store32(e, STACK_WIRE, BPF_REG_3);
	emitter__put(e, INSN(BPF_STX | BPF_MEM | BPF_DW, BPF_REG_10, BPF_REG_4, STACK_ORIGIN, 0));
	emitter__put_alu32(e, BPF_MOV, A, 0);
	emitter__put_alu32(e, BPF_MOV, X, 0);
	for (size_t i = 0; i < n; i++)
		if ((BPF_CLASS(prog[i].code) == BPF_LD || BPF_CLASS(prog[i].code) == BPF_LDX) &&
		    BPF_MODE(prog[i].code) == BPF_MEM)
			used |= 1u << prog[i].k % BPF_MEMWORDS;
	for (int i = 0; i < BPF_MEMWORDS; i++)
		if (used & 1u << i)
			emitter__put_store32(e, STACK_MEM - 4 * i, A);
}

static size_t put_result(struct emitter *e, bool wanted, int value)
{
	size_t at = e->n;

	if (wanted) {
		emitter__put_alu32(e, BPF_MOV, BPF_REG_0, value);
		emitter__put(e, INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
	}
	return at;
}

static void link_jumps(struct emitter *e, size_t reject, size_t accept, size_t end)
{
	for (size_t i = 0; i < e->n; i++) {
		size_t to;

		switch (e->target[i]) {
		case TARGET_NONE:
			continue;
		case TARGET_REJECT:
			to = reject;
			break;
		case TARGET_ACCEPT:
			to = accept;
			break;
		case TARGET_END:
			to = end;
			break;
		default:
			to = e->start[e->target[i]];
		}
		e->out[i].off = to - i - 1;
	}
}

static int translate(struct emitter *e, const struct classic_insn *prog, size_t n, bool *reached,
		     struct trace_error *err)
{
	size_t reject, accept, end;

	put_prologue(e, prog, n);
	TRY(translate_body(e, prog, n, reached, err));
	reject = put_result(e, e->rejects, 0);
	accept = put_result(e, e->accepts, 1);
	end = e->n;
	if (end >= e->room)
		return trace_error__set(err, -E2BIG,
					"it is too long: %zu instructions where there is room for %zu; shorten it, for "
					"example by a net instead of many hosts, or filter later with netanalyze", end + 1,
					e->room);
	link_jumps(e, reject, accept, end);
	while (e->n < e->room - 1)
		emitter__put(e, INSN(BPF_JMP | BPF_JA, 0, 0, 0, 0));
	emitter__put(e, INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
	return 0;
}

__u32 translate__snapshot(const struct classic_insn *prog, size_t n)
{
	__u32 most = 16;

	for (size_t i = 0; i < n; i++) {
		int class = BPF_CLASS(prog[i].code), mode = BPF_MODE(prog[i].code);
		__u64 end = (__u64)prog[i].k + emitter__bytes_of(BPF_SIZE(prog[i].code));

		if ((class != BPF_LD || (mode != BPF_ABS && mode != BPF_IND)) && (class != BPF_LDX || mode != BPF_MSH))
			continue;
		if (class == BPF_LD && mode == BPF_IND)
			end = VARIABLE_READS;
		if (end <= TRANSLATE_SNAPSHOT_MAX && end > most)
			most = end;
	}
	return (most + 7) / 8 * 8;
}

int translate__classic(const struct classic_insn *prog, size_t n, unsigned skew, __u32 snapshot, struct bpf_insn *out,
		       size_t room, struct trace_error *err)
{
	struct emitter e = { .out = out, .room = room, .skew = skew, .snapshot = snapshot };
	bool *reached = calloc(n + 1, sizeof(*reached));
	int ret;

	e.target = calloc(room + 1, sizeof(*e.target));
	e.start = calloc(n + 1, sizeof(*e.start));
	if (!n || room > 0x7fff)
		ret = trace_error__set(err, -EINVAL, "it has no instructions, or too many");
	else if (!reached || !e.target || !e.start)
		ret = trace_error__set(err, -ENOMEM, "out of memory");
	else
		ret = translate(&e, prog, n, reached, err);
	free(reached);
	free(e.target);
	free(e.start);
	return ret;
}
