/*
 * maps.c: the maps all BPF objects share (maps.h).
 *
 * Maps are found by name: whichever comes first creates a map, later ones use it. Names are therefore the same in the
 * kernel, which keeps 15 characters, and in bpf/.
 */
#include "maps.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FOLLOWED_PACKETS = 65536 }; /* as many addresses are kept, of packets that are on their way or were lately */

static size_t page_rounded(size_t bytes)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

static int share(struct maps *m, const char *name, int fd, bool ours)
{
	struct shared_map *s = &m->shared[m->n];

	if (m->n == MAX_MAPS)
		return -ENOSPC;
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->fd = fd;
	s->ours = ours;
	m->n++;
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
static int create_mapped(struct maps *m, const char *name, __u32 entries, size_t value, int prot, void **mem,
			 size_t *bytes, struct trace_error *err)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(__u32), value, entries, &opts);

	if (fd < 0)
		return map_error(err, fd, name);
	TRY(share(m, name, fd, true));
	*bytes = page_rounded(entries * ((value + 7) / 8 * 8));
	*mem = mmap(NULL, *bytes, prot, MAP_SHARED, fd, 0);
	if (*mem == MAP_FAILED) {
		*mem = NULL;
		return map_error(err, -errno, name);
	}
	return 0;
}

/* One that cannot be taken offline has no such file. */
static bool is_online(__u32 cpu)
{
	char path[64];
	FILE *f;
	int c;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	f = fopen(path, "re");
	c = f ? fgetc(f) : '1';
	if (f)
		fclose(f);
	return c == '1';
}

/* One ring per CPU that is online; the others keep no memory, and count as lost if they come. */
static int create_rings(struct maps *m, const struct recorder_config *c, struct trace_error *err)
{
	__u32 chunk = (1u << c->ring_chunk_bits) + RECORD_MOST, chunks = c->ring_bytes >> c->ring_chunk_bits;
	LIBBPF_OPTS(bpf_map_create_opts, ring, .map_flags = BPF_F_MMAPABLE);
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	int fd = -1;

	for (__u32 cpu = 0; cpu < m->n_cpus; cpu++)
		m->rings[cpu] = -1;
	for (__u32 cpu = 0; cpu < m->n_cpus; cpu++) {
		if (!is_online(cpu))
			continue;
		m->rings[cpu] = bpf_map_create(BPF_MAP_TYPE_ARRAY, "netrec_ring", sizeof(__u32), chunk, chunks, &ring);
		if (m->rings[cpu] < 0)
			return map_error(err, m->rings[cpu], "the rings");
		opts.inner_map_fd = m->rings[cpu];
	}
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "rings", sizeof(__u32), sizeof(__u32), m->n_cpus, &opts);
	if (fd < 0)
		return map_error(err, fd, "the table of rings");
	for (__u32 cpu = 0; cpu < m->n_cpus; cpu++)
		if (m->rings[cpu] >= 0 && bpf_map_update_elem(fd, &cpu, &m->rings[cpu], BPF_ANY))
			return map_error(err, -errno, "the table of rings");
	m->rings_fd = fd;
	return share(m, "rings", fd, true);
}

/* What wakes netrec. */
static int create_bell(struct maps *m, struct trace_error *err)
{
	m->bell_fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "bell", 0, 0, page_rounded(1), NULL);
	return m->bell_fd < 0 ? map_error(err, m->bell_fd, "what wakes netrec") : share(m, "bell", m->bell_fd, true);
}

static int create_pids(struct maps *m, const struct recorder_config *c, const __u32 *pids, struct trace_error *err)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "wanted_pids", sizeof(__u32), 1, MAX_PIDS, NULL);
	__u8 one = 1;

	if (fd < 0)
		return map_error(err, fd, "the table of processes");
	for (__u32 i = 0; i < c->n_pids; i++)
		if (bpf_map_update_elem(fd, &pids[i], &one, BPF_ANY))
			return map_error(err, -errno, "the table of processes");
	return share(m, "wanted_pids", fd, true);
}

/* Addresses of followed packets; without a filter nobody asks for it. */
static int create_followed(struct maps *m, const struct recorder_config *c, struct trace_error *err)
{
	__u32 entries = c->filter ? FOLLOWED_PACKETS : 1;
	int fd = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "followed", sizeof(__u64), sizeof(__u32), entries, NULL);

	return fd < 0 ? map_error(err, fd, "the table of followed packets") : share(m, "followed", fd, true);
}

static int create_devices(struct maps *m, const struct recorder_config *c, struct trace_error *err)
{
	__u32 entries = c->filter & FILTER_DEVICES ? MAX_DEVICES : 1;
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "wanted_devices", sizeof(struct device_key), 1, entries, NULL);

	if (fd < 0)
		return map_error(err, fd, "the table of devices");
	m->devices_fd = fd;
	return share(m, "wanted_devices", fd, true);
}

static int create(struct maps *m, const struct recorder_config *c, const __u32 *pids, struct trace_error *err)
{
	void *mem;

	TRY(create_mapped(m, "lost", m->n_cpus * LOST_TYPES, sizeof(__u64), PROT_READ, &mem, &m->lost_bytes, err));
	m->lost = mem;
	TRY(create_mapped(m, ".data.control", 1, sizeof(struct recorder_control), PROT_READ | PROT_WRITE, &mem,
			  &m->control_bytes, err));
	m->control = mem;
	m->control->self_tgid = getpid(); /* as far as we know: inside a PID namespace, walk_tasks() knows better */
	TRY(create_mapped(m, "ring_ends", m->n_cpus, sizeof(struct ring_ends), PROT_READ | PROT_WRITE, &mem,
			  &m->ends_bytes, err));
	m->ring_ends = mem;
	TRY(create_rings(m, c, err));
	TRY(create_bell(m, err));
	TRY(create_followed(m, c, err));
	TRY(create_devices(m, c, err));
	return create_pids(m, c, pids, err);
}

int maps__open(struct maps *m, const struct recorder_config *c, const __u32 *pids, struct trace_error *err)
{
	int n_cpus = libbpf_num_possible_cpus();

	*m = (struct maps){ 0 };
	if (n_cpus < 1)
		return trace_error__set(err, -ENOMEM, "cannot find out how many CPUs there are");
	m->n_cpus = n_cpus;
	m->rings = calloc(n_cpus, sizeof(*m->rings));
	return m->rings ? create(m, c, pids, err) : trace_error__set(err, -ENOMEM, "out of memory");
}

/* The kernel waits for running programs when a map in a map is replaced (maybe_wait_bpf_programs(), since 4.20). */
int maps__wait_programs(const struct maps *m)
{
	for (__u32 cpu = 0; cpu < m->n_cpus; cpu++)
		if (m->rings[cpu] >= 0)
			return bpf_map_update_elem(m->rings_fd, &cpu, &m->rings[cpu], BPF_ANY) ? -errno : 0;
	return -ENOENT;
}

void maps__close(struct maps *m)
{
	if (m->lost)
		munmap((void *)m->lost, m->lost_bytes);
	if (m->control)
		munmap((void *)m->control, m->control_bytes);
	if (m->ring_ends)
		munmap(m->ring_ends, m->ends_bytes);
	for (size_t i = 0; i < m->n; i++)
		if (m->shared[i].ours)
			close(m->shared[i].fd);
	for (__u32 cpu = 0; m->rings && cpu < m->n_cpus; cpu++)
		if (m->rings[cpu] > 0)
			close(m->rings[cpu]);
	free(m->rings);
	*m = (struct maps){ 0 };
}

int maps__prepare(const struct maps *m, struct bpf_object *obj, const struct recorder_config *c)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj) {
		const char *name = bpf_map__name(map);

		if (!strcmp(name, ".rodata.config")) {
			TRY(bpf_map__set_initial_value(map, c, sizeof(*c)));
			continue;
		}
		if (!strcmp(name, "cpus"))
			TRY(bpf_map__set_max_entries(map, m->n_cpus));
		for (size_t i = 0; i < m->n; i++) {
			if (strcmp(m->shared[i].name, name))
				continue;
			TRY(bpf_map__reuse_fd(map, m->shared[i].fd)); /* and takes over its name: `name` is gone */
			break;
		}
	}
	return 0;
}

static bool is_shared(const struct maps *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->shared[i].name, name))
			return true;
	return false;
}

int maps__remember(struct maps *m, struct bpf_object *obj)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
		if (bpf_map__name(map)[0] != '.' && !is_shared(m, bpf_map__name(map)))
			TRY(share(m, bpf_map__name(map), bpf_map__fd(map), false));
	return 0;
}
