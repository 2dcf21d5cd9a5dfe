/* overhead.c: see overhead.h. */
#include "overhead.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "inventory.h"

enum { PPM = 1000000, TWICE = 2, WORTH = 50 };

/* In the order in which they go: what explains least of late packets is first. */
static const struct class {
	const char *name;
	__u16 records[4];
} CLASSES[OVERHEAD_CLASSES] = {
	{ "locks", { REC_futex, REC_futex_total, REC_lock } },
	{ "interrupts", { REC_irq, REC_softirq, REC_napi } },
	{ "connections", { REC_tcp_sample, REC_tcp_state } },
	{ "threads", { REC_run, REC_oncpu, REC_offcpu, REC_offcpu_ustack } }, /* one program may make all of these */
};

struct overhead {
	struct attach *attach;
	struct plan *plan;
	struct sink *sink;
	__u64 limit, last;    /* ppm of the time of all CPUs */
	__u64 began, looked;  /* this look, and the end of the one before; ns */
	__u64 cpu;            /* of netrec until then, ns */
	__u64 run_time[REC_TYPE_MAX]; /* of its programs when this look began, ns */
	unsigned above;       /* looks in a row */
	unsigned gone;        /* bits: classes */
};

static __u64 cpu_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

int overhead__open(struct overhead **out, double percent, struct attach *a, struct plan *plan, struct sink *s,
		   struct trace_error *err)
{
	int stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	struct overhead *o;

	if (stats < 0)
		return trace_error__set(err, stats, "--max-overhead: the kernel does not measure its programs: %s",
					strerror(-stats));
	close(stats);
	o = calloc(1, sizeof(*o));
	if (!o)
		return trace_error__set(err, -ENOMEM, "out of memory");
	o->attach = a;
	o->plan = plan;
	o->sink = s;
	o->limit = percent / 100 * PPM;
	o->looked = now_ns();
	o->cpu = cpu_time();
	*out = o;
	return 0;
}

void overhead__close(struct overhead *o)
{
	free(o);
}

static void run_times(const struct overhead *o, __u64 of[REC_TYPE_MAX])
{
	struct attach_program p;
	int err;

	memset(of, 0, REC_TYPE_MAX * sizeof(*of));
	for (size_t i = 0; (err = attach__program(o->attach, i, &p)) != -ENOENT; i++)
		if (!err)
			of[p.record] += p.run_time;
}

void overhead__begin(struct overhead *o)
{
	run_times(o, o->run_time);
	o->began = now_ns();
}

int overhead__choose(const __u64 of_class[OVERHEAD_CLASSES], unsigned gone, __u64 all, __u64 limit)
{
	for (int i = 0; i < OVERHEAD_CLASSES && all > limit; i++)
		if (!(gone & 1u << i) && of_class[i] && of_class[i] >= (all - limit) / WORTH)
			return i;
	return -1;
}

/* Is it recorded, by a probe of its own or with the records of another? Then it is no more, from then on. */
static bool leave_out_type(struct overhead *o, __u16 type, __u64 from)
{
	struct rec_left_out r = { .rec = { .ts = from, .type = REC_left_out }, .type = type, .from = from,
				  .cost = o->last };
	bool any = type == REC_oncpu && leave_out_type(o, REC_offcpu, from);

	for (size_t i = 0; i < PLAN_PROBES; i++) {
		struct plan_probe *p = &o->plan->probes[i];

		if (p->def->record != type || !p->wanted || p->status != PROBE_ATTACHED)
			continue;
		snprintf(p->detail, sizeof(p->detail), "until it was left out to cost less");
		any = true;
	}
	if (any)
		sink__define(o->sink, &r.rec);
	return any;
}

/* The trace has it before it happens, should we be killed meanwhile: detaching takes time. */
static void leave_out(struct overhead *o, int class)
{
	__u64 from = now_ns();

	sink__lock(o->sink);
	for (size_t i = 0; i < 4 && CLASSES[class].records[i]; i++)
		leave_out_type(o, CLASSES[class].records[i], from);
	inventory__probes(o->sink, o->plan);
	sink__unlock(o->sink);
	for (size_t i = 0; i < 4 && CLASSES[class].records[i]; i++)
		attach__leave_out(o->attach, CLASSES[class].records[i]);
	o->gone |= 1u << class;
	o->above = 0;
}

/* ppm of the time of all CPUs */
static __u64 share(__u64 ns, __u64 of_ns)
{
	return of_ns ? (double)ns * PPM / of_ns / sysconf(_SC_NPROCESSORS_ONLN) : 0;
}

void overhead__end(struct overhead *o)
{
	__u64 run_time[REC_TYPE_MAX], of_class[OVERHEAD_CLASSES] = { 0 }, now = now_ns(), cpu = cpu_time();
	int class;

	run_times(o, run_time);
	o->last = share(cpu - o->cpu, now - o->looked);
	for (unsigned type = 0; type < REC_TYPE_MAX; type++) {
		run_time[type] = share(run_time[type] - o->run_time[type], now - o->began);
		o->last += run_time[type];
	}
	for (int c = 0; c < OVERHEAD_CLASSES; c++)
		for (size_t i = 0; i < 4; i++)
			of_class[c] += run_time[CLASSES[c].records[i]];
	o->looked = now;
	o->cpu = cpu;
	o->above = o->last > o->limit ? o->above + 1 : 0;
	class = o->above >= TWICE ? overhead__choose(of_class, o->gone, o->last, o->limit) : -1;
	if (class >= 0)
		leave_out(o, class);
}

void overhead__say(const struct overhead *o)
{
	const char *before = "netrec: left out from some time on, to cost less (--max-overhead): ";

	if (!o)
		return;
	for (int c = 0; c < OVERHEAD_CLASSES; c++)
		if (o->gone & 1u << c) {
			fprintf(stderr, "%s%s", before, CLASSES[c].name);
			before = ", ";
		}
	if (o->gone)
		fputc('\n', stderr);
	if (o->above >= TWICE)
		fprintf(stderr, "netrec: the recording still cost %.2f %% of the CPUs' time, more than --max-overhead, and "
				"nothing more can be left out that would make a difference\n", o->last * 100.0 / PPM);
}
