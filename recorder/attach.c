/*
 * attach.c: the BPF programs of a plan, loaded, attached and switched (attach.h).
 *
 * An object is loaded with all its wanted programs. A probe of which the kernel refuses a program goes on to its next
 * candidate and the object is loaded again; one that cannot be attached is tried by itself. Maps are
 * found by name: whichever instance comes first creates a map, later ones use it. Names are therefore
 * the same in the kernel, which keeps 15 characters, and in bpf/.
 */
#include "attach.h"

#include <linux/bpf.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf/ct.skel.h"
#include "bpf/drop.skel.h"
#include "bpf/frag.skel.h"
#include "bpf/futex.skel.h"
#include "bpf/irq.skel.h"
#include "bpf/kvm.skel.h"
#include "bpf/link.skel.h"
#include "bpf/ovs_path.skel.h"
#include "bpf/lock.skel.h"
#include "bpf/ovs.skel.h"
#include "bpf/pthread.skel.h"
#include "bpf/run.skel.h"
#include "bpf/qdisc.skel.h"
#include "bpf/sched.skel.h"
#include "bpf/skb.skel.h"
#include "bpf/stack.skel.h"
#include "bpf/task.skel.h"
#include "bpf/tcp.skel.h"
#include "bpf/tun.skel.h"
#include "bpf/vhost.skel.h"
#include "bpf/virtio.skel.h"

enum { MAX_MAPS = 64, MAX_INSTANCES = PLAN_PROBES * 2, MAX_PROGRAMS = PLAN_PROBES * 4, LOG_TAIL = 512,
       MAX_MORE = 1024 };
enum { FOLLOWED_PACKETS = 65536 }; /* as many addresses are kept, of packets that are on their way or were lately */

static const struct object {
	const char *name;
	const void *(*elf)(size_t *size);
} OBJECTS[] = {
	{ "skb", skb_bpf__elf_bytes },     { "drop", drop_bpf__elf_bytes }, { "sched", sched_bpf__elf_bytes },
	{ "futex", futex_bpf__elf_bytes }, { "task", task_bpf__elf_bytes }, { "irq", irq_bpf__elf_bytes },
	{ "tcp", tcp_bpf__elf_bytes },     { "stack", stack_bpf__elf_bytes }, { "ovs_path", ovs_path_bpf__elf_bytes },
	{ "link", link_bpf__elf_bytes },   { "lock", lock_bpf__elf_bytes },   { "tun", tun_bpf__elf_bytes },
	{ "vhost", vhost_bpf__elf_bytes }, { "kvm", kvm_bpf__elf_bytes },     { "virtio", virtio_bpf__elf_bytes },
	{ "ovs", ovs_bpf__elf_bytes },
	{ "run", run_bpf__elf_bytes },     { "pthread", pthread_bpf__elf_bytes },
	{ "ct", ct_bpf__elf_bytes },       { "frag", frag_bpf__elf_bytes },
	{ "qdisc", qdisc_bpf__elf_bytes },
};

enum { N_OBJECTS = sizeof(OBJECTS) / sizeof(OBJECTS[0]) };

struct shared_map {
	char name[32];
	int fd;
	bool ours; /* created by us, not by an object that owns and closes it */
};

struct attached {
	struct bpf_program *program;
	struct bpf_link *link;
	const struct probe_def *probe;
	bool needed;
};

struct attach {
	struct recorder_config config;
	const struct filter *filter;
	int devices_fd;
	struct shared_map maps[MAX_MAPS];
	struct bpf_object *instances[MAX_INSTANCES];
	struct attached programs[MAX_PROGRAMS];
	struct bpf_link *more[MAX_MORE]; /* of programs that are attached in several processes */
	size_t n_more;
	size_t n_maps, n_instances, n_programs;
	int *rings; /* n_cpus */
	__u32 n_cpus;
	__u64 ring_bytes;
	const volatile __u64 *lost;
	volatile struct recorder_control *control;
	size_t lost_bytes, control_bytes;
};

/* The last thing libbpf or the verifier had to say; loading is done by one thread. */
static char log_tail[LOG_TAIL];

static int keep_log(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level == LIBBPF_WARN && !log_tail[0])
		vsnprintf(log_tail, sizeof(log_tail), fmt, args);
	return 0;
}

const void *attach__object(size_t i, const char **name, size_t *size)
{
	if (i >= N_OBJECTS)
		return NULL;
	*name = OBJECTS[i].name;
	return OBJECTS[i].elf(size);
}

static size_t page_rounded(size_t bytes)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

static int share(struct attach *a, const char *name, int fd, bool ours)
{
	struct shared_map *m = &a->maps[a->n_maps];

	if (a->n_maps == MAX_MAPS)
		return -ENOSPC;
	snprintf(m->name, sizeof(m->name), "%s", name);
	m->fd = fd;
	m->ours = ours;
	a->n_maps++;
	return 0;
}

static int map_error(struct trace_error *err, int code, const char *what)
{
	if (code == -EPERM || code == -EACCES)
		return trace_error__set(err, code, "not permitted to use BPF (%s: %s); run netrec as root, or see "
						   "netrec check", what, strerror(-code));
	if (code == -ENOMEM)
		return trace_error__set(err, code, "the kernel has no memory for %s; give a smaller --ring", what);
	return trace_error__set(err, code, "cannot create %s: %s; see netrec check", what, strerror(-code));
}

/* An array that programs and netrec both see, without system calls. */
static int create_mapped(struct attach *a, const char *name, __u32 entries, size_t value, int prot, void **mem,
			 size_t *bytes, struct trace_error *err)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(__u32), value, entries, &opts);

	if (fd < 0)
		return map_error(err, fd, name);
	TRY(share(a, name, fd, true));
	*bytes = page_rounded(entries * ((value + 7) / 8 * 8));
	*mem = mmap(NULL, *bytes, prot, MAP_SHARED, fd, 0);
	if (*mem == MAP_FAILED) {
		*mem = NULL;
		return map_error(err, -errno, name);
	}
	return 0;
}

/* One ring per CPU that is online; the others keep no memory, and count as lost if they come. */
static int create_rings(struct attach *a, struct trace_error *err)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	int fd = -1;

	for (__u32 cpu = 0; cpu < a->n_cpus; cpu++)
		a->rings[cpu] = -1;
	for (__u32 cpu = 0; cpu < a->n_cpus && online > 0; cpu++) {
		char path[64];

		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
		if (!access(path, F_OK)) {
			FILE *f = fopen(path, "re");
			int c = f ? fgetc(f) : '1';

			if (f)
				fclose(f);
			if (c != '1')
				continue;
		}
		a->rings[cpu] = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "netrec_ring", 0, 0, a->ring_bytes, NULL);
		if (a->rings[cpu] < 0)
			return map_error(err, a->rings[cpu], "the rings");
		opts.inner_map_fd = a->rings[cpu];
	}
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "rings", sizeof(__u32), sizeof(__u32), a->n_cpus, &opts);
	if (fd < 0)
		return map_error(err, fd, "the table of rings");
	for (__u32 cpu = 0; cpu < a->n_cpus; cpu++)
		if (a->rings[cpu] >= 0 && bpf_map_update_elem(fd, &cpu, &a->rings[cpu], BPF_ANY))
			return map_error(err, -errno, "the table of rings");
	return share(a, "rings", fd, true);
}

static int create_pids(struct attach *a, const struct attach_opts *opts, struct trace_error *err)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "wanted_pids", sizeof(__u32), 1, MAX_PIDS, NULL);
	__u8 one = 1;

	if (fd < 0)
		return map_error(err, fd, "the table of processes");
	for (__u32 i = 0; i < opts->config.n_pids; i++)
		if (bpf_map_update_elem(fd, &opts->pids[i], &one, BPF_ANY))
			return map_error(err, -errno, "the table of processes");
	return share(a, "wanted_pids", fd, true);
}

/* Addresses of followed packets; without a filter nobody asks for it. */
static int create_followed(struct attach *a, struct trace_error *err)
{
	__u32 entries = a->config.filter ? FOLLOWED_PACKETS : 1;
	int fd = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "followed", sizeof(__u64), sizeof(__u32), entries, NULL);

	return fd < 0 ? map_error(err, fd, "the table of followed packets") : share(a, "followed", fd, true);
}

static int create_devices(struct attach *a, struct trace_error *err)
{
	__u32 entries = a->config.filter & FILTER_DEVICES ? MAX_DEVICES : 1;
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "wanted_devices", sizeof(struct device_key), 1, entries, NULL);

	if (fd < 0)
		return map_error(err, fd, "the table of devices");
	a->devices_fd = fd;
	return share(a, "wanted_devices", fd, true);
}

/* Where a module is, as far as /proc/modules tells. */
static void find_module(const char *name, __u64 *begin, __u64 *end)
{
	unsigned long long size, at;
	FILE *f = fopen("/proc/modules", "re");
	char line[1024], found[64];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %llu %*s %*s %*s %llx", found, &size, &at) == 3 && !strcmp(found, name)) {
			*begin = at;
			*end = at + size;
		}
	if (f)
		fclose(f);
}

static void ask_kernel(struct recorder_config *c, const struct kernel_btf *k)
{
	c->drop_has_reason = kernel_btf__tracepoint_args(k, "kfree_skb") >= 3;
	c->free_has_location = kernel_btf__tracepoint_args(k, "consume_skb") >= 2;
	c->switch_has_state = kernel_btf__tracepoint_args(k, "sched_switch") >= 4;
	c->reset_has_reason = kernel_btf__tracepoint_args(k, "tcp_send_reset") >= 3;
	c->futex_nr = SYS_futex;
	find_module("openvswitch", &c->ovs_text, &c->ovs_text_end);
}

static int create_maps(struct attach *a, const struct attach_opts *opts, struct trace_error *err)
{
	void *mem;

	TRY(create_mapped(a, "lost", a->n_cpus * LOST_TYPES, sizeof(__u64), PROT_READ, &mem, &a->lost_bytes, err));
	a->lost = mem;
	TRY(create_mapped(a, ".data.control", 1, sizeof(struct recorder_control), PROT_READ | PROT_WRITE, &mem,
			  &a->control_bytes, err));
	a->control = mem;
	a->control->self_tgid = getpid(); /* as far as we know: inside a PID namespace, walk_tasks() knows better */
	TRY(create_rings(a, err));
	TRY(create_followed(a, err));
	TRY(create_devices(a, err));
	return create_pids(a, opts, err);
}

int attach__open(struct attach **out, const struct attach_opts *opts, const struct kernel_btf *k,
		 struct trace_error *err)
{
	struct attach *a = calloc(1, sizeof(*a));
	int n_cpus = libbpf_num_possible_cpus(), ret;

	if (!a || n_cpus < 1) {
		free(a);
		return trace_error__set(err, -ENOMEM, "cannot find out how many CPUs there are");
	}
	libbpf_set_print(keep_log);
	a->n_cpus = n_cpus;
	a->ring_bytes = opts->ring_bytes > page_rounded(1) ? opts->ring_bytes : page_rounded(1);
	a->config = opts->config;
	a->filter = opts->filter;
	a->config.filter_bytes = a->filter ? filter__bytes(a->filter) : 0;
	a->rings = calloc(n_cpus, sizeof(*a->rings));
	ask_kernel(&a->config, k);
	ret = a->rings ? create_maps(a, opts, err) : trace_error__set(err, -ENOMEM, "out of memory");
	if (ret < 0) {
		attach__close(a);
		return ret;
	}
	*out = a;
	return 0;
}

/* Gives an opened object its config and every map that exists already. */
static int prepare_maps(struct attach *a, struct bpf_object *obj)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj) {
		const char *name = bpf_map__name(map);

		if (!strcmp(name, ".rodata.config")) {
			TRY(bpf_map__set_initial_value(map, &a->config, sizeof(a->config)));
			continue;
		}
		for (size_t i = 0; i < a->n_maps; i++) {
			if (strcmp(a->maps[i].name, name))
				continue;
			TRY(bpf_map__reuse_fd(map, a->maps[i].fd)); /* and takes over its name: `name` is gone */
			break;
		}
	}
	return 0;
}

static bool is_shared(const struct attach *a, const char *name)
{
	for (size_t i = 0; i < a->n_maps; i++)
		if (!strcmp(a->maps[i].name, name))
			return true;
	return false;
}

static int remember_maps(struct attach *a, struct bpf_object *obj)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
		if (bpf_map__name(map)[0] != '.' && !is_shared(a, bpf_map__name(map)))
			TRY(share(a, bpf_map__name(map), bpf_map__fd(map), false));
	return 0;
}

static const struct program_def *program_def(const char *program)
{
	const struct program_def *defs;
	size_t n;

	defs = plan__program_defs(&n);
	for (size_t i = 0; i < n; i++)
		if (!strcmp(defs[i].program, program))
			return &defs[i];
	return NULL;
}

/* Is this program one of the candidate that the probe is to use? */
static bool belongs(const struct plan_probe *p, const char *program)
{
	const struct program_def *d = program_def(program);

	return d && !strcmp(d->probe, p->def->name) && d->candidate == p->candidate;
}

static bool is_pending(const struct plan_probe *p, const struct object *o)
{
	return p->wanted && p->candidate && p->status != PROBE_ATTACHED && !strcmp(p->def->object, o->name);
}

/* An object as built or, where there is a filter, with that in it. NULL with errno. */
static struct bpf_object *open_object(const struct attach *a, const struct object *o)
{
	struct bpf_object *obj;
	size_t size;
	const void *elf = o->elf(&size);
	void *copy;
	int err;

	if (!a->filter)
		return bpf_object__open_mem(elf, size, NULL);
	copy = malloc(size);
	if (!copy)
		return NULL;
	memcpy(copy, elf, size);
	err = filter__install(a->filter, copy, size, NULL);
	obj = err < 0 ? NULL : bpf_object__open_mem(copy, size, NULL);
	err = err < 0 ? -err : errno;
	free(copy); /* libbpf has read it */
	errno = err;
	return obj;
}

static bool has_pending(const struct plan *plan, const struct object *o)
{
	for (size_t i = 0; i < PLAN_PROBES; i++)
		if (is_pending(&plan->probes[i], o))
			return true;
	return false;
}

/* Opens and loads an object with the programs of `only`, or of every pending probe. */
static int load(struct attach *a, struct plan *plan, const struct object *o, const struct plan_probe *only,
		struct bpf_object **out)
{
	struct bpf_program *prog;
	struct bpf_object *obj;
	int err;

	log_tail[0] = 0;
	obj = open_object(a, o);
	if (!obj)
		return -errno;
	bpf_object__for_each_program(prog, obj) {
		bool use = false;

		for (size_t i = 0; i < PLAN_PROBES; i++) {
			const struct plan_probe *p = &plan->probes[i];

			use |= (!only || only == p) && is_pending(p, o) && belongs(p, bpf_program__name(prog));
		}
		bpf_program__set_autoload(prog, use);
	}
	err = prepare_maps(a, obj);
	if (!err)
		err = bpf_object__load(obj);
	if (!err)
		err = remember_maps(a, obj);
	if (err) {
		bpf_object__close(obj);
		return err;
	}
	a->instances[a->n_instances++] = obj;
	*out = obj;
	return 0;
}

/* Functions go by the name this kernel has for them, all else by the section of the program. */
/* At every place there is; all but the first link are kept aside. NULL with errno when there is none. */
static struct bpf_link *attach_to_processes(struct attach *a, struct bpf_program *prog, const struct program_def *d,
					    const struct uprobes *u)
{
	struct bpf_link *first = NULL, *link;
	struct uprobe at;

	for (size_t i = 0; uprobes__at(u, d->target, i, &at); i++) {
		link = bpf_program__attach_uprobe(prog, d->method == METHOD_uretprobe, at.pid, at.path, at.offset);
		if (!link)
			continue; /* the process may have ended meanwhile */
		if (!first)
			first = link;
		else if (a->n_more < MAX_MORE)
			a->more[a->n_more++] = link;
		else
			bpf_link__destroy(link);
	}
	if (!first && !errno)
		errno = ENOENT;
	return first;
}

static struct bpf_link *attach_program(struct attach *a, struct bpf_program *prog, const struct means *m)
{
	const struct program_def *d = program_def(bpf_program__name(prog));

	if (d->method == METHOD_uprobe || d->method == METHOD_uretprobe)
		return attach_to_processes(a, prog, d, m->uprobes);
	if (d->method != METHOD_kprobe && d->method != METHOD_kretprobe)
		return bpf_program__attach(prog);
	return bpf_program__attach_kprobe(prog, d->method == METHOD_kretprobe,
					  functions__find(m->functions, d->target)->symbol);
}

/* Attaches all programs of one probe, or none. */
static int attach_probe(struct attach *a, struct bpf_object *obj, struct plan_probe *p, const struct means *m)
{
	size_t first = a->n_programs;
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) {
		struct bpf_link *link;

		if (!bpf_program__autoload(prog) || !belongs(p, bpf_program__name(prog)))
			continue;
		link = attach_program(a, prog, m);
		if (!link) {
			int err = -errno;

			while (a->n_programs > first)
				bpf_link__destroy(a->programs[--a->n_programs].link);
			return err;
		}
		a->programs[a->n_programs++] = (struct attached){
			prog, link, p->def, program_def(bpf_program__name(prog))->role == ROLE_NEEDED };
	}
	p->status = PROBE_ATTACHED;
	p->detail[0] = 0;
	return 0;
}

static void say_why(struct plan_probe *p, const char *what, int err)
{
	log_tail[strcspn(log_tail, "\n")] = 0;
	p->status = PROBE_FAILED;
	snprintf(p->detail, sizeof(p->detail), "%s: %s%s%.120s", what, strerror(-err), log_tail[0] ? "; " : "", log_tail);
}

/* Without another candidate it stays at what became of this one. */
static bool next_candidate(struct plan_probe *p, const struct means *m)
{
	char detail[PLAN_DETAIL];

	memcpy(detail, p->detail, sizeof(detail));
	if (plan__next_candidate(p, p->candidate, m))
		return true;
	memcpy(p->detail, detail, sizeof(detail));
	return false;
}

/* One probe by itself, by each of its candidates in turn. */
static void load_alone(struct attach *a, struct plan *plan, const struct object *o, struct plan_probe *p,
		       const struct means *m)
{
	struct bpf_object *obj;
	int err;

	do {
		p->status = PROBE_NOT_WANTED;
		err = load(a, plan, o, p, &obj);
		if (err)
			say_why(p, "the kernel refused the program", err);
		else if ((err = attach_probe(a, obj, p, m)))
			say_why(p, "cannot attach", err);
	} while (err && next_candidate(p, m));
}

/* The probe of this object whose program the kernel has just refused, by what libbpf said; NULL when it did not say. */
static struct plan_probe *refused(struct plan *plan, const struct object *o)
{
	char program[64];

	if (sscanf(log_tail, "libbpf: prog '%63[^']'", program) != 1)
		return NULL;
	for (size_t i = 0; i < PLAN_PROBES; i++)
		if (is_pending(&plan->probes[i], o) && belongs(&plan->probes[i], program))
			return &plan->probes[i];
	return NULL;
}

/* All pending probes of an object together. One that is refused goes on to its next candidate, or out. */
static struct bpf_object *load_together(struct attach *a, struct plan *plan, const struct object *o, const struct means *m)
{
	struct bpf_object *obj;
	struct plan_probe *p;
	int err;

	while (has_pending(plan, o)) {
		err = load(a, plan, o, NULL, &obj);
		if (!err)
			return obj;
		p = refused(plan, o);
		if (!p)
			return NULL;
		say_why(p, "the kernel refused the program", err);
		next_candidate(p, m);
	}
	return NULL;
}

static void load_object(struct attach *a, struct plan *plan, const struct object *o, const struct means *m)
{
	struct bpf_object *obj = load_together(a, plan, o, m);

	for (size_t i = 0; i < PLAN_PROBES; i++) {
		struct plan_probe *p = &plan->probes[i];

		if (is_pending(p, o) && (!obj || attach_probe(a, obj, p, m)))
			load_alone(a, plan, o, p, m);
	}
}

int attach__plan(struct attach *a, struct plan *plan, const struct means *m, struct trace_error *err)
{
	for (size_t i = 0; i < N_OBJECTS; i++)
		load_object(a, plan, &OBJECTS[i], m);
	if (plan__count(plan, PROBE_ATTACHED))
		return 0;
	for (size_t i = 0; i < PLAN_PROBES; i++)
		if (plan->probes[i].wanted)
			return trace_error__set(err, -EOPNOTSUPP, "no probe could be attached; %s: %s; see netrec check",
						plan->probes[i].def->name, plan->probes[i].detail);
	return trace_error__set(err, -EINVAL, "no probe is wanted; give a profile or an event");
}

int attach__want_device(struct attach *a, __u32 netns, __u32 ifindex)
{
	struct device_key key = { .netns = netns, .ifindex = ifindex };
	__u8 one = 1;

	return bpf_map_update_elem(a->devices_fd, &key, &one, BPF_ANY) ? -errno : 0;
}

void attach__enable(struct attach *a, bool on)
{
	__atomic_store_n(&a->control->enabled, on, __ATOMIC_SEQ_CST);
}

void attach__detach(struct attach *a)
{
	for (size_t i = 0; i < a->n_programs; i++) {
		bpf_link__destroy(a->programs[i].link);
		a->programs[i].link = NULL;
	}
	while (a->n_more)
		bpf_link__destroy(a->more[--a->n_more]);
}

void attach__close(struct attach *a)
{
	if (!a)
		return;
	attach__detach(a);
	for (size_t i = 0; i < a->n_instances; i++)
		bpf_object__close(a->instances[i]);
	if (a->lost)
		munmap((void *)a->lost, a->lost_bytes);
	if (a->control)
		munmap((void *)a->control, a->control_bytes);
	for (size_t i = 0; i < a->n_maps; i++)
		if (a->maps[i].ours)
			close(a->maps[i].fd);
	for (__u32 cpu = 0; a->rings && cpu < a->n_cpus; cpu++)
		if (a->rings[cpu] > 0)
			close(a->rings[cpu]);
	free(a->rings);
	free(a);
}

__u32 attach__n_cpus(const struct attach *a)
{
	return a->n_cpus;
}

int attach__ring_fd(const struct attach *a, __u32 cpu)
{
	return a->rings[cpu];
}

__u64 attach__ring_bytes(const struct attach *a)
{
	return a->ring_bytes;
}

const volatile __u64 *attach__lost(const struct attach *a)
{
	return a->lost;
}

int attach__walk_tasks(const struct attach *a, size_t nth)
{
	for (size_t i = 0; i < a->n_programs; i++) {
		const struct attached *p = &a->programs[i];

		if (p->link && bpf_program__expected_attach_type(p->program) == BPF_TRACE_ITER && !nth--)
			return bpf_iter_create(bpf_link__fd(p->link));
	}
	return -ENOENT;
}

static bool introduces_tasks(const struct attach *a)
{
	for (size_t i = 0; i < a->n_programs; i++)
		if (a->programs[i].link && a->programs[i].probe->record == REC_thread)
			return true;
	return false;
}

bool attach__same_pids(const struct attach *a)
{
	return a->control->self_tgid == (__u32)getpid();
}

bool attach__walks_all(const struct attach *a)
{
	return introduces_tasks(a) && !a->config.n_pids && !a->config.n_comms && attach__same_pids(a);
}

int attach__program(const struct attach *a, size_t i, struct attach_program *p)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);

	if (i >= a->n_programs)
		return -ENOENT;
	*p = (struct attach_program){ .probe = a->programs[i].probe->id,
				      .record = a->programs[i].probe->record,
				      .needed = a->programs[i].needed };
	if (bpf_obj_get_info_by_fd(bpf_program__fd(a->programs[i].program), &info, &len))
		return -errno;
	p->runs = info.run_cnt;
	p->run_time = info.run_time_ns;
	p->misses = info.recursion_misses;
	return 0;
}
