/*
 * anonymize_cmd.c: `netanalyze anonymize`: a recording with other addresses and names, to be given away.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "analyzer/anonymize/anonymize.h"
#include "analyzer/anonymize/disguise.h"
#include "analyzer/base/unfinished.h"
#include "analyzer/command/cli.h"
#include "analyzer/cut/cut.h"
#include "analyzer/store/store.h"
#include "format/reader.h"

static const char help[] =
	"usage: netanalyze anonymize TRACE … -o OUT.nrec [OPTION …]\n"
	"\n"
	"Writes a recording (-: standard input) with other addresses and names, to be given to somebody who may not know\n"
	"them: IP addresses (those that shared a prefix share one as long), MAC addresses, names of hosts, devices, bridges,\n"
	"namespaces, virtual machines and programs, paths, ids, the bytes of packets and of flows of Open vSwitch. What is not\n"
	"known to tell nothing is replaced or left out. Findings, times, sizes, counts, ports, protocols, symbols of the kernel\n"
	"and names of its threads stay; netanalyze(1) has the list of what remains visible.\n"
	"\n"
	"  -o, --output DIR     what to write; it must not exist\n"
	"      --key FILE       the same file makes the same of the same, in every recording; whoever has it can find out\n"
	"                       what stands for an address: keep it to yourself. At least 16 bytes of any kind. Without it\n"
	"                       a random key is used, and thrown away\n"
	"      --keep-vendor    the first three bytes of MAC addresses stay: who made the device\n"
	"      --recording UUID of several recordings the one whose UUID begins like that\n"
	"      --threads N      decode in N threads; default: one per CPU\n"
	"\n"
	"examples:\n"
	"  netanalyze anonymize web.nrec -o give.nrec\n"
	"  netanalyze cut web.nrec -o part.nrec 'host 10.0.0.2' && netanalyze anonymize part.nrec -o give.nrec\n"
	"  head -c 32 /dev/urandom > site.key && netanalyze anonymize web.nrec -o give.nrec --key site.key\n";

struct command {
	const char *const *paths;
	size_t n_paths;
	const char *output, *key_file, *recording;
	unsigned threads;
	bool keep_vendor, help;
	__u8 key[DISGUISE_KEY_MAX];
	size_t key_len;
};

enum { OPT_KEY = 256, OPT_KEEP_VENDOR, OPT_RECORDING, OPT_THREADS };

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "keep-vendor", no_argument, NULL, OPT_KEEP_VENDOR },
	{ "recording", required_argument, NULL, OPT_RECORDING },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int take_option(struct command *c, int option, struct trace_error *err)
{
	unsigned long n;

	switch (option) {
	case 'o':
		c->output = optarg;
		return 0;
	case 'h':
		c->help = true;
		return 0;
	case OPT_KEY:
		c->key_file = optarg;
		return 0;
	case OPT_KEEP_VENDOR:
		c->keep_vendor = true;
		return 0;
	case OPT_RECORDING:
		return cli__recording(optarg, &c->recording, err);
	case OPT_THREADS:
		TRY(cli__number("--threads", optarg, 1, 256, &n, err));
		c->threads = n;
		return 0;
	}
	return -EINVAL; /* *err was filled in */
}

static int parse(struct command *c, int argc, char **argv, struct trace_error *err)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int option;

	c->threads = cpus > 0 ? cpus : 1;
	optind = 0;
	while ((option = cli__getopt(argc, argv, "o:h", options, err)) != -1)
		TRY(take_option(c, option, err));
	if (c->help)
		return 0;
	if (optind == argc)
		return cli__usage_error("anonymize", err, "no recording given");
	if (!c->output)
		return cli__usage_error("anonymize", err, "no output given: name it with -o");
	c->paths = (const char *const *)argv + optind;
	c->n_paths = argc - optind;
	for (size_t i = 0; i < c->n_paths; i++)
		if (store__is_database(c->paths[i]))
			return trace_error__set(err, -EINVAL, "%s is a database: give the recording, and analyze what "
						"becomes of it", c->paths[i]);
	return 0;
}

static int read_key(struct command *c, struct trace_error *err)
{
	int fd = open(c->key_file, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	if (fd < 0)
		return trace_error__set(err, -errno, "%s: %s", c->key_file, strerror(errno));
	while (c->key_len < sizeof(c->key) && (n = read(fd, c->key + c->key_len, sizeof(c->key) - c->key_len)) > 0)
		c->key_len += n;
	close(fd);
	if (n < 0)
		return trace_error__set(err, -EIO, "%s cannot be read", c->key_file);
	if (c->key_len < DISGUISE_KEY_MIN)
		return trace_error__set(err, -EINVAL, "%s has %zu bytes: a key has at least %d, such as those of "
					"head -c 32 /dev/urandom", c->key_file, c->key_len, DISGUISE_KEY_MIN);
	return 0;
}

static int take_key(struct command *c, struct trace_error *err)
{
	if (c->key_file)
		return read_key(c, err);
	c->key_len = 32;
	if (getrandom(c->key, c->key_len, 0) != (ssize_t)c->key_len)
		return trace_error__set(err, -EIO, "there are no random numbers for a key: give one with --key");
	return 0;
}

static void print_summary(const struct command *c, const struct cut_stats *s, unsigned left_out)
{
	if (s->unknown)
		fprintf(stderr, "netanalyze: note: %llu rows of types that this version does not know are left out\n",
			s->unknown);
	if (left_out)
		fprintf(stderr, "netanalyze: note: %u fact%s of the host that this version does not know: left out\n",
			left_out, left_out == 1 ? "" : "s");
	if (s->damaged)
		fprintf(stderr, "netanalyze: note: %llu damaged place%s skipped, see `netanalyze verify`; what was there is "
			"marked as missing\n", s->damaged, s->damaged == 1 ? " was" : "s were");
	printf("%s: %llu of %llu events\n", c->output, s->kept, s->events);
}

static int write_it(const struct command *c, const struct trace *t, struct anonymizer *a, struct trace_error *err)
{
	const struct cut_opts opts = { .threads = c->threads, .rewrite = anonymizer__rewrite(a) };
	struct cut_stats stats;
	char name[PATH_MAX];
	int code;

	TRY(unfinished__create_directory(name, c->output, CUT_FILE, err));
	code = cut__write(t, name, &opts, &stats, err);
	if (code) {
		unfinished__discard(name);
		return code;
	}
	TRY(unfinished__keep(name, c->output, err));
	print_summary(c, &stats, anonymizer__left_out(a));
	return CLI_DONE;
}

static int anonymize(struct command *c, struct trace_error *err)
{
	const struct trace_wanted wanted = { .paths = c->paths, .n_paths = c->n_paths, .recording = c->recording };
	struct anonymizer *a;
	struct trace *t;
	int code;

	TRY(trace__open_set(&t, &wanted, err));
	cli__remark_on_trace(t);
	code = anonymizer__new(&a, t, c->key, c->key_len, c->keep_vendor, err);
	explicit_bzero(c->key, sizeof(c->key));
	if (!code) {
		code = write_it(c, t, a, err);
		anonymizer__free(a);
	}
	trace__close(t);
	return code;
}

int cmd_anonymize(int argc, char **argv, struct trace_error *err)
{
	struct command c = { 0 };

	TRY(parse(&c, argc, argv, err));
	if (c.help) {
		fputs(help, stdout);
		return CLI_DONE;
	}
	TRY(take_key(&c, err));
	return anonymize(&c, err);
}
