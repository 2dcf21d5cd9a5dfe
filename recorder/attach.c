/*
 * attach.c: the BPF programs of a plan, loaded, attached and switched (attach.h).
 *
 * An object is loaded with all its wanted programs. A probe of which the kernel refuses a program goes on to its next
 * candidate and the object is loaded again; one that cannot be attached is tried by itself.
 */
#include "attach.h"

#include <linux/bpf.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "aim.h"
#include "detach.h"
#include "maps.h"
#include "objects.h"
#include "programs.h"
#include "turns.h"

enum { MAX_INSTANCES = PLAN_PROBES * 2, MAX_PROGRAMS = PLAN_PROBES * 4, LOG_TAIL = 512, MAX_MORE = 1024 };
enum { MAX_LINKS = MAX_PROGRAMS + MAX_MORE };

struct attached {
	struct bpf_program *program;
	struct bpf_link *link;
	const struct probe_def *probe;
	const struct probe_def *also; /* the probe that it serves besides; NULL: none */
	__u64 instance; /* of the module that its function is in; 0: none */
	bool needed;
};

struct attach {
	struct recorder_config config;
	const struct capture_filter *filter;
	struct aim aim;
	struct maps maps;
	FILE *modules; /* opened with the rights we had at the start; NULL: unreadable */
	struct bpf_object *instances[MAX_INSTANCES];
	struct attached programs[MAX_PROGRAMS];
	struct bpf_link *more[MAX_MORE]; /* of programs that are attached in several processes */
	size_t n_more;
	size_t n_instances, n_programs;
};

/* The last thing libbpf or the verifier had to say; loading is done by one thread. */
static char log_tail[LOG_TAIL];

static int keep_log(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level == LIBBPF_WARN && !log_tail[0])
		vsnprintf(log_tail, sizeof(log_tail), fmt, args);
	return 0;
}

/* Where the openvswitch module is, as far as /proc/modules tells; nowhere as long as it is not loaded. */
static void find_openvswitch(struct attach *a)
{
	unsigned long long size, at, begin = 0, end = 0;
	char line[1024], found[64];

	if (!a->modules)
		return;
	rewind(a->modules);
	while (fgets(line, sizeof(line), a->modules))
		if (sscanf(line, "%63s %llu %*s %*s %*s %llx", found, &size, &at) == 3 && !strcmp(found, "openvswitch")) {
			begin = at;
			end = at + size;
		}
	a->maps.control->ovs_text = begin;
	a->maps.control->ovs_text_end = end;
}

static void ask_kernel(struct recorder_config *c, const struct kernel_btf *k)
{
	c->drop_has_reason = kernel_btf__tracepoint_args(k, "kfree_skb") >= 3;
	c->free_has_location = kernel_btf__tracepoint_args(k, "consume_skb") >= 2;
	c->switch_has_state = kernel_btf__tracepoint_args(k, "sched_switch") >= 4;
	c->reset_has_reason = kernel_btf__tracepoint_args(k, "tcp_send_reset") >= 3;
	c->futex_nr = SYS_futex;
}

static int shape_rings(struct recorder_config *c, struct trace_error *err)
{
	c->ring_chunk_bits = RING_CHUNK_BITS;
	while (1ull << c->ring_chunk_bits > c->ring_bytes)
		c->ring_chunk_bits--;
	if (getrandom(&c->ring_secret, sizeof(c->ring_secret), 0) < 0)
		return trace_error__set(err, -errno, "the kernel gives no random bytes: %s", strerror(errno));
	return 0;
}

int attach__open(struct attach **out, const struct attach_opts *opts, const struct kernel_btf *k,
		 struct trace_error *err)
{
	struct attach *a = calloc(1, sizeof(*a));
	int ret;

	if (!a)
		return trace_error__set(err, -ENOMEM, "out of memory");
	libbpf_set_print(keep_log);
	a->config = opts->config;
	a->filter = opts->filter;
	a->config.filter_bytes = a->filter ? capture_filter__bytes(a->filter) : 0;
	ask_kernel(&a->config, k);
	ret = shape_rings(&a->config, err);
	if (!ret)
		ret = aim__open(&a->aim, err);
	if (!ret)
		ret = maps__open(&a->maps, &a->config, opts->pids, err);
	if (ret < 0) {
		attach__close(a);
		return ret;
	}
	a->modules = fopen("/proc/modules", "re");
	find_openvswitch(a);
	*out = a;
	return 0;
}

/* Opens and loads an object with the programs of `only`, or of every pending probe. */
static int load(struct attach *a, struct plan *plan, const struct object *o, const struct plan_probe *only,
		struct bpf_object **out)
{
	struct bpf_object *obj;
	int err;

	log_tail[0] = 0;
	obj = programs__open(o, a->filter);
	if (!obj)
		return -errno;
	a->config.switch_tells_runs = programs__choose(obj, o, plan, only, a->config.inner_pids);
	err = maps__prepare(&a->maps, obj, &a->config);
	if (!err)
		err = bpf_object__load(obj);
	if (!err)
		err = maps__remember(&a->maps, obj);
	if (err) {
		bpf_object__close(obj);
		return err;
	}
	a->instances[a->n_instances++] = obj;
	*out = obj;
	return 0;
}

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

/* Functions go by the name this kernel has for them, all else by the section of the program. */
static struct bpf_link *attach_program(struct attach *a, struct bpf_program *prog, const struct means *m)
{
	const struct program_def *d = probe_defs__program(bpf_program__name(prog));

	if (d->method == METHOD_uprobe || d->method == METHOD_uretprobe)
		return attach_to_processes(a, prog, d, m->uprobes);
	if (d->method != METHOD_kprobe && d->method != METHOD_kretprobe)
		return bpf_program__attach(prog);
	return bpf_program__attach_kprobe(prog, d->method == METHOD_kretprobe,
					  functions__find(m->functions, d->target)->symbol);
}

/* Which instance of which module does the function of this program belong to? */
static __u64 instance_of(const struct bpf_program *prog, const struct means *m)
{
	const struct program_def *d = probe_defs__program(bpf_program__name(prog));
	const struct function *fn = probe_defs__is_function(d->method) ? functions__find(m->functions, d->target) : NULL;

	return fn ? fn->instance : 0;
}

/* The attached program of this object that does the work of `prog`, which was left out for it. NULL: there is none. */
static struct attached *server_of(struct attach *a, const struct bpf_object *obj, const struct bpf_program *prog)
{
	const char *by = programs__served_by(bpf_program__name(prog));
	const struct bpf_program *server = by ? bpf_object__find_program_by_name(obj, by) : NULL;

	for (size_t i = 0; server && i < a->n_programs; i++)
		if (a->programs[i].program == server)
			return &a->programs[i];
	return NULL;
}

/* Attaches all programs of one probe, or none. */
static int attach_probe(struct attach *a, struct bpf_object *obj, struct plan_probe *p, const struct means *m)
{
	size_t first = a->n_programs;
	struct attached *server = NULL;
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) {
		bool served = programs__served_by(bpf_program__name(prog)) && !bpf_program__autoload(prog);
		struct bpf_link *link;

		if (!programs__belongs(p, bpf_program__name(prog)) || !(served || bpf_program__autoload(prog)))
			continue;
		if (served && (server = server_of(a, obj, prog)))
			continue;
		errno = ENOENT; /* served by none */
		link = served ? NULL : attach_program(a, prog, m);
		if (!link) {
			int err = -errno;

			while (a->n_programs > first)
				bpf_link__destroy(a->programs[--a->n_programs].link);
			return err;
		}
		a->programs[a->n_programs++] = (struct attached){
			prog, link, p->def, NULL, instance_of(prog, m),
			probe_defs__program(bpf_program__name(prog))->role != ROLE_HINT };
	}
	p->status = PROBE_ATTACHED;
	p->detail[0] = 0;
	if (server) {
		server->also = p->def;
		snprintf(p->detail, sizeof(p->detail), "by the program of %s, whose cost is both's", server->probe->name);
	}
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
		if (programs__is_pending(&plan->probes[i], o) && programs__belongs(&plan->probes[i], program))
			return &plan->probes[i];
	return NULL;
}

/* All pending probes of an object together. One that is refused goes on to its next candidate, or out. */
static struct bpf_object *load_together(struct attach *a, struct plan *plan, const struct object *o, const struct means *m)
{
	struct bpf_object *obj;
	struct plan_probe *p;
	int err;

	while (programs__any_pending(plan, o)) {
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

		if (programs__is_pending(p, o) && (!obj || attach_probe(a, obj, p, m)))
			load_alone(a, plan, o, p, m);
	}
}

int attach__plan(struct attach *a, struct plan *plan, const struct means *m, struct trace_error *err)
{
	int turn = turn__attach(TURN_ATTACH_MS);
	const struct object *o;

	a->aim.means = m;
	for (size_t i = 0; (o = objects__get(i)); i++)
		load_object(a, plan, o, m);
	turn__end(turn);
	if (plan__count(plan, PROBE_ATTACHED))
		return 0;
	for (size_t i = 0; i < PLAN_PROBES; i++)
		if (plan->probes[i].wanted)
			return trace_error__set(err, -EOPNOTSUPP, "no probe could be attached; %s: %s; see netrec check",
						plan->probes[i].def->name, plan->probes[i].detail);
	return trace_error__set(err, -EINVAL, "no probe is wanted; give a profile or an event");
}

/* Is the module gone that this program was attached in, with another one of its name in its place? */
static bool is_left_behind(const struct attached *p, const struct means *m)
{
	__u64 now = p->instance ? instance_of(p->program, m) : 0;

	return now && now != p->instance;
}

/* The kernel does not put a kprobe back by itself. False when it does not let us either. */
static bool attach_again(struct attach *a, struct attached *p, const struct means *m)
{
	bpf_link__destroy(p->link);
	p->link = attach_program(a, p->program, m);
	p->instance = instance_of(p->program, m);
	return p->link;
}

static bool attach_probe_again(struct attach *a, struct plan_probe *probe, const struct means *m)
{
	bool any = false;

	for (size_t i = 0; i < a->n_programs && probe->status == PROBE_ATTACHED; i++) {
		struct attached *p = &a->programs[i];

		if (p->probe != probe->def || !p->link || !is_left_behind(p, m))
			continue;
		any = true;
		log_tail[0] = 0;
		if (attach_again(a, p, m))
			snprintf(probe->detail, sizeof(probe->detail), "attached again after its module was loaded again");
		else
			say_why(probe, "cannot attach again after its module was loaded again", -errno);
	}
	for (size_t i = 0; any && probe->status != PROBE_ATTACHED && i < a->n_programs; i++)
		if (a->programs[i].probe == probe->def) {
			bpf_link__destroy(a->programs[i].link);
			a->programs[i].link = NULL;
		}
	return any;
}

bool attach__renew(struct attach *a, struct plan *plan, const struct means *m)
{
	bool any = false;

	find_openvswitch(a);
	for (size_t i = 0; i < PLAN_PROBES; i++)
		any |= attach_probe_again(a, &plan->probes[i], m);
	return any;
}

int attach__want_device(struct attach *a, __u32 netns, __u32 ifindex)
{
	struct device_key key = { .netns = netns, .ifindex = ifindex };
	__u8 one = 1;

	return bpf_map_update_elem(a->maps.devices_fd, &key, &one, BPF_ANY) ? -errno : 0;
}

void attach__unwant_device(struct attach *a, __u32 netns, __u32 ifindex)
{
	struct device_key key = { .netns = netns, .ifindex = ifindex };

	(void)bpf_map_delete_elem(a->maps.devices_fd, &key); /* when it is not there, so much the better */
}

void attach__leave_out(struct attach *a, __u16 record)
{
	for (size_t i = 0; i < a->n_programs; i++)
		if (a->programs[i].probe->record == record) {
			bpf_link__destroy(a->programs[i].link);
			a->programs[i].link = NULL;
		}
}

/* Where the links are of all that is attached. */
static size_t links_of(struct attach *a, struct bpf_link **links[MAX_LINKS])
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_programs; i++)
		links[n++] = &a->programs[i].link;
	for (size_t i = 0; i < a->n_more; i++)
		links[n++] = &a->more[i];
	return n;
}

pid_t attach__detach(struct attach *a, unsigned *left)
{
	struct bpf_link **links[MAX_LINKS];

	return detach__begin(links, links_of(a, links), left);
}

void attach__start(struct attach *a)
{
	__atomic_store_n(&a->maps.control->enabled, true, __ATOMIC_SEQ_CST);
}

void attach__stop(struct attach *a)
{
	__atomic_store_n(&a->maps.control->enabled, false, __ATOMIC_SEQ_CST);
}

void attach__settle(struct attach *a)
{
	struct bpf_link **links[MAX_LINKS];

	if (maps__wait_programs(&a->maps) < 0)
		detach__all(links, links_of(a, links)); /* which waits for them, too */
}

void attach__close(struct attach *a)
{
	unsigned left;

	if (!a)
		return;
	attach__detach(a, &left);
	for (size_t i = 0; i < a->n_instances; i++)
		bpf_object__close(a->instances[i]);
	aim__close(&a->aim);
	maps__close(&a->maps);
	if (a->modules)
		fclose(a->modules);
	free(a);
}

__u32 attach__n_cpus(const struct attach *a)
{
	return a->maps.n_cpus;
}

int attach__open_ring(const struct attach *a, __u32 cpu, struct ring *r, struct trace_error *err)
{
	if (a->maps.rings[cpu] < 0)
		return 0;
	*r = (struct ring){ .ends = &a->maps.ring_ends[cpu], .size = a->config.ring_bytes,
			    .chunk_bits = a->config.ring_chunk_bits, .secret = a->config.ring_secret };
	return ring__open(r, a->maps.rings[cpu], err);
}

int attach__bell_fd(const struct attach *a)
{
	return a->maps.bell_fd;
}

__u64 attach__ring_bytes(const struct attach *a)
{
	return a->config.ring_bytes;
}

void attach__wake_at(struct attach *a, __u64 bytes)
{
	a->maps.control->wake_bytes = bytes;
}

const volatile __u64 *attach__lost(const struct attach *a)
{
	return a->maps.lost;
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
	return a->maps.control->self_tgid == (__u32)getpid();
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
				      .also = a->programs[i].also ? a->programs[i].also->record : 0,
				      .needed = a->programs[i].needed };
	if (bpf_obj_get_info_by_fd(bpf_program__fd(a->programs[i].program), &info, &len))
		return -errno;
	p->runs = info.run_cnt;
	p->run_time = info.run_time_ns;
	p->misses = info.recursion_misses;
	return 0;
}
