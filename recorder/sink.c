/* sink.c: the trace being written, shared by the threads of the recorder (sink.h). */
#include "sink.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void free_tables(struct sink *s)
{
	intern__free(s->strings);
	intern__free(s->addresses);
	intern__free(s->stacks);
	intern__free(s->locks);
	ustacks__free(s->ustacks);
	if (s->kallsyms)
		fclose(s->kallsyms);
	ksyms__close(s->ksyms);
	free(s->symbol_defined);
}

static void define_here(void *sink, const struct rec *rec)
{
	sink__define_here(sink, rec);
}

int sink__open(struct sink *s, const char *path, const struct trace_writer_opts *opts, struct trace_error *err)
{
	memset(s, 0, sizeof(*s));
	pthread_mutex_init(&s->mutex, NULL);
	s->strings = intern__new(SINK_MAX_STRINGS);
	s->addresses = intern__new(SINK_MAX_ADDRESSES);
	s->stacks = intern__new(SINK_MAX_STACKS);
	s->locks = intern__new(SINK_MAX_LOCKS);
	s->ustacks = ustacks__new(define_here, s);
	s->kallsyms = fopen("/proc/kallsyms", "re");
	s->ksyms = s->kallsyms ? ksyms__read(s->kallsyms) : NULL;
	if (s->ksyms)
		s->symbol_defined = calloc(ksyms__count(s->ksyms) + 1, sizeof(*s->symbol_defined));
	if (!s->strings || !s->addresses || !s->stacks || !s->locks || !s->ustacks || (s->ksyms && !s->symbol_defined)) {
		free_tables(s);
		return trace_error__set(err, -ENOMEM, "out of memory");
	}
	if (trace_writer__open(&s->writer, path, opts, now_ns(), err) < 0) {
		free_tables(s);
		return err->code;
	}
	return 0;
}

int sink__close(struct sink *s, struct trace_error *err)
{
	int ret = trace_writer__close(s->writer, err);

	free_tables(s);
	pthread_mutex_destroy(&s->mutex);
	return ret;
}

void sink__lock(struct sink *s)
{
	pthread_mutex_lock(&s->mutex);
}

void sink__unlock(struct sink *s)
{
	pthread_mutex_unlock(&s->mutex);
}

/* The writer keeps its first error and refuses everything after it; sink__failed() reports it. */
void sink__append(struct sink *s, __u32 stream, const struct rec *rec)
{
	(void)trace_writer__append(s->writer, stream, rec);
}

void sink__define(struct sink *s, const struct rec *rec)
{
	(void)trace_writer__define(s->writer, rec);
}

void sink__forget_older(struct sink *s, enum rec_type type, __u64 ts)
{
	trace_writer__forget_older(s->writer, type, ts);
}

void sink__define_here(struct sink *s, const struct rec *rec)
{
	(void)trace_writer__define_here(s->writer, rec);
}

bool sink__failed(struct sink *s)
{
	return trace_writer__error(s->writer)->code != 0;
}

struct rec_text sink__text(const char *s)
{
	return (struct rec_text){ .s = s, .len = strlen(s) };
}

void sink__config(struct sink *s, const char *key, const char *fmt, ...)
{
	struct rec_config c = { .rec = { .ts = now_ns(), .type = REC_config }, .key = sink__text(key) };
	char value[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	c.value = sink__text(value);
	sink__define(s, &c.rec);
}

__u32 sink__segment(const struct sink *s)
{
	return trace_writer__stats(s->writer)->segments;
}

/* Is this the first time in this segment? */
static bool is_due(const struct sink *s, struct interned *i)
{
	__u32 segment = sink__segment(s);
	bool due = i && i->value != segment;

	if (due)
		i->value = segment;
	return due;
}

__u32 sink__string(struct sink *s, const char *text)
{
	bool is_new;
	struct interned *i = intern__get(s->strings, text, strlen(text), &is_new);

	if (is_due(s, i)) {
		struct rec_string r = { .rec = { .ts = now_ns(), .type = REC_string }, .id = i->id,
					.text = sink__text(text) };

		sink__define_here(s, &r.rec);
	}
	return i ? i->id : 0;
}

void sink__symbol(struct sink *s, __u64 addr)
{
	struct ksym sym;
	size_t index;
	bool is_new;

	if (!is_due(s, intern__get(s->addresses, &addr, sizeof(addr), &is_new)))
		return;
	if (!s->ksyms || ksyms__find(s->ksyms, addr, &sym, &index) || s->symbol_defined[index] == sink__segment(s))
		return;
	s->symbol_defined[index] = sink__segment(s);
	sink__define_here(s, &(struct rec_symbol){ .rec = { .ts = now_ns(), .type = REC_symbol },
						   .addr = sym.addr,
						   .size = sym.size,
						   .name = sink__text(sym.name),
						   .module = sink__text(sym.module) }
				      .rec);
}

/*
 * What a module left behind may be another one's place now: symbols are looked up anew, and stacks through them are
 * other ones. Without memory the old names stay.
 */
void sink__renew_symbols(struct sink *s)
{
	struct ksyms *old = s->ksyms, *fresh = old ? ksyms__read(s->kallsyms) : NULL;
	__u32 *old_defined = s->symbol_defined;
	__u32 *defined = fresh ? calloc(ksyms__count(fresh) + 1, sizeof(*defined)) : NULL;

	if (!defined) {
		ksyms__close(fresh);
		return;
	}
	sink__lock(s);
	s->ksyms = fresh;
	s->symbol_defined = defined;
	intern__forget_unused(s->addresses, intern__now(s->addresses));
	intern__forget_unused(s->stacks, intern__now(s->stacks));
	sink__unlock(s);
	ksyms__close(old);
	free(old_defined);
}

/* ---- locks --------------------------------------------------------------------------------------- */

void sink__lock_address(struct sink *s, __u64 addr)
{
	bool is_new;

	intern__id(s->locks, &addr, sizeof(addr), &is_new);
}

static void define_data(void *ctx, const struct ksym *sym)
{
	struct rec_symbol r = { .rec = { .ts = now_ns(), .type = REC_symbol }, .addr = sym->addr, .size = sym->size };

	r.name = sink__text(sym->name);
	r.module = sink__text(sym->module);
	sink__define_here(ctx, &r.rec);
}

void sink__name_locks(struct sink *s)
{
	__u64 *addrs = malloc((intern__count(s->locks) + 1) * sizeof(*addrs));
	__u32 n = 0;

	for (const struct interned *i = intern__first(s->locks); addrs && i; i = intern__next(i))
		memcpy(&addrs[n++], i->bytes, sizeof(*addrs));
	if (addrs && n && s->kallsyms)
		ksyms__each_data(s->kallsyms, addrs, n, define_data, s);
	free(addrs);
}

/* ---- stacks -------------------------------------------------------------------------------------- */

__u32 sink__own_frames(const struct sink *s, const __u64 *frames, __u32 n)
{
	static const char *const OURS[] = { "bpf_", "__bpf_", "__traceiter_", "trace_call_bpf", "perf_trace_run_bpf" };
	enum { DEEPEST = 10 };
	__u32 own = 0;

	for (__u32 i = 0; s->ksyms && i < n && i < DEEPEST; i++) {
		struct ksym sym;
		size_t index;

		if (ksyms__find(s->ksyms, frames[i] - 1, &sym, &index))
			continue;
		for (size_t j = 0; j < sizeof(OURS) / sizeof(OURS[0]); j++)
			if (!strncmp(sym.name, OURS[j], strlen(OURS[j])))
				own = i + 1;
	}
	return own;
}

__u32 sink__stack(struct sink *s, const __u64 *frames, __u32 n)
{
	struct interned *stack;
	bool is_new;

	if (!n)
		return 0;
	stack = intern__get(s->stacks, frames, n * sizeof(*frames), &is_new);
	s->stacks_refused += !stack;
	for (__u32 i = 0, due = is_due(s, stack); i < n && due; i++) {
		struct rec_stack r = { .rec = { .ts = now_ns(), .type = REC_stack },
				       .id = stack->id, .depth = i, .addr = frames[i] };

		sink__symbol(s, frames[i]);
		sink__define_here(s, &r.rec);
	}
	return stack ? stack->id : 0;
}
