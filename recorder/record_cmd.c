/*
 * record_cmd.c: netrec record, from plan to closed trace.
 *
 * The order is the point: everything is attached and the trace is open and described before probes are
 * enabled; a snapshot stands before and after them; probes are stopped before the rings are read for the
 * last time; only then are totals written. Detaching takes the kernel long and comes last, when the trace
 * is complete. Whatever fails on the way, what was recorded is kept.
 */
#include "record_cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <poll.h>
#include <unistd.h>

#include "attach.h"
#include "command.h"
#include "wanted_devices.h"
#include "drain.h"
#include "format/host/expression.h"
#include "format/schema.h"
#include "inventory.h"
#include "losses.h"
#include "options.h"
#include "privilege.h"
#include "sampler.h"
#include "sink.h"
#include "status.h"

enum { TICK_MS = 250, NICE = -10, FAILED_NAMED = 5 };

struct recording {
	struct record_options options;
	struct means means;
	struct plan plan;
	struct capture_filter *filter;   /* NULL: none */
	struct wanted_devices *devices; /* likewise */
	struct attach *attach;
	struct sink sink;
	struct losses *losses;
	struct sampler *sampler;
	struct overhead *overhead; /* NULL: without limit */
	struct drain *drain;
	struct command command;
	struct status status;
	int signals; /* file that becomes readable with SIGINT, SIGTERM, SIGHUP, SIGCHLD */
	bool sink_open;
};

/* 8 MiB per CPU bridge 80 ms of a million events a second; on large machines 512 MiB in all must do. */
static __u64 default_ring_bytes(void)
{
	__u64 bytes = 8 << 20;

	while (bytes > 512 << 10 && bytes * sysconf(_SC_NPROCESSORS_ONLN) > 512 << 20)
		bytes /= 2;
	return bytes;
}

static int open_attach(struct recording *r, struct trace_error *err)
{
	const struct record_options *o = &r->options;
	struct attach_opts opts = { .pids = o->pids, .filter = r->filter };

	opts.config.ring_bytes = o->ring_bytes;
	opts.config.offcpu_min_ns = o->offcpu_min_ns;
	opts.config.offcpu_stack_ns = o->offcpu_stack_ns;
	opts.config.lock_min_ns = o->lock_min_ns;
	opts.config.filter = (r->filter ? FILTER_PACKETS : 0) | (r->devices ? FILTER_DEVICES : 0) |
			     (r->filter && capture_filter__asks_for_tags(r->filter) ? FILTER_TAGS : 0);
	opts.config.inner_pids = privilege__inner_pids();
	opts.config.n_pids = o->n_pids;
	opts.config.n_comms = o->n_comms;
	memcpy(opts.config.comms, o->comms, sizeof(o->comms));
	TRY(attach__open(&r->attach, &opts, r->means.btf, err));
	TRY(wanted_devices__bind(r->devices, r->attach, err));
	return attach__plan(r->attach, &r->plan, &r->means, err);
}

static int open_sink(struct recording *r, int argc, char **argv, struct trace_error *err)
{
	struct trace_writer_opts opts = { .n_cpus = attach__n_cpus(r->attach), .max_bytes = r->options.max_bytes };

	TRY(sink__open(&r->sink, r->options.output, &opts, err));
	r->sink_open = true;
	sink__lock(&r->sink);
	inventory__config(&r->sink, &r->options, attach__ring_bytes(r->attach), argc, argv);
	inventory__enumerators(&r->sink, r->means.btf);
	inventory__probes(&r->sink, &r->plan);
	sink__unlock(&r->sink);
	return 0;
}

/* Signals become readable instead of interrupting: before any thread starts, so that all inherit it. */
static int catch_signals(struct recording *r, struct trace_error *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return r->signals < 0 ? trace_error__set(err, -errno, "cannot catch signals: %s", strerror(errno)) : 0;
}

static int start(struct recording *r, int argc, char **argv, struct trace_error *err)
{
	struct late late;

	TRY(means__open(&r->means, r->options.without, err));
	r->means.uprobes = uprobes__find(r->options.pids, r->options.n_pids, r->options.comms, r->options.n_comms);
	plan__resolve(&r->plan, &r->means);
	if (r->options.command)
		TRY(command__fork(&r->command, r->options.command, err));
	/*
	 * Little work, but a ring that waits for a busy CPU overflows, and so does one that waits for a
	 * sampler that was interrupted with the trace locked: all threads to come inherit this.
	 */
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	TRY(catch_signals(r, err));
	TRY(open_attach(r, err));
	TRY(open_sink(r, argc, argv, err));
	r->losses = losses__new(attach__n_cpus(r->attach));
	if (!r->losses)
		return trace_error__set(err, -ENOMEM, "out of memory");
	late = (struct late){ r->attach, &r->plan, &r->means };
	TRY(sampler__open(&r->sampler, &late, &r->sink, r->losses, r->devices, r->options.sample_ns, err));
	if (r->options.max_overhead > 0)
		TRY(overhead__open(&r->overhead, r->options.max_overhead, r->attach, &r->plan, &r->sink, err));
	TRY(drain__start(&r->drain, r->attach, &r->sink, r->losses, err));
	attach__start(r->attach);
	TRY(sampler__start(r->sampler, r->drain, r->overhead, err));
	privilege__drop();
	return 0;
}

/* A signal to stop? That of an ending command is none. */
static bool told_to_stop(struct recording *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			return true;
	return false;
}

static void wait_for_end(struct recording *r)
{
	struct pollfd p = { .fd = r->signals, .events = POLLIN };
	__u64 began = now_ns();
	bool failed = false;

	while (!failed) {
		__u64 now = now_ns(), left = TICK_MS;

		if (r->options.duration_ns) {
			if (now - began >= r->options.duration_ns)
				return;
			left = (began + r->options.duration_ns - now) / 1000000 + 1;
		}
		poll(&p, 1, left < TICK_MS ? left : TICK_MS);
		if (told_to_stop(r) || (r->options.command && command__ended(&r->command)))
			return;
		sink__lock(&r->sink);
		failed = sink__failed(&r->sink);
		sink__unlock(&r->sink);
		if (!r->options.quiet)
			status__tick(&r->status, &r->sink);
	}
}

static void write_totals(struct recording *r)
{
	const struct trace_writer_stats *w = trace_writer__stats(r->sink.writer);

	for (unsigned type = 1; type < REC_TYPE_MAX; type++) {
		const struct record_desc *d = schema__record(type);
		struct rec_total t = { .rec = { .ts = now_ns(), .type = REC_total }, .type = type };

		t.written = w->rows_of[type];
		t.lost = losses__of(r->losses, type);
		if (d && d->class == RECORD_EVENT && type != REC_total && (t.written || t.lost))
			sink__append(&r->sink, STREAM_RECORDER, &t.rec);
	}
	if (ustacks__refused(r->sink.ustacks))
		losses__add(r->losses, &r->sink, LOSSES_ANYWHERE, REC_ustack, GAP_TABLE_FULL, r->status.began, now_ns(),
			    ustacks__refused(r->sink.ustacks));
	if (r->sink.stacks_refused)
		losses__add(r->losses, &r->sink, LOSSES_ANYWHERE, REC_stack, GAP_TABLE_FULL, r->status.began, now_ns(),
			    r->sink.stacks_refused);
}

/*
 * Stops what runs and reads what is left. Safe after a start that failed half-way. The sampler's thread attaches
 * programs of modules that come late: it ends before anything looks at what is attached.
 */
static void stop(struct recording *r)
{
	if (r->attach)
		attach__stop(r->attach);
	if (r->sampler)
		sampler__stop(r->sampler);
	if (r->attach)
		attach__settle(r->attach);
	if (r->sampler && r->drain)
		sampler__finish(r->sampler);
	if (r->drain)
		drain__stop(r->drain);
	command__stop(&r->command);
}

static void describe_end(struct recording *r)
{
	sink__lock(&r->sink);
	if (r->options.command && WIFEXITED(r->command.status))
		sink__config(&r->sink, "record.command_status", "%d", WEXITSTATUS(r->command.status));
	else if (r->options.command)
		sink__config(&r->sink, "record.command_status", "signal %d", WTERMSIG(r->command.status));
	sink__name_locks(&r->sink);
	ustacks__name(r->sink.ustacks);
	write_totals(r);
	sink__unlock(&r->sink);
}

static int finish(struct recording *r, struct trace_error *err)
{
	struct trace_writer_stats stats;
	__u64 lost = r->sink.lost;
	int ret;

	describe_end(r);
	stats = *trace_writer__stats(r->sink.writer);
	lost = r->sink.lost;
	ret = sink__close(&r->sink, err);
	r->sink_open = false;
	status__clear(&r->status);
	if (ret < 0)
		fprintf(stderr, "netrec: %s\n", err->text);
	if (!r->options.quiet && !ret) {
		status__summary(&r->status, r->options.output, &stats, lost);
		overhead__say(r->overhead);
		if (r->options.command && WIFEXITED(r->command.status) && WEXITSTATUS(r->command.status))
			fprintf(stderr, "%s: exited with status %d\n", r->options.command[0],
				WEXITSTATUS(r->command.status));
		else if (r->options.command && WIFSIGNALED(r->command.status))
			fprintf(stderr, "%s: ended by signal %d\n", r->options.command[0], WTERMSIG(r->command.status));
	}
	return ret < 0 ? EXIT_DATA : EXIT_DONE;
}

static void detach(struct recording *r)
{
	unsigned left;
	pid_t child = r->attach ? attach__detach(r->attach, &left) : 0;

	if (child && !r->options.quiet)
		fprintf(stderr, "netrec: process %d detaches the last %u programs, for which the kernel takes up to 0.2 s each; "
				"they record nothing any more\n", child, left);
}

static void release(struct recording *r)
{
	detach(r);
	sampler__close(r->sampler);
	overhead__close(r->overhead);
	losses__free(r->losses);
	attach__close(r->attach);
	wanted_devices__close(r->devices);
	capture_filter__free(r->filter);
	means__close(&r->means);
	if (r->signals > 0)
		close(r->signals);
}

static int exit_status_of(int code)
{
	switch (-code) {
	case EPERM:
	case EACCES:
	case EOPNOTSUPP:
		return EXIT_UNSUPPORTED;
	case EINVAL:
		return EXIT_USAGE;
	}
	return EXIT_DATA;
}

static void say_pid_namespace(void)
{
	if (privilege__inner_pids())
		fputs("netrec: this is a PID namespace: threads outside of it have names only once they run, and no "
		      "CPU time or affinity; numbers are the host's\n", stderr);
}

static void say_devices(const struct recording *r)
{
	const char *name;

	for (size_t i = 0; (name = wanted_devices__missing(r->devices, &i));)
		fprintf(stderr, "netrec: there is no device %s yet (--iface); its packets are recorded once it appears\n", name);
}

/* Probes that could not be attached for the same reason as number `first`. */
static void say_failed(const struct plan *plan, size_t first)
{
	const char *why = plan->probes[first].detail;
	unsigned named = 0, more = 0;

	fputs("netrec: not attached: ", stderr);
	for (size_t i = first; i < PLAN_PROBES; i++) {
		if (!plan__failed(plan, i) || strcmp(plan->probes[i].detail, why))
			continue;
		if (named < FAILED_NAMED)
			fprintf(stderr, "%s%s", named++ ? ", " : "", plan->probes[i].def->name);
		else
			more++;
	}
	if (more)
		fprintf(stderr, " and %u more", more);
	fprintf(stderr, ": %s\n", why);
}

static bool said_before(const struct plan *plan, size_t probe)
{
	for (size_t i = 0; i < probe; i++)
		if (plan__failed(plan, i) && !strcmp(plan->probes[i].detail, plan->probes[probe].detail))
			return true;
	return false;
}

static void say_probes(const struct recording *r)
{
	unsigned failed = plan__count(&r->plan, PROBE_FAILED);

	for (size_t i = 0; i < PLAN_PROBES; i++)
		if (plan__failed(&r->plan, i) && !said_before(&r->plan, i))
			say_failed(&r->plan, i);
	fprintf(stderr, "recording to %s with %u probes%s, ready after %.1f s%s\n", r->options.output,
		plan__count(&r->plan, PROBE_ATTACHED), failed ? ", some not attached (see netrec probes)" : "",
		(now_ns() - r->status.began) / 1e9,
		r->options.command ? "" : r->options.duration_ns ? "" : "; Ctrl-C stops");
}

/* Locks of programs are recorded of chosen ones only; a profile just does without. */
static int without_processes(struct recording *r, struct trace_error *err)
{
	if (r->options.events && strstr(r->options.events, "pthread"))
		return trace_error__set(err, -EINVAL, "pthread locks are recorded only of processes chosen with --pid or "
						      "--comm");
	for (size_t i = 0; i < PLAN_PROBES; i++)
		if (r->plan.probes[i].def->record == REC_pthread)
			r->plan.probes[i].wanted = false;
	return 0;
}

static int compile_filter(struct recording *r, const char *expression, struct trace_error *err)
{
	char warning[512];

	TRY(capture_filter__compile(&r->filter, expression, err));
	if (expression__warning(expression, warning, sizeof(warning)))
		fprintf(stderr, "netrec: warning: %s\n", warning);
	return 0;
}

/* Checks everything that can be known before anything is created. */
static int prepare(struct recording *r, int argc, char **argv, struct trace_error *err)
{
	struct record_options *o = &r->options;

	TRY(options__record(o, argc, argv, err));
	if (o->help)
		return 0;
	TRY(plan__select(&r->plan, o->profiles, o->events, err));
	if (!o->n_pids && !o->n_comms)
		TRY(without_processes(r, err));
	if (*o->filter)
		TRY(compile_filter(r, o->filter, err));
	TRY(wanted_devices__open(&r->devices, o, err));
	if (o->command)
		TRY(command__find(o->command, err));
	if (!o->ring_bytes)
		o->ring_bytes = default_ring_bytes();
	return 0;
}

/* What would fail later with a worse message. */
static int check_host(const struct record_options *o, struct trace_error *err)
{
	if (!privilege__can_bpf())
		return trace_error__set(err, -EPERM, "recording needs root, or CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN; "
						     "run it with sudo, and see netrec check");
	if (privilege__locked_down())
		return trace_error__set(err, -EPERM, "the kernel is locked down to confidentiality, which forbids "
						     "tracing; boot with lockdown=integrity or none");
	if (!access(o->output, F_OK))
		return trace_error__set(err, -EEXIST, "%s exists; give another name with -o, or remove it", o->output);
	return 0;
}

static int record(struct recording *r, int argc, char **argv)
{
	struct trace_error err = { 0 };
	int status;

	if (check_host(&r->options, &err) < 0) {
		fprintf(stderr, "netrec: %s\n", err.text);
		return exit_status_of(err.code);
	}
	status__begin(&r->status);
	if (start(r, argc, argv, &err) < 0) {
		fprintf(stderr, "netrec: %s\n", err.text);
		if (privilege__few_files())
			fprintf(stderr, "netrec: only %u files may be open, which may be why; run it after "
				"ulimit -n 4096\n", privilege__few_files());
		stop(r);
		if (r->sink_open)
			(void)sink__close(&r->sink, NULL);
		return exit_status_of(err.code);
	}
	if (!r->options.quiet) {
		say_probes(r);
		say_devices(r);
		say_pid_namespace();
	}
	command__go(&r->command);
	wait_for_end(r);
	stop(r);
	status = finish(r, &err);
	return status;
}

int record__main(int argc, char **argv)
{
	struct recording *r = calloc(1, sizeof(*r));
	struct trace_error err = { 0 };
	int status;

	if (!r) {
		fputs("netrec: out of memory\n", stderr);
		return EXIT_DATA;
	}
	if (prepare(r, argc, argv, &err) < 0) {
		fprintf(stderr, "netrec: %s\n", err.text);
		status = EXIT_USAGE;
	} else if (r->options.help) {
		fputs(options__record_help, stdout);
		status = EXIT_DONE;
	} else {
		status = record(r, argc, argv);
	}
	release(r);
	free(r);
	return status;
}
