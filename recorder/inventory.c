/* inventory.c: what a trace says about its host, its recording and its probes (inventory.h). */
#include "inventory.h"

#include "bpf/shared.h"
#include "privilege.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void read_line(char *buf, size_t len, const char *path)
{
	FILE *f = fopen(path, "re");

	buf[0] = 0;
	if (f && fgets(buf, len, f))
		buf[strcspn(buf, "\n")] = 0;
	if (f)
		fclose(f);
}

static void config_host(struct sink *s)
{
	struct utsname u;
	char text[256];

	if (!uname(&u)) {
		sink__config(s, "host.name", "%s", u.nodename);
		sink__config(s, "host.kernel", "%s", u.release);
		sink__config(s, "host.kernel_build", "%s", u.version);
		sink__config(s, "host.arch", "%s", u.machine);
	}
	sink__config(s, "host.cpus", "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	read_line(text, sizeof(text), "/sys/devices/system/cpu/online");
	sink__config(s, "host.cpus_online", "%s", text);
	sink__config(s, "host.memory_bytes", "%lld", (long long)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE));
	read_line(text, sizeof(text), "/proc/sys/kernel/random/boot_id");
	sink__config(s, "host.boot_id", "%s", text);
	sink__config(s, "host.pid_namespace", "%s", privilege__inner_pids() ? "inner" : "first");
	sink__config(s, "host.btf", "%s", "/sys/kernel/btf/vmlinux");
	read_line(text, sizeof(text), "/sys/devices/system/clocksource/clocksource0/current_clocksource");
	sink__config(s, "host.clocksource", "%s", text);
}

/* Numbers or names of a repeatable option, with commas. */
static void config_list(struct sink *s, const char *key, const struct record_options *o, bool pids)
{
	char list[4000] = "";
	size_t used = 0;

	for (__u32 i = 0; i < (pids ? o->n_pids : o->n_comms) && used < sizeof(list) - 20; i++) {
		if (pids)
			used += snprintf(list + used, sizeof(list) - used, "%s%u", i ? "," : "", o->pids[i]);
		else
			used += snprintf(list + used, sizeof(list) - used, "%s%s", i ? "," : "", o->comms[i]);
	}
	sink__config(s, key, "%s", list);
}

static void config_names(struct sink *s, const char *key, const char *const *names, __u32 n)
{
	char list[4000] = "";
	size_t used = 0;

	for (__u32 i = 0; i < n && used < sizeof(list); i++)
		used += snprintf(list + used, sizeof(list) - used, "%s%s", i ? "," : "", names[i]);
	sink__config(s, key, "%s", list);
}

static void config_command(struct sink *s, int argc, char **argv)
{
	char text[4000] = "netrec";
	size_t used = strlen(text);

	for (int i = 0; i < argc && used < sizeof(text) - 1; i++)
		used += snprintf(text + used, sizeof(text) - used, " %s", argv[i]);
	sink__config(s, "record.command", "%s", text);
}

void inventory__config(struct sink *s, const struct record_options *o, __u64 ring_bytes, int argc, char **argv)
{
	struct timespec now;

	config_host(s);
	clock_gettime(CLOCK_REALTIME, &now);
	sink__config(s, "record.version", "%s", VERSION);
	config_command(s, argc, argv);
	sink__config(s, "record.profile", "%s", o->profiles ? o->profiles : o->events ? "" : "host");
	sink__config(s, "record.events", "%s", o->events ? o->events : "");
	sink__config(s, "record.offcpu_min_ns", "%llu", o->offcpu_min_ns);
	sink__config(s, "record.offcpu_stack_ns", "%llu", o->offcpu_stack_ns);
	sink__config(s, "record.futex_min_ns", "%llu", o->offcpu_min_ns);
	sink__config(s, "record.tcp_sample_ns", "%u", TCP_SAMPLE_NS);
	sink__config(s, "record.lock_min_ns", "%llu", o->lock_min_ns);
	sink__config(s, "record.ring_bytes", "%llu", ring_bytes);
	sink__config(s, "record.sample_ns", "%llu", o->sample_ns);
	sink__config(s, "record.max_bytes", "%llu", o->max_bytes);
	if (o->max_overhead > 0)
		sink__config(s, "record.max_overhead_pct", "%g", o->max_overhead);
	config_names(s, "record.iface", o->ifaces, o->n_ifaces);
	config_names(s, "record.netns", o->netns, o->n_netns);
	sink__config(s, "record.filter", "%s", o->filter);
	config_list(s, "record.pid", o, true);
	config_list(s, "record.comm", o, false);
	sink__config(s, "record.start_realtime", "%lld", now.tv_sec * 1000000000LL + now.tv_nsec);
	sink__config(s, "record.capabilities_kept", "%s", privilege__kept());
	sink__config(s, "record.netrec_pid", "%d", getpid());
}

struct enum_set {
	struct sink *sink;
	const char *set, *prefix, *suffix;
};

static void on_value(void *ctx, const char *name, __s64 value)
{
	const struct enum_set *e = ctx;
	struct rec_enumerator r = { .rec = { .ts = now_ns(), .type = REC_enumerator }, .value = value };
	size_t prefix = strlen(e->prefix), len;

	if (!strncmp(name, e->prefix, prefix))
		name += prefix;
	len = strlen(name);
	if (len > strlen(e->suffix) && !strcmp(name + len - strlen(e->suffix), e->suffix))
		len -= strlen(e->suffix);
	r.set = (struct rec_text){ .s = e->set, .len = strlen(e->set) };
	r.text = (struct rec_text){ .s = name, .len = len };
	sink__define(e->sink, &r.rec);
}

void inventory__enumerators(struct sink *s, const struct kernel_btf *k)
{
	struct enum_set drop = { s, "skb_drop_reason", "SKB_DROP_REASON_", "" };
	struct enum_set reset = { s, "sk_rst_reason", "SK_RST_REASON_", "" };
	struct enum_set tcp = { s, "tcp_state", "TCP_", "" };
	struct enum_set softirq = { s, "softirq", "", "_SOFTIRQ" };

	/* a kernel without one of them has no such names to give */
	(void)kernel_btf__enum(k, "skb_drop_reason", on_value, &drop);
	(void)kernel_btf__enum(k, "sk_rst_reason", on_value, &reset);
	(void)kernel_btf__enum_with(k, "TCP_ESTABLISHED", on_value, &tcp);
	(void)kernel_btf__enum_with(k, "NET_RX_SOFTIRQ", on_value, &softirq);
}

void inventory__probes(struct sink *s, const struct plan *plan)
{
	for (size_t i = 0; i < PLAN_PROBES; i++) {
		const struct plan_probe *p = &plan->probes[i];
		struct rec_probe r = { .rec = { .ts = now_ns(), .type = REC_probe } };

		r.id = p->def->id;
		r.name = sink__text(p->def->name);
		r.type = p->def->record;
		r.stage = p->def->stage;
		r.status = p->wanted ? p->status : PROBE_NOT_WANTED;
		r.method = sink__text(p->status == PROBE_ATTACHED ? plan__method(p) : "");
		r.detail = sink__text(p->detail);
		sink__define(s, &r.rec);
	}
}
