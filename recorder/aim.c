/*
 * aim.c: which function each fentry and fexit program is for (aim.h).
 *
 * libbpf 1.1 looks for it by name in the kernel's types and then, all of the kernel's types included, in those of every
 * module in turn: seconds, where many modules are loaded. We know it already.
 */
#include "aim.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "plan.h"

static int aim_at_function(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	const struct means *m = ((const struct aim *)cookie)->means;
	const struct program_def *d = probe_defs__program(bpf_program__name(prog));
	const struct function *fn = d ? functions__find(m->functions, d->target) : NULL;
	int object;

	if (!fn || fn->type < 0)
		return -ESRCH;
	object = kernel_btf__object(m->btf, fn->module);
	if (object < 0)
		return object;
	opts->attach_btf_id = fn->type;
	opts->attach_btf_obj_fd = object;
	return 0;
}

static int attach_to_function(const struct bpf_program *prog, long cookie, struct bpf_link **link)
{
	(void)cookie;
	*link = bpf_program__attach_trace(prog);
	return *link ? 0 : -errno;
}

int aim__open(struct aim *a, struct trace_error *err)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)a, .prog_prepare_load_fn = aim_at_function,
		    .prog_attach_fn = attach_to_function);

	a->handlers[0] = libbpf_register_prog_handler("fentry/", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, &opts);
	a->handlers[1] = libbpf_register_prog_handler("fexit/", BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, &opts);
	for (int i = 0; i < 2; i++)
		if (a->handlers[i] < 0)
			return trace_error__set(err, a->handlers[i], "cannot set up libbpf: %s", strerror(-a->handlers[i]));
	return 0;
}

void aim__close(struct aim *a)
{
	for (int i = 0; i < 2; i++)
		if (a->handlers[i] > 0)
			libbpf_unregister_prog_handler(a->handlers[i]);
}
