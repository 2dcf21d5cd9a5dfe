/*
 * sampler.c: clocks, counters, inventory and cost, once a second (sampler.h).
 *
 * Sampling may cost at most 2 % of a CPU: when a round took long, the next one is later.
 */
#include "sampler.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "format/schema.h"
#include "affinity.h"
#include "cgroups.h"
#include "ethtool.h"
#include "gone.h"
#include "hidden.h"
#include "monitor.h"
#include "namespaces.h"
#include "netlink.h"
#include "openvswitch.h"
#include "privilege.h"
#include "procfs.h"
#include "vms.h"

enum {
	COST_LIMIT = 50,            /* a round may take 1/50 of the time between rounds */
	PROCESSES_EVERY = 10,       /* rounds between walks through /proc for namespaces and virtual machines, and ethtool */
	PORTS_EVERY = 10,           /* and between questions for the ports of datapaths */
	STATS_FIRST_NS = 1000000000,
	STATS_WINDOW_NS = 100000000,
	CLOCK_TRIES = 5,
};
static const __u64 STATS_EVERY_NS = 30000000000ULL;

enum { MAX_PROGRAMS = 512 };

struct sampler {
	struct attach *attach;
	struct late late;
	struct sink *sink;
	struct losses *losses;
	struct drain *drain; /* NULL before and after the thread runs */
	struct overhead *overhead; /* NULL: there is no limit */
	struct namespaces *namespaces;
	struct netlink netlink;
	struct monitor *monitor;
	struct procfs *procfs;
	struct affinity *affinity;
	struct intern *vms;    /* vms.h */
	struct hidden *hidden; /* only during the first walk over all tasks */
	pthread_t thread;
	int stop; /* becomes readable when it is time to */
	bool started, openvswitch;
	__u64 interval_ns, sampled, stats_due;
	struct gone gone;
	__u64 misses[MAX_PROGRAMS];
	unsigned round;
};

static __u64 clock_of(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* The other clocks between two readings of CLOCK_MONOTONIC; the tightest of a few tries. */
static void sample_clocks(struct sampler *s)
{
	struct rec_clock best = { .rec = { .type = REC_clock }, .error = ~0ULL }, c = best;

	for (int i = 0; i < CLOCK_TRIES; i++) {
		__u64 before = clock_of(CLOCK_MONOTONIC), after;

		c.realtime = clock_of(CLOCK_REALTIME);
		c.boottime = clock_of(CLOCK_BOOTTIME);
		c.tai = clock_of(CLOCK_TAI);
		after = clock_of(CLOCK_MONOTONIC);
		c.rec.ts = before + (after - before) / 2;
		c.error = (after - before + 1) / 2;
		if (c.error < best.error)
			best = c;
	}
	sink__lock(s->sink);
	sink__define(s->sink, &best.rec);
	sink__unlock(s->sink);
}

/* An iterator's answer is whole records, one after the other. */
static size_t append_walk(struct sampler *s, const unsigned char *p, size_t len)
{
	size_t at = 0, size;

	while (len - at >= sizeof(struct rec)) {
		const struct rec *rec = (const void *)(p + at);

		size = schema__record(rec->type)->size;
		if (len - at < size)
			break;
		if (s->hidden && rec->type == REC_task)
			hidden__seen(s->hidden, ((const struct rec_task *)rec)->tid);
		sink__append(s->sink, STREAM_RECORDER, rec);
		if (rec->type == REC_task && attach__same_pids(s->attach))
			affinity__look(s->affinity, s->sink, ((const struct rec_task *)rec)->tid,
				       ((const struct rec_task *)rec)->tgid);
		at += size;
	}
	return at;
}

/* Walks over all tasks with one program. */
static void walk(struct sampler *s, int fd)
{
	_Alignas(8) unsigned char buffer[32768];
	size_t have = 0, used;
	ssize_t n;

	while ((n = read(fd, buffer + have, sizeof(buffer) - have)) > 0 || (n < 0 && errno == EAGAIN)) {
		if (n < 0)
			continue;
		have += n;
		sink__lock(s->sink);
		used = append_walk(s, buffer, have);
		sink__unlock(s->sink);
		have -= used;
		memmove(buffer, buffer + used, have);
	}
	close(fd);
}

/* With every program that does. False when none is attached. */
static bool sample_tasks(struct sampler *s)
{
	size_t i = 0;
	int fd;

	for (; (fd = attach__walk_tasks(s->attach, i)) != -ENOENT; i++)
		if (fd >= 0)
			walk(s, fd);
	return i > 0;
}

/* The first walk, when it is to report every thread there is, also shows which it leaves out. */
static void find_hidden_threads(struct sampler *s)
{
	char text[1024];
	unsigned n;

	s->hidden = hidden__begin();
	if (!sample_tasks(s) || !s->hidden || !attach__walks_all(s->attach))
		goto out;
	n = hidden__end(s->hidden, text, sizeof(text));
	sink__lock(s->sink);
	sink__config(s->sink, "host.hidden_threads", "%u", n);
	if (n)
		sink__config(s->sink, "host.hidden_names", "%s", text);
	sink__unlock(s->sink);
out:
	hidden__free(s->hidden);
	s->hidden = NULL;
}

static void define_namespace(struct sampler *s, const struct namespace *ns)
{
	struct rec_netns r = { .rec = { .ts = now_ns(), .type = REC_netns },
			       .inum = ns->inum,
			       .name = { .s = ns->name, .len = strlen(ns->name) } };

	sink__lock(s->sink);
	sink__define(s->sink, &r.rec);
	sink__unlock(s->sink);
}

static void sample_namespace(struct sampler *s, size_t i, bool all, bool seldom)
{
	const struct namespace *ns = namespaces__at(s->namespaces, i);
	bool found = monitor__hear(s->monitor, ns);
	int err = namespaces__enter(s->namespaces, i);

	if (err != -ENOENT)
		define_namespace(s, ns);
	if (!err) {
		err = netlink__sample(&s->netlink, ns->inum, found);
		procfs__sample_netns(s->procfs, s->sink, ns->inum, all);
		if (!err && s->openvswitch)
			err = openvswitch__sample(s->procfs, s->sink, ns->inum, all || s->round % PORTS_EVERY == 0, all);
		if (seldom)
			ethtool__sample(s->sink, ns->inum);
		namespaces__leave(s->namespaces);
	}
	if (err && err != -ENOENT) { /* gone meanwhile is no news */
		char key[48];

		snprintf(key, sizeof(key), "netns.%u.unreadable", ns->inum);
		sink__lock(s->sink);
		sink__config(s->sink, key, "%s", strerror(-err));
		sink__unlock(s->sink);
	}
}

static __u64 resident(struct sampler *s)
{
	const char *text = procfs__read(s->procfs, "/proc/self/statm");
	unsigned long long pages = 0;

	if (text)
		(void)sscanf(text, "%*u %llu", &pages);
	return pages * sysconf(_SC_PAGESIZE);
}

static void sample_cost(struct sampler *s)
{
	struct rec_cost r = { .rec = { .ts = now_ns(), .type = REC_cost } };

	r.cpu_time = clock_of(CLOCK_PROCESS_CPUTIME_ID);
	r.rss = resident(s);
	r.ring_peak = s->drain ? drain__peak(s->drain) : 0;
	r.ring_size = attach__ring_bytes(s->attach);
	sink__lock(s->sink);
	r.written = trace_writer__stats(s->sink->writer)->bytes;
	r.events = trace_writer__stats(s->sink->writer)->rows;
	r.lost = s->sink->lost;
	sink__append(s->sink, STREAM_RECORDER, &r.rec);
	sink__unlock(s->sink);
}

/* A program that would interrupt itself on a CPU is skipped by the kernel, which counts that. */
static void look_at_misses(struct sampler *s, size_t i, const struct attach_program *p, __u64 now)
{
	__u64 missed = p->misses - s->misses[i];

	s->misses[i] = p->misses;
	if (missed && p->needed)
		losses__add(s->losses, s->sink, LOSSES_ANYWHERE, p->record, GAP_REENTERED, s->sampled, now, missed);
	if (missed && p->needed && p->also)
		losses__add(s->losses, s->sink, LOSSES_ANYWHERE, p->also, GAP_REENTERED, s->sampled, now, missed);
}

/* One row per probe; its programs follow each other. */
static void sample_programs(struct sampler *s, bool baseline)
{
	struct rec_probe_cost r = { .rec = { .type = REC_probe_cost } };
	struct attach_program p;
	__u64 now = now_ns();
	int err;

	sink__lock(s->sink);
	for (size_t i = 0; i < MAX_PROGRAMS && (err = attach__program(s->attach, i, &p)) != -ENOENT; i++) {
		if (err)
			continue;
		if (baseline)
			s->misses[i] = p.misses;
		else
			look_at_misses(s, i, &p, now);
		if (r.probe && r.probe != p.probe)
			sink__append(s->sink, STREAM_RECORDER, &r.rec);
		if (r.probe != p.probe)
			r = (struct rec_probe_cost){ .rec = { .ts = now, .type = REC_probe_cost }, .probe = p.probe };
		r.runs += p.runs;
		r.run_time += p.run_time;
		r.misses += p.misses;
	}
	if (r.probe)
		sink__append(s->sink, STREAM_RECORDER, &r.rec);
	sink__unlock(s->sink);
	s->sampled = now;
}

static void define_here(void *sink, const struct rec *rec)
{
	sink__lock(sink);
	sink__define_here(sink, rec);
	sink__unlock(sink);
}

/* Looking through files takes its time, and the trace is not locked meanwhile. */
static void name_gone_modules(struct sampler *s)
{
	struct module *gone;

	sink__lock(s->sink);
	gone = modules__take_gone(ustacks__modules(s->sink->ustacks));
	sink__unlock(s->sink);
	modules__name_gone(gone, define_here, s->sink);
}

static void hear(struct sampler *s)
{
	monitor__read(s->monitor, &s->netlink, s->namespaces, s->losses);
}

static void sample(struct sampler *s, bool all)
{
	bool seldom = all || s->round % PROCESSES_EVERY == 0;

	if (seldom)
		gone__look(&s->gone, s->sink, now_ns());
	procfs__begin_round(s->procfs);
	sample_clocks(s);
	namespaces__scan(s->namespaces, seldom);
	hear(s);
	netlink__begin_round(&s->netlink);
	for (size_t i = 0; i < namespaces__count(s->namespaces); i++)
		sample_namespace(s, i, all, seldom);
	if (seldom) {
		vms__sample(s->sink, s->vms, all);
		cgroups__sample(s->sink);
	}
	procfs__sample_host(s->procfs, s->sink, all);
	if (all && s->openvswitch)
		openvswitch__ask_daemon(s->procfs, s->sink);
	if (s->round == 0)
		find_hidden_threads(s);
	else
		sample_tasks(s);
	if (s->round && seldom)
		affinity__look_again(s->affinity, s->sink);
	if (seldom)
		name_gone_modules(s);
	sample_cost(s);
	s->round++;
}

/* Writes the news that come meanwhile. False when it is time to stop. */
static bool wait_until(struct sampler *s, __u64 when)
{
	struct pollfd p[] = { { .fd = s->stop, .events = POLLIN }, { .fd = monitor__fd(s->monitor), .events = POLLIN } };
	__u64 now;

	while ((now = now_ns()) < when) {
		__u64 left = when - now;
		struct timespec ts = { .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000 };

		p[0].revents = p[1].revents = 0;
		(void)ppoll(p, 2, &ts, NULL);
		if (p[0].revents)
			return false;
		if (p[1].revents)
			hear(s);
	}
	return !(poll(p, 1, 0) > 0);
}

/* Statistics make every program run longer: they are on for a moment only, long enough for an average. */
static bool measure_programs(struct sampler *s)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	bool more, limited = s->overhead && fd >= 0;

	if (limited)
		overhead__begin(s->overhead);
	more = fd < 0 || wait_until(s, now_ns() + STATS_WINDOW_NS);
	if (limited && more)
		overhead__end(s->overhead);
	if (fd >= 0)
		close(fd);
	s->stats_due = now_ns() + (s->overhead ? 0 : STATS_EVERY_NS);
	return more;
}

static void *run(void *arg)
{
	struct sampler *s = arg;
	__u64 next = now_ns() + s->interval_ns, began, took;

	prctl(PR_SET_NAME, "netrec-sampler");
	privilege__drop();
	while (wait_until(s, next)) {
		late__look(&s->late, s->sink); /* modules come seldom: what that takes does not make the next round later */
		began = now_ns();
		sample(s, false);
		took = now_ns() - began;
		if (began >= s->stats_due && !measure_programs(s))
			break;
		sample_programs(s, false);
		next += s->interval_ns;
		if (next < began + took * COST_LIMIT)
			next = began + took * COST_LIMIT;
	}
	return NULL;
}

int sampler__open(struct sampler **out, const struct late *late, struct sink *sink, struct losses *l, struct wanted_devices *wanted,
		  __u64 interval_ns, struct trace_error *err)
{
	struct sampler *s = calloc(1, sizeof(*s));

	if (!s)
		return trace_error__set(err, -ENOMEM, "out of memory");
	s->attach = late->attach;
	s->late = *late;
	s->sink = sink;
	s->losses = l;
	s->interval_ns = interval_ns;
	s->stop = eventfd(0, EFD_CLOEXEC);
	s->monitor = monitor__new(sink);
	s->procfs = procfs__new();
	s->affinity = affinity__new();
	s->vms = intern__new(0);
	if (s->stop < 0 || !s->monitor || !s->procfs || !s->affinity || !s->vms || namespaces__open(&s->namespaces, err) < 0) {
		sampler__close(s);
		return trace_error__set(err, -ENOMEM, "cannot begin to sample: out of memory or no /proc");
	}
	s->netlink = (struct netlink){ .sink = sink, .all = s->namespaces, .wanted = wanted };
	sample(s, true);
	sample_programs(s, true);
	*out = s;
	return 0;
}

int sampler__start(struct sampler *s, struct drain *d, struct overhead *o, struct trace_error *err)
{
	int ret;

	s->drain = d;
	s->overhead = o;
	s->stats_due = now_ns() + STATS_FIRST_NS;
	ret = pthread_create(&s->thread, NULL, run, s);
	if (ret)
		return trace_error__set(err, -ret, "cannot start a thread: %s", strerror(ret));
	s->started = true;
	return 0;
}

void sampler__stop(struct sampler *s)
{
	if (!s->started)
		return;
	(void)eventfd_write(s->stop, 1);
	pthread_join(s->thread, NULL);
	s->started = false;
}

void sampler__finish(struct sampler *s)
{
	assert(!s->started);
	sample(s, true);
	sample_programs(s, false);
}

void sampler__close(struct sampler *s)
{
	if (!s)
		return;
	procfs__free(s->procfs);
	affinity__free(s->affinity);
	intern__free(s->vms);
	namespaces__close(s->namespaces);
	monitor__free(s->monitor);
	free(s->netlink.dumped);
	if (s->stop >= 0)
		close(s->stop);
	free(s);
}
