/*
 * plan.c: which probes are wanted, and how each would be attached (plan.h).
 */
#include "plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "format/schema.h"

struct want {
	const char *profile, *event, *object; /* both NULL: the profile itself; its text is in doc */
	const char *doc;
};

static const struct want WANTS_TABLE[] = {
#define PROFILE(name, doc) { #name, NULL, NULL, doc },
#define WANTS(profile, event) { #profile, event, NULL, NULL },
#define WANTS_ALL_OF(profile, object) { #profile, NULL, object, NULL },
#include "profiles.def"
#undef PROFILE
#undef WANTS
#undef WANTS_ALL_OF
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool wants_event(struct plan *plan, const char *event)
{
	bool any = false;

	for (size_t i = 0; i < PLAN_PROBES; i++) {
		const struct probe_def *d = plan->probes[i].def;

		if (strcmp(event, "*") && strcmp(event, d->name) && strcmp(event, schema__record(d->record)->name))
			continue;
		plan->probes[i].wanted = true;
		any = true;
	}
	return any;
}

static void wants_object(struct plan *plan, const char *object)
{
	for (size_t i = 0; i < PLAN_PROBES; i++)
		plan->probes[i].wanted |= !strcmp(plan->probes[i].def->object, object);
}

static bool wants_profile(struct plan *plan, const char *profile)
{
	bool any = false;

	for (size_t i = 0; i < COUNT(WANTS_TABLE); i++) {
		if (strcmp(WANTS_TABLE[i].profile, profile))
			continue;
		any = true;
		if (WANTS_TABLE[i].event)
			wants_event(plan, WANTS_TABLE[i].event);
		if (WANTS_TABLE[i].object)
			wants_object(plan, WANTS_TABLE[i].object);
	}
	return any;
}

static void add_name(char *list, size_t len, const char *name)
{
	size_t used = strlen(list);

	snprintf(list + used, len - used, "%s%s", used ? ", " : "", name);
}

static void known_profiles(char *list, size_t len)
{
	list[0] = 0;
	for (size_t i = 0; i < COUNT(WANTS_TABLE); i++)
		if (WANTS_TABLE[i].doc)
			add_name(list, len, WANTS_TABLE[i].profile);
}

/* Probe names and, before them, the names of the records they produce. */
static void known_events(char *list, size_t len)
{
	bool listed[REC_TYPE_MAX] = { false };

	list[0] = 0;
	for (size_t i = 0; i < PROBE_DEFS; i++) {
		if (!listed[probe_defs[i].record])
			add_name(list, len, schema__record(probe_defs[i].record)->name);
		listed[probe_defs[i].record] = true;
	}
	for (size_t i = 0; i < PROBE_DEFS; i++)
		if (strcmp(probe_defs[i].name, schema__record(probe_defs[i].record)->name))
			add_name(list, len, probe_defs[i].name);
}

/* Do two names differ by one letter: another, one more, one less, or two swapped? */
static bool is_near(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), head = 0, tail = 0, la_rest, lb_rest;

	while (a[head] && a[head] == b[head])
		head++;
	while (tail + head < la && tail + head < lb && a[la - 1 - tail] == b[lb - 1 - tail])
		tail++;
	la_rest = la - head - tail;
	lb_rest = lb - head - tail;
	if (la_rest == 2 && lb_rest == 2)
		return a[head] == b[head + 1] && a[head + 1] == b[head];
	return la_rest <= 1 && lb_rest <= 1;
}

/* ", did you mean …?" when a known name, of a list with commas, is near. */
static void suggest(char *to, size_t len, const char *name, const char *list)
{
	char known[64];

	to[0] = 0;
	for (const char *p = list; *p; p += strspn(p, ", ")) {
		size_t n = strcspn(p, ",");

		snprintf(known, sizeof(known), "%.*s", (int)n, p);
		if (is_near(name, known))
			snprintf(to, len, ", did you mean %s?", known);
		p += n;
	}
}

static int select_list(struct plan *plan, const char *names, bool (*select)(struct plan *, const char *),
		       void (*known)(char *, size_t), const char *what, struct trace_error *err)
{
	enum { LONG_LIST = 300 }; /* longer ones are for netrec probes to print */
	char name[64], list[8192], hint[90];

	for (const char *p = names, *end; *p; p = *end ? end + 1 : end) {
		end = strchrnul(p, ',');
		snprintf(name, sizeof(name), "%.*s", (int)(end - p), p);
		if (!*name || !strcmp(name, "*") || !select(plan, name)) {
			known(list, sizeof(list));
			suggest(hint, sizeof(hint), name, list);
			return trace_error__set(err, -EINVAL, "unknown %s \"%s\"%s; %s%s", what, name, hint,
						strlen(list) > LONG_LIST ? "" : "known: ",
						strlen(list) > LONG_LIST ? "netrec probes lists them" : list);
		}
	}
	return 0;
}

int plan__select(struct plan *plan, const char *profiles, const char *events, struct trace_error *err)
{
	memset(plan, 0, sizeof(*plan));
	for (size_t i = 0; i < PLAN_PROBES; i++)
		plan->probes[i].def = &probe_defs[i];
	if (!profiles && !events)
		profiles = "host";
	if (profiles && !*profiles)
		return trace_error__set(err, -EINVAL, "-p needs the name of a profile");
	if (events && !*events)
		return trace_error__set(err, -EINVAL, "-e needs the name of an event");
	if (profiles)
		TRY(select_list(plan, profiles, wants_profile, known_profiles, "profile", err));
	if (events)
		TRY(select_list(plan, events, wants_event, known_events, "event", err));
	return 0;
}

static void object_to_syscall(const struct program_def *p, const char *tracefs, char *why, size_t len)
{
	char path[160];

	if (!tracefs) {
		snprintf(why, len, "tracefs is not mounted");
		return;
	}
	snprintf(path, sizeof(path), "%s/events/syscalls/%s", tracefs, p->target);
	if (access(path, F_OK))
		snprintf(why, len, "this kernel has no tracepoint syscalls/%s", p->target);
}

/* fentry needs the very function and its type, a kprobe makes do with a variant of it. */
static void object_to_function(const struct program_def *p, const struct functions *f, char *why, size_t len)
{
	const struct function *fn = functions__find(f, p->target);
	bool typed = p->method == METHOD_fentry || p->method == METHOD_fexit;
	const char *refusal = !fn ? NULL : typed ? functions__no_fentry(f) : functions__no_kprobe(f);

	if (!fn)
		snprintf(why, len, "this kernel has no such function, or its module is not loaded");
	else if (refusal)
		snprintf(why, len, "%s", refusal);
	else if (typed && strcmp(fn->symbol, p->target))
		snprintf(why, len, "this kernel has %s only as %s", p->target, fn->symbol);
	else if (typed && fn->type < 0)
		snprintf(why, len, "there is no type information on %s", p->target);
}

/* Why this program cannot be attached here; empty when nothing speaks against it. */
static void objection(const struct program_def *p, const struct means *m, char *why, size_t len)
{
	struct uprobe place;

	why[0] = 0;
	if (m->without & 1u << p->method) {
		snprintf(why, len, "%s is ruled out by --without", probe_defs__method(p->method));
		return;
	}
	if (m->fragile_storage && p->role == ROLE_THREAD) {
		snprintf(why, len, "this kernel may preempt the program while it looks for its thread, and others then find none");
		return;
	}
	switch (p->method) {
	case METHOD_tp_btf:
	case METHOD_raw_tp:
		if (kernel_btf__tracepoint_args(m->btf, p->target) < 0)
			snprintf(why, len, "this kernel has no tracepoint %s", p->target);
		break;
	case METHOD_tp:
		object_to_syscall(p, m->tracefs, why, len);
		break;
	case METHOD_fentry:
	case METHOD_fexit:
	case METHOD_kprobe:
	case METHOD_kretprobe:
		object_to_function(p, m->functions, why, len);
		break;
	case METHOD_uprobe:
	case METHOD_uretprobe:
		if (!m->uprobes)
			snprintf(why, len, "only of processes chosen with --pid or --comm");
		else if (!uprobes__at(m->uprobes, p->target, 0, &place))
			snprintf(why, len, "no chosen process that runs has a function %s", p->target);
		break;
	}
}

static bool add_method(const char *name, size_t len, unsigned *methods)
{
	for (unsigned i = METHOD_none + 1; i < METHODS; i++)
		if (strlen(probe_defs__method(i)) == len && !strncmp(probe_defs__method(i), name, len)) {
			*methods |= 1u << i;
			return true;
		}
	return false;
}

int plan__methods(const char *names, unsigned *methods, struct trace_error *err)
{
	char known[160] = "";

	for (const char *p = names, *end;; p = end + 1) {
		end = strchrnul(p, ',');
		if (!add_method(p, end - p, methods))
			break;
		if (!*end)
			return 0;
	}
	for (unsigned i = METHOD_none + 1; i < METHODS; i++)
		add_name(known, sizeof(known), probe_defs__method(i));
	return trace_error__set(err, -EINVAL, "--without \"%s\" names a way to attach that is not known; known: %s", names, known);
}

/* Can all programs of the candidate be attached? -ENOENT when there is no such candidate. */
static int try_candidate(struct plan_probe *probe, __u8 candidate, const struct means *m)
{
	char why[PLAN_DETAIL];
	int found = -ENOENT;

	for (size_t i = 0; i < PROGRAM_DEFS; i++) {
		if (strcmp(program_defs[i].probe, probe->def->name) || program_defs[i].candidate != candidate)
			continue;
		objection(&program_defs[i], m, why, sizeof(why));
		if (*why) {
			probe->absent = probe_defs__is_function(program_defs[i].method) && !functions__find(m->functions, program_defs[i].target);
			snprintf(probe->detail, sizeof(probe->detail), "%s", why);
			return 0;
		}
		found = 1;
	}
	return found;
}

bool plan__next_candidate(struct plan_probe *probe, __u8 after, const struct means *m)
{
	probe->candidate = 0;
	for (__u8 c = after + 1; !probe->candidate; c++) {
		int usable = try_candidate(probe, c, m);

		if (usable < 0)
			return false;
		if (usable) {
			probe->candidate = c;
			probe->absent = false;
		}
	}
	return true;
}

static bool sends_resets(const struct plan_probe *p)
{
	return !strcmp(p->def->name, "tcp_v4_send_reset") || !strcmp(p->def->name, "tcp_v6_send_reset");
}

/* From 6.10 on, when it got a reason, the tracepoint tells of every reset: it serves who wants the functions. */
static void leave_out_functions(struct plan *plan, const struct means *m)
{
	bool any = false;

	if (kernel_btf__tracepoint_args(m->btf, "tcp_send_reset") < 3)
		return;
	for (size_t i = 0; i < PLAN_PROBES; i++)
		if (sends_resets(&plan->probes[i])) {
			any |= plan->probes[i].wanted;
			plan->probes[i].wanted = false;
		}
	for (size_t i = 0; i < PLAN_PROBES; i++)
		if (!strcmp(plan->probes[i].def->name, "tcp_send_reset"))
			plan->probes[i].wanted |= any;
}

/* Before readers left the free of a datagram to another CPU, as they do where this type is known, consume_skb tells of it. */
static void leave_out_reads(struct plan *plan, const struct means *m)
{
	if (kernel_btf__has_struct(m->btf, "skb_defer_node"))
		return;
	for (size_t i = 0; i < PLAN_PROBES; i++)
		if (!strcmp(plan->probes[i].def->name, "udp_read"))
			plan->probes[i].wanted = false;
}

void plan__resolve(struct plan *plan, const struct means *m)
{
	leave_out_functions(plan, m);
	leave_out_reads(plan, m);
	for (size_t i = 0; i < PLAN_PROBES; i++) {
		struct plan_probe *p = &plan->probes[i];

		if (!plan__next_candidate(p, 0, m))
			p->status = p->wanted ? PROBE_FAILED : PROBE_NOT_WANTED;
		else
			p->detail[0] = 0; /* an objection to an earlier candidate no longer matters */
	}
}

const char *plan__method(const struct plan_probe *probe)
{
	for (size_t i = 0; i < PROGRAM_DEFS; i++)
		if (!strcmp(program_defs[i].probe, probe->def->name) && program_defs[i].candidate == probe->candidate)
			return probe_defs__method(program_defs[i].method);
	return "";
}

bool plan__failed(const struct plan *plan, size_t i)
{
	return plan->probes[i].wanted && plan->probes[i].status == PROBE_FAILED;
}

unsigned plan__count(const struct plan *plan, enum probe_status status)
{
	unsigned n = 0;

	for (size_t i = 0; i < PLAN_PROBES; i++)
		n += plan->probes[i].wanted && plan->probes[i].status == status;
	return n;
}
