/* means.c: what this kernel offers to attach programs to (means.h). */
#include "means.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "probe_defs.h"

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

/* Names and instances: how often each is used changes all the time. */
static __u64 hash_of_modules(void)
{
	FILE *f = fopen("/proc/modules", "re");
	__u64 hash = 0xcbf29ce484222325;
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, " \n")] = 0;
		for (const char *p = line; *p; p++)
			hash = (hash ^ (unsigned char)*p) * 0x100000001b3;
		hash = (hash ^ functions__instance(line)) * 0x100000001b3;
	}
	if (f)
		fclose(f);
	return hash;
}

bool means__changed(const struct means *m)
{
	return hash_of_modules() != m->modules;
}

int means__renew(struct means *m, struct trace_error *err)
{
	struct functions *found = NULL;
	const char **names;
	size_t wanted = 0;
	int ret;

	m->modules = hash_of_modules(); /* before looking: what comes meanwhile is seen next time */
	names = calloc(PROGRAM_DEFS, sizeof(*names));
	if (!names)
		return trace_error__set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < PROGRAM_DEFS; i++)
		if (probe_defs__is_function(program_defs[i].method))
			names[wanted++] = program_defs[i].target;
	kernel_btf__forget_modules(m->btf);
	ret = functions__open(&found, "/proc/kallsyms", names, wanted, m->btf, err);
	free(names);
	if (ret < 0)
		return ret;
	functions__close(m->functions);
	m->functions = found;
	return 0;
}

bool means__fragile_storage(const char *release, const char *version, const char *mode)
{
	unsigned major, minor;

	if (sscanf(release, "%u.%u", &major, &minor) == 2 && (major > 6 || (major == 6 && minor >= 2)))
		return false;
	if (strstr(version, "PREEMPT_DYNAMIC"))
		return !mode || strstr(mode, "(full)");
	return strstr(version, "PREEMPT");
}

static bool has_fragile_storage(void)
{
	FILE *f = fopen("/sys/kernel/debug/sched/preempt", "re");
	char line[64];
	const char *mode = f ? fgets(line, sizeof(line), f) : NULL;
	struct utsname u;

	if (f)
		fclose(f);
	return uname(&u) || means__fragile_storage(u.release, u.version, mode);
}

int means__open(struct means *m, unsigned without, struct trace_error *err)
{
	int ret;

	*m = (struct means){ .tracefs = find_tracefs(), .without = without, .fragile_storage = has_fragile_storage() };
	ret = kernel_btf__open(&m->btf, err);
	if (!ret)
		ret = means__renew(m, err);
	if (ret)
		means__close(m);
	return ret;
}

void means__close(struct means *m)
{
	functions__close(m->functions);
	uprobes__free(m->uprobes);
	kernel_btf__close(m->btf);
	*m = (struct means){ 0 };
}
