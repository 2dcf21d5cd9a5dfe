/* probe_defs.c: see probe_defs.h. */
#include "probe_defs.h"

#include <string.h>

#include "format/schema.h"

const struct probe_def probe_defs[PROBE_DEFS] = {
#define PROBE(id, name, object, record, stage, doc) { #name, #object, doc, id, REC_##record, STAGE_##stage },
#define PROGRAM(name, candidate, method, program, target, role)
#include "bpf/probes.def"
#undef PROBE
#undef PROGRAM
};

const struct program_def program_defs[PROGRAM_DEFS] = {
#define PROBE(id, name, object, record, stage, doc)
#define PROGRAM(name, candidate, method, program, target, role) \
	{ #name, #program, target, candidate, METHOD_##method, ROLE_##role },
#include "bpf/probes.def"
#undef PROBE
#undef PROGRAM
};

const struct program_def *probe_defs__program(const char *program)
{
	for (size_t i = 0; i < PROGRAM_DEFS; i++)
		if (!strcmp(program_defs[i].program, program))
			return &program_defs[i];
	return NULL;
}

bool probe_defs__is_function(__u8 method)
{
	return method == METHOD_fentry || method == METHOD_fexit || method == METHOD_kprobe ||
	       method == METHOD_kretprobe;
}

static const char *const METHOD_NAMES[METHODS] = {
	[METHOD_none] = "",         [METHOD_tp_btf] = "tp_btf", [METHOD_raw_tp] = "raw_tp",
	[METHOD_fentry] = "fentry", [METHOD_fexit] = "fexit",   [METHOD_kprobe] = "kprobe",
	[METHOD_kretprobe] = "kretprobe", [METHOD_tp] = "tp",   [METHOD_iter] = "iter",
	[METHOD_uprobe] = "uprobe", [METHOD_uretprobe] = "uretprobe",
};

const char *probe_defs__method(enum probe_method method)
{
	return METHOD_NAMES[method];
}
