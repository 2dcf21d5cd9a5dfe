/*
 * cbpf.c: see cbpf.h.
 *
 * Nearly every packet is decided by running(): an interpreter like libpcap's that gives up at a byte it does not know.
 * Then, and to check a shape, all ways through the program are followed that the unknown values leave open. cBPF jumps
 * forward only: one pass in program order visits each instruction after all that lead to it.
 */
#include "analyzer/filter/cbpf.h"

#include <errno.h>
#include <stdlib.h>
#include <pcap/pcap.h>

/* Loads from here on are the kernel's ancillary data, not bytes of the packet: SKF_AD_OFF of linux/filter.h. */
#define ANCILLARY 0xfffff000u

enum { MACS = 12 };

static unsigned load_size(const struct bpf_insn *in)
{
	return BPF_SIZE(in->code) == BPF_W ? 4 : BPF_SIZE(in->code) == BPF_H ? 2 : 1;
}

static uint32_t alu(const struct bpf_insn *in, uint32_t a, uint32_t b)
{
	switch (BPF_OP(in->code)) {
	case BPF_ADD: return a + b;
	case BPF_SUB: return a - b;
	case BPF_MUL: return a * b;
	case BPF_DIV: return b ? a / b : 0;
	case BPF_MOD: return b ? a % b : 0;
	case BPF_AND: return a & b;
	case BPF_OR: return a | b;
	case BPF_XOR: return a ^ b;
	case BPF_LSH: return b < 32 ? a << b : 0;
	case BPF_RSH: return b < 32 ? a >> b : 0;
	default: return 0 - a; /* BPF_NEG */
	}
}

static bool takes(const struct bpf_insn *in, uint32_t a, uint32_t b)
{
	switch (BPF_OP(in->code)) {
	case BPF_JEQ: return a == b;
	case BPF_JGT: return a > b;
	case BPF_JGE: return a >= b;
	default: return a & b; /* BPF_JSET */
	}
}

/* The interpreter rejects the packet. */
static bool divides_by_zero(const struct bpf_insn *in, uint32_t b)
{
	return (BPF_OP(in->code) == BPF_DIV || BPF_OP(in->code) == BPF_MOD) && b == 0;
}

/* ---- where all bytes are known -------------------------------------------------------------------- */

enum loaded { LOADED, BEYOND, MISSING };

static enum loaded load(const struct frame *f, uint64_t offset, unsigned size, enum frame_byte least, uint32_t *v,
			uint32_t *missing)
{
	*v = 0;
	if (offset + size > f->readable)
		return BEYOND;
	for (uint64_t i = offset; i < offset + size; i++) {
		if (i >= f->len || f->worth[i] < least) {
			*missing = (uint32_t)i;
			return MISSING;
		}
		*v = *v << 8 | f->bytes[i];
	}
	return LOADED;
}

struct machine {
	uint32_t a, x, mem[BPF_MEMWORDS];
};

static enum loaded get(const struct bpf_insn *in, const struct frame *f, struct machine *m, uint32_t *missing)
{
	uint32_t *to = BPF_CLASS(in->code) == BPF_LD ? &m->a : &m->x, v;
	enum loaded got = LOADED;

	switch (BPF_MODE(in->code)) {
	case BPF_IMM: v = in->k; break;
	case BPF_MEM: v = m->mem[in->k % BPF_MEMWORDS]; break;
	case BPF_LEN: v = f->wire; break;
	case BPF_IND: got = load(f, (uint64_t)m->x + in->k, load_size(in), BYTE_RECORDED, &v, missing); break;
	case BPF_MSH:
		got = load(f, in->k, 1, BYTE_LENGTH, &v, missing);
		v = 4 * (v & 0xf);
		break;
	default: got = load(f, in->k, load_size(in), BYTE_RECORDED, &v, missing); break;
	}
	if (got == LOADED)
		*to = v;
	return got;
}

static int running(const struct bpf_program *p, const struct frame *f, uint32_t *missing)
{
	struct machine m = { 0 };
	enum loaded got;

	for (unsigned pc = 0; pc < p->bf_len; pc++) {
		const struct bpf_insn *in = &p->bf_insns[pc];
		uint32_t b = BPF_SRC(in->code) == BPF_X ? m.x : in->k;

		switch (BPF_CLASS(in->code)) {
		case BPF_LD:
		case BPF_LDX:
			got = get(in, f, &m, missing);
			if (got != LOADED)
				return got == BEYOND ? VERDICT_NO : VERDICT_UNKNOWN;
			break;
		case BPF_ST: m.mem[in->k % BPF_MEMWORDS] = m.a; break;
		case BPF_STX: m.mem[in->k % BPF_MEMWORDS] = m.x; break;
		case BPF_ALU:
			if (divides_by_zero(in, b))
				return VERDICT_NO;
			m.a = alu(in, m.a, b);
			break;
		case BPF_JMP: pc += BPF_OP(in->code) == BPF_JA ? in->k : takes(in, m.a, b) ? in->jt : in->jf; break;
		case BPF_RET: return (BPF_RVAL(in->code) == BPF_A ? m.a : in->k) != 0;
		case BPF_MISC:
			if (BPF_MISCOP(in->code) == BPF_TAX)
				m.x = m.a;
			else
				m.a = m.x;
			break;
		}
	}
	return VERDICT_NO;
}

/* ---- all ways through the program ------------------------------------------------------------------ */

struct value {
	bool known;
	uint32_t v;
};

/* What is known before an instruction; merged over all ways to it. */
struct state {
	bool reached;
	struct value a, x, mem[BPF_MEMWORDS];
};

struct walk {
	const struct bpf_insn *insns;
	unsigned n;
	struct state *states; /* n */
	const struct frame *f;
	struct trace_error *err; /* of a check; NULL: for a verdict */
	bool yes, no;            /* can end so */
};

static void merge_value(struct value *into, const struct value *from)
{
	if (!from->known || from->v != into->v)
		into->known = false;
}

static int reach(struct walk *w, unsigned pc, const struct state *from)
{
	struct state *to;

	if (pc >= w->n)
		return -EINVAL;
	to = &w->states[pc];
	if (!to->reached) {
		*to = *from;
		to->reached = true;
		return 0;
	}
	merge_value(&to->a, &from->a);
	merge_value(&to->x, &from->x);
	for (int i = 0; i < BPF_MEMWORDS; i++)
		merge_value(&to->mem[i], &from->mem[i]);
	return 0;
}

static int refuse(struct walk *w, uint32_t offset)
{
	if (offset >= ANCILLARY)
		return trace_error__set(w->err, -EINVAL,
					"the filter asks for the direction or the interface (inbound, outbound, ifindex), which it "
					"cannot see: filter by header fields");
	if (offset < MACS && w->f->ethernet)
		return trace_error__set(w->err, -EINVAL,
					"the filter asks for a MAC address (byte %u of the frame), which is not known here: filter "
					"by IP address, port, protocol or VLAN",
					offset);
	if (offset >= w->f->len)
		return trace_error__set(w->err, -EINVAL,
					"the filter asks for payload (byte %u of the frame), which packet records do not hold: "
					"filter by header fields",
					offset);
	return trace_error__set(w->err, -EINVAL,
				"the filter asks for a header field that packet records do not hold (byte %u of the frame, such "
				"as a checksum, window or header length): filter by address, port, protocol, flags, sequence "
				"number or length",
				offset);
}

/* In a check only what follows from the shape is known. */
static int load_value(struct walk *w, uint64_t offset, unsigned size, bool length, struct value *out)
{
	enum frame_byte least = w->err ? BYTE_SHAPE : length ? BYTE_LENGTH : BYTE_RECORDED;

	*out = (struct value){ true, 0 };
	for (uint64_t i = offset; i < offset + size; i++) {
		enum frame_byte worth = i < w->f->len ? w->f->worth[i] : BYTE_UNRECORDED;

		if (w->err && worth < BYTE_RECORDED)
			return refuse(w, (uint32_t)i);
		out->known &= worth >= least;
		out->v = out->v << 8 | (worth ? w->f->bytes[i] : 0);
	}
	if (!out->known)
		out->v = 0;
	return 0;
}

/* -ENODATA: the way ends here, the packet has no such byte. */
static int load_any(struct walk *w, const struct bpf_insn *in, const struct state *s, struct value *out)
{
	unsigned size = load_size(in);

	switch (BPF_MODE(in->code)) {
	case BPF_IMM:
		*out = (struct value){ true, in->k };
		return 0;
	case BPF_MEM:
		*out = s->mem[in->k % BPF_MEMWORDS];
		return 0;
	case BPF_LEN:
		*out = (struct value){ !w->err, w->err ? 0 : w->f->wire };
		return 0;
	case BPF_IND:
		if (!s->x.known) {
			w->no = true; /* it may be beyond the end */
			*out = (struct value){ false, 0 };
			return 0;
		}
	}
	uint64_t offset = in->k + (uint64_t)(BPF_MODE(in->code) == BPF_IND ? s->x.v : 0);

	if (w->err && offset >= ANCILLARY)
		return refuse(w, (uint32_t)offset);
	if (!w->err && offset + size > w->f->readable)
		return -ENODATA;
	TRY(load_value(w, offset, size, BPF_MODE(in->code) == BPF_MSH, out));
	if (BPF_MODE(in->code) == BPF_MSH)
		out->v = 4 * (out->v & 0xf);
	return 0;
}

static void compute(struct walk *w, const struct bpf_insn *in, struct state *s)
{
	struct value b = BPF_SRC(in->code) == BPF_X ? s->x : (struct value){ true, in->k };
	bool known = s->a.known && (b.known || BPF_OP(in->code) == BPF_NEG);

	if (divides_by_zero(in, b.v))
		w->no = true;
	s->a = (struct value){ known, known ? alu(in, s->a.v, b.v) : 0 };
}

static int jump(struct walk *w, unsigned pc, const struct state *s)
{
	const struct bpf_insn *in = &w->insns[pc];
	struct value b = BPF_SRC(in->code) == BPF_X ? s->x : (struct value){ true, in->k };

	if (BPF_OP(in->code) == BPF_JA)
		return reach(w, pc + 1 + in->k, s);
	if (s->a.known && b.known)
		return reach(w, pc + 1 + (takes(in, s->a.v, b.v) ? in->jt : in->jf), s);
	TRY(reach(w, pc + 1 + in->jt, s));
	return reach(w, pc + 1 + in->jf, s);
}

static void end(struct walk *w, const struct bpf_insn *in, const struct state *s)
{
	struct value v = BPF_RVAL(in->code) == BPF_A ? s->a : (struct value){ true, in->k };

	w->yes |= !v.known || v.v;
	w->no |= !v.known || !v.v;
}

static int step(struct walk *w, unsigned pc)
{
	const struct bpf_insn *in = &w->insns[pc];
	struct state s = w->states[pc];
	int rc;

	switch (BPF_CLASS(in->code)) {
	case BPF_LD:
	case BPF_LDX:
		rc = load_any(w, in, &s, BPF_CLASS(in->code) == BPF_LD ? &s.a : &s.x);
		if (rc == -ENODATA) {
			w->no = true;
			return 0;
		}
		TRY(rc);
		break;
	case BPF_ST:
		s.mem[in->k % BPF_MEMWORDS] = s.a;
		break;
	case BPF_STX:
		s.mem[in->k % BPF_MEMWORDS] = s.x;
		break;
	case BPF_ALU:
		compute(w, in, &s);
		break;
	case BPF_JMP:
		return jump(w, pc, &s);
	case BPF_RET:
		end(w, in, &s);
		return 0;
	case BPF_MISC:
		if (BPF_MISCOP(in->code) == BPF_TAX)
			s.x = s.a;
		else
			s.a = s.x;
		break;
	}
	return reach(w, pc + 1, &s);
}

static int walk(struct walk *w)
{
	int rc = 0;

	w->states = calloc(w->n, sizeof(*w->states));
	if (!w->states)
		return -ENOMEM;
	w->states[0] = (struct state){ .reached = true, .a.known = true, .x.known = true };
	for (unsigned pc = 0; pc < w->n && rc == 0; pc++)
		if (w->states[pc].reached)
			rc = step(w, pc);
	free(w->states);
	return rc;
}

/* ---- interface ------------------------------------------------------------------------------------- */

int cbpf__run(const struct bpf_program *program, const struct frame *f, uint32_t *missing)
{
	struct walk w = { .insns = program->bf_insns, .n = program->bf_len, .f = f };
	int verdict = running(program, f, missing);

	if (verdict != VERDICT_UNKNOWN)
		return verdict;
	TRY(walk(&w));
	return w.yes && w.no ? VERDICT_UNKNOWN : w.yes ? VERDICT_YES : VERDICT_NO;
}

int cbpf__check(const struct bpf_program *program, const struct frame *shape, struct trace_error *err)
{
	struct trace_error unused = { 0 };
	struct walk w = { .insns = program->bf_insns, .n = program->bf_len, .f = shape, .err = err ? err : &unused };
	int rc = walk(&w);

	return rc == -ENOMEM ? trace_error__set(err, rc, "out of memory while checking the filter") : rc;
}
