/*
 * procfs.c: the kernel's counters under /proc (procfs.h).
 *
 * Files are read before the trace is locked: the kernel may take its time to make them up, and
 * meanwhile the rings fill.
 *
 * Of most, each line is as it was a second ago, and nothing in it is looked at. Every AFRESH_EVERY rounds it is, all
 * the same: so the counters that are still there can be told from those that are gone.
 */
#include "procfs.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_COUNTERS = 1 << 20 }; /* some two thousand namespaces */
enum { AFRESH_EVERY = 10 };      /* rounds */
enum file { FILE_SNMP, FILE_NETSTAT, FILE_SNMP6, FILE_CONNTRACK, FILE_ARP, FILE_NDISC, FILE_INTERRUPTS };

struct file_key {
	__u32 namespace, file;
};

/* What is left of a text, and of that of the last time. */
struct lines {
	char *now;
	const char *before;
};

struct counter_key {
	__u32 namespace, name;
};

struct procfs {
	struct intern *namespaces; /* numbers: one that is given again gets another id here */
	struct intern *counters;   /* by namespace and name; value: the last one written */
	struct intern *texts;      /* by namespace and file; value: what it said last time, a string of our own */
	__u64 namespaces_round, counters_round, texts_round; /* what was not asked for since then is gone */
	char *before; /* what the file that was read last had said before */
	unsigned rounds;
	bool afresh; /* in this round, every line is looked at */
	char *buffer;
	size_t room;
	__u64 tick_ns;        /* unit of /proc/stat */
};

static void free_text(void *unused, const struct interned *i)
{
	(void)unused;
	free((char *)(uintptr_t)i->value);
}

struct procfs *procfs__new(void)
{
	struct procfs *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->namespaces = intern__new(0);
	p->counters = intern__new(MAX_COUNTERS);
	p->texts = intern__new(0);
	p->room = 16384;
	p->buffer = malloc(p->room);
	p->tick_ns = 1000000000ULL / sysconf(_SC_CLK_TCK);
	if (!p->namespaces || !p->counters || !p->texts || !p->buffer) {
		procfs__free(p);
		return NULL;
	}
	intern__on_forget(p->texts, free_text, NULL);
	return p;
}

void procfs__free(struct procfs *p)
{
	if (!p)
		return;
	for (struct interned *i = p->texts ? intern__first(p->texts) : NULL; i; i = intern__next(i))
		free_text(NULL, i);
	intern__free(p->namespaces);
	intern__free(p->counters);
	intern__free(p->texts);
	free(p->before);
	free(p->buffer);
	free(p);
}

char *procfs__read(struct procfs *p, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, p->buffer + used, p->room - used - 1)) > 0) {
		used += n;
		if (used + 1 == p->room) {
			char *more = realloc(p->buffer, p->room * 2);

			if (!more)
				break;
			p->buffer = more;
			p->room *= 2;
		}
	}
	if (fd >= 0)
		close(fd);
	p->buffer[used] = 0;
	return n < 0 ? NULL : p->buffer;
}

static void forget_gone(struct intern *t, __u64 *since)
{
	intern__forget_unused(t, *since);
	*since = intern__now(t);
}

void procfs__begin_round(struct procfs *p)
{
	forget_gone(p->namespaces, &p->namespaces_round);
	forget_gone(p->texts, &p->texts_round);
	p->afresh = p->rounds++ % AFRESH_EVERY == 0;
	if (p->afresh)
		forget_gone(p->counters, &p->counters_round);
}

/* 0: no memory. */
static __u32 id_of(struct procfs *p, __u32 netns)
{
	bool is_new;

	return intern__id(p->namespaces, &netns, sizeof(netns), &is_new);
}

/* Reads a file of a namespace. False when it cannot be read. `all`: no line is to pass for the same. */
static bool read_lines(struct procfs *p, __u32 netns, enum file file, const char *path, struct lines *l, bool all)
{
	struct file_key key = { .namespace = id_of(p, netns), .file = file };
	struct interned *known;
	bool is_new;

	l->now = procfs__read(p, path);
	if (!l->now)
		return false;
	known = intern__get(p->texts, &key, sizeof(key), &is_new);
	free(p->before);
	p->before = known ? (char *)(uintptr_t)known->value : NULL;
	if (known)
		known->value = (uintptr_t)strdup(l->now);
	l->before = p->before && !p->afresh && !all ? p->before : "";
	return true;
}

static bool value_changed(struct procfs *p, const struct counter_key *key, __u64 value)
{
	bool is_new, changed;
	struct interned *counter = intern__get(p->counters, key, sizeof(*key), &is_new);

	if (!counter)
		return true;
	changed = is_new || counter->value != value;
	counter->value = value;
	return changed;
}

void procfs__counter(struct procfs *p, struct sink *s, __u32 netns, const char *name, __u64 value, bool all)
{
	struct rec_counter r = { .rec = { .ts = now_ns(), .type = REC_counter }, .netns = netns, .value = value };
	struct counter_key key = { .namespace = id_of(p, netns) };

	key.name = r.name = sink__string(s, name);
	if (value_changed(p, &key, value) || all)
		sink__append(s, STREAM_RECORDER, &r.rec);
}

/* The next line, NUL-terminated; NULL after the last. *same: it was there last time, too. */
static char *next_line(struct lines *l, bool *same)
{
	char *line = l->now, *end = strchrnul(line, '\n');
	size_t len = end - line + 1;

	if (!*line)
		return NULL;
	*same = *end && !strncmp(line, l->before, len);
	l->before = *same ? l->before + len - 1 : strchrnul(l->before, '\n');
	l->before += *l->before == '\n';
	l->now = *end ? end + 1 : end;
	*end = 0;
	return line;
}

static void cpu_line(struct procfs *p, struct sink *s, const char *line)
{
	struct rec_cputime r = { .rec = { .ts = now_ns(), .type = REC_cputime } };
	unsigned long long v[8] = { 0 };

	if (sscanf(line, "cpu%u %llu %llu %llu %llu %llu %llu %llu %llu", &r.which, &v[0], &v[1], &v[2], &v[3], &v[4],
		   &v[5], &v[6], &v[7]) < 9)
		return;
	r.user = (v[0] + v[1]) * p->tick_ns;
	r.system = v[2] * p->tick_ns;
	r.idle = v[3] * p->tick_ns;
	r.iowait = v[4] * p->tick_ns;
	r.irq = v[5] * p->tick_ns;
	r.softirq = v[6] * p->tick_ns;
	r.steal = v[7] * p->tick_ns;
	sink__append(s, STREAM_RECORDER, &r.rec);
}

/* Column 13 is the CPU since 5.10; before, there was a line for every CPU that is online. */
static void softnet_line(struct sink *s, const char *line, __u32 index)
{
	struct rec_softnet r = { .rec = { .ts = now_ns(), .type = REC_softnet }, .which = index };
	unsigned v[13];
	int n;

	n = sscanf(line, "%x %x %x %x %x %x %x %x %x %x %x %x %x", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6],
		   &v[7], &v[8], &v[9], &v[10], &v[11], &v[12]);
	if (n < 3)
		return;
	if (n == 13)
		r.which = v[12];
	r.processed = v[0];
	r.dropped = v[1];
	r.squeezed = v[2];
	sink__append(s, STREAM_RECORDER, &r.rec);
}

static void first_line_of(char *buf, size_t len, const char *path)
{
	FILE *f = fopen(path, "re");

	buf[0] = 0;
	if (f && fgets(buf, len, f))
		buf[strcspn(buf, "\n")] = 0;
	if (f)
		fclose(f);
}

static void name_irq(struct sink *s, __u32 irq)
{
	struct rec_irqname r = { .rec = { .ts = now_ns(), .type = REC_irqname }, .irq = irq };
	char path[80], name[256], cpus[256];

	snprintf(path, sizeof(path), "/sys/kernel/irq/%u/actions", irq);
	first_line_of(name, sizeof(name), path);
	snprintf(path, sizeof(path), "/proc/irq/%u/effective_affinity_list", irq);
	first_line_of(cpus, sizeof(cpus), path);
	r.name = (struct rec_text){ .s = name, .len = strlen(name) };
	r.affinity = (struct rec_text){ .s = cpus, .len = strlen(cpus) };
	sink__define(s, &r.rec);
}

/* " 24:   17   4  chip  name": the sum over the CPUs. `n_cpus` columns, fewer for those like ERR. */
static void interrupt_line(struct procfs *p, struct sink *s, const char *line, unsigned n_cpus, bool all)
{
	unsigned long long sum = 0, value;
	char name[32], label[16], *end;

	while (*line == ' ')
		line++;
	snprintf(label, sizeof(label), "%.*s", (int)strcspn(line, ":"), line);
	line += strcspn(line, ":");
	if (*line != ':')
		return;
	line++;
	for (unsigned i = 0; i < n_cpus; i++, line = end) {
		value = strtoull(line, &end, 10);
		if (end == line)
			break;
		sum += value;
	}
	snprintf(name, sizeof(name), "irq.%s", label);
	procfs__counter(p, s, 0, name, sum, all);
	if (all && isdigit((unsigned char)label[0]))
		name_irq(s, atoi(label));
}

static void sample_stat(struct procfs *p, struct sink *s)
{
	struct lines l = { .now = procfs__read(p, "/proc/stat"), .before = "" };
	char *line;
	bool same;

	sink__lock(s);
	while (l.now && (line = next_line(&l, &same)))
		if (!strncmp(line, "cpu", 3) && isdigit((unsigned char)line[3]))
			cpu_line(p, s, line);
	sink__unlock(s);
}

static void sample_softnet(struct procfs *p, struct sink *s)
{
	struct lines l = { .now = procfs__read(p, "/proc/net/softnet_stat"), .before = "" };
	__u32 index = 0;
	char *line;
	bool same;

	sink__lock(s);
	while (l.now && (line = next_line(&l, &same)))
		softnet_line(s, line, index++);
	sink__unlock(s);
}

static void sample_interrupts(struct procfs *p, struct sink *s, bool all)
{
	bool same_cpus, same;
	unsigned n_cpus = 0;
	struct lines l;
	char *line;

	if (!read_lines(p, 0, FILE_INTERRUPTS, "/proc/interrupts", &l, all) || !(line = next_line(&l, &same_cpus)))
		return;
	for (line = strstr(line, "CPU"); line; line = strstr(line + 3, "CPU"))
		n_cpus++;
	sink__lock(s);
	while ((line = next_line(&l, &same)))
		if (!same || !same_cpus)
			interrupt_line(p, s, line, n_cpus, all);
	sink__unlock(s);
}

void procfs__sample_host(struct procfs *p, struct sink *s, bool all)
{
	sample_stat(p, s);
	sample_softnet(p, s);
	sample_interrupts(p, s, all);
}

/* Two lines, "Ip: Forwarding …" and "Ip: 1 …", make counters ip.Forwarding, … */
static void paired_lines(struct procfs *p, struct sink *s, __u32 netns, char *names, char *values, bool all)
{
	char prefix[16], full[96], *n_at, *v_at, *name, *value;
	size_t len = strcspn(names, ":");

	if (len >= sizeof(prefix) || strncmp(names, values, len + 1))
		return;
	for (size_t i = 0; i < len; i++)
		prefix[i] = tolower((unsigned char)names[i]);
	prefix[len] = 0;
	name = strtok_r(names + len + 1, " ", &n_at);
	value = strtok_r(values + len + 1, " ", &v_at);
	for (; name && value; name = strtok_r(NULL, " ", &n_at), value = strtok_r(NULL, " ", &v_at)) {
		snprintf(full, sizeof(full), "%s.%s", prefix, name);
		procfs__counter(p, s, netns, full, strtoull(value, NULL, 10), all);
	}
}

static void sample_paired(struct procfs *p, struct sink *s, __u32 netns, enum file file, const char *path, bool all)
{
	bool same_names, same_values;
	char *names, *values;
	struct lines l;

	if (!read_lines(p, netns, file, path, &l, all))
		return;
	sink__lock(s);
	while ((names = next_line(&l, &same_names)) && (values = next_line(&l, &same_values)))
		if (!same_names || !same_values)
			paired_lines(p, s, netns, names, values, all);
	sink__unlock(s);
}

/* "Ip6InReceives   12" becomes ip6.InReceives. */
static void snmp6_line(struct procfs *p, struct sink *s, __u32 netns, char *line, bool all)
{
	static const char *const PREFIXES[] = { "UdpLite6", "Icmp6", "Udp6", "Ip6" };
	size_t len = strcspn(line, " \t");
	char full[96];

	for (size_t i = 0; i < sizeof(PREFIXES) / sizeof(PREFIXES[0]); i++) {
		size_t plen = strlen(PREFIXES[i]);

		if (strncmp(line, PREFIXES[i], plen) || len <= plen)
			continue;
		snprintf(full, sizeof(full), "%s.%.*s", PREFIXES[i], (int)(len - plen), line + plen);
		for (size_t j = 0; j < plen; j++)
			full[j] = tolower((unsigned char)full[j]);
		procfs__counter(p, s, netns, full, strtoull(line + len, NULL, 10), all);
		return;
	}
}

static void sample_snmp6(struct procfs *p, struct sink *s, __u32 netns, bool all)
{
	struct lines l;
	char *line;
	bool same;

	if (!read_lines(p, netns, FILE_SNMP6, "/proc/thread-self/net/snmp6", &l, all))
		return;
	sink__lock(s);
	while ((line = next_line(&l, &same)))
		if (!same)
			snmp6_line(p, s, netns, line, all);
	sink__unlock(s);
}

/*
 * A file of /proc/net/stat: a line of names, one of hexadecimal numbers for each CPU. Makes counters PREFIX.found, …
 * The first column is no counter.
 */
static void stat_lines(struct procfs *p, struct sink *s, __u32 netns, const char *prefix, char *names, struct lines *l,
		       bool all)
{
	unsigned long long sum[32] = { 0 };
	char full[64], *line, *name, *at, *end;
	unsigned n;
	bool same;

	while ((line = next_line(l, &same))) {
		for (n = 0; n < 32; n++, line = end) {
			unsigned long long value = strtoull(line, &end, 16);

			if (end == line)
				break;
			sum[n] += value;
		}
	}
	n = 0;
	for (name = strtok_r(names, " ", &at); name && n < 32; name = strtok_r(NULL, " ", &at), n++) {
		snprintf(full, sizeof(full), "%s.%.40s", prefix, name);
		if (n > 0)
			procfs__counter(p, s, netns, full, sum[n], all);
	}
}

/* Not there without the module, or in this namespace. */
static void sample_stat_file(struct procfs *p, struct sink *s, __u32 netns, enum file file, const char *prefix,
			     const char *path, bool all)
{
	struct lines l;
	char *names;
	bool same;

	if (!read_lines(p, netns, file, path, &l, all) || !strcmp(l.now, l.before))
		return;
	sink__lock(s);
	if ((names = next_line(&l, &same)))
		stat_lines(p, s, netns, prefix, names, &l, all);
	sink__unlock(s);
}

/* The neighbour tables are one for all namespaces; only the first namespace shows what they count. */
static void sample_neighbours(struct procfs *p, struct sink *s, bool all)
{
	sample_stat_file(p, s, 0, FILE_ARP, "arp_cache", "/proc/thread-self/net/stat/arp_cache", all);
	sample_stat_file(p, s, 0, FILE_NDISC, "ndisc_cache", "/proc/thread-self/net/stat/ndisc_cache", all);
}

void procfs__sample_netns(struct procfs *p, struct sink *s, __u32 inum, bool all)
{
	sample_paired(p, s, inum, FILE_SNMP, "/proc/thread-self/net/snmp", all);
	sample_paired(p, s, inum, FILE_NETSTAT, "/proc/thread-self/net/netstat", all);
	sample_snmp6(p, s, inum, all);
	sample_stat_file(p, s, inum, FILE_CONNTRACK, "conntrack", "/proc/thread-self/net/stat/nf_conntrack", all);
	sample_neighbours(p, s, all);
}
