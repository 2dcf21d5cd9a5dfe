/* options.c: the command line of netrec record (options.h). */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plan.h"
#include "units.h"

const char options__record_help[] =
	"Usage: netrec record [OPTION…] ['FILTER'] [-- COMMAND [ARG…]]\n"
	"\n"
	"Records what packets, threads and interrupts do on this host until Ctrl-C, until -t\n"
	"has passed, or until COMMAND ends, into a directory that netanalyze reads. FILTER, in the\n"
	"syntax of tcpdump, limits the packets.\n"
	"\n"
	"  -o DIR              write to DIR; it must not exist (netrec-YYYYmmdd-HHMMSS.nrec)\n"
	"  -p PROFILE,…        what to record: host (default), drops, latency, locks, ovs, vm, guest, full\n"
	"  -e EVENT,…          probes or records to add, or to take instead of a profile\n"
	"      --without METHOD,…   ways to attach that are not to be used, such as fentry,fexit\n"
	"  -t DURATION         stop after this time: 500ms, 10s, 5m, 1h\n"
	"      --pid PID       record waits and CPU time of this process only; repeatable\n"
	"      --comm NAME     likewise of threads with exactly this name; repeatable\n"
	"      --iface NAME    record packets from where they pass this device; repeatable\n"
	"      --netns NAME    or any device of this network namespace; repeatable. With --iface:\n"
	"                      where to look for the device, instead of netrec's own namespace\n"
	"      --max-size SIZE keep at most this much, the newest: 64M, 2G\n"
	"      --max-overhead PERCENT  leave out classes of records while it costs more than this\n"
	"                      share of all CPUs: locks, interrupts, connections, threads\n"
	"      --ring SIZE     memory between kernel and netrec, for each CPU (up to 8M)\n"
	"      --sample TIME   read the kernel's counters this often (1s)\n"
	"      --offcpu-min TIME    record waits from this length on (100us)\n"
	"      --offcpu-stack TIME  and with the kernel stack from this length on (1ms)\n"
	"      --lock-min TIME      record waits for kernel locks from this length on (10us)\n"
	"  -q, --quiet         print nothing but errors\n"
	"  -h, --help          this text\n"
	"\n"
	"--pid and --comm never restrict packets and drops: those are no thread's. FILTER, --iface\n"
	"and --netns restrict nothing else. A packet that matched them once is followed, through\n"
	"devices and changed headers, to its end.\n"
	"\n"
	"Examples:\n"
	"  netrec record -t 10s -o /tmp/slow.nrec      ten seconds of everything\n"
	"  netrec record -p drops --max-size 500M      dropped packets, for as long as it takes\n"
	"  netrec record 'icmp and host 192.0.2.1'     packets of one conversation\n"
	"  netrec record -- ping -c 5 192.0.2.1        while a command runs\n";

enum { OPT_PID = 256, OPT_COMM, OPT_MAX_SIZE, OPT_RING, OPT_SAMPLE, OPT_OFFCPU_MIN, OPT_OFFCPU_STACK, OPT_LOCK_MIN,
       OPT_IFACE, OPT_NETNS, OPT_WITHOUT, OPT_MAX_OVERHEAD };

static const struct option LONG[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "profile", required_argument, NULL, 'p' },
	{ "event", required_argument, NULL, 'e' },
	{ "time", required_argument, NULL, 't' },
	{ "pid", required_argument, NULL, OPT_PID },
	{ "comm", required_argument, NULL, OPT_COMM },
	{ "iface", required_argument, NULL, OPT_IFACE },
	{ "netns", required_argument, NULL, OPT_NETNS },
	{ "max-size", required_argument, NULL, OPT_MAX_SIZE },
	{ "max-overhead", required_argument, NULL, OPT_MAX_OVERHEAD },
	{ "ring", required_argument, NULL, OPT_RING },
	{ "sample", required_argument, NULL, OPT_SAMPLE },
	{ "offcpu-min", required_argument, NULL, OPT_OFFCPU_MIN },
	{ "offcpu-stack", required_argument, NULL, OPT_OFFCPU_STACK },
	{ "lock-min", required_argument, NULL, OPT_LOCK_MIN },
	{ "without", required_argument, NULL, OPT_WITHOUT },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

enum { RING_MIN = 4096, SAMPLE_MIN_NS = 10000000, MAX_SIZE_MIN = 1 << 20 };
static const __u64 RING_MAX = 1ULL << 30;

static int duration(const char *option, const char *text, __u64 *ns, struct trace_error *err)
{
	if (units__duration(text, ns))
		return trace_error__set(err, -EINVAL, "%s \"%s\" is no duration; write 500ms, 10s, 5m or 1h", option, text);
	return 0;
}

static int size(const char *option, const char *text, __u64 *bytes, struct trace_error *err)
{
	if (units__size(text, bytes) || !*bytes)
		return trace_error__set(err, -EINVAL, "%s \"%s\" is no size; write 64K, 10M or 1G", option, text);
	return 0;
}

static int ring_size(const char *text, __u64 *bytes, struct trace_error *err)
{
	TRY(size("--ring", text, bytes, err));
	if (*bytes < RING_MIN || *bytes > RING_MAX || (*bytes & (*bytes - 1)))
		return trace_error__set(err, -EINVAL,
					"--ring %s cannot be: give a power of two between 4K and 1G, such as 4M", text);
	return 0;
}

static int percent(const char *text, double *value, struct trace_error *err)
{
	char *end;

	*value = strtod(text, &end);
	if (end == text || *end || !(*value > 0 && *value <= 100))
		return trace_error__set(err, -EINVAL, "--max-overhead \"%s\" is no percentage above 0; write 5 or 0.5",
					text);
	return 0;
}

static int add_pid(struct record_options *o, const char *text, struct trace_error *err)
{
	char *end;
	long pid = strtol(text, &end, 10);

	if (*end || pid <= 0 || pid > 1 << 22)
		return trace_error__set(err, -EINVAL, "--pid \"%s\" is no process id", text);
	if (o->n_pids == MAX_PIDS)
		return trace_error__set(err, -EINVAL, "too many --pid options; %d are possible", MAX_PIDS);
	o->pids[o->n_pids++] = pid;
	return 0;
}

static int add_comm(struct record_options *o, const char *text, struct trace_error *err)
{
	if (!*text || strlen(text) > 15)
		return trace_error__set(err, -EINVAL,
					"--comm \"%s\" is no thread name: the kernel keeps 1 to 15 characters, as "
					"ps -L -o comm shows them", text);
	if (o->n_comms == MAX_COMMS)
		return trace_error__set(err, -EINVAL, "too many --comm options; %d are possible", MAX_COMMS);
	strncpy(o->comms[o->n_comms++], text, 15);
	return 0;
}

static int add_name(const char *option, const char **names, __u32 *n, const char *text, struct trace_error *err)
{
	if (!*text)
		return trace_error__set(err, -EINVAL, "%s needs a name", option);
	if (*n == MAX_NAMES)
		return trace_error__set(err, -EINVAL, "too many %s options; %d are possible", option, MAX_NAMES);
	names[(*n)++] = text;
	return 0;
}

static int add_iface(struct record_options *o, const char *text, struct trace_error *err)
{
	if (strlen(text) > 15)
		return trace_error__set(err, -EINVAL, "--iface \"%s\" is no device name: those have 1 to 15 characters, as "
						      "ip link shows them", text);
	return add_name("--iface", o->ifaces, &o->n_ifaces, text, err);
}

/* One list each: of two, the first would be forgotten. */
static int one_list(const char *option, const char **list, const char *text, struct trace_error *err)
{
	if (*list)
		return trace_error__set(err, -EINVAL, "%s is given twice; write %s %s,%s", option, option, *list, text);
	*list = text;
	return 0;
}

static int take(struct record_options *o, int opt, const char *arg, struct trace_error *err)
{
	switch (opt) {
	case 'o':
		if (!*arg || strlen(arg) >= sizeof(o->output))
			return trace_error__set(err, -EINVAL, "-o needs the name of a directory to create");
		strcpy(o->output, arg);
		return 0;
	case 'p':
		return one_list("-p", &o->profiles, arg, err);
	case 'e':
		return one_list("-e", &o->events, arg, err);
	case 't':
		TRY(duration("-t", arg, &o->duration_ns, err));
		return o->duration_ns ? 0 : trace_error__set(err, -EINVAL, "-t must be longer than 0");
	case OPT_PID:
		return add_pid(o, arg, err);
	case OPT_COMM:
		return add_comm(o, arg, err);
	case OPT_IFACE:
		return add_iface(o, arg, err);
	case OPT_NETNS:
		return add_name("--netns", o->netns, &o->n_netns, arg, err);
	case OPT_MAX_SIZE:
		TRY(size("--max-size", arg, &o->max_bytes, err));
		return o->max_bytes >= MAX_SIZE_MIN ? 0 :
			trace_error__set(err, -EINVAL, "--max-size %s is too small; at least 1M is needed", arg);
	case OPT_MAX_OVERHEAD:
		return percent(arg, &o->max_overhead, err);
	case OPT_RING:
		return ring_size(arg, &o->ring_bytes, err);
	case OPT_SAMPLE:
		TRY(duration("--sample", arg, &o->sample_ns, err));
		return o->sample_ns >= SAMPLE_MIN_NS ? 0 :
			trace_error__set(err, -EINVAL, "--sample %s is too often; at least 10ms is needed", arg);
	case OPT_OFFCPU_MIN:
		return duration("--offcpu-min", arg, &o->offcpu_min_ns, err);
	case OPT_OFFCPU_STACK:
		return duration("--offcpu-stack", arg, &o->offcpu_stack_ns, err);
	case OPT_LOCK_MIN:
		return duration("--lock-min", arg, &o->lock_min_ns, err);
	case OPT_WITHOUT:
		return plan__methods(arg, &o->without, err);
	case 'q':
		o->quiet = true;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	}
	return -EINVAL;
}

static void default_output(struct record_options *o)
{
	time_t now = time(NULL);
	struct tm tm;

	strftime(o->output, sizeof(o->output), "netrec-%Y%m%d-%H%M%S.nrec", localtime_r(&now, &tm));
}

/* The words of the capture filter, up to "--"; with one space between them, as tcpdump does. */
static int take_filter(struct record_options *o, int *argi, int argc, char **argv, struct trace_error *err)
{
	size_t used = 0;

	for (; *argi < argc && strcmp(argv[*argi], "--"); ++*argi) {
		if (argv[*argi][0] == '-' && argv[*argi][1])
			return trace_error__set(err, -EINVAL,
						"%s stands behind the capture filter \"%s\"; options go before it, and a "
						"command after --", argv[*argi], o->filter);
		used += snprintf(o->filter + used, sizeof(o->filter) - used, "%s%s", used ? " " : "", argv[*argi]);
		if (used >= sizeof(o->filter))
			return trace_error__set(err, -EINVAL, "the capture filter is too long; it may have %zu characters",
						sizeof(o->filter) - 1);
	}
	return 0;
}

/* What stands behind the options: a capture filter, and a command after "--". */
static int take_rest(struct record_options *o, int argc, char **argv, struct trace_error *err)
{
	bool command = !strcmp(argv[optind - 1], "--");
	int i = optind;

	if (!command) {
		TRY(take_filter(o, &i, argc, argv, err));
		command = i < argc;
		i += command;
	}
	if (command && i == argc)
		return trace_error__set(err, -EINVAL, "a command is missing after --");
	if (command)
		o->command = argv + i;
	return 0;
}

int options__record(struct record_options *o, int argc, char **argv, struct trace_error *err)
{
	int opt;

	memset(o, 0, sizeof(*o));
	o->sample_ns = 1000000000;
	o->offcpu_min_ns = 100000;
	o->offcpu_stack_ns = 1000000;
	o->lock_min_ns = 10000;
	default_output(o);
	optind = 0; /* of an earlier command line, in tests */
	while ((opt = getopt_long(argc, argv, "+:o:p:e:t:qh", LONG, NULL)) != -1) {
		if (opt == ':')
			return trace_error__set(err, -EINVAL, "%s needs a value; see netrec record --help",
						argv[optind - 1]);
		if (opt == '?')
			return trace_error__set(err, -EINVAL, "unknown option %s; see netrec record --help",
						argv[optind - 1]);
		TRY(take(o, opt, optarg, err));
	}
	return o->help ? 0 : take_rest(o, argc, argv, err);
}
