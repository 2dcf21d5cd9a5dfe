/*
 * filter.c: tcpdump filters over packet records.
 *
 * What must hold: what is answered is what libpcap would say of the packet itself. A compiled filter is tried on every
 * shape a frame that is built of fields can have, and refused if it asks for bytes that records of that shape never
 * hold. Within a shape the bytes that make it up (ethertype, protocol, fragment) are constants, so only the branches
 * that a packet of this shape can take are followed. What remains open is found out packet by packet, and counted.
 *
 * Where an expression moves its own offsets (format/host/expression.h) it reads bytes of any meaning on most shapes:
 * refusing it would say nothing.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <linux/if_ether.h>
#include <pcap/pcap.h>
#include "analyzer/filter/cbpf.h"
#include "analyzer/filter/filter.h"
#include "format/host/expression.h"

enum { SNAPLEN = 65535, MACS = 12, HEAD_BYTES = sizeof(((struct rec_head *)0)->bytes) };

struct filter {
	struct bpf_program l2, l3; /* for packets with an Ethernet header and without one */
	bool knows_l3; /* else none of the latter matches */
	bool tags;
	__u64 unknown, unknown_macs; /* verdicts that could not be given; of those, for want of MAC addresses */
	__u64 unknown_others; /* could not be given about other events than packets and drops */
	__u64 assumed; /* given without knowing about tags and extension headers */
	bool no_memory;
};

/* ---- every shape of a frame -------------------------------------------------------------------- */

/* What is asked about: a program, and what is not known of the packets it will see (see filter.h). */
struct question {
	const struct bpf_program *program;
	const struct rec_packet *unknown;
	struct trace_error *err;
};

/* Makes another packet of it that differs in all of these. */
static void set_unknown(struct rec_packet *p, const struct rec_packet *unknown)
{
	p->tos ^= unknown->tos;
	p->ttl ^= unknown->ttl;
	p->tcp_flags ^= unknown->tcp_flags;
	p->ip_len ^= unknown->ip_len;
	p->seq ^= unknown->seq;
	p->ack ^= unknown->ack;
	p->dmac ^= unknown->dmac;
	p->smac ^= unknown->smac;
	if (p->ethertype == ETH_P_IP) /* in IPv6 it would make the packet a fragment */
		p->ip_id ^= unknown->ip_id;
}

/* The bytes that an unknown field would change are those that are not recorded. */
static void forget_unknown(struct frame *shape, const struct rec_packet *p, const struct rec_packet *unknown)
{
	struct rec_packet other = *p;
	struct frame changed;

	set_unknown(&other, unknown);
	frame__build(&changed, &other, NULL, true);
	for (size_t i = 0; i < changed.len && i < shape->len; i++)
		if (changed.bytes[i] != shape->bytes[i])
			shape->worth[i] = BYTE_UNRECORDED;
}

/* Whatever it is, its first bytes are recorded. */
static void record_rest(struct frame *shape, size_t from)
{
	for (; shape->len < HEAD_BYTES; shape->len++)
		shape->bytes[shape->len] = 0;
	memset(shape->worth + from, BYTE_RECORDED, shape->len - from);
}

static bool has_fields(const struct rec_packet *p)
{
	return p->ethertype == ETH_P_IP || p->ethertype == ETH_P_IPV6;
}

static int walk_packet(const struct question *q, struct rec_packet *p)
{
	static const __u32 tags[] = { 0, (__u32)ETH_P_8021Q << 16 | 1, (__u32)ETH_P_8021AD << 16 | 1 };
	struct frame shape;

	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
		p->l2 = FRAME_KNOWN | FRAME_ETHERNET;
		p->tpid = tags[i] >> 16;
		p->vlan = (__u16)tags[i];
		frame__build(&shape, p, NULL, true);
		forget_unknown(&shape, p, q->unknown);
		if (!has_fields(p))
			record_rest(&shape, MACS + (p->tpid ? 6 : 2));
		TRY(cbpf__check(q->program, &shape, q->err));
	}
	return 0;
}

static bool is_extension(unsigned proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING || proto == IPPROTO_FRAGMENT ||
	       proto == IPPROTO_AH || proto == IPPROTO_DSTOPTS;
}

static int walk_ip(const struct question *q, __u16 ethertype)
{
	static const __u16 v4_frags[] = { 0, 0x4000, 0x2000, 0x2001, 0x0001 };
	bool v4 = ethertype == ETH_P_IP;
	size_t n_frags = v4 ? sizeof(v4_frags) / sizeof(*v4_frags) : 1;

	for (unsigned proto = 0; proto < 256; proto++) {
		if (!v4 && is_extension(proto)) /* then its first bytes are recorded */
			continue;
		for (size_t j = 0; j < n_frags; j++) {
			struct rec_packet p = { .ethertype = ethertype, .proto = (__u8)proto, .ip_len = 40 };

			p.frag = v4 ? v4_frags[j] : 0;
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
					"the filter walks a chain of headers (protochain), which the kernel does not run, "
					"and so is refused here, too: name the header to expect, such as \"ip6[6] = 0 "
					"and ip6[40] = 17\"");
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

static int check(const struct question *q, const char *expression)
{
	for (unsigned pc = 0; pc < q->program->bf_len; pc++)
		TRY(check_instruction(q, &q->program->bf_insns[pc]));
	return expression__trap(expression) ? 0 : check_loads(q);
}

/* ---- interface --------------------------------------------------------------------------------- */

static int compile(struct bpf_program *program, int link_type, const char *expression, struct trace_error *err)
{
	pcap_t *pcap = pcap_open_dead(link_type, SNAPLEN);
	int rc = 0;

	if (!pcap)
		return trace_error__set(err, -ENOMEM, "out of memory while compiling the filter");
	if (pcap_compile(pcap, program, expression, 1, PCAP_NETMASK_UNKNOWN) != 0)
		rc = trace_error__set(err, -EINVAL,
				      "bad filter '%s': %s; the syntax is that of tcpdump, see pcap-filter(7)", expression,
				      pcap_geterr(pcap));
	pcap_close(pcap);
	return rc;
}

int filter__compile_for(struct filter **out, const char *expression, const struct rec_packet *unknown,
			struct trace_error *err)
{
	struct filter *f = calloc(1, sizeof(*f));
	int rc;

	*out = NULL;
	if (!f)
		return trace_error__set(err, -ENOMEM, "out of memory while compiling the filter");
	rc = compile(&f->l2, DLT_EN10MB, expression, err);
	if (rc == 0)
		rc = check(&(struct question){ &f->l2, unknown, err }, expression);
	f->knows_l3 = rc == 0 && compile(&f->l3, DLT_RAW, expression, NULL) == 0;
	f->tags = expression__asks_for_tags(expression);
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

/* A segment that TCP has just handed to IP is decided about again when it has its IP header. */
static void count(struct filter *f, const struct rec_packet *p, const struct frame *frame, int verdict,
		  uint32_t missing)
{
	bool unfinished = p->l2 & FRAME_KNOWN && has_fields(p) && !p->ip_len && !(p->l2 & FRAME_HEAD);

	if (verdict == -ENOMEM)
		f->no_memory = true;
	else if (p->rec.type != REC_packet)
		f->unknown_others += verdict == VERDICT_UNKNOWN;
	else if (verdict != VERDICT_UNKNOWN)
		f->assumed += frame->assumed;
	else if (!unfinished)
		f->unknown++, f->unknown_macs += frame->ethernet && missing < MACS;
}

bool filter__match(struct filter *f, const struct rec_packet *p, const struct first_bytes *first)
{
	struct frame frame;
	uint32_t missing = 0;
	int verdict;

	frame__build(&frame, p, first, f->tags);
	if (!frame.ethernet && (!f->knows_l3 || !has_fields(p)))
		return false;
	verdict = cbpf__run(frame.ethernet ? &f->l2 : &f->l3, &frame, &missing);
	count(f, p, &frame, verdict, missing);
	return verdict == VERDICT_YES;
}

bool filter__remark(const struct filter *f, bool events, char *text, size_t size)
{
	char left_out[200] = "", assumed[200] = "", others[200] = "";

	if (!f || !(f->unknown || f->assumed || f->no_memory || (events && f->unknown_others)))
		return false;
	if (f->unknown)
		snprintf(left_out, sizeof(left_out),
			 "%llu records are left out because it asks for %s%s that they do not hold", f->unknown,
			 f->unknown_macs ? "MAC addresses" : "bytes",
			 f->unknown_macs && f->unknown_macs < f->unknown ? " and other bytes" : "");
	if (f->assumed)
		snprintf(assumed, sizeof(assumed),
			 "%llu tagged or IPv6 ones do not say whether there are more VLAN tags or extension headers, "
			 "and are taken to have none",
			 f->assumed);
	if (events && f->unknown_others)
		snprintf(others, sizeof(others),
			 "%llu events of TCP, connection tracking, fragments and Open vSwitch never hold what it asks for, "
			 "and are left out",
			 f->unknown_others);
	snprintf(text, size, "the filter cannot be answered exactly: %s%s%s%s%s%s",
		 f->no_memory ? "out of memory; " : "", left_out, *left_out && (*assumed || *others) ? "; " : "", assumed,
		 *assumed && *others ? "; " : "", others);
	return true;
}

void filter__free(struct filter *f)
{
	if (!f)
		return;
	pcap_freecode(&f->l2);
	pcap_freecode(&f->l3);
	free(f);
}
