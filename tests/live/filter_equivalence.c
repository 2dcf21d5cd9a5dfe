/*
 * filter_equivalence.c: does the translated capture filter decide as libpcap does?
 *
 *   filter_equivalence expressions FILE PACKETS   every expression of the file on every packet
 *   filter_equivalence random N SEED PACKETS      N random programs that libpcap holds valid, likewise
 *   filter_equivalence list FILE PACKETS          of every expression, which packets libpcap matches: EXPRESSION TAB N N …
 *
 * The kernel runs the filter, through the functions of bpf/packet_filter.h that decide about real packets; libpcap's
 * interpreter runs the original. Packets are cut at many lengths, have their VLAN tag in them or beside them,
 * and are looked at with and without their Ethernet header. Prints what it did, or the first differences.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* libpcap and the kernel both have a struct bpf_insn, libpcap and libbpf a struct bpf_program. */
#define bpf_insn pcap_insn
#define bpf_program pcap_program
#include <pcap/pcap.h>
#undef bpf_insn
#undef bpf_program

#include "bpf/shared.h"
#include "recorder/capture_filter.h"
#include "recorder/translate.h"
#include "tests/live/filter_verdict.skel.h"
#include "tests/live/packets.h"

enum { MAX_COMPLAINTS = 20 };

/* An instance of the program that evaluates one filter. */
struct kernel {
	struct bpf_object *object;
	unsigned char *packet; /* its bytes, in memory shared with the program */
	size_t mapped;
	int fd;
};

static unsigned long long n_verdicts, n_matches, n_differences;

/* ---- the kernel's side --------------------------------------------------------------------------- */

static int set_config(struct bpf_object *object, const struct capture_filter *f)
{
	struct recorder_config config = { .filter = FILTER_PACKETS, .filter_bytes = capture_filter__bytes(f) };
	struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata.config");

	return map ? bpf_map__set_initial_value(map, &config, sizeof(config)) : -1;
}

static bool kernel_open(struct kernel *k, const struct capture_filter *f, struct trace_error *err)
{
	size_t size;
	const void *elf = filter_verdict_bpf__elf_bytes(&size);
	void *copy = malloc(size);
	struct bpf_map *bss;

	memset(k, 0, sizeof(*k));
	memcpy(copy, elf, size);
	if (capture_filter__install(f, copy, size, err) < 0) {
		free(copy);
		return false;
	}
	k->object = bpf_object__open_mem(copy, size, NULL);
	free(copy);
	if (!k->object || set_config(k->object, f) || bpf_object__load(k->object)) {
		trace_error__set(err, -1, "the kernel refused the program");
		bpf_object__close(k->object);
		return false;
	}
	bss = bpf_object__find_map_by_name(k->object, ".bss");
	k->mapped = (bpf_map__value_size(bss) + 4095) / 4096 * 4096;
	k->packet = mmap(NULL, k->mapped, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(bss), 0);
	k->fd = bpf_program__fd(bpf_object__find_program_by_name(k->object, "verdict"));
	if (k->packet == MAP_FAILED)
		die("cannot map the packet");
	return true;
}

static void kernel_close(struct kernel *k)
{
	munmap(k->packet, k->mapped);
	bpf_object__close(k->object);
}

static bool kernel_verdict(struct kernel *k, __u64 readable, __u64 wire, __u64 tag, __u64 l2)
{
	__u64 args[] = { readable, wire, tag, l2 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(args));

	if (bpf_prog_test_run_opts(k->fd, &opts))
		die("the kernel does not run the program");
	return opts.retval;
}

/* ---- comparing ----------------------------------------------------------------------------------- */

static void compare(bool wanted, bool got, const char *what, const struct packet *p, const char *how, unsigned cut)
{
	n_verdicts++;
	n_matches += wanted;
	if (wanted == got)
		return;
	if (n_differences++ < MAX_COMPLAINTS)
		printf("%s: %s, %s, %u of %u bytes: libpcap says %d, the kernel %d\n", what, p->name, how, cut, p->len, wanted,
		       got);
}

static bool pcap_verdict(const struct pcap_program *prog, const unsigned char *bytes, unsigned cut, unsigned wire)
{
	struct pcap_pkthdr header = { .caplen = cut, .len = wire };

	return pcap_offline_filter(prog, &header, bytes) != 0;
}

static void compare_l2(struct kernel *k, const struct pcap_program *prog, const struct packet *p, unsigned cut,
		       const char *what)
{
	bool wanted = pcap_verdict(prog, p->bytes, cut, p->len);
	__u32 tag;

	memcpy(k->packet, p->bytes, p->len);
	compare(wanted, kernel_verdict(k, cut, p->len, 0, true), what, p, "whole", cut);
	if (!p->has_tag || cut < 18)
		return;
	tag = (__u32)p->bytes[12] << 24 | p->bytes[13] << 16 | p->bytes[14] << 8 | p->bytes[15];
	memmove(k->packet + 12, p->bytes + 16, p->len - 16);
	compare(wanted, kernel_verdict(k, cut - 4, p->len - 4, tag, true), what, p, "tag beside it", cut);
	compare(pcap_verdict(prog, k->packet, cut - 4, p->len - 4), kernel_verdict(k, cut - 4, p->len - 4, 0, true), what, p,
		"tag overlooked", cut);
}

static void compare_l3(struct kernel *k, const struct pcap_program *prog, const struct packet *p, unsigned cut,
		       const char *what)
{
	if (!p->has_l3 || cut < 14)
		return;
	memcpy(k->packet, p->bytes + 14, p->len - 14);
	compare(pcap_verdict(prog, p->bytes + 14, cut - 14, p->len - 14), kernel_verdict(k, cut - 14, p->len - 14, 0, false),
		what, p, "from layer 3", cut);
}

/* Whole, cut at every fifth byte, and where headers end. */
static unsigned next_cut(unsigned cut, unsigned len)
{
	static const unsigned ENDS[] = { 12, 13, 14, 16, 18, 34, 38, 42, 54, 58, 62, 127, 128, 129, 132 };
	unsigned next = cut + (cut < 150 ? 5 : 37);

	for (unsigned i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++)
		if (ENDS[i] > cut && ENDS[i] < next)
			next = ENDS[i];
	return cut < len && next > len ? len : next;
}

static void compare_all(const struct capture_filter *f, const struct pcap_program *l2, const struct pcap_program *l3,
			const char *what)
{
	struct trace_error err = { 0 };
	struct kernel k;

	if (!kernel_open(&k, f, &err)) {
		printf("%s: %s\n", what, err.text);
		n_differences++;
		return;
	}
	for (unsigned i = 0; i < n_packets; i++)
		for (unsigned cut = 0; cut <= packets[i].len; cut = next_cut(cut, packets[i].len)) {
			compare_l2(&k, l2, &packets[i], cut, what);
			if (l3)
				compare_l3(&k, l3, &packets[i], cut, what);
		}
	kernel_close(&k);
}

/* ---- expressions --------------------------------------------------------------------------------- */

static bool pcap_takes(int link_type, const char *expression, struct pcap_program *prog)
{
	pcap_t *pcap = pcap_open_dead(link_type, 262144);
	bool ok = !pcap_compile(pcap, prog, expression, 1, PCAP_NETMASK_UNKNOWN);

	pcap_close(pcap);
	return ok;
}

/* True when libpcap takes the expression. */
static bool check_expression(const char *text)
{
	struct trace_error err = { 0 };
	struct pcap_program l2, l3;
	struct capture_filter *f;
	bool takes_l3;

	if (!pcap_takes(DLT_EN10MB, text, &l2)) {
		if (!capture_filter__compile(&f, text, &err))
			die("%s: libpcap refuses it, netrec does not", text);
		printf("refused: %s\n", err.text);
		return false;
	}
	takes_l3 = pcap_takes(DLT_RAW, text, &l3);
	if (capture_filter__compile(&f, text, &err) < 0) {
		printf("%s\n", err.text);
		n_differences++;
		return true;
	}
	if (takes_l3 != capture_filter__knows_l3(f))
		die("%s: netrec does not say whether it knows layer 3", text);
	compare_all(f, &l2, takes_l3 ? &l3 : NULL, text);
	capture_filter__free(f);
	pcap_freecode(&l2);
	if (takes_l3)
		pcap_freecode(&l3);
	return true;
}

static int check_expressions(const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned n = 0, refused = 0;
	char line[LINE];

	if (!f)
		die("cannot open %s", path);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (!*line || *line == '#')
			continue;
		if (check_expression(line))
			n++;
		else
			refused++;
	}
	fclose(f);
	printf("%u expressions (%u more refused by both), %u packets: %llu verdicts, %llu of them matches, %llu differences\n",
	       n, refused, n_packets, n_verdicts, n_matches, n_differences);
	return n_differences || n < 300;
}

/* From 1; "refused" when libpcap does not take the expression. */
static int list_matches(const char *path)
{
	FILE *f = fopen(path, "r");
	struct pcap_program l2;
	char line[LINE];

	if (!f)
		die("cannot open %s", path);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (!*line || *line == '#')
			continue;
		printf("%s\t", line);
		if (!pcap_takes(DLT_EN10MB, line, &l2)) {
			puts("refused");
			continue;
		}
		for (unsigned i = 0; i < n_packets; i++)
			if (pcap_verdict(&l2, packets[i].bytes, packets[i].len, packets[i].len))
				printf("%u ", i + 1);
		putchar('\n');
		pcap_freecode(&l2);
	}
	fclose(f);
	return 0;
}

/* ---- random programs ----------------------------------------------------------------------------- */

static unsigned below(unsigned n)
{
	return random() % n;
}

static unsigned random_offset(void)
{
	return below(20) ? below(10) ? below(80) : below(300) : (unsigned)random() << 1;
}

static unsigned random_value(void)
{
	static const unsigned SOME[] = { 0, 1, 4, 6, 0x11, 0x800, 0x0a000001, 0x80000000, 0xffffffff };

	return below(2) ? SOME[below(sizeof(SOME) / sizeof(SOME[0]))] : below(2) ? below(256) : (unsigned)random() << 1;
}

static struct classic_insn random_load(void)
{
	static const unsigned SIZES[] = { BPF_W, BPF_H, BPF_B };

	switch (below(8)) {
	case 0: return (struct classic_insn){ BPF_LDX | BPF_MSH | BPF_B, 0, 0, random_offset() };
	case 1: return (struct classic_insn){ (below(2) ? BPF_LD : BPF_LDX) | BPF_IMM, 0, 0, below(2) ? below(64) : random_value() };
	case 2: return (struct classic_insn){ (below(2) ? BPF_LD : BPF_LDX) | BPF_MEM, 0, 0, below(BPF_MEMWORDS) };
	case 3: return (struct classic_insn){ (below(2) ? BPF_LD : BPF_LDX) | BPF_W | BPF_LEN, 0, 0, 0 };
	case 4: case 5: return (struct classic_insn){ BPF_LD | BPF_IND | SIZES[below(3)], 0, 0, random_offset() };
	}
	return (struct classic_insn){ BPF_LD | BPF_ABS | SIZES[below(3)], 0, 0, random_offset() };
}

static struct classic_insn random_arithmetic(void)
{
	static const unsigned OPS[] = { BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_MOD, BPF_AND, BPF_OR, BPF_XOR, BPF_LSH, BPF_RSH,
					BPF_NEG };
	unsigned op = OPS[below(sizeof(OPS) / sizeof(OPS[0]))];

	if (op == BPF_NEG)
		return (struct classic_insn){ BPF_ALU | BPF_NEG, 0, 0, 0 };
	if (below(2))
		return (struct classic_insn){ BPF_ALU | op | BPF_X, 0, 0, 0 };
	if (op == BPF_LSH || op == BPF_RSH) /* the interpreter's shift by 32 and more is not defined */
		return (struct classic_insn){ BPF_ALU | op | BPF_K, 0, 0, below(32) };
	return (struct classic_insn){ BPF_ALU | op | BPF_K, 0, 0, random_value() };
}

/* An instruction with `left` behind it. */
static struct classic_insn random_insn(unsigned left)
{
	static const unsigned JUMPS[] = { BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET };

	switch (below(10)) {
	case 0: case 1: case 2: case 3:
		return random_load();
	case 4: case 5:
		return random_arithmetic();
	case 6:
		return (struct classic_insn){ below(2) ? BPF_ST : BPF_STX, 0, 0, below(BPF_MEMWORDS) };
	case 7:
		return (struct classic_insn){ BPF_MISC | (below(2) ? BPF_TAX : BPF_TXA), 0, 0, 0 };
	case 8:
		if (!below(8))
			return (struct classic_insn){ BPF_JMP | BPF_JA, 0, 0, below(left) };
		if (!below(16))
			return (struct classic_insn){ BPF_RET | (below(2) ? BPF_A : BPF_K), 0, 0, random_value() };
	}
	return (struct classic_insn){ BPF_JMP | JUMPS[below(4)] | (below(2) ? BPF_X : BPF_K), below(left < 8 ? left : 8),
				      below(left < 8 ? left : 8), random_value() };
}

/* The scratch memory is not cleared by the interpreter: the program begins by doing so. */
static unsigned random_program(struct classic_insn *prog, unsigned room)
{
	unsigned n = BPF_MEMWORDS + 2 + below(room - BPF_MEMWORDS - 2);

	for (unsigned i = 0; i < BPF_MEMWORDS; i++)
		prog[i] = (struct classic_insn){ BPF_ST, 0, 0, i };
	for (unsigned i = BPF_MEMWORDS; i < n - 1; i++)
		prog[i] = random_insn(n - 1 - i);
	prog[n - 1] = (struct classic_insn){ BPF_RET | (below(2) ? BPF_A : BPF_K), 0, 0, below(4) };
	return n;
}

static int check_random(unsigned rounds, unsigned seed)
{
	struct classic_insn prog[80];
	unsigned done = 0, invalid = 0;

	srandom(seed);
	while (done < rounds) {
		struct trace_error err = { 0 };
		struct capture_filter *f;
		char what[64];
		unsigned n = random_program(prog, sizeof(prog) / sizeof(prog[0]));
		struct pcap_program classic = { n, (struct pcap_insn *)prog };

		if (!bpf_validate(classic.bf_insns, n)) {
			invalid++;
			continue;
		}
		snprintf(what, sizeof(what), "program %u of seed %u", done++, seed);
		if (capture_filter__assemble(&f, prog, n, prog, n, &err) < 0) {
			printf("%s: %s\n", what, err.text);
			n_differences++;
			continue;
		}
		compare_all(f, &classic, &classic, what);
		capture_filter__free(f);
	}
	printf("%u random programs (%u more invalid), %u packets: %llu verdicts, %llu of them matches, %llu differences\n",
	       done, invalid, n_packets, n_verdicts, n_matches, n_differences);
	return n_differences != 0;
}

static char verifier_log[512];

static int keep_log(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (getenv("V") && level != LIBBPF_DEBUG)
		return vfprintf(stderr, fmt, args);
	return vsnprintf(verifier_log, sizeof(verifier_log), fmt, args);
}

int main(int argc, char **argv)
{
	libbpf_set_print(keep_log);
	if (argc == 4 && !strcmp(argv[1], "expressions")) {
		read_packets(argv[3]);
		return check_expressions(argv[2]);
	}
	if (argc == 4 && !strcmp(argv[1], "list")) {
		read_packets(argv[3]);
		return list_matches(argv[2]);
	}
	if (argc == 5 && !strcmp(argv[1], "random")) {
		read_packets(argv[4]);
		return check_random(atoi(argv[2]), atoi(argv[3]));
	}
	die("usage: filter_equivalence expressions FILE PACKETS | list FILE PACKETS | random N SEED PACKETS");
}
