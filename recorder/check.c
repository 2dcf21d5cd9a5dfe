/*
 * check.c: netrec check: can this host record, and if not, what would help.
 *
 * Each line is one condition. Those a recording cannot do without decide the exit status; the others
 * only say what would be missing from it.
 */
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "attach.h"
#include "privilege.h"
#include "record_cmd.h"
#include "units.h"

static const char HELP[] =
	"Usage: netrec check\n"
	"\n"
	"Shows whether this host can record, and what to do where it cannot.\n"
	"Exit status 4 when a recording is impossible, else 0.\n"
	"\n"
	"Example:\n"
	"  sudo netrec check\n";

enum verdict { OK, MISSING, PARTLY }; /* PARTLY: recording works, with less in it */

static bool say(const char *what, enum verdict v, const char *detail)
{
	static const char *const WORDS[] = { "ok", "missing", "partly" };

	printf("%-12s %-8s %s\n", what, WORDS[v], detail);
	return v != MISSING;
}

static bool check_privilege(void)
{
	if (privilege__can_bpf())
		return say("privilege", OK, "may load BPF programs");
	return say("privilege", MISSING, "run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN");
}

static bool check_btf(struct means *means)
{
	struct trace_error err = { 0 };

	if (!means__open(means, 0, &err))
		return say("btf", OK, "the kernel describes its types in /sys/kernel/btf/vmlinux");
	return say("btf", MISSING, err.text);
}

static bool check_lockdown(void)
{
	if (privilege__locked_down())
		return say("lockdown", MISSING, "the kernel is locked down to confidentiality, which forbids tracing; "
						"boot with lockdown=integrity or none");
	return say("lockdown", OK, "the kernel lets BPF read its memory");
}

static bool check_ringbuf(bool privileged)
{
	if (!privileged)
		return say("ring buffer", PARTLY, "not tested without privilege");
	if (libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) == 1)
		return say("ring buffer", OK, "BPF ring buffers work");
	return say("ring buffer", MISSING, "the kernel has no BPF ring buffers; Linux 5.12 or later is needed");
}

static bool check_threads(void)
{
	if (!privilege__inner_pids())
		return say("threads", OK, "all of the host's are shown to netrec");
	return say("threads", PARTLY, "this is a PID namespace: threads outside of it have names only once they run, "
				      "and no CPU time or affinity; run netrec outside, such as docker run --pid=host");
}

static bool check_files(void)
{
	unsigned files = privilege__few_files();
	char text[160];

	if (!files)
		return say("files", OK, "enough may be open at once");
	snprintf(text, sizeof(text), "only %u may be open, and without CAP_SYS_RESOURCE that is not to be raised; "
		 "probes beyond that are missing: run it after ulimit -n 4096", files);
	return say("files", PARTLY, text);
}

/* Attaches everything for a moment: no shorter question has the same answer. */
static bool check_probes(const struct means *means, bool privileged)
{
	struct attach_opts opts = { .config.ring_bytes = 4096 };
	struct trace_error err = { 0 };
	struct attach *a = NULL;
	struct plan plan;
	char text[64];
	int ret;

	if (!means->btf || !privileged)
		return say("tp_btf", PARTLY, "not tested without privilege and type information");
	ret = plan__select(&plan, NULL, NULL, &err);
	plan__resolve(&plan, means);
	if (!ret)
		ret = attach__open(&a, &opts, means->btf, &err);
	if (!ret)
		ret = attach__plan(a, &plan, means, &err);
	attach__close(a);
	if (ret)
		return say("tp_btf", MISSING, err.text);
	snprintf(text, sizeof(text), "%u of %d probes can be attached%s", plan__count(&plan, PROBE_ATTACHED), PLAN_PROBES,
		 plan__count(&plan, PROBE_FAILED) ? "; see netrec probes --try" : "");
	return say("tp_btf", plan__count(&plan, PROBE_FAILED) ? PARTLY : OK, text);
}

static bool check_tracefs(const struct means *means)
{
	if (means->tracefs)
		return say("tracefs", OK, means->tracefs);
	return say("tracefs", PARTLY, "futex calls cost more to record; mount -t tracefs none /sys/kernel/tracing");
}

static bool check_symbols(void)
{
	unsigned long long addr = 0;
	FILE *f = fopen("/proc/kallsyms", "re");

	if (f && fscanf(f, "%llx", &addr) != 1)
		addr = 0;
	if (f)
		fclose(f);
	if (addr)
		return say("symbols", OK, "/proc/kallsyms shows addresses");
	return say("symbols", PARTLY, "/proc/kallsyms shows no addresses, so places in the kernel will have no names; "
				      "run as root with kernel.kptr_restrict below 2");
}

static bool check_disk(void)
{
	struct statvfs fs;
	char size[32], text[96];

	if (access(".", W_OK))
		return say("disk", PARTLY, "the current directory is not writable; give another place with -o");
	if (statvfs(".", &fs))
		return say("disk", PARTLY, strerror(errno));
	snprintf(text, sizeof(text), "%s free here", units__bytes(size, sizeof(size), (__u64)fs.f_bavail * fs.f_frsize));
	return say("disk", (__u64)fs.f_bavail * fs.f_frsize < 64 << 20 ? PARTLY : OK, text);
}

int check__main(int argc, char **argv)
{
	struct means means = { 0 };
	bool possible, privileged;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(HELP, stdout);
		return EXIT_DONE;
	}
	if (argc > 1) {
		fprintf(stderr, "netrec: \"%s\" is too much; see netrec check --help\n", argv[1]);
		return EXIT_USAGE;
	}
	privileged = check_privilege();
	possible = privileged;
	possible &= check_btf(&means);
	possible &= check_lockdown();
	possible &= check_ringbuf(privileged);
	possible &= check_threads();
	possible &= check_files();
	possible &= check_probes(&means, privileged);
	possible &= check_tracefs(&means);
	possible &= check_symbols();
	possible &= check_disk();
	means__close(&means);
	if (!possible)
		fputs("netrec: this host cannot record as it is: see \"missing\" above\n", stderr);
	return possible ? EXIT_DONE : EXIT_UNSUPPORTED;
}
