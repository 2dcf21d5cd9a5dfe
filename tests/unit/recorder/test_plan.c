/* test_plan.c: profiles and events to probes; probes.def against the BPF objects and the stages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/schema.h"
#include "recorder/objects.h"
#include "recorder/plan.h"

static struct plan plan;
static struct trace_error err;

static struct plan_probe *probe(const char *name)
{
	for (size_t i = 0; i < PLAN_PROBES; i++)
		if (!strcmp(plan.probes[i].def->name, name))
			return &plan.probes[i];
	fail_msg("no probe %s", name);
	return NULL;
}

static unsigned wanted(void)
{
	unsigned n = 0;

	for (size_t i = 0; i < PLAN_PROBES; i++)
		n += plan.probes[i].wanted;
	return n;
}

static void selects(void **state)
{
	(void)state;
	assert_int_equal(plan__select(&plan, NULL, NULL, &err), 0);
	assert_true(probe("netif_rx")->wanted);
	assert_false(probe("ip_rcv")->wanted);
	assert_false(probe("user_stack")->wanted);
	assert_int_equal(plan__select(&plan, "full", NULL, &err), 0);
	assert_int_equal(wanted(), PLAN_PROBES);
	assert_int_equal(plan__select(&plan, NULL, "kfree_skb", &err), 0);
	assert_int_equal(wanted(), 1);
	assert_true(probe("kfree_skb")->wanted);
	assert_int_equal(plan__select(&plan, NULL, "packet,tcp", &err), 0);
	assert_true(probe("tcp_retransmit_skb")->wanted);
	assert_true(probe("ip_output")->wanted);
	assert_true(probe("net_dev_queue")->wanted);
	assert_false(probe("net_dev_xmit")->wanted);
	assert_int_equal(plan__select(&plan, "locks", "drop", &err), 0);
	assert_true(probe("sys_futex")->wanted);
	assert_true(probe("kfree_skb")->wanted);
	assert_false(probe("netif_rx")->wanted);
}

static void refuses(void **state)
{
	static const char *const BAD[] = { "", ",", "drop,,tcp", "*", "drops", "Drop", "no_such_probe_of_any_kind" };

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		if (plan__select(&plan, NULL, BAD[i], &err) != -EINVAL)
			fail_msg("\"%s\" was taken for events", BAD[i]);
	assert_int_equal(plan__select(&plan, NULL, "bogus", &err), -EINVAL);
	assert_non_null(strstr(err.text, "\"bogus\""));
	assert_non_null(strstr(err.text, "netrec probes"));
	assert_int_equal(plan__select(&plan, NULL, "tcp_retransmit_skp", &err), -EINVAL);
	assert_non_null(strstr(err.text, "did you mean tcp_retransmit_skb?"));
	assert_int_equal(plan__select(&plan, "bogus", NULL, &err), -EINVAL);
	assert_non_null(strstr(err.text, "locks"));
}

static const struct program_def *line_of(const char *program)
{
	for (size_t i = 0; i < PROGRAM_DEFS; i++)
		if (!strcmp(program_defs[i].program, program))
			return &program_defs[i];
	return NULL;
}

static const struct probe_def *probe_def(const char *name)
{
	for (size_t i = 0; i < PROBE_DEFS; i++)
		if (!strcmp(probe_defs[i].name, name))
			return &probe_defs[i];
	return NULL;
}

/* The section a program must be in, by its line. */
static void expect_section(const struct program_def *d, const char *section)
{
	char want[128];

	snprintf(want, sizeof(want), "%s/%s%s", probe_defs__method(d->method), d->method == METHOD_tp ? "syscalls/" : "",
		 d->target);
	assert_string_equal(section, want);
}

/* Every program of every object has its line, and every line its program. */
static void lines_and_programs(void **state)
{
	size_t size, in_objects = 0;
	const struct object *object;

	(void)state;
	for (size_t i = 0; (object = objects__get(i)); i++) {
		const char *name = object->name;
		const void *elf = object->elf(&size);
		struct bpf_object *obj = bpf_object__open_mem(elf, size, NULL);
		struct bpf_program *p;

		assert_non_null(obj);
		bpf_object__for_each_program(p, obj) {
			const struct program_def *d = line_of(bpf_program__name(p));

			if (!d)
				fail_msg("%s is not in bpf/probes.def", bpf_program__name(p));
			expect_section(d, bpf_program__section_name(p));
			assert_non_null(probe_def(d->probe));
			assert_string_equal(probe_def(d->probe)->object, name);
			in_objects++;
		}
		bpf_object__close(obj);
	}
	assert_int_equal(in_objects, PROGRAM_DEFS);
}

static void every_probe_is_sound(void **state)
{
	bool stage_seen[STAGE_MAX] = { false };
	__u8 role;

	(void)state;
	for (size_t i = 0; i < PROBE_DEFS; i++) {
		const struct record_desc *d = schema__record(probe_defs[i].record);

		assert_non_null(d);
		assert_int_equal(d->class, RECORD_EVENT);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(probe_defs[i].id, probe_defs[j].id);
		role = schema__stage(probe_defs[i].stage)->role;
		if (probe_defs[i].record == REC_packet)
			assert_true(role == STAGE_ROLE_ENTRY || role == STAGE_ROLE_ORIGIN);
		if (probe_defs[i].record == REC_hop)
			assert_true(role == STAGE_ROLE_STEP || role == STAGE_ROLE_ASIDE);
		stage_seen[probe_defs[i].stage] = true;
	}
	for (unsigned s = 1; s < STAGE_MAX; s++)
		if (schema__stage(s)->role != STAGE_ROLE_none && !stage_seen[s])
			fail_msg("no probe observes stage %s", schema__stage(s)->name);
}

/* The futex probe prefers the function of its call, then its tracepoints; without either, those of all calls. */
static void candidates(void **state)
{
	struct means means = { 0 };

	(void)state;
	if (kernel_btf__open(&means.btf, NULL) < 0)
		skip(); /* no type information on this machine */
	assert_int_equal(plan__select(&plan, NULL, "futex", &err), 0);
	plan__resolve(&plan, &means);
	assert_int_equal(probe("sys_futex")->candidate, 3);
	assert_string_equal(plan__method(probe("sys_futex")), "tp_btf");
	assert_string_equal(probe("sys_futex")->detail, "");
	assert_false(plan__next_candidate(probe("sys_futex"), 3, &means));
	assert_int_equal(probe("sys_futex")->candidate, 0);
	assert_string_equal(plan__method(probe("sys_futex")), "");
	assert_int_equal(kernel_btf__tracepoint_args(means.btf, "no_such_tracepoint"), -ENOENT);
	assert_true(kernel_btf__tracepoint_args(means.btf, "kfree_skb") >= 2);
	means__close(&means);
}

/* Resets without a connection: a function's where the tracepoint is silent about them, the tracepoint's elsewhere. */
static void resets(void **state)
{
	struct means means = { 0 };
	bool by_tracepoint;

	(void)state;
	if (kernel_btf__open(&means.btf, NULL) < 0)
		skip(); /* no type information on this machine */
	by_tracepoint = kernel_btf__tracepoint_args(means.btf, "tcp_send_reset") >= 3;
	assert_int_equal(plan__select(&plan, NULL, "tcp_v6_send_reset", &err), 0);
	assert_int_equal(wanted(), 1);
	plan__resolve(&plan, &means);
	assert_int_equal(wanted(), 1);
	assert_int_equal(probe("tcp_send_reset")->wanted, by_tracepoint);
	assert_int_equal(probe("tcp_v6_send_reset")->wanted, !by_tracepoint);
	means__close(&means);
}

/* Reads of datagrams: a probe of their own only where the free of what was read does not tell of them. */
static void reads(void **state)
{
	struct means means = { 0 };
	bool deferred;

	(void)state;
	if (kernel_btf__open(&means.btf, NULL) < 0)
		skip(); /* no type information on this machine */
	assert_false(kernel_btf__has_struct(means.btf, "no_such_struct"));
	assert_true(kernel_btf__has_struct(means.btf, "sk_buff"));
	deferred = kernel_btf__has_struct(means.btf, "skb_defer_node");
	assert_int_equal(plan__select(&plan, "host", NULL, &err), 0);
	assert_true(probe("udp_read")->wanted);
	plan__resolve(&plan, &means);
	assert_int_equal(probe("udp_read")->wanted, deferred);
	assert_true(probe("consume_skb")->wanted);
	means__close(&means);
}

static struct plan_probe *planned(const char *event, const struct means *m)
{
	assert_int_equal(plan__select(&plan, NULL, event, &err), 0);
	plan__resolve(&plan, m);
	return probe(event);
}

/* fentry takes a function's arguments from its type: only for the very function, and only with a type. */
static void fentry_needs_a_type(void **state)
{
	static const char SYMBOLS[] = "0000000000000000 T ip_output\n"
				      "0000000000000000 t ip_rcv.isra.0\n"
				      "0000000000000000 t ip_send_skb\t[no_such_module]\n"
				      "0000000000000000 T __x64_sys_futex\n"
				      "0000000000000000 T __arm64_sys_futex\n";
	const char *const NAMES[] = { "ip_output", "ip_rcv", "ip_send_skb", line_of("fentry_sys_futex")->target };
	struct means means = { 0 };
	char path[] = "/tmp/test_plan_XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0 && write(fd, SYMBOLS, sizeof(SYMBOLS) - 1) > 0 && !fchmod(fd, 0644));
	close(fd);
	if (kernel_btf__open(&means.btf, NULL) < 0)
		skip(); /* no type information on this machine */
	/* Without rights, whether this kernel takes fentry programs at all is not asked. */
	assert_true(geteuid() || !seteuid(65534));
	assert_int_equal(functions__open(&means.functions, path, NAMES, 4, means.btf, &err), 0);
	assert_true(geteuid() != 65534 || getuid() || !seteuid(0));
	unlink(path);
	assert_string_equal(plan__method(planned("ip_output", &means)), "fentry");
	assert_string_not_equal(plan__method(planned("ip_rcv", &means)), "fentry");
	assert_string_not_equal(plan__method(planned("ip_send_skb", &means)), "fentry");
	assert_string_equal(plan__method(planned("sys_futex", &means)), "fentry");
	means.fragile_storage = true;
	assert_string_equal(plan__method(planned("sys_futex", &means)), "tp_btf"); /* it can be preempted */
	assert_string_equal(plan__method(planned("ip_output", &means)), "fentry");
	means.without = 1u << METHOD_fentry;
	assert_string_not_equal(plan__method(planned("ip_output", &means)), "fentry");
	means__close(&means);
}

/* Where may a program that can be preempted keep others from finding what is kept of their threads? */
static void fragile_storage(void **state)
{
	(void)state;
	assert_true(means__fragile_storage("5.15.0", "#1 SMP PREEMPT Debian", NULL));
	assert_true(means__fragile_storage("6.1.0-57-rt-amd64", "#1 SMP PREEMPT_RT Debian", NULL));
	assert_false(means__fragile_storage("6.1.0-57-amd64", "#1 SMP Debian", NULL));
	assert_false(means__fragile_storage("6.1.0-57-amd64", "#1 SMP PREEMPT_DYNAMIC Debian", "none (voluntary) full\n"));
	assert_true(means__fragile_storage("6.1.0-57-amd64", "#1 SMP PREEMPT_DYNAMIC Debian", "none voluntary (full)\n"));
	assert_true(means__fragile_storage("6.1.0-57-amd64", "#1 SMP PREEMPT_DYNAMIC Debian", NULL));
	assert_false(means__fragile_storage("6.2.0", "#1 SMP PREEMPT Debian", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selects),
		cmocka_unit_test(refuses),
		cmocka_unit_test(lines_and_programs),
		cmocka_unit_test(every_probe_is_sound),
		cmocka_unit_test(candidates),
		cmocka_unit_test(resets),
		cmocka_unit_test(reads),
		cmocka_unit_test(fentry_needs_a_type),
		cmocka_unit_test(fragile_storage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
