/*
 * cli.c: option parsing and usage errors, the same for every command.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/nearest.h"
#include "analyzer/command/cli.h"
#include "analyzer/filter/filter.h"
#include "format/host/expression.h"
#include "format/reader.h"

enum { MAX_OPTIONS = 64 };

enum cli_exit cli__exit_of(int negative_errno)
{
	switch (negative_errno) {
	case -EINVAL:
		return CLI_USAGE;
	case -EPERM:
	case -EACCES:
	case -EPROTONOSUPPORT:
	case -EOPNOTSUPP:
		return CLI_UNSUPPORTED;
	default:
		return CLI_BAD_INPUT;
	}
}

static int unknown_option(const char *command, const char *word, const struct option *longs, struct trace_error *err)
{
	const char *names[MAX_OPTIONS + 1];
	size_t n = 0;

	for (; longs->name && n < MAX_OPTIONS; longs++)
		names[n++] = longs->name;
	names[n] = NULL;
	const char *near = strncmp(word, "--", 2) == 0 ? nearest(word + 2, names) : NULL;
	if (near)
		return cli__usage_error(command, err, "unknown option '%s'; did you mean '--%s'?", word, near);
	return cli__usage_error(command, err, "unknown option '%s'", word);
}

int cli__getopt(int argc, char **argv, const char *shorts, const struct option *longs, struct trace_error *err)
{
	int at = optind ? optind : 1;
	int c;

	opterr = 0;
	c = getopt_long(argc, argv, shorts, longs, NULL);
	if (c != '?' && c != ':')
		return c;
	/* getopt moves operands behind the options, so the word it objects to is the one before optind. */
	const char *word = optind > at ? argv[optind - 1] : argv[at];
	if (optopt && strchr(shorts, optopt) && optopt < 128)
		cli__usage_error(argv[0], err, "option '-%c' needs a value", optopt);
	else if (optopt && word[0] == '-' && word[1] == '-' && strchr(word, '='))
		cli__usage_error(argv[0], err, "option '%.*s' takes no value", (int)(strchr(word, '=') - word), word);
	else if (optopt && word[0] == '-' && word[1] == '-')
		cli__usage_error(argv[0], err, "option '%s' needs a value", word);
	else if (optopt)
		cli__usage_error(argv[0], err, "unknown option '-%c'", optopt);
	else
		unknown_option(argv[0], word, longs, err);
	return '?';
}

int cli__number(const char *option, const char *text, unsigned long min, unsigned long max, unsigned long *out,
		struct trace_error *err)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || *out < min || *out > max)
		return trace_error__set(err, -EINVAL, "%s takes a whole number from %lu to %lu, not '%s'", option, min, max,
					text);
	return 0;
}

int cli__late(const char *text, __u64 *ns, struct trace_error *err)
{
	char *end;
	double ms = strtod(text, &end);

	if (end == text || *end || !(ms > 0) || ms > 1e12)
		return trace_error__set(err, -EINVAL, "--late takes milliseconds above 0, such as 200 or 0.5, not '%s'", text);
	*ns = (__u64)ceil(ms * 1e6);
	return 0;
}

int cli__usage_error(const char *command, struct trace_error *err, const char *what, ...)
{
	char text[320];
	va_list args;

	va_start(args, what);
	vsnprintf(text, sizeof(text), what, args);
	va_end(args);
	return trace_error__set(err, -EINVAL, "%s ('netanalyze %s --help' shows the usage)", text, command);
}

void cli__warn_of_filter(const char *expression)
{
	char text[512];

	if (expression__warning(expression, text, sizeof(text)))
		fprintf(stderr, "netanalyze: warning: %s\n", text);
}

void cli__remark_on_filter(const struct filter *f, bool events)
{
	char text[512];

	if (filter__remark(f, events, text, sizeof(text)))
		fprintf(stderr, "netanalyze: note: %s\n", text);
}

static void remark_on_newer(const struct trace_newer n)
{
	if (!n.records && !n.fields && !n.blocks)
		return;
	fprintf(stderr, "netanalyze: note: a newer netrec made this; this version does not know: types of records: %u, "
		"fields: %u, blocks: %zu\n", n.records, n.fields, n.blocks);
}

static void remark_on_copies(const struct trace *t)
{
	size_t n = 0;

	for (size_t i = 0; i < trace__n_segments(t); i++)
		n += trace__segment(t, i)->copies > 0;
	if (n)
		fprintf(stderr, "netanalyze: note: %zu segment%s more than once, and counted once\n", n,
			n == 1 ? " is there" : "s are there");
}

void cli__remark_on_trace(const struct trace *t)
{
	remark_on_newer(trace__newer(t));
	remark_on_copies(t);
}

int cli__recording(const char *text, const char **out, struct trace_error *err)
{
	size_t len = strspn(text, "0123456789abcdefABCDEF");

	if (!len || text[len] || len > 32)
		return trace_error__set(err, -EINVAL, "--recording takes the UUID of a recording or how it begins, as netanalyze info "
					"prints it, not '%s'", text);
	*out = text;
	return 0;
}

static bool is_event(const struct record_desc *d, const char *name, size_t len)
{
	return d && d->class == RECORD_EVENT && strlen(d->name) == len && strncmp(d->name, name, len) == 0;
}

/* Also one that only the trace knows, in any of its schemas. */
static bool is_event_of(const struct trace *t, unsigned type, const char *name, size_t len)
{
	bool found = is_event(schema__record(type), name, len);

	for (size_t i = 0; t && !found && i < trace__n_schemas(t); i++)
		found = is_event(trace__record(t, i, type), name, len);
	return found;
}

static int take_type(const char *option, const char *name, size_t len, const struct trace *t, bool types[REC_TYPE_MAX],
		     struct trace_error *err)
{
	bool found = false;

	for (unsigned type = 1; type < REC_TYPE_MAX; type++)
		if (is_event_of(t, type, name, len))
			types[type] = found = true;
	if (found)
		return 0;
	return trace_error__set(err, -EINVAL, "%s takes types of events, as netanalyze info lists them, not '%.*s'", option,
				(int)len, name);
}

int cli__types(const char *option, const char *list, const struct trace *t, bool types[REC_TYPE_MAX],
	       struct trace_error *err)
{
	for (const char *name = list, *end;; name = end + 1) {
		end = strchrnul(name, ',');
		TRY(take_type(option, name, (size_t)(end - name), t, types, err));
		if (!*end)
			return 0;
	}
}
