/* means.c: what this kernel offers to attach programs to (means.h). */
#include "means.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "plan.h"

static const char *find_tracefs(void)
{
	static const char *const PLACES[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	char path[64];

	for (size_t i = 0; i < sizeof(PLACES) / sizeof(PLACES[0]); i++) {
		snprintf(path, sizeof(path), "%s/events", PLACES[i]);
		if (!access(path, R_OK | X_OK))
			return PLACES[i];
	}
	return NULL;
}

int means__renew(struct means *m, struct trace_error *err)
{
	struct functions *found = NULL;
	const struct program_def *defs;
	const char **names;
	size_t n, wanted = 0;
	int ret;

	defs = plan__program_defs(&n);
	names = calloc(n, sizeof(*names));
	if (!names)
		return trace_error__set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++)
		if (plan__is_function(defs[i].method))
			names[wanted++] = defs[i].target;
	ret = functions__open(&found, "/proc/kallsyms", names, wanted, m->btf, err);
	free(names);
	if (ret < 0)
		return ret;
	functions__close(m->functions);
	m->functions = found;
	return 0;
}

int means__open(struct means *m, unsigned without, struct trace_error *err)
{
	*m = (struct means){ .tracefs = find_tracefs(), .without = without };
	TRY(kernel_btf__open(&m->btf, err));
	return means__renew(m, err);
}

void means__close(struct means *m)
{
	functions__close(m->functions);
	uprobes__free(m->uprobes);
	kernel_btf__close(m->btf);
	*m = (struct means){ 0 };
}
