/*
 * filter.c: tcpdump filters over packet records.
 *
 * What must hold: a compiled filter only loads bytes that the record holds. This is proved when the filter
 * is compiled, by following its program through every shape a built frame can have (shapes[]). Within a
 * shape the bytes that make it up (ethertype, protocol, fragment) are constants, so only the branches that
 * a packet of this shape can take are followed. cBPF jumps forward only: one pass in program order visits
 * each instruction after all that lead to it.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <linux/if_ether.h>
#include <pcap/pcap.h>
#include "analyzer/filter/filter.h"
#include "analyzer/filter/headers.h"

/* Loads from here on are the kernel's ancillary data, not bytes of the packet: SKF_AD_OFF of linux/filter.h. */
#define ANCILLARY 0xfffff000u

struct filter {
	struct bpf_program program;
};

/* ---- what a program loads ---------------------------------------------------------------------- */

struct value {
	bool known;
	uint32_t v;
};

/* What is known before an instruction; merged over all ways to it. */
struct state {
	bool reached;
	struct value a, x, mem[BPF_MEMWORDS];
};

struct shape {
	uint8_t frame[HEADERS_MAX];
	uint8_t worth[HEADERS_MAX];
	size_t len;
};

struct walk {
	const struct bpf_insn *insns;
	unsigned n;
	struct state *states; /* n */
	const struct shape *shape;
	struct trace_error *err;
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
	if (offset < 12)
		return trace_error__set(w->err, -EINVAL,
					"the filter asks for a MAC address (byte %u of the frame), which packet records do not "
					"hold: filter by IP address, port, protocol or VLAN",
					offset);
	if (offset >= ANCILLARY)
		return trace_error__set(w->err, -EINVAL,
					"the filter asks for the direction or the interface (inbound, outbound, ifindex), which it "
					"cannot see: filter by header fields");
	if (offset >= w->shape->len)
		return trace_error__set(w->err, -EINVAL,
					"the filter asks for payload (byte %u of the frame), which packet records do not hold: "
					"filter by header fields",
					offset);
	return trace_error__set(w->err, -EINVAL,
				"the filter asks for a header field that packet records do not hold (byte %u of the frame, such "
				"as a checksum, window, flow label or header length): filter by address, port, protocol, flags, "
				"sequence number or length",
				offset);
}

static int load_frame(struct walk *w, uint32_t offset, unsigned size, struct value *out)
{
	bool constant = true;
	uint32_t v = 0;

	for (uint32_t i = offset; i < offset + size; i++) {
		if (i >= w->shape->len || w->shape->worth[i] == BYTE_UNRECORDED)
			return refuse(w, i);
		if (w->shape->worth[i] != BYTE_SHAPE)
			constant = false;
		v = v << 8 | w->shape->frame[i];
	}
	*out = (struct value){ constant, constant ? v : 0 };
	return 0;
}

static unsigned load_size(const struct bpf_insn *in)
{
	return BPF_SIZE(in->code) == BPF_W ? 4 : BPF_SIZE(in->code) == BPF_H ? 2 : 1;
}

static int load(struct walk *w, const struct bpf_insn *in, struct state *s)
{
	switch (BPF_MODE(in->code)) {
	case BPF_IMM:
		s->a = (struct value){ true, in->k };
		return 0;
	case BPF_MEM:
		s->a = s->mem[in->k % BPF_MEMWORDS];
		return 0;
	case BPF_LEN:
		s->a.known = false;
		return 0;
	case BPF_ABS:
		return in->k > UINT16_MAX ? refuse(w, in->k) : load_frame(w, in->k, load_size(in), &s->a);
	case BPF_IND:
		if (!s->x.known || s->x.v + (uint64_t)in->k > UINT16_MAX)
			return refuse(w, HEADERS_MAX);
		return load_frame(w, s->x.v + in->k, load_size(in), &s->a);
	}
	return -EINVAL;
}

/* The header length that IPv4 port filters load: frames are built without options, so it is always 20. */
static int load_x(struct walk *w, const struct bpf_insn *in, struct state *s)
{
	switch (BPF_MODE(in->code)) {
	case BPF_IMM:
		s->x = (struct value){ true, in->k };
		return 0;
	case BPF_MEM:
		s->x = s->mem[in->k % BPF_MEMWORDS];
		return 0;
	case BPF_LEN:
		s->x.known = false;
		return 0;
	case BPF_MSH:
		if (in->k >= w->shape->len)
			return refuse(w, in->k);
		s->x = (struct value){ true, 4u * (w->shape->frame[in->k] & 0xf) };
		return 0;
	}
	return -EINVAL;
}

static void compute(const struct bpf_insn *in, struct state *s)
{
	struct value b = BPF_SRC(in->code) == BPF_X ? s->x : (struct value){ true, in->k };
	bool known = s->a.known && (b.known || BPF_OP(in->code) == BPF_NEG);
	uint32_t a = s->a.v;

	switch (BPF_OP(in->code)) {
	case BPF_ADD: a += b.v; break;
	case BPF_SUB: a -= b.v; break;
	case BPF_MUL: a *= b.v; break;
	case BPF_AND: a &= b.v; break;
	case BPF_OR: a |= b.v; break;
	case BPF_XOR: a ^= b.v; break;
	case BPF_LSH: a = b.v < 32 ? a << b.v : 0; break;
	case BPF_RSH: a = b.v < 32 ? a >> b.v : 0; break;
	case BPF_NEG: a = 0 - a; break;
	default: known = false; break;
	}
	s->a = (struct value){ known, known ? a : 0 };
}

static int jump(struct walk *w, unsigned pc, const struct state *s)
{
	const struct bpf_insn *in = &w->insns[pc];
	struct value b = BPF_SRC(in->code) == BPF_X ? s->x : (struct value){ true, in->k };
	bool taken = false;

	if (BPF_OP(in->code) == BPF_JA)
		return reach(w, pc + 1 + in->k, s);
	switch (BPF_OP(in->code)) {
	case BPF_JEQ: taken = s->a.v == b.v; break;
	case BPF_JGT: taken = s->a.v > b.v; break;
	case BPF_JGE: taken = s->a.v >= b.v; break;
	case BPF_JSET: taken = s->a.v & b.v; break;
	}
	if (s->a.known && b.known)
		return reach(w, pc + 1 + (taken ? in->jt : in->jf), s);
	TRY(reach(w, pc + 1 + in->jt, s));
	return reach(w, pc + 1 + in->jf, s);
}

static int step(struct walk *w, unsigned pc)
{
	const struct bpf_insn *in = &w->insns[pc];
	struct state s = w->states[pc];

	switch (BPF_CLASS(in->code)) {
	case BPF_LD:
		TRY(load(w, in, &s));
		break;
	case BPF_LDX:
		TRY(load_x(w, in, &s));
		break;
	case BPF_ST:
		s.mem[in->k % BPF_MEMWORDS] = s.a;
		break;
	case BPF_STX:
		s.mem[in->k % BPF_MEMWORDS] = s.x;
		break;
	case BPF_ALU:
		compute(in, &s);
		break;
	case BPF_JMP:
		return jump(w, pc, &s);
	case BPF_RET:
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

static int walk_shape(const struct bpf_program *program, const struct shape *shape, struct trace_error *err)
{
	struct walk w = { .insns = program->bf_insns, .n = program->bf_len, .shape = shape, .err = err };
	int rc = 0;

	w.states = calloc(w.n, sizeof(*w.states));
	if (!w.states)
		return trace_error__set(err, -ENOMEM, "out of memory while checking the filter");
	w.states[0].reached = true;
	for (unsigned pc = 0; pc < w.n && rc == 0; pc++)
		if (w.states[pc].reached)
			rc = step(&w, pc);
	free(w.states);
	return rc;
}

/* ---- every shape of a frame -------------------------------------------------------------------- */

/* What is asked about: a program, and what is not known of the packets it will see (see filter.h). */
struct question {
	const struct bpf_program *program;
	const struct rec_packet *unknown;
	struct trace_error *err;
};

static void set_unknown(struct rec_packet *p, const struct rec_packet *unknown)
{
	p->tos = unknown->tos;
	p->ttl = unknown->ttl;
	p->tcp_flags = unknown->tcp_flags;
	p->ip_len = unknown->ip_len;
	p->seq = unknown->seq;
	p->ack = unknown->ack;
	if (p->ethertype == ETH_P_IP) /* in IPv6 it would make the packet a fragment */
		p->ip_id = unknown->ip_id;
}

/* The bytes that an unknown field would change are those that are not recorded. */
static void forget_unknown(struct shape *shape, const struct rec_packet *p, const struct rec_packet *unknown)
{
	struct rec_packet other = *p;
	uint8_t frame[HEADERS_MAX];
	size_t len;

	set_unknown(&other, unknown);
	len = headers__build(&other, frame, NULL);
	for (size_t i = 0; i < len && i < shape->len; i++)
		if (frame[i] != shape->frame[i])
			shape->worth[i] = BYTE_UNRECORDED;
}

static int walk_packet(const struct question *q, struct rec_packet *p)
{
	struct shape shape = { .len = 0 };

	for (unsigned vlan = 0; vlan < 2; vlan++) {
		p->vlan = (__u16)vlan;
		shape.len = headers__build(p, shape.frame, shape.worth);
		forget_unknown(&shape, p, q->unknown);
		TRY(walk_shape(q->program, &shape, q->err));
	}
	return 0;
}

static int walk_ip(const struct question *q, __u16 ethertype)
{
	static const __u16 v4_frags[] = { 0, 0x4000, 0x2000, 0x2001, 0x0001 };
	static const __u16 v6_frags[] = { 0, 0x0001, 0x0009, 0x0008 };
	bool v4 = ethertype == ETH_P_IP;
	size_t n_frags = v4 ? sizeof(v4_frags) / sizeof(*v4_frags) : sizeof(v6_frags) / sizeof(*v6_frags);

	for (unsigned proto = 0; proto < 256; proto++) {
		if (!v4 && proto == IPPROTO_FRAGMENT) /* is in front of a protocol, never one itself */
			continue;
		for (size_t j = 0; j < n_frags; j++) {
			struct rec_packet p = { .ethertype = ethertype, .proto = (__u8)proto };

			p.frag = v4 ? v4_frags[j] : v6_frags[j];
			TRY(walk_packet(q, &p));
		}
	}
	return 0;
}

static bool is_tag(uint32_t k)
{
	return k == ETH_P_8021Q || k == ETH_P_8021AD || k == 0x9100;
}

/* What no path has to be followed for. */
static int check_instruction(const struct question *q, const struct bpf_insn *in)
{
	bool loads_len = (BPF_CLASS(in->code) == BPF_LD || BPF_CLASS(in->code) == BPF_LDX) && BPF_MODE(in->code) == BPF_LEN;

	if (in->code == (BPF_JMP | BPF_JA) && in->k >= q->program->bf_len) /* backwards: only protochain does that */
		return trace_error__set(q->err, -EINVAL,
					"the filter walks a chain of headers (protochain), which packet records do not hold: use "
					"proto");
	if (loads_len && q->unknown->len)
		return trace_error__set(q->err, -EINVAL, "the filter asks for the length of the packet, which is not known here");
	if (BPF_CLASS(in->code) == BPF_JMP && is_tag(in->k) && q->unknown->vlan)
		return trace_error__set(q->err, -EINVAL, "the filter asks for a VLAN tag, which is not known here");
	return 0;
}

/* Constants that may be ethertypes; a record's ethertype is behind tags. */
static bool is_candidate(const struct bpf_insn *in)
{
	return BPF_CLASS(in->code) == BPF_JMP && in->k <= UINT16_MAX && in->k != ETH_P_IP && in->k != ETH_P_IPV6 &&
	       !is_tag(in->k);
}

/* Any other ethertype only matters when the program compares with it, so its constants are the ones to try. */
static int check_loads(const struct question *q)
{
	struct rec_packet llc = { .ethertype = ETH_P_802_2 };

	for (unsigned pc = 0; pc < q->program->bf_len; pc++)
		TRY(check_instruction(q, &q->program->bf_insns[pc]));
	TRY(walk_packet(q, &llc));
	TRY(walk_ip(q, ETH_P_IP));
	TRY(walk_ip(q, ETH_P_IPV6));
	for (unsigned pc = 0; pc < q->program->bf_len; pc++) {
		const struct bpf_insn *in = &q->program->bf_insns[pc];
		struct rec_packet p = { .ethertype = (__u16)in->k };

		if (is_candidate(in))
			TRY(walk_packet(q, &p));
	}
	return 0;
}

/* ---- interface --------------------------------------------------------------------------------- */

int filter__compile_for(struct filter **out, const char *expression, const struct rec_packet *unknown,
			struct trace_error *err)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65535);
	struct filter *f = calloc(1, sizeof(*f));
	int rc;

	*out = NULL;
	if (!pcap || !f) {
		rc = trace_error__set(err, -ENOMEM, "out of memory while compiling the filter");
	} else if (pcap_compile(pcap, &f->program, expression, 1, PCAP_NETMASK_UNKNOWN) != 0) {
		rc = trace_error__set(err, -EINVAL, "bad filter '%s': %s; the syntax is that of tcpdump, see pcap-filter(7)",
				      expression, pcap_geterr(pcap));
	} else {
		rc = check_loads(&(struct question){ &f->program, unknown, err });
	}
	if (pcap)
		pcap_close(pcap);
	if (rc == 0)
		*out = f;
	else
		filter__free(f);
	return rc;
}

int filter__compile(struct filter **out, const char *expression, struct trace_error *err)
{
	static const struct rec_packet everything_known;

	return filter__compile_for(out, expression, &everything_known, err);
}

bool filter__match(const struct filter *f, const struct rec_packet *p)
{
	uint8_t frame[HEADERS_MAX];
	size_t len = headers__build(p, frame, NULL);

	return bpf_filter(f->program.bf_insns, frame, p->len, (u_int)len) != 0;
}

void filter__free(struct filter *f)
{
	if (!f)
		return;
	pcap_freecode(&f->program);
	free(f);
}
