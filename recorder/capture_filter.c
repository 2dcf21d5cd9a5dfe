/* capture_filter.c: the capture filter (capture_filter.h). */
#include "capture_filter.h"

#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/shared.h"
#include "format/host/expression.h"
#include "translate.h"

enum { WHOLE_PACKET = 262144, INSN_BYTES = 8 };
enum { SHOWN = 80 }; /* characters of an expression in a message */

/* Where bpf/packet_filter.h puts the snapshot, modulo 4: so that what follows an Ethernet header is aligned. */
enum { SKEW_L2 = 2, SKEW_L3 = 0 };

struct program {
	struct classic_insn *insns;
	size_t n;
};

struct capture_filter {
	struct program l2, l3;
	__u32 bytes;
	bool knows_l3, asks_for_tags;
};

static int keep(struct program *p, const struct classic_insn *insns, size_t n)
{
	p->n = n;
	p->insns = calloc(n ? n : 1, sizeof(*insns));
	if (!p->insns)
		return -ENOMEM;
	memcpy(p->insns, insns, n * sizeof(*insns));
	return 0;
}

/* Into no object yet, to learn early what would fail. */
static int try_translation(const struct capture_filter *f, const struct program *p, unsigned skew, struct trace_error *err)
{
	struct bpf_insn *out = calloc(FILTER_ROOM, INSN_BYTES);
	int ret;

	if (!out)
		return trace_error__set(err, -ENOMEM, "out of memory");
	ret = translate__classic(p->insns, p->n, skew, f->bytes, out, FILTER_ROOM, err);
	free(out);
	return ret;
}

static int assemble(struct capture_filter *f, struct trace_error *err)
{
	__u32 l2 = translate__snapshot(f->l2.insns, f->l2.n);
	__u32 l3 = translate__snapshot(f->l3.insns, f->l3.n);

	f->bytes = l2 > l3 ? l2 : l3;
	TRY(try_translation(f, &f->l2, SKEW_L2, err));
	return try_translation(f, &f->l3, SKEW_L3, err);
}

int capture_filter__assemble(struct capture_filter **out, const struct classic_insn *l2, size_t n_l2, const struct classic_insn *l3,
		     size_t n_l3, struct trace_error *err)
{
	struct capture_filter *f = calloc(1, sizeof(*f));
	int ret;

	if (!f || keep(&f->l2, l2, n_l2) || keep(&f->l3, l3, n_l3))
		ret = trace_error__set(err, -ENOMEM, "out of memory");
	else
		ret = assemble(f, err);
	if (ret < 0) {
		capture_filter__free(f);
		return ret;
	}
	*out = f;
	return 0;
}

/* libpcap's instructions are ours under another name; its headers and the kernel's exclude each other. */
_Static_assert(sizeof(struct bpf_insn) == sizeof(struct classic_insn), "libpcap's instructions look otherwise");

static int refuse(const char *expression, int code, const char *why, const char *advice, struct trace_error *err)
{
	bool is_long = strlen(expression) > SHOWN;

	return trace_error__set(err, code, "capture filter \"%.*s%s\": %s%s", SHOWN, expression, is_long ? "…" : "", why,
				advice);
}

static int compile(struct bpf_program *p, int link_type, const char *expression, struct trace_error *err)
{
	pcap_t *pcap = pcap_open_dead(link_type, WHOLE_PACKET);
	int ret = 0;

	if (!pcap)
		return trace_error__set(err, -ENOMEM, "out of memory");
	if (pcap_compile(pcap, p, expression, 1, PCAP_NETMASK_UNKNOWN))
		ret = refuse(expression, -EINVAL, pcap_geterr(pcap), "; see pcap-filter(7)", err);
	pcap_close(pcap);
	return ret;
}

static void set_traits(struct capture_filter *f, const char *expression, bool knows_l3)
{
	f->knows_l3 = knows_l3;
	f->asks_for_tags = expression__asks_for_tags(expression);
}

int capture_filter__compile(struct capture_filter **out, const char *expression, struct trace_error *err)
{
	struct bpf_insn reject = { .code = BPF_RET | BPF_K };
	struct bpf_program l2, l3;
	struct trace_error why = { 0 };
	bool knows_l3;
	int ret;

	TRY(compile(&l2, DLT_EN10MB, expression, err));
	knows_l3 = !compile(&l3, DLT_RAW, expression, NULL);
	if (!knows_l3)
		l3 = (struct bpf_program){ .bf_len = 1, .bf_insns = &reject };
	ret = capture_filter__assemble(out, (const struct classic_insn *)l2.bf_insns, l2.bf_len,
			       (const struct classic_insn *)l3.bf_insns, l3.bf_len, &why);
	if (ret < 0)
		refuse(expression, ret, why.text, "", err);
	else
		set_traits(*out, expression, knows_l3);
	pcap_freecode(&l2);
	if (knows_l3)
		pcap_freecode(&l3);
	return ret;
}

void capture_filter__free(struct capture_filter *f)
{
	if (!f)
		return;
	free(f->l2.insns);
	free(f->l3.insns);
	free(f);
}

__u32 capture_filter__bytes(const struct capture_filter *f)
{
	return f->bytes;
}

bool capture_filter__asks_for_tags(const struct capture_filter *f)
{
	return f->asks_for_tags;
}

bool capture_filter__knows_l3(const struct capture_filter *f)
{
	return f->knows_l3;
}

/* ---- into an object file ----------------------------------------------------------------------- */

/* A function's instructions within the file, NULL when it is not there or not whole. */
static void *body_of(Elf *elf, const GElf_Sym *sym, void *file, size_t size)
{
	Elf_Scn *section = elf_getscn(elf, sym->st_shndx);
	GElf_Shdr header;

	if (!section || !gelf_getshdr(section, &header) || header.sh_type != SHT_PROGBITS ||
	    header.sh_offset > size || header.sh_size > size - header.sh_offset ||
	    sym->st_value > header.sh_size || sym->st_size > header.sh_size - sym->st_value)
		return NULL;
	return (char *)file + header.sh_offset + sym->st_value;
}

static int replace(const struct capture_filter *f, const char *name, void *body, size_t bytes, struct trace_error *err)
{
	bool l2 = !strcmp(name, "filter_l2");
	const struct program *p = l2 ? &f->l2 : &f->l3;

	if (!l2 && strcmp(name, "filter_l3"))
		return 0;
	if (!body)
		return trace_error__set(err, -EINVAL, "the BPF object is damaged: %s has no place", name);
	return translate__classic(p->insns, p->n, l2 ? SKEW_L2 : SKEW_L3, f->bytes, body, bytes / INSN_BYTES, err);
}

static int replace_all(const struct capture_filter *f, Elf *elf, void *file, size_t size, struct trace_error *err)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(elf, section))) {
		Elf_Data *data;
		GElf_Shdr header;
		GElf_Sym sym;

		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB ||
		    !(data = elf_getdata(section, NULL)))
			continue;
		for (int i = 0; gelf_getsym(data, i, &sym); i++) {
			const char *name = elf_strptr(elf, header.sh_link, sym.st_name);

			if (name && GELF_ST_TYPE(sym.st_info) == STT_FUNC)
				TRY(replace(f, name, body_of(elf, &sym, file, size), sym.st_size, err));
		}
	}
	return 0;
}

int capture_filter__install(const struct capture_filter *f, void *file, size_t size, struct trace_error *err)
{
	Elf *elf;
	int ret;

	elf_version(EV_CURRENT);
	elf = elf_memory(file, size);
	if (elf_kind(elf) == ELF_K_ELF)
		ret = replace_all(f, elf, file, size, err);
	else
		ret = trace_error__set(err, -EINVAL, "the BPF object is damaged: it is not an ELF file");
	elf_end(elf);
	return ret;
}
